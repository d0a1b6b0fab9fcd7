//! What changed before refusals, from the history of the policy that the workbench keeps.

use crate::history::state::Version;
use crate::model::Model;
use domain::admission::{CompiledPolicy, Evidence, evaluate};
use domain::explain::change::Changes;
use domain::explain::message::{Place, Refusal};
use domain::explain::past::{policy_changes, turn};
use domain::name::ProjectId;
use domain::policy::Policy;
use domain::policy_change::Dated;
use jiff::Timestamp;

/// How many versions of the policy are looked at, the latest first: what is older is hardly why something began now.
const VERSIONS: usize = 21;

impl Model {
    /// The last versions of the open project's policy, the oldest first.
    fn versions(&self) -> Vec<Dated> {
        let history = &self.history;
        if self.session.project.as_ref().map(ProjectId::as_str) != Some(history.project.as_str()) {
            return Vec::new();
        }
        let first = history.versions.len().saturating_sub(VERSIONS);
        history.versions.iter().skip(first).map(|version: &Version| Dated::from(version)).collect()
    }

    /// What is known to have changed.
    pub(crate) fn known_changes(&self) -> Changes {
        let versions = self.versions();
        let looked_at = if versions.is_empty() { Vec::new() } else { vec!["the policies that were live"] };
        Changes::new(policy_changes(&versions), looked_at)
    }

    /// Until when a refusal would have been admitted, where the history shows it; with what the attestors have now.
    pub(crate) fn until(&self, case: &Refusal, since: Option<Timestamp>) -> Option<String> {
        let time = since.or_else(|| case.subject.time.parse().ok())?;
        let request = self.question_of(case);
        if case.relative.is_some() || request.images.is_empty() || matches!(self.place_of(case), Place::Elsewhere(_)) {
            return None;
        }
        let none = Evidence::default();
        let evidence = self.session.remotes.evidence.value().map_or(&none, |evidence| &**evidence);
        let system = self.session.system_policy();
        let admits = |policy: &Policy| {
            let compiled = CompiledPolicy::new(policy, &system);
            evaluate(&compiled, &request, evidence, self.deps.verifier.as_ref()).outcome.admits()
        };
        turn(&self.versions(), time, admits).map(|turn| turn.text())
    }
}
