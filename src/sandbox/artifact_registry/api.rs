//! What the methods of Artifact Registry share: which project a request is for, and the refusal of what is
//! not there.

use rusqlite::Transaction;

use crate::error::ApiError;
use crate::projects::Project;
use crate::services::{self, ARTIFACT_REGISTRY};
use wire::status::Code;

pub(super) fn consumer(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    services::consumer(tx, key, ARTIFACT_REGISTRY)
}

pub(super) fn missing(name: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("Requested entity was not found: {name:.300}"))
}
