//! What counts as looked at for the codelab.

use crate::model::Model;
use crate::shell::tab::Pane;
use codelab::Seen;

impl Model {
    /// Notes for the codelab that something was looked at.
    pub(crate) fn mark_seen(&mut self, seen: Seen) {
        self.guide.seen.insert(seen);
    }

    /// Notes that a pane was looked at: its list counts as seen where the values are there.
    pub(crate) fn mark_pane_seen(&mut self, pane: Pane) {
        let r = &self.session.remotes;
        let seen = match pane {
            Pane::Workloads if r.workloads.value().is_some() => Seen::Pods,
            Pane::Attestors if r.attestors.value().is_some() => Seen::Attestors,
            Pane::Attestations if r.attestations.value().is_some() => Seen::Attestations,
            Pane::Workloads
            | Pane::Attestors
            | Pane::Attestations
            | Pane::Setup
            | Pane::Images
            | Pane::Events
            | Pane::Decision
            | Pane::Editor
            | Pane::Problems
            | Pane::Preview
            | Pane::Field
            | Pane::Notes
            | Pane::Keys => return,
        };
        self.mark_seen(seen);
    }
}
