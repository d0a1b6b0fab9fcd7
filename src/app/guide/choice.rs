//! What a yes does. Uses nothing.

/// What follows from a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Makes the step of this id of the codelab the current one again.
    Reopen(&'static str),
}
