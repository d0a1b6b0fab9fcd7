//! Why the attestors of a rule do not vouch for an image.

use super::dates::changed_since;
use super::diagnosis::CauseKind::{
    Algorithm, AttestorMissing, Grant, KeyId, KeyRevoked, NoAttestation, NoKeys, NotSigned, NoteMissing, OtherDigest,
    OtherNote, Payload, Signature, Tag,
};
use super::diagnosis::Confidence::Certain;
use super::diagnosis::{Cause, PresentState};
use super::near_misses::system_policy_off;
use crate::admission::check::{AttestorCheck, CheckKind};
use crate::admission::trace::Check;
use crate::admission::{AttestorEvidence, AttestorFault, AttestorOutcome, ImageDecision};
use crate::attestation::{Attestation, AttestationFault, SignatureFault};
use crate::explain::message::{Finding, Refusal};
use crate::image::ImageRef;
use crate::text::clip;

/// Why the attestors that refuse do so; of one that the message names, only that one.
pub(super) fn attestor_causes(
    finding: &Finding,
    image: &ImageDecision,
    case: &Refusal,
    check: Option<&Check>,
    state: &PresentState<'_>,
) -> Vec<Cause> {
    let named = |attestor: &&AttestorOutcome| finding.attestor.as_ref().is_none_or(|name| attestor.name == *name);
    let refusing = || image.attestors.iter().filter(|attestor| attestor.satisfied == Some(false));
    let mut causes: Vec<Cause> =
        refusing().filter(named).flat_map(|attestor| attestor_cause(attestor, image, check, state)).collect();
    if causes.is_empty() && refusing().next().is_some() {
        let named = finding.attestor.as_deref().unwrap_or("the attestor of the message");
        let satisfied =
            image.attestors.iter().any(|attestor| attestor.satisfied == Some(true) && attestor.name == named);
        let against = if satisfied { "is satisfied now" } else { "is not asked now" };
        causes = refusing().flat_map(|attestor| attestor_cause(attestor, image, check, state)).collect();
        for cause in &mut causes {
            cause.against.push(format!("{named} {against}"));
        }
    }
    if let Some(first) = causes.first_mut()
        && let Some(changed) = changed_since(case, state)
    {
        first.against.push(changed);
    }
    system_policy_off(check).into_iter().chain(causes).collect()
}

fn attestor_cause(
    attestor: &AttestorOutcome,
    image: &ImageDecision,
    check: Option<&Check>,
    state: &PresentState<'_>,
) -> Vec<Cause> {
    let mut causes = causes_of_fault(attestor, image, check, state);
    if attestor.assumed {
        let against = "that nothing is attested is assumed, and was not looked up";
        for cause in &mut causes {
            cause.against.push(against.to_owned());
        }
    }
    causes
}

fn causes_of_fault(
    attestor: &AttestorOutcome,
    image: &ImageDecision,
    check: Option<&Check>,
    state: &PresentState<'_>,
) -> Vec<Cause> {
    let name = &attestor.name;
    let one = |kind, text: String| vec![Cause::new(kind, Certain, text)];
    let Some(fault) = &attestor.fault else { return Vec::new() };
    match fault {
        AttestorFault::NoDigest => {
            one(Tag, format!("The image has no whole sha256 digest, and {name} attests digests."))
        }
        AttestorFault::NotFound => one(AttestorMissing, format!("The attestor {name} does not exist.")),
        AttestorFault::NoKeys => one(NoKeys, format!("The attestor {name} has no public keys, so it attests nothing.")),
        AttestorFault::NotPermitted { service_account, note } => vec![
            Cause::new(Grant, Certain, format!("{service_account} may not read the attestations on {note}."))
                .because("it lacks roles/containeranalysis.notes.occurrences.viewer there"),
        ],
        AttestorFault::NoteMissing(note) => one(NoteMissing, format!("The note {note} of {name} does not exist.")),
        AttestorFault::NoAttestations => {
            let mut causes = on_other_notes(name, image, state);
            causes.extend(not_attested(name, image, check));
            causes
        }
        AttestorFault::NoneValid(faults) if faults.is_empty() => {
            one(NoAttestation, format!("{name} has no attestation of this digest that counts."))
        }
        AttestorFault::NoneValid(faults) => {
            let mut faults: Vec<&AttestationFault> = faults.iter().collect();
            // What came furthest is nearest to counting.
            faults.sort_by_key(|fault| std::cmp::Reverse(fault.stage()));
            faults.into_iter().map(|fault| attestation_cause(name, fault)).collect()
        }
        AttestorFault::Unknown(_) => Vec::new(),
    }
}

