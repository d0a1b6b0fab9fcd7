//! The Policy Creator's tab: editing the draft, templates, import.

use crossterm::event::KeyEvent;

use crate::draft::file::form::SaveFileForm;
use crate::draft::form::{ExportPolicyForm, LineForm};
use crate::draft::outline::{OutlineItem, outline};
use crate::draft::template::{TEMPLATES, Template};
use crate::draft::text::{
    difference, edit, editor_command, follow_edit, go_to, live_text, rebase, replace_draft, show_place,
};
use crate::draft::{Action, Choice, Msg, Then, complete, file, quick_fix};
use crate::effect::Effect;
use crate::import;
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Entry, Overlay};
use crate::shell::editor::{Direction, EditorCommand};
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use domain::diagnostic::Severity;
use domain::name::ProjectId;
use domain::policy::Policy;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Leave => model.nav.editing = false,
        Action::Undo => return edit(model, EditorCommand::Undo),
        Action::Redo => return edit(model, EditorCommand::Redo),
        Action::SelectAll => return edit(model, EditorCommand::SelectAll),
        Action::Cut => return edit(model, EditorCommand::Cut),
        Action::CopySelection => return edit(model, EditorCommand::Copy),
        Action::Paste => return edit(model, EditorCommand::Paste),
        Action::GoToLine => return model.open_form(LineForm::new()),
        Action::Import => return import::act::import(model),
        Action::SaveFile => return model.open_form(SaveFileForm::new(model)),
        Action::OpenFile => return file::act::list_beside(model),
        Action::EditOutside => return file::act::edit_outside(model),
        Action::Outline => return show_outline(model),
        Action::QuickFix => return quick_fix::offer(model),
        Action::ExplainProblem => return quick_fix::explain(model),
        Action::NextSeverity => quick_fix::next_severity(model),
        Action::Template => return templates(model),
        Action::NextProblem => to_problem(model, Direction::Forward),
        Action::PreviousProblem => to_problem(model, Direction::Backward),
        Action::ReloadDraft => return take_live(model),
        Action::ShowDiff => return show_diff(model),
        Action::ExportPolicy => return model.open_form(ExportPolicyForm::new()),
    }
    Vec::new()
}

/// What was picked in one of its lists.
pub(crate) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Template(number) => take_template(model, number),
        Choice::GoTo(place) => show_place(model, place),
        Choice::QuickFix(number) => quick_fix::ask(model, number),
    }
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &mut Model, then: Then) -> Vec<Effect> {
    match then {
        Then::Replace(text) => {
            replace_draft(model, &text);
            model.nav.editing = false;
            Vec::new()
        }
        Then::QuickFix { revision, fix } => quick_fix::apply(model, revision, &fix),
    }
}

pub(crate) fn on_row(model: &mut Model) -> Vec<Effect> {
    match model.nav.focus() {
        Pane::Problems => {
            let at = model.selected_row(Pane::Problems);
            if let Some(problem) = at.and_then(|at| model.draft.problems().get(at)) {
                let start = problem.span.start;
                model.go(Pane::Editor);
                go_to(model, start.line, start.column);
            }
        }
        Pane::Field => model.go(Pane::Editor),
        Pane::Preview => return crate::review::act::open_decisions(model),
        Pane::Editor
        | Pane::Setup
        | Pane::Images
        | Pane::Workloads
        | Pane::Events
        | Pane::Decision
        | Pane::Attestors
        | Pane::Notes
        | Pane::Attestations
        | Pane::Keys => model.nav.editing = true,
    }
    Vec::new()
}

/// Lists the parts of the draft to go to, from the one that the cursor is in.
fn show_outline(model: &mut Model) -> Vec<Effect> {
    model.draft.read_now();
    let items = outline(&model.draft.document);
    if items.is_empty() {
        model.say(Weight::Info, "the draft has no parts yet; F3 offers templates");
        return Vec::new();
    }
    let line = model.draft.editor.position().line;
    let here = items.iter().rposition(|item| item.at.line <= line).unwrap_or(0);
    let entry = |item: &OutlineItem| {
        // The signs of the list of problems.
        let sign = match item.worst {
            Some(Severity::Error) => "▲",
            Some(Severity::Warning) => "△",
            Some(Severity::Hint) => "◦",
            None => " ",
        };
        let label = format!("{sign} {}{}", "  ".repeat(item.depth), item.label);
        let worst = item.worst.map(|severity| format!("{severity} · ")).unwrap_or_default();
        let detail = format!("{:>5}  {worst}{}", item.at.line, item.detail);
        Entry { label, detail, choice: overlay::Choice::Draft(Choice::GoTo(item.at)) }
    };
    let entries = items.iter().map(entry).collect();
    let effects = model.open_picker("Outline", entries);
    if let Some(Overlay::Picker(picker)) = model.overlays.last_mut() {
        picker.selected = here;
    }
    effects
}

