//! How a row of the table is written: a key of an action, and then what is said about it.

use crate::action::{Action, Context, Group, Spec};

/// A row that is bound nowhere yet, is not dangerous and is never in the footer.
pub(super) const fn key(group: Group, action: Action, keys: &'static [&'static str]) -> Spec {
    Spec { action, contexts: &[], keys, label: "", help: "", group, danger: false, footer: 0 }
}

impl Spec {
    pub(super) const fn on(mut self, contexts: &'static [Context]) -> Self {
        self.contexts = contexts;
        self
    }

    pub(super) const fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    pub(super) const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    pub(super) const fn footer(mut self, rank: u8) -> Self {
        self.footer = rank;
        self
    }

    pub(super) const fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
}
