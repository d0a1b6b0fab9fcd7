//! The commands that a person would type: gcloud, kubectl, gpg, curl, skopeo, and the shell's own.
//!
//! One generator for all that shows some: the command log and its script, fixes, breaking the glass, the
//! errors of the client. Each command is true: run where its names point, it does what it stands for; tests
//! run them with the real clients. A command is a list of arguments ([`line::Command`]); how they are quoted
//! is known in one place, [`shell`]. Uses the domain's names and nothing else of it; runs nothing.

pub mod binauthz;
pub mod cluster;
pub mod container_analysis;
pub mod file;
pub mod gpg;
pub mod line;
pub mod registry;
pub mod service;
pub mod shell;
pub mod workload;
