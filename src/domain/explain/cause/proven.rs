//! What the same question, asked again, proves.

use jiff::Timestamp;

use super::CauseKind::{
    AdmittedNow, Algorithm, AttestorMissing, Delay, Grant, KeyId, KeyMisspelt, KeyRevoked, NoAttestation, NoAttestors,
    NoKeys, NotSigned, NoteMissing, OtherDigest, OtherNote, PatternMisses, Payload, RuleDeniesAll, Signature,
    SystemPolicyOff, Tag,
};
use super::Confidence::{Certain, Likely, Possible};
use super::{Cause, Diagnosis, State};
use crate::admission::{
    Attestations, AttestorEvidence, AttestorFault, AttestorOutcome, DenyCause, ImageDecision, ImageOutcome, Outcome,
};
use crate::attestation::{Attestation, AttestationFault, SignatureFault, is_for};
use crate::explain::message::{Case, Finding, Verdict};
use crate::image::ImageRef;
use crate::pattern::Pattern;
use crate::trace::{Check, Status};

/// Adds what the state proves, and takes back what it refutes.
pub(super) fn add(diagnosis: &mut Diagnosis, case: &Case, finding: &Finding, state: &State<'_>) {
    diagnosis.unknown.clear();
    diagnosis.unknown.extend(unknown(state));
    let admitted = state.decision.outcome.admits() == Some(true);
    let images: Vec<&ImageDecision> = state.decision.images.iter().filter(|image| is_meant(finding, image)).collect();
    if images.is_empty() && !admitted {
        diagnosis
            .unknown
            .push("how the image would be decided now: the question that was asked has another".to_owned());
        return;
    }
    let denied: Vec<&ImageDecision> =
        images.iter().copied().filter(|image| matches!(image.outcome, ImageOutcome::Deny(_))).collect();
    if admitted || denied.is_empty() && images.iter().all(|image| image.outcome != ImageOutcome::Undecided) {
        return admitted_now(diagnosis, case, finding, state, &images);
    }
    let mut proven: Vec<Cause> = denied.iter().flat_map(|image| causes_of(case, finding, image, state)).collect();
    if proven.is_empty() {
        return;
    }
    if let Some(rule) = &state.decision.rule
        && case.rule.as_ref().is_some_and(|said| (said.kind, &said.key) != (rule.kind, &rule.key))
    {
        for cause in &mut proven {
            cause.against.push(format!("another rule decides now than the message names: {}", place(state)));
        }
    }
    // What is proven leaves nothing to guess.
    diagnosis.causes = proven;
}

/// The image of the finding; where the message names none, any that is refused.
fn is_meant(finding: &Finding, decision: &ImageDecision) -> bool {
    match &finding.image {
        Some(image) => *image == decision.image || same_digest(image, &decision.image),
        None => matches!(decision.outcome, ImageOutcome::Deny(_)),
    }
}

fn same_digest(one: &str, other: &str) -> bool {
    let name_and_digest = |text: &str| {
        let image: ImageRef = text.parse().ok()?;
        Some((image.name().to_owned(), image.digest()?.clone()))
    };
    name_and_digest(one).is_some_and(|one| Some(one) == name_and_digest(other))
}

/// What the state does not tell.
fn unknown(state: &State<'_>) -> Vec<String> {
    let flat = state.decision.trace.flat();
    let leaves = flat.into_iter().filter(|(_, check)| check.status == Status::Unknown && check.children.is_empty());
    let mut texts: Vec<String> = leaves.map(|(_, check)| check.text()).collect();
    texts.retain(|text| !text.starts_with("evaluation mode") && !text.starts_with("whether the pod"));
    texts.dedup();
    texts
}

/// Where the rule stands.
fn place(state: &State<'_>) -> String {
    state.decision.rule.as_ref().map_or_else(String::new, |rule| {
        if rule.key.is_empty() { rule.kind.field().to_owned() } else { format!("{}.{}", rule.kind.field(), rule.key) }
    })
}

