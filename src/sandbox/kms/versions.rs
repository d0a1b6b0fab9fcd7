//! Versions of a key: each has its own pair, and a state that says whether it may be used.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use jiff::SignedDuration;
use rusqlite::{OptionalExtension as _, Row, Transaction};
use serde_json::{Value, json};

use super::algorithm::{Algorithm, NewKey};
use super::vault::{Sealed, Vault};
use super::{Api, destroy_due, keys, missing};
use crate::blocking::blocking;
use crate::container_analysis::listed;
use crate::decode::{self, Kind, Message, Params};
use crate::error::ApiError;
use crate::page::Page;
use crate::state::rfc3339;
use crate::store::StoreError;
use wire::status::Code;

pub(super) const SOFTWARE: &str = "SOFTWARE";
pub(super) const PROTECTION_LEVELS: [&str; 5] =
    ["PROTECTION_LEVEL_UNSPECIFIED", SOFTWARE, "HSM", "EXTERNAL", "EXTERNAL_VPC"];

const ENABLED: &str = "ENABLED";
const DISABLED: &str = "DISABLED";
const DESTROY_SCHEDULED: &str = "DESTROY_SCHEDULED";
const DESTROYED: &str = "DESTROYED";
const STATES: &[&str] = &[
    "CRYPTO_KEY_VERSION_STATE_UNSPECIFIED",
    ENABLED,
    DISABLED,
    DESTROYED,
    DESTROY_SCHEDULED,
    "PENDING_GENERATION",
    "PENDING_IMPORT",
    "IMPORT_FAILED",
];

const BODY: Message = Message(&[
    (&["name"], Kind::Text),
    (&["state"], Kind::Enum(STATES)),
    (&["protectionLevel"], Kind::Any),
    (&["algorithm"], Kind::Any),
    (&["createTime"], Kind::Any),
    (&["generateTime"], Kind::Any),
    (&["destroyTime"], Kind::Any),
    (&["destroyEventTime"], Kind::Any),
    (&["externalProtectionLevelOptions"], Kind::Any),
]);
const EMPTY: Message = Message(&[]);

/// A path of project, location, ring, key and number.
pub(super) type VersionPath = (String, String, String, String, String);

/// A version as it is stored.
#[derive(Debug)]
pub(super) struct Version {
    place: i64,
    number: i64,
    /// `…/cryptoKeys/K/cryptoKeyVersions/N`.
    pub(super) name: String,
    pub(super) algorithm: String,
    state: String,
    pub(super) pem: String,
    sealed: Option<Vec<u8>>,
    create_time: String,
    destroy_time: Option<String>,
    destroy_event_time: Option<String>,
}

const COLUMNS: &str = "SELECT place, number, algorithm, state, pem, sealed, create_time, destroy_time,
                       destroy_event_time FROM kms_versions";

impl Version {
    fn from_row(row: &Row<'_>, key: &str) -> rusqlite::Result<Self> {
        let number = row.get(1)?;
        Ok(Self {
            place: row.get(0)?,
            number,
            name: name(key, number),
            algorithm: row.get(2)?,
            state: row.get(3)?,
            pem: row.get(4)?,
            sealed: row.get(5)?,
            create_time: row.get(6)?,
            destroy_time: row.get(7)?,
            destroy_event_time: row.get(8)?,
        })
    }

    /// One whose time has come is destroyed, whether it was wiped yet or not.
    fn at(mut self, now: &str) -> Self {
        if self.state == DESTROY_SCHEDULED && self.destroy_time.as_deref().is_some_and(|time| time <= now) {
            DESTROYED.clone_into(&mut self.state);
            self.sealed = None;
            self.destroy_event_time = self.destroy_time.clone();
        }
        self
    }

    fn into_resource(self) -> Value {
        let mut resource = json!({
            "name": self.name,
            "state": self.state,
            "createTime": self.create_time,
            "protectionLevel": SOFTWARE,
            "algorithm": self.algorithm,
            "generateTime": self.create_time,
        });
        let times = [("destroyTime", self.destroy_time), ("destroyEventTime", self.destroy_event_time)];
        for (field, time) in times {
            if let Some(time) = time {
                resource[field] = time.into();
            }
        }
        resource
    }

    /// Refuses one that is not to be used.
    pub(super) fn enabled(self) -> Result<Self, ApiError> {
        if self.state == ENABLED {
            return Ok(self);
        }
        let message = format!("{} is not enabled, current state is: {}.", self.name, self.state);
        Err(ApiError::new(Code::FailedPrecondition, message))
    }

