//! One line of the log: a job with its commands, and how it ended.

use crate::command_log::again::Again;
use crate::shell::remote::Ticket;
use jiff::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryState {
    Running,
    Done,
    Failed(String),
    Cancelled,
    /// An earlier job of the same work failed.
    NotReached,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub ticket: Ticket,
    /// Which job of the ticket's work it is.
    pub number: usize,
    pub at: Timestamp,
    pub title: String,
    pub commands: Vec<String>,
    pub(crate) again: Again,
    pub state: EntryState,
}
