use rstest::rstest;

use crate::draft::complete::*;

fn known() -> Candidates {
    let names = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "known")).collect();
    Candidates {
        attestors: names(&["projects/p/attestors/qa", "projects/p/attestors/security"]),
        clusters: names(&["us-central1-a.prod", "us-central1-a.test"]),
        namespaces: names(&["default", "no"]),
        service_accounts: names(&["default:default"]),
        patterns: names(&["gcr.io/p/*", "gcr.io/p/app@*", "gcr.io/p/app:*"]),
        ..Candidates::default()
    }
}

/// The completion where `|` stands in the text.
fn at(marked: &str) -> Option<Completion> {
    let at = marked.find('|').unwrap();
    let kind = if marked.contains("gkePolicy") { PolicyKind::Platform } else { PolicyKind::Singleton };
    complete(&marked.replacen('|', "", 1), at, kind, known)
}

fn labels(marked: &str) -> Vec<String> {
    at(marked).map(|found| found.proposals.into_iter().map(|proposal| proposal.label).collect()).unwrap_or_default()
}

/// The text after the proposal of this label is taken, the cursor as `|`.
fn taken(marked: &str, label: &str) -> String {
    let found = at(marked).unwrap_or_else(|| panic!("nothing is proposed in {marked:?}"));
    let text = marked.replacen('|', "", 1);
    let proposal = found.proposals.iter().find(|proposal| proposal.label == label);
    let proposal = proposal.unwrap_or_else(|| panic!("no {label} among {:?}", labels(marked)));
    let mut insert = proposal.insert.clone();
    insert.insert(proposal.cursor, '|');
    let (before, after) = (text.split_at(found.word.start).0, text.split_at(found.word.end).1);
    format!("{before}{insert}{after}")
}

const MODES: &[&str] = &["ALWAYS_ALLOW", "REQUIRE_ATTESTATION", "ALWAYS_DENY"];
const RULE_KEYS: &[&str] = &["evaluationMode", "enforcementMode", "requireAttestationsBy"];
const ATTESTORS: &[&str] = &["projects/p/attestors/qa", "projects/p/attestors/security"];
const CLUSTERS: &[&str] = &["us-central1-a.prod", "us-central1-a.test"];
const PATTERNS: &[&str] = &["gcr.io/p/*", "gcr.io/p/app:*", "gcr.io/p/app@*"];

