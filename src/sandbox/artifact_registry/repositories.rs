//! Repositories: made, or there because something was pushed, and the settings of a project.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::{Value, json};

use super::api::{consumer, missing};
use super::place::{self, LOCATIONS, RepositoryPlace};
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::registry::catalogue::{self, Part};
use crate::request::{Body, Names};
use crate::state::{State, rfc3339};
use crate::{iam, operations};
use wire::iam::{IamPolicy, TestIamPermissions};
use wire::status::Code;

const FORMATS: &[&str] =
    &["FORMAT_UNSPECIFIED", "DOCKER", "MAVEN", "NPM", "APT", "YUM", "GOOGET", "PYTHON", "KFP", "GO", "GENERIC", "RUBY"];
const MODES: &[&str] = &["MODE_UNSPECIFIED", "STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"];

pub(super) const BODY: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["format"], FieldKind::Enum(FORMATS)),
    (&["mode"], FieldKind::Enum(MODES)),
    (&["description"], FieldKind::Text),
    (&["labels"], FieldKind::Any),
    (&["createTime"], FieldKind::Any),
    (&["updateTime"], FieldKind::Any),
    (&["kmsKeyName"], FieldKind::Text),
    (&["dockerConfig"], FieldKind::Any),
    (&["cleanupPolicies"], FieldKind::Any),
    (&["cleanupPolicyDryRun"], FieldKind::Bool),
    (&["vulnerabilityScanningConfig"], FieldKind::Any),
    (&["disallowUnspecifiedMode"], FieldKind::Bool),
    (&["sizeBytes"], FieldKind::Any),
    (&["registryUri"], FieldKind::Any),
]);

type RepositoryPath = (String, String, String);

/// The resource, of one that was made or that holds an image.
fn find(tx: &Transaction<'_>, place: &RepositoryPlace) -> Result<Option<Value>, ApiError> {
    let made: Option<Value> = tx
        .prepare_cached(
            "SELECT repository FROM artifact_repositories WHERE project = ?1 AND location = ?2 AND id = ?3",
        )?
        .query_row((&place.project, &place.location, &place.id), |row| row.get::<_, Value>(0))
        .optional()?;
    if let Some(made) = made {
        return Ok(Some(made));
    }
    let pushed = catalogue::holds_any(tx, &place.host(), &place.front())?;
    Ok((pushed || place.is_gcr()).then(|| resource(place)))
}

/// The id of the repository of `pkg.dev` that an image would be pushed to and that is not there.
pub(crate) fn missing_repository(
    tx: &Transaction<'_>,
    host: &str,
    name: &str,
) -> Result<Option<String>, rusqlite::Error> {
    let Some((project, location, id)) = place::pushed_to(host, name) else { return Ok(None) };
    let sql = "SELECT 1 FROM artifact_repositories WHERE project = ?1 AND location = ?2 AND id = ?3";
    let is_there = tx.prepare_cached(sql)?.exists((&project, &location, &id))?;
    Ok((!is_there).then_some(id))
}

fn resource(place: &RepositoryPlace) -> Value {
    json!({
        "name": place.name(),
        "format": "DOCKER",
        "mode": "STANDARD_REPOSITORY",
        "registryUri": place.uri(),
    })
}

/// The repository at a path of project, location and id, which has to be there.
pub(super) fn existing(
    tx: &Transaction<'_>,
    (project, location, id): (&str, &str, &str),
) -> Result<(RepositoryPlace, Value), ApiError> {
    let project = consumer(tx, project)?.id;
    let place = RepositoryPlace { project, location: location.to_owned(), id: id.to_owned() };
    match find(tx, &place)? {
        Some(resource) => Ok((place, resource)),
        None => Err(missing(&place.name())),
    }
}

/// All of a project at a location, by name.
fn all(tx: &Transaction<'_>, project: &str, location: &str) -> Result<Vec<Value>, ApiError> {
    let mut found = BTreeMap::new();
    for (host, name) in catalogue::names(tx, &format!("{}/", project.replace(':', "/")))? {
        if let Some((place, _)) =
            RepositoryPlace::find(project, &host, &name).filter(|(place, _)| place.location == location)
        {
            found.insert(place.name(), resource(&place));
        }
    }
    let sql = "SELECT repository FROM artifact_repositories WHERE project = ?1 AND location = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    for made in statement.query_map((project, location), |row| row.get::<_, Value>(0))? {
        let made = made?;
        found.insert(made["name"].as_str().unwrap_or_default().to_owned(), made);
    }
    Ok(found.into_values().collect())
}

/// The page that a request asks for.
pub(super) fn asked_page(params: &Params) -> Result<Page, ApiError> {
    Page::from_params(params, 100, 1000)
}

/// The rows of a page and one more: its place is their number.
pub(super) fn part(page: Page) -> Part {
    Part { limit: page.limit(), offset: page.after }
}

/// One page of the rows that [`part`] asks for.
pub(super) fn paged(
    field: &str,
    page: Page,
    entries: impl IntoIterator<Item = Value>,
) -> Result<Json<Value>, ApiError> {
    let (entries, next) = page.read((page.after + 1..).zip(entries).map(Ok::<_, ApiError>))?;
    Ok(Json(list_body(field, entries, next)))
}

/// One page of entries that are all at hand.
fn paged_whole(field: &str, params: &Params, entries: Vec<Value>) -> Result<Json<Value>, ApiError> {
    let page = asked_page(params)?;
    let skipped = usize::try_from(page.after).unwrap_or(usize::MAX);
    paged(field, page, entries.into_iter().skip(skipped))
}

