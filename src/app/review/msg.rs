//! What the preview and the review ask of the runtime, and what they are told.

use crate::review::ask::Ask;
use crate::review::state::{ReviewAsk, ReviewResult};
use crate::shell::remote::Ticket;
use domain::review::ReviewRow;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Decides a long inventory for the preview; the one before is given up.
    Preview(Ticket, Box<Ask>),
    /// Reviews the draft, with progress.
    Review(Ticket, Box<ReviewAsk>),
}

/// What came of a long inventory.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The rows of the preview.
    Previewed(Ticket, Vec<ReviewRow>),
    /// How many items a review has decided.
    Progress(Ticket, usize),
    Reviewed(Ticket, Box<ReviewResult>),
}
