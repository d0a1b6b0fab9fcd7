//! Quick fixes: for a diagnostic that has an obvious remedy, the edits of the text that bring it.
//!
//! Pure functions of the document. An edit changes only what it has to: comments, the order of keys
//! and the layout around it stay as they are, in block style, in flow style and in JSON, with
//! either kind of line break.

mod change;
mod fields;
mod patterns;
mod platform;
mod rules;
mod snippet;
mod spot;
mod text;
mod token;
mod write;

use std::ops::Range;

use self::change::Change;
use self::spot::Spot;
pub(crate) use self::write::{with_pattern, with_rule};
use crate::diagnostic::Diagnostic;
use crate::document::Document;

/// One replacement in the text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in bytes of the document's text, on character boundaries.
    pub bytes: Range<usize>,
    pub text: String,
}

/// A remedy that is offered to the person, and applied when they say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickFix {
    /// What it does, in a few words: ``Write `evaluationMode` ``.
    pub title: String,
    /// Ascending, and not overlapping.
    pub edits: Vec<Edit>,
}

impl QuickFix {
    fn new(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), edits }
    }

    /// The text with the edits made; `text` is the one that the fix was made for.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for edit in &self.edits {
            out.push_str(text.get(done..edit.bytes.start).unwrap_or_default());
            out.push_str(&edit.text);
            done = edit.bytes.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

/// What can be done about `problem`, the best first; nothing where the remedy is not obvious.
pub fn quick_fixes(document: &Document, problem: &Diagnostic) -> Vec<QuickFix> {
    let change = Change { document };
    let mut fixes = text::fixes(change, problem);
    if let Some(spot) = Spot::find(document, &problem.span.bytes) {
        fixes.extend(fields::fixes(change, &spot, problem));
        fixes.extend(rules::fixes(change, &spot, problem));
        fixes.extend(patterns::fixes(change, &spot, problem));
        fixes.extend(platform::fixes(change, &spot, problem));
    }
    fixes
}

#[cfg(test)]
mod tests;
