//! The draft's file: opening, saving, changes by others, and the person's own editor.

use std::time::Duration;

use crate::decision::manifest;
use crate::draft::file;
use crate::draft::file::form::{OpenFileForm, open};
use crate::draft::file::state::{DirectoryEntry, DraftFile, Edited, FileReply, FileTask, FileText, Outside, Stamp};
use crate::draft::file::{Choice, Msg, Then};
use crate::effect::Effect;
use crate::job::{FileTarget, IfThere, Job};
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Entry, Overlay};
use crate::saving;
use crate::shell::editor::EditOutcome;
use crate::shell::notice::Weight;
use crate::shell::report::Report;
use crate::shell::tab::Pane;
use crate::shell::timer::Timer;
use domain::work_file::OwnFile;

/// How often the open file is looked at.
const WATCH: Duration = Duration::from_secs(1);

/// Opens what the command line names, and begins to watch the draft's file.
pub(crate) fn start(model: &mut Model, draft: Option<String>) -> Vec<Effect> {
    match draft {
        Some(path) => {
            model.go(Pane::Editor);
            model.nav.editing = false;
            open(path)
        }
        None => watch(model),
    }
}

/// Lists the directory of the draft's file, to open another.
pub(crate) fn list_beside(model: &Model) -> Vec<Effect> {
    let directory = model.draft.file.as_ref().and_then(|file| file.path.rsplit_once('/')).map(|(path, _)| path);
    vec![Effect::File(file::Effect::Task(FileTask::List(directory.map(str::to_owned))))]
}

fn list(path: String) -> Vec<Effect> {
    vec![Effect::File(file::Effect::Task(FileTask::List(Some(path))))]
}

/// Takes what is told of files.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Replied(reply) => reply_arrived(model, reply),
        Msg::Edited(result) => edit_arrived(model, result),
    }
}

fn reply_arrived(model: &mut Model, reply: FileReply) -> Vec<Effect> {
    match reply {
        FileReply::Listed(directory, entries) => return pick(model, &directory, &entries),
        FileReply::Opened(opened) => return opened_file(model, opened),
        FileReply::Manifest(read) => return manifest::was_read(model, read),
        FileReply::Failed(report) => {
            model.overlays.push(Overlay::reader("The file was not opened", Body::Report(report)));
        }
        FileReply::Same(path) => return watch_on(model, &path),
        FileReply::Changed(opened) => return changed_outside(model, opened),
        FileReply::Unreadable(path, stamp, report) => {
            if let Some(file) = model.draft.file.as_mut().filter(|file| file.path == path) {
                file.stamp = stamp;
                model.say(Weight::Warning, format!("the file was changed outside: {}", report.line()));
            }
            return watch_on(model, &path);
        }
        FileReply::Gone(path) => {
            if let Some(file) = model.draft.file.as_mut().filter(|file| file.path == path && !file.gone) {
                file.gone = true;
                let text = format!("{} was removed outside; the draft is kept, F2 writes it again", file.name());
                model.say(Weight::Warning, text);
            }
            return watch_on(model, &path);
        }
    }
    Vec::new()
}

/// Looks at the file again after a while, as long as it is the draft's.
fn watch_on(model: &Model, path: &str) -> Vec<Effect> {
    let is_ours = model.draft.file.as_ref().is_some_and(|file| file.path == path);
    if is_ours { vec![Effect::After(Timer::Watch, WATCH)] } else { Vec::new() }
}

/// Looks at the draft's file; not while a question is open, so that no second one comes over it.
pub(crate) fn watch(model: &Model) -> Vec<Effect> {
    match &model.draft.file {
        Some(_) if !model.overlays.is_empty() => vec![Effect::After(Timer::Watch, WATCH)],
        Some(file) => vec![Effect::File(file::Effect::Task(FileTask::Watch(file.path.clone(), file.stamp)))],
        None => Vec::new(),
    }
}

fn pick(model: &mut Model, directory: &str, entries: &[DirectoryEntry]) -> Vec<Effect> {
    let entry = |listed: &DirectoryEntry| {
        let path = listed.path.clone();
        if listed.is_directory {
            Entry {
                label: format!("{}/", listed.name),
                detail: "directory".into(),
                choice: overlay::Choice::File(Choice::List(path)),
            }
        } else {
            Entry {
                label: listed.name.clone(),
                detail: String::new(),
                choice: overlay::Choice::File(Choice::Open(path)),
            }
        }
    };
    let mut list: Vec<Entry> = entries.iter().map(entry).collect();
    list.push(Entry {
        label: "type or paste a path…".into(),
        detail: "any file".into(),
        choice: overlay::Choice::File(Choice::TypePath),
    });
    model.open_picker(&format!("Open a file of {directory}"), list)
}

