//! The ring of the sandbox: its services, by the requests that clients send and the answers that they get.
//!
//! Its tests use a real sandbox in a directory of their own, over its sockets
//! ([`Lab`](crate::support::lab::Lab)) or by its routers alone ([`Fixture`](crate::support::routers::Fixture)),
//! and clients of the tests' own. The real clients are in `clients`; only the registry's peer, which is
//! compared with ours, is a program that has to be installed.
//!
//! `cargo test --test it sandbox::`

mod admission;
mod artifact_registry;
mod authorization;
mod binary_authorization;
mod clusters;
mod container_analysis;
mod kms;
mod kubernetes;
#[cfg(target_os = "linux")]
mod memory;
mod people;
mod platform;
mod projects;
mod recordings;
mod registry;
mod robustness;
mod server;
