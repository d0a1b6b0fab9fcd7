//! What keys do: assumptions. Uses nothing.

/// What a key does with assumptions; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    Drop,
}
