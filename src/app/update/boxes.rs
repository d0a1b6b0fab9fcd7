//! What keys do in the boxes over the page.

use super::{actions, forms};
use crate::action::{Action, Context, Spec};
use crate::decision;
use crate::draft::file;
use crate::effect::Effect;
use crate::keymap::specs;
use crate::model::Model;
use crate::overlay::{Choice, Confirm, Entry, Overlay, Then};
use crate::shell::action::{BoxAction, FormAction, ListAction, ProgramAction};
use crate::shell::form::FormBox;
use crate::submission::OpenForm;
use crate::work::Purpose;
use crate::{attestor, cluster, draft, fix, guide, history, people, policy_test, saving, what_if};

pub(super) fn act(model: &mut Model, action: BoxAction) -> Vec<Effect> {
    match action {
        BoxAction::Close | BoxAction::CloseQ | BoxAction::Refuse => close(model),
        BoxAction::Accept => accept(model),
        BoxAction::CopyAll => copy_all(model),
        BoxAction::ScrollUp => scroll(model, Scroll::Rows(-1)),
        BoxAction::ScrollDown => scroll(model, Scroll::Rows(1)),
        BoxAction::ScrollPageUp => scroll(model, Scroll::Rows(-page(model))),
        BoxAction::ScrollPageDown => scroll(model, Scroll::Rows(page(model))),
        BoxAction::ScrollLeft => scroll(model, Scroll::Cells(-SIDEWAYS)),
        BoxAction::ScrollRight => scroll(model, Scroll::Cells(SIDEWAYS)),
        BoxAction::ScrollHome => scroll(model, Scroll::Start),
        BoxAction::ScrollEnd => scroll(model, Scroll::End),
    }
}

pub(super) fn act_on_form(model: &mut Model, action: FormAction) -> Vec<Effect> {
    match action {
        FormAction::Submit => forms::submit(model),
        FormAction::NextField => on_form(model, |form| form.move_focus(1)),
        FormAction::PreviousField => on_form(model, |form| form.move_focus(-1)),
        FormAction::NextChoice => on_form(model, FormBox::right),
        FormAction::PreviousChoice => on_form(model, FormBox::left),
    }
}

pub(super) fn act_on_list(model: &mut Model, action: ListAction) -> Vec<Effect> {
    match action {
        ListAction::Up => move_pick(model, -1),
        ListAction::Down => move_pick(model, 1),
        ListAction::PageUp => move_pick(model, -page(model)),
        ListAction::PageDown => move_pick(model, page(model)),
        ListAction::First => move_pick(model, isize::MIN),
        ListAction::Last => move_pick(model, isize::MAX),
        ListAction::Pick => pick(model),
    }
}

/// Closes the topmost box.
fn close(model: &mut Model) -> Vec<Effect> {
    let closed = model.overlays.pop();
    closed.map(|overlay| overlay.as_box().leave(model)).unwrap_or_default()
}

fn on_form(model: &mut Model, change: impl FnOnce(&mut OpenForm<Model>)) -> Vec<Effect> {
    if let Some(Overlay::Form(form)) = model.overlays.last_mut() {
        change(form);
    }
    Vec::new()
}

/// Cells of a step to the side.
const SIDEWAYS: isize = 8;

/// A page of the box on top: one row less than it shows.
fn page(model: &Model) -> isize {
    isize::try_from(model.ui.viewport.overlay_page.max(2)).unwrap_or(isize::MAX) - 1
}

/// How far a text in a box is scrolled by one key.
#[derive(Debug, Clone, Copy)]
enum Scroll {
    Rows(isize),
    Cells(isize),
    Start,
    End,
}

fn scroll(model: &mut Model, by: Scroll) -> Vec<Effect> {
    let viewport = &model.ui.viewport;
    let (last, last_cell) = (viewport.overlay_max_scroll, viewport.overlay_max_cells);
    let Some(offset) = model.overlays.last_mut().and_then(|overlay| overlay.as_box_mut().scroll()) else {
        return Vec::new();
    };
    let (row, cell) = (offset.rows.min(last), offset.cells.min(last_cell));
    (offset.rows, offset.cells) = match by {
        Scroll::Rows(by) => (row.saturating_add_signed(by).min(last), cell),
        Scroll::Cells(by) => (row, cell.saturating_add_signed(by).min(last_cell)),
        Scroll::Start => (0, 0),
        Scroll::End => (last, cell),
    };
    Vec::new()
}

