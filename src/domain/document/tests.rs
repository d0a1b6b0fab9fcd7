use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::diagnostic::{Code, Severity};
use crate::path::{Path, Segment};
use crate::policy::{EvaluationMode, RuleKind};
use crate::span::Position;

const POLICY: &str = "\
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: k8s.gcr.io/**
clusterAdmissionRules:
  us-central1-a.prod:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
    requireAttestationsBy:
    - projects/p/attestors/qa
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

fn path(text: &str) -> Path {
    let segment = |part: &str| match part.strip_prefix('#') {
        Some(key) => key.parse().map_or_else(|_| Segment::Key(key.to_owned()), Segment::Index),
        None => Segment::Field(part.to_owned()),
    };
    Path(text.split(' ').filter(|part| !part.is_empty()).map(segment).collect())
}

#[test]
fn a_policy_is_read() {
    let document = Document::parse(POLICY, Dialect::Gcloud);
    assert_eq!(document.diagnostics, []);
    let policy = document.policy.unwrap();
    let rule = &policy.cluster_admission_rules["us-central1-a.prod"];
    assert_eq!(rule.evaluation_mode, EvaluationMode::RequireAttestation);
    assert_eq!(policy.attestors(), ["projects/p/attestors/qa"]);
}

#[test]
fn the_same_policy_is_read_from_json() {
    let policy = Document::parse(POLICY, Dialect::Gcloud).policy.unwrap();
    let json = serde_json::to_string_pretty(&policy).unwrap();
    for dialect in [Dialect::Gcloud, Dialect::Rest] {
        let document = Document::parse(&json, dialect);
        assert_eq!(document.format, Format::Json);
        assert_eq!(document.policy.as_ref(), Some(&policy));
    }
}

#[test]
fn snake_case_is_for_rest_alone() {
    let json = r#"{"default_admission_rule": {"evaluation_mode": "ALWAYS_DENY", "enforcement_mode": 1}}"#;
    let rest = Document::parse(json, Dialect::Rest);
    assert_eq!(
        rest.policy.as_ref().map(|p| p.default_admission_rule.evaluation_mode),
        Some(EvaluationMode::AlwaysDeny)
    );
    assert_eq!(rest.line_of_rule(RuleKind::Default, ""), Some(1));
    let gcloud = Document::parse(json, Dialect::Gcloud);
    let codes: Vec<Code> =
        gcloud.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code).collect();
    assert_eq!(codes, [Code::SnakeCase; 3]);
}

#[test]
fn of_a_repeated_key_the_one_counts_that_gcloud_takes() {
    let rule =
        |mode: &str| format!("{{\"evaluationMode\": \"{mode}\", \"enforcementMode\": \"DRYRUN_AUDIT_LOG_ONLY\"}}");
    let (allow, deny) = (rule("ALWAYS_ALLOW"), rule("ALWAYS_DENY"));
    let text = format!("{{\"defaultAdmissionRule\": {allow},\n \"defaultAdmissionRule\": {deny}}}");
    for (format, line) in [(Format::Yaml, 1), (Format::Json, 2)] {
        let document = Document::parse_as(&text, Dialect::Gcloud, format);
        assert_eq!(document.line_of_rule(RuleKind::Default, ""), Some(line));
        let duplicate = document.diagnostics.iter().find(|d| d.code == Code::DuplicateKey).unwrap();
        assert_eq!(duplicate.span.start, Position { line: 2, column: 2 });
    }
}

