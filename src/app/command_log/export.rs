//! The script of the session: asked where to, written, and nothing replaced without a question.

use crate::command_log::form::SessionForm;
use crate::effect::Effect;
use crate::job::{FileTarget, IfThere, Job};
use crate::model::Model;
use crate::overlay::{Confirm, Overlay};
use crate::shell::notice::Weight;

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    if model.log.entries().is_empty() {
        model.say(Weight::Info, "nothing was done yet: there is no session to write");
        return Vec::new();
    }
    model.open_form(SessionForm::new())
}

/// There is another file.
pub(crate) fn in_the_way(model: &mut Model, path: String, text: &str, there: Option<String>) {
    let lines = vec![format!("{path} is there, and is another text.")];
    let diff = there.map(|there| (there, text.to_owned()));
    let target = FileTarget::Session { path, if_there: IfThere::Replace };
    let jobs = vec![Job::WriteFile { target, text: text.to_owned() }];
    let title = "Replace the file?".to_owned();
    let confirm = Confirm { title, lines, diff, jobs, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
}
