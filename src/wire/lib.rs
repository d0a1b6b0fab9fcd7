//! The REST types of Google, the registry and Kubernetes, and how they become domain values.
//!
//! Shared by `client` and `sandbox`, so that the sandbox produces exactly what the client parses. May
//! use `domain`; pure. Field names: `docs/binary-authorization.md`, "Attestors", "Attestations",
//! "Container Analysis API" and "Binary Authorization API", and the published protos.

pub mod base64_bytes;
pub mod binary_authorization;
pub mod container;
pub mod container_analysis;
pub mod iam;
pub mod kubernetes;
pub mod printable_url;
pub mod registry;
pub mod resources;
pub mod status;
