//! `occurrences.patch`, and the IAM policies of occurrences.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::Value;

use super::legacy;
use super::stored::{StoredOccurrence, existing};
use super::wanted::{New, normalise_signatures};
use crate::container_analysis::schema::{self, OCCURRENCE};
use crate::container_analysis::version::Version;
use crate::container_analysis::{grants, notes};
use crate::decode::Params;
use crate::error::ApiError;
use crate::request::{Body, Names};
use crate::state::{State, rfc3339};
use wire::iam::IamPolicy;
use wire::status::Code;

/// Changes the details; note, resource and kind stay as they are.
pub(in super::super) async fn patch(
    Shared(state): Shared<State>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let mut update = body.value();
    legacy::bring_up_to_date(&mut update)?;
    normalise_signatures(&mut update)?;
    schema::strip_output_only(&mut update);
    let mask = notes::mask_of(&params);
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let mut found = existing(tx, &project, &id)?;
        keeps_its_place(&found, &update)?;
        for field in ["noteName", "resourceUri"] {
            update.as_object_mut().map(|fields| fields.remove(field));
        }
        // The body has a time of its own once it was changed, and is another content by its details alone.
        found.body.as_object_mut().map(|fields| fields.remove("updateTime"));
        notes::apply(&mut found.body, update, &mask, &OCCURRENCE)?;
        let kind = schema::kind_of(&found.body, "occurrence")?;
        if kind != found.kind {
            return Err(ApiError::invalid_field("occurrence", "The kind of an occurrence cannot be changed."));
        }
        store(tx, found, kind, &now)
    };
    state.store.write(write).await.map(|changed| Json(version.occurrence(changed)))
}

/// An update may name the note and the resource, but no others.
fn keeps_its_place(found: &StoredOccurrence, update: &Value) -> Result<(), ApiError> {
    let note = format!("projects/{}/notes/{}", found.note_project, found.note_id);
    for (field, kept) in [("noteName", &note), ("resourceUri", &found.resource_uri)] {
        if update[field].as_str().is_some_and(|wanted| !wanted.is_empty() && wanted != kept) {
            let message = format!("The {field} of an occurrence cannot be changed; it is {kept}.");
            return Err(ApiError::invalid_field("occurrence", message));
        }
    }
    Ok(())
}

fn store(tx: &Transaction<'_>, mut found: StoredOccurrence, kind: &'static str, now: &str) -> Result<Value, ApiError> {
    let note = format!("projects/{}/notes/{}", found.note_project, found.note_id);
    let note = note.parse().map_err(|error| ApiError::invalid(format!("{error}")))?;
    let wanted = New { note, kind, resource_uri: found.resource_uri.clone(), body: found.body.clone() };
    let content = wanted.content(&found.note_project);
    let other: Option<String> = tx
        .prepare_cached("SELECT id FROM occurrences WHERE project = ?1 AND content = ?2 AND place != ?3")?
        .query_row((&found.project, content, found.place), |row| row.get(0))
        .optional()?;
    if let Some(id) = other {
        let message = format!("occurrence ID \"{id}\" already exists in project \"{}\"", found.project);
        return Err(ApiError::new(Code::AlreadyExists, message));
    }
    found.body["updateTime"] = now.into();
    tx.prepare_cached("UPDATE occurrences SET body = ?1, content = ?2 WHERE place = ?3")?.execute((
        &found.body,
        content,
        found.place,
    ))?;
    Ok(found.into_resource())
}

pub(in super::super) async fn get_iam_policy(
    Shared(state): Shared<State>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    grants::get(&state, body, move |tx| Ok(existing(tx, &project, &id)?.name())).await
}

pub(in super::super) async fn set_iam_policy(
    Shared(state): Shared<State>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    grants::set(&state, body, move |tx| Ok(existing(tx, &project, &id)?.name())).await
}
