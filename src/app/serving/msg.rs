//! What is asked of the runtime about other programs, and what is told of them.

use crate::shell::report::Report;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Lets other programs use the sandbox, or not; answered by [`Msg::Changed`].
    Serve(bool),
}

/// Whether others may use the sandbox, and what they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// Whether other programs may use the sandbox, from now on.
    Changed(Result<bool, Report>),
    /// Other programs asked the sandbox something; whether anything was changed.
    Outside { wrote: bool },
}
