//! The box that asks before something is changed.

use super::BoxState;
use crate::action::Context;
use crate::overlay::Confirm;
use crate::shell::offset::Offset;

impl BoxState for Confirm {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Confirm]
    }

    fn has_buttons(&self) -> bool {
        true
    }

    fn question(&self) -> Option<String> {
        Some(format!("{}\n{}\n{:?}", self.title, self.lines.join("\n"), self.diff))
    }

    fn scroll(&mut self) -> Option<&mut Offset> {
        Some(&mut self.scroll)
    }
}
