//! Container Analysis (Grafeas) v1, v1beta1 and v1alpha1: notes and occurrences.
//!
//! All versions show the same objects, each by its own names, and take the old names of their fields
//! (`docs/binary-authorization.md`, "Legacy attestations and notes" and "Old names").

use super::iam;
use super::route::{Also, Needs, Row, delete, get, patch, post};
use super::state::State;
pub(super) use evidence::{attestations_in, builds_in, scan_in};
pub(super) use notes::kind as note_kind;
pub(super) use occurrences::{attestations_on, bytes_of_attestations_on};
pub(super) use schema::{ATTESTATION_OCCURRENCE, CREATE_TABLES as SCHEMA};
pub(super) use signatures::check_count as check_signature_count;
use version::Version;

mod evidence;
mod filter;
mod grants;
mod notes;
mod occurrences;
mod schema;
mod signatures;
mod version;

/// The routes of all versions.
pub(super) fn rows() -> Vec<Row<State>> {
    const V: &[&str] = &Version::NAMES;
    const PROJECT: &str = "projects/{project}";
    const NOTES: &str = "projects/{project}/notes";
    const NOTE: &str = "projects/{project}/notes/{note}";
    const OF_NOTE: &str = "projects/{project}/notes/{note}/occurrences";
    const OCCURRENCES: &str = "projects/{project}/occurrences";
    const OCCURRENCE: &str = "projects/{project}/occurrences/{occurrence}";
    const ITS_NOTE: &str = "projects/{project}/occurrences/{occurrence}/notes";
    const CREATE: Needs = Needs::On("containeranalysis.occurrences.create", PROJECT);
    vec![
        get(V, NOTES, Needs::On("containeranalysis.notes.list", PROJECT)).by(notes::list),
        post(V, NOTES, Needs::On("containeranalysis.notes.create", PROJECT))
            .body(&schema::NOTE, "note")
            .by(notes::create),
        post(V, NOTES, Needs::On("containeranalysis.notes.create", PROJECT))
            .verb("batchCreate")
            .body(&schema::BATCH_OF_NOTES, "")
            .by(notes::batch_create),
        get(V, NOTE, Needs::On("containeranalysis.notes.get", NOTE)).by(notes::read),
        patch(V, NOTE, Needs::On("containeranalysis.notes.update", NOTE)).body(&schema::NOTE, "note").by(notes::patch),
        delete(V, NOTE, Needs::On("containeranalysis.notes.delete", NOTE)).by(notes::delete),
        post(V, NOTE, Needs::On("containeranalysis.notes.getIamPolicy", NOTE))
            .verb("getIamPolicy")
            .body(&iam::GET, "")
            .by(notes::get_iam_policy),
        post(V, NOTE, Needs::On("containeranalysis.notes.setIamPolicy", NOTE))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(notes::set_iam_policy),
        post(V, NOTE, Needs::Tested(NOTE))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(notes::test_iam_permissions),
        get(V, OF_NOTE, Needs::On("containeranalysis.notes.listOccurrences", NOTE)).by(occurrences::list_of_note),
        get(V, OCCURRENCES, Needs::On("containeranalysis.occurrences.list", PROJECT)).by(occurrences::list),
        post(V, OCCURRENCES, CREATE)
            .also(Also::AttachToNotes)
            .body(&schema::OCCURRENCE, "occurrence")
            .by(occurrences::create),
        post(V, OCCURRENCES, CREATE)
            .also(Also::AttachToNotes)
            .verb("batchCreate")
            .body(&schema::BATCH, "")
            .by(occurrences::batch_create),
        get(V, OCCURRENCES, Needs::On("containeranalysis.occurrences.list", PROJECT))
            .verb("vulnerabilitySummary")
            .by(occurrences::summary),
        get(V, OCCURRENCE, Needs::On("containeranalysis.occurrences.get", OCCURRENCE)).by(occurrences::read),
        patch(V, OCCURRENCE, Needs::On("containeranalysis.occurrences.update", OCCURRENCE))
            .body(&schema::OCCURRENCE, "occurrence")
            .by(occurrences::patch),
        delete(V, OCCURRENCE, Needs::On("containeranalysis.occurrences.delete", OCCURRENCE)).by(occurrences::delete),
        post(V, OCCURRENCE, Needs::On("containeranalysis.occurrences.getIamPolicy", OCCURRENCE))
            .verb("getIamPolicy")
            .body(&iam::GET, "")
            .by(occurrences::get_iam_policy),
        post(V, OCCURRENCE, Needs::On("containeranalysis.occurrences.setIamPolicy", OCCURRENCE))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(occurrences::set_iam_policy),
        post(V, OCCURRENCE, Needs::Tested(OCCURRENCE))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(notes::test_iam_permissions),
        get(V, ITS_NOTE, Needs::On("containeranalysis.occurrences.get", OCCURRENCE)).by(occurrences::read_note),
    ]
}
