//! Each action, and the function that does it.

use super::boxes;
use crate::action::Action;
use crate::cluster::watch;
use crate::command_log::export;
use crate::decision::tree::TreeCommand;
use crate::draft::{complete, find};
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{Body, Confirm, Overlay, Then};
use crate::query::Source;
use crate::replay::form::ReplayForm;
use crate::shell::action::{PaneAction, ProgramAction, RowAction};
use crate::shell::editor::Motion;
use crate::shell::notice::Weight;
use crate::shell::tab::{Pane, Tab};
use crate::{
    attestor, case, cluster, command_log, decision, draft, explain, fix, guide, history, import, people, policy_test,
    replay, review, saving, serving, sign, what_if,
};
use domain::event_row::EventRow;

/// Does what the action says in the present context.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Box(action) => boxes::act(model, action),
        Action::Form(action) => boxes::act_on_form(model, action),
        Action::List(action) => boxes::act_on_list(model, action),
        Action::Pane(action) => act_on_pane(model, action),
        Action::Row(action) => act_on_row(model, action),
        Action::Program(action) => act_on_program(model, action),
        Action::Attestor(action) => attestor::act::act(model, action),
        Action::Case(case::Action::Open) => case::act::open(model),
        Action::Cluster(action) => cluster::act::act(model, action),
        Action::CommandLog(command_log::Action::Open) => push(model, "Command log", Body::CommandLog),
        Action::CommandLog(command_log::Action::Write) => export::open(model),
        Action::Complete(action) => complete::act::act(model, action),
        Action::Decision(action) => decision::act::act(model, action),
        Action::Draft(action) => draft::act::act(model, action),
        Action::Explain(action) => explain::act::act(model, action),
        Action::Find(action) => find::act::act(model, action),
        Action::Fix(action) => fix::act::act(model, action),
        Action::Guide(action) => guide::act::act(model, action),
        Action::History(action) => history::act::act(model, action),
        Action::Import(action) => import::act::act(model, action),
        Action::People(people::Action::Pick) => people::act::pick(model),
        Action::PolicyTest(action) => policy_test::act::act(model, action),
        Action::Replay(replay::Action::Open) => model.open_form(ReplayForm::new(model)),
        Action::Review(action) => review::act::act(model, action),
        Action::Serving(serving::Action::Toggle) => serving::act::toggle(model),
        Action::Sign(action) => sign::act::act(model, action),
        Action::WhatIf(what_if::Action::Open) => what_if::act::open(model),
        Action::WhatIf(what_if::Action::Drop) => what_if::act::drop_all(model),
    }
}

fn act_on_pane(model: &mut Model, action: PaneAction) -> Vec<Effect> {
    match action {
        PaneAction::Up => move_row(model, Step::By(-1)),
        PaneAction::Down => move_row(model, Step::By(1)),
        PaneAction::PageUp => move_row(model, Step::Page(-1)),
        PaneAction::PageDown => move_row(model, Step::Page(1)),
        PaneAction::First => move_row(model, Step::First),
        PaneAction::Last => move_row(model, Step::Last),
        PaneAction::Back => back(model),
        PaneAction::Filter => filter(model),
        PaneAction::FilterTake => {
            model.nav.filtering = false;
            Vec::new()
        }
        PaneAction::FilterClear => clear_filter(model),
        PaneAction::NextPane => next_pane(model, 1),
        PaneAction::PreviousPane => next_pane(model, -1),
        PaneAction::Enlarge => enlarge(model),
        PaneAction::Copy => copy_row(model),
    }
}

fn act_on_program(model: &mut Model, action: ProgramAction) -> Vec<Effect> {
    match action {
        ProgramAction::Deployer | ProgramAction::DeployerAnywhere => show(model, Tab::Deployer),
        ProgramAction::PolicyCreator | ProgramAction::PolicyCreatorAnywhere => show(model, Tab::Policy),
        ProgramAction::Attestor | ProgramAction::AttestorAnywhere => show(model, Tab::Attestor),
        ProgramAction::Reload => reload(model),
        ProgramAction::Palette | ProgramAction::PaletteAnywhere => boxes::palette(model),
        ProgramAction::Help | ProgramAction::HelpAnywhere => push(model, "Keys", Body::Help),
        ProgramAction::ApiLog => push(model, "API log", Body::ApiLog),
        ProgramAction::Theme => boxes::pick_theme(model),
        ProgramAction::CancelWork => cancel(model),
        ProgramAction::Suspend => vec![Effect::Suspend],
        ProgramAction::Quit | ProgramAction::QuitAnywhere => ask_quit(model),
    }
}

