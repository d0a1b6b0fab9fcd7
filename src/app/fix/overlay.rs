//! The box with the fixes, as a box.

use crate::action::{Action, Context};
use crate::boxes::{BoxState, row_at};
use crate::fix::mend::{Mend, MendStage};
use crate::fix::state::FixesBox;
use crate::model::Model;
use crate::shell::offset::Offset;

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

impl BoxState for Mend {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Mend]
    }

    fn has_buttons(&self) -> bool {
        true
    }

    fn scroll(&mut self) -> Option<&mut Offset> {
        Some(&mut self.scroll)
    }

    fn question(&self) -> Option<String> {
        let MendStage::Tried(trial) = &self.stage else { return None };
        Some(format!("{} in {} of {}: {:?}", self.patch.id, self.patch.id.namespace, self.cluster.name(), trial))
    }
}
