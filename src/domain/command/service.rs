//! gcloud: projects and the services that they use.

use super::line::{Command, Line, Word};
use crate::name::ProjectId;

/// Makes the project unless it is there, and has the commands after mean it.
pub fn choose_project(project: &ProjectId) -> [Line; 2] {
    let describe = Command::new("gcloud projects describe").arg(project.as_str());
    // gcloud would enable `cloudapis.googleapis.com` too.
    let create = Command::new("gcloud projects create").arg(project.as_str()).arg("--no-enable-cloud-apis");
    let set = Command::new("gcloud config set project").arg(project.as_str());
    [Line::from(describe).quiet().or(create), set.into()]
}

/// Enables services; without a project those of gcloud's own.
pub fn enable<T: AsRef<str>>(services: &[T], project: Option<&ProjectId>) -> Command {
    let project = project.map(ProjectId::as_str);
    Command::new("gcloud services enable").args(services).flag_if_some("--project", project)
}

/// Disables services, and those that depend on them.
pub fn disable(services: &[String], project: &ProjectId) -> Command {
    Command::new("gcloud services disable").args(services).arg("--force").flag("--project", project.as_str())
}

/// What runs after it acts as this person of the sandbox.
pub fn act_as(name: &str) -> Command {
    let variables = Line::from(Command::new("countersign sandbox env --as").arg(name)).output();
    Command::new("eval").arg(Word::shell("\"").followed_by(variables).followed_by(Word::shell("\"")))
}
