//! Where keys are looked up, and whether they are text.

use crate::action::Context;
use crate::draft::complete::list::ProposalList;
use crate::model::Model;
use crate::shell::tab::{Pane, Tab};

impl Model {
    /// Where keys are looked up, the innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        if let Some(overlay) = self.overlays.last() {
            return overlay.as_box().contexts().to_vec();
        }
        if self.nav.filtering {
            return vec![Context::Filter, Context::Global];
        }
        if self.is_finding() {
            return vec![Context::Find, Context::Global];
        }
        let pane = Context::Pane(self.nav.focus());
        if self.nav.editing {
            let mut contexts = vec![Context::Editing, pane, Context::Global];
            if let Some(list) = self.proposals() {
                contexts.insert(0, Context::Completion);
                if list.is_chosen() {
                    contexts.insert(0, Context::Chosen);
                }
            }
            return contexts;
        }
        let reading = (self.nav.focus() == Pane::Editor).then_some(Context::Reading);
        let mut contexts: Vec<Context> = reading.into_iter().chain([pane]).collect();
        if self.guide.progress.shown {
            contexts.push(Context::Guide);
        }
        contexts.extend([Context::Browse, Context::Global]);
        contexts
    }

    pub(crate) fn takes_text(&self) -> bool {
        match self.overlays.last() {
            Some(overlay) => overlay.as_box().takes_text(),
            None => self.nav.filtering || self.nav.editing || self.is_finding(),
        }
    }

    /// The list of proposals, where it is shown.
    pub fn proposals(&self) -> Option<&ProposalList> {
        let shown = self.overlays.is_empty() && self.nav.editing && self.nav.focus() == Pane::Editor;
        self.draft.proposals.as_ref().filter(|_| shown)
    }

    /// Whether the bar of the draft's search takes the keys.
    pub fn is_finding(&self) -> bool {
        self.draft.finder.open && self.nav.tab == Tab::Policy && self.nav.focus() == Pane::Editor
    }
}
