//! What is asked of the runtime about files, and what is told of them.

use crate::draft::file::state::{Edited, FileReply, FileTask, Outside};
use crate::shell::report::Report;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answered by [`Msg::Replied`].
    Task(FileTask),
    /// Gives the terminal and a text to the person's own editor; answered by [`Msg::Edited`].
    EditOutside(Outside),
}

/// What came of what was asked of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    Replied(FileReply),
    /// What the person's own editor left, or why there is nothing.
    Edited(Result<Edited, Report>),
}
