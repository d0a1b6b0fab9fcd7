//! Binary Authorization v1, v1beta1 and v1alpha2: the project's policy, attestors and their keys, who
//! may do what with them, and Google's system policy.
//!
//! All versions show the same objects; before v1 the note of an attestor had another name.

use std::sync::Arc;

use super::route::{self, BoundRow, Row};
use super::state::State;
use api::Api;
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

/// The routes of all versions, with their state.
pub(super) fn bound_rows(state: State) -> Vec<BoundRow> {
    let api = Api { state, verifier: Arc::new(Verifier::new()), signer: Arc::new(platform::Signer::default()) };
    route::with_state(rows(), &api)
}

pub(super) fn rows() -> Vec<Row<Api>> {
    let mut rows = policy::rows();
    rows.extend(attestors::rows());
    rows.push(validate::row());
    rows.extend(platform::rows());
    rows.extend(continuous_validation::rows());
    rows
}
