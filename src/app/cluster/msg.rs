//! What is asked of the runtime about the cluster, and what is told of it.

use crate::cluster::state::News;
use crate::shell::remote::Ticket;
use domain::name::ClusterId;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Watches this cluster from now on and no other, or none; what it tells has the ticket.
    Watch(Ticket, Option<ClusterId>),
}

/// What came of the watch that was begun.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What the cluster that is watched tells.
    Watched(Ticket, Box<News>),
}