/// Takes what is told of the draft.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Parsed(revision, document) => model.draft.was_read(revision, *document),
    }
    Vec::new()
}

/// A key that no action is bound to, while the draft takes text.
pub(crate) fn edit_key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let page = usize::from(model.ui.viewport.page.max(2)) - 1;
    let Some(command) = editor_command(event, page) else { return Vec::new() };
    let outcome = model.draft.editor.input(command.clone());
    complete::act::follow(model, &command, &outcome);
    follow_edit(model, outcome)
}

/// The nearest problem after the cursor, or before it, around the text's end.
fn to_problem(model: &mut Model, direction: Direction) {
    let here = model.draft.editor.position();
    let places = model.draft.problems().iter().map(|problem| problem.span.start);
    let nearest = match direction {
        Direction::Forward => places.clone().filter(|at| *at > here).min().or_else(|| places.min()),
        Direction::Backward => places.clone().filter(|at| *at < here).max().or_else(|| places.max()),
    };
    match nearest {
        Some(place) => {
            model.go(Pane::Editor);
            go_to(model, place.line, place.column);
        }
        None => model.say(Weight::Success, "no problems"),
    }
}

fn templates(model: &mut Model) -> Vec<Effect> {
    let entry = |(number, template): (usize, &Template)| Entry {
        label: template.title.to_owned(),
        detail: template.detail.to_owned(),
        choice: overlay::Choice::Draft(Choice::Template(number)),
    };
    let entries = TEMPLATES.iter().enumerate().map(entry).collect();
    model.open_picker("Start the draft from", entries)
}

fn take_template(model: &mut Model, number: usize) -> Vec<Effect> {
    if let Some(template) = TEMPLATES.get(number) {
        let project = model.session.project.as_ref().map_or("PROJECT_ID", ProjectId::as_str);
        let text = (template.text)(&model.suggestions, project);
        replace_draft(model, &text);
        model.draft.base = model.session.live_policy().cloned();
    }
    Vec::new()
}

/// A draft that was never touched follows the live policy.
pub(crate) fn live_policy_came(model: &mut Model) {
    if let (false, Some(text)) = (model.draft.touched, live_text(model)) {
        model.draft.take_over(&text);
        model.draft.touched = false;
    }
    let is_other = |base: &Policy| model.session.live_policy().is_some_and(|live| !base.says_the_same_as(live));
    let moved = model.refusal.is_none() && model.draft.base.as_ref().is_some_and(is_other);
    if !rebase(model) && moved {
        model
            .say(Weight::Warning, "the live policy is not the one that the draft was made from: ^S shows both changes");
    }
}

fn take_live(model: &mut Model) -> Vec<Effect> {
    let Some(text) = live_text(model) else {
        model.say(Weight::Warning, "the live policy is not known: choose a project, or reload with r");
        return Vec::new();
    };
    if model.draft.is_unsaved(model.session.live_policy()) && model.draft.editor.text() != text {
        let lines = vec!["The draft is replaced by the project's policy. ^Z brings it back.".to_owned()];
        let diff = Some((model.draft.editor.text(), text.clone()));
        let title = "Take the live policy?".to_owned();
        let confirm =
            Confirm { title, lines, diff, then: vec![overlay::Then::Draft(Then::Replace(text))], ..Confirm::default() };
        model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    } else {
        model.draft.take_over(&text);
        model.draft.base = model.session.live_policy().cloned();
    }
    Vec::new()
}

fn show_diff(model: &mut Model) -> Vec<Effect> {
    let (before, after) = difference(model);
    model.overlays.push(Overlay::reader("What the draft changes", Body::Diff { before, after }));
    Vec::new()
}
