//! Checking one attestation: does it vouch for a digest on behalf of an attestor?
//!
//! The order is fixed (`docs/binary-authorization.md`, "OpenPGP signatures" and "Verification"): note,
//! kind, resource, and for each signature key id, signature, embedded message, payload, digest. The
//! first signature that passes them all suffices. The docker reference and the type string are noted
//! and decide nothing.

use super::fault::{AttestationFault, Difference, near_miss};
use super::payload::{Payload, parse_payload};
use super::{ATTESTATION, Attestation, Signature, Verified, Verify};
use crate::attestor::{Attestor, PublicKey};
use crate::image::Digest;

/// What came of looking at one attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What the occurrence itself failed, before any signature was looked at.
    pub fault: Option<AttestationFault>,
    /// One for each signature that was looked at, in their order; the first that holds ends it.
    pub signatures: Vec<Result<Accepted, AttestationFault>>,
}

/// A signature by which an attestation vouches for a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The id of the attestor's key.
    pub key: String,
    pub payload: Payload,
    /// What a careful reader wants to know (an expired key, SHA-1).
    pub warnings: Vec<String>,
}

/// Whether `attestation` vouches for `digest` on behalf of `attestor`; otherwise the fault that came
/// furthest.
pub fn check(
    attestation: &Attestation,
    attestor: &Attestor,
    digest: &Digest,
    verify: &dyn Verify,
) -> Result<Accepted, AttestationFault> {
    examine(attestation, attestor, digest, verify).into_result()
}

/// As [`check`], keeping what came of each signature.
pub fn examine(attestation: &Attestation, attestor: &Attestor, digest: &Digest, verify: &dyn Verify) -> Examined {
    let fault = occurrence_fault(attestation, attestor, digest);
    let mut signatures = Vec::new();
    if fault.is_none() {
        for signature in &attestation.signatures {
            signatures.push(check_signature(signature, attestation, attestor, digest, verify));
            if signatures.last().is_some_and(Result::is_ok) {
                break;
            }
        }
    }
    Examined { fault, signatures }
}

impl Examined {
    /// The signature that holds.
    pub fn accepted(&self) -> Option<&Accepted> {
        self.signatures.last().and_then(|last| last.as_ref().ok())
    }

    /// The fault that came furthest, where no signature holds.
    pub fn fault(&self) -> Option<&AttestationFault> {
        if self.accepted().is_some() {
            return None;
        }
        let faults = self.fault.iter().chain(self.signatures.iter().filter_map(|result| result.as_ref().err()));
        faults.reduce(|best, next| if next.stage() > best.stage() { next } else { best })
    }

    fn into_result(mut self) -> Result<Accepted, AttestationFault> {
        if let Some(fault) = self.fault() {
            return Err(fault.clone());
        }
        // `examine` leaves a fault wherever there is no signature to look at.
        self.signatures.pop().unwrap_or(Err(AttestationFault::Unsigned))
    }
}

fn occurrence_fault(attestation: &Attestation, attestor: &Attestor, digest: &Digest) -> Option<AttestationFault> {
    if attestation.note != attestor.note {
        return Some(AttestationFault::OtherNote { expected: attestor.note.clone(), found: attestation.note.clone() });
    }
    if attestation.kind != ATTESTATION {
        return Some(AttestationFault::OtherKind { found: attestation.kind.clone() });
    }
    if !is_for(&attestation.resource_uri, digest) {
        return Some(AttestationFault::OtherResource {
            expected: digest.clone(),
            found: attestation.resource_uri.clone(),
        });
    }
    match (attestation.signatures.is_empty(), attestation.jwts) {
        (false, _) => None,
        (true, 0) => Some(AttestationFault::Unsigned),
        (true, count) => Some(AttestationFault::OnlyJwts { count }),
    }
}

/// Whether a resource is the image with this digest: by the suffix, as gcloud's filter
/// `has_suffix(resourceUrl, …)` does. Scheme, registry and repository do not count. That the enforcer
/// does the same is inferred (`docs/binary-authorization.md`, "Open questions").
pub fn is_for(resource_uri: &str, digest: &Digest) -> bool {
    resource_uri.strip_suffix(digest.as_str()).is_some_and(|before| before.ends_with('@'))
}

fn check_signature(
    signature: &Signature,
    attestation: &Attestation,
    attestor: &Attestor,
    digest: &Digest,
    verify: &dyn Verify,
) -> Result<Accepted, AttestationFault> {
    let verified = verify_by_any(signature, &attestation.payload, attestor, verify)?;
    // A payload beside the signature must be what was signed; without one the signed message is it
    // (inferred: `docs/binary-authorization.md`, "OpenPGP signatures", a conflict between the proto and
    // the practice).
    let difference =
        (!attestation.payload.is_empty()).then(|| Difference::find(&attestation.payload, &verified.message)).flatten();
    if let Some(difference) = difference {
        return Err(AttestationFault::OtherMessage(difference));
    }
    let payload = parse_payload(&verified.message).map_err(AttestationFault::Payload)?;
    if payload.digest.as_deref() != Some(digest.as_str()) {
        return Err(AttestationFault::OtherDigest { expected: digest.clone(), found: payload.digest });
    }
    let mut warnings = verified.warnings;
    warnings.extend(payload.repeated.iter().map(|name| format!("the payload has {name} twice: the last one counts")));
    Ok(Accepted { key: signature.public_key_id.clone(), payload, warnings })
}

/// The keys of an attestor are alternatives, also those that share one id.
fn verify_by_any(
    signature: &Signature,
    payload: &[u8],
    attestor: &Attestor,
    verify: &dyn Verify,
) -> Result<Verified, AttestationFault> {
    let mut fault = None;
    for key in attestor.keys.iter().filter(|key| key.id == signature.public_key_id) {
        match verify.verify(key, &signature.bytes, payload) {
            Ok(verified) => return Ok(verified),
            Err(error) => fault = Some(AttestationFault::Signature { key: key.id.clone(), fault: error }),
        }
    }
    Err(fault.unwrap_or_else(|| unknown_key(signature, &attestor.keys)))
}

fn unknown_key(signature: &Signature, keys: &[PublicKey]) -> AttestationFault {
    let found = signature.public_key_id.clone();
    let near_miss = near_miss(&found, keys.iter().map(|key| key.id.as_str()));
    AttestationFault::UnknownKey { found, known: keys.iter().map(|key| key.id.clone()).collect(), near_miss }
}

#[cfg(test)]
mod tests;
