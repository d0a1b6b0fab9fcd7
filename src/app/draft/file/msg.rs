//! What is told of files.

use crate::draft::file::state::FileReply;
use crate::shell::report::Report;

/// What came of what was asked of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    Replied(FileReply),
    /// What the person's own editor left, or why there is nothing.
    Edited(Result<String, Report>),
}
