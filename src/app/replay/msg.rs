//! What a replay asks of the runtime, and what it is told.

use crate::replay::state::{ReplayAsk, ReplayProgress};
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::replay::Replay;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Replays audit log entries, with progress.
    Replay(Ticket, Box<ReplayAsk>),
}

/// What came of audit log entries.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Progress(Ticket, ReplayProgress),
    Replayed(Ticket, Box<Result<Replay, Report>>),
}
