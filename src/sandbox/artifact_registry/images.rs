//! Packages and their versions, which are the names and digests of the registry, and the same as
//! Docker images.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::api::missing;
use super::place::RepositoryPlace;
use super::repositories::{asked_page, done, existing, paged, part};
use crate::decode::Params;
use crate::error::ApiError;
use crate::registry::catalogue::{self, Deleted, Image};
use crate::request::Names;
use crate::route::{Needs, Row, delete, get};
use crate::state::{State, rfc3339};
use wire::status::Code;

/// Project, location, repository and package; the package's slashes were escaped.
pub(super) type PackagePath = (String, String, String, String);
type VersionPath = (String, String, String, String, String);

/// The routes of packages, versions and Docker images. Grants are on repositories.
pub(super) fn rows(versions: &'static [&'static str], repository: &'static str) -> Vec<Row<State>> {
    const PACKAGES: &str = "projects/{project}/locations/{location}/repositories/{repository}/packages";
    const PACKAGE: &str = "projects/{project}/locations/{location}/repositories/{repository}/packages/{package}";
    const VERSIONS: &str =
        "projects/{project}/locations/{location}/repositories/{repository}/packages/{package}/versions";
    const VERSION: &str =
        "projects/{project}/locations/{location}/repositories/{repository}/packages/{package}/versions/{digest}";
    const IMAGES: &str = "projects/{project}/locations/{location}/repositories/{repository}/dockerImages";
    const IMAGE: &str = "projects/{project}/locations/{location}/repositories/{repository}/dockerImages/{image}";
    let needs = |permission| Needs::On(permission, repository);
    vec![
        get(versions, PACKAGES, needs("artifactregistry.packages.list")).by(packages),
        get(versions, PACKAGE, needs("artifactregistry.packages.get")).by(package),
        delete(versions, PACKAGE, needs("artifactregistry.packages.delete")).by(delete_package),
        get(versions, VERSIONS, needs("artifactregistry.versions.list")).by(self::versions),
        get(versions, VERSION, needs("artifactregistry.versions.get")).by(version),
        delete(versions, VERSION, needs("artifactregistry.versions.delete")).by(delete_version),
        get(versions, IMAGES, needs("artifactregistry.dockerimages.list")).by(docker_images),
        get(versions, IMAGE, needs("artifactregistry.dockerimages.get")).by(docker_image),
    ]
}

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

    /// The times of its first and its last upload; refused where there are no images.
    fn filled(&self, tx: &Transaction<'_>) -> Result<(i64, i64), ApiError> {
        catalogue::uploads(tx, self.key())?.ok_or_else(|| missing(&self.name()))
    }

    fn resource(&self, (first, last): (i64, i64)) -> Value {
        json!({ "name": self.name(), "createTime": time(first), "updateTime": time(last) })
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

async fn packages(
    Shared(state): Shared<State>,
    Names(path): Names<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = asked_page(&params)?;
    let read = move |tx: &Transaction<'_>| {
        let (place, _) = existing(tx, (&path.0, &path.1, &path.2))?;
        let front = place.front();
        let found = catalogue::packages(tx, (&place.host(), &front), part(page))?;
        let resource = |(name, first, last): (String, i64, i64)| {
            let image = name.strip_prefix(&front).unwrap_or_default().to_owned();
            Package::in_place(place.clone(), image).resource((first, last))
        };
        paged("packages", page, found.into_iter().map(resource))
    };
    state.store.read(read).await
}

async fn package(Shared(state): Shared<State>, Names(path): Names<PackagePath>) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        Ok::<_, ApiError>(Json(package.resource(package.filled(tx)?)))
    };
    state.store.read(read).await
}

async fn delete_package(
    Shared(state): Shared<State>,
    Names(path): Names<PackagePath>,
) -> Result<Json<Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        package.filled(tx)?;
        catalogue::delete_all(tx, &package.host, &package.path)?;
        done(tx, &package.place, "Empty", json!({}))
    };
    state.store.write(write).await
}

async fn versions(
    Shared(state): Shared<State>,
    Names(path): Names<PackagePath>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let (full, page) = (params.get("view") == Some("FULL"), asked_page(&params)?);
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &path)?;
        package.filled(tx)?;
        let images = catalogue::images(tx, package.key(), part(page))?;
        paged("versions", page, images.iter().map(|image| package.version(image, full)))
    };
    state.store.read(read).await
}

async fn version(
    Shared(state): Shared<State>,
    Names((project, location, repository, package, digest)): Names<VersionPath>,
) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &(project, location, repository, package))?;
        let image = catalogue::image(tx, package.key(), &digest)?;
        let image = image.ok_or_else(|| missing(&format!("{}/versions/{digest}", package.name())))?;
        Ok::<_, ApiError>(Json(package.version(&image, true)))
    };
    state.store.read(read).await
}

/// Refused where a tag names it, but for `force`.
async fn delete_version(
    Shared(state): Shared<State>,
    Names((project, location, repository, package, digest)): Names<VersionPath>,
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

async fn docker_images(
    Shared(state): Shared<State>,
    Names(path): Names<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let page = asked_page(&params)?;
    let read = move |tx: &Transaction<'_>| {
        let (place, _) = existing(tx, (&path.0, &path.1, &path.2))?;
        let front = place.front();
        let found = catalogue::images_below(tx, (&place.host(), &front), part(page))?;
        let resource = |(name, image): (String, Image)| {
            let package = name.strip_prefix(&front).unwrap_or_default().to_owned();
            Package::in_place(place.clone(), package).docker_image(&image)
        };
        paged("dockerImages", page, found.into_iter().map(resource))
    };
    state.store.read(read).await
}

async fn docker_image(
    Shared(state): Shared<State>,
    Names((project, location, repository, image)): Names<PackagePath>,
) -> Result<Json<Value>, ApiError> {
    let (package, digest) = image.rsplit_once('@').ok_or_else(|| missing(&image))?;
    let (package, digest) = (package.to_owned(), digest.to_owned());
    let read = move |tx: &Transaction<'_>| {
        let package = Package::find(tx, &(project, location, repository, package))?;
        let image = catalogue::image(tx, package.key(), &digest)?;
        let image = image.ok_or_else(|| missing(&format!("{}@{digest}", package.path)))?;
        Ok::<_, ApiError>(Json(package.docker_image(&image)))
    };
    state.store.read(read).await
}
