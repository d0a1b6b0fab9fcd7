//! What is asked of the runtime about fixes, and what is told of them.

use std::sync::Arc;

use crate::fix::state::FixAsk;
use crate::fix::trial::Trial;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::fix::Fix;
use domain::name::ClusterId;
use domain::workload_patch::WorkloadPatch;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Works out what would admit a refused pod; answered by [`Msg::Fixed`].
    Find(Ticket, Arc<FixAsk>),
    /// Tries a change of a workload without making it; answered by [`Msg::Tried`].
    Try(Ticket, ClusterId, Box<WorkloadPatch>),
}

/// What came of a refusal.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What would admit the pod.
    Fixed(Ticket, Vec<Fix>),
    /// What came of trying a change.
    Tried(Ticket, Result<Trial, Report>),
}
