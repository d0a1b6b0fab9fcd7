//! What keys do: fixes, and breaking the glass. Uses nothing.

/// What a key does with fixes, and breaking the glass; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    Apply,
    Copy,
    BreakGlass,
    DeployBreakGlass,
    /// Sends the change that was tried.
    Mend,
    CopyMend,
}
