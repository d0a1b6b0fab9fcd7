//! The tree of checks behind a decision, and its plain text.
//!
//! A decision is made by code that is generic over [`Tracer`]: with [`Silent`] nothing is built,
//! with [`Recorder`] the same code leaves the tree. A check holds what it is about as a kind; its words
//! are made when somebody reads them.

use std::fmt;

use super::check::{CheckKind, Wording, Words};
use crate::path::Path;
use crate::text::escape;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Pass,
    Fail,
    /// The check was not looked at, because something before it decided.
    Skipped,
    /// Could not be known: never shown as a pass.
    Unknown,
    /// A fact, or a warning that decides nothing.
    Note,
}

impl Status {
    /// One column wide; never the only sign, the word stands beside it.
    pub fn glyph(self) -> char {
        match self {
            Self::Pass => '✓',
            Self::Fail => '✗',
            Self::Skipped => '-',
            Self::Unknown => '?',
            Self::Note => '·',
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
            Self::Note => "note",
        }
    }
}

/// One check and the checks that it consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub status: Status,
    /// What was asked, needed and found.
    pub kind: CheckKind,
    /// Where in the policy this stands.
    pub at: Option<Path>,
    pub children: Vec<Self>,
    wording: Wording,
}

impl Check {
    /// A check without children; the other parts are added with the methods of their names.
    pub fn new(status: Status, kind: impl Into<CheckKind>) -> Self {
        Self { status, kind: kind.into(), at: None, children: Vec::new(), wording: Wording::default() }
    }

    #[must_use]
    pub fn with_path(self, path: Path) -> Self {
        Self { at: Some(path), ..self }
    }

    #[must_use]
    pub fn children(self, children: Vec<Self>) -> Self {
        Self { children, ..self }
    }

    /// What was asked, needed and found, for display: facts stand in the kind.
    pub fn words(&self) -> Words {
        self.wording.words(&self.kind)
    }

    /// What was asked, needed and found, in one line without the status. Control characters and marks
    /// that change the direction of text are escaped: parts of it come from outside.
    pub fn text(&self) -> String {
        self.text_at(&Path::to_string)
    }

    /// The text of [`Check::text`], with the place in the policy as `place` says it.
    pub fn text_at(&self, place: &dyn Fn(&Path) -> String) -> String {
        let Words { label, expected, found } = self.words();
        let mut text = label.into_owned();
        if let Some(found) = found {
            text.push_str(": ");
            text.push_str(&found);
        }
        if let Some(expected) = expected {
            text.push_str("; expected ");
            text.push_str(&expected);
        }
        if let Some(path) = &self.at {
            text.push_str("  [");
            text.push_str(&place(path));
            text.push(']');
        }
        escape(&text)
    }

    /// This check and every one below it, in the order in which a tree shows them.
    pub fn flat(&self) -> Vec<&Check> {
        let mut flat = Vec::new();
        self.walk(0, &mut |_, check| flat.push(check));
        flat
    }

    /// The first failed check below, or this one, that has no failed part: where to look first.
    pub fn first_failure(&self) -> Option<&Check> {
        let below = self.children.iter().find_map(Self::first_failure);
        below.or_else(|| (self.status == Status::Fail).then_some(self))
    }

    fn walk<'c>(&'c self, depth: usize, visit: &mut impl FnMut(usize, &'c Check)) {
        visit(depth, self);
        for child in &self.children {
            child.walk(depth + 1, visit);
        }
    }
}

/// A decision's tree: its top level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    pub checks: Vec<Check>,
}

impl Trace {
    /// Every check with its depth, in the order in which the text shows them.
    pub fn flat(&self) -> Vec<(usize, &Check)> {
        let mut flat = Vec::new();
        for check in &self.checks {
            check.walk(0, &mut |depth, check| flat.push((depth, check)));
        }
        flat
    }

    /// The tree as plain text: two spaces a level, the status as glyph and word.
    pub fn lines(&self) -> Vec<String> {
        self.lines_at(&Path::to_string)
    }

