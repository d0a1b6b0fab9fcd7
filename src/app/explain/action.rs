//! What keys do: explaining a refusal. Uses nothing.

/// What a key does with explaining a refusal; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Event,
    Text,
    Go,
    Next,
    Previous,
    NextCase,
    PreviousCase,
    Then,
}
