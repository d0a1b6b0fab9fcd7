//! Occurrences as they are stored, and those that admission and evaluation read.

use rusqlite::{OptionalExtension as _, Row, Transaction};
use serde_json::{Map, Value};

use crate::container_analysis::schema::digest_of;
use crate::error::ApiError;
use crate::services::{self, CONTAINER_ANALYSIS};
use crate::store::StoreError;
use domain::attestation::Attestation;
use domain::image::Digest;
use domain::name::NoteName;
use wire::container_analysis::Occurrence;
use wire::status::Code;

/// An occurrence as it is stored.
#[derive(Debug)]
pub(crate) struct StoredOccurrence {
    pub(crate) place: i64,
    pub(crate) project: String,
    pub(crate) id: String,
    pub(crate) note_project: String,
    pub(crate) note_id: String,
    pub(crate) kind: String,
    pub(crate) resource_uri: String,
    pub(crate) body: Value,
    pub(crate) create_time: String,
}

pub(crate) const COLUMNS: &str =
    "SELECT place, project, id, note_project, note_id, kind, resource_uri, body, create_time FROM occurrences";

impl StoredOccurrence {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            place: row.get(0)?,
            project: row.get(1)?,
            id: row.get(2)?,
            note_project: row.get(3)?,
            note_id: row.get(4)?,
            kind: row.get(5)?,
            resource_uri: row.get(6)?,
            body: row.get(7)?,
            create_time: row.get(8)?,
        })
    }

    pub(crate) fn name(&self) -> String {
        format!("projects/{}/occurrences/{}", self.project, self.id)
    }

    /// As the API shows it.
    pub(crate) fn into_resource(self) -> Value {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), self.name().into());
        fields.insert("resourceUri".to_owned(), self.resource_uri.into());
        fields.insert("noteName".to_owned(), format!("projects/{}/notes/{}", self.note_project, self.note_id).into());
        fields.insert("kind".to_owned(), self.kind.into());
        fields.insert("createTime".to_owned(), self.create_time.clone().into());
        fields.insert("updateTime".to_owned(), self.create_time.into());
        if let Value::Object(body) = self.body {
            fields.extend(body);
        }
        Value::Object(fields)
    }
}

/// The occurrences on a note that are about one of these digests, of all projects, as admission reads
/// them.
pub(crate) fn attestations_on(
    tx: &Transaction<'_>,
    note: &NoteName,
    digests: &[Digest],
) -> Result<Vec<Attestation>, StoreError> {
    let sql = format!("{COLUMNS} WHERE digest = ?1 AND note_project = ?2 AND note_id = ?3 ORDER BY place");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for digest in digests {
        let rows = statement.query_map((digest.hex(), note.project(), note.id()), StoredOccurrence::from_row)?;
        for row in rows {
            let occurrence: Occurrence = serde_json::from_value(row?.into_resource())?;
            // Its note's name was checked when it was made.
            found.extend(Attestation::try_from(occurrence).ok());
        }
    }
    Ok(found)
}

/// What an occurrence counts beside its body.
const ROW_BYTES: usize = 1024;

/// How long the occurrences are that [`attestations_on`] would read, as far as they are not longer than `most`.
pub(crate) fn bytes_of_attestations_on(
    tx: &Transaction<'_>,
    note: &NoteName,
    digests: &[Digest],
    most: usize,
) -> Result<usize, StoreError> {
    let sql = "SELECT octet_length(body) FROM occurrences WHERE digest = ?1 AND note_project = ?2 AND note_id = ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let mut bytes = 0_usize;
    for digest in digests {
        let rows = statement.query_map((digest.hex(), note.project(), note.id()), |row| row.get::<_, u32>(0))?;
        for row in rows {
            bytes = bytes.saturating_add(row? as usize + ROW_BYTES);
            if bytes > most {
                return Ok(bytes);
            }
        }
    }
    Ok(bytes)
}

/// The most bytes of occurrences of one kind on one digest that are read for an evaluation.
const MOST_OF_DIGEST: i64 = 16 << 20;

/// The occurrences of one kind in one project that are about this digest, as the API shows them.
pub(crate) fn of_digest(
    tx: &Transaction<'_>,
    project: &str,
    kind: &str,
    digest: &Digest,
) -> Result<Vec<Value>, StoreError> {
    let size: i64 = tx
        .prepare_cached(
            "SELECT coalesce(sum(octet_length(body) + 1024), 0) FROM occurrences
             WHERE digest = ?1 AND project = ?2 AND kind = ?3",
        )?
        .query_row((digest.hex(), project, kind), |row| row.get(0))?;
    if size > MOST_OF_DIGEST {
        return Err(StoreError::TooMuch("an image has more occurrences of one kind than are read: delete some"));
    }
    let sql = format!("{COLUMNS} WHERE digest = ?1 AND project = ?2 AND kind = ?3 ORDER BY place");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map((digest.hex(), project, kind), StoredOccurrence::from_row)?;
    Ok(rows.map(|row| row.map(StoredOccurrence::into_resource)).collect::<Result<_, _>>()?)
}

pub(crate) fn insert(tx: &Transaction<'_>, occurrence: &StoredOccurrence, content: [u8; 32]) -> Result<(), ApiError> {
    tx.prepare_cached(
        "INSERT INTO occurrences (project, id, note_project, note_id, kind, resource_uri, digest, body, content,
            create_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        &occurrence.project,
        &occurrence.id,
        &occurrence.note_project,
        &occurrence.note_id,
        &occurrence.kind,
        &occurrence.resource_uri,
        digest_of(&occurrence.resource_uri).unwrap_or_default(),
        &occurrence.body,
        content,
        &occurrence.create_time,
    ))?;
    Ok(())
}

pub(crate) fn existing(tx: &Transaction<'_>, project: &str, id: &str) -> Result<StoredOccurrence, ApiError> {
    let project = services::consumer(tx, project, CONTAINER_ANALYSIS)?.id;
    let found = tx
        .prepare_cached(&format!("{COLUMNS} WHERE project = ?1 AND id = ?2"))?
        .query_row((&project, id), StoredOccurrence::from_row)
        .optional()?;
    found.ok_or_else(|| {
        let message = format!("occurrence with name \"projects/{project}/occurrences/{id}\" does not exist");
        ApiError::new(Code::NotFound, message)
    })
}