#[rstest]
#[case::in_a_rule("defaultAdmissionRule:\n  |\n", RULE_KEYS)]
#[case::half_typed_key("defaultAdmissionRule:\n  ev|\n", RULE_KEYS)]
#[case::present_keys_are_left_out("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  |\n", &RULE_KEYS[1..])]
#[case::also_those_below("defaultAdmissionRule:\n  |\n  enforcementMode: X\n  evaluationMode: Y\n", &["requireAttestationsBy"])]
#[case::beside_a_broken_line("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enf\n  re|\n", &RULE_KEYS[1..])]
#[case::the_word_itself_counts_not("defaultAdmissionRule:\n  evaluation|Mode: ALWAYS_DENY\n", RULE_KEYS)]
#[case::rule_after_a_list("defaultAdmissionRule:\n  requireAttestationsBy:\n  - a\n  |\n", &RULE_KEYS[..2])]
#[case::rule_after_an_indented_list("defaultAdmissionRule:\n  requireAttestationsBy:\n    - a\n  |\n", &RULE_KEYS[..2])]
#[case::value_of_an_enum("defaultAdmissionRule:\n  evaluationMode: |\n", MODES)]
#[case::half_typed_value("defaultAdmissionRule:\n  evaluationMode: ALW|\n", MODES)]
#[case::value_without_a_blank("defaultAdmissionRule:\n  evaluationMode:|\n", MODES)]
#[case::value_in_quotes("defaultAdmissionRule:\n  evaluationMode: \"ALW|\"\n", MODES)]
#[case::value_before_a_comment("defaultAdmissionRule:\n  evaluationMode: |  # why\n", MODES)]
#[case::value_at_the_top("globalPolicyEvaluationMode: |", &["ENABLE", "DISABLE"])]
#[case::rule_of_a_cluster("clusterAdmissionRules:\n  us-central1-a.prod:\n    |\n", RULE_KEYS)]
#[case::value_in_a_rule_of_a_cluster("clusterAdmissionRules:\n  us-central1-a.prod:\n    evaluationMode: |\n", MODES)]
#[case::keys_of_a_map("clusterAdmissionRules:\n  |\n", CLUSTERS)]
#[case::keys_of_a_map_that_it_has_not("clusterAdmissionRules:\n  us-central1-a.prod:\n    evaluationMode: X\n  |\n", &CLUSTERS[1..])]
#[case::namespaces("kubernetesNamespaceAdmissionRules:\n  |", &["default", "no"])]
#[case::element_of_a_list("defaultAdmissionRule:\n  requireAttestationsBy:\n  - |\n", ATTESTORS)]
#[case::half_typed_element(
    "defaultAdmissionRule:\n  requireAttestationsBy:\n  - projects/p/attestors/qa\n  - proj|\n",
    ATTESTORS
)]
#[case::element_after_the_dash("defaultAdmissionRule:\n  requireAttestationsBy:\n  -|\n", ATTESTORS)]
#[case::element_without_a_dash("defaultAdmissionRule:\n  requireAttestationsBy:\n    |\n", ATTESTORS)]
#[case::map_in_a_list("admissionWhitelistPatterns:\n- |\n", &["namePattern"])]
#[case::value_in_a_map_in_a_list("admissionWhitelistPatterns:\n- namePattern: a\n- namePattern: |\n", PATTERNS)]
#[case::list_at_the_top("admissionWhitelistPatterns:\n  |", &["namePattern"])]
#[case::flow("defaultAdmissionRule: {evaluationMode: |", MODES)]
#[case::flow_key("defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, |}", &RULE_KEYS[1..])]
#[case::flow_over_lines("defaultAdmissionRule: {\n  evaluationMode: ALWAYS_DENY,\n  |\n}\n", &RULE_KEYS[1..])]
#[case::flow_list("defaultAdmissionRule:\n  requireAttestationsBy: [projects/p/attestors/qa, |]\n", ATTESTORS)]
#[case::flow_in_a_list("admissionWhitelistPatterns:\n- {|}\n", &["namePattern"])]
#[case::json_key("{\"defaultAdmissionRule\": {|}}", RULE_KEYS)]
#[case::json_half_typed_key("{\"defaultAdmissionRule\": {\"ev|\"}}", RULE_KEYS)]
#[case::json_present("{\"defaultAdmissionRule\": {\"|\", \"evaluationMode\": \"X\"}}", &RULE_KEYS[1..])]
#[case::json_value("{\"defaultAdmissionRule\": {\"evaluationMode\": \"|\"}}", MODES)]
#[case::json_value_without_quotes("{\"defaultAdmissionRule\": {\"evaluationMode\": |", MODES)]
#[case::json_unclosed_value("{\"defaultAdmissionRule\": {\"evaluationMode\": \"AL|\n}}", MODES)]
#[case::json_list("{\"defaultAdmissionRule\": {\"requireAttestationsBy\": [\"|\"]}}", ATTESTORS)]
#[case::comment("defaultAdmissionRule:\n  # eval|\n", &[])]
#[case::comment_behind_a_value("globalPolicyEvaluationMode: ENABLE # EN|", &[])]
#[case::free_text("description: |", &[])]
#[case::in_a_block_of_text("description: >-\n  eval|\n", &[])]
#[case::running_text("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n    ev|\n", &[])]
#[case::below_a_scalar_in_a_list("defaultAdmissionRule:\n  requireAttestationsBy:\n  - a\n    |\n", &[])]
#[case::value_that_is_a_map("defaultAdmissionRule: |\n", &[])]
#[case::unknown_parent("nonsense:\n  |\n", &[])]
#[case::document_marker("---|\n", &[])]
#[case::after_a_word_in_json("{\"defaultAdmissionRule\": {\"evaluationMode\": \"X\" |}}", &[])]
fn contexts(#[case] marked: &str, #[case] expected: &[&str]) {
    assert_eq!(labels(marked), expected, "{marked}");
}

#[test]
fn at_the_top_the_kind_is_open_until_a_field_decides_it() {
    let all = labels("|");
    assert_eq!(all[0], "defaultAdmissionRule");
    assert!(all.contains(&"gkePolicy".to_owned()), "{all:?}");
    let decided = labels("globalPolicyEvaluationMode: ENABLE\n|\nclusterAdmissionRules:\n");
    for gone in ["gkePolicy", "globalPolicyEvaluationMode", "clusterAdmissionRules"] {
        assert!(!decided.contains(&gone.to_owned()), "{decided:?}");
    }
    assert_eq!(decided.last().map(String::as_str), Some("updateTime"));
}

#[test]
fn platform_policies_are_completed_too() {
    let text = "gkePolicy:\n  checkSets:\n  - displayName: all\n    checks:\n    - |\n";
    assert!(labels(text).contains(&"trustedDirectoryCheck".to_owned()), "{:?}", labels(text));
    let text = "gkePolicy:\n  checkSets:\n  - displayName: all\n    |\n";
    assert!(!labels(text).contains(&"displayName".to_owned()));
    let text = "gkePolicy:\n  imageAllowlist:\n    allowPattern:\n    - |";
    assert_eq!(labels(text), ["gcr.io/p/*", "gcr.io/p/app"]);
}

