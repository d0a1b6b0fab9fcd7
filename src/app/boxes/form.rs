//! The form, whose focused field takes the keys.

use crossterm::event::KeyEvent;

use super::BoxState;
use crate::action::{Action, Context};
use crate::draft::text::editor_command;
use crate::model::Model;
use crate::shell::field::FieldCommand;
use crate::shell::form::Input;
use crate::submission::OpenForm;

impl BoxState for OpenForm<Model> {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Form]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn press(&mut self, key: KeyEvent) {
        let Some(field) = self.focused() else { return };
        field.clear_error();
        let command = FieldCommand::of(key);
        match field.input() {
            Input::Text(text) => drop(command.map(|command| text.input(command))),
            Input::Secret(secret) => drop(command.map(|command| secret.input(command))),
            Input::Paste(editor) => drop(editor_command(key, 1).map(|command| editor.input(command))),
            Input::Choice(choice) if command == Some(FieldCommand::Insert(' ')) => choice.turn(1),
            Input::Choice(_) => {}
        }
    }

    fn paste(&mut self, text: &str) {
        self.insert(text);
    }

    fn click(&mut self, _model: &mut Model, row: usize) -> Option<Action> {
        if self.focus() == row {
            self.move_choice(1);
        } else {
            self.focus_on(row);
        }
        None
    }
}
