//! What keys do: signing. Uses nothing.

/// What a key does with signing; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    ShowPayload,
    Upload,
    Next,
    Back,
    Up,
    Down,
}
