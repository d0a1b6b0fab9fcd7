//! What keys do: an import that met another change. Uses nothing.

/// What a key does with an import that met another change; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    NextChange,
    PreviousChange,
    TakeTheirs,
    TakeMine,
    TakeBoth,
    TakeMerged,
    TakeLive,
    KeepMine,
}
