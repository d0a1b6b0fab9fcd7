//! What is told of the cluster.

use crate::cluster::state::News;
use crate::shell::remote::Ticket;

/// What came of the watch that was begun.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What the cluster that is watched tells.
    Watched(Ticket, Box<News>),
}
