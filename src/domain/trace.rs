//! The tree of checks behind a decision.

use crate::domain::document::Path;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Pass,
    Fail,
    /// Not looked at, because something before it decided.
    Skipped,
    /// Could not be known: never shown as a pass.
    Unknown,
    /// A fact, or a warning that decides nothing.
    Note,
}

/// One check and the checks that it consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub status: Status,
    /// What was asked, in a few words.
    pub label: String,
    /// What was needed, where that says more than the label.
    pub expected: Option<String>,
    pub found: Option<String>,
    /// Where in the policy this stands.
    pub at: Option<Path>,
    pub children: Vec<Check>,
}

/// A decision's tree: its top level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    pub checks: Vec<Check>,
}
