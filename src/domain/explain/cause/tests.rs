mod completeness;

use std::collections::BTreeMap;

use super::*;
use crate::admission::{Attestations, AttestorEvidence, CompiledPolicy, Decision, Evidence, Request, evaluate};
use crate::attestation::{self, Attestation, Signature, SignatureFault, Verified, Verify};
use crate::attestor::{Attestor, KeyMaterial, PublicKey};
use crate::document::{Dialect, Document};
use crate::explain::message::decode;
use crate::image::ImageRef;
use crate::policy::Policy;
use crate::system_policy::SystemPolicy;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const QA: &str = "projects/p/attestors/qa";
const KEY: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

struct Plain;

impl Verify for Plain {
    fn verify(&self, _: &PublicKey, signature: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        match signature.strip_prefix(b"signed:") {
            Some(message) => Ok(Verified { message: message.to_vec(), warnings: Vec::new() }),
            None => Err(fault(signature)),
        }
    }
}

/// The fault that a signature names.
fn fault(signature: &[u8]) -> SignatureFault {
    match signature {
        b"revoked" => {
            SignatureFault::Revoked { key: KEY.into(), since: jiff::Timestamp::UNIX_EPOCH, reason: "lost".into() }
        }
        b"unsupported" => SignatureFault::Unsupported { detail: "MD5".into() },
        b"key unreadable" => SignatureFault::KeyUnreadable { detail: "the packet is cut off".into() },
        _ => SignatureFault::Bad,
    }
}

fn image() -> String {
    format!("gcr.io/p/app@sha256:{HEX}")
}

fn message(image: &str, reason: &str) -> String {
    let head = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: ";
    let rule = format!("Image {image} denied by Binary Authorization default admission rule. ");
    if reason == "deny" {
        return format!("{head}{rule}Denied by always_deny admission rule");
    }
    format!("{head}{rule}Image {image} denied by attestor {QA}: {reason}")
}

const R1: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

fn policy(rule: &str, more: &str) -> Policy {
    let text = format!(
        "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n{rule}\n{more}\nupdateTime: '2024-05-12T05:00:00Z'\n"
    );
    Document::parse(&text, Dialect::Gcloud).policy.unwrap_or_else(|| panic!("{text}"))
}

fn requires() -> Policy {
    policy(&format!("  evaluationMode: REQUIRE_ATTESTATION\n  requireAttestationsBy: [{QA}]"), "")
}

fn denies(more: &str) -> Policy {
    policy("  evaluationMode: ALWAYS_DENY", more)
}

