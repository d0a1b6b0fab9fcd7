//! The forms of the draft: a line to go to, a file to open, a file to export to.

use crate::draft;
use crate::draft::editor::{EditorCommand, Motion};
use crate::draft::file;
use crate::job::Job;
use crate::model::Model;
use crate::shell::form::{Form, FormKind};
use crate::shell::tab::Pane;
use crate::submission::Submission;
use codelab::names;

pub(crate) fn take_path(form: &Form) -> Submission {
    let path = form.value("path");
    if path.is_empty() { Err(("path", "a path is needed".to_owned())) } else { Ok(file::act::open(path)) }
}

pub(crate) fn export_policy(_model: &Model) -> Form {
    let intro = "The live policy, as `gcloud container binauthz policy export` prints it.";
    let places = vec!["a file of the working directory".to_owned(), "the clipboard".to_owned()];
    Form::new(FormKind::ExportPolicy, "Export the live policy", intro).choice("to", "To", places, "← → chooses").text(
        "name",
        "File",
        names::POLICY,
        "a name without a path, ending in .yaml or .yml; a file of this name is replaced",
    )
}

pub(crate) fn take_export(model: &mut Model, form: &Form) -> Submission {
    let project = model.session.project.clone().ok_or(("to", "choose a project first".to_owned()))?;
    if form.chosen("to") == 1 {
        let text = draft::text::live_text(model).ok_or(("to", "the live policy is not known yet".to_owned()))?;
        return Ok(model.copy(text));
    }
    let file = work_file(model, form)?;
    if ![".yaml", ".yml"].iter().any(|ending| file.ends_with(ending)) {
        return Err(("name", "gcloud exports YAML: a name ending in .yaml or .yml is needed".to_owned()));
    }
    Ok(model.run_job(Job::ExportPolicy { project, file }))
}

/// The name of a policy file in the working directory.
pub(crate) fn work_file(model: &Model, form: &Form) -> Result<String, (&'static str, String)> {
    let name = form.value("name");
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return Err(("name", "a file name without a path is needed".to_owned()));
    }
    // gcloud's own condition for a policy file, case sensitive.
    if ![".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) {
        return Err(("name", "gcloud takes policies only from .yaml, .yml and .json files".to_owned()));
    }
    if !model.session.remotes.work.value().is_some_and(|work| work.directory.exists) {
        return Err(("name", "there is no working directory: Deployer tab, Setup".to_owned()));
    }
    Ok(name)
}

pub(crate) fn go_to_line(_model: &Model) -> Form {
    Form::new(FormKind::GoToLine, "Go to line", "").text("line", "Line", "", "LINE or LINE:COLUMN")
}

pub(crate) fn take_line(model: &mut Model, form: &Form) -> Submission {
    let text = form.value("line");
    let (line, column) = text.split_once(':').unwrap_or((&text, "1"));
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| *n > 0);
    match (number(line), number(column)) {
        (Some(line), Some(column)) => {
            model.go(Pane::Editor);
            Ok(draft::text::edit(model, EditorCommand::Move(Motion::Position { line, column })))
        }
        _ => Err(("line", format!("{text:?} is no line number"))),
    }
}
