//! The box that explains a refusal, as a box. What it shows and where it stands is in the model, because it outlives
//! the box.

use crate::action::{Action, Context};
use crate::boxes::{BoxState, row_at};
use crate::effect::Effect;
use crate::explain;
use crate::explain::state::ExplainBox;
use crate::model::Model;

impl BoxState for ExplainBox {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Explain]
    }

    /// Every line can be pointed at, as in a list.
    fn move_by(&mut self, model: &mut Model, rows: isize) {
        model.explain.selected = row_at(model.explain.selected, rows, model.explain_lines().len());
    }

    fn click(&mut self, model: &mut Model, row: usize) -> Option<Action> {
        if model.explain.selected == row {
            return Some(Action::Explain(explain::Action::Go));
        }
        model.explain.selected = row;
        None
    }

    fn text(&self, model: &Model) -> Option<String> {
        Some(explain::act::text(model))
    }

    fn leave(&self, model: &mut Model) -> Vec<Effect> {
        explain::act::leave_time(model);
        Vec::new()
    }
}
