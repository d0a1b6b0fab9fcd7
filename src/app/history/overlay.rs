//! The box with the versions, as a box.

use crate::action::{Action, Context};
use crate::boxes::{BoxState, row_at};
use crate::history::state::HistoryBox;
use crate::model::Model;

impl BoxState for HistoryBox {
    fn contexts(&self) -> &'static [Context] {
        &[Context::History]
    }

    fn move_by(&mut self, model: &mut Model, rows: isize) {
        self.selected = row_at(self.selected, rows, model.history.versions.len());
    }

    fn click(&mut self, _model: &mut Model, row: usize) -> Option<Action> {
        self.selected = row;
        None
    }

    fn has_buttons(&self) -> bool {
        true
    }
}