fn attestor() -> Attestor {
    Attestor {
        name: QA.parse().unwrap(),
        note: "projects/p/notes/qa-note".parse().unwrap(),
        description: String::new(),
        keys: vec![PublicKey {
            id: KEY.into(),
            comment: String::new(),
            material: KeyMaterial::Pgp { armor: String::new() },
        }],
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

fn attested(image: &str) -> Attestation {
    let image: ImageRef = image.parse().unwrap();
    let payload = attestation::payload(&image, image.digest().unwrap());
    Attestation {
        name: "projects/p/occurrences/1".into(),
        note: attestor().note,
        kind: attestation::ATTESTATION.into(),
        resource_uri: format!("https://{image}"),
        signatures: vec![Signature { public_key_id: KEY.into(), bytes: [b"signed:", &payload[..]].concat() }],
        payload,
        jwts: 0,
        create_time: Some("2024-05-12T06:00:00Z".into()),
    }
}

fn with(known: AttestorEvidence) -> Evidence {
    Evidence { attestors: BTreeMap::from([(QA.parse().unwrap(), known)]), ..Evidence::default() }
}

fn found(attestations: Attestations) -> Evidence {
    with(AttestorEvidence::Found { attestor: attestor(), attestations })
}

/// The diagnosis of a message with the question asked again.
fn again(text: &str, policy: &Policy, evidence: &Evidence) -> Diagnosis {
    let (case, decision) = ask_again(text, policy, evidence);
    let state = PresentState { decision: &decision, policy, evidence, is_here: true };
    diagnose(&case, &case.findings[0], Some(&state))
}

/// What a message says, and the decision about the same question by what is known now.
fn ask_again(text: &str, policy: &Policy, evidence: &Evidence) -> (Refusal, Decision) {
    let mut case = decode(text).cases.swap_remove(0);
    case.subject.time = "2024-05-12T05:37:31Z".into();
    let compiled = CompiledPolicy::new(policy, &SystemPolicy::of_sandbox());
    let mut request = case.request();
    request.complete(&Request { cluster: Some("us-central1-a.prod".into()), ..Request::default() });
    let decision = evaluate(&compiled, &request, evidence, &Plain);
    (case, decision)
}

fn first(text: &str, policy: &Policy, evidence: &Evidence) -> String {
    let diagnosis = again(text, policy, evidence);
    let cause = &diagnosis.causes[0];
    format!("{} {}", cause.confidence.as_str(), cause.kind.as_str())
}

#[test]
fn without_the_state_nothing_is_certain() {
    for reason in [R1, "deny", "Expected digest with sha256 scheme, but got tag or malformed digest", "something new"] {
        let case = decode(&message(&image(), reason)).cases.swap_remove(0);
        let diagnosis = diagnose(&case, &case.findings[0], None);
        assert!(!diagnosis.causes.is_empty());
        assert!(diagnosis.causes.iter().all(|cause| cause.confidence != Confidence::Certain), "{diagnosis:?}");
        assert!(diagnosis.causes.is_sorted_by_key(|cause| cause.confidence));
    }
}

#[test]
fn what_an_attestor_lacks_is_proven_one_by_one() {
    let text = message(&image(), R1);
    let other = format!("gcr.io/p/app@sha256:{}", "0".repeat(64));
    let mut wrong_key = attested(&image());
    wrong_key.signatures[0].public_key_id = "alice@example.com".into();
    let mut bad = attested(&image());
    bad.signatures[0].bytes = b"x".to_vec();
    let mut other_note = attested(&image());
    other_note.note = "projects/p/notes/other".parse().unwrap();
    let mut crlf = attested(&image());
    crlf.payload = String::from_utf8(crlf.payload).unwrap().replace('\n', "\r\n").into_bytes();
    let mut no_json = attested(&image());
    no_json.signatures[0].bytes = b"signed:hello".to_vec();
    no_json.payload = b"hello".to_vec();
    let mut other_digest = attested(&other);
    other_digest.resource_uri = image();
    let mut unsigned = attested(&image());
    unsigned.signatures.clear();
    let none = Attestations::Read(Vec::new());
    let keyless = Attestor { keys: Vec::new(), ..attestor() };
    let read = |attestation| found(Attestations::Read(vec![attestation]));
    let cases = [
        (with(AttestorEvidence::NotFound), "attestor-missing"),
        (with(AttestorEvidence::Found { attestor: keyless, attestations: none.clone() }), "attestor-without-keys"),
        (
            found(Attestations::NotPermitted { service_account: "s@x".into(), readable: Vec::new() }),
            "note-not-readable",
        ),
        (found(Attestations::NoteMissing), "note-missing"),
        (found(none), "not-attested"),
        (read(attested(&other)), "attested-other-digest"),
        (read(wrong_key), "key-id-unknown"),
        (read(bad), "signature-does-not-hold"),
        (read(other_note), "attested-on-other-note"),
        (read(crlf), "payload-differs"),
        (read(no_json), "payload-differs"),
        (read(other_digest), "attested-other-digest"),
        (read(unsigned), "attestation-without-signature"),
    ];
    for (evidence, expected) in cases {
        assert_eq!(first(&text, &requires(), &evidence), format!("certain {expected}"));
    }
}

#[test]
fn what_was_not_looked_at_is_not_known_and_nothing_is_certain() {
    let diagnosis = again(&message(&image(), R1), &requires(), &Evidence::default());
    assert!(diagnosis.causes.iter().all(|cause| cause.confidence != Confidence::Certain));
    assert_eq!(diagnosis.unknown, ["attestor: it was not looked at"]);
}

#[test]
fn a_tag_and_the_modes_and_what_comes_near() {
    let tag = message("gcr.io/p/app:v1", "Expected digest with sha256 scheme, but got tag or malformed digest");
    assert_eq!(first(&tag, &requires(), &found(Attestations::Read(Vec::new()))), "certain tag-without-digest");
    let none = Evidence::default();
    let deny = |image: &str| message(image, "deny");
    assert_eq!(first(&deny("nginx"), &denies(""), &none), "certain rule-denies-all");
    assert_eq!(first(&deny("k8s.gcr.io/pause"), &denies(""), &none), "certain system-policy-off");
    let key = "clusterAdmissionRules: {us-central1.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}}";
    let diagnosis = again(&deny("nginx"), &denies(key), &none);
    assert_eq!(diagnosis.causes[0].kind, CauseKind::KeyMisspelt);
    assert!(diagnosis.causes[0].text.contains("`us-central1.prod`"), "{diagnosis:?}");
    let pattern = "admissionWhitelistPatterns: [{namePattern: gcr.io/p/*}]";
    let diagnosis = again(&deny("gcr.io/p/team/app"), &denies(pattern), &none);
    assert_eq!(diagnosis.causes[0].kind, CauseKind::PatternMisses);
    assert_eq!(diagnosis.causes[1].kind, CauseKind::RuleDeniesAll);
}

#[test]
fn it_would_be_admitted_now_is_an_answer_with_its_reasons() {
    let evidence = found(Attestations::Read(vec![attested(&image())]));
    let diagnosis = again(&message(&image(), R1), &requires(), &evidence);
    assert_eq!(diagnosis.causes[0].kind, CauseKind::AdmittedNow);
    assert_eq!(diagnosis.causes[0].confidence, Confidence::Certain);
    assert_eq!((diagnosis.causes[1].kind, diagnosis.causes[1].confidence), (CauseKind::Delay, Confidence::Likely));
    assert_eq!(diagnosis.causes[1].evidence, ["the attestation was made at 2024-05-12T06:00:00Z, after the refusal"]);
    let mut changed = policy("  evaluationMode: ALWAYS_ALLOW", "");
    changed.update_time = Some("2024-05-12T06:00:00Z".into());
    let diagnosis = again(&message(&image(), "deny"), &changed, &Evidence::default());
    insta::assert_debug_snapshot!(diagnosis.causes[0].evidence, @r#"
    [
        "defaultAdmissionRule allows it",
        "the policy was changed at 2024-05-12T06:00:00Z, after the refusal",
    ]
    "#);
}

#[test]
fn another_rule_than_the_message_names_is_said() {
    let text =
        message(&image(), "deny").replace("default admission rule", "cluster admission rule for us-central1-a.prod");
    let diagnosis = again(&text, &denies(""), &Evidence::default());
    assert_eq!(diagnosis.causes[0].kind, CauseKind::RuleDeniesAll);
    assert_eq!(diagnosis.causes[0].against, ["another rule decides now than the message names: defaultAdmissionRule"]);
    assert_eq!(diagnosis.causes[0].confidence, Confidence::Likely);
    assert!(diagnosis.causes.len() > 1, "what is not certain leaves the guesses: {diagnosis:?}");
}

#[test]
fn that_it_would_be_admitted_now_is_certain_only_of_what_the_message_is_about() {
    let allows = policy("  evaluationMode: ALWAYS_ALLOW", "");
    let now = |text: &str, policy: &Policy, evidence: &Evidence| {
        let diagnosis = again(text, policy, evidence);
        assert_eq!(diagnosis.causes[0].kind, CauseKind::AdmittedNow, "{diagnosis:?}");
        (diagnosis.causes[0].confidence, diagnosis.causes[0].against.concat())
    };
    let none = Evidence::default();
    let deny = message(&image(), "deny");
    assert_eq!(now(&deny, &allows, &none), (Confidence::Certain, String::new()));
    let of_cluster = deny.replace("default admission rule", "cluster admission rule for us-central1-a.prod");
    let (confidence, against) = now(&of_cluster, &allows, &none);
    assert_eq!(confidence, Confidence::Likely);
    assert!(against.starts_with("another rule decides now"), "{against}");
    let not_asked = now(&message(&image(), R1), &allows, &none);
    assert_eq!(not_asked, (Confidence::Likely, format!("{QA} is not asked now")));
}

#[test]
fn that_one_image_passes_does_not_admit_the_pod() {
    let pattern = "admissionWhitelistPatterns: [{namePattern: 'gcr.io/p/**'}]";
    let (policy, evidence) = (denies(pattern), Evidence::default());
    let mut case = decode(&message(&image(), "deny")).cases.swap_remove(0);
    case.subject.images.push("nginx".into());
    let compiled = CompiledPolicy::new(&policy, &SystemPolicy::of_sandbox());
    let decision = evaluate(&compiled, &case.request(), &evidence, &Plain);
    let state = PresentState { decision: &decision, policy: &policy, evidence: &evidence, is_here: true };
    let diagnosis = diagnose(&case, &case.findings[0], Some(&state));
    let is_wrong = |cause: &Cause| cause.kind == CauseKind::AdmittedNow || cause.confidence == Confidence::Certain;
    assert!(!diagnosis.causes.is_empty() && !diagnosis.causes.iter().any(is_wrong), "{diagnosis:?}");
}

#[test]
fn what_is_assumed_is_likely_at_most() {
    let text = message(&image(), R1);
    assert_eq!(first(&text, &requires(), &with(AttestorEvidence::AssumedNone)), "likely not-attested");
    let assumed = Evidence { assumed: [QA.parse().unwrap()].into(), ..Evidence::default() };
    assert_eq!(first(&text, &requires(), &assumed), "likely admitted-now");
}

#[test]
fn nothing_is_certain_of_a_message_that_may_be_of_another_project() {
    let (policy, evidence) = (denies(""), Evidence::default());
    let (case, decision) = ask_again(&message("nginx", "deny"), &policy, &evidence);
    let state = PresentState { decision: &decision, policy: &policy, evidence: &evidence, is_here: false };
    let diagnosis = diagnose(&case, &case.findings[0], Some(&state));
    assert_eq!(diagnosis.causes[0].kind, CauseKind::RuleDeniesAll);
    assert!(diagnosis.causes.iter().all(|cause| cause.confidence != Confidence::Certain), "{diagnosis:?}");
}

#[test]
fn relatives_are_caused_elsewhere() {
    let case = decode("pods \"x\" is forbidden: exceeded quota: compute").cases.swap_remove(0);
    let diagnosis = diagnose(&case, &case.findings[0], None);
    assert_eq!(diagnosis.causes[0].kind, CauseKind::Elsewhere);
}
