//! What keys do: the command log. Uses nothing.

/// What a key does with the command log; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    Write,
}
