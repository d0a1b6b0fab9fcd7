//! The forms of the draft's file: which one to open, and where to write.

use crate::draft::file;
use crate::draft::file::state::FileTask;
use crate::effect::Effect;
use crate::job::{FileTarget, IfThere, Job};
use crate::model::Model;
use crate::shell::form::{Form, Refused, TextField, fields};
use crate::submission::{Submission, Submit};
use crate::work::Purpose;
use domain::work_file::OwnFile;

/// Why a file without a path cannot be written.
pub(crate) const NO_WORK_DIRECTORY: &str = "there is no working directory: Deployer tab, Setup";

/// Refuses a name with which gcloud would not take a policy: its own condition, case sensitive.
pub(crate) fn is_policy_file(name: &str) -> Result<(), &'static str> {
    let is_one = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    if is_one { Ok(()) } else { Err("gcloud takes policies only from .yaml, .yml and .json files") }
}

#[derive(Debug)]
pub(crate) struct OpenFileForm {
    path: TextField,
}

impl OpenFileForm {
    pub(crate) fn new() -> Self {
        let help = "absolute, below ~/, or from where the workbench was started";
        Self { path: TextField::new("Path", "", help) }
    }
}

impl Form for OpenFileForm {
    fields!(path);

    fn title(&self) -> &'static str {
        "Open a file as the draft"
    }

    fn intro(&self) -> &'static str {
        ""
    }
}

impl Submit<Model> for OpenFileForm {
    fn take(&mut self, _model: &mut Model) -> Submission {
        Ok(open(self.path.required("a path is needed")?))
    }
}

/// Opens a file as the draft.
pub(crate) fn open(path: String) -> Vec<Effect> {
    vec![Effect::File(file::Effect::Task(FileTask::Open(path)))]
}

#[derive(Debug)]
pub(crate) struct SaveFileForm {
    name: TextField,
}

/// Where a draft is written to.
enum Place {
    /// A file of the working directory.
    Work(String),
    Path(String),
}

impl SaveFileForm {
    pub(crate) fn new(model: &Model) -> Self {
        let requires = model.draft.policy().is_some_and(|policy| !policy.attestors().is_empty());
        let name = match &model.draft.file {
            Some(file) => file.path.as_str(),
            None if requires => OwnFile::UpdatedPolicy.name(),
            None => OwnFile::Policy.name(),
        };
        let help = "a name, or a path that starts with /, ./, ../ or ~/; ending in .yaml, .yml or .json";
        Self { name: TextField::new("File", name, help) }
    }

    /// Away from the data directory, where nothing can be written now.
    pub(crate) fn elsewhere() -> Self {
        let help = "a path that starts with /, ./, ../ or ~/, on a disk with room; ending in .yaml, .yml or .json";
        Self { name: TextField::new("File", "~/countersign-draft.yaml", help) }
    }

    fn place(&mut self) -> Result<Place, Refused> {
        let name = self.name.text().to_owned();
        let is_path = ["/", "./", "../", "~/"].iter().any(|start| name.starts_with(start));
        let file = name.rsplit('/').next().unwrap_or_default();
        if file.starts_with('.') || name.contains('\\') || (name.contains('/') && !is_path) {
            return Err(self.name.refuse("a file name, or a path that starts with /, ./, ../ or ~/, is needed"));
        }
        is_policy_file(file).map_err(|why| self.name.refuse(why))?;
        Ok(if is_path { Place::Path(name) } else { Place::Work(name) })
    }
}

impl Form for SaveFileForm {
    fields!(name);

    fn title(&self) -> &'static str {
        "Write the draft to a file"
    }

    fn intro(&self) -> &'static str {
        "A name alone is a file of the working directory and is replaced; a path is any file, and one that is there is \
         replaced only after a question."
    }
}

impl Submit<Model> for SaveFileForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let place = self.place()?;
        let text = model.draft.editor.text();
        match place {
            Place::Path(path) => Ok(save(model, path, text)),
            Place::Work(name) if model.session.has_work_directory() => {
                Ok(model.run(vec![Job::in_work_directory(&name, text)], Purpose::Plain))
            }
            Place::Work(_) => Err(self.name.refuse(NO_WORK_DIRECTORY)),
        }
    }
}

/// Writes the draft to a path; a file that is there is replaced only if it is the draft's own, as it
/// was last seen.
fn save(model: &mut Model, path: String, text: String) -> Vec<Effect> {
    let own = model.draft.file.as_ref().filter(|file| file.path == path && file.text.is_some());
    let if_there = own.map_or(IfThere::Keep, |file| IfThere::ReplaceIfStill(file.stamp));
    model.run(vec![Job::WriteFile { target: FileTarget::Draft { path, if_there }, text }], Purpose::Plain)
}
