//! Attestors: made on a note, given keys, and taken away.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::{Value, json};

use super::api::{Api, VERSIONS, Version, check_etag, consumer, new_etag};
use super::keys;
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::projects::{self, Project};
use crate::request::{Body, Names};
use crate::route::{Needs, Row, delete as delete_at, get, post, put};
use crate::state::rfc3339;
use crate::store::StoreError;
use crate::{container_analysis, iam, service_agents};
use domain::name::{NoteName, ResourceId};
use wire::binary_authorization::{Attestor, UserOwnedGrafeasNote};
use wire::container_analysis::ATTESTATION;
use wire::iam::{IamPolicy, TestIamPermissions};
use wire::status::Code;

const PKIX_PUBLIC_KEY: Message = Message(&[
    (&["publicKeyPem"], FieldKind::Text),
    (&["signatureAlgorithm"], FieldKind::Text),
    (&["keyId"], FieldKind::Text),
]);
const PUBLIC_KEY: Message = Message(&[
    (&["comment"], FieldKind::Text),
    (&["id"], FieldKind::Text),
    (&["asciiArmoredPgpPublicKey"], FieldKind::Text),
    (&["pkixPublicKey"], FieldKind::Message(&PKIX_PUBLIC_KEY)),
]);
const NOTE: Message = Message(&[
    (&["noteReference"], FieldKind::Text),
    (&["publicKeys"], FieldKind::List(&FieldKind::Message(&PUBLIC_KEY))),
    (&["delegationServiceAccountEmail"], FieldKind::Text),
]);
const ATTESTOR: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["description"], FieldKind::Text),
    (&["userOwnedGrafeasNote", "userOwnedDrydockNote"], FieldKind::Message(&NOTE)),
    (&["updateTime"], FieldKind::Text),
    (&["etag"], FieldKind::Text),
]);

/// The most attestors of one project (the quotas' page).
const MAX_ATTESTORS: i64 = 200;

/// The place of the keys in a request, as errors name it.
const KEYS: &str = "attestor.user_owned_grafeas_note.public_keys";

/// The routes of attestors.
pub(super) fn rows() -> Vec<Row<Api>> {
    const PROJECT: &str = "projects/{project}";
    const ALL: &str = "projects/{project}/attestors";
    const ONE: &str = "projects/{project}/attestors/{attestor}";
    vec![
        get(VERSIONS, ALL, Needs::On("binaryauthorization.attestors.list", PROJECT)).by(list),
        post(VERSIONS, ALL, Needs::On("binaryauthorization.attestors.create", PROJECT))
            .body(&ATTESTOR, "attestor")
            .by(create),
        get(VERSIONS, ONE, Needs::On("binaryauthorization.attestors.get", ONE)).by(read),
        put(VERSIONS, ONE, Needs::On("binaryauthorization.attestors.update", ONE))
            .body(&ATTESTOR, "attestor")
            .by(update),
        delete_at(VERSIONS, ONE, Needs::On("binaryauthorization.attestors.delete", ONE)).by(delete),
        get(VERSIONS, ONE, Needs::On("binaryauthorization.attestors.getIamPolicy", ONE))
            .verb("getIamPolicy")
            .by(get_iam_policy),
        post(VERSIONS, ONE, Needs::On("binaryauthorization.attestors.setIamPolicy", ONE))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(set_iam_policy),
        post(VERSIONS, ONE, Needs::Tested(ONE))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(test_iam_permissions),
    ]
}

/// The attestor, by its project's id.
pub(crate) fn find(tx: &Transaction<'_>, project: &str, id: &str) -> Result<Option<Attestor>, StoreError> {
    let stored: Option<String> = tx
        .prepare_cached("SELECT attestor FROM attestors WHERE project = ?1 AND id = ?2")?
        .query_row((project, id), |row| row.get(0))
        .optional()?;
    Ok(stored.map(|attestor| serde_json::from_str(&attestor)).transpose()?)
}

/// The attestor of a request, in a project that may be named by its number.
pub(super) fn existing(tx: &Transaction<'_>, project: &str, id: &str) -> Result<Attestor, ApiError> {
    let project = consumer(tx, project)?.id;
    find(tx, &project, id)?.ok_or_else(ApiError::not_found)
}

