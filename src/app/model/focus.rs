//! Which pane is shown, and what of it counts as looked at for the codelab.

use codelab::Seen;

use super::Model;
use crate::shell::tab::Pane;

impl Model {
    /// Shows a pane; what the codelab wants looked at counts as seen from here on.
    pub(crate) fn go(&mut self, pane: Pane) {
        self.nav.go(pane);
        self.mark_pane_seen(pane);
    }

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