    /// The lines of [`Trace::lines`], with each place in the policy as `place` says it, for example its line.
    pub fn lines_at(&self, place: &dyn Fn(&Path) -> String) -> Vec<String> {
        let line = |(depth, check): (usize, &Check)| {
            let (glyph, word, text) = (check.status.glyph(), check.status.word(), check.text_at(place));
            format!("{:indent$}{glyph} {word:<7} {text}", "", indent = depth * 2)
        };
        self.flat().into_iter().map(line).collect()
    }

    /// The innermost check that failed first: where to look first.
    pub fn first_failure(&self) -> Option<&Check> {
        self.checks.iter().find_map(Check::first_failure)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().into_iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Takes the checks that deciding code makes. The closures run only if somebody wants the result.
pub trait Tracer {
    /// The checks until the matching [`Tracer::leave`] are parts of one.
    fn enter(&mut self);

    /// Ends what [`Tracer::enter`] began; the check takes the parts in front of its own children.
    fn leave(&mut self, check: impl FnOnce() -> Check);

    /// A check without traced parts.
    fn check(&mut self, check: impl FnOnce() -> Check);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Tracer for Silent {
    fn enter(&mut self) {}

    fn leave(&mut self, _check: impl FnOnce() -> Check) {}

    fn check(&mut self, _check: impl FnOnce() -> Check) {}
}

/// Keeps the tree.
#[derive(Debug, Default)]
pub struct Recorder {
    /// The checks made so far at the current level.
    level: Vec<Check>,
    /// The levels above.
    above: Vec<Vec<Check>>,
}

impl Recorder {
    /// The tree, once everything entered has been left.
    pub fn finish(self) -> Trace {
        Trace { checks: self.level }
    }
}

impl Tracer for Recorder {
    fn enter(&mut self) {
        self.above.push(std::mem::take(&mut self.level));
    }

    fn leave(&mut self, check: impl FnOnce() -> Check) {
        let parts = std::mem::replace(&mut self.level, self.above.pop().unwrap_or_default());
        let mut check = check();
        check.children.splice(0..0, parts);
        self.level.push(check);
    }

    fn check(&mut self, check: impl FnOnce() -> Check) {
        self.level.push(check());
    }
}

#[cfg(test)]
impl Trace {
    /// The tree with the same words for every check.
    pub(crate) fn reworded(mut self) -> Self {
        fn reword(checks: &mut [Check]) {
            for check in checks {
                check.wording = Wording::Uniform;
                reword(&mut check.children);
            }
        }
        reword(&mut self.checks);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Outcome;
    use crate::admission::check::{AttestationCheck, AttestorCheck, ImageContainer, RuleCheck};

    fn remark(status: Status, text: &str) -> Check {
        Check::new(status, AttestationCheck::Warning(text.to_owned()))
    }

    #[test]
    fn the_text_indents_and_says_the_status_in_words() {
        let mut recorder = Recorder::default();
        recorder.enter();
        recorder.check(|| remark(Status::Pass, "a part"));
        recorder.check(|| Check::new(Status::Unknown, RuleCheck::NoAttestors));
        recorder.leave(|| Check::new(Status::Fail, AttestorCheck::Attestor { name: "qa".to_owned() }));
        recorder.check(|| Check::new(Status::Skipped, CheckKind::Outcome(Outcome::Admit)));
        insta::assert_snapshot!(recorder.finish(), @r"
        ✗ fail    attestor qa
          ✓ pass    a part
          ? unknown attestors of the rule: none; expected at least one
        - skipped the pod is admitted
        ");
    }

    #[test]
    fn what_comes_from_outside_cannot_move_the_cursor() {
        let container =
            ImageContainer { kind: crate::admission::ContainerKind::Container, name: "b\u{1b}[2J\nc".to_owned() };
        let kind = CheckKind::Image { image: "a".to_owned(), container: Some(container) };
        assert_eq!(Check::new(Status::Note, kind).text(), "image a: container b\\u{1b}[2J\\nc");
    }

    #[test]
    fn the_first_failure_is_the_innermost_one() {
        let inner = remark(Status::Fail, "inner");
        let outer = remark(Status::Fail, "outer").children(vec![remark(Status::Pass, "fine"), inner.clone()]);
        let trace = Trace { checks: vec![remark(Status::Note, "first"), outer] };
        assert_eq!(trace.first_failure(), Some(&inner));
    }
}