/// It is an answer: what was refused would run now, and since when that may be so.
fn admitted_now(
    diagnosis: &mut Diagnosis,
    case: &Case,
    finding: &Finding,
    state: &State<'_>,
    images: &[&ImageDecision],
) {
    let how = match state.decision.outcome {
        Outcome::AdmitDryRun => "It would be admitted now: the rule is a dry run.",
        Outcome::AdmitBreakGlass => "It would be admitted now: the pod breaks the glass.",
        _ if state.decision.rule.is_none() => "It would be admitted now: the policy is not enforced there.",
        _ => "It would be admitted now.",
    };
    let mut cause = Cause::new(AdmittedNow, Certain, how);
    for image in images {
        cause.evidence.extend(why_admitted(image, state));
    }
    cause.evidence.extend(changed_since(case, state));
    let attested = images.iter().find_map(|image| attested_since(case, finding, image, state));
    let outcome = matches!(case.verdict, Verdict::Denied).then(|| {
        Cause::new(
            Delay,
            if attested.is_some() { Likely } else { Possible },
            "When it was refused, something that decides was not there yet, or not yet seen by the enforcer.",
        )
    });
    let mut delay = outcome;
    if let (Some(delay), Some(text)) = (&mut delay, attested) {
        delay.evidence.push(text);
    }
    let mut rest = std::mem::take(&mut diagnosis.causes);
    rest.retain(|cause| cause.kind != Delay);
    for other in &mut rest {
        other.confidence = Possible;
        other.against.push("it is not so now".to_owned());
    }
    diagnosis.causes = std::iter::once(cause).chain(delay).chain(rest).collect();
}

fn why_admitted(image: &ImageDecision, state: &State<'_>) -> Option<String> {
    match &image.outcome {
        ImageOutcome::Exempt(crate::admission::Exemption::System { pattern }) => {
            Some(format!("the system policy exempts {} by {pattern}", image.image))
        }
        ImageOutcome::Exempt(crate::admission::Exemption::Allowlist { pattern, .. }) => {
            Some(format!("the allowlist exempts {} by {pattern}", image.image))
        }
        ImageOutcome::Allow if !image.attestors.is_empty() => {
            Some(format!("every attestor of {} has an attestation of it that counts", place(state)))
        }
        ImageOutcome::Allow if state.decision.rule.is_some() => Some(format!("{} allows it", place(state))),
        _ => None,
    }
}

fn changed_since(case: &Case, state: &State<'_>) -> Option<String> {
    let refused: Timestamp = case.subject.time.parse().ok()?;
    let changed: Timestamp = state.policy.update_time.as_ref()?.parse().ok()?;
    (changed > refused).then(|| format!("the policy was changed at {changed}, after the refusal"))
}

/// The first attestation that counts was made after the refusal.
fn attested_since(case: &Case, finding: &Finding, image: &ImageDecision, state: &State<'_>) -> Option<String> {
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

/// What the decision proves of an image that it refuses too.
fn causes_of(case: &Case, finding: &Finding, image: &ImageDecision, state: &State<'_>) -> Vec<Cause> {
    let check = image_check(image, state);
    match image.outcome {
        ImageOutcome::Deny(DenyCause::AlwaysDeny) => {
            let mut causes = near_misses(check, state);
            let text = format!("{} refuses every image that no pattern exempts.", place(state));
            let mut denies = Cause::new(RuleDeniesAll, Certain, text).because("its evaluation mode is ALWAYS_DENY");
            if let Some(attestor) = &finding.attestor {
                denies.against.push(format!("the message is about {attestor}: the rule asked for attestations then"));
            }
            causes.push(denies);
            causes
        }
        ImageOutcome::Deny(DenyCause::NoAttestors) => {
            let text = format!("{} asks for attestations and names no attestor.", place(state));
            vec![Cause::new(NoAttestors, Certain, text)]
        }
        _ => attestor_causes(finding, image, case, check, state),
    }
}

fn image_check<'s>(image: &ImageDecision, state: &State<'s>) -> Option<&'s Check> {
    let label = format!("image {}", crate::trace::clipped(&image.image));
    state.decision.trace.checks.iter().find(|check| check.label == label)
}

/// Whether the pattern would cover the image with one character more, less, or another.
fn misses_by_one(pattern: &str, image: &str) -> bool {
    let (typed, wanted): (Vec<char>, Vec<char>) = (pattern.chars().collect(), image.chars().collect());
    let at = typed.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let Some(next) = wanted.get(at) else { return false };
    let with = |gone: usize, new: &[char]| {
        let rest = typed.iter().skip(at + gone);
        let text: String = typed.iter().take(at).chain(new).chain(rest).collect();
        Pattern::parse(&text).is_ok_and(|pattern| pattern.matches(image))
    };
    with(1, &[*next]) || with(1, &[]) || with(0, &[*next])
}

