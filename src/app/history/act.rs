//! The history of live policies: recording, browsing, comparing, asking, restoring.

use crate::draft;
use crate::effect::Effect;
use crate::history;
use crate::history::state::{Author, History, HistoryBox, Version};
use crate::history::{Action, Msg, Then};
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Overlay};
use crate::session::Connection;
use crate::shell::notice::Weight;
use domain::document;
use domain::name::ProjectId;
use domain::policy::Policy;

/// The live policy was read: it is kept, if it is another version than the last that was.
pub(crate) fn policy_read(model: &Model) -> Vec<Effect> {
    let (Some(project), Some(live)) = (model.session.project.clone(), model.session.live_policy()) else {
        return Vec::new();
    };
    let is_known =
        model.history.project == project.as_str() && model.history.versions.last().is_some_and(|last| last.is(live));
    if is_known {
        return Vec::new();
    }
    vec![Effect::History(history::Effect::Keep(
        project,
        Some(Box::new(Version::from_read(live.clone(), model.ui.now))),
    ))]
}

/// Forgets what belonged to another project.
pub(crate) fn leave_project(model: &mut Model) {
    model.session.leave_project();
    model.history = History::default();
    model.draft.base = None;
    model.ui.saved.base = None;
    model.refusal = None;
}

/// What was imported here is kept with who imported it.
pub(crate) fn policy_imported(model: &Model, project: &ProjectId, stored: &Policy) -> Vec<Effect> {
    let author = Author::Here(account(model));
    let version = Version { at: model.ui.now, author, policy: stored.clone() };
    vec![Effect::History(history::Effect::Keep(project.clone(), Some(Box::new(version))))]
}

/// Who imports here.
fn account(model: &Model) -> String {
    match &model.session.connection {
        Connection::Sandbox(_) => match model.session.people.other_than_owner() {
            Some(person) => format!("you ({} of the sandbox)", person.name),
            None => "you (owner of the sandbox)".to_owned(),
        },
        Connection::Starting | Connection::Failed(_) => "you".to_owned(),
    }
}

/// Takes what is told of the history.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Kept(history) => history_arrived(model, *history),
    }
    Vec::new()
}

/// Takes what is kept of a project.
fn history_arrived(model: &mut Model, history: History) {
    if model.session.project.as_ref().map(ProjectId::as_str) != Some(history.project.as_str()) {
        return;
    }
    let before = if model.history.project == history.project { model.history.damaged } else { 0 };
    if let Some(failure) = &history.failure {
        let text = format!("the history could not be kept: {failure}");
        model.say(Weight::Error, text);
    } else if history.damaged > before {
        model.say(Weight::Warning, format!("the history has {}", history.damage()));
    }
    if model.draft.base.is_none() {
        let etag = model.ui.saved.base.as_deref();
        model.draft.base = etag.and_then(|etag| history.by_etag(etag)).cloned();
    }
    model.history = history;
}

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(project) = model.session.project.clone() else {
        model.say(Weight::Warning, "choose a project first (Deployer tab, Setup)");
        return Vec::new();
    };
    model.overlays.push(Overlay::History(HistoryBox::default()));
    vec![Effect::History(history::Effect::Keep(project, None))]
}

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => open(model),
        Action::Mark => on_version(model, |model, _, _| mark(model)),
        Action::Compare => on_version(model, |model, _, (selected, marked)| compare(model, selected, marked)),
        Action::Live => on_version(model, |model, version, _| {
            let live = model.session.live_policy().map(written).unwrap_or_default();
            show(model, &format!("{} → live", version.stamp()), written(&version.policy), live);
        }),
        Action::Draft => on_version(model, |model, version, _| {
            let draft = model.draft.policy().map_or_else(|| model.draft.editor.text(), written);
            show(model, &format!("{} → draft", version.stamp()), written(&version.policy), draft);
        }),
        Action::Simulate => on_version(model, |model, version, _| simulate(model, version.clone())),
        Action::Restore => on_version(model, |model, version, _| restore(model, version, &[])),
        Action::Import => {
            on_version(model, |model, version, _| restore(model, version, &[overlay::Then::History(Then::Import)]))
        }
        Action::Copy => {
            let selected = model.history.newest(selection(model).map_or(0, |(selected, _)| selected));
            match selected.map(|version| written(&version.policy)) {
                Some(text) => model.copy(text),
                None => no_version(model),
            }
        }
    }
}

