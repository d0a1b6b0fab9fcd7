//! Occurrences: attestations among them, found by their note and by the digest they are about.

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::{Extension, Json};
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Row, Transaction, params_from_iter};
use serde_json::{Map, Value, json};

use super::filter::{Columns, Filter};
use super::notes::{self, listed};
use super::schema::{self, OCCURRENCE};
use super::version::Version;
use crate::decode::{self, Params};
use crate::error::ApiError;
use crate::kms::key_id;
use crate::page::Page;
use crate::services::{self, CONTAINER_ANALYSIS};
use crate::state::{State, rfc3339};
use crate::store::StoreError;
use crate::{iam, projects};
use domain::attestation::Attestation;
use domain::image::Digest;
use domain::name::NoteName;
use wire::container_analysis::Occurrence;
use wire::status::Code;

pub(super) use changes::{get_iam_policy, patch, set_iam_policy};
pub(super) use summary::summary;

mod changes;
mod legacy;
mod summary;

/// The longest `resourceUri`; a reference to an image is far shorter.
const MAX_RESOURCE_URI: usize = 4096;

/// An occurrence as it is stored.
#[derive(Debug)]
struct StoredOccurrence {
    place: i64,
    project: String,
    id: String,
    note_project: String,
    note_id: String,
    kind: String,
    resource_uri: String,
    body: Value,
    create_time: String,
}

const COLUMNS: &str =
    "SELECT place, project, id, note_project, note_id, kind, resource_uri, body, create_time FROM occurrences";

impl StoredOccurrence {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
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

    fn name(&self) -> String {
        format!("projects/{}/occurrences/{}", self.project, self.id)
    }

