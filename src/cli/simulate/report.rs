//! What `countersign simulate` was asked and decided, for its reports.

use crate::cli::check::policy_file::Checked;
use domain::admission::Decision;
use domain::fix::Fix;

/// What was asked, and the answer.
pub(super) struct Answer {
    pub(super) checked: Checked,
    pub(super) decision: Decision,
    /// What would admit a pod that is denied, those that let in the least first.
    pub(super) fixes: Vec<Fix>,
}
