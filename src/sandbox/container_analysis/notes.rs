//! Notes: what attestations are attached to, and who may read those.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Row, Transaction, params_from_iter};
use serde_json::{Map, Value, json};

use super::filter::{Columns, Filter};
use super::grants;
use super::schema::{self, NOTE};
use super::version::Version;
use crate::decode::{self, Message, Params};
use crate::error::ApiError;
use crate::iam;
use crate::page::{Page, list_body};
use crate::quota::Owner;
use crate::request::{Body, Names};
use crate::services::{self, CONTAINER_ANALYSIS};
use crate::state::{State, rfc3339};
use crate::store::StoreError;
use domain::name::ResourceId;
use wire::iam::{IamPolicy, TestIamPermissions};
use wire::status::Code;

/// A note as it is stored.
#[derive(Debug)]
pub(super) struct StoredNote {
    place: i64,
    project: String,
    id: String,
    pub(super) kind: String,
    body: Value,
    create_time: String,
    update_time: String,
}

const COLUMNS: &str = "SELECT place, project, id, kind, body, create_time, update_time FROM notes";

impl StoredNote {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            place: row.get(0)?,
            project: row.get(1)?,
            id: row.get(2)?,
            kind: row.get(3)?,
            body: row.get(4)?,
            create_time: row.get(5)?,
            update_time: row.get(6)?,
        })
    }

    fn name(&self) -> String {
        name(&self.project, &self.id)
    }

    /// As the API shows it.
    pub(super) fn into_resource(self) -> Value {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), name(&self.project, &self.id).into());
        fields.insert("kind".to_owned(), self.kind.into());
        fields.insert("createTime".to_owned(), self.create_time.into());
        fields.insert("updateTime".to_owned(), self.update_time.into());
        if let Value::Object(body) = self.body {
            fields.extend(body);
        }
        Value::Object(fields)
    }
}

fn name(project: &str, id: &str) -> String {
    format!("projects/{project}/notes/{id}")
}

/// The note, by its project's id.
pub(super) fn find(tx: &Transaction<'_>, project: &str, id: &str) -> Result<Option<StoredNote>, rusqlite::Error> {
    tx.prepare_cached(&format!("{COLUMNS} WHERE project = ?1 AND id = ?2"))?
        .query_row((project, id), StoredNote::from_row)
        .optional()
}

/// The kind of the note, if it is there.
pub(crate) fn kind(tx: &Transaction<'_>, project: &str, id: &str) -> Result<Option<String>, StoreError> {
    // Its body may be long, and nobody wants it here.
    let sql = "SELECT kind FROM notes WHERE project = ?1 AND id = ?2";
    Ok(tx.prepare_cached(sql)?.query_row((project, id), |row| row.get(0)).optional()?)
}

pub(super) fn missing(project: &str, id: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("note with name \"{}\" does not exist", name(project, id)))
}

fn existing(tx: &Transaction<'_>, project: &str, id: &str) -> Result<StoredNote, ApiError> {
    let project = services::consumer(tx, project, CONTAINER_ANALYSIS)?.id;
    find(tx, &project, id)?.ok_or_else(|| missing(&project, id))
}

pub(super) async fn list(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = Page::from_params(&params, 20, 1000)?;
    let filter = Filter::parse(params.get("filter").unwrap_or_default())?;
    let read = move |tx: &Transaction<'_>| {
        let project = services::consumer(tx, &project, CONTAINER_ANALYSIS)?.id;
        let mut parameters: Vec<Sql> = vec![project.into(), page.after.into(), page.limit().into()];
        let conditions = filter.sql(Columns::Notes, &mut parameters);
        let sql = format!("{COLUMNS} WHERE project = ?1 AND place > ?2{conditions} ORDER BY place LIMIT ?3");
        let mut statement = tx.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(parameters), StoredNote::from_row)?;
        Ok::<_, ApiError>(page.read(rows.map(|note| note.map(|note| (note.place, note.into_resource()))))?)
    };
    let (notes, next) = state.store.read(read).await?;
    let notes = notes.into_iter().map(|note| version.note(note)).collect();
    Ok(Json(list_body("notes", notes, next)))
}

pub(super) async fn create(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let id = params.get("noteId").ok_or_else(|| ApiError::invalid_field("note_id", "A noteId is required."))?;
    let id: ResourceId = id.parse().map_err(|error| ApiError::invalid_field("note_id", format!("{error}")))?;
    let wanted = NewNote::new(body.value(), id)?;
    let now = rfc3339(state.clock.now());
    let made = state.store.write(move |tx| create_in(tx, &project, &wanted, &now)).await?;
    Ok(Json(version.note(made.into_resource())))
}

/// The most notes of one batch (`BatchCreateNotesRequest`).
const MAX_BATCH: usize = 1000;

/// All or none of the notes of a request, by their ids.
pub(super) async fn batch_create(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let request = body.value();
    let wanted = request["notes"].as_object().cloned().unwrap_or_default();
    if wanted.is_empty() || wanted.len() > MAX_BATCH {
        return Err(ApiError::invalid_field("notes", format!("A batch has 1 to {MAX_BATCH} notes.")));
    }
    let each = |(id, note): (String, Value)| {
        let id = id.parse().map_err(|error| ApiError::invalid_field("notes", format!("{error}")))?;
        NewNote::new(note, id)
    };
    let wanted = wanted.into_iter().map(each).collect::<Result<Vec<_>, _>>()?;
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        wanted.iter().map(|wanted| create_in(tx, &project, wanted, &now)).collect::<Result<Vec<_>, _>>()
    };
    let made = state.store.write(write).await?;
    let made: Vec<Value> = made.into_iter().map(|made| version.note(made.into_resource())).collect();
    Ok(Json(json!({"notes": made})))
}

