//! Boxes over the page: a stack. Keys go to the topmost one, painting goes from the bottom up.

use crate::action::Action;
use crate::draft::file;
use crate::explain::state::ExplainBox;
use crate::fix::break_glass::BreakGlassPod;
use crate::fix::mend::Mend;
use crate::fix::state::FixesBox;
use crate::history::state::HistoryBox;
use crate::import::state::Conflict;
use crate::job::Job;
use crate::policy_test::state::TestsBox;
use crate::shell::field::Field;
use crate::shell::fuzzy;
use crate::shell::offset::Offset;
use crate::shell::report::Report;
use crate::shell::tab::Pane;
use crate::sign::state::Wizard;
use crate::submission::OpenForm;
use crate::{attestor, cluster, decision, draft, fix, guide, history, people, policy_test, saving, what_if};
use domain::admission::Decision;

/// What was picked in a picker: a feature, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Action(Action),
    /// An action of a pane that has not the focus.
    ActionIn(Pane, Action),
    Theme(String),
    Attestor(attestor::Choice),
    Decision(decision::Choice),
    Draft(draft::Choice),
    File(file::Choice),
    People(people::Choice),
    Saving(saving::Choice),
    WhatIf(what_if::Choice),
}

/// An entry of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub label: String,
    /// Beside the label: what it is, which key.
    pub detail: String,
    pub choice: Choice,
}

/// The text of an entry that the filter of its list looks at.
pub fn searched(label: &str, detail: &str) -> String {
    format!("{label} {detail}")
}

/// A list to choose from, with a filter.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    pub title: String,
    pub entries: Vec<Entry>,
    pub filter: Field,
    /// Counts the entries that the filter leaves, in their order of fit.
    pub selected: usize,
    /// Which entries the filter leaves, best first; kept by `update`.
    pub shown: Vec<usize>,
}

impl Picker {
    /// Keeps the entries that fit the filter, best first.
    pub(crate) fn refilter(&mut self) {
        self.selected = 0;
        self.shown = fuzzy::rank(self.filter.text(), self.entries.iter().map(|e| searched(&e.label, &e.detail)));
    }
}

/// What a box asks before something is changed.
#[derive(Debug, Clone, Default)]
pub struct Confirm {
    pub title: String,
    /// Exactly what will happen.
    pub lines: Vec<String>,
    /// A difference to show below: before and after.
    pub diff: Option<(String, String)>,
    pub jobs: Vec<Job>,
    /// What happens besides the jobs, in this order.
    pub then: Vec<Then>,
    pub danger: bool,
    pub scroll: Offset,
}

/// What a confirmation does in the program itself: a feature, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    Quit,
    /// Closes the boxes below.
    CloseBoxes,
    Cluster(cluster::Then),
    Draft(draft::Then),
    File(file::Then),
    Fix(fix::Then),
    Guide(guide::Then),
    History(history::Then),
    PolicyTest(policy_test::Then),
}

/// A text to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reader {
    pub title: String,
    pub body: Body,
    pub scroll: Offset,
}

/// What a reader shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Wrapped at words.
    Prose(String),
    /// As it is, with line numbers.
    Code(String),
    /// Every byte, with visible line ends.
    Bytes(Vec<u8>),
    Diff {
        before: String,
        after: String,
    },
    /// What the live policy and the draft decide about one item.
    Decisions(Box<TwoDecisions>),
    /// Made from the model when it is drawn.
    Review,
    /// Made from the model when it is drawn.
    Replay,
    /// What registries have for the images that are looked at.
    Registry,
    Help,
    CommandLog,
    ApiLog,
    Report(Report),
    /// The decision about the chosen image under a version of the history.
    Against,
    /// A pod that breaks the glass, before it is deployed.
    BreakGlass(Box<BreakGlassPod>),
    /// A decision, as a tree.
    Decision(Box<Decision>),
}

/// Two decisions to look at next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoDecisions {
    pub live: Decision,
    pub draft: Decision,
}

impl Default for Body {
    fn default() -> Self {
        Self::Prose(String::new())
    }
}

/// A box; `M` is the model, of which a form in a box takes what it changes.
#[derive(Debug)]
pub enum Overlay<M> {
    Reader(Reader),
    Confirm(Box<Confirm>),
    Picker(Box<Picker>),
    Form(OpenForm<M>),
    Wizard(Box<Wizard>),
    Conflict(Box<Conflict>),
    History(HistoryBox),
    Tests(TestsBox),
    Explain(ExplainBox),
    Fixes(FixesBox),
    Mend(Box<Mend>),
}

impl<M> Overlay<M> {
    pub fn reader(title: impl Into<String>, body: Body) -> Self {
        Self::Reader(Reader { title: title.into(), body, scroll: Offset::default() })
    }
}
