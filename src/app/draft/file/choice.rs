//! What is picked in its lists, and what a yes does.

use crate::draft::file::state::FileText;

/// Which file is opened, and what counts where it was changed outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Open(String),
    List(String),
    /// Type the path of a file.
    TypePath,
    /// The draft's file was changed outside: take it.
    TakeOutside,
    /// Or leave the draft as it is.
    KeepMine,
    /// Or look at both first.
    CompareOutside,
}

/// What follows from a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Takes a file as the draft.
    Take(Box<FileText>),
}
