//! Binary Authorization v1, v1beta1 and v1alpha2: the project's policy, attestors and their keys, who
//! may do what with them, and Google's system policy.
//!
//! All versions show the same objects; before v1 the note of an attestor had another name.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::state::State;
use api::{Api, Version};
pub(super) use attestors::find as find_attestor;
pub(super) use policy::current as current_policy;
use signing::openpgp::Verifier;

mod api;
mod attestors;
mod continuous_validation;
mod keys;
mod platform;
mod policy;
mod validate;

/// The tables of policies and attestors.
pub(super) const SCHEMA: &str = "
    CREATE TABLE policies (
        project TEXT PRIMARY KEY,
        -- The whole resource as JSON.
        policy TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE attestors (
        place INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        id TEXT NOT NULL,
        -- The whole resource as JSON, as v1 shows it.
        attestor TEXT NOT NULL,
        UNIQUE (project, id)
    ) STRICT;
";

/// The tables that came with platform policies.
pub(super) const PLATFORM_SCHEMA: &str = "
    CREATE TABLE platform_policies (
        place INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        platform TEXT NOT NULL,
        id TEXT NOT NULL,
        -- The whole resource as JSON.
        policy TEXT NOT NULL,
        UNIQUE (project, platform, id)
    ) STRICT;
    CREATE TABLE continuous_validation (
        project TEXT PRIMARY KEY,
        enabled INTEGER NOT NULL,
        update_time TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
";

pub(super) fn router(state: &State) -> Router {
    let verifier = Arc::new(Verifier::new());
    let signer = Arc::new(platform::Signer::default());
    let versions = [("v1", Version::V1), ("v1beta1", Version::Older), ("v1alpha2", Version::Older)];
    let api =
        |version| Api { state: state.clone(), version, verifier: Arc::clone(&verifier), signer: Arc::clone(&signer) };
    let shared = versions.into_iter().fold(Router::new(), |router, (path, version)| {
        let router: Router = router;
        router.merge(routes(path, api(version)))
    });
    let platform = platform::routes().with_state(api(Version::V1));
    shared.merge(platform).merge(continuous_validation::routes().with_state(api(Version::Older)))
}

fn routes(version: &str, api: Api) -> Router {
    let project = format!("/{version}/projects/{{project}}");
    let policy = format!("{project}/policy");
    let attestor = format!("{project}/attestors/{{attestor}}");
    Router::new()
        .route(&policy, get(policy::read).put(policy::update))
        .route(&format!("{policy}/@getIamPolicy"), get(policy::get_iam_policy))
        .route(&format!("{policy}/@setIamPolicy"), post(policy::set_iam_policy))
        .route(&format!("{policy}/@testIamPermissions"), post(policy::test_iam_permissions))
        .route(&format!("{project}/attestors"), get(attestors::list).post(attestors::create))
        .route(&attestor, get(attestors::read).put(attestors::update).delete(attestors::delete))
        .route(&format!("{attestor}/@getIamPolicy"), get(attestors::get_iam_policy))
        .route(&format!("{attestor}/@setIamPolicy"), post(attestors::set_iam_policy))
        .route(&format!("{attestor}/@testIamPermissions"), post(attestors::test_iam_permissions))
        .route(&format!("{attestor}/@validateAttestationOccurrence"), post(validate::validate))
        .route(&format!("/{version}/locations/{{location}}/policy"), get(policy::read_system))
        .with_state(api)
}
