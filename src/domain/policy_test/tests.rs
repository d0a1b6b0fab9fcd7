use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::document::{Dialect, Document};
use crate::policy::Policy;

const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

const POLICY: &str = "\
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: gcr.io/base/*
- namePattern: gcr.io/never/*
clusterAdmissionRules:
  us-central1-a.prod:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
    requireAttestationsBy:
    - projects/p/attestors/qa
  us-central1-a.trial:
    evaluationMode: ALWAYS_DENY
    enforcementMode: DRYRUN_AUDIT_LOG_ONLY
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

/// A manifest that is one line `image: …` below `kind: Pod`; anything else is a fault at its line.
fn pods(text: &str) -> Result<Request, PodFault> {
    for (number, line) in text.lines().enumerate() {
        if let Some((_, image)) = line.split_once("image: ") {
            let images = vec![crate::admission::RequestImage { image: image.to_owned(), ..Default::default() }];
            return Ok(Request { images, namespace: "of-the-pod".to_owned(), ..Request::default() });
        }
        if let Some(column) = line.find("wrong") {
            return Err(PodFault { place: Some((number + 1, column + 1)), message: "it is wrong".to_owned() });
        }
    }
    Err(PodFault { place: None, message: "no pod".to_owned() })
}

fn policy() -> Policy {
    Document::parse(POLICY, Dialect::Gcloud).policy.unwrap()
}

fn tests(text: &str) -> PolicyTests {
    parse(text, &pods).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn ran(text: &str) -> TestReport {
    run(&tests(text), &policy())
}

/// `line:column message` of each fault.
fn faults(text: &str) -> Vec<String> {
    let faults = parse(text, &pods).err().unwrap_or_default();
    faults.iter().map(|f| format!("{}:{} {}", f.span.start.line, f.span.start.column, f.message)).collect()
}

fn one(request: &str, expect: &str) -> String {
    format!("tests:\n- name: it\n  request: {request}\n  expect: {expect}\n")
}

#[test]
fn a_file_is_read_and_run() {
    let text = format!(
        "\
defaults:
  cluster: us-central1-a.prod
  labels: {{team: a, tier: x}}
tests:
- name: attested
  request:
    images: ['gcr.io/p/app@{DIGEST}']
    attestedBy: [qa]
    labels: {{tier: z}}
  expect: ADMIT
- name: not attested
  request:
    images: ['gcr.io/p/app@{DIGEST}']
  expect:
    outcome: DENY
    rule: cluster/us-central1-a.prod
    exemptBy: null
    message: attestor projects/p/attestors/qa
- name: elsewhere
  request:
    pod:
      kind: Pod
      image: gcr.io/base/x
    cluster: us-central1-a.other
  expect: {{outcome: ADMIT, exemptBy: gcr.io/base/*}}
- name: a trial
  request: {{images: [a, gcr.io/base/x], cluster: us-central1-a.trial}}
  expect:
    outcome: ADMIT_DRY_RUN
    exemptBy: {{a: null, gcr.io/base/x: gcr.io/base/*}}
"
    );
    let read = tests(&text);
    let labels: Vec<_> = read.tests[0].request.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(labels, ["team=a", "tier=z"]);
    assert_eq!(read.tests[2].request.namespace, "of-the-pod");
    let report = run(&read, &policy());
    assert!(report.all_passed(), "{:#?}", report.results.iter().map(|r| &r.verdict).collect::<Vec<_>>());
    assert_eq!(report.results.iter().map(|r| r.line).collect::<Vec<_>>(), [5, 11, 19, 26]);
    assert_eq!((report.coverage.of_rules(), report.coverage.of_patterns()), ((2, 3), (1, 2)));
    assert_eq!(report.coverage.percent(), 60);
    let default = &report.coverage.rules[0];
    assert_eq!((default.kind, default.tests), (RuleKind::Default, 0));
}

#[test]
fn json_says_the_same() {
    let text = r#"{"tests": [{"name": "a", "request": {"images": ["a"], "cluster": "l.c"}, "expect": "DENY"}]}"#;
    assert!(ran(text).all_passed());
}

#[test]
fn what_differs_is_said() {
    let expect = "{outcome: ADMIT, rule: cluster/us-central1-a.prod, exemptBy: gcr.io/never/*, message: nothing}";
    let report = ran(&one("{images: [gcr.io/p/app:1], cluster: l.c}", expect));
    let Verdict::Failed(found) = &report.results[0].verdict else { panic!() };
    let lines: Vec<_> = found.iter().map(|m| format!("{}: {} / {}", m.what, m.expected, m.found)).collect();
    assert_eq!(lines[0], "outcome: ADMIT / DENY");
    assert_eq!(lines[1], "rule: cluster/us-central1-a.prod / default");
    assert_eq!(lines[2], "exemptBy of gcr.io/p/app:1: gcr.io/never/* / no pattern");
    assert!(lines[3].starts_with("message: nothing / admission webhook "), "{}", lines[3]);
    assert_eq!(report.results[0].decided_at().map(|path| path.to_string()).as_deref(), Some("defaultAdmissionRule"));
}

#[test]
fn what_a_test_does_not_say_is_not_known() {
    let report = ran(&one("{images: [gcr.io/p/app:1]}", "{outcome: DENY, rule: default, message: x}"));
    let Verdict::Failed(found) = &report.results[0].verdict else { panic!() };
    let lines: Vec<_> = found.iter().map(|m| format!("{}: {} / {}", m.what, m.expected, m.found)).collect();
    let not_said = "not known: the test does not say the cluster";
    assert_eq!(lines[0], format!("outcome: DENY / UNDECIDED, {not_said}"));
    assert_eq!(lines[1], format!("rule: default / {not_said}"));
    assert_eq!(lines[2], format!("message: x / {not_said}"));
    assert_eq!(report.results[0].decided_at(), None);
    assert_eq!(report.coverage.of_rules().0, 0);
}

#[test]
fn what_cannot_be_asked_is_no_pass() {
    let report = ran(&one("{images: [a], attestedBy: [qs]}", "DENY"));
    let Verdict::NotRun(why) = &report.results[0].verdict else { panic!() };
    assert_eq!(why, "no rule of the policy names an attestor `qs`: it names projects/p/attestors/qa");
    assert!(!report.all_passed());
    // A whole name is right whatever the policy says.
    assert!(ran(&one("{images: [a], cluster: l.c, attestedBy: [projects/q/attestors/x]}", "DENY")).all_passed());
}

#[test]
fn cloud_run_resolves_a_tag() {
    let request = format!("{{images: ['gcr.io/p/app:1'], platform: cloud-run, resolvedDigest: '{DIGEST}'}}");
    let expect = "{outcome: DENY, exemptBy: {'gcr.io/p/app:1': null}}";
    assert!(ran(&one(&request, expect)).all_passed(), "{:?}", ran(&one(&request, expect)).results);
    let gke = one(&format!("{{images: [a], resolvedDigest: '{DIGEST}'}}"), "DENY");
    assert!(faults(&gke)[0].contains("is for `platform: cloud-run`"), "{:?}", faults(&gke));
}

#[rstest]
#[case("", "1:1 there are no tests in this text: it starts with `tests:`")]
#[case("test:\n", "1:1 `test` is not a field of a tests file; did you mean `tests`?")]
#[case("defaults: {}\n", "1:1 `tests` is missing: a list of tests")]
#[case("tests: {}\n", "1:8 `tests` is a list; here is a map")]
#[case("tests:\n- name: a\n  expect: DENY\n", "2:3 this test has no `request`")]
#[case(
    "tests:\n- name: yes\n  request: {images: [a]}\n  expect: DENY\n",
    "2:9 `name` is a text, and `yes` is none: put it in quotes"
)]
#[case(
    "tests:\n- name: a\n  request: {image: [a]}\n  expect: DENY\n",
    "3:13 `image` is not a field of a request; did you mean `images`?"
)]
#[case(
    "tests:\n- name: a\n  request: {images: [a], pod: {}}\n  expect: DENY\n",
    "3:26 a request has `images` or a `pod`, not both"
)]
#[case(
    "tests:\n- name: a\n  request: {}\n  expect: DENY\n",
    "3:12 a request has `images` or a `pod`, and this one has neither"
)]
#[case(
    "tests:\n- name: a\n  request: {images: [a]}\n  expect: DENIED\n",
    "4:11 an outcome is one of ADMIT, DENY, ADMIT_DRY_RUN, ADMIT_BREAK_GLASS; here is `DENIED`"
)]
#[case("tests:\n- name: a\n  request: {images: [a]}\n  expect: {rule: default}\n", "4:11 `expect` has no `outcome`")]
#[case(
    "tests:\n- name: a\n  request: {images: [a]}\n  expect: {outcome: DENY, rule: cluster}\n",
    "4:33 a rule is `default`, or its kind and key as in `cluster/…`"
)]
#[case(
    "tests:\n- name: a\n  request: {images: [a], platform: run}\n  expect: DENY\n",
    "3:36 `platform` is one of gke, cloud-run; here is `run`"
)]
#[case("tests:\n- name: a\n  request: {images: [a], cluster: c}\n  expect: DENY\n", "3:35 `cluster`: ")]
#[case("tests:\n- name: a\n  name: b\n  request: {images: [a]}\n  expect: DENY\n", "3:3 `name` is there twice")]
#[case(
    "tests:\n- name: a\n  request: {labels: {a: 1}, images: [a]}\n  expect: DENY\n",
    "3:25 a label is a text, and `1` is none: put it in quotes"
)]
#[case(
    "tests:\n- {name: a, request: {images: [a]}, expect: DENY}\n- {name: a, request: {images: [a]}, expect: DENY}\n",
    "3:10 another test has the name `a`"
)]
#[case(
    "tests:\n- name: a\n  request:\n    pod:\n      kind: Pod\n      spec: wrong\n  expect: DENY\n",
    "6:13 it is wrong"
)]
#[case("tests:\n- name: a\n  request:\n    pod: {kind: Pod}\n  expect: DENY\n", "4:5 no pod")]
#[case("tests:\n- name: [\n", "2:9 ")]
fn a_fault_is_told_at_its_place(#[case] text: &str, #[case] expected: &str) {
    let found = faults(text);
    assert!(found.iter().any(|fault| fault.starts_with(expected)), "{found:?}");
}

#[test]
fn there_are_limits() {
    let many = |count: usize| {
        let test = |n: usize| format!("- {{name: t{n}, request: {{images: [a]}}, expect: DENY}}\n");
        format!("tests:\n{}", (0..count).map(test).collect::<String>())
    };
    assert_eq!(tests(&many(MAX_TESTS)).tests.len(), MAX_TESTS);
    assert!(faults(&many(MAX_TESTS + 1))[0].contains("more than 2000"));
    let images = vec!["a"; MAX_IMAGES + 1].join(", ");
    assert!(faults(&one(&format!("{{images: [{images}]}}"), "DENY"))[0].contains("1 to 200 images"));
}

#[rstest]
#[case(0, 0, 100)]
#[case(0, 3, 0)]
#[case(999, 1000, 99)]
#[case(1999, 2000, 99)]
#[case(2, 3, 66)]
#[case(7, 7, 100)]
fn percentages_are_rounded_down(#[case] some: usize, #[case] all: usize, #[case] expected: usize) {
    assert_eq!(coverage::percent(some, all), expected);
}

#[test]
fn a_pod_that_only_patterns_decided_covers_no_rule() {
    let report = ran(&one("{images: [gcr.io/base/x, k8s.gcr.io/pause]}", "ADMIT"));
    assert_eq!((report.coverage.of_rules().0, report.coverage.of_patterns().0), (0, 1));
    let path = report.results[0].decided_at().unwrap();
    assert_eq!(path.to_string(), "admissionWhitelistPatterns[0].namePattern");
}

fn new_test(name: &str) -> PolicyTest {
    let text = format!(
        "tests:\n- name: {name}\n  request:\n    images: ['a: b', gcr.io/p/x:1]\n    cluster: l.c\n    namespace: 'no'\n    \
         labels: {{a/b: 'true'}}\n    attestedBy: [projects/p/attestors/qa]\n  expect: {{outcome: DENY, rule: default}}\n"
    );
    tests(&text).tests.pop().unwrap()
}

#[rstest]
#[case::empty("")]
#[case::at_the_margin(
    "# mine\ntests:\n- name: a # note\n  request: {images: [a]}\n  expect: DENY\n# the end\ndefaults: {}\n"
)]
#[case::indented("tests:\n    - name: a\n      request:\n        images:\n        - a\n      expect: DENY")]
fn a_test_is_added_behind_the_last(#[case] text: &str) {
    let test = new_test("b c");
    let added = append(text, &test, &pods).unwrap();
    let read = tests(&added);
    let last = read.tests.last().unwrap();
    assert_eq!((&last.name, &last.request, &last.expect), (&test.name, &test.request, &test.expect), "{added}");
    assert_eq!(last.attested_by, test.attested_by);
    let mut lines = added.lines();
    assert!(text.lines().all(|line| lines.any(|kept| kept == line)), "{added}");
    assert_eq!(append(&added, &test, &pods), Err(WriteError::Name("b c".to_owned())));
}

#[rstest]
#[case("tests: [{name: a, request: {images: [a]}, expect: DENY}]\n")]
#[case("{\"tests\": [{\"name\": \"a\", \"request\": {\"images\": [\"a\"]}, \"expect\": \"DENY\"}]}")]
fn a_list_without_dashes_is_left_alone(#[case] text: &str) {
    assert_eq!(append(text, &new_test("b"), &pods), Err(WriteError::NotBlock));
    let broken = append("tests: 1\n", &new_test("b"), &pods);
    assert!(matches!(broken, Err(WriteError::Broken { line: 1, .. })), "{broken:?}");
}

proptest! {
    #[test]
    fn any_text_gives_tests_or_faults(text in "\\PC{0,80}|(tests|name|request|images|expect|[-:\\n \\[\\]{}a,]){0,40}") {
        match parse(&text, &pods) {
            Ok(tests) => drop(run(&tests, &policy())),
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.span.bytes).is_some());
                }
            }
        }
    }
}