/// A note that is to be made.
#[derive(Debug)]
struct NewNote {
    id: ResourceId,
    kind: &'static str,
    body: Value,
}

impl NewNote {
    fn new(mut body: Value, id: ResourceId) -> Result<Self, ApiError> {
        let kind = schema::kind_of(&body, "note")?;
        schema::strip_output_only(&mut body);
        Ok(Self { id, kind, body })
    }
}

fn create_in(tx: &Transaction<'_>, project: &str, wanted: &NewNote, now: &str) -> Result<StoredNote, ApiError> {
    let project = services::consumer(tx, project, CONTAINER_ANALYSIS)?.id;
    let id = wanted.id.as_str();
    if find(tx, &project, id)?.is_some() {
        let message = format!("note with name \"{}\" already exists", name(&project, id));
        return Err(ApiError::new(Code::AlreadyExists, message));
    }
    tx.prepare_cached(
        "INSERT INTO notes (project, id, kind, body, create_time, update_time) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?
    .execute((&project, id, wanted.kind, &wanted.body, now))?;
    check_space(tx, &project)?;
    existing(tx, &project, id)
}

/// What was written has to fit into what the sandbox keeps of a project.
pub(super) fn check_space(tx: &Transaction<'_>, project: &str) -> Result<(), ApiError> {
    let owner = Owner::Notes(project);
    if !owner.is_exceeded(tx)? {
        return Ok(());
    }
    let limit = owner.limit();
    let message = format!(
        "Quota exceeded: the notes and occurrences of project {project} may have {limit} bytes in all. Delete some."
    );
    Err(ApiError::new(Code::ResourceExhausted, message))
}

pub(super) async fn read(
    Shared(state): Shared<State>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let note = state.store.read(move |tx| existing(tx, &project, &id)).await?;
    Ok(Json(version.note(note.into_resource())))
}

pub(super) async fn patch(
    Shared(state): Shared<State>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let mut update = body.value();
    schema::strip_output_only(&mut update);
    let mask = mask_of(&params);
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let mut note = existing(tx, &project, &id)?;
        apply(&mut note.body, update, &mask, &NOTE)?;
        if schema::kind_of(&note.body, "note")? != note.kind {
            return Err(ApiError::invalid_field("note", "The kind of a note cannot be changed."));
        }
        note.update_time = now;
        tx.prepare_cached("UPDATE notes SET body = ?1, update_time = ?2 WHERE place = ?3")?.execute((
            &note.body,
            &note.update_time,
            note.place,
        ))?;
        check_space(tx, &note.project)?;
        Ok::<_, ApiError>(note.into_resource())
    };
    state.store.write(write).await.map(|note| Json(version.note(note)))
}

/// The fields of `updateMask`.
pub(super) fn mask_of(params: &Params) -> Vec<String> {
    params.get("updateMask").into_iter().flat_map(|mask| mask.split(',')).map(decode::camel).collect()
}

/// Sets what the mask names to what the update says of it (nothing: removes it); without a mask,
/// what the update says (AIP-134).
pub(super) fn apply(body: &mut Value, update: Value, mask: &[String], message: &Message) -> Result<(), ApiError> {
    let fields = body.as_object_mut().ok_or_else(|| ApiError::invalid("What is stored is damaged."))?;
    let Value::Object(mut update) = update else { return Ok(()) };
    if mask.is_empty() {
        fields.extend(update);
        return Ok(());
    }
    for path in mask {
        let path = path.trim();
        // A whole field at a time: the fields have one level that means anything.
        let field = path.split('.').next().unwrap_or_default();
        if !message.0.iter().any(|(names, _)| names.contains(&field)) {
            return Err(ApiError::invalid_field("update_mask", format!("There is no field {path:.60}.")));
        }
        match update.remove(field) {
            Some(value) => drop(fields.insert(field.to_owned(), value)),
            None => drop(fields.remove(field)),
        }
    }
    Ok(())
}

/// The note goes; its occurrences stay, and attest nothing any more.
pub(super) async fn delete(
    Shared(state): Shared<State>,
    Names((project, id)): Names<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let note = existing(tx, &project, &id)?;
        iam::forget(tx, &note.name())?;
        tx.prepare_cached("DELETE FROM notes WHERE place = ?1")?.execute([note.place])?;
        Ok(Json(json!({})))
    };
    state.store.write(write).await
}

pub(super) async fn get_iam_policy(
    Shared(state): Shared<State>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    grants::get(&state, body, move |tx| Ok(existing(tx, &project, &id)?.name())).await
}

pub(super) async fn set_iam_policy(
    Shared(state): Shared<State>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    grants::set(&state, body, move |tx| Ok(existing(tx, &project, &id)?.name())).await
}

pub(super) async fn test_iam_permissions(body: Body) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(body).map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::set_used;

    #[tokio::test]
    async fn a_project_keeps_no_more_than_its_quota() {
        let dir = tempfile::tempdir().unwrap();
        let store = crate::open_store(&dir.path().join("s.db")).unwrap();
        let check = |tx: &Transaction<'_>| {
            set_used(tx, Owner::Notes("p"), Owner::Notes("p").limit());
            check_space(tx, "p")?;
            set_used(tx, Owner::Notes("p"), Owner::Notes("p").limit() + 1);
            let refused = check_space(tx, "p").unwrap_err();
            assert!(refused.message().starts_with("Quota exceeded: the notes and occurrences of project p"));
            check_space(tx, "other")
        };
        store.write(check).await.unwrap();
    }
}
