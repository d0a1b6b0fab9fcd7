//! Keys as they are stored.

use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::{Value, json};

use super::api::missing;
use super::key_rings;
use super::protection::SOFTWARE;
use crate::error::ApiError;

/// The purpose of every key of the sandbox.
pub(super) const SIGN: &str = "ASYMMETRIC_SIGN";

/// A key that is there.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) place: i64,
    /// `projects/P/locations/L/keyRings/R/cryptoKeys/K`.
    pub(super) name: String,
    pub(super) algorithm: String,
    pub(super) destroy_after: i64,
    labels: Value,
    create_time: String,
}

pub(super) const COLUMNS: &str = "SELECT place, id, algorithm, destroy_after, labels, create_time FROM kms_keys";

impl Key {
    pub(super) fn from_row(row: &rusqlite::Row<'_>, ring: &str) -> rusqlite::Result<Self> {
        Ok(Self {
            place: row.get(0)?,
            name: format!("{ring}/cryptoKeys/{}", row.get::<_, String>(1)?),
            algorithm: row.get(2)?,
            destroy_after: row.get(3)?,
            labels: row.get(4)?,
            create_time: row.get(5)?,
        })
    }

    pub(super) fn into_resource(self) -> Value {
        let mut resource = json!({
            "name": self.name,
            "purpose": SIGN,
            "createTime": self.create_time,
            "versionTemplate": {"protectionLevel": SOFTWARE, "algorithm": self.algorithm},
            "destroyScheduledDuration": format!("{}s", self.destroy_after),
        });
        if self.labels.as_object().is_some_and(|labels| !labels.is_empty()) {
            resource["labels"] = self.labels;
        }
        resource
    }
}

/// The key at a path of project, location, ring and id.
pub(super) fn existing(
    tx: &Transaction<'_>,
    (project, location, ring, id): &(String, String, String, String),
) -> Result<Key, ApiError> {
    let ring = key_rings::existing(tx, project, location, ring)?;
    let found = tx
        .prepare_cached(&format!("{COLUMNS} WHERE ring = ?1 AND id = ?2"))?
        .query_row((ring.place, id), |row| Key::from_row(row, &ring.name))
        .optional()?;
    found.ok_or_else(|| missing("CryptoKey", &format!("{}/cryptoKeys/{id}", ring.name)))
}
