//! `update`: what happens to the model when something happened. Total and synchronous; what has to be
//! done outside comes back as effects.

mod actions;
pub mod attestor;
mod boxes;
mod case;
mod completion;
pub mod conflict;
mod deployer;
mod explain;
mod export_session;
mod files;
mod finder;
mod fixes;
mod fixing;
pub(crate) mod forms;
pub mod guide;
pub mod history;
mod keys;
pub mod manifest;
mod mouse;
mod people;
mod policy;
mod policy_tests;
mod registry;
mod replaying;
mod replies;
mod review;
mod serving;
pub mod signing;
mod tree;
mod watching;
mod what_if;

use std::time::Duration;

use jiff::Timestamp;

use super::effect::Effect;
use super::job::Job;
use super::model::Model;
use super::msg::{Msg, Timer};
use super::notice::Weight;
use super::policy_tests::Typing;
use super::query::Source;
use super::report::Report;
use super::session::Connection;
use super::tab::Pane;
use super::work::Purpose;

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
        vec![Effect::After(Timer::Clock, CLOCK), policy_tests::read(model), Effect::After(Timer::Tests, TESTS)];
    effects.extend(load(model, &[Source::Keys, Source::Work, Source::Inventory]));
    effects.extend(files::start(model, draft));
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
        Msg::File(reply) => files::replied(model, reply),
        Msg::Edited(result) => files::edited(model, result),
        Msg::Connected(result) => connected(model, result),
        Msg::People(all) => people::came(model, all),
        Msg::ActsAs(result) => people::changed(model, result),
        Msg::Answered(ticket, answer) => replies::answered(model, ticket, answer),
        Msg::Progress(ticket, number, text) => replies::progress(model, ticket, number, text),
        Msg::JobDone(ticket, number, outcome) => replies::job_done(model, ticket, number, outcome),
        Msg::Ended(ticket, result) => replies::ended(model, ticket, result),
        Msg::Watched(ticket, news) => {
            watching::told(model, ticket, *news);
            Vec::new()
        }
        Msg::Previewed(ticket, rows) => {
            review::previewed(model, ticket, rows);
            Vec::new()
        }
        Msg::ReviewProgress(ticket, done) => {
            review::progress(model, ticket, done);
            Vec::new()
        }
        Msg::Reviewed(ticket, reviewed) => {
            review::reviewed(model, ticket, *reviewed);
            Vec::new()
        }
        Msg::ReplayProgress(ticket, progress) => {
            replaying::progress(model, ticket, progress);
            Vec::new()
        }
        Msg::Replayed(ticket, result) => {
            replaying::replayed(model, ticket, *result);
            Vec::new()
        }
        Msg::Fixed(ticket, fixes) => {
            fixing::came(model, ticket, fixes);
            Vec::new()
        }
        Msg::Serving(result) => serving::changed(model, result),
        Msg::Outside { wrote } => serving::outside(wrote),
        Msg::Notice(report) => {
            say(model, Weight::Warning, report.line());
            Vec::new()
        }
        Msg::History(history) => {
            history::came(model, *history);
            Vec::new()
        }
        Msg::Tests(file) => {
            policy_tests::came(model, *file);
            Vec::new()
        }
        Msg::Requests(lines) => {
            model.ui.requests = lines;
            Vec::new()
        }
        Msg::Resumed => Vec::new(),
        Msg::Terminate => quit(model),
    }
}

/// What follows from any change: the guide's check, the decisions, the evidence they need, saving.
fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    effects.extend(guide::finish_steps(model));
    effects.extend(guide::do_what_is_wanted(model));
    // What was wanted may be to look at something, which is done by showing it.
    effects.extend(guide::finish_steps(model));
    model.decisions.refresh(&model.session, &model.history, model.draft.policy(), model.deps.verifier.as_ref());
    tree::follow(model);
    effects.extend(files::settle(model));
    effects.extend(replies::missing_registry(model));
    effects.extend(replies::missing_evidence(model));
    effects.extend(review::follow(model));
    effects.extend(watching::follow(model));
    watching::refresh(model);
    effects.extend(fixing::follow(model));
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
        Timer::Watch => files::watch(model),
        Timer::SaveDraft => vec![Effect::SaveDraft(model.draft.editor.text())],
        Timer::Outside => serving::read_again(model),
        Timer::Survey => review::survey(model),
        Timer::Tests => vec![policy_tests::read(model), Effect::After(Timer::Tests, TESTS)],
    }
}

fn connected(model: &mut Model, result: Result<String, Report>) -> Vec<Effect> {
    match result {
        Ok(address) => {
            model.session.connection = Connection::Sandbox(address);
            load(model, &Source::ALL)
        }
        Err(report) => {
            model.session.connection = Connection::Failed(report);
            Vec::new()
        }
    }
}

/// Starts reading these sources, as far as what they need is chosen.
pub(super) fn load(model: &mut Model, sources: &[Source]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for source in sources {
        let local = matches!(source, Source::Keys | Source::Work | Source::Inventory);
        if !local && !matches!(model.session.connection, Connection::Sandbox(_)) {
            continue;
        }
        let note = model.selected_attestor().map(|attestor| attestor.note.clone());
        let query = match source {
            Source::Survey => review::survey_query(model),
            source => model.session.query(*source, note, model.draft.policy()),
        };
        let Some(query) = query else { continue };
        let ticket = model.next_ticket();
        replies::begin(model, *source, ticket);
        effects.push(Effect::Load(ticket, query));
    }
    effects
}

/// Starts jobs, and writes them to the command log.
pub(super) fn run(model: &mut Model, jobs: Vec<Job>, purpose: Purpose) -> Vec<Effect> {
    if jobs.is_empty() {
        return Vec::new();
    }
    let ticket = model.next_ticket();
    model.log.start(ticket, &jobs, model.ui.now);
    model.works.start(ticket, jobs.clone(), purpose);
    vec![Effect::Run(ticket, jobs)]
}

pub(super) fn say(model: &mut Model, weight: Weight, text: impl Into<String>) {
    let now = model.ui.now;
    model.notices.say(weight, text, now);
}

/// Shows a pane; what the codelab wants looked at counts as seen from here on.
pub(super) fn go(model: &mut Model, pane: Pane) {
    model.nav.go(pane);
    guide::saw_pane(model, pane);
}

fn quit(model: &mut Model) -> Vec<Effect> {
    model.ui.quitting = true;
    vec![Effect::SaveDraft(model.draft.editor.text()), Effect::Save(Box::new(model.to_save())), Effect::Quit]
}
