//! Each action, and the function that does it.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::overlay::{Body, Confirm, Overlay, Then};
use super::super::tab::{Pane, Tab};
use super::{
    attestor, boxes, case, completion, conflict, deployer, explain, export_session, finder, fixing, forms, go, guide,
    history, load, manifest, people, policy, policy_tests, quit, registry, replaying, review, say, serving, signing,
    tree, watching, what_if,
};
use crate::editor::Motion;
use crate::query::Source;
use crate::tree::TreeCommand;

/// Does what the action says in the present context.
#[expect(clippy::too_many_lines, reason = "a table: a line for each action")]
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Close
        | Action::CloseQ
        | Action::Submit
        | Action::NextField
        | Action::PreviousField
        | Action::NextChoice
        | Action::PreviousChoice
        | Action::Accept
        | Action::Refuse
        | Action::PickUp
        | Action::PickDown
        | Action::PickPageUp
        | Action::PickPageDown
        | Action::PickFirst
        | Action::PickLast
        | Action::Pick
        | Action::ScrollUp
        | Action::ScrollDown
        | Action::ScrollPageUp
        | Action::ScrollPageDown
        | Action::ScrollLeft
        | Action::ScrollRight
        | Action::ScrollHome
        | Action::ScrollEnd
        | Action::CopyAll
        | Action::WizardNext
        | Action::WizardBack
        | Action::WizardUp
        | Action::WizardDown => boxes::act(model, action),
        Action::Open | Action::New | Action::Delete => on_row(model, action),
        Action::Build => open(model, forms::push),
        Action::Deploy => deployer::deploy(model),
        Action::Simulate => open(model, forms::simulate),
        Action::ExplainEvent
        | Action::ExplainText
        | Action::ExplainGo
        | Action::ExplainNext
        | Action::ExplainPrevious
        | Action::ExplainNextCase
        | Action::ExplainPreviousCase
        | Action::ExplainThen => explain::act(model, action),
        Action::WhatIf => what_if::open(model),
        Action::DropAssumptions => what_if::drop_all(model),
        Action::Manifest => open(model, manifest::form),
        Action::Tags => registry::open(model),
        Action::NextPolicy => tree::next_policy(model),
        Action::FoldAll => on_tree(model, TreeCommand::FoldAll),
        Action::UnfoldAll => on_tree(model, TreeCommand::UnfoldAll),
        Action::CopyMarkdown => copy_decision(model, tree::Form::Markdown),
        Action::GrantViewer => attestor::grant(model),
        Action::RemoveKey => attestor::remove_key(model),
        Action::ImportKey => open(model, forms::import_key),
        Action::ExportKey => attestor::export_key(model),
        Action::AddKey => attestor::add_key(model),
        Action::Sign => signing::open(model),
        Action::ShowPayload => signing::show_payload(model),
        Action::Upload => signing::upload(model),
        Action::Leave
        | Action::Undo
        | Action::Redo
        | Action::Cut
        | Action::CopySelection
        | Action::Paste
        | Action::SelectAll
        | Action::GoToLine
        | Action::Import
        | Action::SaveFile
        | Action::Template
        | Action::NextProblem
        | Action::PreviousProblem
        | Action::OpenFile
        | Action::EditOutside
        | Action::QuickFix
        | Action::Outline
        | Action::ExplainProblem
        | Action::NextSeverity
        | Action::ReloadDraft
        | Action::ShowDiff => policy::act(model, action),
        Action::Review
        | Action::PreviewShow
        | Action::PreviewOrder
        | Action::PreviewChoose
        | Action::LoadInventory
        | Action::ReviewMarkdown
        | Action::ReviewJson
        | Action::ReviewSarif => review::act(model, action),
        Action::ExportPolicy => open(model, forms::export_policy),
        Action::History => history::open(model),
        Action::PolicyTests => policy_tests::open(model),
        Action::AddTest => policy_tests::add(model),
        Action::NextChange
        | Action::PreviousChange
        | Action::TakeTheirs
        | Action::TakeMine
        | Action::TakeBoth
        | Action::TakeMerged
        | Action::TakeLive
        | Action::KeepMine => conflict::act(model, action),
        Action::HistoryCompare
        | Action::HistoryMark
        | Action::HistoryLive
        | Action::HistoryDraft
        | Action::HistorySimulate
        | Action::HistoryRestore
        | Action::HistoryImport
        | Action::HistoryCopy => history::act(model, action),
        Action::TestOpen | Action::TestAdd | Action::TestsCopy => policy_tests::act(model, action),
        Action::FindInText
        | Action::ReplaceInText
        | Action::FindEnter
        | Action::FindNext
        | Action::FindPrevious
        | Action::FindSwitch
        | Action::ReplaceAll
        | Action::FindCase
        | Action::FindRegex
        | Action::FindClose => finder::act(model, action),
        Action::Complete
        | Action::CompletionClose
        | Action::CompletionUp
        | Action::CompletionDown
        | Action::CompletionPageUp
        | Action::CompletionPageDown
        | Action::CompletionTake => completion::act(model, action),
        Action::Up => move_row(model, Step::By(-1)),
        Action::Down => move_row(model, Step::By(1)),
        Action::PageUp => move_row(model, Step::Page(-1)),
        Action::PageDown => move_row(model, Step::Page(1)),
        Action::First => move_row(model, Step::First),
        Action::Last => move_row(model, Step::Last),
        Action::Fixes | Action::FixApply | Action::FixesCopy | Action::BreakGlass | Action::BreakGlassDeploy => {
            fixing::act(model, action)
        }
        Action::NextFailure => {
            tree::next_failure(model);
            Vec::new()
        }
        Action::GroupEvents => watching::toggle(model),
        Action::WriteCase => case::open(model),
        Action::ReplayEntries => open(model, replaying::form),
        Action::Back => back(model),
        Action::FilterTake => {
            model.nav.filtering = false;
            Vec::new()
        }
        Action::FilterClear => clear_filter(model),
        Action::GuideHint => guide::hint(model),
        Action::GuideDo => guide::do_it(model),
        Action::GuideReset => guide::reset(model),
        Action::GuideRead => guide::read(model),
        Action::Deployer | Action::DeployerAnywhere => show(model, Tab::Deployer),
        Action::PolicyCreator | Action::PolicyCreatorAnywhere => show(model, Tab::Policy),
        Action::Attestor | Action::AttestorAnywhere => show(model, Tab::Attestor),
        Action::NextPane => next_pane(model, 1),
        Action::PreviousPane => next_pane(model, -1),
        Action::ChooseImage => boxes::pick_image(model),
        Action::ToggleGuide => {
            model.guide.toggle();
            Vec::new()
        }
        Action::Filter => filter(model),
        Action::Reload => reload(model),
        Action::Palette | Action::PaletteAnywhere => boxes::palette(model),
        Action::Help | Action::HelpAnywhere => push(model, "Keys", Body::Help),
        Action::CommandLog => push(model, "Command log", Body::CommandLog),
        Action::WriteSession => export_session::open(model),
        Action::ApiLog => push(model, "API log", Body::ApiLog),
        Action::Copy => copy_row(model),
        Action::Theme => boxes::pick_theme(model),
        Action::Serve => serving::toggle(model),
        Action::ActAs => people::pick(model),
        Action::CancelWork => cancel(model),
        Action::Suspend => vec![Effect::Suspend],
        Action::Quit | Action::QuitAnywhere => ask_quit(model),
    }
}

