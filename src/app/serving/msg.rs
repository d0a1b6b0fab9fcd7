//! What is told of other programs.

use crate::shell::report::Report;

/// Whether others may use the sandbox, and what they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// Whether other programs may use the sandbox, from now on.
    Changed(Result<bool, Report>),
    /// Other programs asked the sandbox something; whether anything was changed.
    Outside { wrote: bool },
}
