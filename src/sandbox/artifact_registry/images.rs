//! Packages and their versions, which are the names and digests of the registry, and the same as
//! Docker images.

use axum::Json;
use axum::extract::{Path, State as Shared};
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::api::missing;
use super::place::RepositoryPlace;
use super::repositories::{done, existing, paged};
use crate::decode::Params;
use crate::error::ApiError;
use crate::registry::catalogue::{self, Deleted, Image};
use crate::state::{State, rfc3339};
use wire::status::Code;

/// Project, location, repository and package; the package's slashes were escaped.
pub(super) type PackagePath = (String, String, String, String);
type VersionPath = (String, String, String, String, String);

/// A package of a repository, with its images.
pub(super) struct Package {
    pub(super) place: RepositoryPlace,
    image: String,
    /// The host of the registry.
    pub(super) host: String,
    pub(super) path: String,
}

impl Package {
    /// The one at a path, whether it holds anything or not.
    pub(super) fn find(tx: &Transaction<'_>, path: &PackagePath) -> Result<Self, ApiError> {
        let (place, _) = existing(tx, (&path.0, &path.1, &path.2))?;
        Ok(Self::in_place(place, path.3.clone()))
    }

    fn in_place(place: RepositoryPlace, image: String) -> Self {
        Self { host: place.host(), path: format!("{}{image}", place.front()), place, image }
    }

    /// `…/repositories/R/packages/P`, slashes of the package escaped.
    pub(super) fn name(&self) -> String {
        format!("{}/packages/{}", self.place.name(), self.image.replace('/', "%2F"))
    }

    pub(super) fn key(&self) -> (&str, &str) {
        (&self.host, &self.path)
    }

    fn images(&self, tx: &Transaction<'_>) -> Result<Vec<Image>, ApiError> {
        Ok(catalogue::images(tx, &self.host, &self.path)?)
    }

    /// Its images; refused where there are none.
    fn filled(&self, tx: &Transaction<'_>) -> Result<Vec<Image>, ApiError> {
        let images = self.images(tx)?;
        if images.is_empty() { Err(missing(&self.name())) } else { Ok(images) }
    }

    fn resource(&self, images: &[Image]) -> Value {
        let uploaded = || images.iter().map(|image| image.uploaded);
        json!({
            "name": self.name(),
            "createTime": time(uploaded().min().unwrap_or_default()),
            "updateTime": time(uploaded().max().unwrap_or_default()),
        })
    }

    fn version(&self, image: &Image, full: bool) -> Value {
        let mut version = json!({
            "name": format!("{}/versions/{}", self.name(), image.digest),
            "createTime": time(image.uploaded),
            "updateTime": time(image.uploaded),
            "metadata": {
                "name": self.docker_name(image),
                "mediaType": image.media_type,
                "imageSizeBytes": image.size.to_string(),
                "buildTime": time(image.built),
            },
        });
        if full && !image.tags.is_empty() {
            version["relatedTags"] = image.tags.iter().map(|tag| self.tag(tag, &image.digest)).collect();
        }
        version
    }

    pub(super) fn tag(&self, tag: &str, digest: &str) -> Value {
        json!({
            "name": format!("{}/tags/{tag}", self.name()),
            "version": format!("{}/versions/{digest}", self.name()),
        })
    }

    fn docker_name(&self, image: &Image) -> String {
        format!("{}/dockerImages/{}@{}", self.place.name(), self.image.replace('/', "%2F"), image.digest)
    }

    fn docker_image(&self, image: &Image) -> Value {
        let mut resource = json!({
            "name": self.docker_name(image),
            "uri": format!("{}/{}@{}", self.host, self.path, image.digest),
            "imageSizeBytes": image.size.to_string(),
            "uploadTime": time(image.uploaded),
            "mediaType": image.media_type,
            "buildTime": time(image.built),
            "updateTime": time(image.uploaded),
        });
        if !image.tags.is_empty() {
            resource["tags"] = json!(image.tags);
        }
        resource
    }
}

