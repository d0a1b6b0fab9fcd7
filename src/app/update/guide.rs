//! The guide's keys: hints, *do it for me*, reset; and what counts as looked at.

use super::super::acts::{self, Plan};
use super::super::effect::Effect;
use super::super::form::Form;
use super::super::guide::Hint;
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::overlay::{Body, Confirm, Overlay, Then};
use super::super::tab::{Pane, Tab};
use super::{attestor, deployer, go, load, policy, run, say};
use codelab::names::Names;
use codelab::{Seen, Step, steps};

/// Something was looked at.
pub(super) fn saw(model: &mut Model, seen: Seen) {
    model.guide.seen.insert(seen);
}

/// A pane was looked at: its list counts as seen where the values are there.
pub(super) fn saw_pane(model: &mut Model, pane: Pane) {
    let r = &model.session.remotes;
    let seen = match pane {
        Pane::Workloads if r.workloads.value().is_some() => Seen::Pods,
        Pane::Attestors if r.attestors.value().is_some() => Seen::Attestors,
        Pane::Attestations if r.attestations.value().is_some() => Seen::Attestations,
        _ => return,
    };
    saw(model, seen);
}

pub(super) fn hint(model: &mut Model) -> Vec<Effect> {
    if model.guide.hint == Hint::Commands {
        return read(model);
    }
    model.guide.next_hint();
    Vec::new()
}

/// The names that the commands of a step are filled with.
pub fn names(model: &Model) -> Names {
    let session = &model.session;
    let fingerprint = session.remotes.keys.items().iter().find(|key| key.can_sign);
    Names {
        project: session.project.clone().unwrap_or_default(),
        number: session.project_info().map(|project| project.number.clone()).unwrap_or_default(),
        digest: session.image.as_ref().and_then(|image| image.digest()).map(ToString::to_string).unwrap_or_default(),
        fingerprint: fingerprint.map(|key| key.fingerprint.clone()).unwrap_or_default(),
        work_directory: session.remotes.work.value().map(|work| work.directory.path.clone()).unwrap_or_default(),
    }
}

/// The whole step, with all its hints, or what changed since 2018 at the end.
pub(super) fn read(model: &mut Model) -> Vec<Effect> {
    let (title, text) = match model.guide.current() {
        Some((number, step)) => {
            (format!("Step {} of {} · {}", number + 1, steps::STEPS.len(), step.title), step_text(model, step))
        }
        None => ("What changed since 2018".to_owned(), the_end()),
    };
    model.overlays.push(Overlay::reader(title, Body::Prose(text)));
    Vec::new()
}

fn step_text(model: &Model, step: &Step) -> String {
    let names = names(model);
    let commands = |list: &[&str]| list.iter().map(|c| format!("  {}\n", names.fill(c))).collect::<String>();
    format!(
        "{} · {}\n\nWhy\n  {}\n\nWhere\n  {}\n\nHow\n  {}\n\nIn 2018\n{}\nToday\n{}",
        step.role.as_str(),
        step.title,
        step.why,
        step.nudge,
        step.explanation,
        commands(step.commands_2018),
        commands(step.commands_today)
    )
}

fn the_end() -> String {
    let mut text =
        String::from("You walked the whole codelab, in all three roles.\n\nWhat changed since it was written:\n\n");
    for line in steps::SINCE_2018 {
        text.push_str(&format!("• {line}\n\n"));
    }
    text
}

/// Goes on as far as checks pass, and says so; the end is shown.
pub(super) fn finish_steps(model: &mut Model) -> Vec<Effect> {
    let finished = model.guide.check(&model.session);
    let Some(step) = finished.last() else { return Vec::new() };
    if !model.guide.finished() {
        say(model, Weight::Success, format!("✓ {}.", step.title));
        return Vec::new();
    }
    say(model, Weight::Success, format!("✓ {}. That was the whole codelab.", step.title));
    read(model)
}

/// Does the step that was asked for while values were being read, once they are there; a box that was
/// opened meanwhile is what is wanted now.
pub(super) fn do_what_is_wanted(model: &mut Model) -> Vec<Effect> {
    model.guide.wanted &= model.overlays.is_empty();
    let ready = model.guide.wanted && !model.session.is_loading();
    if ready { do_it(model) } else { Vec::new() }
}