/// The most attestations on other notes that are told.
const NOTES: usize = 3;

/// The digest was attested where this attestor does not look.
fn on_other_notes(name: &str, image: &ImageDecision, state: &PresentState<'_>) -> Vec<Cause> {
    let digest = image.image.parse::<ImageRef>().ok().and_then(|image| image.digest().cloned());
    let known = name.parse().ok().and_then(|name| state.evidence.attestors.get(&name));
    let (Some(digest), Some(AttestorEvidence::Found { attestor, .. })) = (digest, known) else { return Vec::new() };
    let cause = |found: &Attestation| {
        let text =
            format!("The image is attested on {}, and {name} reads {}: it does not count.", found.note, attestor.note);
        let cause = Cause::new(OtherNote, Certain, text).because(format!("there is {} on {}", found.name, found.note));
        let ids = || found.signatures.iter().map(|signature| signature.public_key_id.as_str());
        if ids().any(|id| attestor.keys.iter().any(|key| key.id == id)) {
            return cause.because(format!("it is signed by the id of a key of {name}"));
        }
        let by = ids().collect::<Vec<_>>().join(", ");
        let by = if by.is_empty() { "by nobody".to_owned() } else { format!("by {by}, no key of {name}") };
        Cause {
            against: vec![format!("it is signed {by}, so it would not count on {} either", attestor.note)],
            ..cause
        }
    };
    state.evidence.elsewhere_of(&digest).take(NOTES).map(cause).collect()
}

/// Whether something else was attested instead.
fn not_attested(name: &str, image: &ImageDecision, check: Option<&Check>) -> Vec<Cause> {
    let mut none = Cause::new(NoAttestation, Certain, format!("There is no attestation of this digest for {name}."));
    let is_own = |check: &&Check| matches!(&check.kind, CheckKind::Attestor(AttestorCheck::Attestor { name: other }) if other == name);
    let own = check.and_then(|check| check.flat().into_iter().find(is_own)).map(Check::flat).unwrap_or_default();
    let is_read = |check: &&&Check| matches!(&check.kind, CheckKind::Attestor(AttestorCheck::NoAttestations { .. }));
    none.evidence.extend(own.iter().find(is_read).map(|check| check.text()));
    let repository = image.image.split(['@', ':']).next().filter(|repository| !repository.is_empty());
    let other = own.iter().find_map(|check| match &check.kind {
        CheckKind::Attestor(AttestorCheck::ForOtherDigest { resource_uri }) => {
            Some(resource_uri).filter(|uri| repository.is_some_and(|repository| uri.contains(repository)))
        }
        _ => None,
    });
    let Some(other) = other else { return vec![none] };
    let text = format!("Another digest of the same repository was attested for {name}, not this one.");
    let cause = Cause::new(OtherDigest, Certain, text);
    vec![cause.because(format!("there is an attestation for {}", clip(other))), none]
}

fn attestation_cause(name: &str, fault: &AttestationFault) -> Cause {
    let kind = match fault {
        AttestationFault::OtherNote { .. } => OtherNote,
        AttestationFault::OtherKind { .. } | AttestationFault::Unsigned | AttestationFault::OnlyJwts { .. } => {
            NotSigned
        }
        AttestationFault::OtherResource { .. } | AttestationFault::OtherDigest { .. } => OtherDigest,
        AttestationFault::UnknownKey { .. } => KeyId,
        AttestationFault::Signature {
            fault: SignatureFault::Unsupported { .. } | SignatureFault::KeyUnreadable { .. },
            ..
        } => Algorithm,
        AttestationFault::Signature { fault: SignatureFault::Revoked { .. }, .. } => KeyRevoked,
        AttestationFault::Signature { .. } => Signature,
        AttestationFault::OtherMessage(_) | AttestationFault::Payload(_) => Payload,
    };
    let cause = Cause::new(kind, Certain, format!("An attestation is there for {name}, and does not count: {fault}."));
    match fault.expected_and_found() {
        (Some(expected), found) => cause.because(format!("expected {expected}; found {found}")),
        (None, found) => cause.because(format!("found: {found}")),
    }
}
