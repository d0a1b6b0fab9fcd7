//! What is told of fixes.

use crate::shell::remote::Ticket;
use domain::fix::Fix;

/// What came of a refusal.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What would admit the pod.
    Fixed(Ticket, Vec<Fix>),
}
