//! What the history is told.

use crate::history::state::History;

/// What came of keeping versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// What is kept of the policies that were live.
    Kept(Box<History>),
}