    /// The private key, DER of PKCS #8.
    pub(super) fn private(&self, vault: &Vault) -> Result<zeroize::Zeroizing<Vec<u8>>, ApiError> {
        let sealed = self.sealed.as_deref().ok_or(Sealed);
        sealed.and_then(|sealed| vault.open(&self.name, sealed)).map_err(unreadable)
    }
}

fn unreadable(error: Sealed) -> ApiError {
    tracing::error!(%error, "a private key of the sandbox cannot be used");
    ApiError::new(Code::FailedPrecondition, error.to_string())
}

fn name(key: &str, number: i64) -> String {
    format!("{key}/cryptoKeyVersions/{number}")
}

pub(super) fn check_protection(level: Option<&str>) -> Result<(), ApiError> {
    match level {
        None | Some(SOFTWARE | "PROTECTION_LEVEL_UNSPECIFIED") => Ok(()),
        Some(other) => {
            let message = format!("The sandbox has keys of protection level SOFTWARE alone, not {other}.");
            Err(ApiError::invalid_field("crypto_key.version_template.protection_level", message))
        }
    }
}

/// The version at a path, as it is now.
pub(super) fn existing(tx: &Transaction<'_>, path: &VersionPath, now: &str) -> Result<Version, ApiError> {
    let (project, location, ring, key, number) = path.clone();
    let key = keys::existing(tx, &(project, location, ring, key))?;
    find(tx, &key, &number, now)?
        .ok_or_else(|| missing("CryptoKeyVersion", &format!("{}/cryptoKeyVersions/{number:.20}", key.name)))
}

fn find(tx: &Transaction<'_>, key: &keys::Key, number: &str, now: &str) -> Result<Option<Version>, ApiError> {
    let Ok(number) = number.parse::<i64>() else { return Ok(None) };
    let found = tx
        .prepare_cached(&format!("{COLUMNS} WHERE key = ?1 AND number = ?2"))?
        .query_row((key.place, number), |row| Version::from_row(row, &key.name))
        .optional()?;
    Ok(found.map(|version| version.at(now)))
}

/// Makes a pair on a thread that may block.
pub(super) async fn generate(algorithm: &'static Algorithm) -> Result<NewKey, ApiError> {
    let made = blocking(|| algorithm.generate()).await.map_err(StoreError::from)?;
    Ok(made?)
}

/// Stores a new version of the key; its number is the next one.
pub(super) fn insert(
    tx: &Transaction<'_>,
    vault: &Vault,
    key: &keys::Key,
    algorithm: &Algorithm,
    material: &NewKey,
    now: &str,
) -> Result<Version, ApiError> {
    let number: i64 = tx
        .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM kms_versions WHERE key = ?1")?
        .query_row([key.place], |row| row.get(0))?;
    let sealed = vault.seal(&name(&key.name, number), &material.private).map_err(unreadable)?;
    tx.prepare_cached(
        "INSERT INTO kms_versions (key, number, algorithm, state, pem, sealed, create_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((key.place, number, algorithm.name, ENABLED, &material.pem, &sealed, now))?;
    let made = find(tx, key, &number.to_string(), now)?;
    made.ok_or_else(|| missing("CryptoKeyVersion", &name(&key.name, number)))
}

pub(super) async fn list(
    Shared(api): Shared<Api>,
    Path(path): Path<(String, String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(&params, 100, 1000)?;
    let wanted = wanted_state(params.get("filter"))?;
    let now = rfc3339(api.state.clock.now());
    let read = move |tx: &Transaction<'_>| {
        let key = keys::existing(tx, &path)?;
        let mut statement = tx.prepare_cached(&format!("{COLUMNS} WHERE key = ?1 AND number > ?2 ORDER BY number"))?;
        let rows = statement.query_map((key.place, page.after), |row| Version::from_row(row, &key.name))?;
        let mut shown = Vec::new();
        for version in rows {
            let version = version?.at(&now);
            if wanted.as_ref().is_none_or(|wanted| *wanted == version.state) {
                shown.push((version.number, version.into_resource()));
            }
            if shown.len() > page.size {
                break;
            }
        }
        Ok::<_, ApiError>(page.cut(shown))
    };
    let (versions, next) = api.state.store.read(read).await?;
    Ok(Json(listed("cryptoKeyVersions", versions, next)))
}

/// `state=ENABLED`, which is what scripts ask for; of other filters nothing is known.
fn wanted_state(filter: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(filter) = filter else { return Ok(None) };
    let state = filter.split_once(['=', ':']).filter(|(field, _)| field.trim() == "state");
    let state = state.map(|(_, state)| state.trim().trim_matches('"')).filter(|state| STATES.contains(state));
    match state {
        Some(state) => Ok(Some(state.to_owned())),
        None => Err(ApiError::invalid_field("filter", "The sandbox filters versions by state alone: state=ENABLED.")),
    }
}

pub(super) async fn create(
    Shared(api): Shared<Api>,
    Path(path): Path<(String, String, String, String)>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let body = decode::value(&body, &BODY, "crypto_key_version")?;
    let state = body["state"].as_str().unwrap_or(ENABLED);
    if state != ENABLED {
        let message = format!("A version is made ENABLED, not {state}.");
        return Err(ApiError::invalid_field("crypto_key_version.state", message));
    }
    let asked = path.clone();
    let key = api.state.store.read(move |tx| keys::existing(tx, &asked)).await?;
    let algorithm = Algorithm::of(&key.algorithm, "parent")?;
    let material = generate(algorithm).await?;
    let now = rfc3339(api.state.clock.now());
    let vault = api.vault.clone();
    let write = move |tx: &Transaction<'_>| {
        let key = keys::existing(tx, &path)?;
        insert(tx, &vault, &key, algorithm, &material, &now)
    };
    api.state.store.write(write).await.map(|version| Json(version.into_resource()))
}

