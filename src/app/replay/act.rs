//! The replay of an audit log: asked for in a form, shown in a box, cancelled with it.

use std::sync::Arc;

use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::replay;
use crate::replay::Msg;
use crate::replay::state::{Entries, ReplayAsk, ReplayProgress, ReplayRun};
use crate::shell::form::{Form, FormKind};
use crate::shell::notice::Weight;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::policy::Policy;
use domain::replay::{Dated, Replay};
use domain::system_policy;

/// The policies that can be asked, as the form names them.
const DRAFT: &str = "the draft";
const LIVE: &str = "the live policy";

pub(crate) fn form(model: &Model) -> Form {
    let intro = "Audit log entries as gcloud logging read --format=json prints them, or one a line. Each admission is decided again, and under the policy of its time as far as the history knows it.";
    let policies = vec![DRAFT.to_owned(), LIVE.to_owned()];
    Form::new(FormKind::Replay, "Replay audit log entries", intro)
        .text(
            "path",
            "File",
            &model.replay.path,
            "a path, from where the workbench was started; empty: the project's own log",
        )
        .choice("policy", "Under", policies, "what the log's verdicts are held against")
}

pub(crate) fn take(model: &mut Model, form: &Form) -> Result<Vec<Effect>, (&'static str, String)> {
    let path = form.value("path").trim().to_owned();
    let entries = match (path.is_empty(), model.session.project.clone()) {
        (false, _) => Entries::File(path.clone()),
        (true, Some(project)) => Entries::Log(project),
        (true, None) => return Err(("path", "a path is needed, as no project is chosen".to_owned())),
    };
    let is_draft = form.chosen("policy") == 0;
    model.draft.read_now();
    let policy: Option<&Policy> = if is_draft { model.draft.policy() } else { model.session.live_policy() };
    let policy = policy.cloned().ok_or_else(|| {
        let why = if is_draft { "the draft is no policy yet" } else { "the live policy is not known" };
        ("policy", why.to_owned())
    })?;
    let system = model.session.remotes.system_policy.value().map(|policy| (**policy).clone());
    let dated =
        |version: &crate::history::state::Version| Dated { since: version.since(), policy: version.policy.clone() };
    let ask = ReplayAsk {
        entries,
        policy,
        system: system.unwrap_or_else(|| system_policy::documented("global")),
        evidence: model.preview.evidence().clone(),
        past: model.history.versions.iter().map(dated).collect(),
    };
    let ticket = model.next_ticket();
    let before = model.replay.ticket.map(Effect::Cancel);
    let policy = if is_draft { DRAFT } else { LIVE };
    let title = ask.entries.title();
    model.replay =
        ReplayRun { ticket: Some(ticket), title, path, policy, progress: ReplayProgress::default(), result: None };
    model.overlays.push(Overlay::reader("Replay of audit log entries", Body::Replay));
    Ok(before.into_iter().chain([Effect::Replay(replay::Effect::Replay(ticket, Box::new(ask)))]).collect())
}

/// Takes what is told of a replay.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Progress(ticket, so_far) => progress(model, ticket, so_far),
        Msg::Replayed(ticket, result) => replayed(model, ticket, *result),
    }
    Vec::new()
}

fn progress(model: &mut Model, ticket: Ticket, progress: ReplayProgress) {
    if model.replay.ticket == Some(ticket) {
        model.replay.progress = progress;
    }
}

/// Takes a replay; one that was given up is dropped.
fn replayed(model: &mut Model, ticket: Ticket, result: Result<Replay, Report>) {
    if model.replay.ticket == Some(ticket) {
        model.replay.ticket = None;
        model.replay.result = Some(result.map(Arc::new));
    }
}

/// Closing the box of a replay that is under way ends it.
pub(crate) fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(ticket) = model.replay.ticket.take() else { return Vec::new() };
    model.say(Weight::Warning, "the replay was cancelled");
    vec![Effect::Cancel(ticket)]
}

/// The whole as text, for the clipboard.
pub(crate) fn text(model: &Model) -> String {
    match &model.replay.result {
        Some(Ok(replay)) => replay.text(),
        Some(Err(report)) => report.line(),
        None => String::new(),
    }
}
