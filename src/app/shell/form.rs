//! Forms: a few fields, checked when they are taken, each error under its field.

use crate::draft::editor::{Editor, EditorCommand, Motion};
use crate::review::state::ReviewFormat;
use crate::shell::field::{Field, FieldCommand, SecretField};
use domain::key::Passphrase;

/// What is filled in.
#[derive(Debug)]
pub enum Input {
    Text(Field),
    Secret(SecretField),
    /// Several lines, for an armored key.
    Paste(Box<Editor>),
    Choice {
        options: Vec<String>,
        chosen: usize,
    },
}

#[derive(Debug)]
pub struct FormField {
    /// Stable: the submission finds the field by it.
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub input: Input,
    pub error: Option<String>,
}

/// Which form it is, and what it carries along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormKind {
    Project,
    Cluster,
    Push,
    Deploy,
    Simulate,
    Manifest,
    /// Something that is assumed.
    Assume(Typed),
    Note,
    Attestor,
    Key,
    ImportKey,
    TypedImage,
    /// A message to explain.
    Explain,
    SaveFile,
    OpenFile,
    ExportPolicy,
    GoToLine,
    /// The file of the reviewer's list.
    Inventory,
    /// The file that a case is written to.
    Case,
    /// The file of audit log entries.
    Replay,
    /// The file that a review is written to.
    ExportReview(ReviewFormat),
    /// The file that the script of the session is written to.
    Session,
    /// A passphrase for signing in the codelab's *do it for me*.
    SignPassphrase,
    /// Why the glass is broken, and for what.
    BreakGlass,
}

/// An assumption that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    Attestor,
    Cluster,
    Namespace,
    Time,
}

impl Typed {
    pub const ALL: [Self; 4] = [Self::Attestor, Self::Cluster, Self::Namespace, Self::Time];

    /// The words in the list of what can be assumed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Attestor => "attested by…",
            Self::Cluster => "in another cluster…",
            Self::Namespace => "in another namespace…",
            Self::Time => "at another time…",
        }
    }

    pub fn field(self) -> &'static str {
        match self {
            Self::Attestor => "Attestor",
            Self::Cluster => "Cluster",
            Self::Namespace => "Namespace",
            Self::Time => "Time",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Self::Attestor => "projects/PROJECT/attestors/ATTESTOR",
            Self::Cluster => "LOCATION.NAME",
            Self::Namespace => "lower-case letters, digits and hyphens",
            Self::Time => {
                "UTC: 2026-01-31 14:05, or RFC 3339; what was attested later is not there, the policy is that of then"
            }
        }
    }
}

#[derive(Debug)]
pub struct Form {
    pub kind: FormKind,
    pub title: String,
    /// What the form is for, in a sentence or two.
    pub intro: String,
    pub fields: Vec<FormField>,
    pub focus: usize,
}

impl Form {
    pub fn new(kind: FormKind, title: impl Into<String>, intro: impl Into<String>) -> Self {
        Self { kind, title: title.into(), intro: intro.into(), fields: Vec::new(), focus: 0 }
    }

    #[must_use]
    pub fn text(self, id: &'static str, label: &'static str, value: &str, help: &'static str) -> Self {
        self.with(id, label, help, Input::Text(Field::new(value)))
    }

    #[must_use]
    pub fn secret(self, id: &'static str, label: &'static str, help: &'static str) -> Self {
        self.with(id, label, help, Input::Secret(SecretField::default()))
    }

    #[must_use]
    pub fn paste(self, id: &'static str, label: &'static str, help: &'static str) -> Self {
        self.with(id, label, help, Input::Paste(Box::default()))
    }

    #[must_use]
    pub fn choice(self, id: &'static str, label: &'static str, options: Vec<String>, help: &'static str) -> Self {
        self.with(id, label, help, Input::Choice { options, chosen: 0 })
    }

    fn with(mut self, id: &'static str, label: &'static str, help: &'static str, input: Input) -> Self {
        self.fields.push(FormField { id, label, help, input, error: None });
        self
    }

    /// Goes `by` fields on, around the ends.
    pub fn move_focus(&mut self, by: isize) {
        let count = self.fields.len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }

    pub fn focused(&mut self) -> Option<&mut FormField> {
        self.fields.get_mut(self.focus)
    }

    /// Takes the next or previous choice of the focused field.
    pub fn move_choice(&mut self, by: isize) {
        if let Some(FormField { input: Input::Choice { options, chosen }, .. }) = self.focused() {
            let count = options.len().max(1);
            *chosen = (*chosen + count).saturating_add_signed(by) % count;
        }
    }

    /// Makes this the choice of a field.
    pub fn choose(&mut self, id: &str, number: usize) {
        let input = self.fields.iter_mut().find(|field| field.id == id).map(|field| &mut field.input);
        if let Some(Input::Choice { options, chosen }) = input {
            *chosen = number.min(options.len().saturating_sub(1));
        }
    }

    /// The next choice of the focused field, or one character to the right in its text.
    pub fn right(&mut self) {
        self.sideways(1, FieldCommand::Right, Motion::Right);
    }

    /// The previous choice of the focused field, or one character to the left in its text.
    pub fn left(&mut self) {
        self.sideways(-1, FieldCommand::Left, Motion::Left);
    }

    fn sideways(&mut self, by: isize, command: FieldCommand, motion: Motion) {
        match self.focused().map(|field| &mut field.input) {
            Some(Input::Text(field)) => drop(field.input(command)),
            Some(Input::Secret(field)) => drop(field.input(command)),
            Some(Input::Paste(editor)) => drop(editor.input(EditorCommand::Move(motion))),
            Some(Input::Choice { .. }) => self.move_choice(by),
            None => {}
        }
    }

    /// The text of a field, without the white space around it.
    pub fn value(&self, id: &str) -> String {
        match self.input(id) {
            Some(Input::Text(field)) => field.text().trim().to_owned(),
            Some(Input::Paste(editor)) => editor.text(),
            Some(Input::Choice { options, chosen }) => options.get(*chosen).cloned().unwrap_or_default(),
            Some(Input::Secret(_)) | None => String::new(),
        }
    }

    /// The number of the choice that is taken.
    pub fn chosen(&self, id: &str) -> usize {
        match self.input(id) {
            Some(Input::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    pub fn secret_value(&self, id: &str) -> Passphrase {
        match self.input(id) {
            Some(Input::Secret(field)) => Passphrase::new(field.expose().to_owned()),
            _ => Passphrase::default(),
        }
    }

    fn input(&self, id: &str) -> Option<&Input> {
        self.fields.iter().find(|field| field.id == id).map(|field| &field.input)
    }

    /// Puts an error under a field and goes there.
    pub fn refuse(&mut self, id: &str, error: impl Into<String>) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.focus = at;
            if let Some(field) = self.fields.get_mut(at) {
                field.error = Some(error.into());
            }
        }
    }

    pub fn clear_errors(&mut self) {
        for field in &mut self.fields {
            field.error = None;
        }
    }
}
