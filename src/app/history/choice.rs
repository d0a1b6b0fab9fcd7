//! What a yes does. Uses nothing.

/// What follows from a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Shows the import of what became the draft, and asks.
    Import,
}
