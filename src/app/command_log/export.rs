//! The script of the session: asked where to, written, and nothing replaced without a question.

use crate::effect::Effect;
use crate::job::{FileTarget, IfThere, Job};
use crate::model::Model;
use crate::overlay::{Confirm, Overlay};
use crate::shell::form::{Form, FormKind};
use crate::shell::notice::Weight;
use crate::work::Purpose;

const INTRO: &str = "The command log as a script of bash that does the same again, in another sandbox or on a real project; what failed is a comment. It holds what the session wrote, policies and names included, but no passphrase, private key or token: gpg and gcloud ask for theirs.";

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    if model.log.entries().is_empty() {
        model.say(Weight::Info, "nothing was done yet: there is no session to write");
        return Vec::new();
    }
    model.open_form(form)
}

fn form(_model: &Model) -> Form {
    Form::new(FormKind::Session, "Write the session", INTRO).text(
        "path",
        "File",
        "session.sh",
        "a path; relative to where the workbench was started",
    )
}

pub(crate) fn take(model: &mut Model, form: &Form) -> Result<Vec<Effect>, (&'static str, String)> {
    let path = form.value("path").trim().to_owned();
    if path.is_empty() {
        return Err(("path", "a path is needed".to_owned()));
    }
    let target = FileTarget::Session { path, if_there: IfThere::Keep };
    let job = Job::WriteFile { target, text: model.log.script() };
    Ok(model.run(vec![job], Purpose::Plain))
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
