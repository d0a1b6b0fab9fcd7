//! What keys do in the boxes over the page.

use super::super::action::{Action, Context, Spec, specs};
use super::super::decisions::Under;
use super::super::effect::Effect;
use super::super::fuzzy;
use super::super::model::Model;
use super::super::overlay::{Body, Choice, Confirm, Entry, Overlay, Picker, Then, searched};
use super::super::reviewing::ReviewFormat;
use super::super::work::Purpose;
use super::tree::{self, Form};
use super::{
    actions, explain, files, fixes, fixing, forms, go, history, manifest, people, policy, policy_tests, quit, run,
    signing, what_if,
};
use crate::job::Job;
use crate::registry_view;

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Close | Action::CloseQ | Action::Refuse => close(model),
        Action::Accept => accept(model),
        Action::Submit => forms::submit(model),
        Action::NextField => on_form(model, |form| form.move_focus(1)),
        Action::PreviousField => on_form(model, |form| form.move_focus(-1)),
        Action::NextChoice => on_form(model, super::super::form::Form::right),
        Action::PreviousChoice => on_form(model, super::super::form::Form::left),
        Action::PickUp => move_pick(model, -1),
        Action::PickDown => move_pick(model, 1),
        Action::PickPageUp => move_pick(model, -page(model)),
        Action::PickPageDown => move_pick(model, page(model)),
        Action::PickFirst => move_pick(model, isize::MIN),
        Action::PickLast => move_pick(model, isize::MAX),
        Action::Pick => pick(model),
        Action::WizardNext => signing::next(model),
        Action::WizardBack => signing::back(model),
        Action::WizardUp => signing::move_by(model, -1),
        Action::WizardDown => signing::move_by(model, 1),
        Action::CopyAll => copy_all(model),
        _ => scroll(model, action),
    }
}

/// Closes the topmost box.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    match model.overlays.pop() {
        Some(Overlay::Reader(reader)) if reader.body == Body::Review => super::review::closed(model),
        Some(Overlay::Explain) => {
            explain::closed(model);
            Vec::new()
        }
        Some(Overlay::Reader(reader)) if reader.body == Body::Replay => super::replaying::closed(model),
        _ => Vec::new(),
    }
}

fn on_form(model: &mut Model, change: impl FnOnce(&mut super::super::form::Form)) -> Vec<Effect> {
    if let Some(Overlay::Form(form)) = model.overlays.last_mut() {
        change(form);
    }
    Vec::new()
}

/// Cells of a step to the side.
const SIDEWAYS: usize = 8;

/// A page of the box on top: one row less than it shows.
pub(super) fn page(model: &Model) -> isize {
    isize::try_from(model.ui.viewport.overlay_page.max(2)).unwrap_or(isize::MAX) - 1
}

fn scroll(model: &mut Model, action: Action) -> Vec<Effect> {
    let page = page(model).unsigned_abs();
    let viewport = &model.ui.viewport;
    let (last, last_cell) = (viewport.overlay_max_scroll, viewport.overlay_max_cells);
    let offset = match model.overlays.last_mut() {
        Some(Overlay::Reader(reader)) => &mut reader.scroll,
        Some(Overlay::Confirm(confirm)) => &mut confirm.scroll,
        Some(Overlay::Wizard(wizard)) => &mut wizard.scroll,
        Some(Overlay::Conflict(conflict)) => &mut conflict.scroll,
        _ => return Vec::new(),
    };
    let (row, cell) = (offset.rows.min(last), offset.cells.min(last_cell));
    (offset.rows, offset.cells) = match action {
        Action::ScrollUp => (row.saturating_sub(1), cell),
        Action::ScrollDown => ((row + 1).min(last), cell),
        Action::ScrollPageUp => (row.saturating_sub(page), cell),
        Action::ScrollPageDown => ((row + page).min(last), cell),
        Action::ScrollLeft => (row, cell.saturating_sub(SIDEWAYS)),
        Action::ScrollRight => (row, (cell + SIDEWAYS).min(last_cell)),
        Action::ScrollHome => (0, 0),
        Action::ScrollEnd => (last, cell),
        _ => (row, cell),
    };
    Vec::new()
}

