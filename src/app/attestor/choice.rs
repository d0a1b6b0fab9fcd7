//! What is picked in its lists.

use domain::name::AttestorName;

/// Which key of which attestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Add this machine's key to the attestor.
    AddKeyTo(AttestorName),
    /// Remove the key of this id from the attestor.
    RemoveKeyOf(AttestorName, String),
}
