//! The mouse: tabs, rows, scrolling, hints of the footer, the cursor of the draft.

use super::{actions, boxes};
use crate::action::Action;
use crate::decision::tree::TreeCommand;
use crate::draft::complete;
use crate::draft::editor::{EditorCommand, Motion};
use crate::effect::Effect;
use crate::fix::state::FixesBox;
use crate::history::state::HistoryBox;
use crate::model::Model;
use crate::msg::{Mouse, Target};
use crate::overlay::{Overlay, TestsBox};
use crate::shell::action::ListAction;
use crate::shell::tab::Pane;
use crate::{decision, draft};

pub(super) fn mouse(model: &mut Model, event: Mouse) -> Vec<Effect> {
    match event {
        Mouse::Click(target) => click(model, target),
        Mouse::Drag(target) => drag(model, target),
        Mouse::Scroll(target, rows) => scroll(model, target, rows),
    }
}

/// A box on top takes every click; outside of it nothing happens.
fn click(model: &mut Model, target: Target) -> Vec<Effect> {
    if let Some(overlay) = model.overlays.last_mut() {
        match (overlay, target) {
            (Overlay::Picker(picker), Target::OverlayRow(row)) if picker.selected == row => {
                return boxes::act_on_list(model, ListAction::Pick);
            }
            (Overlay::Picker(picker), Target::OverlayRow(row)) => {
                picker.selected = row.min(picker.shown.len().saturating_sub(1));
            }
            (Overlay::Form(form), Target::OverlayRow(field)) if form.focus == field => form.move_choice(1),
            (Overlay::Form(form), Target::OverlayRow(field)) => {
                form.focus = field.min(form.fields.len().saturating_sub(1));
            }
            (
                Overlay::Tests(TestsBox { selected })
                | Overlay::Fixes(FixesBox { selected })
                | Overlay::History(HistoryBox { selected, .. }),
                Target::OverlayRow(row),
            ) => {
                *selected = row;
            }
            (
                Overlay::Confirm(_)
                | Overlay::Conflict(_)
                | Overlay::Tests(_)
                | Overlay::Fixes(_)
                | Overlay::History(_),
                Target::Footer(action),
            ) => return actions::act(model, action),
            (Overlay::Explain, Target::OverlayRow(line)) if model.explaining.selected == line => {
                return actions::act(model, Action::Explain(crate::explain::Action::Go));
            }
            (Overlay::Explain, Target::OverlayRow(line)) => model.explaining.selected = line,
            _ => {}
        }
        return Vec::new();
    }
    if !matches!(target, Target::Proposal(_)) {
        model.draft.completing = None;
    }
    match target {
        Target::Proposal(row) => return complete::act::click(model, row),
        Target::Tab(tab) => model.nav.show(tab),
        Target::Pane(pane) => model.go(pane),
        Target::Row(pane, row) => {
            model.go(pane);
            if pane.is_tree() {
                decision::act::click(model, pane, row);
            } else {
                model.nav.list_mut(pane).selected = row;
            }
        }
        Target::Text(line, cell) => {
            model.go(Pane::Editor);
            return draft::text::edit(model, EditorCommand::Move(Motion::Cell { line, cell }));
        }
        Target::Footer(action) => return actions::act(model, action),
        Target::OverlayRow(_) | Target::Overlay | Target::Nothing => {}
    }
    Vec::new()
}

/// Selects from where the button went down.
fn drag(model: &mut Model, target: Target) -> Vec<Effect> {
    match target {
        Target::Text(line, cell) if model.overlays.is_empty() && model.nav.focus() == Pane::Editor => {
            draft::text::edit(model, EditorCommand::Select(Motion::Cell { line, cell }))
        }
        _ => Vec::new(),
    }
}

fn scroll(model: &mut Model, target: Target, rows: i16) -> Vec<Effect> {
    if !model.overlays.is_empty() {
        boxes::scroll_by(model, rows);
        return Vec::new();
    }
    let pane = match target {
        Target::Pane(pane) | Target::Row(pane, _) => pane,
        Target::Text(..) => Pane::Editor,
        _ => return Vec::new(),
    };
    if pane == Pane::Editor {
        let motion = if rows < 0 { Motion::Up } else { Motion::Down };
        for _ in 0..rows.unsigned_abs() {
            draft::text::browse(model, motion);
        }
        return Vec::new();
    }
    if pane.is_tree() {
        decision::act::input(model, pane, TreeCommand::By(isize::from(rows)));
        return Vec::new();
    }
    let last = match pane {
        // Its length is known while it has the keys.
        Pane::Field if model.nav.focus() != pane => return Vec::new(),
        Pane::Field => model.ui.viewport.pane_max_scroll,
        _ => model.shown_rows(pane).len().saturating_sub(1),
    };
    let list = model.nav.list_mut(pane);
    list.selected = list.selected.saturating_add_signed(isize::from(rows)).min(last);
    Vec::new()
}
