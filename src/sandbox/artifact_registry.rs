//! Artifact Registry v1: repositories, and the registry's images as packages, versions and tags.
//!
//! The images are those of `registry`: nothing is stored twice. The repositories of `gcr.io` are
//! there for every project, as they are once its requests are redirected; one of `pkg.dev` has to be
//! made before anything is pushed to it.

use axum::Router;
use axum::routing::get;

use super::state::State;
pub(super) use place::{canonical, repository_of};
pub(super) use repositories::missing_repository;

mod api;
mod images;
mod place;
mod repositories;
mod tags;

/// The tables of Artifact Registry.
pub(super) const SCHEMA: &str = "
    CREATE TABLE artifact_repositories (
        project TEXT NOT NULL,
        location TEXT NOT NULL,
        id TEXT NOT NULL,
        -- What was asked for, and when: the whole resource as JSON.
        repository TEXT NOT NULL,
        PRIMARY KEY (project, location, id)
    ) STRICT, WITHOUT ROWID;
";

const LOCATION: &str = "/v1/projects/{project}/locations/{location}";

/// The routes of the API without [`operations`], whose path Kubernetes Engine has too.
pub(super) fn router(state: State) -> Router {
    use axum::routing::post;
    let all = format!("{LOCATION}/repositories");
    let repository = format!("{all}/{{repository}}");
    let package = format!("{repository}/packages/{{package}}");
    let images = format!("{repository}/dockerImages");
    Router::new()
        .route("/v1/projects/{project}/locations", get(repositories::locations))
        .route("/v1/projects/{project}/projectSettings", get(repositories::project_settings))
        .route(&all, get(repositories::list).post(repositories::create))
        .route(&repository, get(repositories::read).delete(repositories::delete))
        .route(&format!("{repository}/@getIamPolicy"), get(repositories::get_iam_policy))
        .route(&format!("{repository}/@setIamPolicy"), post(repositories::set_iam_policy))
        .route(&format!("{repository}/@testIamPermissions"), post(repositories::test_iam_permissions))
        .route(&format!("{repository}/packages"), get(images::packages))
        .route(&package, get(images::package).delete(images::delete_package))
        .route(&format!("{package}/versions"), get(images::versions))
        .route(&format!("{package}/versions/{{version}}"), get(images::version).delete(images::delete_version))
        .route(&format!("{package}/tags"), get(tags::list).post(tags::create))
        .route(&format!("{package}/tags/{{tag}}"), get(tags::read).patch(tags::update).delete(tags::delete))
        .route(&images, get(images::docker_images))
        .route(&format!("{images}/{{image}}"), get(images::docker_image))
        .with_state(state)
}

/// The operations of [`router`]'s methods, all of which are over when they are answered.
pub(super) fn operations(state: State) -> Router {
    Router::new().route(&format!("{LOCATION}/operations/{{operation}}"), get(repositories::operation)).with_state(state)
}

/// Whether a path is that of an operation of this API, and not one of Kubernetes Engine, whose names
/// begin with `operation-`.
pub(super) fn is_operation(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), ["", "v1", "projects", _, "locations", _, "operations", id]
        if !id.starts_with("operation-"))
}