/// Opens a form that is made from the model.
pub(super) fn open(model: &mut Model, form: fn(&Model) -> super::super::form::Form) -> Vec<Effect> {
    let form = form(model);
    model.overlays.push(Overlay::Form(Box::new(form)));
    Vec::new()
}

fn push(model: &mut Model, title: &str, body: Body) -> Vec<Effect> {
    model.overlays.push(Overlay::reader(title, body));
    Vec::new()
}

fn on_row(model: &mut Model, action: Action) -> Vec<Effect> {
    match model.nav.focus().tab() {
        Tab::Deployer => deployer::on_row(model, action),
        Tab::Policy => policy::on_row(model),
        Tab::Attestor => attestor::on_row(model, action),
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

/// The same step in the draft's text.
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

/// The same step in a tree.
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
        policy::browse(model, browsing(step, usize::from(model.ui.viewport.page.max(2)) - 1));
        return Vec::new();
    }
    let page = isize::try_from(model.ui.viewport.page.max(2)).unwrap_or(isize::MAX) - 1;
    if pane.is_tree() {
        tree::input(model, pane, in_tree(step, page));
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
    if pane == Pane::Attestors { load(model, &[Source::Attestations]) } else { Vec::new() }
}

fn back(model: &mut Model) -> Vec<Effect> {
    let pane = model.nav.focus();
    if !model.nav.list(pane).filter.text().is_empty() {
        return clear_filter(model);
    }
    if pane.is_right() {
        go(model, pane.tab().first_pane());
        model.nav.editing = false;
    }
    model.notices.clear();
    Vec::new()
}

fn clear_filter(model: &mut Model) -> Vec<Effect> {
    let pane = model.nav.focus();
    model.nav.filtering = false;
    *model.nav.list_mut(pane) = super::super::model::ListState::default();
    Vec::new()
}

fn filter(model: &mut Model) -> Vec<Effect> {
    if model.nav.focus() == Pane::Editor {
        return finder::act(model, Action::FindInText);
    }
    if model.nav.focus().is_list() || model.nav.focus().is_tree() {
        model.nav.filtering = true;
    } else {
        say(model, Weight::Info, "this pane has no rows to filter");
    }
    Vec::new()
}

fn show(model: &mut Model, tab: Tab) -> Vec<Effect> {
    model.nav.show(tab);
    let pane = model.nav.focus();
    guide::saw_pane(model, pane);
    Vec::new()
}

fn next_pane(model: &mut Model, by: isize) -> Vec<Effect> {
    let panes = model.nav.tab.panes();
    let at = panes.iter().position(|pane| *pane == model.nav.focus()).unwrap_or(0);
    let next = (at + panes.len()).saturating_add_signed(by) % panes.len();
    if let Some(pane) = panes.get(next) {
        go(model, *pane);
    }
    Vec::new()
}

/// Reads what the shown tab shows.
fn reload(model: &mut Model) -> Vec<Effect> {
    let pane = model.nav.focus();
    guide::saw_pane(model, pane);
    let sources: &[Source] = match model.nav.tab {
        Tab::Deployer => {
            &[Source::Projects, Source::Services, Source::Clusters, Source::Images, Source::Work, Source::Evidence]
        }
        Tab::Policy => {
            &[Source::Policy, Source::SystemPolicy, Source::Evidence, Source::Survey, Source::Images, Source::Inventory]
        }
        Tab::Attestor => &[Source::Attestors, Source::Notes, Source::Attestations, Source::Keys, Source::Work],
    };
    let watched = if model.nav.tab == Tab::Attestor { Vec::new() } else { watching::again(model) };
    load(model, sources).into_iter().chain(watched).collect()
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
        Pane::Decision => return copy_decision(model, tree::Form::Plain),
        Pane::Preview => {
            let row = model.selected_row(Pane::Preview).and_then(|at| model.preview.item(at));
            row.map(|(item, _)| item.title())
        }
        Pane::Setup => model.session.project.clone(),
        Pane::Problems => {
            model.selected_row(Pane::Problems).and_then(|at| model.draft.problems().get(at)).map(|d| d.message.clone())
        }
        Pane::Field => model.described().map(|field| field.path),
        Pane::Editor => Some(model.draft.editor.text()),
    };
    if let Some(text) = text {
        copy(model, text)
    } else {
        say(model, Weight::Info, "there is nothing to copy here");
        Vec::new()
    }
}

