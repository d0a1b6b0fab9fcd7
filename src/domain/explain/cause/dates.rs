//! What came after a refusal: a change of the policy, or the attestation that was missing.

use jiff::Timestamp;

use super::diagnosis::PresentState;
use crate::admission::{Attestations, AttestorEvidence, ImageDecision};
use crate::attestation::is_for;
use crate::explain::message::{Finding, Refusal};
use crate::image::ImageRef;

/// Says when the policy was changed, if that was after the refusal.
pub(super) fn changed_since(case: &Refusal, state: &PresentState<'_>) -> Option<String> {
    let refused: Timestamp = case.subject.time.parse().ok()?;
    let changed: Timestamp = state.policy.update_time.as_ref()?.parse().ok()?;
    (changed > refused).then(|| format!("the policy was changed at {changed}, after the refusal"))
}

/// Says when the first attestation of the image was made, if that was after the refusal.
pub(super) fn attested_since(
    case: &Refusal,
    finding: &Finding,
    image: &ImageDecision,
    state: &PresentState<'_>,
) -> Option<String> {
    let refused: Timestamp = case.subject.time.parse().ok()?;
    let digest = image.image.parse::<ImageRef>().ok()?.digest()?.clone();
    let attestor = finding.attestor.as_ref()?.parse().ok()?;
    let AttestorEvidence::Found { attestations: Attestations::Read(list), .. } =
        state.evidence.attestors.get(&attestor)?
    else {
        return None;
    };
    let times = list.iter().filter(|attestation| is_for(&attestation.resource_uri, &digest));
    let made = times.filter_map(|attestation| attestation.create_time.as_ref()?.parse::<Timestamp>().ok()).min()?;
    (made > refused).then(|| format!("the attestation was made at {made}, after the refusal"))
}
