//! Versions of a key: each has its own pair, and a state that says whether it may be used.

use axum::Json;
use axum::extract::State as Shared;
use jiff::SignedDuration;
use rusqlite::Transaction;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::api::{Api, missing};
use super::stored_key;
use super::stored_version::{
    COLUMNS, DESTROY_SCHEDULED, DESTROYED, DISABLED, ENABLED, Version, destroy_due, find, generate, insert,
};
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::request::{Body, Names};
use crate::state::rfc3339;
use wire::status::Code;

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

pub(super) const BODY: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["state"], FieldKind::Enum(STATES)),
    (&["protectionLevel"], FieldKind::Any),
    (&["algorithm"], FieldKind::Any),
    (&["createTime"], FieldKind::Any),
    (&["generateTime"], FieldKind::Any),
    (&["destroyTime"], FieldKind::Any),
    (&["destroyEventTime"], FieldKind::Any),
    (&["externalProtectionLevelOptions"], FieldKind::Any),
]);
pub(super) const EMPTY: Message = Message(&[]);

/// A path of project, location, ring, key and number.
pub(super) type VersionPath = (String, String, String, String, String);

/// The version at a path, as it is now.
pub(super) fn existing(tx: &Transaction<'_>, path: &VersionPath, now: &str) -> Result<Version, ApiError> {
    let (project, location, ring, key, number) = path.clone();
    let key = stored_key::existing(tx, &(project, location, ring, key))?;
    find(tx, &key, &number, now)?
        .ok_or_else(|| missing("CryptoKeyVersion", &format!("{}/cryptoKeyVersions/{number:.20}", key.name)))
}

pub(super) async fn list(
    Shared(api): Shared<Api>,
    Names(path): Names<(String, String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = Page::from_params(&params, 100, 1000)?;
    let wanted = wanted_state(params.get("filter"))?;
    let now = rfc3339(api.state.clock.now());
    let read = move |tx: &Transaction<'_>| {
        let key = stored_key::existing(tx, &path)?;
        let mut statement = tx.prepare_cached(&format!("{COLUMNS} WHERE key = ?1 AND number > ?2 ORDER BY number"))?;
        let rows = statement.query_map((key.place, page.after), |row| Version::from_row(row, &key.name))?;
        let settled = rows.map(|version| version.map(|version| version.settled_at(&now)));
        let shown = settled.filter(|version| match (version, &wanted) {
            (Ok(version), Some(wanted)) => *wanted == version.state,
            _ => true,
        });
        Ok::<_, ApiError>(
            page.read(shown.map(|version| version.map(|version| (version.number, version.into_resource()))))?,
        )
    };
    let (versions, next) = api.state.store.read(read).await?;
    Ok(Json(list_body("cryptoKeyVersions", versions, next)))
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
    Names(path): Names<(String, String, String, String)>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let body = body.value();
    let state = body["state"].as_str().unwrap_or(ENABLED);
    if state != ENABLED {
        let message = format!("A version is made ENABLED, not {state}.");
        return Err(ApiError::invalid_field("crypto_key_version.state", message));
    }
    let asked = path.clone();
    let key = api.state.store.read(move |tx| stored_key::existing(tx, &asked)).await?;
    let algorithm = Algorithm::from_name(&key.algorithm, "parent")?;
    let material = generate(algorithm).await?;
    let now = rfc3339(api.state.clock.now());
    let vault = api.vault.clone();
    let write = move |tx: &Transaction<'_>| {
        let key = stored_key::existing(tx, &path)?;
        insert(tx, &vault, &key, algorithm, &material, &now)
    };
    api.state.store.write(write).await.map(|version| Json(version.into_resource()))
}

pub(super) async fn read(Shared(api): Shared<Api>, Names(path): Names<VersionPath>) -> Result<Json<Value>, ApiError> {
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
        let key = stored_key::existing(tx, &(project, location, ring, key))?;
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
    Names(path): Names<VersionPath>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let update = body.value();
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
    Names(path): Names<VersionPath>,
) -> Result<Json<Value>, ApiError> {
    change(api, path, &[ENABLED, DISABLED], DESTROY_SCHEDULED).await
}

/// Brings one back that is to be destroyed; it is disabled then.
pub(super) async fn restore(
    Shared(api): Shared<Api>,
    Names(path): Names<VersionPath>,
) -> Result<Json<Value>, ApiError> {
    change(api, path, &[DESTROY_SCHEDULED], DISABLED).await
}
