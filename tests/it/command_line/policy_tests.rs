//! `countersign check --tests`, the real binary: what fails and where, coverage, JUnit, exit codes.

use std::fs;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::clients::require;

const POLICY: &str = "\
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: gcr.io/base/*
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

const PASSING: &str = "\
tests:
- name: the base images run
  request: {images: [gcr.io/base/app:1]}
  expect: {outcome: ADMIT, exemptBy: gcr.io/base/*}
- name: a deployment elsewhere is refused
  request:
    cluster: us-central1-a.test
    pod:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        template:
          spec:
            containers:
            - name: web
              image: gcr.io/p/web:1
  expect: {outcome: DENY, rule: default}
";

const FAILING: &str = "\
tests:
- name: unsigned in <prod> & \"quoted\"
  request:
    images: [gcr.io/p/web:1]
    cluster: us-central1-a.prod
  expect: ADMIT
- name: an attestor that nobody asks
  request: {images: [a], attestedBy: [build]}
  expect: DENY
";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        for (name, text) in [
            ("policy.yaml", POLICY),
            ("policy.tests.yaml", PASSING),
            ("failing.yaml", POLICY),
            ("failing.tests.yaml", FAILING),
            ("alone.yaml", POLICY),
            ("broken.yaml", POLICY),
            ("broken.tests.yaml", "tests:\n- nam: a\n"),
            ("invalid.yaml", "defaultAdmissionRule: {}\n"),
            ("invalid.tests.yaml", PASSING),
        ] {
            fs::write(directory.path().join(name), text).unwrap();
        }
        Self(directory)
    }

    fn check(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("countersign").unwrap();
        command.current_dir(self.0.path()).env_remove("NO_COLOR").arg("check").args(arguments);
        command
    }

    /// The standard output of a run that ends with this code.
    fn output(&self, arguments: &[&str], code: i32) -> String {
        let output = self.check(arguments).assert().code(code).get_output().clone();
        String::from_utf8(output.stdout).unwrap()
    }
}

#[rstest]
#[case::passing(&["policy.yaml", "--tests"], 0)]
#[case::not_asked(&["failing.yaml"], 0)]
#[case::failing(&["failing.yaml", "--tests"], 1)]
#[case::named(&["alone.yaml", "--tests", "policy.tests.yaml"], 0)]
#[case::one_fails(&["policy.yaml", "failing.yaml", "--tests"], 1)]
#[case::none_beside(&["alone.yaml", "--tests"], 2)]
#[case::unreadable(&["broken.yaml", "--tests"], 2)]
#[case::unreadable_wins(&["failing.yaml", "broken.yaml", "--tests"], 2)]
#[case::invalid(&["invalid.yaml", "--tests"], 1)]
#[case::junit_alone(&["policy.yaml", "--junit", "out.xml"], 2)]
fn the_exit_code_is_the_verdict(#[case] arguments: &[&str], #[case] expected: i32) {
    Files::new().check(arguments).assert().code(expected);
}

/// Whether it is asked about at all its annotation would say; a test asks the policy.
#[test]
fn a_service_of_cloud_run_without_the_annotation_is_decided_in_a_test() {
    let files = Files::new();
    let tests = "\
tests:
- name: a service
  request:
    resolvedDigest: sha256:abababababababababababababababababababababababababababababababab
    pod:
      apiVersion: serving.knative.dev/v1
      kind: Service
      metadata: {name: web}
      spec: {template: {spec: {containers: [{image: 'gcr.io/p/web:1'}]}}}
  expect: DENY
";
    fs::write(files.0.path().join("alone.tests.yaml"), tests).unwrap();
    files.check(&["alone.yaml", "--tests"]).assert().code(0);
}

#[test]
fn people_see_expected_found_and_the_line() {
    let files = Files::new();
    let text = files.output(&["failing.yaml", "--tests"], 1);
    for part in [
        "failing.yaml: valid\n",
        "failing.tests.yaml:2: failed: unsigned in <prod> & \"quoted\"\n   outcome: expected ADMIT, found DENY\n",
        "   decided by failing.yaml:5: us-central1-a.prod:\n",
        "✗ fail    evaluation mode REQUIRE_ATTESTATION  [failing.yaml:6]",
        "failing.tests.yaml:7: failed: an attestor that nobody asks\n   not run: no rule of the policy names an attestor",
        "failing.tests.yaml: 0 of 2 tests passed\ncoverage: 33 % (rules 1 of 2, patterns 0 of 1)\n",
        "  failing.yaml:3: no test: pattern gcr.io/base/*\n  failing.yaml:10: no test: rule default\n",
    ] {
        assert!(text.contains(part), "{part}\n--- is not in\n{text}");
    }
    let text = files.output(&["policy.yaml", "--tests"], 0);
    assert!(text.contains("policy.tests.yaml: 2 of 2 tests passed\ncoverage: 66 %"), "{text}");
    let text = files.output(&["invalid.yaml", "--tests"], 1);
    assert!(text.contains("invalid.tests.yaml: 2 tests not run, as the policy is not valid"), "{text}");
}

#[test]
fn a_broken_file_is_told_at_its_place() {
    let output = Files::new().check(&["broken.yaml", "--tests"]).assert().code(2).get_output().clone();
    let text = String::from_utf8(output.stderr).unwrap();
    let expected = "countersign: broken.tests.yaml:2:3: `nam` is not a field of a test; did you mean `name`?\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn programs_get_results_and_coverage() {
    let files = Files::new();
    let found: Value =
        serde_json::from_str(&files.output(&["failing.yaml", "--tests", "--format", "json"], 1)).unwrap();
    let tests = &found[0]["tests"];
    assert_eq!(
        (&tests["file"], &tests["total"], &tests["passed"]),
        (&json!("failing.tests.yaml"), &json!(2), &json!(0))
    );
    let first = &tests["results"][0];
    assert_eq!((&first["line"], &first["expected"], &first["found"]), (&json!(2), &json!("ADMIT"), &json!("DENY")));
    assert_eq!((&first["policyLine"], &first["passed"]), (&json!(5), &json!(false)));
    let coverage = &tests["coverage"];
    assert_eq!(coverage["percent"], 33);
    assert_eq!(coverage["patterns"][0], json!({"pattern": "gcr.io/base/*", "line": 3, "tests": 0}));
    let plain: Value = serde_json::from_str(&files.output(&["failing.yaml", "--format", "json"], 0)).unwrap();
    assert_eq!(plain[0].get("tests"), None);
}

#[test]
fn github_and_sarif_have_the_failures() {
    let files = Files::new();
    let text = files.output(&["failing.yaml", "--tests", "--format", "github"], 1);
    let first = text.lines().next().unwrap();
    let start = "::error file=failing.tests.yaml,line=2,title=policy-test::unsigned in <prod>";
    assert!(first.starts_with(start) && first.ends_with("(decided by failing.yaml:5)"), "{text}");
    let log: Value = serde_json::from_str(&files.output(&["failing.yaml", "--tests", "--format", "sarif"], 1)).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "policy-test");
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 5);
}

/// What the parser of Python's standard library reads of a file: a line for each element.
const READ: &str = "
import sys, xml.etree.ElementTree as tree
for e in tree.parse(sys.argv[1]).iter():
    print(e.tag, e.get('name'), e.get('tests'), e.get('failures'), e.get('errors'), e.get('line'), e.get('message'), sep='|')
";

#[test]
fn build_servers_read_the_junit_file() {
    let Some(mut python) = require("python3") else { return };
    let files = Files::new();
    files.check(&["policy.yaml", "failing.yaml", "invalid.yaml", "--tests", "--junit", "out.xml"]).assert().code(1);
    let output = python.args(["-c", READ]).arg(files.0.path().join("out.xml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "testsuites|countersign|6|1|3|None|None");
    assert_eq!(lines[1], "testsuite|policy.yaml|2|0|0|None|None");
    assert!(lines.contains(&"testcase|unsigned in <prod> & \"quoted\"|None|None|None|2|None"), "{text}");
    assert!(lines.contains(&"failure|None|None|None|None|None|outcome: expected ADMIT, found DENY"), "{text}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("error|")).count(), 3);
}

#[test]
fn junit_goes_to_standard_output_too() {
    let text = Files::new().output(&["policy.yaml", "--tests", "--junit", "-"], 0);
    assert!(text.starts_with("<?xml version=\"1.0\"") && text.ends_with("</testsuites>\n"), "{text}");
}
