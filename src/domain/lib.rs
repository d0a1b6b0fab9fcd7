//! The domain: functions of values. No IO, no clock, no async, no terminal.
//!
//! May use `std` and small pure crates; nothing else of this crate.

pub mod admission;
pub mod attestation;
pub mod attestor;
mod break_glass;
pub mod built_image;
pub mod case;
pub mod command;
pub mod container;
pub mod diagnostic;
pub mod document;
pub mod event_group;
pub mod event_row;
pub mod explain;
pub mod fix;
pub mod image;
pub mod inventory;
pub mod key;
pub mod name;
pub mod owner;
pub mod path;
pub mod pattern;
pub mod platform_evaluation;
pub mod platform_policy;
pub mod policy;
pub mod policy_change;
pub mod policy_test;
pub mod project_lint;
pub mod quick_fix;
pub mod registry_image;
pub mod replay;
pub mod resource;
pub mod retry;
pub mod review;
pub mod role;
pub mod sarif;
pub mod schema;
pub mod span;
pub mod spelling;
pub mod system_policy;
pub mod text;
pub mod transcript;
pub mod what_if;
pub mod work_file;
pub mod workload;
pub mod workload_patch;

mod lint;
mod markdown;
