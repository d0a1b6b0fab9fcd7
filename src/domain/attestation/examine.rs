//! Checking one attestation: does it vouch for a digest on behalf of an attestor?
//!
//! The order is fixed (`docs/binary-authorization.md`, "OpenPGP signatures" and "Verification"): note,
//! kind, resource, and for each signature key id, signature, embedded message, payload, digest. The
//! first signature that passes them all suffices. The docker reference and the type string are noted
//! and decide nothing.

use super::fault::{AttestationFault, Difference, Stage, near_miss};
use super::payload::{Payload, parse_payload};
use super::{ATTESTATION, Attestation, Signature, Verified, Verify};
use crate::attestor::{Attestor, PublicKey};
use crate::image::Digest;
use crate::trace::{Check, Status, clipped};

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

    /// The checks as a tree, with those that were not reached as skipped.
    pub fn trace(&self, attestation: &Attestation) -> Check {
        let status = if self.accepted().is_some() { Status::Pass } else { Status::Fail };
        let found = |stage| match stage {
            Stage::Note => attestation.note.to_string(),
            Stage::Kind => clipped(&attestation.kind),
            Stage::Resource => clipped(&attestation.resource_uri),
            _ => attestation.signatures.len().to_string(),
        };
        let mut children = stages(&Stage::OCCURRENCE, self.fault.as_ref(), found);
        let looked_at = self.signatures.iter().map(Some).chain(std::iter::repeat(None));
        let signatures = attestation.signatures.iter().zip(looked_at).take(SIGNATURES_SHOWN);
        children.extend(signatures.map(|(signature, result)| signature_trace(signature, result)));
        Check::new(status, format!("attestation {}", clipped(&attestation.name))).children(children)
    }
}

/// A trace stays readable, however many signatures an occurrence has.
const SIGNATURES_SHOWN: usize = 20;

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
    let difference = (!attestation.payload.is_empty())
        .then(|| Difference::between(&attestation.payload, &verified.message))
        .flatten();
    if let Some(difference) = difference {
        return Err(AttestationFault::OtherMessage(difference));
    }
    let payload = parse_payload(&verified.message).map_err(AttestationFault::Payload)?;
    if payload.digest.as_deref() != Some(digest.as_str()) {
        return Err(AttestationFault::OtherDigest { expected: digest.clone(), found: payload.digest });
    }
    Ok(Accepted { key: signature.public_key_id.clone(), payload, warnings: verified.warnings })
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

/// `None`: an earlier signature held, or the occurrence itself failed.
fn signature_trace(signature: &Signature, result: Option<&Result<Accepted, AttestationFault>>) -> Check {
    let label = format!("signature by {}", clipped(&signature.public_key_id));
    match result {
        None => Check::new(Status::Skipped, label),
        Some(Err(fault)) => {
            Check::new(Status::Fail, label).children(stages(&Stage::SIGNATURE, Some(fault), |_| String::new()))
        }
        Some(Ok(accepted)) => {
            let mut children = stages(&Stage::SIGNATURE, None, |stage| match stage {
                Stage::KeyId => clipped(&accepted.key),
                Stage::Digest => accepted.payload.digest.clone().unwrap_or_default(),
                _ => String::new(),
            });
            children.extend(remarks(accepted));
            Check::new(Status::Pass, label).children(children)
        }
    }
}

/// What decides nothing.
fn remarks(accepted: &Accepted) -> impl Iterator<Item = Check> {
    let reference = accepted.payload.docker_reference.as_deref().unwrap_or("none");
    let reference = Check::new(Status::Note, "docker-reference, which decides nothing").found(clipped(reference));
    let kind = (!accepted.payload.has_standard_type()).then(|| {
        let kind = accepted.payload.kind.as_deref().unwrap_or("none");
        Check::new(Status::Note, "type, which decides nothing").found(clipped(kind)).expected(super::PAYLOAD_TYPE)
    });
    let warnings = accepted.warnings.iter().map(|warning| Check::new(Status::Note, warning.clone()));
    std::iter::once(reference).chain(kind).chain(warnings)
}

/// The stages up to the fault as passed, the one of the fault as failed, the others as skipped.
fn stages(stages: &[Stage], fault: Option<&AttestationFault>, found: impl Fn(Stage) -> String) -> Vec<Check> {
    let failed = fault.map(AttestationFault::stage);
    let check = |stage: &Stage| match failed {
        Some(failed) if failed == *stage => failed_check(*stage, fault),
        Some(failed) if failed < *stage => Check::new(Status::Skipped, stage.label()),
        _ => {
            let found = Some(found(*stage)).filter(|found| !found.is_empty());
            Check { found, ..Check::new(Status::Pass, stage.label()) }
        }
    };
    stages.iter().map(check).collect()
}

fn failed_check(stage: Stage, fault: Option<&AttestationFault>) -> Check {
    let (expected, found) = fault.map(AttestationFault::expected_and_found).unwrap_or_default();
    Check { expected, ..Check::new(Status::Fail, stage.label()).found(found) }
}

#[cfg(test)]
mod tests;
