//! What `countersign explain` read and found out, for its reports.

use crate::cli::check::policy_file::Checked;
use domain::admission::Decision;
use domain::explain::cause::Diagnosis;
use domain::explain::message::{Elsewhere, Reading, Refusal};
use domain::fix::Fix;

/// One case, with what can be behind each of its findings.
pub(super) struct Explained {
    pub(super) case: Refusal,
    /// It was in another place than the flags say, so that nothing was asked.
    pub(super) elsewhere: Option<Elsewhere>,
    /// The question asked again.
    pub(super) again: Option<Decision>,
    pub(super) diagnoses: Vec<Diagnosis>,
    /// What would admit it under the policy that was given.
    pub(super) fixes: Vec<Fix>,
}

pub(super) struct Answer {
    pub(super) reading: Reading,
    pub(super) cases: Vec<Explained>,
    pub(super) policy: Option<Checked>,
}
