//! The sandbox: an embedded server that answers as the hosts it stands for.
//!
//! It listens on 127.0.0.1, speaks Google's REST, the OCI distribution and the Kubernetes wire over
//! TLS with its own authority, wants a bearer token, and keeps everything in one SQLite file that
//! survives a kill at any moment. May use `wire`, `domain` and `signing` (to verify); never `client`.

mod access;
mod admissions;
mod artifact_registry;
mod binary_authorization;
pub mod blocking;
mod clients;
mod cluster_version;
mod container;
mod container_analysis;
mod decode;
mod enforcer;
mod error;
mod filter;
mod google;
mod iam;
mod kms;
pub mod kubernetes;
mod logging;
mod operations;
mod page;
pub mod people;
mod projects;
mod quota;
pub mod registry;
mod request;
mod route;
pub mod routes;
mod schema;
pub mod server;
mod service_agents;
mod services;
pub mod state;
pub mod store;
mod values;

pub use container::{ClusterAddress, cluster_addresses};
pub use route::{Also, Needs};
pub use schema::open_store;
pub use server::{Door, Files, Idle, Others, Running, Sandbox, StartError, Token};