/// What came near to exempting the image, or to another rule.
fn near_misses(check: Option<&Check>, state: &State<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let checks = check.map(Check::flat).unwrap_or_default();
    if let Some(pattern) = checks.iter().find(|check| check.label.contains("globalPolicyEvaluationMode: ENABLE")) {
        let text = "It is one of Google's system images, and the system policy is not evaluated: globalPolicyEvaluationMode is not ENABLE.";
        let pattern = pattern.found.clone().unwrap_or_default();
        causes.push(Cause::new(SystemPolicyOff, Certain, text).because(format!("the system policy has {pattern}")));
    }
    for (check, similar) in
        state.decision.trace.flat().iter().filter_map(|(_, check)| Some((*check, similar_key(check)?)))
    {
        let text =
            format!("No rule has the key of this request, and `{similar}` is nearly it: the default rule decides.");
        causes.push(Cause::new(KeyMisspelt, Certain, text).because(check.text()));
    }
    // One of another registry was hardly meant for it.
    let registry = check.and_then(|check| check.label.strip_prefix("image ")?.split_once('/')).map(|(host, _)| host);
    let near = registry.map(|registry| format!("closest pattern {registry}/"));
    if let Some(near) = near.and_then(|near| checks.iter().find(|check| check.label.starts_with(&near))) {
        let found = near.found.clone().unwrap_or_default();
        let differs = found.contains(" and the pattern `") || found.ends_with("where the image ends");
        let image = check.and_then(|check| check.label.strip_prefix("image ")).unwrap_or_default();
        let pattern = near.label.strip_prefix("closest pattern ").unwrap_or_default();
        let confidence = if differs && !misses_by_one(pattern, image) { Possible } else { Certain };
        let text = format!("The {} does not cover the image: {found}.", near.label);
        causes.push(Cause::new(PatternMisses, confidence, text));
    }
    causes
}

/// The key that the trace calls similar (`none for cluster `X`; `Y` is similar`).
fn similar_key(check: &Check) -> Option<String> {
    let before = check.found.as_deref()?.strip_suffix("` is similar")?;
    before.rsplit_once('`').map(|(_, key)| key.to_owned())
}

/// Why the attestors that refuse do so; of one that the message names, only that one.
fn attestor_causes(
    finding: &Finding,
    image: &ImageDecision,
    case: &Case,
    check: Option<&Check>,
    state: &State<'_>,
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
    let mut near = near_misses(check, state);
    near.retain(|cause| cause.kind == SystemPolicyOff);
    near.extend(causes);
    near
}

fn attestor_cause(
    attestor: &AttestorOutcome,
    image: &ImageDecision,
    check: Option<&Check>,
    state: &State<'_>,
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
            causes.extend(not_attested(name, check));
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
fn on_other_notes(name: &str, image: &ImageDecision, state: &State<'_>) -> Vec<Cause> {
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
fn not_attested(name: &str, check: Option<&Check>) -> Vec<Cause> {
    let mut none = Cause::new(NoAttestation, Certain, format!("There is no attestation of this digest for {name}."));
    let checks = check.map(Check::flat).unwrap_or_default();
    let own = checks.iter().position(|check| check.label == format!("attestor {name}"));
    let read = checks.iter().skip(own.unwrap_or(0)).find(|check| check.label.starts_with("attestations on "));
    none.evidence.extend(read.map(|check| check.text()));
    let repository = check.map(|check| check.label.clone()).unwrap_or_default();
    let repository = repository.strip_prefix("image ").unwrap_or_default();
    let repository = repository.split(['@', ':']).next().unwrap_or_default();
    let others: Vec<String> = checks
        .iter()
        .filter(|check| check.label == "there is one for")
        .filter_map(|check| check.found.clone())
        .filter(|found| found.contains(repository) && !repository.is_empty())
        .collect();
    let Some(first) = others.first() else { return vec![none] };
    let text = format!("Another digest of the same repository was attested for {name}, not this one.");
    let cause = Cause::new(OtherDigest, Certain, text).because(format!("there is an attestation for {first}"));
    vec![cause, none]
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
