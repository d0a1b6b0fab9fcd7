//! Diagnostics: what gcloud or the service would refuse in a policy, and what a careful reviewer
//! would not let pass.
//!
//! Every diagnostic has a stable [`Code`] (the table is in `diagnostic/code.rs`) and a page of help with a
//! wrong and a right example (`diagnostic/page/`). Who finds them: [`crate::document`] while it reads a text,
//! with the checks of `lint`, and [`crate::project_lint`]. May use [`crate::span`], [`crate::path`]
//! and [`crate::policy`].

pub mod code;
pub mod page;

pub use self::code::{Code, Severity};
pub use self::page::{Page, nearest_code, page};

use crate::path::Path;
use crate::span::{Bytes, LineIndex, Span};

/// One problem at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub span: Span,
    /// Where in the policy; empty for a problem of the whole text.
    pub path: Path,
    /// One sentence.
    pub message: String,
    /// The reason, and what to do: [`Code::help`].
    pub help: &'static str,
}

/// How many problems of each severity are kept; what comes after is counted.
const MAX_PROBLEMS: usize = 1_000;

/// Collects the diagnostics of one text.
#[derive(Debug)]
pub(crate) struct Problems<'t> {
    text: &'t str,
    lines: &'t LineIndex,
    list: Vec<Diagnostic>,
    /// How many there were of each severity.
    counts: [usize; Severity::COUNT],
}

impl<'t> Problems<'t> {
    pub(crate) fn new(text: &'t str, lines: &'t LineIndex) -> Self {
        Self { text, lines, list: Vec::new(), counts: [0; Severity::COUNT] }
    }

    pub(crate) fn push(&mut self, code: Code, at: Bytes, path: Path, message: String) {
        if self.is_full(code) {
            return self.count(code);
        }
        let span = self.lines.span(self.text, at.range());
        self.push_at(code, span, path, message);
    }

    pub(crate) fn push_at(&mut self, code: Code, span: Span, path: Path, message: String) {
        if !self.is_full(code) {
            self.list.push(Diagnostic { code, severity: code.severity(), span, path, message, help: code.help() });
        }
        self.count(code);
    }

    /// Notes a problem that is not kept.
    pub(crate) fn count(&mut self, code: Code) {
        if let Some(count) = self.counts.get_mut(code.severity() as usize) {
            *count += 1;
        }
    }

    /// Whether no more problems as severe as `code` are kept.
    pub(crate) fn is_full(&self, code: Code) -> bool {
        self.counts.get(code.severity() as usize).is_some_and(|count| *count >= MAX_PROBLEMS)
    }

    pub(crate) fn slice(&self, at: Bytes) -> &'t str {
        self.text.get(at.range()).unwrap_or_default()
    }

    /// The 1-based line of a place.
    pub(crate) fn line(&self, at: Bytes) -> usize {
        self.lines.position(self.text, at.start()).line
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.counts.get(Severity::Error as usize).is_some_and(|count| *count > 0)
    }

    /// How many problems were not kept.
    pub(crate) fn unlisted(&self) -> usize {
        self.counts.iter().map(|count| count.saturating_sub(MAX_PROBLEMS)).sum()
    }

    /// The problems in the order of the text; what several aliases repeat, once.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|problem| (problem.span.bytes.start, problem.code, problem.span.bytes.end));
        self.list.dedup_by(|b, a| (a.code, &a.span, &a.message) == (b.code, &b.span, &b.message));
        self.list
    }
}

/// A text of the user's in a message: not longer than a line, and nothing that a terminal obeys.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 80;
    let mut shown = String::new();
    for c in text.chars().take(MOST) {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
