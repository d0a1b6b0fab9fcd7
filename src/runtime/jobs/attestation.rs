//! Jobs on attestations: stored, checked by their attestor, and deleted.
//!
//! Uses the client.

use super::{Backend, Done, done};
use crate::runtime::queries::project_id;
use app::job::{NewAttestation, Outcome};
use client::Validation;
use domain::attestation::{ATTESTATION, Attestation, Signature};

fn attestation(new: NewAttestation) -> Attestation {
    Attestation {
        name: String::new(),
        note: new.note,
        resource_uri: new.image.as_str().to_owned(),
        payload: new.payload,
        signatures: vec![Signature { public_key_id: new.key_id, bytes: new.signature }],
        kind: ATTESTATION.to_owned(),
        jwts: 0,
        create_time: None,
    }
}

/// Stores an attestation; one that is there already is as good as a new one.
pub(super) async fn create(backend: &Backend, new: NewAttestation) -> Done {
    let project = project_id(&new.project)?;
    match backend.client()?.create_attestation(&project, &attestation(new)).await {
        Err(error) if error.is_conflict() => Ok(Outcome::Done),
        other => done(other),
    }
}

/// Asks the attestor whether the attestation verifies.
pub(super) async fn validate(backend: &Backend, new: NewAttestation) -> Done {
    let attestor = new.attestor.clone();
    let refused = match backend.client()?.validate(&attestor, &attestation(new)).await? {
        Validation::Verified => None,
        Validation::NotVerifiable(reason) => Some(reason),
    };
    Ok(Outcome::Validated { refused })
}

pub(super) async fn delete(backend: &Backend, list: &[Attestation]) -> Done {
    let client = backend.client()?;
    for attestation in list {
        client.delete_occurrence(&attestation.name).await?;
    }
    Ok(Outcome::Done)
}
