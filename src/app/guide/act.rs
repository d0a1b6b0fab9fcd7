//! The guide's keys: hints, *do it for me*, reset; and what counts as looked at.

use crate::effect::Effect;
use crate::guide::deeds;
use crate::guide::deeds::Plan;
use crate::guide::state::Hint;
use crate::guide::{Action, Then};
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Overlay};
use crate::shell::notice::Weight;
use crate::shell::tab::{Pane, Tab};
use crate::{attestor, cluster, draft};
use codelab::{Seen, Step, steps};

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Hint => hint(model),
        Action::Do => do_it(model),
        Action::Reset => reset(model),
        Action::Read => read(model),
        Action::Toggle => {
            model.guide.toggle();
            Vec::new()
        }
    }
}

pub(crate) fn hint(model: &mut Model) -> Vec<Effect> {
    if model.guide.hint == Hint::Commands {
        return read(model);
    }
    model.guide.next_hint();
    Vec::new()
}

pub(crate) fn read(model: &mut Model) -> Vec<Effect> {
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
    let names = model.codelab_names();
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
pub(crate) fn finish_steps(model: &mut Model) -> Vec<Effect> {
    let finished = model.guide.check(&model.session);
    let Some(step) = finished.last() else { return Vec::new() };
    if !model.guide.finished() {
        model.say(Weight::Success, format!("✓ {}.", step.title));
        return Vec::new();
    }
    model.say(Weight::Success, format!("✓ {}. That was the whole codelab.", step.title));
    read(model)
}

/// Does the step that was asked for while values were being read, once they are there; a box that was
/// opened meanwhile is what is wanted now.
pub(crate) fn do_what_is_wanted(model: &mut Model) -> Vec<Effect> {
    model.guide.wanted &= model.overlays.is_empty();
    let ready = model.guide.wanted && !model.session.remotes.is_loading();
    if ready { do_it(model) } else { Vec::new() }
}

/// Does the current step, at once or when what is being read is there.
pub(crate) fn do_it(model: &mut Model) -> Vec<Effect> {
    if model.works.any() {
        model.say(Weight::Info, "wait for the work that is under way, or cancel it with ^C");
        return Vec::new();
    }
    let Some((_, step)) = model.guide.current() else { return read(model) };
    // What a step needs may be on its way, as just after the start.
    model.guide.wanted = model.session.remotes.is_loading();
    if model.guide.wanted {
        model.say(Weight::Info, "as soon as everything is read…");
        return Vec::new();
    }
    model.guide.settle();
    let plan = deeds::plan(model, step.act);
    carry_out(model, plan)
}

/// Undoes the current step if it is begun, or else takes the one before it back.
pub(crate) fn reset(model: &mut Model) -> Vec<Effect> {
    model.guide.wanted = false;
    let Some(step) = step_to_reset(model) else {
        model.say(Weight::Info, "there is no step to take back yet");
        return Vec::new();
    };
    let Some(act) = step.reset else {
        model.guide.reopen(step.id);
        model.say(Weight::Info, format!("again: {}", step.title));
        return Vec::new();
    };
    let (jobs, draft) = match deeds::plan(model, act) {
        Plan::Run(jobs, _) => (jobs, None),
        Plan::Draft(text, jobs) => (jobs, Some(text)),
        plan @ Plan::LeaveProject => return carry_out(model, plan),
        plan @ (Plan::Ask(_) | Plan::Look(..) | Plan::ChooseImage(_) | Plan::LeaveImage | Plan::Impossible(_)) => {
            model.guide.reopen(step.id);
            return carry_out(model, plan);
        }
    };
    let mut lines: Vec<String> = jobs.iter().map(|job| format!("{}.", job.title())).collect();
    if draft.is_some() {
        lines.push("The draft is replaced too; ^Z brings it back.".to_owned());
    }
    let then = draft.map(|text| overlay::Then::Draft(draft::Then::Replace(text)));
    let then = then.into_iter().chain([overlay::Then::Guide(Then::Reopen(step.id))]).collect();
    let title = format!("Take back: {}?", step.title);
    let confirm = Confirm { title, lines, jobs, then, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &mut Model, then: Then) {
    match then {
        Then::Reopen(step) => model.guide.reopen(step),
    }
}

/// The last step that is done, counted back from the current one.
fn step_to_reset(model: &Model) -> Option<&'static Step> {
    let end = model.guide.current().map_or(steps::STEPS.len(), |(number, _)| number);
    end.checked_sub(1).and_then(|at| steps::STEPS.get(at))
}

fn carry_out(model: &mut Model, plan: Plan) -> Vec<Effect> {
    match plan {
        Plan::Run(jobs, purpose) => model.run(jobs, purpose),
        Plan::Ask(form) => {
            model.overlays.push(Overlay::Form(form));
            Vec::new()
        }
        Plan::Look(pane, seen) => look(model, pane, seen),
        Plan::Draft(text, jobs) => {
            model.go(Pane::Editor);
            model.nav.editing = false;
            draft::text::replace_draft(model, &text);
            model.nav.editing = false;
            model.run(jobs, crate::work::Purpose::Plain)
        }
        Plan::ChooseImage(image) => {
            model.session.choose(image);
            Vec::new()
        }
        Plan::LeaveImage => {
            model.session.leave_image();
            Vec::new()
        }
        Plan::LeaveProject => cluster::act::leave_project(model),
        Plan::Impossible(why) => {
            model.say(Weight::Warning, why);
            Vec::new()
        }
    }
}

/// Shows what a step wants looked at, read anew.
fn look(model: &mut Model, pane: Pane, seen: Seen) -> Vec<Effect> {
    model.go(pane);
    let effects = match pane.tab() {
        // What the cluster does is watched.
        Tab::Deployer | Tab::Policy => Vec::new(),
        Tab::Attestor => {
            model.load(&[crate::query::Source::Attestors, crate::query::Source::Notes, crate::query::Source::Keys])
        }
    };
    match seen {
        Seen::Note => {
            attestor::act::show_note(model);
        }
        Seen::ServiceAccount | Seen::AttestorKeys => {
            attestor::act::show_attestor(model);
        }
        Seen::Fingerprint => {
            attestor::act::show_key(model);
        }
        Seen::Payload => {
            crate::sign::act::show_payload(model);
        }
        Seen::Events => select_rejection(model),
        // The list itself is what is looked at.
        Seen::Pods | Seen::Attestors | Seen::Attestations => model.mark_seen(seen),
    }
    effects
}

/// Puts the selection on the event that tells of the refusal.
fn select_rejection(model: &mut Model) {
    let at = model.session.remotes.events.items().iter().position(|e| e.reason == "FailedCreate");
    if let Some(row) = at.and_then(|at| model.event_row(at)) {
        model.nav.list_mut(Pane::Events).selected = row;
        cluster::act::read_event(model);
    }
}
