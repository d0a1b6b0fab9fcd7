//! Other programs beside the workbench: whether they may use the sandbox, and what they changed.

use std::time::Duration;

use super::{load, say};
use crate::Model;
use crate::effect::Effect;
use crate::msg::Timer;
use crate::notice::Weight;
use crate::query::Source;
use crate::report::Report;
use crate::session::Connection;

/// A command of gcloud is several requests: what it changed is read once, after the last.
const PAUSE: Duration = Duration::from_millis(300);

/// Lets other programs in, or keeps them out.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.session.connection, Connection::Sandbox(_)) {
        say(model, Weight::Warning, "The sandbox is not up yet.");
        return Vec::new();
    }
    vec![Effect::Serve(model.session.is_private)]
}

pub(super) fn changed(model: &mut Model, result: Result<bool, Report>) -> Vec<Effect> {
    let Connection::Sandbox(address) = &model.session.connection else { return Vec::new() };
    match result {
        Ok(true) => {
            let text = format!("Served at {address}: countersign sandbox shell");
            model.session.is_private = false;
            say(model, Weight::Info, text);
        }
        Ok(false) => {
            model.session.is_private = true;
            say(model, Weight::Info, "Other programs are kept out of the sandbox.");
        }
        Err(report) => say(model, Weight::Warning, report.line()),
    }
    Vec::new()
}

/// Somebody else asked the sandbox something. That the screen is drawn again is enough for the API log.
pub(super) fn outside(wrote: bool) -> Vec<Effect> {
    if wrote { vec![Effect::After(Timer::Outside, PAUSE)] } else { Vec::new() }
}

pub(super) fn read_again(model: &mut Model) -> Vec<Effect> {
    load(model, &Source::ALL)
}
