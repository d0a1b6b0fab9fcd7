//! What `countersign explain` read and found out, for its reports.

use crate::cli::check::policy_file::Checked;
use domain::admission::Decision;
use domain::explain::cause::Diagnosis;
use domain::explain::incident::Incident;
use domain::explain::message::{Elsewhere, Reading, Refusal};
use domain::fix::Fix;

/// What was found out about one refusal.
pub(super) struct Explained {
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
    /// One for each refusal of the text, from the first on; of very many only for the first of them.
    pub(super) cases: Vec<Explained>,
    pub(super) policy: Option<Checked>,
    /// All refusals together.
    pub(super) incident: Incident,
    /// For each cause of the incident: until when it would have been admitted, where that is known.
    pub(super) turns: Vec<Option<String>>,
    /// Of many refusals each is told in full too.
    pub(super) all: bool,
}

impl Answer {
    /// The refusals with what was found out about them.
    pub(super) fn told(&self) -> impl Iterator<Item = (&Refusal, &Explained)> {
        self.reading.cases.iter().zip(&self.cases)
    }

    /// The diagnoses of a refusal by its number.
    pub(super) fn diagnoses(&self, number: usize) -> &[Diagnosis] {
        self.cases.get(number).map_or(&[], |explained| &explained.diagnoses)
    }

    /// How the policy that was given is named.
    pub(super) fn file(&self) -> &str {
        self.policy.as_ref().map(|checked| checked.file.as_str()).unwrap_or_default()
    }
}
