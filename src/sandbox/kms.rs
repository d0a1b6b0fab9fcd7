//! Cloud KMS v1: key rings, keys for signing and their versions, public keys, and signatures.
//!
//! Keys have the algorithms that Binary Authorization takes (`algorithm`). What is private is made
//! here, lies sealed in the store (`vault`), and never leaves it: an answer holds public keys and
//! signatures alone.

use axum::Router;
use axum::routing::{get, post};
use rusqlite::Transaction;

use super::error::ApiError;
use super::projects::Project;
use super::services::{self, CLOUD_KMS};
use super::state::State;
use super::store::StoreError;
pub(super) use vault::{Sealed, Vault};
use wire::status::Code;

mod access;
mod algorithm;
mod crc32c;
pub(super) mod key_id;
mod key_rings;
mod keys;
mod signing;
mod vault;
mod versions;

/// Its tables.
pub(super) const SCHEMA: &str = "
    CREATE TABLE kms_key_rings (
        place INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        location TEXT NOT NULL,
        id TEXT NOT NULL,
        create_time TEXT NOT NULL,
        UNIQUE (project, location, id)
    ) STRICT;
    CREATE TABLE kms_keys (
        place INTEGER PRIMARY KEY,
        ring INTEGER NOT NULL REFERENCES kms_key_rings (place),
        id TEXT NOT NULL,
        -- Of the versions that are made next.
        algorithm TEXT NOT NULL,
        -- Seconds between the request to destroy a version and its end.
        destroy_after INTEGER NOT NULL,
        -- A JSON object.
        labels TEXT NOT NULL,
        create_time TEXT NOT NULL,
        UNIQUE (ring, id)
    ) STRICT;
    CREATE TABLE kms_versions (
        place INTEGER PRIMARY KEY,
        key INTEGER NOT NULL REFERENCES kms_keys (place),
        number INTEGER NOT NULL,
        algorithm TEXT NOT NULL,
        -- ENABLED, DISABLED, DESTROY_SCHEDULED or DESTROYED.
        state TEXT NOT NULL,
        pem TEXT NOT NULL,
        -- The private key, sealed; null once it is destroyed.
        sealed BLOB,
        create_time TEXT NOT NULL,
        -- When a version that is to be destroyed will be.
        destroy_time TEXT,
        destroy_event_time TEXT,
        UNIQUE (key, number)
    ) STRICT;
";

/// What the handlers have at hand.
#[derive(Debug, Clone)]
struct Api {
    state: State,
    vault: Vault,
}

pub(super) fn router(state: State, vault: Vault) -> Router {
    const RINGS: &str = "/v1/projects/{project}/locations/{location}/keyRings";
    let ring = format!("{RINGS}/{{ring}}");
    let keys = format!("{ring}/cryptoKeys");
    let key = format!("{keys}/{{key}}");
    let versions = format!("{key}/cryptoKeyVersions");
    let version = format!("{versions}/{{version}}");
    Router::new()
        .route(RINGS, get(key_rings::list).post(key_rings::create))
        .route(&ring, get(key_rings::read))
        .route(&format!("{ring}/@getIamPolicy"), get(access::get_of_ring))
        .route(&format!("{ring}/@setIamPolicy"), post(access::set_of_ring))
        .route(&format!("{ring}/@testIamPermissions"), post(access::test))
        .route(&keys, get(keys::list).post(keys::create))
        .route(&key, get(keys::read).patch(keys::patch))
        .route(&format!("{key}/@getIamPolicy"), get(access::get_of_key))
        .route(&format!("{key}/@setIamPolicy"), post(access::set_of_key))
        .route(&format!("{key}/@testIamPermissions"), post(access::test))
        .route(&versions, get(versions::list).post(versions::create))
        .route(&version, get(versions::read).patch(versions::patch))
        .route(&format!("{version}/@destroy"), post(versions::destroy))
        .route(&format!("{version}/@restore"), post(versions::restore))
        .route(&format!("{version}/publicKey"), get(signing::public_key))
        .route(&format!("{version}/@asymmetricSign"), post(signing::asymmetric_sign))
        .with_state(Api { state, vault })
}

fn consumer(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    services::consumer(tx, key, CLOUD_KMS)
}

/// A key ring that is there.
#[derive(Debug)]
struct Ring {
    place: i64,
    /// `projects/P/locations/L/keyRings/R`, with the project's id.
    name: String,
}

/// The id of a new ring or key (`[a-zA-Z0-9_-]{1,63}`, as the API's reference has it).
fn checked_id(id: Option<&str>, field: &str) -> Result<String, ApiError> {
    let good = |id: &&str| {
        (1..=63).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    id.filter(good).map(str::to_owned).ok_or_else(|| {
        let message = format!("{field} must be 1 to 63 letters, digits, underscores or hyphens.");
        ApiError::invalid_field(field, message)
    })
}

fn missing(what: &str, name: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("{what} {name} not found."))
}

fn exists(what: &str, name: &str) -> ApiError {
    ApiError::new(Code::AlreadyExists, format!("{what} {name} already exists."))
}

/// Wipes the private keys whose time has come; returns how many.
pub(super) fn destroy_due(tx: &Transaction<'_>, now: &str) -> Result<usize, StoreError> {
    let sql = "UPDATE kms_versions SET state = 'DESTROYED', sealed = NULL, destroy_event_time = destroy_time
               WHERE state = 'DESTROY_SCHEDULED' AND destroy_time <= ?1";
    Ok(tx.prepare_cached(sql)?.execute([now])?)
}
