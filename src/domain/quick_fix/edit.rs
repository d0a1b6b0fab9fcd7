//! Edits of a text, and a remedy that is made of them.

use std::ops::Range;

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
    pub(super) fn new(title: impl Into<String>, edits: Vec<Edit>) -> Self {
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
