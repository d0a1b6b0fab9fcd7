//! What keys do: decisions. Uses nothing.

/// What a key does with decisions; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Simulate,
    Manifest,
    Tags,
    NextPolicy,
    FoldAll,
    UnfoldAll,
    CopyMarkdown,
    NextFailure,
    ChooseImage,
}
