//! The Policy Creator's draft: its text, what it means, and where it came from.

use super::editor::{Editor, EditorCommand, Motion};
use crate::domain::document::{Dialect, Document};
use crate::domain::lint::Diagnostic;
use crate::domain::policy::Policy;

#[derive(Debug)]
pub struct Draft {
    pub editor: Editor,
    pub document: Document,
    /// The revision of the editor that the document was made from.
    parsed: u64,
    /// The text as it was last taken from the project or imported: what differs from it is unsaved.
    pub baseline: String,
    /// Whether anything was ever put into it.
    pub touched: bool,
    /// What the search looks for.
    pub search: String,
}

impl Draft {
    /// From what was saved, or empty.
    pub fn new(saved: Option<String>) -> Self {
        let text = saved.unwrap_or_default();
        let editor = Editor::new(&text);
        let document = Document::parse(&text, Dialect::Gcloud);
        Self {
            parsed: editor.revision(),
            touched: !text.is_empty(),
            baseline: String::new(),
            search: String::new(),
            editor,
            document,
        }
    }

    /// Reads the text again if it changed.
    pub fn refresh(&mut self) {
        if self.parsed != self.editor.revision() {
            self.parsed = self.editor.revision();
            self.document = Document::parse(&self.editor.text(), Dialect::Gcloud);
            self.touched = true;
        }
    }

    /// The draft as a policy, if it is one.
    pub fn policy(&self) -> Option<&Policy> {
        self.document.policy.as_ref()
    }

    pub fn problems(&self) -> &[Diagnostic] {
        &self.document.diagnostics
    }

    /// Replaces the text; undo brings the old one back.
    pub fn replace(&mut self, text: &str) {
        self.editor.set_text(text);
        self.editor.input(EditorCommand::Move(Motion::TextStart));
        self.refresh();
    }

    /// Takes a text that is the project's policy now.
    pub fn take(&mut self, text: &str) {
        self.replace(text);
        text.clone_into(&mut self.baseline);
    }

    /// Whether it says something that neither the text last imported nor the live policy says.
    pub fn is_unsaved(&self, live: Option<&Policy>) -> bool {
        let is_live = || self.policy().zip(live).is_some_and(|(draft, live)| draft.says_the_same_as(live));
        self.touched && self.editor.text() != self.baseline && !is_live()
    }
}
