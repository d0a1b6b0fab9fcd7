//! What a key can do, and a row of the table of keys ([`crate::keymap`]).

use crate::draft::{complete, find};
use crate::shell::action::{BoxAction, FormAction, ListAction, PaneAction, ProgramAction, RowAction};
use crate::shell::chord::Chord;
use crate::shell::tab::Pane;
use crate::{
    attestor, case, cluster, command_log, decision, draft, explain, fix, guide, history, import, people, policy_test,
    replay, review, serving, sign, what_if,
};

/// What a key does: a feature, and what it does of it. What it means in a pane is said by the pane's row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Box(BoxAction),
    Form(FormAction),
    List(ListAction),
    Pane(PaneAction),
    Row(RowAction),
    Program(ProgramAction),
    Sign(sign::Action),
    Cluster(cluster::Action),
    Decision(decision::Action),
    Explain(explain::Action),
    WhatIf(what_if::Action),
    Attestor(attestor::Action),
    Draft(draft::Action),
    Complete(complete::action::Action),
    Find(find::action::Action),
    Review(review::Action),
    Replay(replay::Action),
    Case(case::Action),
    Fix(fix::Action),
    History(history::Action),
    PolicyTest(policy_test::Action),
    Import(import::Action),
    Guide(guide::Action),
    CommandLog(command_log::Action),
    Serving(serving::Action),
    People(people::Action),
}

/// Where a key is bound. The innermost context that binds it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// A box with text: help, logs, reports.
    Scroll,
    /// The box of a review, besides what every box with text has.
    Review,
    /// A box that asks.
    Confirm,
    /// A box with a list to choose from and a filter that takes text.
    List,
    Form,
    Wizard,
    /// The box of the command log, besides what every box with text has.
    CommandLog,
    /// The box with a three-way difference.
    Conflict,
    /// The box with the versions of the policy.
    History,
    /// The box with the tests of the draft.
    Tests,
    /// The box that explains a refusal.
    Explain,
    /// The box with the fixes of a refusal.
    Fixes,
    /// The box in which a workload is mended.
    Mend,
    /// The box with a pod that breaks the glass, besides what every box with text has.
    BreakGlass,
    /// The filter of a pane takes text.
    Filter,
    /// The bar of the draft's search takes text.
    Find,
    /// The list of proposals is open beside the cursor.
    Completion,
    /// The list of proposals was opened by its key, or a proposal was chosen: Enter takes it.
    Chosen,
    Pane(Pane),
    /// The draft's text has the focus and takes printable keys.
    Editing,
    /// The draft's text has the focus, and takes no keys yet.
    Reading,
    /// The guide is shown, and nothing takes printable keys.
    Guide,
    /// Nothing takes printable keys.
    Browse,
    Global,
}

/// A heading of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    Everywhere,
    Deployer,
    PolicyCreator,
    Attestor,
    Guide,
    Boxes,
}

impl Group {
    pub const ALL: [Self; 6] =
        [Self::Everywhere, Self::Deployer, Self::PolicyCreator, Self::Attestor, Self::Guide, Self::Boxes];

    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Deployer => "Deployer",
            Self::PolicyCreator => "Policy Creator",
            Self::Attestor => "Attestor",
            Self::Guide => "Guide",
            Self::Boxes => "In a box",
        }
    }
}

/// One row: an action as it is bound in some contexts.
#[derive(Debug)]
pub struct Spec {
    pub action: Action,
    pub contexts: &'static [Context],
    /// The first one is shown.
    pub keys: &'static [&'static str],
    /// The words of the footer; with `…` where something is asked first.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub group: Group,
    /// Changes something that cannot simply be taken back.
    pub danger: bool,
    /// The higher, the sooner it is in the footer; 0 never.
    pub footer: u8,
}

impl Spec {
    /// The key that is shown for it.
    pub fn key(&self) -> String {
        self.keys.first().and_then(|key| key.parse::<Chord>().ok()).map(Chord::label).unwrap_or_default()
    }

    /// All its keys.
    pub fn all_keys(&self) -> String {
        let labels: Vec<String> =
            self.keys.iter().filter_map(|key| key.parse::<Chord>().ok()).map(Chord::label).collect();
        labels.join(" ")
    }
}
