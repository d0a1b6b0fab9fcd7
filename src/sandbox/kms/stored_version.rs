//! Versions of keys as they are stored, and their pairs of keys.

use rusqlite::{OptionalExtension as _, Row, Transaction};
use serde_json::{Value, json};

use super::algorithm::{Algorithm, NewKey};
use super::api::missing;
use super::protection::SOFTWARE;
use super::stored_key::Key;
use super::vault::{Sealed, Vault};
use crate::blocking::blocking;
use crate::error::ApiError;
use crate::store::StoreError;
use wire::status::Code;

pub(super) const ENABLED: &str = "ENABLED";
pub(super) const DISABLED: &str = "DISABLED";
pub(super) const DESTROY_SCHEDULED: &str = "DESTROY_SCHEDULED";
pub(super) const DESTROYED: &str = "DESTROYED";

/// A version as it is stored.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) place: i64,
    pub(super) number: i64,
    /// `…/cryptoKeys/K/cryptoKeyVersions/N`.
    pub(super) name: String,
    pub(super) algorithm: String,
    pub(super) state: String,
    pub(super) pem: String,
    sealed: Option<Vec<u8>>,
    create_time: String,
    destroy_time: Option<String>,
    destroy_event_time: Option<String>,
}

pub(super) const COLUMNS: &str = "SELECT place, number, algorithm, state, pem, sealed, create_time, destroy_time,
                       destroy_event_time FROM kms_versions";

impl Version {
    pub(super) fn from_row(row: &Row<'_>, key: &str) -> rusqlite::Result<Self> {
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
    pub(super) fn settled_at(mut self, now: &str) -> Self {
        if self.state == DESTROY_SCHEDULED && self.destroy_time.as_deref().is_some_and(|time| time <= now) {
            DESTROYED.clone_into(&mut self.state);
            self.sealed = None;
            self.destroy_event_time = self.destroy_time.clone();
        }
        self
    }

    pub(super) fn into_resource(self) -> Value {
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

pub(super) fn unreadable(error: Sealed) -> ApiError {
    tracing::error!(%error, "a private key of the sandbox cannot be used");
    ApiError::new(Code::FailedPrecondition, error.to_string())
}

pub(super) fn name(key: &str, number: i64) -> String {
    format!("{key}/cryptoKeyVersions/{number}")
}

pub(super) fn find(tx: &Transaction<'_>, key: &Key, number: &str, now: &str) -> Result<Option<Version>, ApiError> {
    let Ok(number) = number.parse::<i64>() else { return Ok(None) };
    let found = tx
        .prepare_cached(&format!("{COLUMNS} WHERE key = ?1 AND number = ?2"))?
        .query_row((key.place, number), |row| Version::from_row(row, &key.name))
        .optional()?;
    Ok(found.map(|version| version.settled_at(now)))
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
    key: &Key,
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

/// Wipes the private keys whose time has come; returns how many.
pub(crate) fn destroy_due(tx: &Transaction<'_>, now: &str) -> Result<usize, StoreError> {
    let sql = "UPDATE kms_versions SET state = 'DESTROYED', sealed = NULL, destroy_event_time = destroy_time
               WHERE state = 'DESTROY_SCHEDULED' AND destroy_time <= ?1";
    Ok(tx.prepare_cached(sql)?.execute([now])?)
}
