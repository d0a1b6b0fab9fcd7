//! The one table of actions: key dispatch, footer, help, palette and the key table of `docs/keys.md` are made
//! from it. Its rows are below, one file for each heading of the help.

mod attestor;
mod box_kinds;
mod boxes;
mod deployer;
mod everywhere;
mod guide;
mod policy_creator;
mod watch;

use std::sync::LazyLock;

use crate::shell::chord::Chord;
use crate::shell::tab::Pane;

/// What a key does. What it means in a pane is said by the pane's row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Close,
    CloseQ,
    Submit,
    NextField,
    PreviousField,
    NextChoice,
    PreviousChoice,
    Accept,
    Refuse,
    PickUp,
    PickDown,
    PickPageUp,
    PickPageDown,
    PickFirst,
    PickLast,
    Pick,
    WizardNext,
    WizardBack,
    WizardUp,
    WizardDown,
    ScrollUp,
    ScrollDown,
    ScrollPageUp,
    ScrollPageDown,
    ScrollLeft,
    ScrollRight,
    ScrollHome,
    ScrollEnd,
    CopyAll,
    Open,
    Delete,
    Build,
    Deploy,
    Simulate,
    ExplainEvent,
    ExplainText,
    ExplainGo,
    ExplainNext,
    ExplainPrevious,
    ExplainNextCase,
    ExplainPreviousCase,
    ExplainThen,
    WhatIf,
    DropAssumptions,
    Manifest,
    Tags,
    NextPolicy,
    FoldAll,
    UnfoldAll,
    CopyMarkdown,
    New,
    GrantViewer,
    RemoveKey,
    ImportKey,
    ExportKey,
    AddKey,
    Sign,
    ShowPayload,
    Upload,
    Leave,
    Undo,
    Redo,
    Cut,
    CopySelection,
    Paste,
    SelectAll,
    Complete,
    CompletionTake,
    CompletionUp,
    CompletionDown,
    CompletionPageUp,
    CompletionPageDown,
    CompletionClose,
    FindInText,
    ReplaceInText,
    FindEnter,
    FindNext,
    FindPrevious,
    FindSwitch,
    ReplaceAll,
    FindCase,
    FindRegex,
    FindClose,
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
    Review,
    PreviewShow,
    PreviewOrder,
    PreviewChoose,
    LoadInventory,
    ReviewMarkdown,
    ReviewJson,
    ReviewSarif,
    NextFailure,
    GroupEvents,
    ReplayEntries,
    Fixes,
    FixApply,
    FixesCopy,
    BreakGlass,
    BreakGlassDeploy,
    WriteCase,
    ExportPolicy,
    History,
    PolicyTests,
    AddTest,
    NextChange,
    PreviousChange,
    TakeTheirs,
    TakeMine,
    TakeBoth,
    TakeMerged,
    TakeLive,
    KeepMine,
    HistoryCompare,
    HistoryMark,
    HistoryLive,
    HistoryDraft,
    HistorySimulate,
    HistoryRestore,
    HistoryImport,
    HistoryCopy,
    TestOpen,
    TestAdd,
    TestsCopy,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Back,
    FilterTake,
    FilterClear,
    GuideHint,
    GuideDo,
    GuideReset,
    GuideRead,
    Deployer,
    PolicyCreator,
    Attestor,
    DeployerAnywhere,
    PolicyCreatorAnywhere,
    AttestorAnywhere,
    NextPane,
    PreviousPane,
    ChooseImage,
    ToggleGuide,
    Filter,
    Reload,
    Palette,
    PaletteAnywhere,
    Help,
    HelpAnywhere,
    CommandLog,
    WriteSession,
    ApiLog,
    Copy,
    Theme,
    Serve,
    ActAs,
    CancelWork,
    Suspend,
    Quit,
    QuitAnywhere,
}

