//! Who may use a key ring or a key.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;

use super::api::Api;
use super::{key_rings, stored_key};
use crate::error::ApiError;
use crate::iam;
use crate::request::{Body, Names};
use crate::route::{Needs, Row, get, post};
use wire::iam::{IamPolicy, TestIamPermissions};

/// The routes of the policies of rings and keys.
pub(super) fn rows(versions: &'static [&'static str], ring: &'static str, key: &'static str) -> Vec<Row<Api>> {
    vec![
        get(versions, ring, Needs::On("cloudkms.keyRings.getIamPolicy", ring)).verb("getIamPolicy").by(get_of_ring),
        post(versions, ring, Needs::On("cloudkms.keyRings.setIamPolicy", ring))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(set_of_ring),
        post(versions, ring, Needs::Tested(ring)).verb("testIamPermissions").body(&iam::TEST, "").by(test),
        get(versions, key, Needs::On("cloudkms.cryptoKeys.getIamPolicy", key)).verb("getIamPolicy").by(get_of_key),
        post(versions, key, Needs::On("cloudkms.cryptoKeys.setIamPolicy", key))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(set_of_key),
        post(versions, key, Needs::Tested(key)).verb("testIamPermissions").body(&iam::TEST, "").by(test),
    ]
}

type RingPath = (String, String, String);
type KeyPath = (String, String, String, String);

fn ring(tx: &Transaction<'_>, (project, location, ring): &RingPath) -> Result<String, ApiError> {
    Ok(key_rings::existing(tx, project, location, ring)?.name)
}

pub(super) async fn get_of_ring(
    Shared(api): Shared<Api>,
    Names(path): Names<RingPath>,
) -> Result<Json<IamPolicy>, ApiError> {
    api.state.store.read(move |tx| Ok::<_, ApiError>(iam::get(tx, &ring(tx, &path)?)?)).await.map(Json)
}

pub(super) async fn set_of_ring(
    Shared(api): Shared<Api>,
    Names(path): Names<RingPath>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    api.state.store.write(move |tx| iam::set(tx, &ring(tx, &path)?, wanted)).await.map(Json)
}

pub(super) async fn get_of_key(
    Shared(api): Shared<Api>,
    Names(path): Names<KeyPath>,
) -> Result<Json<IamPolicy>, ApiError> {
    api.state
        .store
        .read(move |tx| Ok::<_, ApiError>(iam::get(tx, &stored_key::existing(tx, &path)?.name)?))
        .await
        .map(Json)
}

pub(super) async fn set_of_key(
    Shared(api): Shared<Api>,
    Names(path): Names<KeyPath>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    api.state.store.write(move |tx| iam::set(tx, &stored_key::existing(tx, &path)?.name, wanted)).await.map(Json)
}

pub(super) async fn test(body: Body) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(body).map(Json)
}
