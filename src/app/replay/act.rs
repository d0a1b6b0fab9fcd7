//! The replay of an audit log: how far it is, what came out, and its end with its box.

use std::sync::Arc;

use crate::effect::Effect;
use crate::model::Model;
use crate::replay::Msg;
use crate::replay::state::ReplayProgress;
use crate::shell::notice::Weight;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::replay::Replay;

/// Takes what is told of a replay.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Progress(ticket, so_far) => progress(model, ticket, so_far),
        Msg::Replayed(ticket, result) => replay_arrived(model, ticket, *result),
    }
    Vec::new()
}

fn progress(model: &mut Model, ticket: Ticket, progress: ReplayProgress) {
    if model.replay.ticket == Some(ticket) {
        model.replay.progress = progress;
    }
}

/// Takes a replay; one that was given up is dropped.
fn replay_arrived(model: &mut Model, ticket: Ticket, result: Result<Replay, Report>) {
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
