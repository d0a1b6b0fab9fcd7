//! Keys: what their versions have in common. The first version is made with the key.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::algorithm::{self, Algorithm};
use super::api::{Api, checked_id, exists};
use super::protection::{PROTECTION_LEVELS, check_protection};
use super::stored_key::{COLUMNS, Key, SIGN, existing};
use super::{key_rings, stored_version};
use crate::decode::{self, FieldKind, Message, Params};
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::request::{Body, Names};
use crate::state::rfc3339;

const TEMPLATE: Message = Message(&[
    (&["protectionLevel"], FieldKind::Enum(&PROTECTION_LEVELS)),
    (&["algorithm"], FieldKind::Enum(algorithm::NAMES)),
]);
const PURPOSES: &[&str] = &[
    "CRYPTO_KEY_PURPOSE_UNSPECIFIED",
    "ENCRYPT_DECRYPT",
    "ASYMMETRIC_SIGN",
    "ASYMMETRIC_DECRYPT",
    "RAW_ENCRYPT_DECRYPT",
    "MAC",
];

pub(super) const BODY: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["primary"], FieldKind::Any),
    (&["purpose"], FieldKind::Enum(PURPOSES)),
    (&["createTime"], FieldKind::Any),
    (&["nextRotationTime"], FieldKind::Text),
    (&["rotationPeriod"], FieldKind::Text),
    (&["versionTemplate"], FieldKind::Message(&TEMPLATE)),
    (&["labels"], FieldKind::Any),
    (&["importOnly"], FieldKind::Bool),
    (&["destroyScheduledDuration"], FieldKind::Text),
    (&["cryptoKeyBackend"], FieldKind::Text),
    (&["keyAccessJustificationsPolicy"], FieldKind::Any),
]);

/// How long a version that is to be destroyed can be brought back, in seconds: by default, and as a
/// key may say (the reference of `CryptoKey.destroyScheduledDuration`).
const DESTROY_AFTER: i64 = 30 * DAY;
const DESTROY_AFTER_RANGE: std::ops::RangeInclusive<i64> = DAY..=120 * DAY;
const DAY: i64 = 24 * 60 * 60;

pub(super) async fn list(
    Shared(api): Shared<Api>,
    Names((project, location, ring)): Names<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = Page::from_params(&params, 100, 1000)?;
    let read = move |tx: &Transaction<'_>| {
        let ring = key_rings::existing(tx, &project, &location, &ring)?;
        let mut statement =
            tx.prepare_cached(&format!("{COLUMNS} WHERE ring = ?1 AND place > ?2 ORDER BY place LIMIT ?3"))?;
        let rows = statement.query_map((ring.place, page.after, page.limit()), |row| {
            Key::from_row(row, &ring.name).map(|key| (key.place, key.into_resource()))
        })?;
        Ok::<_, ApiError>(page.read(rows)?)
    };
    let (keys, next) = api.state.store.read(read).await?;
    Ok(Json(list_body("cryptoKeys", keys, next)))
}

/// What is asked of a new key.
struct New {
    id: String,
    algorithm: &'static Algorithm,
    destroy_after: i64,
    labels: Value,
}

impl New {
    fn parse(params: &Params, key: &Value) -> Result<Self, ApiError> {
        let id = checked_id(params.get("cryptoKeyId"), "crypto_key_id")?;
        check_purpose(key)?;
        let template = &key["versionTemplate"];
        check_protection(template["protectionLevel"].as_str())?;
        let algorithm = template["algorithm"].as_str().unwrap_or_default();
        let algorithm = Algorithm::from_name(algorithm, "crypto_key.version_template.algorithm")?;
        Ok(Self { id, algorithm, destroy_after: destroy_after(key)?, labels: labels(key)? })
    }
}

fn check_purpose(key: &Value) -> Result<(), ApiError> {
    let refuse = |field: &str, message: String| Err(ApiError::invalid_field(&format!("crypto_key.{field}"), message));
    match key["purpose"].as_str() {
        Some(SIGN) => {}
        None => return refuse("purpose", "A key needs a purpose; the sandbox's is ASYMMETRIC_SIGN.".to_owned()),
        Some(other) => {
            let message = format!("The sandbox has keys for signing alone (ASYMMETRIC_SIGN), not for {other}.");
            return refuse("purpose", message);
        }
    }
    for field in ["nextRotationTime", "rotationPeriod"] {
        if !key[field].is_null() {
            return refuse(&decode::snake(field), "Only keys with purpose ENCRYPT_DECRYPT are rotated.".to_owned());
        }
    }
    if key["importOnly"] == true {
        return refuse("import_only", "The sandbox makes its keys itself and imports none.".to_owned());
    }
    Ok(())
}

