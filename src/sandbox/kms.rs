//! Cloud KMS v1: key rings, keys for signing and their versions, public keys, and signatures.
//!
//! Keys have the algorithms that Binary Authorization takes (`algorithm`). What is private is made
//! here, lies sealed in the store (`vault`), and never leaves it: an answer holds public keys and
//! signatures alone.

use super::route::{self, BoundRow, Needs, Row, get, patch, post};
use super::state::State;
pub(super) use api::Api;
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

/// The routes of the API, with their state.
pub(super) fn bound_rows(state: State, vault: Vault) -> Vec<BoundRow> {
    route::with_state(rows(), &Api { state, vault })
}

pub(super) fn rows() -> Vec<Row<Api>> {
    const V1: &[&str] = &["v1"];
    const PROJECT: &str = "projects/{project}";
    const RINGS: &str = "projects/{project}/locations/{location}/keyRings";
    const RING: &str = "projects/{project}/locations/{location}/keyRings/{ring}";
    const KEYS: &str = "projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys";
    const KEY: &str = "projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}";
    const VERSIONS: &str = "projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}/cryptoKeyVersions";
    const VERSION: &str =
        "projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}/cryptoKeyVersions/{version}";
    const PUBLIC: &str = "projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}/cryptoKeyVersions/{version}/publicKey";
    const USE: Needs = Needs::On("cloudkms.cryptoKeyVersions.useToSign", VERSION);
    let mut rows = vec![
        get(V1, RINGS, Needs::On("cloudkms.keyRings.list", PROJECT)).by(key_rings::list),
        post(V1, RINGS, Needs::On("cloudkms.keyRings.create", PROJECT))
            .body(&key_rings::BODY, "key_ring")
            .by(key_rings::create),
        get(V1, RING, Needs::On("cloudkms.keyRings.get", RING)).by(key_rings::read),
        get(V1, KEYS, Needs::On("cloudkms.cryptoKeys.list", RING)).by(keys::list),
        post(V1, KEYS, Needs::On("cloudkms.cryptoKeys.create", RING)).body(&keys::BODY, "crypto_key").by(keys::create),
        get(V1, KEY, Needs::On("cloudkms.cryptoKeys.get", KEY)).by(keys::read),
        patch(V1, KEY, Needs::On("cloudkms.cryptoKeys.update", KEY)).body(&keys::BODY, "crypto_key").by(keys::patch),
        get(V1, VERSIONS, Needs::On("cloudkms.cryptoKeyVersions.list", KEY)).by(versions::list),
        post(V1, VERSIONS, Needs::On("cloudkms.cryptoKeyVersions.create", KEY))
            .body(&versions::BODY, "crypto_key_version")
            .by(versions::create),
        get(V1, VERSION, Needs::On("cloudkms.cryptoKeyVersions.get", VERSION)).by(versions::read),
        patch(V1, VERSION, Needs::On("cloudkms.cryptoKeyVersions.update", VERSION))
            .body(&versions::BODY, "crypto_key_version")
            .by(versions::patch),
        post(V1, VERSION, Needs::On("cloudkms.cryptoKeyVersions.destroy", VERSION))
            .verb("destroy")
            .body(&versions::EMPTY, "")
            .by(versions::destroy),
        post(V1, VERSION, Needs::On("cloudkms.cryptoKeyVersions.restore", VERSION))
            .verb("restore")
            .body(&versions::EMPTY, "")
            .by(versions::restore),
        get(V1, PUBLIC, Needs::On("cloudkms.cryptoKeyVersions.viewPublicKey", VERSION)).by(signing::public_key),
        post(V1, VERSION, USE).verb("asymmetricSign").body(&signing::SIGN, "").by(signing::asymmetric_sign),
    ];
    rows.extend(access::rows(V1, RING, KEY));
    rows
}
