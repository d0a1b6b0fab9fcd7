//! When the draft is written, what follows from a failure, and how the program ends without losing anything.
//!
//! A draft is written when typing pauses, and at the latest `AT_LATEST` after the first change that is not on the disk,
//! however steadily one types. One write is under way at a time, so that an older one never lands over a newer one.

use std::time::Duration;

use crate::draft::file::form::SaveFileForm;
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{self, Body, Entry, Overlay};
use crate::saving;
use crate::saving::state::{Finding, OwnPlace, Seated};
use crate::saving::{Choice, Msg};
use crate::shell::notice::Weight;
use crate::shell::report::Report;
use crate::shell::timer::Timer;

/// How long a change waits for a pause in typing: a third of the second that is promised, the rest is the disk's.
const AT_LATEST: Duration = Duration::from_millis(300);
/// How long a write may take before it is said that it goes on.
const SLOW: Duration = Duration::from_secs(1);
/// How often it is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Says what was found at the start, and asks where another workbench has the place.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    show_findings(model);
    let Some(other) = model.saving.other.clone() else { return Vec::new() };
    let entry = |label: String, detail: &str, choice| Entry {
        label,
        detail: detail.to_owned(),
        choice: overlay::Choice::Saving(choice),
    };
    let look = "nothing is saved; F2 writes it to a file";
    let mut entries = vec![
        entry("a draft of its own".to_owned(), "begins as a copy; both are kept", Choice::Sit(OwnPlace::New)),
        entry("look only".to_owned(), look, Choice::Look),
    ];
    entries.extend(other.earlier.iter().map(|number| {
        let label = format!("the draft of workbench {number}");
        entry(label, "as it was left", Choice::Sit(OwnPlace::Earlier(*number)))
    }));
    model.open_picker(&format!("In use by {}", other.who), entries)
}

fn show_findings(model: &mut Model) {
    let found = std::mem::take(&mut model.saving.found);
    if found.is_empty() {
        return;
    }
    let paragraph = |finding: &Finding| format!("{}\n{}", finding.what, finding.outcome);
    let text = found.iter().map(paragraph).collect::<Vec<_>>().join("\n\n");
    model.overlays.push(Overlay::reader("Found in the data directory", Body::Prose(text)));
}

/// Sets the timer after the first change that is not on the disk.
pub(crate) fn follow(model: &mut Model) -> Vec<Effect> {
    let delay = if model.saving.failure().is_some() { RETRY } else { AT_LATEST };
    let armed = model.saving.arm(model.draft.editor.revision());
    if armed { vec![Effect::After(Timer::SaveDraft, delay)] } else { Vec::new() }
}

/// The draft was not saved for as long as it may be.
pub(crate) fn timed(model: &mut Model) -> Vec<Effect> {
    if model.saving.is_due(model.draft.editor.revision()) { write(model) } else { Vec::new() }
}

/// Typing pauses.
pub(crate) fn paused(model: &mut Model) -> Vec<Effect> {
    if model.saving.likes_a_pause(model.draft.editor.revision()) { write(model) } else { Vec::new() }
}

/// Writes the session once more.
pub(crate) fn session_timed(model: &Model) -> Vec<Effect> {
    if model.saving.looks_only() { Vec::new() } else { vec![Effect::Save(Box::new(model.to_save()))] }
}

/// Writes the draft now, as it is.
pub(crate) fn write(model: &mut Model) -> Vec<Effect> {
    if model.saving.looks_only() {
        return Vec::new();
    }
    let snapshot = model.saving.give(model.draft.editor.revision(), model.draft.editor.text());
    vec![Effect::Saving(saving::Effect::Draft(Box::new(snapshot))), Effect::After(Timer::SaveDraft, SLOW)]
}

/// Takes what came of what was asked.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::DraftSaved(revision, result) => draft_saved(model, revision, result),
        Msg::SessionSaved(result) => {
            let failed = model.saving.session_told(result);
            if failed { vec![Effect::After(Timer::SaveSession, RETRY)] } else { Vec::new() }
        }
        Msg::Seated(Ok(seated)) => seated_at(model, *seated),
        Msg::Seated(Err(report)) => {
            model.say(Weight::Error, report.line());
            Vec::new()
        }
    }
}

