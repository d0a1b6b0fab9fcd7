//! Forms: a few fields, checked when they are taken, each error under its field.
//!
//! A form is a struct of its feature whose fields have types; the box over the page sees it as a [`Form`].

mod field;

use std::fmt;

pub use field::{
    AnyField, Choice, ChoiceField, Fill, FormField, Input, PassphraseField, PasteField, Refused, Shown, TextField, Turn,
};

use crate::shell::editor::{EditOutcome, EditorCommand, Motion};
use crate::shell::field::FieldCommand;

/// A form as its box sees it: words, and fields in their order.
pub trait Form: fmt::Debug {
    fn title(&self) -> &str;

    /// What the form is for, in a sentence or two; empty where the title says it.
    fn intro(&self) -> &str;

    /// The fields in the order of the screen; `fields!` writes it.
    fn fields(&self) -> Vec<&dyn AnyField>;

    /// The fields in the order of the screen, to be filled in.
    fn fields_mut(&mut self) -> Vec<&mut dyn AnyField>;
}

/// Lists the fields of a form, in the order in which they are drawn and walked through.
macro_rules! fields {
    ($($field:ident),+ $(,)?) => {
        fn fields(&self) -> Vec<&dyn $crate::shell::form::AnyField> {
            vec![$(&self.$field),+]
        }

        fn fields_mut(&mut self) -> Vec<&mut dyn $crate::shell::form::AnyField> {
            vec![$(&mut self.$field),+]
        }
    };
}
pub(crate) use fields;

/// A form in its box, and which of its fields has the focus.
#[derive(Debug)]
pub struct FormBox<F: ?Sized> {
    focus: usize,
    form: Box<F>,
}

impl<F: Form + ?Sized> FormBox<F> {
    /// The focus is on the field that has an error, or else on the first.
    pub fn new(form: Box<F>) -> Self {
        let mut shown = Self { focus: 0, form };
        shown.focus_error();
        shown
    }

    pub fn form(&self) -> &F {
        &self.form
    }

    pub fn form_mut(&mut self) -> &mut F {
        &mut self.form
    }

    /// The number of the field that has the focus.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// Gives a field the focus; one that is not there leaves it to the last.
    pub fn focus_on(&mut self, number: usize) {
        self.focus = number.min(self.form.fields().len().saturating_sub(1));
    }

    /// Goes to the field that has an error.
    pub fn focus_error(&mut self) {
        let wrong = self.form.fields().iter().position(|field| field.error().is_some());
        self.focus = wrong.unwrap_or(self.focus);
    }

    /// Goes `by` fields on, around the ends.
    pub fn move_focus(&mut self, by: isize) {
        let count = self.form.fields().len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }

    pub fn focused(&mut self) -> Option<&mut dyn AnyField> {
        let focus = self.focus;
        self.form.fields_mut().into_iter().nth(focus)
    }

    /// Takes the next or previous choice of the focused field.
    pub fn move_choice(&mut self, by: isize) {
        if let Some(Input::Choice(choice)) = self.focused().map(AnyField::input) {
            choice.turn(by);
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
        match self.focused().map(AnyField::input) {
            Some(Input::Text(field)) => drop(field.input(command)),
            Some(Input::Secret(field)) => drop(field.input(command)),
            Some(Input::Paste(editor)) => drop(editor.input(EditorCommand::Move(motion))),
            Some(Input::Choice(choice)) => choice.turn(by),
            None => {}
        }
    }

    /// Puts a pasted text into the focused field.
    pub fn insert(&mut self, text: &str) {
        let Some(field) = self.focused() else { return };
        field.clear_error();
        match field.input() {
            Input::Text(field) => drop(field.input(FieldCommand::Text(text.to_owned()))),
            Input::Secret(field) => drop(field.input(FieldCommand::Text(text.to_owned()))),
            Input::Paste(editor) => {
                if let EditOutcome::Nul { line } = editor.input(EditorCommand::Text(text.to_owned())) {
                    field.show_error(format!("the pasted text holds a NUL in its line {line}: nothing was inserted"));
                }
            }
            Input::Choice(_) => {}
        }
    }

    pub fn clear_errors(&mut self) {
        self.form.fields_mut().into_iter().for_each(AnyField::clear_error);
    }
}