    /// As the API shows it.
    fn into_resource(self) -> Value {
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

/// The hexadecimal digits of the digest at the end of a resource's address.
pub(super) fn digest_of(resource: &str) -> Option<&str> {
    let (_, hex) = resource.rsplit_once("sha256:")?;
    let whole = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    whole.then_some(hex)
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

/// The occurrences of one kind in one project that are about this digest, as the API shows them.
pub(super) fn of_digest(
    tx: &Transaction<'_>,
    project: &str,
    kind: &str,
    digest: &Digest,
) -> Result<Vec<Value>, StoreError> {
    let sql = format!("{COLUMNS} WHERE digest = ?1 AND project = ?2 AND kind = ?3 ORDER BY place");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map((digest.hex(), project, kind), StoredOccurrence::from_row)?;
    Ok(rows.map(|row| row.map(StoredOccurrence::into_resource)).collect::<Result<_, _>>()?)
}

/// What a list is a list of.
#[derive(Debug)]
enum Scope {
    Project(String),
    /// Of one note, whatever project they are in.
    Note(String, String),
}

pub(super) async fn list(
    Shared(state): Shared<State>,
    Extension(version): Extension<Version>,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let scope =
        move |tx: &Transaction<'_>| Ok(Scope::Project(services::consumer(tx, &project, CONTAINER_ANALYSIS)?.id));
    list_in(&state, version, &params, scope).await
}

pub(super) async fn list_of_note(
    Shared(state): Shared<State>,
    Extension(version): Extension<Version>,
    Path((project, id)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let scope = move |tx: &Transaction<'_>| {
        let project = services::consumer(tx, &project, CONTAINER_ANALYSIS)?.id;
        notes::find(tx, &project, &id)?.ok_or_else(|| notes::missing(&project, &id))?;
        Ok(Scope::Note(project, id))
    };
    list_in(&state, version, &params, scope).await
}

async fn list_in(
    state: &State,
    version: Version,
    params: &Params,
    scope: impl FnOnce(&Transaction<'_>) -> Result<Scope, ApiError> + Send + 'static,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(params, 20, 1000)?;
    let filter = Filter::parse(params.get("filter").unwrap_or_default())?;
    let (occurrences, next) = state.store.read(move |tx| read_page(tx, &scope(tx)?, page, &filter)).await?;
    let occurrences = occurrences.into_iter().map(|occurrence| version.occurrence(occurrence)).collect();
    Ok(Json(listed("occurrences", occurrences, next)))
}

fn read_page(
    tx: &Transaction<'_>,
    scope: &Scope,
    page: Page,
    filter: &Filter,
) -> Result<(Vec<Value>, Option<String>), ApiError> {
    let mut parameters: Vec<Sql> = vec![page.after.into(), page.limit().into()];
    let scope = match scope {
        Scope::Project(project) => {
            parameters.push(project.clone().into());
            "project = ?3"
        }
        Scope::Note(project, id) => {
            parameters.extend([project.clone().into(), id.clone().into()]);
            "note_project = ?3 AND note_id = ?4"
        }
    };
    let conditions = filter.sql(Columns::Occurrences, &mut parameters);
    let sql = format!("{COLUMNS} WHERE {scope} AND place > ?1{conditions} ORDER BY place LIMIT ?2");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(parameters), StoredOccurrence::from_row)?;
    let rows = rows.map(|row| row.map(|row| (row.place, row.into_resource()))).collect::<Result<_, _>>()?;
    Ok(page.cut(rows))
}

pub(super) async fn create(
    Shared(state): Shared<State>,
    Extension(version): Extension<Version>,
    Path(project): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let wanted = New::of(decode::value(&body, &OCCURRENCE, "occurrence")?)?;
    let now = rfc3339(state.clock.now());
    let made = state.store.write(move |tx| create_in(tx, &project, wanted, now)).await?;
    Ok(Json(version.occurrence(made)))
}

/// The most occurrences of one batch (`BatchCreateOccurrencesRequest`).
const MAX_BATCH: usize = 1000;

pub(super) async fn batch_create(
    Shared(state): Shared<State>,
    Extension(version): Extension<Version>,
    Path(project): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let request = decode::value(&body, &schema::BATCH, "")?;
    let wanted = request["occurrences"].as_array().cloned().unwrap_or_default();
    if wanted.is_empty() || wanted.len() > MAX_BATCH {
        return Err(ApiError::invalid_field("occurrences", format!("A batch has 1 to {MAX_BATCH} occurrences.")));
    }
    let wanted = wanted.into_iter().map(New::of).collect::<Result<Vec<_>, _>>()?;
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let made = wanted.into_iter().map(|wanted| create_in(tx, &project, wanted, now.clone()));
        made.collect::<Result<Vec<_>, _>>()
    };
    let made: Vec<Value> = state.store.write(write).await?.into_iter().map(|made| version.occurrence(made)).collect();
    Ok(Json(json!({"occurrences": made})))
}

/// An occurrence that is to be made.
#[derive(Debug)]
struct New {
    note: NoteName,
    kind: &'static str,
    resource_uri: String,
    body: Value,
}

impl New {
    fn of(mut occurrence: Value) -> Result<Self, ApiError> {
        legacy::bring_up_to_date(&mut occurrence)?;
        if let Some(attestation) = occurrence.get_mut("attestation") {
            key_id::normalise_signatures(attestation);
        }
        let text = |field: &str| occurrence[field].as_str().unwrap_or_default().to_owned();
        let (note, resource_uri) = (text("noteName"), text("resourceUri"));
        let note = note.parse().map_err(|error| ApiError::invalid_field("occurrence.note_name", format!("{error}")))?;
        if resource_uri.is_empty() || resource_uri.len() > MAX_RESOURCE_URI {
            let message = format!("A resourceUri of 1 to {MAX_RESOURCE_URI} bytes is required.");
            return Err(ApiError::invalid_field("occurrence.resource_uri", message));
        }
        let kind = schema::kind_of(&occurrence, "occurrence")?;
        schema::strip_output_only(&mut occurrence);
        if let Some(fields) = occurrence.as_object_mut() {
            fields.retain(|name, _| !["noteName", "resourceUri"].contains(&name.as_str()));
        }
        Ok(Self { note, kind, resource_uri, body: occurrence })
    }

    /// What makes two occurrences the same.
    fn content(&self, note_project: &str) -> [u8; 32] {
        let content = json!([note_project, self.note.id(), self.resource_uri, self.body]).to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content.as_bytes());
        digest.as_ref().try_into().expect("a SHA-256 has 32 bytes")
    }
}

fn create_in(tx: &Transaction<'_>, project: &str, wanted: New, now: String) -> Result<Value, ApiError> {
    let project = services::consumer(tx, project, CONTAINER_ANALYSIS)?.id;
    let note_project = note_project(tx, &wanted.note)?;
    let content = wanted.content(&note_project);
    refuse_duplicate(tx, &project, content)?;
    let occurrence = StoredOccurrence {
        place: 0,
        project,
        id: uuid::Uuid::new_v4().to_string(),
        note_project,
        note_id: wanted.note.id().to_owned(),
        kind: wanted.kind.to_owned(),
        resource_uri: wanted.resource_uri,
        body: wanted.body,
        create_time: now,
    };
    let note = notes::find(tx, &occurrence.note_project, &occurrence.note_id)?
        .ok_or_else(|| notes::missing(&occurrence.note_project, &occurrence.note_id))?;
    if note.kind != occurrence.kind {
        let message = format!("The note is of kind {}, the occurrence of kind {}.", note.kind, occurrence.kind);
        return Err(ApiError::invalid_field("occurrence", message));
    }
    insert(tx, &occurrence, content)?;
    Ok(occurrence.into_resource())
}

/// A note's name has its project's id; the number does as well here.
fn note_project(tx: &Transaction<'_>, note: &NoteName) -> Result<String, ApiError> {
    let project = projects::active(tx, note.project())?;
    project.map(|project| project.id).ok_or_else(|| notes::missing(note.project(), note.id()))
}

fn refuse_duplicate(tx: &Transaction<'_>, project: &str, content: [u8; 32]) -> Result<(), ApiError> {
    let existing: Option<String> = tx
        .prepare_cached("SELECT id FROM occurrences WHERE project = ?1 AND content = ?2")?
        .query_row((project, content), |row| row.get(0))
        .optional()?;
    match existing {
        None => Ok(()),
        Some(id) => {
            let message = format!("occurrence ID \"{id}\" already exists in project \"{project}\"");
            Err(ApiError::new(Code::AlreadyExists, message))
        }
    }
}

fn insert(tx: &Transaction<'_>, occurrence: &StoredOccurrence, content: [u8; 32]) -> Result<(), ApiError> {
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

fn existing(tx: &Transaction<'_>, project: &str, id: &str) -> Result<StoredOccurrence, ApiError> {
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

pub(super) async fn read(
    Shared(state): Shared<State>,
    Extension(version): Extension<Version>,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let found = state.store.read(move |tx| existing(tx, &project, &id)).await?;
    Ok(Json(version.occurrence(found.into_resource())))
}

pub(super) async fn read_note(
    Shared(state): Shared<State>,
    Extension(version): Extension<Version>,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let found = existing(tx, &project, &id)?;
        let note = notes::find(tx, &found.note_project, &found.note_id)?;
        note.ok_or_else(|| notes::missing(&found.note_project, &found.note_id))
    };
    state.store.read(read).await.map(|note| Json(version.note(note.into_resource())))
}

pub(super) async fn delete(
    Shared(state): Shared<State>,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let found = existing(tx, &project, &id)?;
        iam::forget(tx, &found.name())?;
        tx.prepare_cached("DELETE FROM occurrences WHERE place = ?1")?.execute([found.place])?;
        Ok(Json(json!({})))
    };
    state.store.write(write).await
}
