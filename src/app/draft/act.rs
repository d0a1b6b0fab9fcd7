//! The Policy Creator's tab: editing the draft, templates, import.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::draft::Action;
use crate::draft::editor::{Direction, EditorCommand, Motion, Outcome};
use crate::draft::outline::{Item, outline};
use crate::draft::template::{TEMPLATES, Template};
use crate::draft::{complete, file, quick_fix};
use crate::effect::Effect;
use crate::import;
use crate::job::Job;
use crate::model::Model;
use crate::overlay::{Body, Choice, Confirm, Entry, Overlay, Then};
use crate::session::Connection;
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use domain::diagnostic::Severity;
use domain::document;
use domain::policy::Policy;
use domain::policy::PolicyKind;
use domain::span::Position;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Leave => model.nav.editing = false,
        Action::Undo => return edit(model, EditorCommand::Undo),
        Action::Redo => return edit(model, EditorCommand::Redo),
        Action::SelectAll => return edit(model, EditorCommand::SelectAll),
        Action::Cut => return edit(model, EditorCommand::Cut),
        Action::CopySelection => return edit(model, EditorCommand::Copy),
        Action::Paste => return edit(model, EditorCommand::Paste),
        Action::GoToLine => return model.open_form(crate::draft::form::go_to_line),
        Action::Import => return import(model),
        Action::SaveFile => return model.open_form(file::act::save_form),
        Action::OpenFile => return file::act::choose(model),
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
        Action::ExportPolicy => return model.open_form(crate::draft::form::export_policy),
    }
    Vec::new()
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
        _ => model.nav.editing = true,
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
    let entry = |item: &Item| {
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
        Entry { label, detail, choice: Choice::GoTo(item.at) }
    };
    let entries = items.iter().map(entry).collect();
    let effects = model.open_picker("Outline", entries);
    if let Some(Overlay::Picker(picker)) = model.overlays.last_mut() {
        picker.selected = here;
    }
    effects
}

/// Puts the cursor at a place, its text taking keys.
pub(crate) fn show_place(model: &mut Model, place: Position) -> Vec<Effect> {
    model.go(Pane::Editor);
    go_to(model, place.line, place.column);
    Vec::new()
}

fn go_to(model: &mut Model, line: usize, column: usize) {
    model.draft.editor.input(EditorCommand::Move(Motion::Position { line, column }));
}

/// Gives a command to the editor; what was cut or copied goes to the clipboard too.
pub(crate) fn edit(model: &mut Model, command: EditorCommand) -> Vec<Effect> {
    let outcome = model.draft.editor.input(command);
    after(model, outcome)
}

/// What follows from what a command did.
pub(crate) fn after(model: &mut Model, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Copied(text) | Outcome::Cut(text) => vec![Effect::Copy(text)],
        Outcome::TooLarge => {
            model.say(Weight::Error, "the text would become too large: nothing was inserted");
            Vec::new()
        }
        Outcome::Nothing | Outcome::Moved | Outcome::Changed => Vec::new(),
    }
}

/// A key that no action is bound to, while the draft takes text.
pub(crate) fn edit_key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let page = usize::from(model.ui.viewport.page.max(2)) - 1;
    let Some(command) = editor_command(event, page) else { return Vec::new() };
    let outcome = model.draft.editor.input(command.clone());
    complete::act::follow(model, &command, &outcome);
    after(model, outcome)
}

/// What a key means in a text, as in most editors.
pub(crate) fn editor_command(event: KeyEvent, page: usize) -> Option<EditorCommand> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let command = match event.code {
        KeyCode::Char(c) if !control && !alt => EditorCommand::Insert(c),
        KeyCode::Char('/') if control => EditorCommand::ToggleComment,
        KeyCode::Char('k') if control => EditorCommand::DeleteLine,
        KeyCode::Enter => EditorCommand::Newline,
        KeyCode::Tab => EditorCommand::Indent,
        KeyCode::BackTab => EditorCommand::Outdent,
        KeyCode::Backspace if control || alt => EditorCommand::DeleteWordLeft,
        KeyCode::Backspace => EditorCommand::Backspace,
        KeyCode::Delete if control => EditorCommand::DeleteWordRight,
        KeyCode::Delete => EditorCommand::Delete,
        KeyCode::Up if alt => EditorCommand::MoveLinesUp,
        KeyCode::Down if alt => EditorCommand::MoveLinesDown,
        code => {
            let motion = motion(code, control, page)?;
            if event.modifiers.contains(KeyModifiers::SHIFT) {
                EditorCommand::Select(motion)
            } else {
                EditorCommand::Move(motion)
            }
        }
    };
    Some(command)
}

fn motion(code: KeyCode, control: bool, page: usize) -> Option<Motion> {
    Some(match code {
        KeyCode::Left if control => Motion::WordLeft,
        KeyCode::Right if control => Motion::WordRight,
        KeyCode::Left => Motion::Left,
        KeyCode::Right => Motion::Right,
        KeyCode::Up => Motion::Up,
        KeyCode::Down => Motion::Down,
        KeyCode::Home if control => Motion::TextStart,
        KeyCode::End if control => Motion::TextEnd,
        KeyCode::Home => Motion::LineStart,
        KeyCode::End => Motion::LineEnd,
        KeyCode::PageUp => Motion::PageUp(page),
        KeyCode::PageDown => Motion::PageDown(page),
        _ => return None,
    })
}

/// Text that was pasted into the terminal.
pub(crate) fn insert(model: &mut Model, text: &str) -> Vec<Effect> {
    edit(model, EditorCommand::Text(text.to_owned()))
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
        choice: Choice::Template(number),
    };
    let entries = TEMPLATES.iter().enumerate().map(entry).collect();
    model.open_picker("Start the draft from", entries)
}

