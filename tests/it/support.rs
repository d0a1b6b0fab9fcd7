//! What the tests of several rings share.

pub(crate) mod clients;
pub(crate) mod cluster;
pub(crate) mod lab;
pub(crate) mod pty;
pub(crate) mod routers;
pub(crate) mod screen;
pub(crate) mod scripted;
pub(crate) mod signer;
pub(crate) mod stage;
pub(crate) mod verify;
