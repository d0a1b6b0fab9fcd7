//! What keys do in every box, form, list and pane, and with the program as a whole. Uses nothing.

/// What a key does with what every box has; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoxAction {
    Close,
    CloseQ,
    Accept,
    Refuse,
    CopyAll,
    ScrollUp,
    ScrollDown,
    ScrollPageUp,
    ScrollPageDown,
    ScrollLeft,
    ScrollRight,
    ScrollHome,
    ScrollEnd,
}

/// What a key does with a form; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FormAction {
    Submit,
    NextField,
    PreviousField,
    NextChoice,
    PreviousChoice,
}

/// What a key does with a list to choose from; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListAction {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Pick,
}

/// What a key does with the focused pane; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaneAction {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Back,
    Filter,
    FilterTake,
    FilterClear,
    NextPane,
    PreviousPane,
    /// Shows the focused pane alone, or all panes again.
    Enlarge,
    /// Copies the most useful text of the selected row.
    Copy,
}

/// What a key does with the selected row of a pane; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowAction {
    Open,
    New,
    Delete,
}

/// What a key does with the program as a whole; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgramAction {
    Deployer,
    DeployerAnywhere,
    PolicyCreator,
    PolicyCreatorAnywhere,
    Attestor,
    AttestorAnywhere,
    Reload,
    Palette,
    PaletteAnywhere,
    Help,
    HelpAnywhere,
    ApiLog,
    Theme,
    CancelWork,
    Suspend,
    Quit,
    QuitAnywhere,
}
