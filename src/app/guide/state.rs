//! The codelab's guide: which step is the current one, what was looked at, which hints are open.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::session::Session;
use codelab::{CheckResult, STEPS, Seen, Step};

/// The hint ladder: each press of the key opens one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Hint {
    #[default]
    None,
    Nudge,
    Explanation,
    /// The commands of 2018 and of today.
    Commands,
}

impl Hint {
    fn next(self) -> Self {
        match self {
            Self::None => Self::Nudge,
            Self::Nudge => Self::Explanation,
            Self::Explanation | Self::Commands => Self::Commands,
        }
    }
}

/// What survives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The ids of the steps whose check passed.
    pub done: BTreeSet<String>,
    pub started: bool,
    pub shown: bool,
}

#[derive(Debug, Default)]
pub struct Guide {
    pub progress: Progress,
    pub hint: Hint,
    /// What was looked at since the current step began.
    pub seen: BTreeSet<Seen>,
    /// The latest answer of the current step's check.
    pub result: Option<CheckResult>,
    /// The current step is to be done as soon as nothing is being read.
    pub wanted: bool,
    /// The current step was taken back, and what undoes it may be under way: its check counts only
    /// after it has failed.
    taken_back: bool,
}

impl Guide {
    pub fn new(progress: Progress) -> Self {
        Self { progress, ..Self::default() }
    }

    /// The id of the step that everything begins with.
    pub fn first_step() -> Option<&'static str> {
        STEPS.first().map(|step| step.id)
    }

    /// The first step that is not done, and its number from 0; `None` at the end.
    pub fn current(&self) -> Option<(usize, &'static Step)> {
        STEPS.iter().enumerate().find(|(_, step)| !self.progress.done.contains(step.id))
    }

    pub fn is_done(&self, step: &Step) -> bool {
        self.progress.done.contains(step.id)
    }

    pub fn toggle(&mut self) {
        self.progress.shown = !self.progress.shown;
        self.progress.started = true;
    }

    pub fn next_hint(&mut self) {
        self.hint = self.hint.next();
    }

    /// Checks the current step against the session, and goes on as far as checks pass. Returns the
    /// steps that were finished.
    ///
    /// A step that asks people to look at something counts only what was looked at since it began,
    /// so at most one such step passes at a time.
    pub fn check(&mut self, session: &Session) -> Vec<&'static Step> {
        let mut finished = Vec::new();
        if !self.progress.started {
            return finished;
        }
        while let Some((_, step)) = self.current() {
            let result = (step.check)(&session.facts(&self.seen));
            let passed = result.passed();
            self.result = Some(result);
            self.taken_back &= passed;
            if !passed || self.taken_back {
                break;
            }
            self.progress.done.insert(step.id.to_owned());
            self.seen.clear();
            self.hint = Hint::None;
            finished.push(step);
        }
        finished
    }

    /// Takes the step of this id back, so that it is the current one again.
    pub fn reopen(&mut self, step: &str) {
        self.progress.done.remove(step);
        self.seen.clear();
        self.hint = Hint::None;
        self.taken_back = true;
    }

    /// What was to undo the current step failed, or it is done anew: its check counts again.
    pub fn settle(&mut self) {
        self.taken_back = false;
    }

    pub fn finished(&self) -> bool {
        self.current().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::remote::Remote;
    use domain::resource::Project;

    fn session_with_project() -> Session {
        let mut session = Session { project: "codelab-1".parse().ok(), ..Session::default() };
        let project = Project { id: "codelab-1".into(), number: "1".into(), name: String::new() };
        session.remotes.projects = Remote::ready(vec![project], jiff::Timestamp::UNIX_EPOCH);
        session
    }

    #[test]
    fn a_guide_that_was_never_opened_checks_nothing() {
        let session = session_with_project();
        let mut guide = Guide::default();
        assert!(guide.check(&session).is_empty());
        assert_eq!(guide.result, None);
    }

    #[test]
    fn it_goes_on_to_the_first_step_that_is_not_done() {
        let session = session_with_project();
        let mut guide = Guide::default();
        guide.toggle();
        guide.next_hint();
        let finished = guide.check(&session);
        assert_eq!(finished.iter().map(|s| s.id).collect::<Vec<_>>(), ["project"]);
        assert_eq!(guide.current().map(|(n, s)| (n, s.id)), Some((1, "services")));
        assert_eq!(guide.hint, Hint::None);
    }

    #[test]
    fn the_hint_ladder_ends_at_the_commands() {
        let mut guide = Guide::default();
        for expected in [Hint::Nudge, Hint::Explanation, Hint::Commands, Hint::Commands] {
            guide.next_hint();
            assert_eq!(guide.hint, expected);
        }
    }
}
