//! Who may use a key ring or a key.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use rusqlite::Transaction;

use super::api::Api;
use super::{key_rings, stored_key};
use crate::error::ApiError;
use crate::iam;
use wire::iam::{IamPolicy, TestIamPermissions};

type RingPath = (String, String, String);
type KeyPath = (String, String, String, String);

fn ring(tx: &Transaction<'_>, (project, location, ring): &RingPath) -> Result<String, ApiError> {
    Ok(key_rings::existing(tx, project, location, ring)?.name)
}

pub(super) async fn get_of_ring(
    Shared(api): Shared<Api>,
    Path(path): Path<RingPath>,
) -> Result<Json<IamPolicy>, ApiError> {
    api.state.store.read(move |tx| Ok::<_, ApiError>(iam::get(tx, &ring(tx, &path)?)?)).await.map(Json)
}

pub(super) async fn set_of_ring(
    Shared(api): Shared<Api>,
    Path(path): Path<RingPath>,
    body: Bytes,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::decode_set(&body)?;
    api.state.store.write(move |tx| iam::set(tx, &ring(tx, &path)?, wanted)).await.map(Json)
}

pub(super) async fn get_of_key(
    Shared(api): Shared<Api>,
    Path(path): Path<KeyPath>,
) -> Result<Json<IamPolicy>, ApiError> {
    api.state
        .store
        .read(move |tx| Ok::<_, ApiError>(iam::get(tx, &stored_key::existing(tx, &path)?.name)?))
        .await
        .map(Json)
}

pub(super) async fn set_of_key(
    Shared(api): Shared<Api>,
    Path(path): Path<KeyPath>,
    body: Bytes,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::decode_set(&body)?;
    api.state.store.write(move |tx| iam::set(tx, &stored_key::existing(tx, &path)?.name, wanted)).await.map(Json)
}

pub(super) async fn test(body: Bytes) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(&body).map(Json)
}
