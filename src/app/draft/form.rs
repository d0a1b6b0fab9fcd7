//! The forms of the draft: a line to go to, a file of the working directory to export to.

use crate::draft;
use crate::draft::file::form::{NO_WORK_DIRECTORY, is_policy_file};
use crate::job::Job;
use crate::model::Model;
use crate::shell::editor::{EditorCommand, Motion};
use crate::shell::form::{ChoiceField, Form, Refused, TextField, fields};
use crate::shell::tab::Pane;
use crate::submission::{Submission, Submit};
use domain::name::WorkFileName;
use domain::work_file::OwnFile;

/// Where the live policy is exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    File,
    Clipboard,
}

#[derive(Debug)]
pub(crate) struct ExportPolicyForm {
    to: ChoiceField<Destination>,
    name: TextField,
}

impl ExportPolicyForm {
    pub(crate) fn new() -> Self {
        let places =
            [(Destination::File, "a file of the working directory"), (Destination::Clipboard, "the clipboard")];
        let name = "a name without a path, ending in .yaml or .yml; a file of this name is replaced";
        Self {
            to: ChoiceField::new("To", Destination::File, places, "← → chooses"),
            name: TextField::new("File", OwnFile::Policy.name(), name),
        }
    }

    /// The name of a policy file in the working directory.
    fn file(&mut self, model: &Model) -> Result<WorkFileName, Refused> {
        let name: WorkFileName = self.name.parse()?;
        self.name.read(is_policy_file)?;
        if !model.session.has_work_directory() {
            return Err(self.name.refuse(NO_WORK_DIRECTORY));
        }
        if ![".yaml", ".yml"].iter().any(|ending| name.as_str().ends_with(ending)) {
            return Err(self.name.refuse("gcloud exports YAML: a name ending in .yaml or .yml is needed"));
        }
        Ok(name)
    }
}

impl Form for ExportPolicyForm {
    fields!(to, name);

    fn title(&self) -> &'static str {
        "Export the live policy"
    }

    fn intro(&self) -> &'static str {
        "The live policy, as `gcloud container binauthz policy export` prints it."
    }
}

impl Submit<Model> for ExportPolicyForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let project = model.session.project.clone().ok_or_else(|| self.to.refuse("choose a project first"))?;
        match self.to.value() {
            Destination::Clipboard => {
                let text = draft::text::live_text(model);
                let text = text.ok_or_else(|| self.to.refuse("the live policy is not known yet"))?;
                Ok(model.copy(text))
            }
            Destination::File => {
                let file = self.file(model)?;
                Ok(model.run_job(Job::ExportPolicy { project, file }))
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct LineForm {
    line: TextField,
}

impl LineForm {
    pub(crate) fn new() -> Self {
        Self { line: TextField::new("Line", "", "LINE or LINE:COLUMN") }
    }
}

impl Form for LineForm {
    fields!(line);

    fn title(&self) -> &'static str {
        "Go to line"
    }

    fn intro(&self) -> &'static str {
        ""
    }
}

impl Submit<Model> for LineForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let (line, column) = self.line.read(place)?;
        model.go(Pane::Editor);
        Ok(draft::text::edit(model, EditorCommand::Move(Motion::Position { line, column })))
    }
}

/// A line and a column of it, each counted from 1.
fn place(text: &str) -> Result<(usize, usize), String> {
    let (line, column) = text.split_once(':').unwrap_or((text, "1"));
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| *n > 0);
    number(line).zip(number(column)).ok_or_else(|| format!("{text:?} is no line number"))
}
