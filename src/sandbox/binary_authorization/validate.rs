//! Whether an attestor would accept an attestation, without storing it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;

use super::api::{Api, VERSIONS};
use super::attestors;
use crate::container_analysis::{ATTESTATION_OCCURRENCE, check_signature_count};
use crate::decode::{FieldKind, Message};
use crate::error::ApiError;
use crate::kms::key_id;
use crate::projects;
use crate::request::{Body, Names};
use crate::route::{Needs, Row, post};
use domain::attestation::{self, Attestation};
use domain::attestor::Attestor;
use domain::image::Digest;
use domain::name::NoteName;
use signing::openpgp::Verifier;
use wire::binary_authorization::{ValidateAttestationOccurrence, ValidateAttestationOccurrenceResponse};
use wire::container_analysis::{ATTESTATION, Occurrence};

const BODY: Message = Message(&[
    (&["attestation"], FieldKind::Message(&ATTESTATION_OCCURRENCE)),
    (&["occurrenceNote"], FieldKind::Text),
    (&["occurrenceResourceUri"], FieldKind::Text),
]);

/// The route of `:validateAttestationOccurrence`.
pub(super) fn row() -> Row<Api> {
    const ATTESTOR: &str = "projects/{project}/attestors/{attestor}";
    post(VERSIONS, ATTESTOR, Needs::On("binaryauthorization.attestors.verifyImageAttested", ATTESTOR))
        .verb("validateAttestationOccurrence")
        .body(&BODY, "")
        .by(validate)
}

/// Reason R2 of `docs/binary-authorization.md`, "Attestation reasons".
const NO_DIGEST: &str = "Expected digest with sha256 scheme, but got tag or malformed digest";

async fn validate(
    Shared(api): Shared<Api>,
    Names((project, id)): Names<(String, String)>,
    body: Body,
) -> Result<Json<ValidateAttestationOccurrenceResponse>, ApiError> {
    let question: ValidateAttestationOccurrence = body.typed()?;
    let required = |value: &str, field: &str| match value {
        "" => Err(ApiError::invalid_field(field, format!("{field} is required."))),
        _ => Ok(()),
    };
    required(&question.occurrence_note, "occurrence_note")?;
    required(&question.occurrence_resource_uri, "occurrence_resource_uri")?;
    check_signature_count(question.attestation.signatures.len(), "attestation.signatures")?;
    let verifier = Arc::clone(&api.verifier);
    let answer = move |tx: &Transaction<'_>| {
        let attestor = Attestor::try_from(attestors::existing(tx, &project, &id)?)
            .map_err(|error| ApiError::invalid(format!("The attestor cannot be read: {error}.")))?;
        let note = named_by_id(tx, &question.occurrence_note)?;
        answer(question, &note, &attestor, &verifier)
    };
    api.state.store.read(answer).await.map(Json)
}

/// The note, whose project may be named by its number, as where an occurrence is made.
fn named_by_id(tx: &Transaction<'_>, note: &str) -> Result<NoteName, ApiError> {
    let note: NoteName =
        note.parse().map_err(|error| ApiError::invalid_field("occurrence_note", format!("{error}")))?;
    let Some(project) = projects::active(tx, note.project())? else { return Ok(note) };
    Ok(format!("projects/{}/notes/{}", project.id, note.id()).parse().unwrap_or(note))
}

fn answer(
    mut question: ValidateAttestationOccurrence,
    note: &NoteName,
    attestor: &Attestor,
    verifier: &Verifier,
) -> Result<ValidateAttestationOccurrenceResponse, ApiError> {
    for signature in &mut question.attestation.signatures {
        signature.public_key_id = key_id::normalised(&signature.public_key_id).into_owned();
    }
    let digest: Option<Digest> =
        question.occurrence_resource_uri.rsplit_once('@').and_then(|(_, digest)| digest.parse().ok());
    let occurrence = Occurrence {
        resource_uri: question.occurrence_resource_uri,
        note_name: note.to_string(),
        kind: ATTESTATION.to_owned(),
        attestation: Some(question.attestation),
        ..Occurrence::default()
    };
    let attestation = Attestation::try_from(occurrence)
        .map_err(|error| ApiError::invalid_field("occurrence_note", format!("{error}")))?;
    let denial_reason = match digest {
        None => Some(NO_DIGEST.to_owned()),
        Some(digest) => {
            let checked = attestation::check(&attestation, attestor, &digest, verifier);
            checked.err().map(|fault| fault.denial_reason())
        }
    };
    let result = if denial_reason.is_none() { "VERIFIED" } else { "ATTESTATION_NOT_VERIFIABLE" };
    Ok(ValidateAttestationOccurrenceResponse { result: result.to_owned(), denial_reason })
}
