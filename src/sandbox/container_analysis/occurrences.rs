//! Occurrences: attestations among them, found by their note and by the digest they are about.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Transaction, params_from_iter};
use serde_json::{Value, json};

use super::filter::{Columns, Filter};
use super::notes;
use super::version::Version;
use crate::decode::Params;
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::request::{Body, Names};
use crate::services::{self, CONTAINER_ANALYSIS};
use crate::state::{State, rfc3339};
use crate::{iam, projects};
use domain::name::NoteName;
use wire::status::Code;

pub(super) use changes::{get_iam_policy, patch, set_iam_policy};
pub(super) use stored::of_digest;
use stored::{COLUMNS, StoredOccurrence, existing, insert};
pub(crate) use stored::{attestations_on, bytes_of_attestations_on};
pub(super) use summary::summary;
use wanted::New;

mod changes;
mod legacy;
mod stored;
mod summary;
mod wanted;

/// What a list is a list of.
#[derive(Debug)]
enum Scope {
    Project(String),
    /// The occurrences of one note, whatever project they are in.
    Note(String, String),
}

pub(super) async fn list(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let scope =
        move |tx: &Transaction<'_>| Ok(Scope::Project(services::consumer(tx, &project, CONTAINER_ANALYSIS)?.id));
    list_in(&state, version, &params, scope).await
}

pub(super) async fn list_of_note(
    Shared(state): Shared<State>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
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
    let page = Page::from_params(params, 20, 1000)?;
    let filter = Filter::parse(params.get("filter").unwrap_or_default())?;
    let (occurrences, next) = state.store.read(move |tx| read_page(tx, &scope(tx)?, page, &filter)).await?;
    let occurrences = occurrences.into_iter().map(|occurrence| version.occurrence(occurrence)).collect();
    Ok(Json(list_body("occurrences", occurrences, next)))
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
    Ok(page.read(rows.map(|row| row.map(|row| (row.place, row.into_resource()))))?)
}

pub(super) async fn create(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let wanted = New::parse(body.value())?;
    let now = rfc3339(state.clock.now());
    let made = state.store.write(move |tx| create_in(tx, &project, wanted, now)).await?;
    Ok(Json(version.occurrence(made)))
}

/// The most occurrences of one batch (`BatchCreateOccurrencesRequest`).
const MAX_BATCH: usize = 1000;

pub(super) async fn batch_create(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let request = body.value();
    let wanted = request["occurrences"].as_array().cloned().unwrap_or_default();
    if wanted.is_empty() || wanted.len() > MAX_BATCH {
        return Err(ApiError::invalid_field("occurrences", format!("A batch has 1 to {MAX_BATCH} occurrences.")));
    }
    let wanted = wanted.into_iter().map(New::parse).collect::<Result<Vec<_>, _>>()?;
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let made = wanted.into_iter().map(|wanted| create_in(tx, &project, wanted, now.clone()));
        made.collect::<Result<Vec<_>, _>>()
    };
    let made: Vec<Value> = state.store.write(write).await?.into_iter().map(|made| version.occurrence(made)).collect();
    Ok(Json(json!({"occurrences": made})))
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
    notes::check_space(tx, &occurrence.project)?;
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

pub(super) async fn read(
    Shared(state): Shared<State>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let found = state.store.read(move |tx| existing(tx, &project, &id)).await?;
    Ok(Json(version.occurrence(found.into_resource())))
}

pub(super) async fn read_note(
    Shared(state): Shared<State>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
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
    Names((project, id)): Names<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let found = existing(tx, &project, &id)?;
        iam::forget(tx, &found.name())?;
        tx.prepare_cached("DELETE FROM occurrences WHERE place = ?1")?.execute([found.place])?;
        Ok(Json(json!({})))
    };
    state.store.write(write).await
}
