//! What keys do: the history of the policy. Uses nothing.

/// What a key does with the history of the policy; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    Compare,
    Mark,
    Live,
    Draft,
    Simulate,
    Restore,
    Import,
    Copy,
}
