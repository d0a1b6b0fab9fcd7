//! Projects as they are stored, by their id or number. Every other area asks here which project a request
//! is for; uses no other area.

use rusqlite::{OptionalExtension as _, Row, Transaction};

use wire::resources::Project as Resource;

pub(super) const ACTIVE: &str = "ACTIVE";

/// A project of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) number: i64,
    pub(super) name: String,
    pub(super) lifecycle_state: String,
    pub(super) create_time: String,
}

impl Project {
    /// `projects/ID`: its name where roles on it are stored.
    pub(crate) fn resource(&self) -> String {
        format!("projects/{}", self.id)
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            lifecycle_state: row.get(3)?,
            create_time: row.get(4)?,
        })
    }
}

impl From<Project> for Resource {
    fn from(project: Project) -> Self {
        Self {
            project_id: project.id,
            project_number: project.number.to_string(),
            name: project.name,
            lifecycle_state: project.lifecycle_state,
            create_time: Some(project.create_time),
        }
    }
}

/// The project with this id or number, whatever its state.
pub(crate) fn find(tx: &Transaction<'_>, key: &str) -> Result<Option<Project>, rusqlite::Error> {
    const COLUMNS: &str = "SELECT number, id, name, lifecycle_state, create_time FROM projects";
    let (sql, number) = match key.parse::<i64>() {
        Ok(number) => (format!("{COLUMNS} WHERE number = ?2 OR id = ?1"), number),
        Err(_) => (format!("{COLUMNS} WHERE id = ?1 AND ?2 = 0"), 0),
    };
    tx.prepare_cached(&sql)?.query_row((key, number), Project::from_row).optional()
}

/// The project with this id or number, if it is there and not deleted.
pub(crate) fn active(tx: &Transaction<'_>, key: &str) -> Result<Option<Project>, rusqlite::Error> {
    Ok(find(tx, key)?.filter(|project| project.lifecycle_state == ACTIVE))
}
