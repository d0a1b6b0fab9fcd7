//! What keys do: the tests of the draft. Uses nothing.

/// What a key does with the tests of the draft; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    AddDecision,
    Show,
    Add,
    Copy,
}
