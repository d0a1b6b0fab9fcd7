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
use crate::msg::Msg;
use crate::policy_test::state::Typing;
use crate::query::Source;
use crate::session::Connection;
use crate::shell::notice::Weight;
use crate::shell::report::Report;
use crate::shell::timer::Timer;
use crate::{cluster, decision, fix, guide, history, people, policy_test, replay, review, serving};

/// How often the ages on the screen move on while nothing happens.
const CLOCK: Duration = Duration::from_secs(10);
/// How often it is looked whether the tests file was changed outside.
const TESTS: Duration = Duration::from_secs(2);
const SPINNER: Duration = Duration::from_millis(120);
/// How long typing has to pause before the draft is written to disk.
const SAVE_DRAFT: Duration = Duration::from_millis(150);

/// Changes the model by what happened, and says what is to be done.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    model.ui.now = now;
    let was_busy = model.is_busy();
    let draft_before = model.draft.editor.revision();
    let typing = match msg {
        Msg::Timer(Timer::SaveDraft) | Msg::Parsed(..) | Msg::Tests(_) => Typing::Pauses,
        _ => Typing::Goes,
    };
    let mut effects = handle(model, msg);
    effects.extend(model.draft.refresh());
    if model.draft.finder.open {
        model.draft.finder.refresh(&model.draft.editor);
    }
    model.tests.refresh(&model.draft, typing);
    settle(model, &mut effects);
    if model.draft.editor.revision() != draft_before {
        effects.push(Effect::After(Timer::SaveDraft, SAVE_DRAFT));
    }
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
    settle(model, &mut effects);
    effects
}

fn handle(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(event) => keys::key(model, event),
        Msg::Paste(text) => keys::paste(model, &text),
        Msg::Mouse(event) => mouse::mouse(model, event),
        Msg::Resize(columns, rows) => {
            model.ui.viewport.columns = columns;
            model.ui.viewport.rows = rows;
            Vec::new()
        }
        Msg::Viewport(viewport) => {
            model.ui.viewport = viewport;
            Vec::new()
        }
        Msg::Timer(timer) => timed(model, timer),
        Msg::Parsed(revision, document) => {
            model.draft.was_read(revision, *document);
            Vec::new()
        }
        Msg::File(reply) => file::act::replied(model, reply),
        Msg::Edited(result) => file::act::edited(model, result),
        Msg::Connected(result) => connected(model, result),
        Msg::People(all) => people::act::came(model, all),
        Msg::ActsAs(result) => people::act::changed(model, result),
        Msg::Answered(ticket, answer) => replies::answered(model, ticket, answer),
        Msg::Progress(ticket, number, text) => replies::progress(model, ticket, number, text),
        Msg::JobDone(ticket, number, outcome) => replies::job_done(model, ticket, number, outcome),
        Msg::Ended(ticket, result) => replies::ended(model, ticket, result),
        Msg::Watched(ticket, news) => {
            cluster::watch::told(model, ticket, *news);
            Vec::new()
        }
        Msg::Previewed(ticket, rows) => {
            review::act::previewed(model, ticket, rows);
            Vec::new()
        }
        Msg::ReviewProgress(ticket, done) => {
            review::act::progress(model, ticket, done);
            Vec::new()
        }
        Msg::Reviewed(ticket, reviewed) => {
            review::act::reviewed(model, ticket, *reviewed);
            Vec::new()
        }
        Msg::ReplayProgress(ticket, progress) => {
            replay::act::progress(model, ticket, progress);
            Vec::new()
        }
        Msg::Replayed(ticket, result) => {
            replay::act::replayed(model, ticket, *result);
            Vec::new()
        }
        Msg::Fixed(ticket, fixes) => {
            fix::act::came(model, ticket, fixes);
            Vec::new()
        }
        Msg::Serving(result) => serving::act::changed(model, result),
        Msg::Outside { wrote } => serving::act::outside(wrote),
        Msg::Notice(report) => {
            model.say(Weight::Warning, report.line());
            Vec::new()
        }
        Msg::History(history) => {
            history::act::came(model, *history);
            Vec::new()
        }
        Msg::Tests(file) => {
            policy_test::act::came(model, *file);
            Vec::new()
        }
        Msg::Requests(lines) => {
            model.ui.requests = lines;
            Vec::new()
        }
        Msg::Resumed => Vec::new(),
        Msg::Terminate => model.quit(),
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
    effects.extend(replies::missing_registry(model));
    effects.extend(replies::missing_evidence(model));
    effects.extend(review::act::follow(model));
    effects.extend(cluster::watch::follow(model));
    cluster::watch::refresh(model);
    effects.extend(fix::act::follow(model));
    model.draft.check_project(&model.session, model.preview.evidence(), model.deps.verifier.as_ref());
    let saved = model.to_save();
    if saved != model.ui.saved {
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
        Timer::SaveDraft => vec![Effect::SaveDraft(model.draft.editor.text())],
        Timer::Outside => serving::act::read_again(model),
        Timer::Survey => review::act::survey(model),
        Timer::Tests => vec![policy_test::act::read(model), Effect::After(Timer::Tests, TESTS)],
    }
}

fn connected(model: &mut Model, result: Result<String, Report>) -> Vec<Effect> {
    match result {
        Ok(address) => {
            model.session.connection = Connection::Sandbox(address);
            model.load(&Source::ALL)
        }
        Err(report) => {
            model.session.connection = Connection::Failed(report);
            Vec::new()
        }
    }
}