#[rstest]
#[case("defaultAdmissionRule:\n  ev|\n", "evaluationMode", "defaultAdmissionRule:\n  evaluationMode: |\n")]
#[case("def|", "defaultAdmissionRule", "defaultAdmissionRule:\n  |")]
#[case("adm|", "admissionWhitelistPatterns", "admissionWhitelistPatterns:\n- namePattern: |")]
#[case(
    "defaultAdmissionRule:\n  req|\n",
    "requireAttestationsBy",
    "defaultAdmissionRule:\n  requireAttestationsBy:\n  - |\n"
)]
#[case(
    "defaultAdmissionRule:\n  requireAttestationsBy:\n  -|\n",
    "projects/p/attestors/qa",
    "defaultAdmissionRule:\n  requireAttestationsBy:\n  - projects/p/attestors/qa|\n"
)]
#[case(
    "defaultAdmissionRule:\n  requireAttestationsBy:\n  |",
    "evaluationMode",
    "defaultAdmissionRule:\n  requireAttestationsBy:\n  evaluationMode: |"
)]
#[case(
    "defaultAdmissionRule:\n  requireAttestationsBy:\n    |",
    "projects/p/attestors/qa",
    "defaultAdmissionRule:\n  requireAttestationsBy:\n    - projects/p/attestors/qa|"
)]
#[case(
    "defaultAdmissionRule:\n  evaluation|Mod: ALWAYS_DENY\n",
    "evaluationMode",
    "defaultAdmissionRule:\n  evaluationMode|: ALWAYS_DENY\n"
)]
#[case("globalPolicyEvaluationMode:|", "ENABLE", "globalPolicyEvaluationMode: ENABLE|")]
#[case("globalPolicyEvaluationMode: EN|X # y", "ENABLE", "globalPolicyEvaluationMode: ENABLE| # y")]
#[case("globalPolicyEvaluationMode: 'E|'", "ENABLE", "globalPolicyEvaluationMode: 'ENABLE'|")]
#[case("clusterAdmissionRules:\n  us|", "us-central1-a.prod", "clusterAdmissionRules:\n  us-central1-a.prod:\n    |")]
#[case("kubernetesNamespaceAdmissionRules:\n  |", "no", "kubernetesNamespaceAdmissionRules:\n  'no':\n    |")]
#[case("admissionWhitelistPatterns:\n  |", "namePattern", "admissionWhitelistPatterns:\n  - namePattern: |")]
#[case("defaultAdmissionRule: {ev|}", "evaluationMode", "defaultAdmissionRule: {evaluationMode: |}")]
#[case("{|}", "defaultAdmissionRule", "{\"defaultAdmissionRule\": {|}}")]
#[case("{\n  |\n  \"etag\": \"x\"\n}", "description", "{\n  \"description\": \"|\",\n  \"etag\": \"x\"\n}")]
#[case("{\"def|\"}", "defaultAdmissionRule", "{\"defaultAdmissionRule\": {|}}")]
#[case("{|}", "admissionWhitelistPatterns", "{\"admissionWhitelistPatterns\": [{|}]}")]
#[case("{\"globalPolicyEvaluationMode\": |}", "ENABLE", "{\"globalPolicyEvaluationMode\": \"ENABLE\"|}")]
#[case("{\"globalPolicyEvaluationMode\": \"E|\"}", "ENABLE", "{\"globalPolicyEvaluationMode\": \"ENABLE\"|}")]
#[case("{\"globalPolicyEvaluationMode\": \"E|\n}", "ENABLE", "{\"globalPolicyEvaluationMode\": \"ENABLE\"|\n}")]
fn what_is_taken(#[case] marked: &str, #[case] label: &str, #[case] expected: &str) {
    assert_eq!(taken(marked, label), expected);
}

#[test]
fn what_is_known_of_a_proposal_is_told() {
    let found = at("defaultAdmissionRule:\n  |").unwrap();
    assert!(found.proposals[0].detail.starts_with("required · How the images"), "{:?}", found.proposals[0]);
    let found = at("defaultAdmissionRule:\n  evaluationMode: |").unwrap();
    assert_eq!(found.proposals[2].detail, "No image is admitted, but for exempt ones");
}

proptest::proptest! {
    #[test]
    fn any_text_at_any_place_is_taken(text in "([a-zA-Z]{0,4}|[-:{}\\[\\],\"'#|> \\n\\r\u{e9}]|defaultAdmissionRule|checks){0,24}", at in 0usize..80) {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        for kind in [PolicyKind::Singleton, PolicyKind::Platform] {
            if let Some(found) = complete(&text, at, kind, known) {
                proptest::prop_assert!(text.get(found.word.clone()).is_some());
                proptest::prop_assert!(found.proposals.iter().all(|p| p.insert.get(..p.cursor).is_some()));
            }
        }
    }
}
