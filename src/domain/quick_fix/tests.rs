use rstest::rstest;

use super::*;
use crate::document::Dialect;

/// The text after the first fix of the first problem with this code.
fn fixed(text: &str, code: &str) -> String {
    let document = Document::parse(text, Dialect::Gcloud);
    let problem = document.diagnostics.iter().find(|d| d.code.as_str() == code).unwrap();
    quick_fixes(&document, problem).first().unwrap_or_else(|| panic!("{code} has no fix")).apply(text)
}

#[rstest]
#[case("unknown-key", "defaultAdmisionRule: # why\r\n  {}\r\n", "defaultAdmissionRule: # why\r\n  {}\r\n")]
#[case("unknown-key", "{\"defaultAdmisionRule\": {}}", "{\"defaultAdmissionRule\": {}}")]
#[case("snake-case", "default_admission_rule: {}\n", "defaultAdmissionRule: {}\n")]
#[case(
    "unknown-value",
    "defaultAdmissionRule: {evaluationMode: always_deny, x: y}",
    "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, x: y}"
)]
#[case(
    "unknown-value",
    "defaultAdmissionRule:\n  evaluationMode: 'ALWAYS DENY' # all\n",
    "defaultAdmissionRule:\n  evaluationMode: 'ALWAYS_DENY' # all\n"
)]
#[case("tab", "name: \"a\tb\"\t# c\td\n", "name: \"a\tb\" # c\td\n")]
#[case("duplicate-key", "name: a # one\nname: b # two\netag: c\n", "name: a # one\netag: c\n")]
#[case(
    "missing-field",
    "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY} # x\n",
    "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG} # x\n"
)]
#[case(
    "missing-field",
    "defaultAdmissionRule:\r\n  evaluationMode: ALWAYS_DENY # x\r\n# end",
    "defaultAdmissionRule:\r\n  evaluationMode: ALWAYS_DENY # x\r\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\r\n# end"
)]
#[case(
    "bare-pattern",
    "admissionWhitelistPatterns:\n- gcr.io/p/* # base\n",
    "admissionWhitelistPatterns:\n- namePattern: gcr.io/p/* # base\n"
)]
#[case(
    "duplicate-pattern",
    "admissionWhitelistPatterns:\n- namePattern: r.io/a@*\n# why\n- namePattern: r.io/a@*\n# next\n",
    "admissionWhitelistPatterns:\n- namePattern: r.io/a@*\n# why\n# next\n"
)]
#[case(
    "not-a-list",
    "admissionWhitelistPatterns:\n  namePattern: r.io/a@*\n",
    "admissionWhitelistPatterns:\n  - namePattern: r.io/a@*\n"
)]
#[case(
    "system-images",
    "# top\ndefaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
    "# top\nglobalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n"
)]
#[case(
    "wrapped-policy",
    "policy: # of p\n  etag: a # b\n  defaultAdmissionRule:\n    x: y\n",
    "etag: a # b\ndefaultAdmissionRule:\n  x: y\n"
)]
#[case(
    "leaky-prefix",
    "admissionWhitelistPatterns: [{namePattern: \"gcr.io/p**\"}]\n",
    "admissionWhitelistPatterns: [{namePattern: \"gcr.io/p/**\"}]\n"
)]
fn only_what_is_wrong_changes(#[case] code: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(fixed(text, code), expected);
}
