//! Cloud KMS v1: key rings, keys for signing and their versions, public keys, and signatures.
//!
//! Keys have the algorithms that Binary Authorization takes (`algorithm`). What is private is made
//! here, lies sealed in the store (`vault`), and never leaves it: an answer holds public keys and
//! signatures alone.

use axum::Router;
use axum::routing::{get, post};

use super::state::State;
use api::Api;
pub(super) use stored_version::destroy_due;
pub(super) use vault::{Sealed, Vault};

mod access;
mod algorithm;
mod api;
pub(super) mod key_id;
mod key_rings;
mod keys;
mod protection;
mod signing;
mod stored_key;
mod stored_version;
mod vault;
mod versions;

/// The tables of Cloud KMS.
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
