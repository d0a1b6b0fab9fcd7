//! Long-running operations of Resource Manager and Service Usage. All of them are done at once; the
//! first answer does not say so, as the services' does not, and the first poll does.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::Value;

use super::error::ApiError;
use super::request::Names;
use super::route::{self, Needs, Row};
use super::state::State;
use super::store::StoreError;
use wire::resources::Operation;

/// The tables of operations.
pub(super) const SCHEMA: &str = "
    CREATE TABLE operations (
        -- With `operations/` in front.
        name TEXT PRIMARY KEY,
        response TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// Whose an operation is, is in no name; the name is a secret of who began it, as it is random.
pub(super) fn rows() -> Vec<Row<State>> {
    vec![route::get(&["v1"], "operations/{operation}", Needs::Nothing).by(read)]
}

/// Stores an operation that is done and answers as if it had only begun.
pub(super) fn begin(tx: &Transaction<'_>, prefix: &str, response: &Value) -> Result<Operation, StoreError> {
    let name = format!("operations/{prefix}-{}", uuid::Uuid::new_v4());
    keep(tx, &name, response)?;
    Ok(Operation { name, ..Operation::default() })
}

/// Stores what an operation that is done has to answer.
pub(super) fn keep(tx: &Transaction<'_>, name: &str, response: &Value) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO operations (name, response) VALUES (?1, ?2)")?
        .execute((name, response.to_string()))?;
    Ok(())
}

async fn read(Shared(state): Shared<State>, Names(id): Names<String>) -> Result<Json<Operation>, ApiError> {
    let name = format!("operations/{id}");
    state.store.read(move |tx| find(tx, name)).await.map(Json)
}

/// The operation of this name, which is done.
pub(super) fn find(tx: &Transaction<'_>, name: String) -> Result<Operation, ApiError> {
    let response: Option<String> = tx
        .prepare_cached("SELECT response FROM operations WHERE name = ?1")?
        .query_row([&name], |row| row.get(0))
        .optional()?;
    let response = serde_json::from_str(&response.ok_or_else(ApiError::not_found)?)?;
    Ok(Operation { name, done: true, error: None, response: Some(response) })
}