fn push(model: &mut Model, title: &str, body: Body) -> Vec<Effect> {
    model.overlays.push(Overlay::reader(title, body));
    Vec::new()
}

fn act_on_row(model: &mut Model, action: RowAction) -> Vec<Effect> {
    if model.nav.focus() == Pane::Events && model.selected_event_row() == Some(EventRow::Incident) {
        return explain::act::act(model, explain::Action::Event);
    }
    match model.nav.focus().tab() {
        Tab::Deployer => cluster::act::on_row(model, action),
        Tab::Policy => draft::act::on_row(model),
        Tab::Attestor => attestor::act::on_row(model, action),
    }
}

/// How far to go in a list.
#[derive(Debug, Clone, Copy)]
enum Step {
    By(isize),
    Page(isize),
    First,
    Last,
}

/// The motion in the draft's text that a step is.
fn browsing(step: Step, page: usize) -> Motion {
    match step {
        Step::By(by) if by < 0 => Motion::Up,
        Step::By(_) => Motion::Down,
        Step::Page(by) if by < 0 => Motion::PageUp(page),
        Step::Page(_) => Motion::PageDown(page),
        Step::First => Motion::TextStart,
        Step::Last => Motion::TextEnd,
    }
}

/// The command to a tree that a step is.
fn in_tree(step: Step, page: isize) -> TreeCommand {
    match step {
        Step::By(by) => TreeCommand::By(by),
        Step::Page(by) => TreeCommand::By(by * page),
        Step::First => TreeCommand::First,
        Step::Last => TreeCommand::Last,
    }
}

fn move_row(model: &mut Model, step: Step) -> Vec<Effect> {
    let pane = model.nav.focus();
    if pane == Pane::Editor {
        draft::text::browse(model, browsing(step, usize::from(model.ui.viewport.page.max(2)) - 1));
        return Vec::new();
    }
    model.nav.setup_open |= pane == Pane::Setup;
    let page = isize::try_from(model.ui.viewport.page.max(2)).unwrap_or(isize::MAX) - 1;
    if pane.is_tree() {
        decision::act::input(model, pane, in_tree(step, page));
        return Vec::new();
    }
    let last = match pane {
        Pane::Field => model.ui.viewport.pane_max_scroll,
        _ => model.shown_rows(pane).len().saturating_sub(1),
    };
    let list = model.nav.list_mut(pane);
    let at = list.selected.min(last);
    list.selected = match step {
        Step::By(by) => at.saturating_add_signed(by).min(last),
        Step::Page(by) => at.saturating_add_signed(by * page).min(last),
        Step::First => 0,
        Step::Last => last,
    };
    if pane == Pane::Attestors { model.load(&[Source::Attestations]) } else { Vec::new() }
}

fn back(model: &mut Model) -> Vec<Effect> {
    let pane = model.nav.focus();
    if !model.nav.list(pane).filter.text().is_empty() {
        return clear_filter(model);
    }
    if model.nav.restore() {
        return Vec::new();
    }
    if pane.is_right() {
        model.go(pane.tab().first_pane());
        model.nav.editing = false;
    }
    model.notices.clear();
    Vec::new()
}

fn enlarge(model: &mut Model) -> Vec<Effect> {
    if !model.nav.enlarge() {
        model.nav.restore();
    }
    Vec::new()
}

fn clear_filter(model: &mut Model) -> Vec<Effect> {
    let pane = model.nav.focus();
    model.nav.filtering = false;
    *model.nav.list_mut(pane) = crate::model::ListState::default();
    Vec::new()
}

fn filter(model: &mut Model) -> Vec<Effect> {
    if model.nav.focus() == Pane::Editor {
        return find::act::act(model, find::Action::Open);
    }
    model.nav.setup_open |= model.nav.focus() == Pane::Setup;
    if model.nav.focus().is_list() || model.nav.focus().is_tree() {
        model.nav.filtering = true;
    } else {
        model.say(Weight::Info, "this pane has no rows to filter");
    }
    Vec::new()
}

