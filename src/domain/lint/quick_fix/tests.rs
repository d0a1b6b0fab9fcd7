use rstest::rstest;

use super::*;
use crate::domain::document::Dialect;

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
fn only_what_is_wrong_changes(#[case] code: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(fixed(text, code), expected);
}
