//! What keys do: the draft. Uses nothing.

/// What a key does with the draft; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Leave,
    Undo,
    Redo,
    Cut,
    CopySelection,
    Paste,
    SelectAll,
    GoToLine,
    Import,
    SaveFile,
    Template,
    NextProblem,
    PreviousProblem,
    OpenFile,
    EditOutside,
    QuickFix,
    Outline,
    ExplainProblem,
    NextSeverity,
    ReloadDraft,
    ShowDiff,
    ExportPolicy,
}
