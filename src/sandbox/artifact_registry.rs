//! Artifact Registry v1: repositories, and the registry's images as packages, versions and tags.
//!
//! The images are those of `registry`: nothing is stored twice. The repositories of `gcr.io` are
//! there for every project, as they are once its requests are redirected; one of `pkg.dev` has to be
//! made before anything is pushed to it.

use super::iam;
use super::route::{Needs, Row, delete, get, post};
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

/// The routes of the API. Kubernetes Engine has the path of operations too, for those whose names begin
/// with `operation-`.
pub(super) fn rows() -> Vec<Row<State>> {
    const V1: &[&str] = &["v1"];
    const PROJECT: &str = "projects/{project}";
    const LOCATIONS: &str = "projects/{project}/locations";
    const ALL: &str = "projects/{project}/locations/{location}/repositories";
    const ONE: &str = "projects/{project}/locations/{location}/repositories/{repository}";
    const OPERATION: &str = "projects/{project}/locations/{location}/operations/{other_operation}";
    let mut rows = vec![
        get(V1, LOCATIONS, Needs::On("artifactregistry.locations.list", PROJECT)).by(repositories::locations),
        get(V1, "projects/{project}/projectSettings", Needs::On("artifactregistry.projectsettings.get", PROJECT))
            .by(repositories::project_settings),
        get(V1, OPERATION, Needs::On("artifactregistry.repositories.get", PROJECT)).by(repositories::operation),
        get(V1, ALL, Needs::On("artifactregistry.repositories.list", PROJECT)).by(repositories::list),
        post(V1, ALL, Needs::On("artifactregistry.repositories.create", PROJECT))
            .body(&repositories::BODY, "repository")
            .by(repositories::create),
        get(V1, ONE, Needs::On("artifactregistry.repositories.get", ONE)).by(repositories::read),
        delete(V1, ONE, Needs::On("artifactregistry.repositories.delete", ONE)).by(repositories::delete),
        get(V1, ONE, Needs::On("artifactregistry.repositories.getIamPolicy", ONE))
            .verb("getIamPolicy")
            .by(repositories::get_iam_policy),
        post(V1, ONE, Needs::On("artifactregistry.repositories.setIamPolicy", ONE))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(repositories::set_iam_policy),
        post(V1, ONE, Needs::Tested(ONE))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(repositories::test_iam_permissions),
    ];
    rows.extend(images::rows(V1, ONE));
    rows.extend(tags::rows(V1, ONE));
    rows
}
