//! The script of the session: asked where to, written, and nothing replaced without a question.

use super::super::effect::Effect;
use super::super::form::{Form, FormKind};
use super::super::job::Job;
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::overlay::{Confirm, Overlay};
use super::super::work::Purpose;
use super::{actions, run, say};

const INTRO: &str = "The command log as a script of bash that does the same again, in another sandbox or on a real project; what failed is a comment. It holds what the session wrote, policies and names included, but no passphrase, private key or token: gpg and gcloud ask for theirs.";

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.log.entries().is_empty() {
        say(model, Weight::Info, "nothing was done yet: there is no session to write");
        return Vec::new();
    }
    actions::open(model, form)
}

fn form(_model: &Model) -> Form {
    Form::new(FormKind::Session, "Write the session", INTRO).text(
        "path",
        "File",
        "session.sh",
        "a path; relative to where the workbench was started",
    )
}

pub(super) fn take(model: &mut Model, form: &Form) -> Result<Vec<Effect>, (&'static str, String)> {
    let path = form.value("path").trim().to_owned();
    if path.is_empty() {
        return Err(("path", "a path is needed".to_owned()));
    }
    let job = Job::WriteSession { path, text: model.log.script(), replace: false };
    Ok(run(model, vec![job], Purpose::Plain))
}

/// There is another file.
pub(super) fn in_the_way(model: &mut Model, path: String, text: &str, there: Option<String>) {
    let lines = vec![format!("{path} is there, and is another text.")];
    let diff = there.map(|there| (there, text.to_owned()));
    let jobs = vec![Job::WriteSession { path, text: text.to_owned(), replace: true }];
    let title = "Replace the file?".to_owned();
    let confirm = Confirm { title, lines, diff, jobs, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
}