/// Scrolls the topmost box by rows; in a list the selection goes.
pub(super) fn scroll_by(model: &mut Model, rows: i16) {
    move_pick(model, isize::from(rows));
    let action = if rows < 0 { Action::ScrollUp } else { Action::ScrollDown };
    for _ in 0..rows.unsigned_abs() {
        scroll(model, action);
    }
}

/// Does exactly what the box said.
fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Confirm(confirm)) = model.overlays.pop() else { return Vec::new() };
    let Confirm { jobs, then, .. } = *confirm;
    let mut effects = run(model, jobs, Purpose::Plain);
    for then in then {
        match then {
            Then::Quit => effects.extend(quit(model)),
            Then::ReplaceDraft(text) => {
                policy::replace_draft(model, &text);
                model.nav.editing = false;
            }
            Then::CloseBoxes => model.overlays.clear(),
            Then::Import => effects.extend(history::restored(model)),
            Then::WriteTests(text) => effects.push(policy_tests::write(model, text)),
            Then::LeaveProject => {
                history::leave_project(model);
                model.session.project = None;
            }
            Then::Reopen(step) => model.guide.reopen(step),
            Then::Steps(steps) => effects.extend(fixing::take(model, steps)),
            Then::Fix { revision, fix } => effects.extend(fixes::apply(model, revision, &fix)),
            Then::TakeFile(opened) => effects.extend(files::take(model, *opened)),
        }
    }
    effects
}

fn copy_all(model: &mut Model) -> Vec<Effect> {
    let text = match model.overlays.last() {
        Some(Overlay::Reader(reader)) => match &reader.body {
            Body::Prose(text) | Body::Code(text) => text.clone(),
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Body::Diff { after, .. } => after.clone(),
            Body::Decisions(both) => {
                format!("Live policy:\n{}\nDraft:\n{}", both.live.trace, both.draft.trace)
            }
            Body::Review => {
                let result = model.reviewing.result.as_ref();
                result.map(|reviewed| reviewed.text(ReviewFormat::Markdown)).unwrap_or_default()
            }
            Body::Replay => super::replaying::text(model),
            Body::Help => help_text(),
            Body::CommandLog => model.log.script(),
            Body::ApiLog => model.ui.requests.join("\n"),
            Body::Report(report) => report.line(),
            Body::Against => tree::transcript(model, Under::Version, Form::Plain).unwrap_or_default(),
            Body::Registry => registry_view::lines(model).into_iter().map(|line| line.text + "\n").collect::<String>(),
            Body::Decision(decision) => decision.trace.to_string(),
            Body::BreakGlass(composed) => composed.manifest(),
        },
        Some(Overlay::Wizard(wizard)) => signing::text_of(wizard),
        Some(Overlay::Explain) => explain::text(model),
        _ => return Vec::new(),
    };
    actions::copy(model, text)
}

/// Every key as text.
fn help_text() -> String {
    specs().map(|spec| format!("{:12} {}\n", spec.all_keys(), spec.help)).collect()
}

/// Keeps the entries that fit the filter, best first.
pub(super) fn refilter(picker: &mut Picker) {
    picker.selected = 0;
    picker.shown = fuzzy::rank(picker.filter.text(), picker.entries.iter().map(|e| searched(&e.label, &e.detail)));
}

/// Opens a list to choose from.
pub(super) fn open_picker(model: &mut Model, title: &str, entries: Vec<Entry>) -> Vec<Effect> {
    let mut picker = Picker { title: title.to_owned(), entries, ..Picker::default() };
    refilter(&mut picker);
    model.overlays.push(Overlay::Picker(Box::new(picker)));
    Vec::new()
}

