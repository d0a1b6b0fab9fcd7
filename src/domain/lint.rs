//! Diagnostics: what gcloud or the service would refuse in a policy, and what a careful reviewer
//! would not let pass.
//!
//! [`Document::parse`](crate::domain::document::Document::parse) runs them all. Every diagnostic
//! has a stable [`Code`]; the table of codes with their severities and helps is in `lint/code.rs`.

pub mod code;
pub mod schema;

mod decode;
mod nearest;
mod policy;
mod rule;
mod text;

pub use self::code::{Code, Severity};
pub(in crate::domain) use self::decode::{Decoder, shown};
pub(in crate::domain) use self::text::{check_characters, check_json, check_tabs, is_unprintable};

use crate::domain::document::{Bytes, Path};
use crate::domain::span::{LineIndex, Span};

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

/// More than a screen can show or a person will read; what comes after is counted, not kept.
const MAX_PROBLEMS: usize = 1_000;

/// Collects the diagnostics of one text.
#[derive(Debug)]
pub(in crate::domain) struct Problems<'t> {
    text: &'t str,
    lines: &'t LineIndex,
    list: Vec<Diagnostic>,
    errors: usize,
}

impl<'t> Problems<'t> {
    pub(in crate::domain) fn new(text: &'t str, lines: &'t LineIndex) -> Self {
        Self { text, lines, list: Vec::new(), errors: 0 }
    }

    pub(in crate::domain) fn push(&mut self, code: Code, at: Bytes, path: Path, message: String) {
        let severity = code.severity();
        self.errors += usize::from(severity == Severity::Error);
        if self.list.len() < MAX_PROBLEMS {
            let span = self.lines.span(self.text, at.range());
            self.list.push(Diagnostic { code, severity, span, path, message, help: code.help() });
        }
    }

    /// The 1-based line of a place.
    pub(in crate::domain) fn line(&self, at: Bytes) -> usize {
        self.lines.position(self.text, at.start()).line
    }

    pub(in crate::domain) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// In the order of the text; what several aliases repeat, once.
    pub(in crate::domain) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|problem| (problem.span.bytes.start, problem.code, problem.span.bytes.end));
        self.list.dedup_by(|b, a| (a.code, &a.span, &a.message) == (b.code, &b.span, &b.message));
        self.list
    }
}