pub(crate) fn take_template(model: &mut Model, number: usize) -> Vec<Effect> {
    if let Some(template) = TEMPLATES.get(number) {
        let project = model.session.project.clone().unwrap_or_else(|| "PROJECT_ID".to_owned());
        let text = (template.text)(&project);
        replace_draft(model, &text);
        model.draft.base = model.session.live_policy().cloned();
    }
    Vec::new()
}

/// Replaces the draft; undo brings the old one back.
pub(crate) fn replace_draft(model: &mut Model, text: &str) {
    model.draft.replace(text);
    model.go(Pane::Editor);
    rebase(model);
    model.say(Weight::Info, "the draft was replaced; ^Z brings the old one back");
}

/// The live policy as gcloud exports it.
pub(crate) fn live_text(model: &Model) -> Option<String> {
    model.session.live_policy().map(document::emit)
}

/// A draft that says what is live is made from that; true if it does.
fn rebase(model: &mut Model) -> bool {
    let Some(live) = model.session.live_policy() else { return false };
    let says_it = model.draft.policy().is_some_and(|draft| draft.says_the_same_as(live));
    if says_it {
        model.draft.base = Some(live.clone());
    }
    says_it
}

/// A draft that was never touched follows the live policy.
pub(crate) fn live_policy_came(model: &mut Model) {
    if let (false, Some(text)) = (model.draft.touched, live_text(model)) {
        model.draft.take(&text);
        model.draft.touched = false;
    }
    let is_other = |base: &Policy| model.session.live_policy().is_some_and(|live| !base.says_the_same_as(live));
    let moved = model.refused.is_none() && model.draft.base.as_ref().is_some_and(is_other);
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
        let confirm = Confirm { title, lines, diff, then: vec![Then::ReplaceDraft(text)], ..Confirm::default() };
        model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    } else {
        model.draft.take(&text);
        model.draft.base = model.session.live_policy().cloned();
    }
    Vec::new()
}

/// The live policy and the draft, written alike, so that only what they say differs: without the
/// server's own fields, comments, and the order of keys. A draft that is no policy is as it is typed.
fn difference(model: &Model) -> (String, String) {
    let written = |policy: &Policy| document::emit(&policy.said());
    let before = model.session.live_policy().map(written).unwrap_or_default();
    let after = model.draft.policy().map_or_else(|| model.draft.editor.text(), written);
    (before, after)
}

fn show_diff(model: &mut Model) -> Vec<Effect> {
    let (before, after) = difference(model);
    model.overlays.push(Overlay::reader("What the draft changes", Body::Diff { before, after }));
    Vec::new()
}

/// Shows what would change, and asks; a draft that the service would refuse is not sent.
pub(crate) fn import(model: &mut Model) -> Vec<Effect> {
    let Some(project) = model.session.project.clone() else {
        model.say(Weight::Warning, "choose a project first (Deployer tab, Setup)");
        return Vec::new();
    };
    model.draft.read_now();
    let errors = model.draft.problems().iter().filter(|p| p.severity == Severity::Error).count();
    if model.draft.document.kind == PolicyKind::Platform {
        let text =
            "not imported: this is a platform policy, which `gcloud beta container binauthz policy create` takes";
        model.say(Weight::Error, text.to_owned());
        return Vec::new();
    }
    if model.draft.policy().is_none() {
        model.say(
            Weight::Error,
            format!("not imported: the service would refuse the draft ({errors} errors; F4 goes there)"),
        );
        return Vec::new();
    }
    let Some(live) = model.session.live_policy().cloned() else {
        model.say(Weight::Warning, "the live policy is not known yet: reload with r");
        return Vec::new();
    };
    let text = model.draft.editor.text();
    // Whatever becomes of the import, what was typed is on the disk.
    let kept = vec![Effect::SaveDraft(text.clone())];
    if let Some(base) = other_base(model, &live) {
        import::act::open(model, project, &base, live);
        return kept;
    }
    let lines = import_lines(model, &project, live.etag.as_deref());
    let diff = Some(difference(model));
    let jobs = vec![Job::ImportPolicy { project, text, etag: live.etag }];
    let confirm = Confirm { title: "Import the policy?".into(), lines, diff, jobs, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    kept
}

/// The policy that the draft was made from, where the live one says something else: the version whose
/// etag the draft carries, or the one it was last compared with.
fn other_base(model: &Model, live: &Policy) -> Option<Policy> {
    let draft = model.draft.policy()?;
    let known = model.draft.base.as_ref();
    if known.is_some_and(|base| base.says_the_same_as(live)) {
        return None;
    }
    let own = draft.etag.as_ref().filter(|etag| Some(*etag) != live.etag.as_ref());
    let named = own.and_then(|etag| model.history.by_etag(etag));
    named.or(known).filter(|base| !base.says_the_same_as(live)).cloned()
}

/// Where it goes, on what condition, and what it does.
fn import_lines(model: &Model, project: &str, etag: Option<&str>) -> Vec<String> {
    let place = match model.session.connection {
        Connection::Sandbox(_) => " in the sandbox",
        Connection::Starting | Connection::Failed(_) => "",
    };
    let mut lines = vec![format!("The draft becomes the policy of project {project}{place}.")];
    lines.push(match etag {
        Some(etag) => format!("Only if nobody changed it meanwhile (etag {etag})."),
        None => "It has no etag yet: this is its first import.".to_owned(),
    });
    lines.push("It takes effect for new pods; running pods stay.".to_owned());
    lines.extend(crate::review::act::lines(model));
    lines
}

/// Arrow keys while the draft has the focus but takes no text: they move the cursor.
pub(crate) fn browse(model: &mut Model, motion: Motion) {
    model.draft.editor.input(EditorCommand::Move(motion));
}
