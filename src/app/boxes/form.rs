//! The form, whose focused field takes the keys.

use crossterm::event::KeyEvent;

use super::BoxState;
use crate::action::{Action, Context};
use crate::draft::editor::EditorCommand;
use crate::draft::text::editor_command;
use crate::model::Model;
use crate::shell::field::FieldCommand;
use crate::shell::form::{Form, Input};

impl BoxState for Form {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Form]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn press(&mut self, key: KeyEvent) {
        let Some(field) = self.focused() else { return };
        field.error = None;
        let command = FieldCommand::of(key);
        match &mut field.input {
            Input::Text(text) => drop(command.map(|command| text.input(command))),
            Input::Secret(secret) => drop(command.map(|command| secret.input(command))),
            Input::Paste(editor) => drop(editor_command(key, 1).map(|command| editor.input(command))),
            Input::Choice { .. } if command == Some(FieldCommand::Insert(' ')) => self.move_choice(1),
            Input::Choice { .. } => {}
        }
    }

    fn paste(&mut self, text: &str) {
        let Some(field) = self.focused() else { return };
        field.error = None;
        match &mut field.input {
            Input::Text(input) => drop(input.input(FieldCommand::Text(text.to_owned()))),
            Input::Paste(editor) => drop(editor.input(EditorCommand::Text(text.to_owned()))),
            Input::Secret(secret) => drop(secret.input(FieldCommand::Text(text.to_owned()))),
            Input::Choice { .. } => {}
        }
    }

    fn click(&mut self, _model: &mut Model, row: usize) -> Option<Action> {
        if self.focus == row {
            self.move_choice(1);
        } else {
            self.focus = row.min(self.fields.len().saturating_sub(1));
        }
        None
    }
}
