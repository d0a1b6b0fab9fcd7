//! The repository that a request is about, and what it takes to serve it.

use rusqlite::Transaction;

use super::error::Failure;
use super::storage::{self, RepositoryId};
use crate::artifact_registry;
use crate::store::Store;

/// The repository that a request is about, and what it takes to serve it.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    pub(super) store: Store,
    pub(super) host: String,
    pub(super) name: String,
    pub(super) now_ms: i64,
}

impl Repository {
    pub(super) fn known(&self, tx: &Transaction<'_>) -> Result<RepositoryId, Failure> {
        storage::repository(tx, &self.host, &self.name)
    }

    /// Made by the first push, where Artifact Registry takes it.
    pub(super) fn ensured(&self, tx: &Transaction<'_>) -> Result<RepositoryId, Failure> {
        if let Some(id) = storage::find_repository(tx, &self.host, &self.name)? {
            return Ok(id);
        }
        if let Some(missing) = artifact_registry::missing_repository(tx, &self.host, &self.name)? {
            return Err(Failure::NoRepository(missing));
        }
        storage::ensure_repository(tx, &self.host, &self.name)
    }
}