pub(super) async fn locations(
    Shared(state): Shared<State>,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let project = state.store.read(move |tx| consumer(tx, &project)).await?.id;
    let entry = |location| json!({"name": format!("projects/{project}/locations/{location}"), "locationId": location});
    paged_whole("locations", &params, LOCATIONS.into_iter().map(entry).collect())
}

/// Requests for `gcr.io` are answered from Artifact Registry, as since 2025 in every project.
pub(super) async fn project_settings(
    Shared(state): Shared<State>,
    Names(project): Names<String>,
) -> Result<Json<Value>, ApiError> {
    let project = state.store.read(move |tx| consumer(tx, &project)).await?;
    Ok(Json(json!({
        "name": format!("{}/projectSettings", project.resource()),
        "legacyRedirectionState": "REDIRECTION_FROM_GCR_IO_ENABLED",
    })))
}

pub(super) async fn list(
    Shared(state): Shared<State>,
    Names((project, location)): Names<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| all(tx, &consumer(tx, &project)?.id, &location);
    paged_whole("repositories", &params, state.store.read(read).await?)
}

pub(super) async fn read(
    Shared(state): Shared<State>,
    Names((project, location, id)): Names<RepositoryPath>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| existing(tx, (&project, &location, &id));
    state.store.read(read).await.map(|(_, resource)| Json(resource))
}

/// `[a-z]([a-z0-9-]*[a-z0-9])?`, at most 63; dots only in the repositories of gcr.io.
fn checked_id(id: Option<&str>) -> Result<String, ApiError> {
    let good = |id: &&str| {
        (1..=63).contains(&id.len())
            && id.starts_with(|c: char| c.is_ascii_lowercase())
            && !id.ends_with(['-', '.'])
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
    };
    id.filter(good).map(str::to_owned).ok_or_else(|| {
        let message = "A repositoryId of lower-case letters, digits and hyphens, starting with a letter, is required.";
        ApiError::invalid_field("repository_id", message)
    })
}

pub(super) async fn create(
    Shared(state): Shared<State>,
    Names((project, location)): Names<(String, String)>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let id = checked_id(params.get("repositoryId"))?;
    let wanted = body.value();
    let only = |field: &str, value: &str| match wanted[field].as_str() {
        None => Ok(()),
        Some(found) if found == value || found.ends_with("_UNSPECIFIED") => Ok(()),
        Some(found) => {
            let message = format!("The sandbox has repositories of {field} {value} alone, not {found}.");
            Err(ApiError::invalid_field(&format!("repository.{field}"), message))
        }
    };
    only("format", "DOCKER")?;
    only("mode", "STANDARD_REPOSITORY")?;
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        let place = RepositoryPlace { project, location, id };
        if find(tx, &place)?.is_some() {
            return Err(ApiError::new(Code::AlreadyExists, "the repository already exists"));
        }
        let mut made = resource(&place);
        for field in ["description", "labels", "dockerConfig", "cleanupPolicies"] {
            if !wanted[field].is_null() {
                made[field] = wanted[field].clone();
            }
        }
        made["createTime"] = now.clone().into();
        made["updateTime"] = now.into();
        tx.prepare_cached(
            "INSERT INTO artifact_repositories (project, location, id, repository) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((&place.project, &place.location, &place.id, &made))?;
        done(tx, &place, "Repository", made)
    };
    state.store.write(write).await
}

/// An operation that is over.
pub(super) fn done(
    tx: &Transaction<'_>,
    place: &RepositoryPlace,
    response_type: &str,
    mut response: Value,
) -> Result<Json<Value>, ApiError> {
    let package = if response_type == "Empty" { "google.protobuf" } else { "google.devtools.artifactregistry.v1" };
    response["@type"] = format!("type.googleapis.com/{package}.{response_type}").into();
    let id = uuid::Uuid::new_v4();
    let name = format!("projects/{}/locations/{}/operations/{id}", place.project, place.location);
    operations::keep(tx, &name, &response)?;
    Ok(Json(json!({"name": name, "done": true, "response": response})))
}

pub(super) async fn operation(
    Shared(state): Shared<State>,
    Names((project, location, id)): Names<RepositoryPath>,
) -> Result<Json<wire::resources::Operation>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        operations::find(tx, format!("projects/{project}/locations/{location}/operations/{id}"))
    };
    state.store.read(read).await.map(Json)
}

/// Deletes a repository with all images in it.
pub(super) async fn delete(
    Shared(state): Shared<State>,
    Names((project, location, id)): Names<RepositoryPath>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let (place, _) = existing(tx, (&project, &location, &id))?;
        let host = place.host();
        for (of, name) in catalogue::names(tx, &place.front())? {
            if of == host {
                catalogue::delete_all(tx, &of, &name)?;
            }
        }
        iam::forget(tx, &place.name())?;
        tx.prepare_cached("DELETE FROM artifact_repositories WHERE project = ?1 AND location = ?2 AND id = ?3")?
            .execute((&place.project, &place.location, &place.id))?;
        done(tx, &place, "Empty", json!({}))
    };
    state.store.write(write).await
}

pub(super) async fn get_iam_policy(
    Shared(state): Shared<State>,
    Names((project, location, id)): Names<RepositoryPath>,
) -> Result<Json<IamPolicy>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let (place, _) = existing(tx, (&project, &location, &id))?;
        Ok::<_, ApiError>(iam::get(tx, &place.name())?)
    };
    state.store.read(read).await.map(Json)
}

pub(super) async fn set_iam_policy(
    Shared(state): Shared<State>,
    Names((project, location, id)): Names<RepositoryPath>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    let write = move |tx: &Transaction<'_>| {
        let (place, _) = existing(tx, (&project, &location, &id))?;
        iam::set(tx, &place.name(), wanted)
    };
    state.store.write(write).await.map(Json)
}

pub(super) async fn test_iam_permissions(body: Body) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(body).map(Json)
}
