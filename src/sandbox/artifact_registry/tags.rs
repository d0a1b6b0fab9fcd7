//! Tags of a package: made, moved and taken away without a push.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::api::missing;
use super::images::{Package, PackagePath};
use super::repositories::{asked_page, paged, part};
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::quota::Owner;
use crate::registry::catalogue;
use crate::request::{Body, Names};
use crate::route::{self, Needs, Row, get, patch, post};
use crate::state::State;
use domain::image::ImageRef;
use wire::status::Code;

const BODY: Message = Message(&[(&["name"], FieldKind::Text), (&["version"], FieldKind::Text)]);

/// The routes of tags. Grants are on repositories: their contents have none of their own.
pub(super) fn rows(versions: &'static [&'static str], repository: &'static str) -> Vec<Row<State>> {
    const ALL: &str = "projects/{project}/locations/{location}/repositories/{repository}/packages/{package}/tags";
    const ONE: &str = "projects/{project}/locations/{location}/repositories/{repository}/packages/{package}/tags/{tag}";
    let needs = |permission| Needs::On(permission, repository);
    vec![
        get(versions, ALL, needs("artifactregistry.tags.list")).by(list),
        post(versions, ALL, needs("artifactregistry.tags.create")).body(&BODY, "tag").by(create),
        get(versions, ONE, needs("artifactregistry.tags.get")).by(read),
        patch(versions, ONE, needs("artifactregistry.tags.update")).body(&BODY, "tag").by(update),
        route::delete(versions, ONE, needs("artifactregistry.tags.delete")).by(delete),
    ]
}

type TagPath = (String, String, String, String, String);

/// The package and the digest that its tag means.
fn found(tx: &Transaction<'_>, package: &PackagePath, tag: &str) -> Result<(Package, String), ApiError> {
    let package = Package::find(tx, package)?;
    let digest = catalogue::tagged(tx, package.key(), tag)?;
    let digest = digest.ok_or_else(|| missing(&format!("{}/tags/{tag}", package.name())))?;
    Ok((package, digest))
}

/// `version="…/versions/sha256:…"`, which is how gcloud asks for the tags of a version.
fn wanted_digest(filter: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(filter) = filter else { return Ok(None) };
    let version = filter.split_once('=').filter(|(field, _)| field.trim() == "version");
    let digest = version.and_then(|(_, version)| version.trim().trim_matches('"').rsplit_once("/versions/"));
    let message = "The sandbox filters tags by version alone: version=\"…/versions/sha256:…\".";
    digest.map(|(_, digest)| Some(digest.to_owned())).ok_or_else(|| ApiError::invalid_field("filter", message))
}

async fn list(
    Shared(state): Shared<State>,
    Names(path): Names<PackagePath>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let (wanted, page) = (wanted_digest(params.get("filter"))?, asked_page(&params)?);
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        let tags = catalogue::tags(tx, package.key(), wanted.as_deref(), part(page))?;
        paged("tags", page, tags.iter().map(|(tag, digest)| package.tag(tag, digest)))
    };
    state.store.read(read).await
}

async fn read(
    Shared(state): Shared<State>,
    Names((project, location, repository, package, tag)): Names<TagPath>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let (package, digest) = found(tx, &(project, location, repository, package), &tag)?;
        Ok::<_, ApiError>(Json(package.tag(&tag, &digest)))
    };
    state.store.read(read).await
}

/// The digest at the end of the version that a body names.
fn digest_of(tag: &Value) -> Result<String, ApiError> {
    let digest = tag["version"].as_str().and_then(|version| version.rsplit_once("/versions/"));
    let message = "A tag names a version: …/packages/P/versions/sha256:….";
    digest.map(|(_, digest)| digest.to_owned()).ok_or_else(|| ApiError::invalid_field("tag.version", message))
}

async fn create(
    Shared(state): Shared<State>,
    Names(path): Names<PackagePath>,
    params: Params,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let tag = params.get("tagId").unwrap_or_default().to_owned();
    // By the grammar of image references.
    let image: Option<ImageRef> = format!("a/b:{tag}").parse().ok();
    if !image.is_some_and(|image| image.tag() == Some(tag.as_str()) && image.digest().is_none()) {
        return Err(ApiError::invalid_field("tag_id", format!("{tag:.60} is not the name of a tag.")));
    }
    let digest = digest_of(&body.value())?;
    let write = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        if catalogue::tagged(tx, package.key(), &tag)?.is_some() {
            return Err(ApiError::new(Code::AlreadyExists, format!("{}/tags/{tag} already exists", package.name())));
        }
        set(tx, &package, &tag, &digest)
    };
    state.store.write(write).await
}

/// Makes a tag mean another version.
async fn update(
    Shared(state): Shared<State>,
    Names((project, location, repository, package, tag)): Names<TagPath>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let digest = digest_of(&body.value())?;
    let write = move |tx: &Transaction<'_>| {
        let (package, _) = found(tx, &(project, location, repository, package), &tag)?;
        set(tx, &package, &tag, &digest)
    };
    state.store.write(write).await
}

fn set(tx: &Transaction<'_>, package: &Package, tag: &str, digest: &str) -> Result<Json<Value>, ApiError> {
    if catalogue::set_tag(tx, package.key(), tag, digest)? {
        if Owner::Registry.is_exceeded(tx)? {
            let message = "Quota exceeded: the sandbox's registries hold as much as they may. Delete some images.";
            return Err(ApiError::new(Code::ResourceExhausted, message));
        }
        return Ok(Json(package.tag(tag, digest)));
    }
    Err(missing(&format!("{}/versions/{digest}", package.name())))
}

async fn delete(
    Shared(state): Shared<State>,
    Names((project, location, repository, package, tag)): Names<TagPath>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let (package, _) = found(tx, &(project, location, repository, package), &tag)?;
        catalogue::delete_tag(tx, package.key(), &tag)?;
        Ok::<_, ApiError>(Json(json!({})))
    };
    state.store.write(write).await
}