/// The selected version and the marked one, counted from the newest.
fn selection(model: &Model) -> Option<(usize, Option<usize>)> {
    let Some(Overlay::History(HistoryBox { selected, marked })) = model.overlays.last() else { return None };
    Some((*selected, *marked))
}

/// Does something with the selected version.
fn on_version(model: &mut Model, act: impl FnOnce(&mut Model, &Version, (usize, Option<usize>))) -> Vec<Effect> {
    let Some((selected, marked)) = selection(model) else { return Vec::new() };
    let Some(version) = model.history.newest(selected).cloned() else { return no_version(model) };
    act(model, &version, (selected, marked));
    Vec::new()
}

fn no_version(model: &mut Model) -> Vec<Effect> {
    model.say(Weight::Info, "no version is kept yet");
    Vec::new()
}

fn written(policy: &Policy) -> String {
    document::emit(&policy.said())
}

fn mark(model: &mut Model) {
    if let Some(Overlay::History(shown)) = model.overlays.last_mut() {
        shown.marked = if shown.marked == Some(shown.selected) { None } else { Some(shown.selected) };
    }
}

/// Compares with the marked version, or else with the one before it; the older one first.
fn compare(model: &mut Model, selected: usize, marked: Option<usize>) {
    let other = marked.filter(|marked| *marked != selected).unwrap_or(selected + 1);
    let (new, old) = (selected.min(other), selected.max(other));
    let Some(after) = model.history.newest(new).cloned() else { return };
    match model.history.newest(old).cloned() {
        Some(before) => {
            let title = format!("{} → {}", before.stamp(), after.stamp());
            show(model, &title, written(&before.policy), written(&after.policy));
        }
        None => {
            show(model, &format!("{}, the first that was seen", after.stamp()), String::new(), written(&after.policy));
        }
    }
}

fn show(model: &mut Model, title: &str, before: String, after: String) {
    model.overlays.push(Overlay::reader(title, Body::Diff { before, after }));
}

/// What the chosen image would have met; what the version needs to decide is read.
fn simulate(model: &mut Model, version: Version) {
    if model.session.request().is_none() {
        return model.say(Weight::Warning, "choose an image first: Esc, then i");
    }
    let title = format!("Simulated against the policy of {}", version.stamp());
    ask(model, version);
    model.overlays.push(Overlay::reader(title, Body::Against));
}

/// Makes it the version that the simulation is asked about too.
pub(crate) fn ask(model: &mut Model, version: Version) {
    model.session.simulated_since = version.stamp();
    model.session.simulated = Some(Box::new(version.policy));
}

/// Puts a version into the draft, after showing what that changes in it.
fn restore(model: &mut Model, version: &Version, then: &[overlay::Then]) {
    let (before, after) = (model.draft.editor.text(), written(&version.policy));
    let lines = vec![
        format!("The draft becomes the policy of {} by {}.", version.stamp(), version.author.text()),
        match then {
            [] => "Nothing is imported by this. ^Z brings the draft back.".to_owned(),
            [..] => "Then its import is shown and asked for. ^Z brings the draft back.".to_owned(),
        },
    ];
    let then = [&[overlay::Then::CloseBoxes, overlay::Then::Draft(draft::Then::Replace(after.clone()))], then].concat();
    let confirm = Confirm { title: "Restore?".into(), lines, diff: Some((before, after)), then, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &mut Model, then: Then) -> Vec<Effect> {
    match then {
        Then::Import => draft_restored(model),
    }
}

/// A version became the draft: it is compared with what is live now.
pub(crate) fn draft_restored(model: &mut Model) -> Vec<Effect> {
    model.draft.base = model.session.live_policy().cloned();
    crate::import::act::import(model)
}