/// Where a key is bound. The innermost context that binds it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// A box with text: help, logs, reports.
    Scroll,
    /// The box of a review, besides what every box with text has.
    Review,
    /// A box that asks.
    Confirm,
    /// A box with a list to choose from and a filter that takes text.
    List,
    Form,
    Wizard,
    /// The box of the command log, besides what every box with text has.
    CommandLog,
    /// The box with a three-way difference.
    Conflict,
    /// The box with the versions of the policy.
    History,
    /// The box with the tests of the draft.
    Tests,
    /// The box that explains a refusal.
    Explain,
    /// The box with the fixes of a refusal.
    Fixes,
    /// The box with a pod that breaks the glass, besides what every box with text has.
    BreakGlass,
    /// The filter of a pane takes text.
    Filter,
    /// The bar of the draft's search takes text.
    Find,
    /// The list of proposals is open beside the cursor.
    Completion,
    /// It was opened by its key, or a proposal was chosen: Enter takes it.
    Chosen,
    Pane(Pane),
    /// The draft's text has the focus and takes printable keys.
    Editing,
    /// The draft's text has the focus, and takes no keys yet.
    Reading,
    /// The guide is shown, and nothing takes printable keys.
    Guide,
    /// Nothing takes printable keys.
    Browse,
    Global,
}

/// A heading of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    Everywhere,
    Deployer,
    PolicyCreator,
    Attestor,
    Guide,
    Boxes,
}

impl Group {
    pub const ALL: [Self; 6] =
        [Self::Everywhere, Self::Deployer, Self::PolicyCreator, Self::Attestor, Self::Guide, Self::Boxes];

    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Deployer => "Deployer",
            Self::PolicyCreator => "Policy Creator",
            Self::Attestor => "Attestor",
            Self::Guide => "Guide",
            Self::Boxes => "In a box",
        }
    }
}

/// One row: an action as it is bound in some contexts.
#[derive(Debug)]
pub struct Spec {
    pub action: Action,
    pub contexts: &'static [Context],
    /// The first one is shown.
    pub keys: &'static [&'static str],
    /// For the footer; with `…` where something is asked first.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub group: Group,
    /// Changes something that cannot simply be taken back.
    pub danger: bool,
    /// The higher, the sooner it is in the footer; 0 never.
    pub footer: u8,
}

impl Spec {
    /// The key that is shown for it.
    pub fn key(&self) -> String {
        self.keys.first().and_then(|key| key.parse::<Chord>().ok()).map(Chord::label).unwrap_or_default()
    }

    /// All its keys.
    pub fn all_keys(&self) -> String {
        let labels: Vec<String> =
            self.keys.iter().filter_map(|key| key.parse::<Chord>().ok()).map(Chord::label).collect();
        labels.join(" ")
    }
}

/// Every row: those of boxes first, which are the innermost.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    let tables = [
        boxes::TABLE,
        box_kinds::TABLE,
        deployer::TABLE,
        watch::TABLE,
        attestor::TABLE,
        policy_creator::TABLE,
        everywhere::TABLE,
        guide::TABLE,
    ];
    tables.into_iter().flatten()
}

/// Every binding, parsed once: context, chord, row.
static BINDINGS: LazyLock<Vec<(Context, Chord, &'static Spec)>> = LazyLock::new(|| {
    let mut bindings = Vec::new();
    for spec in specs() {
        for context in spec.contexts {
            for chord in spec.keys.iter().filter_map(|key| key.parse::<Chord>().ok()) {
                bindings.push((*context, chord, spec));
            }
        }
    }
    bindings
});

/// The row that a chord means in these contexts, the innermost first.
pub fn lookup(contexts: &[Context], chord: Chord) -> Option<&'static Spec> {
    contexts.iter().find_map(|context| {
        BINDINGS.iter().find(|(bound, key, _)| bound == context && *key == chord).map(|(_, _, spec)| *spec)
    })
}

/// The rows that apply in these contexts, the innermost first.
pub fn specs_in(contexts: &[Context]) -> impl Iterator<Item = &'static Spec> {
    contexts.iter().flat_map(|context| specs().filter(move |spec| spec.contexts.contains(context)))
}

#[cfg(test)]
mod tests;
