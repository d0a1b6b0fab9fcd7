//! What is asked of the runtime about fixes, and what is told of them.

use std::sync::Arc;

use crate::fix::state::FixAsk;
use crate::shell::remote::Ticket;
use domain::fix::Fix;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Works out what would admit a refused pod; answered by [`Msg::Fixed`].
    Find(Ticket, Arc<FixAsk>),
}

/// What came of a refusal.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What would admit the pod.
    Fixed(Ticket, Vec<Fix>),
}
