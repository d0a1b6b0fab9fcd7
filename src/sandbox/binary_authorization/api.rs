//! What the methods of Binary Authorization share: their state, the project that a request is for, and etags.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rusqlite::Transaction;

use super::platform::Signer;
use crate::error::ApiError;
use crate::projects::{self, Project};
use crate::request::ApiVersion;
use crate::services::{self, BINARY_AUTHORIZATION};
use crate::state::State;
use signing::openpgp::Verifier;
use wire::status::Code;

/// All versions of the API.
pub(super) const VERSIONS: &[&str] = &["v1", "v1beta1", "v1alpha2"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    /// v1beta1 and v1alpha2: `userOwnedDrydockNote`.
    Older,
}

impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let ApiVersion(name) = ApiVersion::from_request_parts(parts, state).await?;
        Ok(if name == "v1" { Self::V1 } else { Self::Older })
    }
}

/// What the handlers have at hand.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(super) state: State,
    pub(super) verifier: Arc<Verifier>,
    /// Signs what `:evaluate` attests.
    pub(super) signer: Arc<Signer>,
}

/// The project that a request is for. One that is not there is `NOT_FOUND` for this API
/// (`service.proto`); one that has not enabled it is refused.
pub(super) fn consumer(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    projects::active(tx, key)?.ok_or_else(ApiError::not_found)?;
    services::consumer(tx, key, BINARY_AUTHORIZATION)
}

/// An etag as the service makes them: nine bytes as base64, in double quotes.
pub(super) fn new_etag() -> String {
    let random: Vec<u8> = uuid::Uuid::new_v4().into_bytes().into_iter().take(9).collect();
    format!("\"{}\"", wire::base64_bytes::encode(&random))
}

/// Refuses a write whose etag is not the current one. Without one the write is unconditional
/// (AIP-154); that a stale one is `ABORTED` is inferred.
pub(super) fn check_etag(given: Option<&str>, current: Option<&str>, what: &str) -> Result<(), ApiError> {
    match given.filter(|etag| !etag.is_empty()) {
        Some(given) if Some(given) != current => {
            let message = format!("etag mismatch: the {what} was modified since it was read");
            Err(ApiError::new(Code::Aborted, message))
        }
        _ => Ok(()),
    }
}
