//! The clusters' API servers.

/// Its tables.
pub(super) const SCHEMA: &str = "";
