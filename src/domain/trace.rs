//! The tree of checks behind a decision, and its plain text.
//!
//! A decision is made by code that is generic over [`Tracer`]: with [`Silent`] nothing is built,
//! with [`Recorder`] the same code leaves the tree. May use [`crate::document`] only.

use std::fmt;

use crate::document::Path;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Pass,
    Fail,
    /// Not looked at, because something before it decided.
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
    /// What was asked, in a few words.
    pub label: String,
    /// What was needed, where that says more than the label.
    pub expected: Option<String>,
    pub found: Option<String>,
    /// Where in the policy this stands.
    pub at: Option<Path>,
    pub children: Vec<Check>,
}

impl Check {
    /// A check without children; the other parts are added with the methods of their names.
    pub fn new(status: Status, label: impl Into<String>) -> Self {
        Self { status, label: label.into(), expected: None, found: None, at: None, children: Vec::new() }
    }

    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    #[must_use]
    pub fn found(self, found: impl Into<String>) -> Self {
        Self { found: Some(found.into()), ..self }
    }

    #[must_use]
    pub fn at(self, path: Path) -> Self {
        Self { at: Some(path), ..self }
    }

    #[must_use]
    pub fn children(self, children: Vec<Check>) -> Self {
        Self { children, ..self }
    }

    /// What was asked, needed and found, in one line without the status. Control characters and marks
    /// that change the direction of text are escaped: parts of it come from outside.
    pub fn text(&self) -> String {
        self.text_at(&Path::to_string)
    }

    /// The same, with the place in the policy as `place` says it.
    fn text_at(&self, place: &dyn Fn(&Path) -> String) -> String {
        let mut text = self.label.clone();
        if let Some(found) = &self.found {
            text.push_str(": ");
            text.push_str(found);
        }
        if let Some(expected) = &self.expected {
            text.push_str("; expected ");
            text.push_str(expected);
        }
        if let Some(path) = &self.at {
            text.push_str("  [");
            text.push_str(&place(path));
            text.push(']');
        }
        escaped(&text)
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

    /// The same, with each place in the policy as `place` says it, for example its line.
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

/// Without anything that a terminal obeys, or that would show a text other than it is (UAX 9).
pub(crate) fn escaped(text: &str) -> String {
    let unsafe_char = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.chars().any(unsafe_char) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if unsafe_char(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// A text from outside, cut where no image reference or key id is that long.
pub(crate) fn clipped(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut short: String = text.chars().take(LIMIT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
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
mod tests {
    use super::*;

    #[test]
    fn the_text_indents_and_says_the_status_in_words() {
        let mut recorder = Recorder::default();
        recorder.enter();
        recorder.check(|| Check::new(Status::Pass, "a part"));
        recorder.check(|| Check::new(Status::Unknown, "another").expected("x").found("y"));
        recorder.leave(|| Check::new(Status::Fail, "the whole"));
        recorder.check(|| Check::new(Status::Skipped, "after it"));
        insta::assert_snapshot!(recorder.finish(), @r"
        ✗ fail    the whole
          ✓ pass    a part
          ? unknown another: y; expected x
        - skipped after it
        ");
    }

    #[test]
    fn what_comes_from_outside_cannot_move_the_cursor() {
        assert_eq!(Check::new(Status::Note, "a").found("b\u{1b}[2J\nc").text(), "a: b\\u{1b}[2J\\nc");
    }

    #[test]
    fn the_first_failure_is_the_innermost_one() {
        let inner = Check::new(Status::Fail, "inner");
        let outer = Check::new(Status::Fail, "outer").children(vec![Check::new(Status::Pass, "fine"), inner]);
        let trace = Trace { checks: vec![Check::new(Status::Note, "first"), outer] };
        assert_eq!(trace.first_failure().map(|check| check.label.as_str()), Some("inner"));
    }
}
