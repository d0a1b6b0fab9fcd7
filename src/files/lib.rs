//! The files that people bring: Kubernetes manifests, inventories of images and pods, and exported audit logs.
//!
//! They become domain values here, and faults are said with line and column. May use `domain`; pure. What
//! services say to each other is in `wire`.

pub mod audit_log;
pub mod encoding;
pub mod inventory;
pub mod manifest;
