//! The IAM policies of notes and occurrences.

use axum::Json;
use rusqlite::Transaction;

use crate::error::ApiError;
use crate::iam;
use crate::request::Body;
use crate::state::State;
use wire::iam::IamPolicy;

/// The policy of what `named` finds: a resource's full name, or why there is none.
pub(super) async fn get(
    state: &State,
    body: Body,
    named: impl FnOnce(&Transaction<'_>) -> Result<String, ApiError> + Send + 'static,
) -> Result<Json<IamPolicy>, ApiError> {
    let requested = iam::requested_in_body(body)?;
    let read = move |tx: &Transaction<'_>| Ok::<_, ApiError>(iam::get(tx, &named(tx)?)?);
    state.store.read(read).await.map(|policy| Json(iam::as_version(policy, requested)))
}

/// Replaces it.
pub(super) async fn set(
    state: &State,
    body: Body,
    named: impl FnOnce(&Transaction<'_>) -> Result<String, ApiError> + Send + 'static,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    let write = move |tx: &Transaction<'_>| iam::set(tx, &named(tx)?, wanted);
    state.store.write(write).await.map(Json)
}
