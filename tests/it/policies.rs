//! Policies, right and wrong, with the exact place and code of each problem.
//!
//! The rows on fields and types were executed against the decoder of gcloud 528, whose answers are
//! in `policies/gcloud.json`; those on rules and patterns follow the API's published definition.

use std::collections::BTreeSet;

use countersign::domain::document::{self, Dialect, Document, Format};
use countersign::domain::lint::{Code, Severity};
use countersign::domain::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// A right policy is made of a row by adding these lines, unless it has a default rule.
const REST: &str = "\
globalPolicyEvaluationMode: ENABLE
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

struct Row {
    text: &'static str,
    /// `line:column code`, one for each diagnostic, in the order of the text.
    expected: &'static [&'static str],
}

const fn row(text: &'static str, expected: &'static [&'static str]) -> Row {
    Row { text, expected }
}

/// What the service or gcloud refuses.
const REFUSED: &[Row] = &[
    // The text.
    row("", &["1:1 empty-document"]),
    row("# only a comment\n", &["1:1 empty-document"]),
    row("---\n", &["1:1 empty-document"]),
    row("null\n", &["1:1 empty-document"]),
    row("{}\n", &["1:1 empty-document"]),
    row("[]\n", &["1:1 empty-document"]),
    row("- namePattern: gcr.io/p/*\n", &["1:1 wrong-type"]),
    row("ALWAYS_DENY\n", &["1:1 wrong-type"]),
    row("name: a\n---\nname: b\n", &["2:1 several-documents"]),
    row("name: a\n---\n", &["2:1 several-documents"]),
    row("defaultAdmissionRule:\n\tevaluationMode: ALWAYS_DENY\n", &["2:1 tab"]),
    row("name:\ta\nREST", &["1:6 tab"]),
    row("name: a\t# a comment\t\nREST", &["1:8 tab"]),
    row("name: a\u{7}\nREST", &["1:8 control-character"]),
    row("description: a\u{2028}b\nREST", &["1:15 line-separator"]),
    row("description: [a\n", &["1:14 syntax"]),
    row("description: \"a\n", &["1:14 syntax"]),
    row("description: a: b\n", &["1:15 syntax"]),
    row("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n enforcementMode: a\n", &["3:2 syntax"]),
    row("name: a\n text\n b: c\n", &["3:3 syntax"]),
    row("admissionWhitelistPatterns:\n- namePattern: *\nREST", &["2:16 syntax"]),
    row("admissionWhitelistPatterns:\n- namePattern: *.gcr.io/p\nREST", &["2:16 bad-alias"]),
    row("name: &a [*a]\nREST", &["1:10 wrong-type", "1:11 bad-alias"]),
    row(
        "kubernetesNamespaceAdmissionRules:\n  a: {<<: 3}\nREST",
        &["2:3 missing-field", "2:3 missing-field", "2:7 bad-merge"],
    ),
    row("name: !secret a\nREST", &["1:7 unsupported-tag"]),
    row("? [a]\n: b\nREST", &["1:3 key-not-text"]),
    // Fields.
    row("foo: 1\nREST", &["1:1 unknown-key"]),
    row("foo: 1\nbar: 2\nREST", &["1:1 unknown-key", "2:1 unknown-key"]),
    row("no: 3\nREST", &["1:1 unknown-key"]),
    row(
        "defaultAdmisionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &["1:1 unknown-key"],
    ),
    row("admissionWhitelistPatterns:\n- foo: 1\n  namePattern: gcr.io/p/*\nREST", &["2:3 unknown-key"]),
    row(
        "clusterAdmissionRules:\n  us-central1-a.c:\n    zzz: 1\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nREST",
        &["3:5 unknown-key"],
    ),
    row(
        "default_admission_rule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &["1:1 snake-case"],
    ),
    row("admissionWhitelistPatterns:\n- name_pattern: gcr.io/p/*\nREST", &["2:3 snake-case"]),
    row("userOwnedDrydockNote: {}\nREST", &["1:1 unknown-key"]),
    row("name: a\nname: b\nREST", &["2:1 duplicate-key"]),
    row(
        "REST clusterAdmissionRules:\n  a.b: &r {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  a.b: *r\n",
        &["7:3 duplicate-key"],
    ),
    row("gkePolicy: {}\n", &["1:1 platform-policy"]),
    row("cloudRunPolicy:\n  rule: {}\n", &["1:1 platform-policy"]),
    // Types.
    row("name: 3\nREST", &["1:7 wrong-type"]),
    row("name: true\nREST", &["1:7 wrong-type"]),
    row("name: [a]\nREST", &["1:7 wrong-type"]),
    row("name: {a: b}\nREST", &["1:7 wrong-type"]),
    row("description: no\nREST", &["1:14 scalar-trap"]),
    row("description: y\nREST", &["1:14 scalar-trap"]),
    row("description: 0123\nREST", &["1:14 scalar-trap"]),
    row("description: 12:30\nREST", &["1:14 scalar-trap"]),
    row("description: 1_000\nREST", &["1:14 scalar-trap"]),
    row("description: 2018-01-01\nREST", &["1:14 scalar-trap"]),
    row("etag: =\nREST", &["1:7 scalar-trap"]),
    row("updateTime: 2024-05-12T05:17:42.444479Z\nREST", &["1:13 unquoted-timestamp"]),
    row("updateTime: yesterday\nREST", &["1:13 bad-timestamp"]),
    row("updateTime: 3\nREST", &["1:13 wrong-type"]),
    row("admissionWhitelistPatterns: gcr.io/p/*\nREST", &["1:29 wrong-type"]),
    row("admissionWhitelistPatterns:\n- gcr.io/p/*\nREST", &["2:3 bare-pattern"]),
    row("admissionWhitelistPatterns:\n- [gcr.io/p/*]\nREST", &["2:3 wrong-type"]),
    row("admissionWhitelistPatterns:\n-\nREST", &["2:2 null-value"]),
    row("admissionWhitelistPatterns:\n- namePattern:\nREST", &["2:3 null-value"]),
    row("admissionWhitelistPatterns:\n- {}\nREST", &["2:3 missing-field"]),
    row("admissionWhitelistPatterns:\n- namePattern: 3\nREST", &["2:16 wrong-type"]),
    row("clusterAdmissionRules:\n- us-central1-a.c: {}\nREST", &["2:1 wrong-type"]),
    row("clusterAdmissionRules: 3\nREST", &["1:24 wrong-type"]),
    row("clusterAdmissionRules:\n  us-central1-a.c: ALWAYS_DENY\nREST", &["2:20 wrong-type"]),
    row("clusterAdmissionRules:\n  us-central1-a.c:\nREST", &["2:3 null-value"]),
    row("defaultAdmissionRule: ALWAYS_DENY\n", &["1:23 wrong-type"]),
    row("defaultAdmissionRule: [{evaluationMode: ALWAYS_DENY}]\n", &["1:23 wrong-type"]),
    row("defaultAdmissionRule:\n", &["1:1 null-value"]),
    row("defaultAdmissionRule: ~\n", &["1:23 null-value"]),
    row("defaultAdmissionRule: []\n", &["1:23 null-value"]),
    row(
        "kubernetesNamespaceAdmissionRules:\n  2018-01-01: {evaluationMode: ALWAYS_DENY, enforcementMode: DRYRUN_AUDIT_LOG_ONLY}\nREST",
        &["2:3 key-not-text", "2:62 dry-run"],
    ),
    // Values.
    row(
        "defaultAdmissionRule:\n  evaluationMode: always_deny\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_NOPE\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: 7\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: 0\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: '3'\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:3 null-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: [ALWAYS_DENY]\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 wrong-type"],
    ),
    row(
        "globalPolicyEvaluationMode: enable\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:29 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: EVALUATION_MODE_UNSPECIFIED\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unspecified-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCEMENT_MODE_UNSPECIFIED\n",
        &["2:19 allows-all", "3:20 unspecified-value"],
    ),
    row("name: projects/p/policy\n", &["1:1 missing-field"]),
    row("defaultAdmissionRule: {}\n", &["1:1 missing-field", "1:1 missing-field"]),
    row("defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n", &["1:1 missing-field", "2:19 allows-all"]),
    row(
        "clusterAdmissionRules:\n  us-central1-a.c:\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nREST",
        &["2:3 missing-field"],
    ),
    // Attestors.
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["7:21 attestors-required"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy: []\n",
        &["9:28 attestors-required"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n",
        &["9:5 attestors-required"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a\n",
        &["9:5 attestors-not-allowed"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - qa\n    - projects/p/notes/qa\n    - 3\n    -\n",
        &["10:7 attestor-name", "11:7 attestor-name", "12:7 wrong-type", "13:6 null-value"],
    ),
    // Rule maps and their keys.
    row(
        "REST clusterAdmissionRules:\n  a.b: &r {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nkubernetesNamespaceAdmissionRules:\n  prod: *r\n",
        &["7:1 several-rule-maps"],
    ),
    row(
        "REST clusterAdmissionRules:\n  nodot: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 cluster-key"],
    ),
    row(
        "REST clusterAdmissionRules:\n  .prod: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 cluster-key"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  Prod: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 namespace-key"],
    ),
    row(
        "REST kubernetesServiceAccountAdmissionRules:\n  web: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-account-key"],
    ),
    row(
        "REST kubernetesServiceAccountAdmissionRules:\n  'prod:': {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-account-key"],
    ),
    row(
        "REST istioServiceIdentityAdmissionRules:\n  prod/web: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-identity-key"],
    ),
    row(
        "REST istioServiceIdentityAdmissionRules:\n  https://example.com/ns/prod/sa/web: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-identity-key"],
    ),
    row(
        "kubernetesServiceAccountAdmissionRules:\n  12:30: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 service-account-key", "2:3 key-read"],
    ),
    // Patterns.
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/p/n*x\nREST", &["2:16 pattern-wildcard"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/*/nginx*\nREST", &["2:16 pattern-wildcard"]),
    row("admissionWhitelistPatterns:\n- namePattern: '*'\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: '**'\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io*\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: '*.gcr.io/p/x'\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: ''\nREST", &["2:16 pattern-empty"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/p/[ab]*\nREST", &["2:16 pattern-bracket"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/p/a b\nREST", &["2:16 pattern-blank"]),
];

