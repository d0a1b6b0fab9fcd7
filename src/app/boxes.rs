//! What every box over the page can do: each implements `BoxState` once, and whoever has to do with the box on
//! top asks it.
//!
//! The boxes of a feature do so in its `overlay.rs`, those of none below here.

mod confirm;
mod form;
mod picker;
mod reader;

use crossterm::event::KeyEvent;

use crate::action::{Action, Context};
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::Overlay;
use crate::shell::offset::Offset;

/// What a box asks before something is changed or deleted, and how many boxes lie below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    depth: usize,
    text: String,
}

/// A box over the page. Whatever one does not implement does nothing for it.
pub(crate) trait BoxState {
    /// Where its keys are looked up, the innermost first.
    fn contexts(&self) -> &'static [Context];

    /// Whether printable keys are text for it.
    fn takes_text(&self) -> bool {
        false
    }

    /// A key that edits its text: a character, or a motion that no action is bound to.
    fn press(&mut self, _key: KeyEvent) {}

    /// Pasted text goes where typed text would.
    fn paste(&mut self, _text: &str) {}

    /// Moves its selection by rows, as far as there are any.
    fn move_by(&mut self, _model: &mut Model, _rows: isize) {}

    /// A click on one of its rows; the action that the click stands for, where it does not only select.
    fn click(&mut self, _model: &mut Model, _row: usize) -> Option<Action> {
        None
    }

    /// Whether the keys that it shows can be clicked.
    fn has_buttons(&self) -> bool {
        false
    }

    /// How far its text is scrolled, where it has one.
    fn scroll(&mut self) -> Option<&mut Offset> {
        None
    }

    /// Its whole text, to copy, where it has one.
    fn text(&self, _model: &Model) -> Option<String> {
        None
    }

    /// What it asks, where a key changes something outside of the box and cannot be taken back: whoever answers has to
    /// have seen this.
    fn question(&self) -> Option<String> {
        None
    }

    /// Ends what goes on only as long as it is open; it is no longer among the boxes.
    fn leave(&self, _model: &mut Model) -> Vec<Effect> {
        Vec::new()
    }
}

impl Overlay<Model> {
    pub(crate) fn as_box(&self) -> &dyn BoxState {
        match self {
            Self::Reader(state) => state,
            Self::Confirm(state) => state.as_ref(),
            Self::Picker(state) => state.as_ref(),
            Self::Form(state) => state,
            Self::Wizard(state) => state.as_ref(),
            Self::Conflict(state) => state.as_ref(),
            Self::History(state) => state,
            Self::Tests(state) => state,
            Self::Explain(state) => state,
            Self::Fixes(state) => state,
            Self::Mend(state) => state.as_ref(),
        }
    }

    pub(crate) fn as_box_mut(&mut self) -> &mut dyn BoxState {
        match self {
            Self::Reader(state) => state,
            Self::Confirm(state) => state.as_mut(),
            Self::Picker(state) => state.as_mut(),
            Self::Form(state) => state,
            Self::Wizard(state) => state.as_mut(),
            Self::Conflict(state) => state.as_mut(),
            Self::History(state) => state,
            Self::Tests(state) => state,
            Self::Explain(state) => state,
            Self::Fixes(state) => state,
            Self::Mend(state) => state.as_mut(),
        }
    }
}

impl Model {
    /// What the box on top asks; `above`, the number of boxes on top that do not count.
    pub fn question(&self, above: usize) -> Option<Question> {
        let depth = self.overlays.len().checked_sub(above + 1)?;
        let text = self.overlays.get(depth)?.as_box().question()?;
        Some(Question { depth, text })
    }

    /// Changes the box on top, which is out of the model meanwhile, so that it may look at the model and change it.
    pub(crate) fn on_top<T>(&mut self, change: impl FnOnce(&mut dyn BoxState, &mut Self) -> T) -> Option<T> {
        let mut overlay = self.overlays.pop()?;
        let result = change(overlay.as_box_mut(), self);
        self.overlays.push(overlay);
        Some(result)
    }
}

/// The row that is `by` rows away from `selected`, of `count` rows.
pub(crate) fn row_at(selected: usize, by: isize, count: usize) -> usize {
    selected.saturating_add_signed(by).min(count.saturating_sub(1))
}