fn on_tree(model: &mut Model, command: TreeCommand) -> Vec<Effect> {
    let pane = model.nav.focus();
    tree::input(model, pane, command);
    Vec::new()
}

/// The decision that is shown, with what it is about and what is assumed.
fn copy_decision(model: &mut Model, form: tree::Form) -> Vec<Effect> {
    if let Some(text) = tree::transcript(model, model.decisions.under, form) {
        return copy(model, text);
    }
    say(model, Weight::Info, "nothing is decided here yet");
    Vec::new()
}

/// Copies; says no more than can be known.
pub(super) fn copy(model: &mut Model, text: String) -> Vec<Effect> {
    say(model, Weight::Info, "copied (OSC 52), and in clipboard.txt");
    vec![Effect::Copy(text)]
}

fn cancel(model: &mut Model) -> Vec<Effect> {
    if let Some((ticket, _)) = model.works.latest() {
        vec![Effect::Cancel(ticket)]
    } else {
        say(model, Weight::Info, "nothing is under way; q quits");
        Vec::new()
    }
}

fn ask_quit(model: &mut Model) -> Vec<Effect> {
    let mut lines = Vec::new();
    if model.draft.is_unsaved(model.session.live_policy()) {
        lines.push("The draft is not the project's policy. It is kept, and will be here next time.".to_owned());
    }
    if let Some((_, work)) = model.works.latest() {
        lines.push(format!("Under way, and cancelled by quitting: {}.", work.title()));
    }
    if lines.is_empty() {
        return quit(model);
    }
    let confirm = Confirm { title: "Quit?".into(), lines, then: vec![Then::Quit], ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}
