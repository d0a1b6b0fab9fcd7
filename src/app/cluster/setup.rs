//! How far the project, the cluster and what belongs to them are set up.

use crate::model::Model;
use crate::rows::SetupRow;
use crate::shell::tab::Pane;
use domain::resource::SERVICES;
use domain::work_file::OwnFile;

/// How a row of the setup stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Done(String),
    Open(String),
    /// Done in a way that a careful reader looks at twice.
    Odd(String),
    Unknown,
}

impl Model {
    /// How a row of the setup stands.
    pub fn setup_standing(&self, row: SetupRow) -> Standing {
        let session = &self.session;
        match row {
            SetupRow::Project => project(self),
            SetupRow::Services => session.remotes.services.value().map_or(Standing::Unknown, |all| services(all)),
            SetupRow::WorkDirectory => match session.remotes.work.value() {
                Some(work) if work.directory.exists => Standing::Done(work.directory.path.clone()),
                Some(_) => Standing::Open("Enter makes it".to_owned()),
                None => Standing::Unknown,
            },
            SetupRow::Cluster => match session.cluster_info() {
                Some(c) if c.is_running() => {
                    Standing::Done(format!("{}.{}  {}  {}", c.location, c.name, c.status, c.version))
                }
                Some(c) => Standing::Odd(format!("{}.{}  {}", c.location, c.name, c.status)),
                None => Standing::Open("Enter creates or chooses one".to_owned()),
            },
            SetupRow::Credentials => credentials(self),
            SetupRow::Enforcement => match session.cluster_info() {
                Some(c) if c.enforced => Standing::Done(c.evaluation_mode.clone()),
                Some(_) => Standing::Open("DISABLED: everything is admitted; Enter turns it on".to_owned()),
                None => Standing::Open("no cluster".to_owned()),
            },
        }
    }

    /// Whether the setup is shown in one line: all of it is done, and nobody looks at its rows.
    pub fn is_setup_folded(&self) -> bool {
        let is_looked_at = self.nav.setup_open
            || self.nav.focus() == Pane::Setup && self.nav.is_enlarged()
            || self.nav.list_ref(Pane::Setup).is_some_and(|list| !list.filter.text().is_empty());
        !is_looked_at && SetupRow::ALL.iter().all(|row| matches!(self.setup_standing(*row), Standing::Done(_)))
    }
}

fn project(model: &Model) -> Standing {
    let session = &model.session;
    match (session.project_info(), &session.project) {
        (Some(project), _) => Standing::Done(format!("{}  number {}", project.id, project.number)),
        (None, Some(id)) if session.remotes.projects.value().is_some() => Standing::Odd(format!("{id} was not found")),
        (None, Some(_)) => Standing::Unknown,
        (None, None) => Standing::Open("Enter chooses one".to_owned()),
    }
}

fn services(enabled: &[String]) -> Standing {
    let missing: Vec<&str> = SERVICES.into_iter().filter(|s| !enabled.iter().any(|e| e == s)).collect();
    if missing.is_empty() {
        Standing::Done("container, binaryauthorization, containeranalysis".to_owned())
    } else {
        let short: Vec<&str> = missing.iter().map(|s| s.trim_end_matches(".googleapis.com")).collect();
        Standing::Open(format!("Enter enables {}", short.join(", ")))
    }
}

fn credentials(model: &Model) -> Standing {
    let name = OwnFile::Kubeconfig.name();
    match model.session.remotes.work.value().map(|work| work.directory.file(name).is_some()) {
        Some(true) => Standing::Done(format!("{name} in the working directory")),
        Some(false) => Standing::Open("Enter gets them".to_owned()),
        None => Standing::Unknown,
    }
}
