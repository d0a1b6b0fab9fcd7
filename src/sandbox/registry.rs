//! The registry (OCI distribution).

/// Its tables.
pub(super) const SCHEMA: &str = "";