fn move_pick(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(Overlay::Picker(picker)) = model.overlays.last_mut() {
        let last = picker.shown.len().saturating_sub(1);
        picker.selected = picker.selected.saturating_add_signed(by).min(last);
    } else if matches!(model.overlays.last(), Some(Overlay::Explain)) {
        explain::move_by(model, by);
    } else {
        policy_tests::move_selection(model, by);
    }
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
            go(model, pane);
            model.nav.editing = false;
            actions::act(model, action)
        }
        Choice::Image(image) => {
            model.session.choose(image);
            Vec::new()
        }
        Choice::TypeImage => actions::open(model, forms::typed_image),
        Choice::Pod(request) => manifest::ask(model, *request),
        Choice::Assume(assumption) => what_if::assume(model, assumption),
        Choice::DropAssumption(number) => what_if::drop_one(model, number),
        Choice::TypeAssumption(typed) => {
            let form = what_if::form(typed);
            model.overlays.push(Overlay::Form(Box::new(form)));
            Vec::new()
        }
        Choice::Theme(name) => {
            model.ui.theme = name;
            Vec::new()
        }
        Choice::ActAs(name) => people::act_as(model, &name),
        Choice::Template(number) => policy::take_template(model, number),
        Choice::GoTo(place) => policy::show_place(model, place),
        Choice::Fix(number) => fixes::ask(model, number),
        Choice::OpenFile(path) => files::open(path),
        Choice::ListFiles(path) => files::list(path),
        Choice::TypePath => actions::open(model, files::path_form),
        Choice::TakeOutside => files::take_outside(model),
        Choice::KeepMine => files::keep_mine(model),
        Choice::CompareOutside => files::compare_outside(model),
        Choice::AddKeyTo(attestor) => super::attestor::add_key_to(model, attestor),
        Choice::RemoveKeyOf(attestor, key_id) => {
            let lines = vec![
                format!("Key {key_id} is removed from {attestor}."),
                "Attestations made with it stop counting at once; running pods stay.".to_owned(),
            ];
            ask(model, "Remove the key?", lines, vec![Job::RemoveKey { attestor, key_id }], true)
        }
    }
}

/// Shows what will happen, and asks.
pub(super) fn ask(model: &mut Model, title: &str, lines: Vec<String>, jobs: Vec<Job>, danger: bool) -> Vec<Effect> {
    let confirm = Confirm { title: title.to_owned(), lines, jobs, danger, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}

/// Every action by name; those of the present context first.
/// Every action by name: first those of this place, then those of the other panes, which get the
/// focus when theirs is picked.
pub(super) fn palette(model: &mut Model) -> Vec<Effect> {
    let contexts = model.contexts();
    let is_here = |spec: &&Spec| spec.contexts.iter().any(|c| contexts.contains(c));
    let useful = |spec: &&Spec| !matches!(spec.action, Action::PaletteAnywhere | Action::Palette);
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
    open_picker(model, "Command", entries)
}

pub(super) fn pick_theme(model: &mut Model) -> Vec<Effect> {
    let entries = model
        .deps
        .themes
        .iter()
        .map(|name| Entry { label: name.clone(), detail: String::new(), choice: Choice::Theme(name.clone()) })
        .collect();
    open_picker(model, "Theme", entries)
}

/// The images of the registry and of the cluster, each by digest where it has one; or typed.
pub(super) fn pick_image(model: &mut Model) -> Vec<Effect> {
    let mut entries: Vec<Entry> = Vec::new();
    for image in model.session.remotes.images.items() {
        if let Some(by_digest) = image.by_digest() {
            let label = by_digest.as_str().to_owned();
            let detail = format!("registry · {}", image.tags.join(" "));
            entries.push(Entry { label, detail, choice: Choice::Image(by_digest) });
        }
        for tag in &image.tags {
            if let Ok(by_tag) = format!("{}:{tag}", image.repository).parse() {
                let label = format!("{}:{tag}", image.repository);
                let detail = "registry · by its tag, which cannot be attested".to_owned();
                entries.push(Entry { label, detail, choice: Choice::Image(by_tag) });
            }
        }
    }
    for workload in model.session.remotes.workloads.items() {
        for image in &workload.images {
            if let (Ok(parsed), false) = (image.parse(), entries.iter().any(|e| e.label == *image)) {
                let detail = format!("{} {}", workload.kind.as_str(), workload.name);
                entries.push(Entry { label: image.clone(), detail, choice: Choice::Image(parsed) });
            }
        }
    }
    entries.push(Entry {
        label: "type or paste a reference…".into(),
        detail: "any image, known or not".into(),
        choice: Choice::TypeImage,
    });
    open_picker(model, "Choose an image", entries)
}