/// Does the current step, at once or when what is being read is there.
pub(super) fn do_it(model: &mut Model) -> Vec<Effect> {
    if model.works.any() {
        say(model, Weight::Info, "wait for the work that is under way, or cancel it with ^C");
        return Vec::new();
    }
    let Some((_, step)) = model.guide.current() else { return read(model) };
    // What a step needs may be on its way, as just after the start.
    model.guide.wanted = model.session.is_loading();
    if model.guide.wanted {
        say(model, Weight::Info, "as soon as everything is read…");
        return Vec::new();
    }
    model.guide.settle();
    let plan = acts::plan(model, step.act);
    carry_out(model, plan)
}

/// Undoes the current step if it is begun, or else takes the one before it back.
pub(super) fn reset(model: &mut Model) -> Vec<Effect> {
    model.guide.wanted = false;
    let Some(step) = step_to_reset(model) else {
        say(model, Weight::Info, "there is no step to take back yet");
        return Vec::new();
    };
    let Some(act) = step.reset else {
        model.guide.reopen(step.id);
        say(model, Weight::Info, format!("again: {}", step.title));
        return Vec::new();
    };
    let (jobs, draft) = match acts::plan(model, act) {
        Plan::Run(jobs, _) => (jobs, None),
        Plan::Draft(text, jobs) => (jobs, Some(text)),
        plan @ Plan::LeaveProject => return carry_out(model, plan),
        plan => {
            model.guide.reopen(step.id);
            return carry_out(model, plan);
        }
    };
    let mut lines: Vec<String> = jobs.iter().map(|job| format!("{}.", job.title())).collect();
    if draft.is_some() {
        lines.push("The draft is replaced too; ^Z brings it back.".to_owned());
    }
    let then = draft.map(Then::ReplaceDraft).into_iter().chain([Then::Reopen(step.id)]).collect();
    let title = format!("Take back: {}?", step.title);
    let confirm = Confirm { title, lines, jobs, then, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}

/// The last step that is done, counted back from the current one.
fn step_to_reset(model: &Model) -> Option<&'static Step> {
    let end = model.guide.current().map_or(steps::STEPS.len(), |(number, _)| number);
    end.checked_sub(1).and_then(|at| steps::STEPS.get(at))
}

fn carry_out(model: &mut Model, plan: Plan) -> Vec<Effect> {
    match plan {
        Plan::Run(jobs, purpose) => run(model, jobs, purpose),
        Plan::Ask(form) => {
            let form: Form = *form;
            model.overlays.push(Overlay::Form(Box::new(form)));
            Vec::new()
        }
        Plan::Look(pane, seen) => look(model, pane, seen),
        Plan::Draft(text, jobs) => {
            go(model, Pane::Editor);
            model.nav.editing = false;
            policy::replace_draft(model, &text);
            model.nav.editing = false;
            run(model, jobs, super::super::work::Purpose::Plain)
        }
        Plan::ChooseImage(image) => {
            model.session.choose(image);
            Vec::new()
        }
        Plan::LeaveImage => {
            model.session.leave_image();
            Vec::new()
        }
        Plan::LeaveProject => deployer::leave_project(model),
        Plan::Impossible(why) => {
            say(model, Weight::Warning, why);
            Vec::new()
        }
    }
}

/// Shows what a step wants looked at, read anew.
fn look(model: &mut Model, pane: Pane, seen: Seen) -> Vec<Effect> {
    go(model, pane);
    let effects = match pane.tab() {
        // What the cluster does is watched.
        Tab::Deployer | Tab::Policy => Vec::new(),
        Tab::Attestor => load(model, &[super::Source::Attestors, super::Source::Notes, super::Source::Keys]),
    };
    match seen {
        Seen::Note => {
            attestor::show_note(model);
        }
        Seen::ServiceAccount | Seen::AttestorKeys => {
            attestor::show_attestor(model);
        }
        Seen::Fingerprint => {
            attestor::show_key(model);
        }
        Seen::Payload => {
            super::signing::show_payload(model);
        }
        Seen::Events => select_rejection(model),
        // The list itself is what is looked at.
        Seen::Pods | Seen::Attestors | Seen::Attestations => saw(model, seen),
    }
    effects
}

/// Puts the selection on the event that tells of the refusal.
fn select_rejection(model: &mut Model) {
    let at = model.session.remotes.events.items().iter().position(|e| e.reason == "FailedCreate");
    if let Some(row) = at.and_then(|at| model.event_row(at)) {
        model.nav.list_mut(Pane::Events).selected = row;
        deployer::read_event(model);
    }
}