/// What they take, and a careful reviewer would not; and what is right.
const TAKEN: &[Row] = &[
    row("REST", &[]),
    row("---\nREST...\n", &[]),
    row("\u{feff}REST", &[]),
    row("# with a\ttab\ndescription: \"also\tone\" # and \t one\nREST", &[]),
    row("%YAML 1.2\n---\ndescription: no\nREST", &[]),
    row("name: !!str 3\nREST", &[]),
    row("admissionWhitelistPatterns:\nREST", &[]),
    row("clusterAdmissionRules: []\nREST", &[]),
    row("description: ~\netag: ''\nREST", &[]),
    row("etag: '\"Mna+BCqXznjH\"'\nname: projects/other/policy\nupdateTime: '2024-05-12T05:17:42.444479Z'\nREST", &[]),
    row(
        "admissionWhitelistPatterns:\n- namePattern: nginx\n- namePattern: gcr.io/nginx[@:]*\n- namePattern: gcr.io/p/app:v1.*\n- namePattern: gcr.io/p/app@*\n- namePattern: gcr.io/p**\nREST",
        &[],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  a: &rule {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  b: *rule\n  c: {<<: *rule, evaluationMode: ALWAYS_ALLOW}\nREST",
        &[],
    ),
    row(
        "istioServiceIdentityAdmissionRules:\n  spiffe://p.svc.id.goog/ns/prod/sa/web: &rule {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  p.svc.id.goog/ns/prod/sa/api2: *rule\nREST",
        &[],
    ),
    row(
        "kubernetesServiceAccountAdmissionRules:\n  prod:default: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nclusterAdmissionRules: {}\nREST",
        &[],
    ),
    row(
        "clusterAdmissionRules:\n  global.my-membership: {evaluationMode: REQUIRE_ATTESTATION, requireAttestationsBy: [projects/other/attestors/a], enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &[],
    ),
    row("admissionWhitelistPatterns: {namePattern: gcr.io/p/*}\nREST", &["1:29 not-a-list"]),
    row(
        "clusterAdmissionRules:\n  a.b: {evaluationMode: REQUIRE_ATTESTATION, requireAttestationsBy: projects/p/attestors/a, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:69 not-a-list"],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  no: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 key-read"],
    ),
    row(
        "globalPolicyEvaluationMode: 1\ndefaultAdmissionRule:\n  evaluationMode: 3\n  enforcementMode: on\n",
        &["1:29 numeric-value", "3:19 numeric-value", "4:20 numeric-value"],
    ),
    row(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/p/*\n- namePattern: gcr.io/p/*\nREST",
        &["3:16 duplicate-pattern"],
    ),
    row(
        "clusterAdmissionRules:\n  a.b:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a\n    - projects/p/attestors/a\nREST",
        &["7:7 duplicate-attestor"],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  prod2: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 namespace-digits"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:1 system-images"],
    ),
    row(
        "globalPolicyEvaluationMode: DISABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:29 system-images"],
    ),
    row(
        "globalPolicyEvaluationMode: GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:29 system-images"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 allows-all"],
    ),
    row(
        "globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n",
        &["4:20 dry-run"],
    ),
];

impl Row {
    fn document(&self) -> Document {
        Document::parse(&self.text.replace("REST ", REST).replace("REST", REST), Dialect::Gcloud)
    }

    /// What differs from the expectation, if something does.
    fn mismatch(&self) -> Option<String> {
        let document = self.document();
        let found: Vec<String> = document
            .diagnostics
            .iter()
            .map(|d| format!("{}:{} {}", d.span.start.line, d.span.start.column, d.code))
            .collect();
        let words: Vec<&str> = document.diagnostics.iter().map(|d| d.message.as_str()).collect();
        (found != self.expected)
            .then(|| format!("{:?}\n  expected {:?}\n  found    {found:?}\n  {words:?}", self.text, self.expected))
    }
}

fn assert_all(rows: &[Row]) {
    let wrong: Vec<String> = rows.iter().filter_map(Row::mismatch).collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn what_is_refused_is_found_at_its_place() {
    assert_all(REFUSED);
    for row in REFUSED {
        assert!(!row.document().is_valid(), "{:?}", row.text);
    }
}

#[test]
fn what_is_taken_is_at_most_warned_about() {
    assert_all(TAKEN);
    for row in TAKEN {
        assert!(row.document().is_valid(), "{:?}", row.text);
    }
}

/// Bodies of `PUT projects/P/policy`, each with a right default rule in place of `REST`.
const BODIES: &[Row] = &[
    row("{REST}", &[]),
    row("{\n\t\"description\": null,\n\t\"globalPolicyEvaluationMode\": null,\n\tREST}", &[]),
    row(r#"{"admission_whitelist_patterns": [{"name_pattern": "gcr.io/p/*"}], REST}"#, &[]),
    row(r#"{"admissionWhitelistPatterns": [], "clusterAdmissionRules": {}, REST}"#, &[]),
    row("{}", &["1:1 empty-document"]),
    row("name: a\n", &["1:2 syntax"]),
    row("{'name': 'a', REST}", &["1:2 syntax"]),
    row("\u{feff}{REST}", &["1:1 byte-order-mark"]),
    row(r#"{"foo": 1, REST}"#, &["1:2 unknown-key"]),
    row(r#"{"etag": "a", "etag": "b", REST}"#, &["1:15 duplicate-key"]),
    row(r#"{"admissionWhitelistPatterns": {"namePattern": "gcr.io/p/*"}, REST}"#, &["1:32 wrong-type"]),
    row(r#"{"admissionWhitelistPatterns": ["gcr.io/p/*"], REST}"#, &["1:33 bare-pattern"]),
    row(r#"{"clusterAdmissionRules": [], REST}"#, &["1:27 wrong-type"]),
    row(r#"{"globalPolicyEvaluationMode": true, REST}"#, &["1:32 unknown-value"]),
    row(r#"{"description": 0123, REST}"#, &["1:18 syntax"]),
    row(r#"{"description": 12, REST}"#, &["1:17 wrong-type"]),
    row(r#"{"name": "projects/p/policy"}"#, &["1:2 missing-field"]),
];

#[test]
fn bodies_are_read_as_the_rest_server_does() {
    let rule = r#""defaultAdmissionRule": {"evaluationMode": "ALWAYS_ALLOW", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}"#;
    for Row { text, expected } in BODIES {
        let document = Document::parse(&text.replace("REST", rule), Dialect::Rest);
        let errors = document.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let found: Vec<String> =
            errors.map(|d| format!("{}:{} {}", d.span.start.line, d.span.start.column, d.code)).collect();
        assert_eq!(found, *expected, "{text}\n{:?}", document.diagnostics);
        assert_eq!(document.is_valid(), expected.is_empty());
    }
}

#[test]
fn every_diagnostic_has_a_row_where_it_fires() {
    let rows = REFUSED.iter().chain(TAKEN).flat_map(|row| row.expected);
    let fired: BTreeSet<&str> = rows.filter_map(|expected| expected.split_once(' ')).map(|(_, code)| code).collect();
    // The limits have tests of their own, and a byte order mark is refused in JSON alone.
    let elsewhere = [Code::TooLarge, Code::TooDeep, Code::ByteOrderMark];
    let silent: Vec<&Code> =
        Code::ALL.iter().filter(|code| !fired.contains(code.as_str()) && !elsewhere.contains(code)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// One text, and what the decoder of gcloud 528 made of it.
#[derive(Deserialize)]
struct Recorded {
    text: String,
    /// The policy as JSON, or `refused` or `empty`.
    result: Value,
}

/// What the service refuses and gcloud sends; a repeated key is an error although gcloud goes on.
const BEYOND_GCLOUD: [Code; 16] = [
    Code::DuplicateKey,
    Code::BadTimestamp,
    Code::UnspecifiedValue,
    Code::MissingField,
    Code::NullValue,
    Code::AttestorsRequired,
    Code::AttestorsNotAllowed,
    Code::AttestorName,
    Code::SeveralRuleMaps,
    Code::ClusterKey,
    Code::NamespaceKey,
    Code::ServiceAccountKey,
    Code::ServiceIdentityKey,
    Code::PatternWildcard,
    Code::PatternRegistry,
    Code::PatternBlank,
];

#[test]
fn gclouds_own_decoder_agrees() {
    let recorded: Vec<Recorded> = serde_json::from_str(include_str!("policies/gcloud.json")).unwrap();
    let mut read = 0;
    for Recorded { text, result } in &recorded {
        let document = Document::parse_as(text, Dialect::Gcloud, Format::Yaml);
        let errors: Vec<Code> =
            document.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code).collect();
        match result {
            Value::String(outcome) if outcome == "refused" => assert!(!errors.is_empty(), "{text:?}"),
            Value::String(_) => assert_eq!(errors, [Code::EmptyDocument], "{text:?}"),
            sent => {
                let unexpected = errors.iter().find(|code| !BEYOND_GCLOUD.contains(code));
                assert_eq!(unexpected, None, "{text:?}");
                if let Some(policy) = &document.policy {
                    assert_eq!(set_fields(&serde_json::to_value(policy).unwrap()), set_fields(sent), "{text:?}");
                    read += 1;
                }
            }
        }
    }
    assert!(read > 50, "only {read} of {} were read to the end", recorded.len());
}

/// Without fields that hold what the API takes for not set.
fn set_fields(value: &Value) -> Value {
    let is_set = |value: &&Value| {
        !matches!(value.as_str(), Some("" | "GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED"))
            && value.as_object().is_none_or(|map| !map.is_empty())
    };
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().filter(|(_, v)| is_set(v)).map(|(k, v)| (k.clone(), set_fields(v))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(set_fields).collect()),
        other => other.clone(),
    }
}

/// Policies that Google publishes: the documentation's reference page and tutorials, the codelab of
/// 2018 and today's, and the default policy. Warnings are what the example itself is about.
const PUBLISHED: &[(&str, &[Code])] = &[
    // The default policy (configuring-policy-cli).
    (
        "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: ALWAYS_ALLOW\nglobalPolicyEvaluationMode: ENABLE\nname: projects/PROJECT_ID/policy\n",
        &[Code::AllowsAll],
    ),
    // The codelab of 2018: policy.yaml and updated_policy.yaml.
    (
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/google_containers/*\n- namePattern: gcr.io/google-containers/*\n- namePattern: k8s.gcr.io/*\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &[],
    ),
    (
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/google_containers/*\n- namePattern: k8s.gcr.io/*\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/my-binauthz-attestor\n",
        &[],
    ),
    // Today's codelab: a rule for one cluster.
    (
        "globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: docker.io/istio/*\nclusterAdmissionRules:\n  us-central1.prod-cluster:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/P/attestors/vulnz-attestor\n    - projects/P/attestors/qa-attestor\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &[],
    ),
    // The reference page: a namespace, a service account, a mesh identity, a fleet membership.
    (
        "globalPolicyEvaluationMode: ENABLE\nkubernetesNamespaceAdmissionRules:\n  prod-ns:\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &[Code::AllowsAll],
    ),
    (
        "kubernetesServiceAccountAdmissionRules:\n  test-ns:default:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &[],
    ),
    (
        "istioServiceIdentityAdmissionRules:\n  PROJECT_ID.svc.id.goog/ns/prod-ns/sa/prod-sa:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &[],
    ),
    (
        "clusterAdmissionRules:\n  global.my-membership:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &[],
    ),
    // Dry run (enabling-dry-run).
    (
        "defaultAdmissionRule:\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n  evaluationMode: ALWAYS_DENY\nglobalPolicyEvaluationMode: ENABLE\nname: projects/PROJECT_ID/policy\n",
        &[Code::DryRun],
    ),
    // An export of 2024, with etag and time.
    (
        "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: REQUIRE_ATTESTATION\n  requireAttestationsBy:\n  - projects/my-project/attestors/manually-verified\netag: '\"Mna+BCqXznjH\"'\nglobalPolicyEvaluationMode: ENABLE\nname: projects/my-project/policy\nupdateTime: '2024-05-12T05:17:42.444479Z'\n",
        &[],
    ),
];

#[test]
fn published_policies_raise_no_false_alarm() {
    for (text, expected) in PUBLISHED {
        let document = Document::parse(text, Dialect::Gcloud);
        let found: Vec<Code> = document.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(found, *expected, "{text}");
        assert!(document.is_valid());
    }
}

#[test]
fn an_export_is_printed_as_it_was() {
    // Those of the published policies that gcloud printed, keys in its order.
    for (text, _) in [PUBLISHED[0], PUBLISHED[8], PUBLISHED[9]] {
        let policy = Document::parse(text, Dialect::Gcloud).policy.unwrap();
        assert_eq!(document::emit(&policy), *text);
    }
}

fn any_mode() -> impl Strategy<Value = (EvaluationMode, EnforcementMode)> {
    (prop::sample::select(&EvaluationMode::ALL), prop::sample::select(&EnforcementMode::ALL))
}

fn any_rule() -> impl Strategy<Value = AdmissionRule> {
    let attestor = "projects/[a-z: #']{1,20}/attestors/[a-z*&!-]{1,12}";
    (any_mode(), prop::collection::vec(attestor, 1..4)).prop_map(|((evaluation, enforcement), attestors)| {
        let mut rule = AdmissionRule::always(evaluation, enforcement);
        if evaluation == EvaluationMode::RequireAttestation {
            rule.require_attestations_by = attestors;
        }
        rule
    })
}

/// Texts of all kinds: plain, like other scalars, long, with breaks, and any at all.
fn any_text() -> impl Strategy<Value = Option<String>> {
    let tricky =
        prop::sample::select(&["no", "0123", "1:30", "2018-01-01", "~", "<<", "=", "- a", "a: b", "a #b", "'"][..]);
    let text = prop_oneof![
        "[ -~]{1,200}",
        "([a-z]{1,9} ){1,40}[a-z]",
        "([a-z ]{0,9}\n){0,4}[a-z ]{0,9}",
        "\\PC{1,20}",
        any::<String>(),
        tricky.prop_map(str::to_owned),
    ];
    prop::option::of(text.prop_filter("empty means not set", |text| !text.is_empty()))
}

prop_compose! {
    fn any_policy()(
        default in any_rule(),
        name in any_text(),
        description in any_text(),
        etag in any_text(),
        mode in prop::sample::select(&[
            GlobalPolicyEvaluationMode::Unspecified,
            GlobalPolicyEvaluationMode::Enable,
            GlobalPolicyEvaluationMode::Disable,
        ][..]),
        patterns in prop::collection::vec("[a-z.-]{1,9}/[!-)+-Z^-~]{1,90}(|\\*|\\*\\*|\\[@:\\]\\*)", 0..5),
        kind in 0..4,
        rules in prop::collection::btree_map("[a-z]{1,5}|no|on|null|y", any_rule(), 0..4),
    ) -> Policy {
        let mut policy = Policy { name, description, etag, global_policy_evaluation_mode: mode, ..Policy::with_default(default) };
        policy.admission_whitelist_patterns =
            patterns.into_iter().map(|name_pattern| AdmissionWhitelistPattern { name_pattern }).collect();
        let keyed = |form: fn(&str) -> String| rules.iter().map(|(key, rule)| (form(key), rule.clone())).collect();
        match kind {
            0 => policy.cluster_admission_rules = keyed(|key| format!("{key}.'{}: #", key.repeat(30))),
            1 => policy.kubernetes_namespace_admission_rules = keyed(str::to_owned),
            2 => policy.kubernetes_service_account_admission_rules = keyed(|key| format!("12:{key}")),
            _ => policy.istio_service_identity_admission_rules = keyed(|key| format!("spiffe://d/ns/{key}/sa/{key}")),
        }
        policy
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_again(policy in any_policy()) {
        let text = document::emit(&policy);
        let document = Document::parse_as(&text, Dialect::Gcloud, Format::Yaml);
        prop_assert_eq!(document.policy.as_ref(), Some(&policy), "{}\n{:?}", text, document.diagnostics);
        let json = serde_json::to_string(&policy).unwrap();
        for dialect in [Dialect::Gcloud, Dialect::Rest] {
            let document = Document::parse(&json, dialect);
            prop_assert_eq!(document.policy.as_ref(), Some(&policy), "{}\n{:?}", json, document.diagnostics);
        }
    }

    #[test]
    fn a_changed_policy_is_answered_at_places_in_it(
        policy in any_policy(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, "[\\t\\n :#\\-'\"\\[\\]{},&*!|>?a~]{0,3}"), 1..4),
    ) {
        let mut text = document::emit(&policy);
        for (at, removed, inserted) in cuts {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + removed).min(text.len())).max(start);
            text.replace_range(start..end, &inserted);
        }
        for dialect in [Dialect::Gcloud, Dialect::Rest] {
            let document = Document::parse(&text, dialect);
            let errors = document.diagnostics.iter().any(|d| d.severity == Severity::Error);
            prop_assert_eq!(document.is_valid(), !errors);
            for diagnostic in &document.diagnostics {
                prop_assert!(text.get(diagnostic.span.bytes.clone()).is_some(), "{:?}", diagnostic);
                prop_assert!(diagnostic.span.start <= diagnostic.span.end);
            }
        }
    }
}
