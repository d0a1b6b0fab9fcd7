use proptest::prelude::*;

use super::*;
use crate::admission::{AttestorEvidence, BREAK_GLASS_LABEL, Evidence, Outcome, Request, RequestImage};
use crate::attestation::NothingToVerify;
use crate::document::{Dialect, Document};
use crate::name::AttestorName;
use crate::policy::{AdmissionWhitelistPattern, Policy};
use crate::system_policy::SystemPolicy;

const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const NUMBER: &str = "123456789012";

fn policy(text: &str) -> Policy {
    Document::parse(text, Dialect::Gcloud).policy.unwrap()
}

fn request(images: &[String]) -> Request {
    let image = |image: &String| RequestImage { image: image.clone(), ..RequestImage::default() };
    Request { namespace: "shop".into(), images: images.iter().map(image).collect(), ..Request::default() }
}

fn made(policy: &Policy, request: &Request, evidence: &Evidence) -> Made {
    let system = SystemPolicy::of_sandbox();
    let source = CaseSource {
        policy,
        policy_of: "the live policy",
        system: &system,
        request,
        evidence,
        project_number: Some(NUMBER),
        assumptions: vec!["attested by alice@example.org".into()],
        at: "2026-11-23T09:00:00Z",
        by: "countersign 0.1.0",
    };
    make(&source, &NothingToVerify)
}

