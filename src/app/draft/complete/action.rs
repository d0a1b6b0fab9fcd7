//! What keys do: the list of proposals. Uses nothing.

/// What a key does with the list of proposals; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    Take,
    Up,
    Down,
    PageUp,
    PageDown,
    Close,
}