/// Scrolls the topmost box by rows; in a list the selection goes.
pub(super) fn scroll_by(model: &mut Model, rows: i16) {
    move_pick(model, isize::from(rows));
    scroll(model, Scroll::Rows(isize::from(rows)));
}

/// Does exactly what the box said.
fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Confirm(confirm)) = model.overlays.pop() else { return Vec::new() };
    let Confirm { jobs, then, .. } = *confirm;
    let mut effects = model.run(jobs, Purpose::Plain);
    for then in then {
        match then {
            Then::Quit => effects.extend(saving::act::quit(model)),
            Then::CloseBoxes => model.overlays.clear(),
            Then::Cluster(then) => cluster::act::proceed(model, then),
            Then::Draft(then) => effects.extend(draft::act::proceed(model, then)),
            Then::File(then) => effects.extend(file::act::proceed(model, then)),
            Then::Fix(then) => effects.extend(fix::act::proceed(model, then)),
            Then::Guide(then) => guide::act::proceed(model, then),
            Then::History(then) => effects.extend(history::act::proceed(model, then)),
            Then::PolicyTest(then) => effects.extend(policy_test::act::proceed(model, then)),
        }
    }
    effects
}

fn copy_all(model: &mut Model) -> Vec<Effect> {
    let text = model.overlays.last().and_then(|overlay| overlay.as_box().text(model));
    text.map(|text| model.copy(text)).unwrap_or_default()
}

fn move_pick(model: &mut Model, by: isize) -> Vec<Effect> {
    model.on_top(|state, model| state.move_by(model, by));
    Vec::new()
}

fn pick(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Picker(picker)) = model.overlays.last() else { return Vec::new() };
    let entry = picker.shown.get(picker.selected).and_then(|at| picker.entries.get(*at));
    let Some(choice) = entry.map(|entry| entry.choice.clone()) else { return Vec::new() };
    model.overlays.pop();
    chosen(model, choice)
}

fn chosen(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Action(action) => actions::act(model, action),
        Choice::ActionIn(pane, action) => {
            model.go(pane);
            model.nav.editing = false;
            actions::act(model, action)
        }
        Choice::Theme(name) => {
            model.ui.theme = name;
            Vec::new()
        }
        Choice::Attestor(choice) => attestor::act::choose(model, choice),
        Choice::Decision(choice) => decision::act::choose(model, choice),
        Choice::Draft(choice) => draft::act::choose(model, choice),
        Choice::File(choice) => file::act::choose(model, choice),
        Choice::People(choice) => people::act::choose(model, choice),
        Choice::Saving(choice) => saving::act::choose(model, &choice),
        Choice::WhatIf(choice) => what_if::act::choose(model, choice),
    }
}

/// Every action by name: first those of this place, then those of the other panes, which get the
/// focus when theirs is picked.
pub(super) fn palette(model: &mut Model) -> Vec<Effect> {
    let contexts = model.contexts();
    let is_here = |spec: &&Spec| spec.contexts.iter().any(|c| contexts.contains(c));
    let useful =
        |spec: &&Spec| !matches!(spec.action, Action::Program(ProgramAction::PaletteAnywhere | ProgramAction::Palette));
    let here = specs().filter(is_here).filter(useful).map(|spec| Entry {
        label: spec.label.to_owned(),
        detail: format!("{:5}  {}", spec.key(), spec.help),
        choice: Choice::Action(spec.action),
    });
    let elsewhere = specs().filter(|spec| !is_here(spec)).filter_map(|spec| {
        let pane = spec.contexts.iter().find_map(|c| if let Context::Pane(pane) = c { Some(*pane) } else { None })?;
        let detail = format!("{:5}  {}: {}", spec.key(), pane.title(), spec.help);
        Some(Entry { label: spec.label.to_owned(), detail, choice: Choice::ActionIn(pane, spec.action) })
    });
    let entries = here.chain(elsewhere).collect();
    model.open_picker("Command", entries)
}

pub(super) fn pick_theme(model: &mut Model) -> Vec<Effect> {
    let entries = model
        .deps
        .themes
        .iter()
        .map(|name| Entry { label: name.clone(), detail: String::new(), choice: Choice::Theme(name.clone()) })
        .collect();
    model.open_picker("Theme", entries)
}