fn destroy_after(key: &Value) -> Result<i64, ApiError> {
    let Some(text) = key["destroyScheduledDuration"].as_str() else { return Ok(DESTROY_AFTER) };
    let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    seconds.filter(|seconds| DESTROY_AFTER_RANGE.contains(seconds)).ok_or_else(|| {
        let message = "The duration until destruction is 24 hours to 120 days, in seconds: \"86400s\".";
        ApiError::invalid_field("crypto_key.destroy_scheduled_duration", message)
    })
}

fn labels(key: &Value) -> Result<Value, ApiError> {
    let refused = || ApiError::invalid_field("crypto_key.labels", "Labels are up to 64 names with texts.");
    match &key["labels"] {
        Value::Null => Ok(json!({})),
        Value::Object(labels) if labels.len() <= 64 && labels.values().all(Value::is_string) => {
            Ok(Value::Object(labels.clone()))
        }
        _ => Err(refused()),
    }
}

pub(super) async fn create(
    Shared(api): Shared<Api>,
    Names((project, location, ring)): Names<(String, String, String)>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let new = New::parse(&params, &body.value())?;
    let skip = params.get("skipInitialVersionCreation") == Some("true");
    let path = (project, location, ring, new.id.clone());
    let checked = path.clone();
    // Before a key is made that takes seconds.
    api.state.store.read(move |tx| check_absent(tx, &checked)).await?;
    let material = if skip { None } else { Some(stored_version::generate(new.algorithm).await?) };
    let now = rfc3339(api.state.clock.now());
    let vault = api.vault.clone();
    let write = move |tx: &Transaction<'_>| {
        check_absent(tx, &path)?;
        let ring = key_rings::existing(tx, &path.0, &path.1, &path.2)?;
        tx.prepare_cached(
            "INSERT INTO kms_keys (ring, id, algorithm, destroy_after, labels, create_time)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((ring.place, &new.id, new.algorithm.name, new.destroy_after, &new.labels, &now))?;
        let key = existing(tx, &path)?;
        if let Some(material) = material {
            stored_version::insert(tx, &vault, &key, new.algorithm, &material, &now)?;
        }
        Ok(Json(key.into_resource()))
    };
    api.state.store.write(write).await
}

fn check_absent(tx: &Transaction<'_>, path: &(String, String, String, String)) -> Result<(), ApiError> {
    let ring = key_rings::existing(tx, &path.0, &path.1, &path.2)?;
    let there =
        tx.prepare_cached("SELECT 1 FROM kms_keys WHERE ring = ?1 AND id = ?2")?.exists((ring.place, &path.3))?;
    if there { Err(exists("CryptoKey", &format!("{}/cryptoKeys/{}", ring.name, path.3))) } else { Ok(()) }
}

pub(super) async fn read(
    Shared(api): Shared<Api>,
    Names(path): Names<(String, String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    api.state.store.read(move |tx| existing(tx, &path)).await.map(|key| Json(key.into_resource()))
}

/// Changes the labels, or the algorithm of the versions to come.
pub(super) async fn patch(
    Shared(api): Shared<Api>,
    Names(path): Names<(String, String, String, String)>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let update = body.value();
    let mask: Vec<String> =
        params.get("updateMask").into_iter().flat_map(|mask| mask.split(',')).map(decode::camel).collect();
    if mask.is_empty() {
        return Err(ApiError::invalid_field("update_mask", "An updateMask is required."));
    }
    let write = move |tx: &Transaction<'_>| {
        let key = existing(tx, &path)?;
        for field in &mask {
            apply(tx, &key, field.trim(), &update)?;
        }
        Ok(Json(existing(tx, &path)?.into_resource()))
    };
    api.state.store.write(write).await
}

fn apply(tx: &Transaction<'_>, key: &Key, field: &str, update: &Value) -> Result<(), ApiError> {
    match field.split('.').next().unwrap_or_default() {
        "labels" => {
            let sql = "UPDATE kms_keys SET labels = ?1 WHERE place = ?2";
            tx.prepare_cached(sql)?.execute((labels(update)?, key.place))?;
        }
        "versionTemplate" => {
            let algorithm = update["versionTemplate"]["algorithm"].as_str().unwrap_or_default();
            let algorithm = Algorithm::from_name(algorithm, "crypto_key.version_template.algorithm")?;
            let sql = "UPDATE kms_keys SET algorithm = ?1 WHERE place = ?2";
            tx.prepare_cached(sql)?.execute((algorithm.name, key.place))?;
        }
        other => {
            let message = format!("The sandbox changes labels and versionTemplate of a key, not {other:.60}.");
            return Err(ApiError::invalid_field("update_mask", message));
        }
    }
    Ok(())
}
