//! What a yes does.

use crate::policy_test::state::Change;

/// What follows from a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Writes the tests file beside the draft.
    Write(Change),
}
