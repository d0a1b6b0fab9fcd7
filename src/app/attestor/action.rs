//! What keys do: attestors and keys. Uses nothing.

/// What a key does with attestors and keys; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    GrantViewer,
    RemoveKey,
    ImportKey,
    ExportKey,
    AddKey,
}