/// As a version of the API shows it.
fn shown(attestor: &Attestor, version: Version) -> Result<Value, ApiError> {
    let mut value = serde_json::to_value(attestor)?;
    if let (Version::Older, Some(fields)) = (version, value.as_object_mut())
        && let Some(note) = fields.remove("userOwnedGrafeasNote")
    {
        fields.insert("userOwnedDrydockNote".to_owned(), note);
    }
    Ok(value)
}

/// What the service says to a list of a project that is not there (`service.proto`).
fn lister(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    if projects::active(tx, key)?.is_none() {
        return Err(ApiError::invalid_field("parent", format!("Project {key:.60} does not exist.")));
    }
    consumer(tx, key)
}

pub(super) async fn list(
    Shared(api): Shared<Api>,
    version: Version,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = Page::from_params(&params, 100, 1000)?;
    let read = move |tx: &Transaction<'_>| {
        let project = lister(tx, &project)?.id;
        let sql = "SELECT place, attestor FROM attestors WHERE project = ?1 AND place > ?2 ORDER BY place LIMIT ?3";
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement.query_map((&project, page.after, page.limit()), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok::<_, ApiError>(page.read::<String, _>(rows)?)
    };
    let (stored, next) = api.state.store.read(read).await?;
    let show = |stored: String| shown(&serde_json::from_str(&stored)?, version);
    let attestors = stored.into_iter().map(show).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(list_body("attestors", attestors, next)))
}

pub(super) async fn create(
    Shared(api): Shared<Api>,
    version: Version,
    Names(project): Names<String>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let id = params.get("attestorId");
    let id = id.ok_or_else(|| ApiError::invalid_field("attestor_id", "An attestorId is required."))?;
    let id: ResourceId = id.parse().map_err(|error| ApiError::invalid_field("attestor_id", format!("{error}")))?;
    let wanted = decoded(body)?;
    let now = rfc3339(api.state.clock.now());
    let made = api.state.store.write(move |tx| create_in(tx, &project, &id, wanted, now)).await?;
    shown(&made, version).map(Json)
}

/// The attestor of a request, its keys checked.
fn decoded(body: Body) -> Result<Attestor, ApiError> {
    let mut attestor: Attestor = body.typed()?;
    if let Some(note) = &mut attestor.user_owned_grafeas_note {
        note.public_keys = keys::checked(std::mem::take(&mut note.public_keys), KEYS)?;
    }
    Ok(attestor)
}

fn create_in(
    tx: &Transaction<'_>,
    project: &str,
    id: &ResourceId,
    wanted: Attestor,
    now: String,
) -> Result<Attestor, ApiError> {
    let project = consumer(tx, project)?;
    if find(tx, &project.id, id.as_str())?.is_some() {
        return Err(ApiError::already_exists());
    }
    let sql = "SELECT count(*) FROM attestors WHERE project = ?1";
    let count: i64 = tx.prepare_cached(sql)?.query_row([&project.id], |row| row.get(0))?;
    if count >= MAX_ATTESTORS {
        let message = format!("A project has at most {MAX_ATTESTORS} attestors.");
        return Err(ApiError::new(Code::ResourceExhausted, message));
    }
    let note = wanted.user_owned_grafeas_note.unwrap_or_default();
    let attestor = Attestor {
        name: format!("{}/attestors/{}", project.resource(), id.as_str()),
        description: wanted.description,
        user_owned_grafeas_note: Some(UserOwnedGrafeasNote {
            note_reference: existing_note(tx, &note.note_reference)?,
            public_keys: note.public_keys,
            delegation_service_account_email: Some(service_agents::binary_authorization(project.number)),
        }),
        update_time: Some(now),
        etag: Some(new_etag()),
    };
    tx.prepare_cached("INSERT INTO attestors (project, id, attestor) VALUES (?1, ?2, ?3)")?.execute((
        &project.id,
        id.as_str(),
        serde_json::to_string(&attestor)?,
    ))?;
    Ok(attestor)
}

