//! The forms of the review: the reviewer's list, and the file that a review is written to.

use crate::job::{FileTarget, Job};
use crate::model::Model;
use crate::query::Source;
use crate::review::state::ReviewFormat;
use crate::shell::form::{Form, TextField, fields};
use crate::submission::{Submission, Submit};
use crate::work::Purpose;

#[derive(Debug)]
pub(crate) struct ExportForm {
    format: ReviewFormat,
    title: String,
    path: TextField,
}

impl ExportForm {
    pub(crate) fn new(format: ReviewFormat) -> Self {
        let help = "a path; relative to where the workbench was started";
        Self {
            format,
            title: format!("Write the review as {}", format.as_str()),
            path: TextField::new("File", format.file_name(), help),
        }
    }
}

impl Form for ExportForm {
    fields!(path);

    fn title(&self) -> &str {
        &self.title
    }

    fn intro(&self) -> &'static str {
        "A file that exists is replaced."
    }
}

impl Submit<Model> for ExportForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let path = self.path.required("a path is needed")?;
        let reviewed = model.review.result.clone();
        let reviewed = reviewed.ok_or_else(|| self.path.refuse("the review is gone: F7 makes it again"))?;
        Ok(model.run(
            vec![Job::WriteFile { target: FileTarget::Report { path }, text: reviewed.text(self.format) }],
            Purpose::Plain,
        ))
    }
}

#[derive(Debug)]
pub(crate) struct InventoryForm {
    path: TextField,
}

impl InventoryForm {
    pub(crate) fn new(model: &Model) -> Self {
        let path = model.session.inventory.as_deref().unwrap_or_default();
        Self { path: TextField::new("File", path, "a path") }
    }
}

impl Form for InventoryForm {
    fields!(path);

    fn title(&self) -> &'static str {
        "The reviewer's list"
    }

    fn intro(&self) -> &'static str {
        "Images and pods to preview and review besides those that are known: one image a line, requests as JSON lines, or what kubectl get pods -A -o json prints. Leave it empty for none."
    }
}

impl Submit<Model> for InventoryForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let path = Some(self.path.text().to_owned()).filter(|path| !path.is_empty());
        model.session.inventory.clone_from(&path);
        if path.is_none() {
            model.session.remotes.inventory.clear();
            return Ok(Vec::new());
        }
        Ok(model.load(&[Source::Inventory]))
    }
}
