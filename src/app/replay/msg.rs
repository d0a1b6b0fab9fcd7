//! What a replay is told.

use crate::replay::state::ReplayProgress;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::replay::Replay;

/// What came of audit log entries.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Progress(Ticket, ReplayProgress),
    Replayed(Ticket, Box<Result<Replay, Report>>),
}
