//! What the same question, asked again, proves.

use super::attestors::attestor_causes;
use super::dates::{attested_since, changed_since};
use super::diagnosis::CauseKind::{AdmittedNow, Delay, NoAttestors, RuleDeniesAll};
use super::diagnosis::Confidence::{Certain, Likely, Possible};
use super::diagnosis::{Cause, Diagnosis, PresentState};
use super::near_misses::near_misses;
use crate::admission::check::CheckKind;
use crate::admission::trace::{Check, Status};
use crate::admission::{DenyCause, Exemption, ImageDecision, ImageOutcome, Outcome};
use crate::explain::message::{Finding, Refusal, Verdict};
use crate::image::ImageRef;

/// Adds what the state proves, and takes back what it refutes.
pub(super) fn add(diagnosis: &mut Diagnosis, case: &Refusal, finding: &Finding, state: &PresentState<'_>) {
    diagnosis.unknown.clear();
    diagnosis.unknown.extend(unknown(state));
    let images: Vec<&ImageDecision> = state.decision.images.iter().filter(|image| is_meant(finding, image)).collect();
    if state.decision.outcome.admits() == Some(true) {
        return admitted_now(diagnosis, case, finding, state, &images);
    }
    if images.is_empty() {
        diagnosis
            .unknown
            .push("how the image would be decided now: the question that was asked has another".to_owned());
        return;
    }
    let denied: Vec<&ImageDecision> =
        images.iter().copied().filter(|image| matches!(image.outcome, ImageOutcome::Deny(_))).collect();
    if denied.is_empty() && images.iter().all(|image| image.outcome != ImageOutcome::Undecided) {
        // The pod is refused, or nobody knows, for something else.
        return take_back(
            diagnosis,
            "it is not so now: this image passes, and what else decides about the pod does not",
        );
    }
    let mut proven: Vec<Cause> = denied.iter().flat_map(|image| causes_of(case, finding, image, state)).collect();
    if proven.is_empty() {
        return;
    }
    let against = against_rule(case, state);
    for cause in &mut proven {
        cause.against.extend(against.iter().cloned());
    }
    // What is proven leaves nothing to guess; what something speaks against goes before the guesses.
    if proven.iter().any(|cause| !cause.against.is_empty()) {
        let rest = std::mem::take(&mut diagnosis.causes);
        let is_new = |guess: &Cause| proven.iter().all(|cause| cause.kind != guess.kind);
        let rest: Vec<Cause> = rest.into_iter().filter(is_new).collect();
        proven.extend(rest);
    }
    diagnosis.causes = proven;
}

/// Says of every guess that it is refuted now.
fn take_back(diagnosis: &mut Diagnosis, why: &str) {
    for guess in &mut diagnosis.causes {
        guess.confidence = Possible;
        guess.against.push(why.to_owned());
    }
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
fn unknown(state: &PresentState<'_>) -> Vec<String> {
    let flat = state.decision.trace.flat();
    let leaves = flat.into_iter().filter(|(_, check)| check.status == Status::Unknown && check.children.is_empty());
    let mut texts: Vec<String> =
        leaves.filter(|(_, check)| !follows(&check.kind)).map(|(_, check)| check.text()).collect();
    texts.dedup();
    texts
}

/// Whether a check is unknown only because another one is.
fn follows(kind: &CheckKind) -> bool {
    matches!(kind, CheckKind::EvaluationMode(_) | CheckKind::HangsOn(_) | CheckKind::Outcome(_))
}

/// What speaks against whatever the rule proves: the message names another one, where it was is not known, or which rule
/// decides.
fn against_rule(case: &Refusal, state: &PresentState<'_>) -> Vec<String> {
    let mut against = Vec::new();
    if let Some(rule) = state.decision.known_rule()
        && case.rule.as_ref().is_some_and(|said| (said.kind, &said.key) != (rule.kind, &rule.key))
    {
        against.push(format!("another rule decides now than the message names: {}", place(state)));
    }
    let hangs_on = state.decision.rule_hangs_on();
    if !hangs_on.is_empty() {
        against.push(format!("another rule may decide: that hangs on {hangs_on}, and it is not known"));
    }
    if !state.is_here {
        against.push("the message does not say in which project it was, and names nothing of what is asked".to_owned());
    }
    against
}

/// What speaks against it that the images are admitted now for what the message is about: its attestor is not asked any
/// more, or what it attested is only assumed.
fn against_images(finding: &Finding, images: &[&ImageDecision]) -> Vec<String> {
    let mut against = Vec::new();
    let allowed = || images.iter().filter(|image| image.outcome == ImageOutcome::Allow);
    if let Some(named) = &finding.attestor
        && allowed().any(|image| image.attestors.iter().all(|attestor| attestor.name != *named))
    {
        against.push(format!("{named} is not asked now"));
    }
    if allowed().any(|image| image.attestors.iter().any(|attestor| attestor.assumed)) {
        against.push("that it is attested is assumed, and was not looked up".to_owned());
    }
    against
}

/// Where the rule stands.
fn place(state: &PresentState<'_>) -> String {
    state.decision.rule.as_ref().map_or_else(String::new, |rule| {
        if rule.key.is_empty() { rule.kind.field().to_owned() } else { format!("{}.{}", rule.kind.field(), rule.key) }
    })
}

/// Answers that what was refused would run now, and since when that may be so.
fn admitted_now(
    diagnosis: &mut Diagnosis,
    case: &Refusal,
    finding: &Finding,
    state: &PresentState<'_>,
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
    cause.against = [against_rule(case, state), against_images(finding, images)].concat();
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
    diagnosis.causes.retain(|cause| cause.kind != Delay);
    if cause.against.is_empty() {
        take_back(diagnosis, "it is not so now");
    }
    let rest = std::mem::take(&mut diagnosis.causes);
    diagnosis.causes = std::iter::once(cause).chain(delay).chain(rest).collect();
}

fn why_admitted(image: &ImageDecision, state: &PresentState<'_>) -> Option<String> {
    match &image.outcome {
        ImageOutcome::Exempt(Exemption::System { pattern }) => {
            Some(format!("the system policy exempts {} by {pattern}", image.image))
        }
        ImageOutcome::Exempt(Exemption::Allowlist { pattern, .. }) => {
            Some(format!("the allowlist exempts {} by {pattern}", image.image))
        }
        ImageOutcome::Allow if state.decision.known_rule().is_none() => None,
        ImageOutcome::Allow if !image.attestors.is_empty() => {
            Some(format!("every attestor of {} has an attestation of it that counts", place(state)))
        }
        ImageOutcome::Allow => Some(format!("{} allows it", place(state))),
        _ => None,
    }
}

/// What the decision proves of an image that it refuses too.
fn causes_of(case: &Refusal, finding: &Finding, image: &ImageDecision, state: &PresentState<'_>) -> Vec<Cause> {
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

fn image_check<'s>(image: &ImageDecision, state: &PresentState<'s>) -> Option<&'s Check> {
    let is_of_image =
        |check: &&Check| matches!(&check.kind, CheckKind::Image { image: name, .. } if *name == image.image);
    state.decision.trace.checks.iter().find(is_of_image)
}
