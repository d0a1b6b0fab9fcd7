//! Key rings: made once, and never taken away (as in the service).

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::{Value, json};

use super::api::{Api, checked_id, consumer, exists, missing};
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::request::Names;
use crate::state::rfc3339;

pub(super) const BODY: Message = Message(&[(&["name"], FieldKind::Text), (&["createTime"], FieldKind::Any)]);

/// A key ring that is there.
#[derive(Debug)]
pub(super) struct Ring {
    pub(super) place: i64,
    /// `projects/P/locations/L/keyRings/R`, with the project's id.
    pub(super) name: String,
}

/// The ring at a path of project, location and id.
pub(super) fn existing(tx: &Transaction<'_>, project: &str, location: &str, id: &str) -> Result<Ring, ApiError> {
    let project = consumer(tx, project)?.id;
    let name = name(&project, location, id);
    let place = tx
        .prepare_cached("SELECT place FROM kms_key_rings WHERE project = ?1 AND location = ?2 AND id = ?3")?
        .query_row((&project, location, id), |row| row.get(0))
        .optional()?;
    match place {
        Some(place) => Ok(Ring { place, name }),
        None => Err(missing("KeyRing", &name)),
    }
}

fn name(project: &str, location: &str, id: &str) -> String {
    format!("projects/{project}/locations/{location}/keyRings/{id}")
}

/// `global`, `us`, `us-central1`, …: which of them exist is not known here.
fn check_location(location: &str) -> Result<(), ApiError> {
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if location.split('-').all(label) {
        return Ok(());
    }
    Err(ApiError::invalid_field("parent", format!("Location \"{location:.60}\" does not exist.")))
}

pub(super) async fn list(
    Shared(api): Shared<Api>,
    Names((project, location)): Names<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = Page::from_params(&params, 100, 1000)?;
    let read = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        let sql = "SELECT place, id, create_time FROM kms_key_rings
                   WHERE project = ?1 AND location = ?2 AND place > ?3 ORDER BY place LIMIT ?4";
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement.query_map((&project, &location, page.after, page.limit()), |row| {
            let (place, id, create_time): (_, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((place, json!({"name": name(&project, &location, &id), "createTime": create_time})))
        })?;
        Ok::<_, ApiError>(page.read(rows)?)
    };
    let (rings, next) = api.state.store.read(read).await?;
    Ok(Json(list_body("keyRings", rings, next)))
}

pub(super) async fn create(
    Shared(api): Shared<Api>,
    Names((project, location)): Names<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    check_location(&location)?;
    let id = checked_id(params.get("keyRingId"), "key_ring_id")?;
    let now = rfc3339(api.state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        let name = name(&project, &location, &id);
        let made = tx
            .prepare_cached(
                "INSERT INTO kms_key_rings (project, location, id, create_time) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((&project, &location, &id, &now))?;
        if made == 0 {
            return Err(exists("KeyRing", &name));
        }
        Ok(Json(json!({"name": name, "createTime": now})))
    };
    api.state.store.write(write).await
}

pub(super) async fn read(
    Shared(api): Shared<Api>,
    Names((project, location, id)): Names<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let ring = existing(tx, &project, &location, &id)?;
        let create_time: String = tx
            .prepare_cached("SELECT create_time FROM kms_key_rings WHERE place = ?1")?
            .query_row([ring.place], |row| row.get(0))?;
        Ok::<_, ApiError>(Json(json!({"name": ring.name, "createTime": create_time})))
    };
    api.state.store.read(read).await
}
