//! The mouse: tabs, rows, scrolling, hints of the footer, the cursor of the draft.

use super::{actions, boxes};
use crate::decision::tree::TreeCommand;
use crate::draft::complete;
use crate::effect::Effect;
use crate::model::Model;
use crate::msg::{Mouse, Target};
use crate::shell::editor::{EditorCommand, Motion};
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
    if !model.overlays.is_empty() {
        return click_on_box(model, target);
    }
    if !matches!(target, Target::Proposal(_)) {
        model.draft.proposals = None;
    }
    match target {
        Target::Proposal(row) => return complete::act::click(model, row),
        Target::Tab(tab) => model.nav.show(tab),
        Target::Pane(pane) => model.go(pane),
        Target::Row(pane, row) => {
            model.go(pane);
            model.nav.setup_open |= pane == Pane::Setup;
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

/// A click while a box is on top: on one of its rows, or on a key that it shows.
fn click_on_box(model: &mut Model, target: Target) -> Vec<Effect> {
    let action = match target {
        Target::OverlayRow(row) => model.on_top(|state, model| state.click(model, row)).flatten(),
        Target::Footer(action) => {
            let has_buttons = model.overlays.last().is_some_and(|overlay| overlay.as_box().has_buttons());
            has_buttons.then_some(action)
        }
        Target::Tab(_)
        | Target::Pane(_)
        | Target::Row(..)
        | Target::Text(..)
        | Target::Proposal(_)
        | Target::Overlay
        | Target::Nothing => None,
    };
    action.map(|action| actions::act(model, action)).unwrap_or_default()
}

/// Selects from where the button went down.
fn drag(model: &mut Model, target: Target) -> Vec<Effect> {
    match target {
        Target::Text(line, cell) if model.overlays.is_empty() && model.nav.focus() == Pane::Editor => {
            draft::text::edit(model, EditorCommand::Select(Motion::Cell { line, cell }))
        }
        Target::Text(..)
        | Target::Tab(_)
        | Target::Pane(_)
        | Target::Row(..)
        | Target::Proposal(_)
        | Target::OverlayRow(_)
        | Target::Overlay
        | Target::Footer(_)
        | Target::Nothing => Vec::new(),
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
        Target::Tab(_)
        | Target::Proposal(_)
        | Target::OverlayRow(_)
        | Target::Overlay
        | Target::Footer(_)
        | Target::Nothing => return Vec::new(),
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