const ASK: &str = "\
description: ask alice@example.org, token=hunter2
admissionWhitelistPatterns:
- namePattern: gcr.io/p-123456789012/*
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/123456789012/attestors/qa
  - projects/shop/attestors/vulnz
";

/// A request with everything that must not be told.
fn telling() -> (Policy, Request, Evidence) {
    let mut request = request(&[format!("gcr.io/shop/web@{DIGEST}"), "gcr.io/p-123456789012/app:v1".into()]);
    request.labels = [("owner".to_owned(), "bob@example.org".to_owned())].into();
    request.annotations =
        [("kubectl.kubernetes.io/last-applied-configuration".to_owned(), "{secret}".to_owned())].into();
    request.service_account = "web".into();
    let why = "service-123456789012@gcp-sa-binaryauthorization.iam.gserviceaccount.com: ya29.A0AfH6SMBx-y_z".to_owned();
    let mut evidence = Evidence::default();
    evidence.attestors.insert("projects/shop/attestors/vulnz".parse().unwrap(), AttestorEvidence::Unknown(why));
    evidence.attestors.insert("projects/123456789012/attestors/qa".parse().unwrap(), AttestorEvidence::NotFound);
    (policy(ASK), request, evidence)
}

#[test]
fn nothing_is_told_that_should_not_be() {
    let (policy, request, evidence) = telling();
    let made = made(&policy, &request, &evidence);
    let text = made.file.text();
    for secret in ["alice@", "bob@", NUMBER, "hunter2", "{secret}", "ya29", "gserviceaccount"] {
        assert!(!text.contains(secret), "{secret} in {text}");
        assert!(!markdown(&made.file, &made.file.check()).contains(secret), "{secret}");
    }
    // What belongs together still does.
    assert!(text.contains("gcr.io/p-000000000001/*") && text.contains("gcr.io/p-000000000001/app:v1"), "{text}");
    let told: Vec<String> = made.file.redacted.iter().map(Redaction::text).collect();
    assert_eq!(
        told,
        ["3 e-mail addresses", "1 project numbers", "2 tokens and passwords", "1 annotations that decide nothing"]
    );
    assert_eq!(made.decision.outcome, Outcome::Deny);
}

#[test]
fn a_case_is_read_as_it_was_written_and_decides_the_same() {
    let (policy, request, evidence) = telling();
    let made = made(&policy, &request, &evidence);
    let read = CaseFile::parse(&made.file.text()).unwrap();
    assert_eq!(read, made.file);
    let checked = read.check();
    assert_eq!(checked.differences, Vec::<String>::new());
    assert_eq!(checked.decision, made.decision);
}

#[test]
fn what_was_changed_since_is_told() {
    let (policy, request, evidence) = telling();
    let file = made(&policy, &request, &evidence).file;
    let mut changed = file.clone();
    changed.policy.default_admission_rule.evaluation_mode = crate::policy::EvaluationMode::AlwaysAllow;
    changed.policy.default_admission_rule.require_attestations_by.clear();
    let differences = changed.check().differences;
    assert!(differences[0].starts_with("the policy is not the one"), "{differences:?}");
    assert!(differences.iter().any(|d| d == "the outcome is \"ADMIT\", and was \"DENY\""), "{differences:?}");
    let mut changed = file;
    changed.decision.outcome = "ADMIT".into();
    assert_eq!(changed.check().differences.len(), 2);
}

#[rstest::rstest]
#[case("", "EOF")]
#[case("{}", "countersignCase")]
#[case("{\"countersignCase\": 2}", "format 2")]
#[case("{\"countersignCase\": 1}", "missing field")]
#[case("[1]", "line 1")]
fn what_is_no_case_says_why(#[case] text: &str, #[case] why: &str) {
    let error = CaseFile::parse(text).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

/// A pattern that covers a part of the number would cover nothing any more: it stays, and that is told.
#[test]
fn what_would_change_the_decision_is_kept() {
    let policy = policy(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/12345*\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
    );
    let made = made(&policy, &request(&["gcr.io/123456789012:v1".into()]), &Evidence::default());
    assert_eq!(made.decision.outcome, Outcome::Admit);
    assert!(made.file.redacted.iter().any(|redaction| redaction.what.starts_with("names that decide")));
    assert_eq!(made.file.check().differences, Vec::<String>::new());
}

#[test]
fn its_markdown_cannot_be_broken_out_of() {
    let mut request = request(&[format!("gcr.io/shop/web@{DIGEST}")]);
    request.labels = [("a|b".to_owned(), "<script>\n```".to_owned())].into();
    let made = made(&policy(ASK), &request, &Evidence::default());
    let text = markdown(&made.file, &made.file.check());
    assert!(text.contains("| label | a\\|b=\\<script\\> \\`\\`\\` |"), "{text}");
    assert!(text.contains("Decided again from this file: the same."), "{text}");
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(format!("gcr.io/shop/web@{DIGEST}")),
        Just("gcr.io/123456789012/app:v1".to_owned()),
        Just("gcr.io/1234/app".to_owned()),
        Just("projects/123456789012/attestors/qa".to_owned()),
        Just("alice@example.org/app".to_owned()),
        "[a-z0-9./:@*-]{1,24}",
    ]
}

prop_compose! {
    fn questions()(
        images in proptest::collection::vec(texts(), 0..4),
        patterns in proptest::collection::vec(texts().prop_map(|text| format!("{text}*")), 0..4),
        attestors in proptest::collection::vec(0usize..4, 0..3),
        (mode, dry_run, known, break_glass, cloud_run, off) in
            (0usize..3, any::<bool>(), 0usize..4, any::<bool>(), any::<bool>(), any::<bool>()),
    ) -> (Policy, Request, Evidence) {
        let names = ["projects/123456789012/attestors/qa", "projects/shop/attestors/b", "projects/x/attestors/c", "none"];
        let attestors: Vec<String> = attestors.into_iter().map(|at| names[at].to_owned()).collect();
        let mut policy = policy(ASK);
        let rule = &mut policy.default_admission_rule;
        rule.evaluation_mode = crate::policy::EvaluationMode::ALL[mode];
        rule.require_attestations_by.clone_from(&attestors);
        if dry_run {
            rule.enforcement_mode = crate::policy::EnforcementMode::DryRun;
        }
        policy.admission_whitelist_patterns =
            patterns.into_iter().map(|name_pattern| AdmissionWhitelistPattern { name_pattern }).collect();
        let mut request = request(&images);
        if break_glass {
            request.labels.insert(BREAK_GLASS_LABEL.to_owned(), "true".to_owned());
        }
        if cloud_run {
            request.platform = crate::admission::Platform::CloudRun;
        }
        if off {
            request.enforcement = crate::admission::Enforcement::Off;
        }
        let mut evidence = Evidence::default();
        for name in attestors.iter().filter_map(|name| name.parse::<AttestorName>().ok()) {
            match known {
                0 => drop(evidence.attestors.insert(name, AttestorEvidence::Unknown("timed out".into()))),
                1 => drop(evidence.attestors.insert(name, AttestorEvidence::NotFound)),
                2 => drop(evidence.assumed.insert(name)),
                _ => {}
            }
        }
        (policy, request, evidence)
    }
}

proptest! {
    /// The decision of the redacted case is the original's, and the file gives it again.
    #[test]
    fn redacting_changes_no_decision((policy, request, evidence) in questions()) {
        let compiled = CompiledPolicy::new(&policy, &SystemPolicy::of_sandbox());
        let original = evaluate(&compiled, &request, &evidence, &NothingToVerify);
        let made = made(&policy, &request, &evidence);
        prop_assert_eq!(made.decision.outcome, original.outcome);
        let outcomes = |decision: &Decision| -> Vec<String> {
            decision.images.iter().map(|image| image.outcome.as_str().to_owned()).collect()
        };
        prop_assert_eq!(outcomes(&made.decision), outcomes(&original));
        let satisfied = |decision: &Decision| -> Vec<Option<bool>> {
            decision.images.iter().flat_map(|image| &image.attestors).map(|attestor| attestor.satisfied).collect()
        };
        prop_assert_eq!(satisfied(&made.decision), satisfied(&original));
        let checked = CaseFile::parse(&made.file.text()).unwrap().check();
        prop_assert_eq!(checked.differences, Vec::<String>::new());
        prop_assert!(!made.file.text().contains("hunter2"));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = CaseFile::parse(&text);
    }
}