fn show(model: &mut Model, tab: Tab) -> Vec<Effect> {
    model.nav.show(tab);
    let pane = model.nav.focus();
    model.mark_pane_seen(pane);
    Vec::new()
}

fn next_pane(model: &mut Model, by: isize) -> Vec<Effect> {
    let panes = model.nav.tab.panes();
    let at = panes.iter().position(|pane| *pane == model.nav.focus()).unwrap_or(0);
    let next = (at + panes.len()).saturating_add_signed(by) % panes.len();
    if let Some(pane) = panes.get(next) {
        model.go(*pane);
    }
    Vec::new()
}

/// Reads what the shown tab shows.
fn reload(model: &mut Model) -> Vec<Effect> {
    let pane = model.nav.focus();
    model.mark_pane_seen(pane);
    let sources: &[Source] = match model.nav.tab {
        Tab::Deployer => {
            &[Source::Projects, Source::Services, Source::Clusters, Source::Images, Source::Work, Source::Evidence]
        }
        Tab::Policy => {
            &[Source::Policy, Source::SystemPolicy, Source::Evidence, Source::Survey, Source::Images, Source::Inventory]
        }
        Tab::Attestor => &[Source::Attestors, Source::Notes, Source::Attestations, Source::Keys, Source::Work],
    };
    let watched = if model.nav.tab == Tab::Attestor { Vec::new() } else { watch::restart(model) };
    model.load(sources).into_iter().chain(watched).collect()
}

/// The most useful text of the selected row.
fn copy_row(model: &mut Model) -> Vec<Effect> {
    let text = match model.nav.focus() {
        Pane::Images => {
            model.selected_image().and_then(domain::resource::Image::by_digest).map(|i| i.as_str().to_owned())
        }
        Pane::Workloads => model.selected_workload().map(|w| w.name.clone()),
        Pane::Events => model.selected_event().map(|e| e.message.clone()),
        Pane::Attestors => model.selected_attestor().map(|a| a.name.to_string()),
        Pane::Notes => model.selected_note().map(|n| n.name.to_string()),
        Pane::Attestations => model.selected_attestation().map(|a| a.name.clone()),
        Pane::Keys => model.selected_key().map(|k| k.fingerprint.clone()),
        Pane::Decision => return decision::act::copy(model, decision::act::Form::Plain),
        Pane::Preview => {
            let row = model.selected_row(Pane::Preview).and_then(|at| model.preview.item(at));
            row.map(|(item, _)| item.title())
        }
        Pane::Setup => model.session.project.as_ref().map(ToString::to_string),
        Pane::Problems => {
            model.selected_row(Pane::Problems).and_then(|at| model.draft.problems().get(at)).map(|d| d.message.clone())
        }
        Pane::Field => model.field_help().map(|field| field.path),
        Pane::Editor => Some(model.draft.editor.text()),
    };
    if let Some(text) = text {
        model.copy(text)
    } else {
        model.say(Weight::Info, "there is nothing to copy here");
        Vec::new()
    }
}

fn cancel(model: &mut Model) -> Vec<Effect> {
    if let Some((ticket, _)) = model.works.latest() {
        vec![Effect::Cancel(ticket)]
    } else {
        model.say(Weight::Info, "nothing is under way; q quits");
        Vec::new()
    }
}

fn ask_quit(model: &mut Model) -> Vec<Effect> {
    if saving::act::would_lose(model) {
        return saving::act::offer(model);
    }
    let mut lines = Vec::new();
    if !model.saving.looks_only() && model.draft.is_unsaved(model.session.live_policy()) {
        lines.push("The draft is not the project's policy. It is kept, and will be here next time.".to_owned());
    }
    if let Some((_, work)) = model.works.latest() {
        lines.push(format!("Under way, and cancelled by quitting: {}.", work.title()));
    }
    if lines.is_empty() {
        return saving::act::quit(model);
    }
    let confirm = Confirm { title: "Quit?".into(), lines, then: vec![Then::Quit], ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}
