//! What the methods of Cloud KMS share: their state, the project that a request is for, ids, and refusals.

use rusqlite::Transaction;

use super::vault::Vault;
use crate::error::ApiError;
use crate::projects::Project;
use crate::services::{self, CLOUD_KMS};
use crate::state::State;
use wire::status::Code;

/// What the handlers have at hand.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(super) state: State,
    pub(super) vault: Vault,
}

pub(super) fn consumer(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    services::consumer(tx, key, CLOUD_KMS)
}

/// The id of a new ring or key (`[a-zA-Z0-9_-]{1,63}`, as the API's reference has it).
pub(super) fn checked_id(id: Option<&str>, field: &str) -> Result<String, ApiError> {
    let good = |id: &&str| {
        (1..=63).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    id.filter(good).map(str::to_owned).ok_or_else(|| {
        let message = format!("{field} must be 1 to 63 letters, digits, underscores or hyphens.");
        ApiError::invalid_field(field, message)
    })
}

pub(super) fn missing(what: &str, name: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("{what} {name} not found."))
}

pub(super) fn exists(what: &str, name: &str) -> ApiError {
    ApiError::new(Code::AlreadyExists, format!("{what} {name} already exists."))
}
