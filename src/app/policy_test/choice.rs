//! What a yes does. Uses nothing.

/// What follows from a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Writes the tests file beside the draft.
    Write(String),
}
