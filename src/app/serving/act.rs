//! Other programs beside the workbench: whether they may use the sandbox, and what they changed.

use std::time::Duration;

use crate::Model;
use crate::effect::Effect;
use crate::query::Source;
use crate::serving;
use crate::serving::Msg;
use crate::session::Connection;
use crate::shell::notice::Weight;
use crate::shell::report::Report;
use crate::shell::timer::Timer;

/// A command of gcloud is several requests: what it changed is read once, after the last.
const PAUSE: Duration = Duration::from_millis(300);

/// Lets other programs in, or keeps them out.
pub(crate) fn toggle(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.session.connection, Connection::Sandbox(_)) {
        model.say(Weight::Warning, "The sandbox is not up yet.");
        return Vec::new();
    }
    vec![Effect::Serving(serving::Effect::Serve(model.session.is_private))]
}

/// Takes what is told of other programs.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Changed(result) => serving_changed(model, result),
        // That the screen is drawn again is enough for the API log.
        Msg::Outside { wrote: false } => Vec::new(),
        Msg::Outside { wrote: true } => vec![Effect::After(Timer::Outside, PAUSE)],
    }
}

fn serving_changed(model: &mut Model, result: Result<bool, Report>) -> Vec<Effect> {
    let Connection::Sandbox(address) = &model.session.connection else { return Vec::new() };
    match result {
        Ok(true) => {
            let text = format!("Served at {address}: countersign sandbox shell");
            model.session.is_private = false;
            model.say(Weight::Info, text);
        }
        Ok(false) => {
            model.session.is_private = true;
            model.say(Weight::Info, "Other programs are kept out of the sandbox.");
        }
        Err(report) => model.say(Weight::Warning, report.line()),
    }
    Vec::new()
}

pub(crate) fn read_again(model: &mut Model) -> Vec<Effect> {
    model.load(Source::ALL)
}
