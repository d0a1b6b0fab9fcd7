//! What the preview and the review are told.

use crate::review::state::Reviewed;
use crate::shell::remote::Ticket;
use domain::review::ReviewRow;

/// What came of a long inventory.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The rows of the preview.
    Previewed(Ticket, Vec<ReviewRow>),
    /// How many items a review has decided.
    Progress(Ticket, usize),
    Reviewed(Ticket, Box<Reviewed>),
}
