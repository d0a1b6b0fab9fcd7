//! The ring of the real clients: gcloud, kubectl, gpg, skopeo and shells against the sandbox.
//!
//! Its tests run programs that have to be installed: one that is missing is told by the test's own name,
//! and fails it where `CI` is `true` ([`require`](crate::support::clients::require)). gcloud is in no
//! distribution's packages, so no test insists on it. This is the slowest ring.
//!
//! `cargo test --test it clients::`

mod command_log;
mod commands;
pub(crate) mod conformance;
pub(crate) mod gcloud;
mod gnupg;
mod kubectl;
mod openssl;
#[cfg(unix)]
mod scripts;
#[cfg(unix)]
mod shells;
pub(crate) mod skopeo;
