//! The sandbox: an embedded server that answers as the hosts it stands for.
//!
//! It listens on 127.0.0.1, speaks Google's REST, the OCI distribution and the Kubernetes wire over
//! TLS with its own authority, wants a bearer token, and keeps everything in one SQLite file that
//! survives a kill at any moment. May use `wire`, `domain` and `signing` (to verify); never `client`.

pub mod kubernetes;
pub mod registry;
pub mod state;
pub mod store;
