//! `update`: what happens to the model when something happened. Total and synchronous; what has to be
//! done outside comes back as effects.

mod actions;
mod boxes;
pub(crate) mod forms;
mod keys;
mod mouse;
mod replies;

use std::time::Duration;

use jiff::Timestamp;

use crate::draft::file;
use crate::effect::Effect;
use crate::model::Model;
use crate::msg::{Msg, TerminalEvent};
use crate::policy_test::state::Typing;
use crate::query::Source;
use crate::session::Connection;
use crate::shell::notice::Weight;
use crate::shell::report::Report;
use crate::shell::timer::Timer;
use crate::{cluster, decision, draft, fix, guide, history, people, policy_test, replay, review, saving, serving};

/// How often the ages on the screen move on while nothing happens.
const CLOCK: Duration = Duration::from_secs(10);
/// How often it is looked whether the tests file was changed outside.
const TESTS: Duration = Duration::from_secs(2);
const SPINNER: Duration = Duration::from_millis(120);
/// How long nothing may be typed for it to be a pause.
const PAUSE: Duration = Duration::from_millis(150);

/// Changes the model by what happened, and says what is to be done.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    model.ui.now = now;
    let was_busy = model.is_busy();
    let draft_before = model.draft.editor.revision();
    let typing = if msg.is_in_a_pause() { Typing::Pauses } else { Typing::Goes };
    let mut effects = handle(model, msg);
    effects.extend(model.draft.refresh().map(Effect::Draft));
    if model.draft.finder.open {
        model.draft.finder.refresh(&model.draft.editor);
    }
    model.tests.refresh(&model.draft, typing);
    settle(model, &mut effects);
    if model.draft.editor.revision() != draft_before {
        effects.push(Effect::After(Timer::Pause, PAUSE));
    }
    effects.extend(saving::act::follow(model));
    if model.is_busy() && !was_busy {
        effects.push(Effect::After(Timer::Spinner, SPINNER));
    }
    effects
}

/// The first effects: everything that needs no project, and the file that the command line names as the draft.
pub fn start(model: &mut Model, draft: Option<String>) -> Vec<Effect> {
    let mut effects =
        vec![Effect::After(Timer::Clock, CLOCK), policy_test::act::read(model), Effect::After(Timer::Tests, TESTS)];
    effects.extend(model.load(&[Source::Keys, Source::Work, Source::Inventory]));
    effects.extend(file::act::start(model, draft));
    effects.extend(saving::act::start(model));
    settle(model, &mut effects);
    effects
}

fn handle(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Terminal(event) => on_terminal(model, event),
        Msg::Timer(timer) => timed(model, timer),
        Msg::Connected(result) => connected(model, result),
        Msg::Answered(ticket, answer) => replies::answer_arrived(model, ticket, answer),
        Msg::Work(msg) => replies::worked(model, msg),
        Msg::Notice(report) => {
            model.say(Weight::Warning, report.line());
            Vec::new()
        }
        Msg::Requests(lines) => {
            model.ui.requests = lines;
            Vec::new()
        }
        Msg::Cluster(msg) => cluster::watch::receive(model, msg),
        Msg::Draft(msg) => draft::act::receive(model, msg),
        Msg::File(msg) => file::act::receive(model, msg),
        Msg::Fix(msg) => fix::act::receive(model, msg),
        Msg::History(msg) => history::act::receive(model, msg),
        Msg::People(msg) => people::act::receive(model, msg),
        Msg::PolicyTest(msg) => policy_test::act::receive(model, msg),
        Msg::Replay(msg) => replay::act::receive(model, msg),
        Msg::Review(msg) => review::act::receive(model, msg),
        Msg::Saving(msg) => saving::act::receive(model, msg),
        Msg::Serving(msg) => serving::act::receive(model, msg),
    }
}

fn on_terminal(model: &mut Model, event: TerminalEvent) -> Vec<Effect> {
    match event {
        TerminalEvent::Key(key) => keys::key(model, key),
        TerminalEvent::Paste(text) => keys::paste(model, &text),
        TerminalEvent::Mouse(event) => mouse::mouse(model, event),
        TerminalEvent::Resize(columns, rows) => {
            model.ui.viewport.columns = columns;
            model.ui.viewport.rows = rows;
            Vec::new()
        }
        TerminalEvent::Viewport(viewport) => {
            model.ui.viewport = viewport;
            Vec::new()
        }
        TerminalEvent::Below(above, event) => {
            let below = model.overlays.len().saturating_sub(above);
            let risen = model.overlays.split_off(below);
            let effects = on_terminal(model, *event);
            model.overlays.extend(risen);
            effects
        }
        TerminalEvent::Early => {
            model.say(Weight::Warning, "typed before the question was seen: no answer");
            Vec::new()
        }
        TerminalEvent::Resumed => Vec::new(),
        TerminalEvent::Terminate => saving::act::end(model),
    }
}

/// What follows from any change: the guide's check, the decisions, the evidence they need, saving.
fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    effects.extend(guide::act::finish_steps(model));
    effects.extend(guide::act::do_what_is_wanted(model));
    // What was wanted may be to look at something, which is done by showing it.
    effects.extend(guide::act::finish_steps(model));
    model.decisions.refresh(&model.session, &model.history, model.draft.policy(), model.deps.verifier.as_ref());
    decision::act::follow(model);
    effects.extend(file::act::settle(model));
    effects.extend(replies::missing_system_policy(model));
    effects.extend(replies::missing_registry(model));
    effects.extend(replies::missing_evidence(model));
    effects.extend(review::act::follow(model));
    effects.extend(cluster::watch::follow(model));
    cluster::watch::refresh(model);
    effects.extend(fix::act::follow(model));
    fix::mending::follow(model);
    model.draft.check_project(&model.session, model.preview.evidence(), model.deps.verifier.as_ref());
    let saved = model.to_save();
    if saved != model.ui.saved && !model.saving.looks_only() {
        model.ui.saved = saved.clone();
        effects.push(Effect::Save(Box::new(saved)));
    }
}

fn timed(model: &mut Model, timer: Timer) -> Vec<Effect> {
    match timer {
        Timer::Clock => vec![Effect::After(Timer::Clock, CLOCK)],
        Timer::Spinner => {
            model.ui.spin = model.ui.spin.wrapping_add(1);
            if model.is_busy() { vec![Effect::After(Timer::Spinner, SPINNER)] } else { Vec::new() }
        }
        Timer::Watch => file::act::watch(model),
        Timer::Pause => saving::act::paused(model),
        Timer::SaveDraft => saving::act::timed(model),
        Timer::SaveSession => saving::act::session_timed(model),
        Timer::Outside => serving::act::read_again(model),
        Timer::Survey => review::act::survey(model),
        Timer::Tests => vec![policy_test::act::read(model), Effect::After(Timer::Tests, TESTS)],
    }
}

fn connected(model: &mut Model, result: Result<String, Report>) -> Vec<Effect> {
    match result {
        Ok(address) => {
            model.session.connection = Connection::Sandbox(address);
            model.load(Source::ALL)
        }
        Err(report) => {
            model.session.connection = Connection::Failed(report);
            Vec::new()
        }
    }
}
