//! The box with the fixes, as a box.

use crate::action::{Action, Context};
use crate::boxes::{BoxState, row_at};
use crate::fix::state::FixesBox;
use crate::model::Model;

impl BoxState for FixesBox {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Fixes]
    }

    fn move_by(&mut self, model: &mut Model, rows: isize) {
        self.selected = row_at(self.selected, rows, model.fix.fixes.as_ref().map_or(0, |fixes| fixes.len()));
    }

    fn click(&mut self, _model: &mut Model, row: usize) -> Option<Action> {
        self.selected = row;
        None
    }

    fn has_buttons(&self) -> bool {
        true
    }
}
