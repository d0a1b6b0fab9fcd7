//! The list to choose from, with its filter.

use crossterm::event::KeyEvent;

use super::{BoxState, row_at};
use crate::action::{Action, Context};
use crate::model::Model;
use crate::overlay::Picker;
use crate::shell::action::ListAction;
use crate::shell::field::FieldCommand;

impl BoxState for Picker {
    fn contexts(&self) -> &'static [Context] {
        &[Context::List]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn press(&mut self, key: KeyEvent) {
        if FieldCommand::of(key).is_some_and(|command| self.filter.input(command)) {
            self.refilter();
        }
    }

    fn paste(&mut self, text: &str) {
        self.filter.input(FieldCommand::Text(text.to_owned()));
        self.refilter();
    }

    fn move_by(&mut self, _model: &mut Model, rows: isize) {
        self.selected = row_at(self.selected, rows, self.shown.len());
    }

    fn click(&mut self, _model: &mut Model, row: usize) -> Option<Action> {
        if self.selected == row {
            return Some(Action::List(ListAction::Pick));
        }
        self.selected = row.min(self.shown.len().saturating_sub(1));
        None
    }
}
