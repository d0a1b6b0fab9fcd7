//! The causes that a message alone suggests, by the table of `docs/binary-authorization.md`, "Causes and
//! fixes"; the ids of messages below are those of "Messages" there.

use super::diagnosis::CauseKind::{
    Algorithm, AttestorMissing, Check, Delay, Elsewhere, Enforcer, Grant, KeyId, KeyMisspelt, NoAttestation,
    NoAttestors, NoKeys, NotWatched, OtherDigest, OtherNote, PatternMisses, Payload, RuleDeniesAll, Signature,
    SystemPolicyOff, Tag, Unknown,
};
use super::diagnosis::Confidence::{Likely, Possible};
use super::diagnosis::{Cause, CauseKind, Diagnosis};
use crate::explain::message::{Finding, ReasonKind, Refusal, RefusalKind};
use crate::image::ImageRef;
use crate::pattern::Pattern;
use crate::policy::RuleKind;
use crate::system_policy::DOCUMENTED_PATTERNS;

/// The causes that fit a finding, the most frequent first.
pub(super) fn diagnosis(case: &Refusal, finding: &Finding) -> Diagnosis {
    if let Some(known) = case.relative {
        if !known.relative.is_told() {
            return Diagnosis { causes: vec![Cause::new(Unknown, Possible, known.means)], unknown: Vec::new() };
        }
        let text = format!("This is about {}.", known.relative.as_str());
        return only(Cause::new(Elsewhere, Likely, format!("{text} {}", known.means)));
    }
    let image = finding.image.as_deref();
    match &finding.reason.kind {
        ReasonKind::AlwaysDeny => always_deny(case, image),
        ReasonKind::NoValidAttestation => no_valid_attestation(case, image),
        ReasonKind::NoDigest => only(tag(image)),
        ReasonKind::NotJson => only(
            Cause::new(
                Payload,
                Likely,
                "Another file than the payload was signed: what the signature is over is not JSON.",
            )
            .because("the signature itself was good"),
        ),
        ReasonKind::UnknownKey(key) => only(key_id(key)),
        ReasonKind::BadSignature => only(Cause::new(Signature, Likely, "The signature does not hold for the payload.")),
        ReasonKind::WrongName => {
            only(Cause::new(Payload, Likely, "The attestation's payload names another repository."))
        }
        ReasonKind::WrongDigest => {
            only(Cause::new(OtherDigest, Likely, "The attestation's payload names another digest."))
        }
        ReasonKind::BadPayload => only(Cause::new(Payload, Likely, "The attestation's payload cannot be read.")),
        ReasonKind::NotGiven => not_given(case, image),
        ReasonKind::AttestorCut => attestor_cut(image),
        ReasonKind::Check => only(Cause::new(Check, Likely, finding.reason.text.clone())),
        ReasonKind::NotWatched => only(Cause::new(NotWatched, Likely, finding.reason.text.clone())),
        ReasonKind::Unreachable => {
            only(Cause::new(Enforcer, Likely, "The enforcer could not be reached, so the policy was not asked."))
        }
        ReasonKind::Other => only(Cause::new(Elsewhere, Possible, finding.reason.text.clone())),
        ReasonKind::Unknown => Diagnosis {
            causes: vec![Cause::new(Unknown, Possible, "The reason is in words that are not known.")],
            unknown: vec![format!("what `{}` means", finding.reason.text)],
        },
    }
}

fn only(cause: Cause) -> Diagnosis {
    Diagnosis { causes: vec![cause], unknown: Vec::new() }
}

fn tag(image: Option<&str>) -> Cause {
    let text = "The image is deployed by a tag, and attestations are for digests.";
    let cause = Cause::new(Tag, Likely, text);
    match image {
        Some(image) if image.contains('@') => Cause {
            text: "The image's digest is not whole: sha256: and 64 lower-case hexadecimal digits.".into(),
            ..cause
        }
        .because(format!("the message names {image}")),
        Some(image) => cause.because(format!("the message names {image}, without @sha256:…")),
        None => cause,
    }
}

fn key_id(key: &str) -> Cause {
    let cause = Cause::new(
        KeyId,
        Likely,
        format!("The attestation says it is by key `{key}`, and the attestor has no key of that id."),
    );
    if key.contains('@') && !key.contains('/') {
        return cause.because("that is an e-mail address; the id of a PGP key is its 40 hexadecimal digits");
    }
    cause.because("ids are compared letter by letter")
}

