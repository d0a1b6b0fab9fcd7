//! What keys do: the search in the draft. Uses nothing.

/// What a key does with the search in the draft; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    OpenReplace,
    Enter,
    Next,
    Previous,
    Switch,
    ReplaceAll,
    Case,
    Regex,
    Close,
}
