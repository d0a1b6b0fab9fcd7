//! What keys do: writing a case. Uses nothing.

/// What a key does with writing a case; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
}