fn draft_saved(model: &mut Model, revision: u64, result: Result<(), Report>) -> Vec<Effect> {
    let failed = result.is_err();
    let failed_before = model.saving.failure().is_some();
    model.saving.draft_told(revision, result);
    if !failed && failed_before && model.saving.failure().is_none() {
        model.say(Weight::Success, "✓ the draft is saved again");
    }
    if !model.saving.leaving {
        // What was typed meanwhile has waited for as long as the write took.
        let is_behind = !failed && !model.saving.has(model.draft.editor.revision());
        return if is_behind { write(model) } else { Vec::new() };
    }
    if failed && is_unsaved(model) {
        model.saving.leaving = false;
        return offer(model);
    }
    if failed {
        return end(model);
    }
    if model.saving.has(model.draft.editor.revision()) { end(model) } else { write(model) }
}

fn seated_at(model: &mut Model, seated: Seated) -> Vec<Effect> {
    model.saving.sit();
    let directory = seated.directory;
    match seated.draft {
        Some(draft) => {
            model.draft.editor.set_text(&draft);
            model.draft.file = None;
            model.say(Weight::Success, format!("✓ the draft of {directory}; ^Z brings the copy"));
        }
        None => model.say(Weight::Success, format!("✓ a draft of its own, kept in {directory}")),
    }
    model.saving.found = seated.found;
    show_findings(model);
    let mut effects = write(model);
    effects.push(Effect::Save(Box::new(model.to_save())));
    effects
}

/// What was picked.
pub(crate) fn choose(model: &mut Model, choice: &Choice) -> Vec<Effect> {
    match choice {
        Choice::Again => write(model),
        Choice::Elsewhere => model.open_form(SaveFileForm::elsewhere()),
        Choice::Leave => end(model),
        Choice::Look => Vec::new(),
        Choice::Sit(place) => vec![Effect::Saving(saving::Effect::Sit(*place))],
    }
}

/// Whether quitting now loses what was typed, as far as is known.
pub(crate) fn would_lose(model: &Model) -> bool {
    let saving = &model.saving;
    let stuck = saving.looks_only() || saving.failure().is_some() || saving.leaving;
    stuck && is_unsaved(model)
}

/// Whether the draft as it is stands nowhere but in memory: not on the disk, in no file, not in the project.
pub fn is_unsaved(model: &Model) -> bool {
    !model.saving.has(model.draft.editor.revision()) && model.draft.is_only_here(model.session.live_policy())
}

/// Asks what becomes of a draft that cannot be saved.
pub(crate) fn offer(model: &mut Model) -> Vec<Effect> {
    let entry = |label: &str, detail: String, choice| Entry {
        label: label.to_owned(),
        detail,
        choice: overlay::Choice::Saving(choice),
    };
    let first = match (&model.saving.other, model.saving.failure()) {
        (Some(_), _) => entry("a draft of its own", "kept beside the other's".into(), Choice::Sit(OwnPlace::New)),
        (None, Some(report)) => entry("try again", report.title.clone(), Choice::Again),
        (None, None) => entry("try again", "the disk has not answered yet".into(), Choice::Again),
    };
    let entries = vec![
        first,
        entry("write it to another file…", "any path".into(), Choice::Elsewhere),
        entry("quit without saving", "it is printed when the program has ended".into(), Choice::Leave),
    ];
    model.open_picker("The draft is not saved", entries)
}

/// Ends the program as soon as the draft is on the disk; where it cannot be, asks.
pub(crate) fn quit(model: &mut Model) -> Vec<Effect> {
    if would_lose(model) {
        return offer(model);
    }
    if model.saving.looks_only() || model.saving.has(model.draft.editor.revision()) {
        return end(model);
    }
    model.saving.leaving = true;
    write(model)
}

/// Ends the program now; the draft and the session are written first. Whether that worked is seen when it has ended.
pub fn end(model: &mut Model) -> Vec<Effect> {
    model.ui.quitting = true;
    let mut effects = write(model);
    effects.extend(session_timed(model));
    effects.push(Effect::Quit);
    effects
}
