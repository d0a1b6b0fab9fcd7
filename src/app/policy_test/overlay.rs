//! The box with the tests, as a box.

use crate::action::{Action, Context};
use crate::boxes::{BoxState, row_at};
use crate::model::Model;
use crate::policy_test::state::TestsBox;

impl BoxState for TestsBox {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Tests]
    }

    fn move_by(&mut self, model: &mut Model, rows: isize) {
        self.selected = row_at(self.selected, rows, model.tests.count_listed());
    }

    fn click(&mut self, _model: &mut Model, row: usize) -> Option<Action> {
        self.selected = row;
        None
    }

    fn has_buttons(&self) -> bool {
        true
    }
}
