//! The form that asks where the script of the session is written to.

use crate::job::{FileTarget, IfThere, Job};
use crate::model::Model;
use crate::shell::form::{Form, TextField, fields};
use crate::submission::{Submission, Submit};
use crate::work::Purpose;

#[derive(Debug)]
pub(crate) struct SessionForm {
    path: TextField,
}

impl SessionForm {
    pub(crate) fn new() -> Self {
        let help = "a path; relative to where the workbench was started";
        Self { path: TextField::new("File", "session.sh", help) }
    }
}

impl Form for SessionForm {
    fields!(path);

    fn title(&self) -> &'static str {
        "Write the session"
    }

    fn intro(&self) -> &'static str {
        "The command log as a script of bash that does the same again, in another sandbox or on a real project; what failed is a comment. It holds what the session wrote, policies and names included, but no passphrase, private key or token: gpg and gcloud ask for theirs."
    }
}

impl Submit<Model> for SessionForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let path = self.path.required("a path is needed")?;
        let target = FileTarget::Session { path, if_there: IfThere::Keep };
        let job = Job::WriteFile { target, text: model.log.script() };
        Ok(model.run(vec![job], Purpose::Plain))
    }
}
