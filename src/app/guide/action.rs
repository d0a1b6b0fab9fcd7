//! What keys do: the codelab. Uses nothing.

/// What a key does with the codelab; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Hint,
    Do,
    Reset,
    Read,
    Toggle,
}
