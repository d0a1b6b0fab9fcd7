//! Quick fixes: for a diagnostic that has an obvious remedy, the edits of the text that bring it.
//!
//! Pure functions of the document. An edit changes only what it has to: comments, the order of keys
//! and the layout around it stay as they are, in block style, in flow style and in JSON, with
//! either kind of line break.

mod token;

use std::ops::Range;

use self::token::replaced;
use crate::domain::document::{Document, Path, Segment};
use crate::domain::lint::nearest::nearest;
use crate::domain::lint::schema::{self, Kind, Names};
use crate::domain::lint::{Code, Diagnostic};

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
    match problem.code {
        Code::UnknownKey | Code::SnakeCase => right_key(document, problem).into_iter().collect(),
        Code::UnknownValue => right_value(document, problem).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The key that was meant, in place of the one that is not known.
fn right_key(document: &Document, problem: &Diagnostic) -> Option<QuickFix> {
    let (Segment::Field(typed), parents) = problem.path.0.split_last()? else { return None };
    let message = schema::kind_at(schema::root(document.kind), &Path(parents.to_vec()))?.message()?;
    let meant = match message.field_in_snake_case(typed) {
        Some(field) => field.name,
        None => nearest(typed, message.fields.iter().map(|field| field.name))?,
    };
    Some(written(document, problem, meant))
}

/// The value that was meant, in place of the one that is not known.
fn right_value(document: &Document, problem: &Diagnostic) -> Option<QuickFix> {
    let names = names_at(document, &problem.path)?;
    let typed = token::content(document.text.get(problem.span.bytes.clone())?);
    let meant = nearest(typed, names.all.iter().skip(1).copied())?;
    Some(written(document, problem, meant))
}

fn names_at(document: &Document, path: &Path) -> Option<&'static Names> {
    match schema::kind_at(schema::root(document.kind), path)? {
        Kind::Enum(names) => Some(names),
        _ => None,
    }
}

/// The scalar that the problem stands at, replaced by `meant`.
fn written(document: &Document, problem: &Diagnostic, meant: &str) -> QuickFix {
    let edit = replaced(document, problem.span.bytes.clone(), meant);
    QuickFix::new(format!("Write `{meant}`"), vec![edit])
}

#[cfg(test)]
mod tests;