#[rstest]
#[case("", Some("globalPolicyEvaluationMode: ENABLE\n"), None)]
#[case("globalPolicyEvaluationMode", Some("ENABLE"), Some("globalPolicyEvaluationMode"))]
#[case("admissionWhitelistPatterns #1 namePattern", Some("k8s.gcr.io/**"), Some("namePattern"))]
#[case("clusterAdmissionRules #us-central1-a.prod evaluationMode", Some("REQUIRE_ATTESTATION"), Some("evaluationMode"))]
#[case("clusterAdmissionRules #us-central1-a.prod requireAttestationsBy #0", Some("projects/p/attestors/qa"), None)]
#[case("clusterAdmissionRules #other", None, None)]
#[case("admissionWhitelistPatterns #2", None, None)]
fn a_path_has_spans(#[case] at: &str, #[case] value: Option<&str>, #[case] key: Option<&str>) {
    let document = Document::parse(POLICY, Dialect::Gcloud);
    let spans = document.span_of(&path(at));
    let slice = |span: &crate::span::Span| POLICY.get(span.bytes.clone()).unwrap().to_owned();
    assert_eq!(spans.is_some(), value.is_some());
    if let (Some(spans), Some(value)) = (spans, value) {
        assert!(slice(&spans.value).starts_with(value), "{}", slice(&spans.value));
        assert_eq!(spans.key.as_ref().map(slice).as_deref(), key);
    }
}

#[test]
fn rules_and_patterns_have_lines() {
    let document = Document::parse(POLICY, Dialect::Gcloud);
    assert_eq!(document.line_of_rule(RuleKind::Default, ""), Some(11));
    assert_eq!(document.line_of_rule(RuleKind::Cluster, "us-central1-a.prod"), Some(6));
    assert_eq!(document.line_of_pattern(1), Some(4));
    assert_eq!(document.line_of_pattern(2), None);
}

#[test]
fn a_broken_text_keeps_what_stood_before() {
    let document = Document::parse("description: x\ndefaultAdmissionRule: [\n", Dialect::Gcloud);
    assert_eq!(document.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::Syntax]);
    assert!(document.span_of(&path("description")).is_some());
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

/// Each line repeats the one before it nine times.
fn bomb(at: usize) -> String {
    let before = at.checked_sub(1).map_or_else(|| "x,".to_owned(), |before| format!("*a{before},"));
    format!("a{at}: &a{at} [{}]", before.repeat(9))
}

/// Each line is one deeper than the one before it.
fn ladder(at: usize) -> String {
    let before = at.checked_sub(1).map_or_else(|| "x".to_owned(), |before| format!("*a{before}"));
    format!("a{at}: &a{at} [{before}]")
}

#[rstest]
#[case::text("x".repeat(MAX_BYTES + 1), Code::TooLarge)]
#[case::flow("[".repeat(MAX_DEPTH + 1), Code::TooDeep)]
#[case::block(lines(MAX_DEPTH + 1, |at| format!("{:at$}a:", "")), Code::TooDeep)]
#[case::values("- a\n".repeat(MAX_NODES), Code::TooLarge)]
#[case::aliases(lines(40, bomb), Code::TooLarge)]
#[case::depth_of_aliases(lines(MAX_DEPTH, ladder), Code::TooDeep)]
fn limits_hold(#[case] text: String, #[case] expected: Code) {
    let document = Document::parse(&text, Dialect::Gcloud);
    assert!(document.diagnostics.iter().any(|d| d.code == expected), "{:?}", document.diagnostics);
    assert_eq!(document.policy, None);
}

proptest! {
    #[test]
    fn any_text_gives_a_document(text in "\\PC{0,60}|(\\PC|[\\t\\n:&*\\-\\[\\]{}\"'#|>!%,? ]){0,60}") {
        for dialect in [Dialect::Gcloud, Dialect::Rest] {
            let document = Document::parse(&text, dialect);
            for diagnostic in &document.diagnostics {
                prop_assert!(text.get(diagnostic.span.bytes.clone()).is_some());
            }
        }
    }
}

#[test]
fn problems_are_counted_beyond_the_first_thousand() {
    let text = format!("{POLICY}{}", lines(1_500, |at| format!("z{at}: 1")));
    let document = Document::parse(&text, Dialect::Gcloud);
    assert_eq!((document.diagnostics.len(), document.unlisted), (1_000, 500));
    assert!(!document.is_valid());
}
