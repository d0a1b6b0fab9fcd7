//! What several tests share.

pub(crate) mod clients;
pub(crate) mod pty;
pub(crate) mod routers;
pub(crate) mod screen;
pub(crate) mod stage;
