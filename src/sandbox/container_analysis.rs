//! Container Analysis (Grafeas) v1, v1beta1 and v1alpha1: notes and occurrences.
//!
//! All versions show the same objects, each by its own names, and take the old names of their fields
//! (`docs/binary-authorization.md`, "Legacy attestations and notes" and "Old names").

use axum::routing::{get, post};
use axum::{Extension, Router};

use super::state::State;
pub(super) use evidence::{attestations_in, builds_in, scan_in};
pub(super) use notes::kind as note_kind;
pub(super) use occurrences::{attestations_on, bytes_of_attestations_on};
pub(super) use schema::{ATTESTATION_OCCURRENCE, CREATE_TABLES as SCHEMA};

mod evidence;
mod filter;
mod grants;
mod notes;
mod occurrences;
mod schema;
mod version;

pub(super) fn router(state: State) -> Router {
    let mut router = Router::new();
    for (path, version) in version::Version::ALL {
        let project = format!("/{path}/projects/{{project}}");
        let note = format!("{project}/notes/{{note}}");
        let occurrence = format!("{project}/occurrences/{{occurrence}}");
        let of_version = Router::new()
            .route(&format!("{project}/notes"), get(notes::list).post(notes::create))
            .route(&format!("{project}/notes/@batchCreate"), post(notes::batch_create))
            .route(&note, get(notes::read).patch(notes::patch).delete(notes::delete))
            .route(&format!("{note}/@getIamPolicy"), post(notes::get_iam_policy))
            .route(&format!("{note}/@setIamPolicy"), post(notes::set_iam_policy))
            .route(&format!("{note}/@testIamPermissions"), post(notes::test_iam_permissions))
            .route(&format!("{note}/occurrences"), get(occurrences::list_of_note))
            .route(&format!("{project}/occurrences"), get(occurrences::list).post(occurrences::create))
            .route(&format!("{project}/occurrences/@batchCreate"), post(occurrences::batch_create))
            .route(&format!("{project}/occurrences/@vulnerabilitySummary"), get(occurrences::summary))
            .route(&occurrence, get(occurrences::read).patch(occurrences::patch).delete(occurrences::delete))
            .route(&format!("{occurrence}/@getIamPolicy"), post(occurrences::get_iam_policy))
            .route(&format!("{occurrence}/@setIamPolicy"), post(occurrences::set_iam_policy))
            .route(&format!("{occurrence}/@testIamPermissions"), post(notes::test_iam_permissions))
            .route(&format!("{occurrence}/notes"), get(occurrences::read_note))
            .layer(Extension(version));
        router = router.merge(of_version);
    }
    router.with_state(state)
}
