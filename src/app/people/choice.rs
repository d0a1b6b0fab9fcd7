//! What is picked in the list of people. Uses nothing.

/// Who asks the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The one of this name.
    ActAs(String),
}
