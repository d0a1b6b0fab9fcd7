//! What the editor can be told to do, as data.

/// Where the cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    Up,
    Down,
    WordLeft,
    WordRight,
    /// Goes to the first character that is no blank, and from there to the line's start.
    LineStart,
    LineEnd,
    /// Goes this many lines up.
    PageUp(usize),
    /// Goes this many lines down.
    PageDown(usize),
    TextStart,
    TextEnd,
    /// Goes to a place as diagnostics name it: line and column from 1, columns in characters.
    Position {
        line: usize,
        column: usize,
    },
    /// Goes to a place as the mouse names it: line from 0, and cell of the line from 0.
    Cell {
        line: usize,
        cell: usize,
    },
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditorCommand {
    /// Types one character.
    Insert(char),
    /// Inserts a text as it is: pasted into the terminal, or completed.
    Text(String),
    /// Breaks the line and indents the next one as YAML wants it.
    Newline,
    /// Indents the selected lines, or moves the cursor to the next stop.
    Indent,
    Outdent,
    /// Makes the lines comments, or no longer comments.
    ToggleComment,
    Backspace,
    Delete,
    DeleteWordLeft,
    DeleteWordRight,
    DeleteToLineStart,
    DeleteToLineEnd,
    DeleteLine,
    MoveLinesUp,
    MoveLinesDown,
    Move(Motion),
    /// Moves, and selects what is passed over.
    Select(Motion),
    SelectAll,
    SelectWord,
    SelectLine,
    Unselect,
    Undo,
    Redo,
    /// The selection, or the line where nothing is selected.
    Cut,
    Copy,
    /// Inserts what was last cut or copied here.
    Paste,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditOutcome {
    /// Nothing, as at the end of the text.
    Nothing,
    /// The cursor or the selection is another.
    Moved,
    /// The text is another.
    Changed,
    /// This text was copied; give it to the clipboard.
    Copied(String),
    /// This text was cut; give it to the clipboard.
    Cut(String),
    /// The text would become longer than [`MAX_BYTES`](crate::shell::editor::MAX_BYTES): nothing was done.
    TooLarge,
    /// What was to come in holds a NUL, in this line of it (from 1): nothing was done. Neither commands nor files
    /// of text can hold one.
    Nul { line: usize },
}
