//! The preview of an inventory under both policies.

pub(crate) mod preview;