fn time(milliseconds: i64) -> String {
    rfc3339(jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

/// The packages of a repository that hold an image, each with its images.
fn filled_packages(
    tx: &Transaction<'_>,
    path: &(String, String, String),
) -> Result<Vec<(Package, Vec<Image>)>, ApiError> {
    let (place, _) = existing(tx, (&path.0, &path.1, &path.2))?;
    let host = place.host();
    let mut packages = Vec::new();
    for (of, name) in catalogue::names(tx, &place.front())? {
        if of != host {
            continue;
        }
        let Some(image) = name.strip_prefix(&place.front()) else { continue };
        let package = Package::in_place(place.clone(), image.to_owned());
        let images = package.images(tx)?;
        packages.push((package, images));
    }
    Ok(packages)
}

pub(super) async fn packages(
    Shared(state): Shared<State>,
    Path(path): Path<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let packages = state.store.read(move |tx| filled_packages(tx, &path)).await?;
    paged("packages", &params, packages.iter().map(|(package, images)| package.resource(images)).collect())
}

pub(super) async fn package(
    Shared(state): Shared<State>,
    Path(path): Path<PackagePath>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        Ok::<_, ApiError>(Json(package.resource(&package.filled(tx)?)))
    };
    state.store.read(read).await
}

pub(super) async fn delete_package(
    Shared(state): Shared<State>,
    Path(path): Path<PackagePath>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        package.filled(tx)?;
        catalogue::delete_all(tx, &package.host, &package.path)?;
        done(tx, &package.place, "Empty", json!({}))
    };
    state.store.write(write).await
}

pub(super) async fn versions(
    Shared(state): Shared<State>,
    Path(path): Path<PackagePath>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let full = params.get("view") == Some("FULL");
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        let images = package.filled(tx)?;
        Ok::<_, ApiError>(images.iter().map(|image| package.version(image, full)).collect())
    };
    paged("versions", &params, state.store.read(read).await?)
}

pub(super) async fn version(
    Shared(state): Shared<State>,
    Path((project, location, repository, package, digest)): Path<VersionPath>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &(project, location, repository, package))?;
        let image = package.images(tx)?.into_iter().find(|image| image.digest == digest);
        let image = image.ok_or_else(|| missing(&format!("{}/versions/{digest}", package.name())))?;
        Ok::<_, ApiError>(Json(package.version(&image, true)))
    };
    state.store.read(read).await
}

/// Refused where a tag names it, but for `force`.
pub(super) async fn delete_version(
    Shared(state): Shared<State>,
    Path((project, location, repository, package, digest)): Path<VersionPath>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let force = params.get("force").is_some_and(|force| force.eq_ignore_ascii_case("true"));
    let write = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &(project, location, repository, package))?;
        match catalogue::delete_image(tx, package.key(), &digest, force)? {
            Deleted::Yes => done(tx, &package.place, "Empty", json!({})),
            Deleted::Missing => Err(missing(&format!("{}/versions/{digest}", package.name()))),
            Deleted::Referenced(by) => {
                let message = format!("The image {digest} is still named by {by}: delete that first, or use force.");
                Err(ApiError::new(Code::FailedPrecondition, message))
            }
        }
    };
    state.store.write(write).await
}

pub(super) async fn docker_images(
    Shared(state): Shared<State>,
    Path(path): Path<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let packages = state.store.read(move |tx| filled_packages(tx, &path)).await?;
    let all = packages.iter().flat_map(|(package, images)| images.iter().map(|image| package.docker_image(image)));
    paged("dockerImages", &params, all.collect())
}

pub(super) async fn docker_image(
    Shared(state): Shared<State>,
    Path((project, location, repository, image)): Path<PackagePath>,
) -> Result<Json<Value>, ApiError> {
    let (package, digest) = image.rsplit_once('@').ok_or_else(|| missing(&image))?;
    let (package, digest) = (package.to_owned(), digest.to_owned());
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &(project, location, repository, package))?;
        let image = package.images(tx)?.into_iter().find(|image| image.digest == digest);
        let image = image.ok_or_else(|| missing(&format!("{}@{digest}", package.path)))?;
        Ok::<_, ApiError>(Json(package.docker_image(&image)))
    };
    state.store.read(read).await
}