/// Takes a file as the draft; asks first where what is typed stands nowhere else.
fn opened_file(model: &mut Model, opened: FileText) -> Vec<Effect> {
    let draft = &model.draft;
    let same = draft.editor.says(&opened.text);
    if same || draft.editor.is_blank() || !draft.is_only_here(model.session.live_policy()) {
        return open_text(model, opened);
    }
    let name = opened.path.clone();
    let lines = vec![
        format!("The draft is replaced by {name}. What was typed stands in no file and is not the project's policy."),
        "^Z brings it back.".to_owned(),
    ];
    let diff = Some((draft.editor.text(), opened.text.clone()));
    let then = vec![overlay::Then::File(Then::Take(Box::new(opened)))];
    let confirm = Confirm { title: "Open the file?".into(), lines, diff, then, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}

fn open_text(model: &mut Model, opened: FileText) -> Vec<Effect> {
    model.draft.replace(&opened.text);
    let file = DraftFile::from(opened);
    model.say(Weight::Success, format!("✓ {} is open", file.name()));
    model.draft.file = Some(file);
    model.go(Pane::Editor);
    model.nav.editing = false;
    vec![Effect::After(Timer::Watch, WATCH)]
}

/// The file is another now: asks what counts, unless nothing is to be decided.
fn changed_outside(model: &mut Model, opened: FileText) -> Vec<Effect> {
    let path = opened.path.clone();
    let Some(file) = model.draft.file.as_mut().filter(|file| file.path == path) else { return Vec::new() };
    let told = file.text.as_ref() == Some(&opened.text) || model.draft.editor.says(&opened.text);
    if told {
        model.draft.file = Some(opened.into());
        return watch_on(model, &path);
    }
    if !model.overlays.is_empty() {
        return watch_on(model, &path);
    }
    let name = file.name().to_owned();
    model.draft.outside = Some(opened);
    ask_outside(model, &name)
}

fn ask_outside(model: &mut Model, name: &str) -> Vec<Effect> {
    let entry = |label: &str, detail: &str, choice| Entry {
        label: label.into(),
        detail: detail.into(),
        choice: overlay::Choice::File(choice),
    };
    let entries = vec![
        entry("reload", "take the file as it is now; ^Z brings yours back", Choice::TakeOutside),
        entry("keep mine", "the draft stays; F2 asks before it replaces the file", Choice::KeepMine),
        entry("show the difference", "from the draft to the file", Choice::CompareOutside),
    ];
    model.open_picker(&format!("{name} was changed outside"), entries)
}

/// What was picked in one of its lists.
pub(crate) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Open(path) => open(path),
        Choice::List(path) => list(path),
        Choice::TypePath => model.open_form(OpenFileForm::new()),
        Choice::TakeOutside => take_outside(model),
        Choice::KeepMine => keep_mine(model),
        Choice::CompareOutside => compare_outside(model),
    }
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &mut Model, then: Then) -> Vec<Effect> {
    match then {
        Then::Take(opened) => open_text(model, *opened),
    }
}

/// Takes the file as it is now.
fn take_outside(model: &mut Model) -> Vec<Effect> {
    let Some(opened) = model.draft.outside.take() else { return Vec::new() };
    model.draft.editor.set_text(&opened.text);
    model.draft.file = Some(opened.into());
    model.say(Weight::Success, "reloaded; ^Z brings yours back");
    vec![Effect::After(Timer::Watch, WATCH)]
}

/// The draft stays as it is; the file counts as seen, but not as written by us.
fn keep_mine(model: &mut Model) -> Vec<Effect> {
    if let (Some(opened), Some(file)) = (model.draft.outside.take(), &mut model.draft.file) {
        file.stamp = opened.stamp;
        file.text = None;
    }
    vec![Effect::After(Timer::Watch, WATCH)]
}

/// Shows what the file says now, and asks again below it.
fn compare_outside(model: &mut Model) -> Vec<Effect> {
    let Some(opened) = model.draft.outside.clone() else { return Vec::new() };
    let name = opened.path.rsplit('/').next().unwrap_or_default().to_owned();
    let effects = ask_outside(model, &name);
    let body = Body::Diff { before: model.draft.editor.text(), after: opened.text };
    model.overlays.push(Overlay::reader(format!("From the draft to {name}"), body));
    effects
}

/// Where the question was closed without an answer, the draft stays, and it is not asked again for
/// the same state of the file.
pub(crate) fn settle(model: &mut Model) -> Vec<Effect> {
    if model.draft.outside.is_some() && model.overlays.is_empty() { keep_mine(model) } else { Vec::new() }
}

/// The draft's text stands in a file now.
pub(crate) fn file_saved(model: &mut Model, path: String, text: &str, stamp: Stamp) -> Vec<Effect> {
    model.draft.file = Some(DraftFile { path, stamp, text: Some(text.to_owned()), gone: false });
    vec![Effect::After(Timer::Watch, WATCH)]
}

/// There is another file in the way.
pub(crate) fn in_the_way(model: &mut Model, path: String, text: &str, there: Option<String>) {
    let lines = vec![format!("{path} is there, and is not as the draft's file was last seen.")];
    let diff = there.map(|there| (there, text.to_owned()));
    let target = FileTarget::Draft { path, if_there: IfThere::Replace };
    let jobs = vec![Job::WriteFile { target, text: text.to_owned() }];
    let title = "Replace the file?".to_owned();
    let confirm = Confirm { title, lines, diff, jobs, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
}

/// Gives the draft to the person's own editor.
pub(crate) fn edit_outside(model: &Model) -> Vec<Effect> {
    let name = model.draft.file.as_ref().map_or(OwnFile::Policy.name(), DraftFile::name).to_owned();
    vec![Effect::File(file::Effect::EditOutside(Outside { name, text: model.draft.editor.text() }))]
}

/// What the editor left comes back as one undo step.
fn edit_arrived(model: &mut Model, result: Result<Edited, Report>) -> Vec<Effect> {
    match result {
        Err(report) => {
            model.say(Weight::Error, report.title.clone());
            model.overlays.push(Overlay::reader("The draft is as it was", Body::Report(report)));
        }
        Ok(Edited { text, path }) if model.draft.editor.says(&text) => {
            model.saving.took(model.draft.editor.revision(), path);
            model.say(Weight::Info, "the editor changed nothing");
            return saving::act::write(model);
        }
        Ok(Edited { text, path }) => {
            let outcome = model.draft.editor.set_text(&text);
            if outcome != EditOutcome::TooLarge {
                model.saving.took(model.draft.editor.revision(), path);
            }
            model.say(Weight::Success, "taken from the editor; ^Z takes it back");
            return crate::draft::text::follow_edit(model, outcome);
        }
    }
    Vec::new()
}