/// The name of a note that exists and is one for attestations. The codes are inferred.
fn existing_note(tx: &Transaction<'_>, reference: &str) -> Result<String, ApiError> {
    let at = "attestor.user_owned_grafeas_note.note_reference";
    let note: NoteName = reference.parse().map_err(|error| ApiError::invalid_field(at, format!("{error}")))?;
    let project = projects::active(tx, note.project())?.map(|project| project.id);
    let kind = match &project {
        Some(project) => container_analysis::note_kind(tx, project, note.id())?,
        None => None,
    };
    match (project, kind.as_deref()) {
        (Some(project), Some(ATTESTATION)) => Ok(format!("projects/{project}/notes/{}", note.id())),
        (_, Some(kind)) => {
            Err(ApiError::invalid_field(at, format!("The note {note} is of kind {kind}, not ATTESTATION.")))
        }
        (_, None) => Err(ApiError::new(Code::NotFound, format!("note with name \"{note}\" does not exist"))),
    }
}

pub(super) async fn read(
    Shared(api): Shared<Api>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let found = api.state.store.read(move |tx| existing(tx, &project, &id)).await?;
    shown(&found, version).map(Json)
}

/// Replaces an attestor whole, as gcloud's commands for keys do after reading it.
pub(super) async fn update(
    Shared(api): Shared<Api>,
    version: Version,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let wanted = decoded(body)?;
    let now = rfc3339(api.state.clock.now());
    let changed = api.state.store.write(move |tx| update_in(tx, &project, &id, wanted, now)).await?;
    shown(&changed, version).map(Json)
}

fn update_in(
    tx: &Transaction<'_>,
    project: &str,
    id: &str,
    wanted: Attestor,
    now: String,
) -> Result<Attestor, ApiError> {
    let project = consumer(tx, project)?.id;
    let mut attestor = find(tx, &project, id)?.ok_or_else(ApiError::not_found)?;
    check_etag(wanted.etag.as_deref(), attestor.etag.as_deref(), "attestor")?;
    let wanted_note = wanted.user_owned_grafeas_note.unwrap_or_default();
    let note = attestor.user_owned_grafeas_note.get_or_insert_default();
    // Inferred: the documentation says only that it may not be updated.
    if wanted_note.note_reference != note.note_reference {
        let message = format!("The note of an attestor cannot be changed; it is {}.", note.note_reference);
        return Err(ApiError::invalid_field("attestor.user_owned_grafeas_note.note_reference", message));
    }
    note.public_keys = wanted_note.public_keys;
    attestor.description = wanted.description;
    attestor.update_time = Some(now);
    attestor.etag = Some(new_etag());
    tx.prepare_cached("UPDATE attestors SET attestor = ?3 WHERE project = ?1 AND id = ?2")?.execute((
        &project,
        id,
        serde_json::to_string(&attestor)?,
    ))?;
    Ok(attestor)
}

/// Deletes an attestor, also one that a policy still names: what that policy asks for then, nobody attests (inferred).
pub(super) async fn delete(
    Shared(api): Shared<Api>,
    Names((project, id)): Names<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let attestor = existing(tx, &project, &id)?;
        iam::forget(tx, &attestor.name)?;
        let project = consumer(tx, &project)?.id;
        tx.prepare_cached("DELETE FROM attestors WHERE project = ?1 AND id = ?2")?.execute((&project, &id))?;
        Ok::<_, ApiError>(json!({}))
    };
    api.state.store.write(write).await.map(Json)
}

pub(super) async fn get_iam_policy(
    Shared(api): Shared<Api>,
    Names((project, id)): Names<(String, String)>,
    params: Params,
) -> Result<Json<IamPolicy>, ApiError> {
    let version = iam::requested_version(&params)?;
    let read = move |tx: &Transaction<'_>| Ok::<_, ApiError>(iam::get(tx, &existing(tx, &project, &id)?.name)?);
    api.state.store.read(read).await.map(|policy| Json(iam::as_version(policy, version)))
}

pub(super) async fn set_iam_policy(
    Shared(api): Shared<Api>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    api.state.store.write(move |tx| iam::set(tx, &existing(tx, &project, &id)?.name, wanted)).await.map(Json)
}

/// On a resource that is not there nobody has a permission, which is no error (`service.proto`).
pub(super) async fn test_iam_permissions(
    Shared(api): Shared<Api>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<TestIamPermissions>, ApiError> {
    let all = iam::test(body)?;
    let read = move |tx: &Transaction<'_>| {
        let project = projects::active(tx, &project)?;
        Ok::<_, ApiError>(project.map(|project| find(tx, &project.id, &id)).transpose()?.flatten().is_some())
    };
    let exists = api.state.store.read(read).await?;
    Ok(Json(if exists { all } else { TestIamPermissions::default() }))
}
