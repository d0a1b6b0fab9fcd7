//! What the history asks of the runtime, and what it is told.

use crate::history::state::{History, Version};
use domain::name::ProjectId;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Keeps a version of a project's policy, unless it is the last one kept, and brings all that is kept.
    Keep(ProjectId, Option<Box<Version>>),
}

/// What came of keeping versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// What is kept of the policies that were live.
    Kept(Box<History>),
}