pub(super) async fn read(Shared(api): Shared<Api>, Path(path): Path<VersionPath>) -> Result<Json<Value>, ApiError> {
    let now = rfc3339(api.state.clock.now());
    api.state.store.read(move |tx| existing(tx, &path, &now)).await.map(|version| Json(version.into_resource()))
}

/// A change of state: from which states, to which, and when the private key will be gone.
async fn change(
    api: Api,
    path: VersionPath,
    from: &'static [&'static str],
    to: &'static str,
) -> Result<Json<Value>, ApiError> {
    let now = api.state.clock.now();
    let write = move |tx: &Transaction<'_>| {
        let written = rfc3339(now);
        destroy_due(tx, &written)?;
        let version = existing(tx, &path, &written)?;
        if !from.contains(&version.state.as_str()) {
            let message = format!("{} cannot become {to}, current state is: {}.", version.name, version.state);
            return Err(ApiError::new(Code::FailedPrecondition, message));
        }
        let (project, location, ring, key, _) = path.clone();
        let key = keys::existing(tx, &(project, location, ring, key))?;
        let end = now + SignedDuration::from_secs(key.destroy_after);
        let destroy_time = (to == DESTROY_SCHEDULED).then(|| rfc3339(end));
        let sql = "UPDATE kms_versions SET state = ?1, destroy_time = ?2 WHERE place = ?3";
        tx.prepare_cached(sql)?.execute((to, destroy_time, version.place))?;
        existing(tx, &path, &written)
    };
    api.state.store.write(write).await.map(|version| Json(version.into_resource()))
}

/// Enables or disables.
pub(super) async fn patch(
    Shared(api): Shared<Api>,
    Path(path): Path<VersionPath>,
    params: Params,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let update = decode::value(&body, &BODY, "crypto_key_version")?;
    if params.get("updateMask") != Some("state") {
        let message = "The sandbox changes the state of a version and nothing else: updateMask=state.";
        return Err(ApiError::invalid_field("update_mask", message));
    }
    let to = match update["state"].as_str() {
        Some(ENABLED) => ENABLED,
        Some(DISABLED) => DISABLED,
        _ => {
            let message = "An update makes a version ENABLED or DISABLED; to destroy it is a method of its own.";
            return Err(ApiError::invalid_field("crypto_key_version.state", message));
        }
    };
    change(api, path, &[ENABLED, DISABLED], to).await
}

pub(super) async fn destroy(
    Shared(api): Shared<Api>,
    Path(path): Path<VersionPath>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    decode::value(&body, &EMPTY, "")?;
    change(api, path, &[ENABLED, DISABLED], DESTROY_SCHEDULED).await
}

/// Brings one back that is to be destroyed; it is disabled then.
pub(super) async fn restore(
    Shared(api): Shared<Api>,
    Path(path): Path<VersionPath>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    decode::value(&body, &EMPTY, "")?;
    change(api, path, &[DESTROY_SCHEDULED], DISABLED).await
}
