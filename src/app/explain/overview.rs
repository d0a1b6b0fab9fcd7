//! What the box says of many refusals: how much is refused since when, what changed before it, and each cause with its
//! workloads and what is behind the first of them.

use crate::explain::line::{ExplainLine, Look};
use crate::explain::state::Link;
use crate::model::Model;
use domain::admission::evaluate;
use domain::explain::cause::{CauseKind, Confidence, Diagnosis, PresentState, diagnose};
use domain::explain::incident::{Cause, Incident, Layout, Standing};
use domain::explain::message::{Place, Refusal};

/// The lines of names that all causes have together, so that a few fit a box.
const NAMES: usize = 16;
/// Cells of a line of names.
const COLUMNS: usize = 90;
/// More causes have a line each.
const WHOLE: usize = 12;

impl Model {
    /// The lines of the box over all refusals together.
    pub(crate) fn incident_lines(&self) -> Vec<ExplainLine> {
        let incident = self.explain.incident.clone().changed(self.known_changes());
        let look = if incident.refused().next().is_some() { Look::Refused } else { Look::Elsewhere };
        let mut lines = vec![ExplainLine::new(look, "", incident.headline())];
        let besides = incident.besides();
        if !besides.is_empty() {
            lines.push(ExplainLine::new(Look::Fact, "besides", besides));
        }
        lines.extend(changed(&incident));
        let rows = (NAMES / incident.causes.len().max(1)).clamp(2, 8);
        for (number, cause) in incident.causes.iter().enumerate() {
            if number < WHOLE {
                self.cause_lines(&mut lines, cause, Layout { columns: COLUMNS, rows });
            } else {
                lines.push(head(cause));
            }
        }
        let unknown = &self.explain.reading.unknown;
        lines.extend(unknown.iter().map(|text| ExplainLine::new(Look::Unknown, "?", text.clone())));
        lines
    }

    fn cause_lines(&self, lines: &mut Vec<ExplainLine>, cause: &Cause, layout: Layout) {
        lines.push(ExplainLine::new(Look::Dim, "", ""));
        lines.push(head(cause));
        lines.extend(cause.lists(layout).into_iter().map(|names| ExplainLine::new(Look::Fact, "", names)));
        let Some(case) = cause.cases.first().and_then(|number| self.explain.reading.cases.get(*number)) else { return };
        if let Place::Elsewhere(elsewhere) = self.place_of(case) {
            lines.push(ExplainLine::new(Look::Elsewhere, "", elsewhere.text()));
        }
        let of = if cause.cases.len() > 1 { "the first: " } else { "" };
        for told in self.first_causes(case).into_iter().flat_map(|found| found.causes).take(2) {
            let look = match told.kind {
                CauseKind::AdmittedNow => Look::Admitted,
                _ => Look::Cause(told.confidence),
            };
            let is_guess = told.confidence == Confidence::Possible && lines.last().is_some_and(ExplainLine::is_cause);
            if !is_guess {
                lines.push(ExplainLine::new(look, told.confidence.as_str(), format!("{of}{}", told.text)));
            }
        }
        if let Some(text) = self.until(case, cause.since) {
            lines.push(ExplainLine::new(Look::Fact, "until", text));
        }
    }

    /// What can be behind a refusal that is not the one that is shown: by the live policy and what the attestors have.
    fn first_causes(&self, case: &Refusal) -> Vec<Diagnosis> {
        let [live, _] = self.decisions.rules_as_they_are();
        let evidence = self.session.remotes.evidence.value();
        let request = self.question_of(case);
        let can_ask = case.relative.is_none()
            && !request.images.is_empty()
            && !matches!(self.place_of(case), Place::Elsewhere(_))
            && self.session.cluster_info().is_none_or(|cluster| cluster.enforced)
            && !self.session.remotes.evidence.is_loading();
        let (Some(live), Some(evidence), true) = (live, evidence, can_ask) else {
            return case.findings.iter().map(|finding| diagnose(case, finding, None)).collect();
        };
        let decision = evaluate(&live.rules, &request, evidence, self.deps.verifier.as_ref());
        let is_here = self.with_open(|open| case.is_tied(open));
        let state = PresentState { decision: &decision, policy: &live.policy, evidence, is_here };
        case.findings.iter().map(|finding| diagnose(case, finding, Some(&state))).collect()
    }
}

/// A cause in a line, which leads to its first refusal.
fn head(cause: &Cause) -> ExplainLine {
    let look = match cause.key.standing {
        Standing::Refused => Look::Refused,
        Standing::Elsewhere(_) => Look::Elsewhere,
        Standing::Marked(_) => Look::Marked,
    };
    let times = if cause.times > cause.count() { format!("  ({} times)", cause.times) } else { String::new() };
    let text = format!("{} × {}{times}", cause.count(), cause.key.title_by_rule());
    let line = ExplainLine::new(look, "", text);
    match cause.cases.first() {
        Some(number) => line.link_to(Link::Case(*number)),
        None => line,
    }
}

/// What changed before the first refusal, and since.
fn changed(incident: &Incident) -> Vec<ExplainLine> {
    let (changes, since) = (&incident.changes, incident.since());
    let line = |label, text: String| ExplainLine::new(Look::Fact, label, text);
    let before = changes.before.iter().map(|change| line("changed", change.text(since)));
    let after = changes.after.iter().map(|change| line("since", change.text(since)));
    let mut lines: Vec<ExplainLine> = before.chain(after).collect();
    let unknown = match (changes.looked_at.is_empty(), changes.before.is_empty()) {
        (true, _) => "what changed before it: the history of the policy is not read",
        (false, true) => "what changed before it: the history has no change of the policy so early",
        (false, false) => "whether attestors, keys, notes or images changed: only the policy has a history here",
    };
    lines.push(ExplainLine::new(Look::Unknown, "?", unknown));
    lines
}