/// The evaluation mode of a rule refused the image (G1, W1 and C1; G2 and W2 for rules of clusters).
fn always_deny(case: &Refusal, image: Option<&str>) -> Diagnosis {
    let kind = case.rule.as_ref().map(|rule| rule.kind);
    let rule = case.rule.as_ref().map_or("the rule that decided".to_owned(), crate::explain::message::rule_words);
    let denies =
        Cause::new(RuleDeniesAll, Likely, format!("{} refuses every image that no pattern exempts.", capital(&rule)))
            .because("the message says that the evaluation mode decided");
    let mut causes = vec![denies];
    if image.is_some_and(is_system_image) {
        let text = "The image is one of Google's system images, and the system policy is not evaluated.";
        causes.insert(
            0,
            Cause::new(SystemPolicyOff, Likely, text)
                .because("the system policy exempts it where globalPolicyEvaluationMode is ENABLE"),
        );
    }
    if matches!(kind, Some(RuleKind::Default)) && case.kind != RefusalKind::CloudRun {
        causes.push(Cause::new(
            KeyMisspelt,
            Possible,
            "A specific rule was meant to apply and its key is not the cluster's, namespace's or account's.",
        ));
    }
    causes.push(Cause::new(PatternMisses, Possible, "A pattern was meant to exempt the image and does not match it."));
    let mut unknown = vec!["whether a pattern comes near the image, and whether other rules were meant".to_owned()];
    if image.is_none() {
        unknown.push("which image: the message does not name it".to_owned());
    }
    Diagnosis { causes, unknown }
}

fn is_system_image(image: &str) -> bool {
    DOCUMENTED_PATTERNS.iter().any(|text| text.parse::<Pattern>().is_ok_and(|pattern| pattern.matches(image)))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// No attestation counts (R1): the sentence behind which almost everything hides.
fn no_valid_attestation(case: &Refusal, image: Option<&str>) -> Diagnosis {
    let digest = image.and_then(|image| image.parse::<ImageRef>().ok()).and_then(|image| image.digest().cloned());
    let which = digest.map_or_else(|| "the image".to_owned(), |digest| format!("sha256:{}…", digest.short(12)));
    let possible = |kind: CauseKind, text: &str| Cause::new(kind, Possible, text);
    let mut causes = vec![
        Cause::new(NoAttestation, Likely, format!("Nobody attested {which} for this attestor."))
            .because("it is what the sentence says"),
        possible(
            OtherDigest,
            "Another digest was attested: the tag moved since, or the index was attested and not the platform's image.",
        ),
        possible(OtherNote, "The attestation is on another note than the attestor's."),
        possible(KeyId, "The attestation's key id is not exactly one of the attestor's."),
        possible(
            Payload,
            "Other bytes were signed than the payload beside the signature: line ends, layout, another file.",
        ),
        possible(Algorithm, "The attestor has the key with another signature algorithm than it signs with."),
        possible(Grant, "The attestor's service account may not read the attestations on the note."),
        possible(Delay, "The attestation is new and not yet seen everywhere."),
        possible(NoKeys, "The attestor has no keys, so nothing counts."),
        possible(AttestorMissing, "The attestor that the rule names does not exist any more."),
    ];
    if case.kind == RefusalKind::CloudRun
        && let Some(other) = causes.iter_mut().find(|cause| cause.kind == OtherDigest)
    {
        other.evidence.push("Cloud Run asks about the platform's own image, not about the index".to_owned());
    }
    let unknown = "which of these it is: the sentence is the same for all of them".to_owned();
    Diagnosis { causes, unknown: vec![unknown] }
}

/// The message stops before the cause (W9, C4 and G6).
fn not_given(case: &Refusal, image: Option<&str>) -> Diagnosis {
    let is_tag = image.is_some_and(|image| !image.contains('@'));
    let mut causes = vec![
        Cause::new(RuleDeniesAll, Possible, "The rule refuses every image that no pattern exempts."),
        Cause::new(NoAttestation, Possible, "The rule asks for an attestation, and the image has none that counts."),
        Cause::new(NoAttestors, Possible, "The rule asks for attestations and names no attestor."),
    ];
    // Cloud Run resolves tags itself.
    if is_tag && case.kind != RefusalKind::CloudRun {
        causes.insert(1, tag(image));
        for cause in &mut causes {
            cause.confidence = Possible;
        }
    }
    let mut unknown = vec!["why: the message names no cause".to_owned()];
    if case.kind == RefusalKind::CloudRun && image.is_none() {
        causes.push(Cause::new(
            Elsewhere,
            Possible,
            "Cloud Run may not read the image: its reason is the same for that.",
        ));
        unknown.push("whether the policy refused the image, or Cloud Run may not read it".to_owned());
    }
    Diagnosis { causes, unknown }
}

/// The message says that an attestor refused, and stops there: no rule that refuses everything goes on so.
fn attestor_cut(image: Option<&str>) -> Diagnosis {
    let mut causes = vec![Cause::new(
        NoAttestation,
        Possible,
        "An attestor that the rule asks has no attestation of the image that counts.",
    )];
    if image.is_none_or(|image| !image.contains('@')) {
        let tag = tag(image);
        causes.insert(0, Cause { confidence: Possible, ..tag });
    }
    Diagnosis { causes, unknown: vec!["why: the message ends before it says it".to_owned()] }
}
