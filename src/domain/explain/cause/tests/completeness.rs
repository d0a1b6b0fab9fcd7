//! Every cause that a decision proves is reached here by a real decision, and is found by what the
//! checks are about, never by their words.

use super::*;

/// What only a message can say, because no decision is made about it.
const OF_MESSAGES: [CauseKind; 5] =
    [CauseKind::Enforcer, CauseKind::Check, CauseKind::NotWatched, CauseKind::Elsewhere, CauseKind::Unknown];

/// A refusal, what decides about it now, and a cause that this proves.
struct Situation {
    proves: CauseKind,
    message: String,
    policy: Policy,
    evidence: Evidence,
}

/// The image lacks an attestation by the one attestor of the default rule.
fn unattested(proves: CauseKind, evidence: Evidence) -> Situation {
    Situation { proves, message: message(&image(), R1), policy: requires(), evidence }
}

/// There is an attestation, made right and then changed.
fn attested_but(proves: CauseKind, change: impl FnOnce(&mut Attestation)) -> Situation {
    let mut attestation = attested(&image());
    change(&mut attestation);
    unattested(proves, found(Attestations::Read(vec![attestation])))
}

/// The default rule refuses everything.
fn denied(proves: CauseKind, image: &str, more: &str) -> Situation {
    Situation { proves, message: message(image, "deny"), policy: denies(more), evidence: Evidence::default() }
}

fn other_image() -> String {
    format!("gcr.io/p/app@sha256:{}", "0".repeat(64))
}

/// One for each thing that an attestor can lack.
fn of_attestors() -> Vec<Situation> {
    let none = || Attestations::Read(Vec::new());
    let keyless = Attestor { keys: Vec::new(), ..attestor() };
    let mut elsewhere = attested(&image());
    elsewhere.note = "projects/p/notes/other".parse().unwrap();
    let denied = Attestations::NotPermitted { service_account: "s@x".into(), readable: Vec::new() };
    let tag = message("gcr.io/p/app:v1", "Expected digest with sha256 scheme, but got tag or malformed digest");
    vec![
        Situation { message: tag, ..unattested(CauseKind::Tag, found(none())) },
        unattested(CauseKind::AttestorMissing, with(AttestorEvidence::NotFound)),
        unattested(CauseKind::NoKeys, with(AttestorEvidence::Found { attestor: keyless, attestations: none() })),
        unattested(CauseKind::Grant, found(denied)),
        unattested(CauseKind::NoteMissing, found(Attestations::NoteMissing)),
        unattested(CauseKind::NoAttestation, found(none())),
        unattested(CauseKind::OtherDigest, found(Attestations::Read(vec![attested(&other_image())]))),
        unattested(CauseKind::OtherNote, Evidence { elsewhere: vec![elsewhere], ..found(none()) }),
    ]
}

/// One for each way in which an attestation does not count.
fn of_attestations() -> Vec<Situation> {
    let signed =
        |bytes: &'static [u8]| move |attestation: &mut Attestation| attestation.signatures[0].bytes = bytes.to_vec();
    let payload = |text: String| {
        move |attestation: &mut Attestation| {
            attestation.signatures[0].bytes = [b"signed:", text.as_bytes()].concat();
            attestation.payload = text.into_bytes();
        }
    };
    let other = String::from_utf8(attested(&other_image()).payload).unwrap();
    vec![
        attested_but(CauseKind::OtherNote, |it| it.note = "projects/p/notes/other".parse().unwrap()),
        attested_but(CauseKind::NotSigned, |it| it.kind = "BUILD".into()),
        attested_but(CauseKind::NotSigned, |it| it.signatures.clear()),
        attested_but(CauseKind::NotSigned, |it| {
            it.signatures.clear();
            it.jwts = 1;
        }),
        attested_but(CauseKind::KeyId, |it| it.signatures[0].public_key_id = "alice@example.com".into()),
        attested_but(CauseKind::Signature, signed(b"bad")),
        attested_but(CauseKind::KeyRevoked, signed(b"revoked")),
        attested_but(CauseKind::Algorithm, signed(b"unsupported")),
        attested_but(CauseKind::Algorithm, signed(b"key unreadable")),
        attested_but(CauseKind::Payload, signed(b"signed:{}")),
        attested_but(CauseKind::Payload, payload("hello".to_owned())),
        attested_but(CauseKind::OtherDigest, payload(other)),
    ]
}

