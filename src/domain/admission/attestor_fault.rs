//! Why an attestor does not vouch for an image.

use crate::attestation::AttestationFault;
use crate::name::NoteName;

/// What the service agent needs on the note.
pub(super) const ROLE: &str = "roles/containeranalysis.notes.occurrences.viewer";

/// What is behind an attestor that is not satisfied, or not known to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestorFault {
    #[error("the image has no sha256 digest, and attestations are for digests")]
    NoDigest,
    #[error("it does not exist")]
    NotFound,
    #[error("it has no public keys, so it attests nothing")]
    NoKeys,
    #[error("{service_account} lacks {ROLE} on {note}, so the attestations cannot be read")]
    NotPermitted { service_account: String, note: NoteName },
    #[error("its note {0} does not exist")]
    NoteMissing(NoteName),
    #[error("there is no attestation for this digest")]
    NoAttestations,
    #[error("{}", none_valid(.0))]
    NoneValid(Vec<AttestationFault>),
    #[error("not known: {0}")]
    Unknown(String),
}

fn none_valid(faults: &[AttestationFault]) -> String {
    match faults {
        [] => "no attestation for this digest counts".to_owned(),
        [only] => format!("the attestation for this digest does not count: {only}"),
        faults => format!("none of {} attestations for this digest counts", faults.len()),
    }
}
