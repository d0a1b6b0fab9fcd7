//! What a yes does.

use domain::fix::FixStep;

/// What follows from a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Does the steps of a fix that are left.
    Steps(Vec<FixStep>),
}
