//! The tree of checks, two decisions side by side, and what registries have.

pub(crate) mod both;
pub(crate) mod registry;
pub(crate) mod trace;
