//! Jobs on attestations: stored, checked by their attestor, and deleted.
//!
//! Uses the client.

use super::result::{Done, done};
use crate::runtime::backend::Backend;
use app::job::{JobOutcome, NewAttestation};
use app::shell::report::Report;
use client::Validation;
use domain::attestation::{ATTESTATION, Attestation, Signature};
use signing::openpgp::check_block;

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
    check_block(&new.signature).map_err(|fault| Report::new(format!("the signature is not uploaded: {fault}")))?;
    let project = new.project.clone();
    stored(backend.client()?.create_attestation(&project, &attestation(new)).await)
}

/// Counts as stored only what is there already: a 409 may also say that something changed meanwhile.
fn stored(answer: Result<Attestation, client::Error>) -> Done {
    match answer {
        Err(error) if error.is_already_there() => Ok(JobOutcome::Done),
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
    Ok(JobOutcome::Validated { refused })
}

pub(super) async fn delete(backend: &Backend, list: &[Attestation]) -> Done {
    let client = backend.client()?;
    for attestation in list {
        client.delete_occurrence(&attestation.name).await?;
    }
    Ok(JobOutcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::{Fault, Refusal};

    fn refused(code: u16, reason: &str) -> client::Error {
        let refusal = Refusal {
            code,
            reason: reason.to_owned(),
            message: "no".to_owned(),
            detail: None,
            service: None,
            retry_after: None,
            location: None,
            challenge: None,
        };
        client::Error {
            method: "POST".to_owned(),
            url: "https://h/p".to_owned(),
            fault: Fault::Status(Box::new(refusal)),
        }
    }

    #[test]
    fn an_attestation_that_is_there_already_is_stored() {
        assert_eq!(stored(Err(refused(409, "ALREADY_EXISTS"))), Ok(JobOutcome::Done));
    }

    #[test]
    fn an_attestation_refused_for_a_stale_etag_is_not_stored() {
        for (code, reason) in [(409, "ABORTED"), (412, "FAILED_PRECONDITION"), (400, "ALREADY_EXISTS")] {
            assert!(stored(Err(refused(code, reason))).is_err(), "{code} {reason}");
        }
    }
}
