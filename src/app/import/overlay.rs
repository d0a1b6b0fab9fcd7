//! The box with the three-way difference, as a box.

use crate::action::Context;
use crate::boxes::BoxState;
use crate::import::state::Conflict;
use crate::shell::offset::Offset;

impl BoxState for Conflict {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Conflict]
    }

    fn has_buttons(&self) -> bool {
        true
    }

    fn question(&self) -> Option<String> {
        // What is chosen in it, and how far it is scrolled, is no part of the question.
        Some(format!("{} {:?}", self.project, self.theirs))
    }

    fn scroll(&mut self) -> Option<&mut Offset> {
        Some(&mut self.scroll)
    }
}