fn situations() -> Vec<Situation> {
    let allowed = found(Attestations::Read(vec![attested(&image())]));
    let system = format!("k8s.gcr.io/pause@sha256:{HEX}");
    let mut nobody = requires();
    nobody.default_admission_rule.require_attestations_by.clear();
    let key = "clusterAdmissionRules: {us-central1.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}}";
    let pattern = "admissionWhitelistPatterns: [{namePattern: gcr.io/p/*}]";
    let mut situations = vec![
        unattested(CauseKind::AdmittedNow, allowed.clone()),
        unattested(CauseKind::Delay, allowed),
        denied(CauseKind::RuleDeniesAll, "nginx", ""),
        denied(CauseKind::SystemPolicyOff, "k8s.gcr.io/pause", ""),
        Situation {
            message: message(&system, R1),
            ..unattested(CauseKind::SystemPolicyOff, found(Attestations::Read(Vec::new())))
        },
        denied(CauseKind::KeyMisspelt, "nginx", key),
        denied(CauseKind::PatternMisses, "gcr.io/p/team/app", pattern),
        Situation { policy: nobody, ..unattested(CauseKind::NoAttestors, Evidence::default()) },
    ];
    situations.extend(of_attestors());
    situations.extend(of_attestations());
    situations
}

#[test]
fn each_cause_is_proven_by_a_decision() {
    let mut reached = Vec::new();
    for Situation { proves, message, policy, evidence } in situations() {
        let diagnosis = again(&message, &policy, &evidence);
        let cause = diagnosis.causes.iter().find(|cause| cause.kind == proves);
        let cause = cause.unwrap_or_else(|| panic!("{proves:?} is not in {diagnosis:#?}"));
        assert!(cause.confidence == Confidence::Certain || proves == CauseKind::Delay, "{cause:#?}");
        reached.push(proves);
    }
    let missing: Vec<_> =
        CauseKind::ALL.iter().filter(|kind| !reached.contains(kind) && !OF_MESSAGES.contains(kind)).collect();
    assert!(missing.is_empty(), "no decision here proves {missing:?}");
    assert!(!reached.iter().any(|kind| OF_MESSAGES.contains(kind)));
}

#[test]
fn the_causes_are_the_same_in_any_words() {
    /// What of a diagnosis no wording decides.
    fn facts(diagnosis: &Diagnosis) -> Vec<(CauseKind, Confidence, usize, usize)> {
        let fact = |cause: &Cause| (cause.kind, cause.confidence, cause.evidence.len(), cause.against.len());
        diagnosis.causes.iter().map(fact).collect()
    }
    for Situation { proves, message, policy, evidence } in situations() {
        let (case, mut decision) = ask_again(&message, &policy, &evidence);
        let diagnosis = |decision: &Decision| {
            let state = PresentState { decision, policy: &policy, evidence: &evidence, is_here: true };
            diagnose(&case, &case.findings[0], Some(&state))
        };
        let (before, words) = (diagnosis(&decision), decision.trace.to_string());
        decision.trace = decision.trace.reworded();
        assert_ne!(decision.trace.to_string(), words, "the words are others");
        assert_eq!(facts(&diagnosis(&decision)), facts(&before), "{proves:?}");
    }
}

#[test]
fn what_is_not_known_is_the_same_in_any_words() {
    let (case, mut decision) = ask_again(&message(&image(), R1), &requires(), &Evidence::default());
    decision.trace = decision.trace.reworded();
    let (policy, evidence) = (requires(), Evidence::default());
    let state = PresentState { decision: &decision, policy: &policy, evidence: &evidence, is_here: true };
    assert_eq!(diagnose(&case, &case.findings[0], Some(&state)).unknown.len(), 1, "{}", decision.trace);
}

#[test]
fn another_attestors_attestation_is_no_evidence() {
    const CI: &str = "projects/p/attestors/ci";
    let mut policy = requires();
    policy.default_admission_rule.require_attestations_by.push(CI.to_owned());
    let mut evidence = found(Attestations::Read(Vec::new()));
    let ci = Attestor { name: CI.parse().unwrap(), note: "projects/p/notes/ci-note".parse().unwrap(), ..attestor() };
    let mut other = attested(&other_image());
    other.note = ci.note.clone();
    let known = AttestorEvidence::Found { attestor: ci, attestations: Attestations::Read(vec![other]) };
    evidence.attestors.insert(CI.parse().unwrap(), known);
    let diagnosis = again(&message(&image(), R1), &policy, &evidence);
    let kinds: Vec<_> = diagnosis.causes.iter().map(|cause| cause.kind).collect();
    assert_eq!(kinds, [CauseKind::NoAttestation], "the message is about qa, whose note is empty: {diagnosis:#?}");
}
