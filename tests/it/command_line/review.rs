//! `countersign review`, the real binary: exit codes, formats, what people see.

use std::fs;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

const OLD: &str = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/tools/*
- namePattern: gcr.io/tools/lint*
- namePattern: gcr.io/old/**
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
globalPolicyEvaluationMode: ENABLE
";

const NEW: &str = "\
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: gcr.io/tools/*
clusterAdmissionRules:
  us-central1-a.test:
    evaluationMode: ALWAYS_DENY
    enforcementMode: DRYRUN_AUDIT_LOG_ONLY
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/codelab/attestors/qa
";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(TempDir::new().unwrap());
        files.write("old.yaml", OLD);
        files.write("new.yaml", NEW);
        files
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str], stdin: &str) -> (i32, String, String) {
        let mut command = Command::cargo_bin("countersign").unwrap();
        command.current_dir(self.0.path()).arg("review").args(arguments).write_stdin(stdin.to_owned());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

fn inventory() -> String {
    format!("gcr.io/tools/lint:1\ngcr.io/old/app/web:1\ngcr.io/new/app@sha256:{HEX}\n")
}

#[test]
fn people_read_what_flips_why_and_what_is_not_known() {
    let files = Files::new();
    let (code, out, error) =
        files.run(&["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod"], &inventory());
    assert_eq!((code, error.as_str()), (0, ""));
    insta::assert_snapshot!(out);
}

#[test]
fn markdown_has_the_same() {
    let files = Files::new();
    let arguments = [
        "old.yaml",
        "new.yaml",
        "--inventory",
        "-",
        "--cluster",
        "us-central1-a.prod",
        "--format",
        "markdown",
        "--attested-by",
        "qa",
    ];
    let (code, out, _) = files.run(&arguments, &inventory());
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
}

#[test]
fn json_and_sarif_have_lines() {
    let files = Files::new();
    let arguments =
        |format| ["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod", "--format", format];
    let json: Value = serde_json::from_str(&files.run(&arguments("json"), &inventory()).1).unwrap();
    assert_eq!(json["equivalent"], false);
    assert_eq!(json["summary"]["newlyDenied"], 1);
    assert_eq!(json["summary"]["undecided"], 1);
    let denied = &json["items"][0];
    assert_eq!((&denied["standing"], &denied["old"]["line"]), (&"newly-denied".into(), &4.into()));
    assert_eq!(denied["new"]["because"], "by tag, and only digests are attested");
    assert_eq!(denied["new"]["line"], 8);
    let lint = json["changes"].as_array().unwrap().iter().find(|c| c["oldLine"] == 3).unwrap();
    assert_eq!(lint["changesNothingBecause"], "other patterns cover the same images");
    let sarif: Value = serde_json::from_str(&files.run(&arguments("sarif"), &inventory()).1).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let uris: Vec<&str> = results
        .iter()
        .map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
        .collect();
    assert!(uris.contains(&"old.yaml") && uris.contains(&"new.yaml"), "{uris:?}");
}

#[test]
fn pods_that_run_are_asked_about_as_if_they_were_admitted_again() {
    let files = Files::new();
    let pod = |name: &str, image: &str| {
        format!(
            r#"{{"kind": "Pod", "metadata": {{"name": "{name}", "namespace": "shop", "labels": {{"team": "front"}},
            "ownerReferences": [{{"kind": "ReplicaSet", "name": "{name}", "controller": true}}]}},
            "spec": {{"containers": [{{"name": "c", "image": "{image}"}}]}}, "status": {{"phase": "Running"}}}}"#
        )
    };
    let pods = [pod("never", "gcr.io/other/app"), pod("old", "gcr.io/old/app:1"), pod("tools", "gcr.io/tools/lint")];
    let list = format!(r#"{{"kind": "List", "items": [{}]}}"#, pods.join(","));
    let (code, out, _) =
        files.run(&["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod"], &list);
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
    let json = files
        .run(
            &["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod", "--format", "json"],
            &list,
        )
        .1;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["running"]["deniedByOld"], &json["running"]["deniedByNew"]), (&1.into(), &2.into()));
    assert_eq!(json["running"]["refusedAgain"][0]["workload"], "replicaset/never");
}

#[rstest]
#[case(&[], 0)]
#[case(&["--fail-on", "newly-denied"], 1)]
#[case(&["--fail-on", "newly-admitted"], 3)]
#[case(&["--fail-on", "newly-admitted", "--unattested"], 0)]
#[case(&["--fail-on", "newly-admitted,undecided"], 3)]
#[case(&["--fail-on", "newly-denied,undecided"], 1)]
#[case(&["--fail-on", "newly-admitted", "--attested-by", "qa"], 1)]
#[case(&["--fail-on", "undecided", "--unattested"], 0)]
#[case(&["--fail-on", "difference"], 1)]
fn the_exit_code_says_what_was_found(#[case] more: &[&str], #[case] expected: i32) {
    let files = Files::new();
    let arguments = [&["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod"], more].concat();
    assert_eq!(files.run(&arguments, &inventory()).0, expected);
}

#[test]
fn the_same_policy_written_otherwise_is_equivalent() {
    let files = Files::new();
    let other = OLD
        .replace("- namePattern: gcr.io/tools/lint*\n", "")
        .replace("defaultAdmissionRule", "# x\ndefaultAdmissionRule");
    files.write("other.yaml", &other);
    let (code, out, _) = files.run(&["old.yaml", "other.yaml", "--fail-on", "difference"], "");
    assert_eq!(code, 0);
    assert!(out.starts_with("The policies are equivalent: no pod whatever is decided differently.\n"), "{out}");
}

#[rstest]
#[case(&["old.yaml", "none.yaml"], "", "none.yaml: No such file")]
#[case(&["-", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod"], "", "standard input can be one of")]
#[case(&["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod"], "NAME  READY\n", "-: line 1: \"NAME  READY\" is not an image reference")]
#[case(&["old.yaml", "new.yaml", "--inventory", "-", "--cluster", "us-central1-a.prod"], "", "-: the inventory is empty")]
#[case(&["old.yaml", "-"], "defaultAdmissionRule: 3\n", "-: the policy is not valid")]
fn what_cannot_be_used_is_said(#[case] arguments: &[&str], #[case] stdin: &str, #[case] expected: &str) {
    let (code, _, error) = Files::new().run(arguments, stdin);
    assert_eq!(code, 2);
    assert!(error.contains(expected), "{error}");
}

#[test]
fn an_attestor_that_neither_policy_asks_is_said_and_changes_nothing() {
    let (code, out, error) = Files::new().run(&["old.yaml", "new.yaml", "--attested-by", "nobody"], "");
    assert_eq!((code, out.is_empty()), (0, false));
    assert!(error.contains("no rule of the policy asks the attestor \"nobody\", so it changes nothing"), "{error}");
}

const ALLOW: &str = "{evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}";
const DENY: &str = "{evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}";

/// What kubectl prints has no cluster, and no mesh identity.
#[rstest]
#[case::by_cluster("clusterAdmissionRules", "us-central1-a.staging", &["--cluster", "us-central1-a.staging"])]
#[case::by_identity(
    "istioServiceIdentityAdmissionRules", "acme.svc.id.goog/ns/web/sa/web-sa",
    &["--service-identity", "acme.svc.id.goog/ns/web/sa/web-sa"]
)]
fn a_rule_that_may_be_the_pods_leaves_it_undecided(#[case] map: &str, #[case] key: &str, #[case] given: &[&str]) {
    let files = Files::new();
    for (name, rule) in [("c1.yaml", ALLOW), ("c2.yaml", DENY)] {
        files.write(name, &format!("{map}:\n  {key}: {rule}\ndefaultAdmissionRule: {ALLOW}\n"));
    }
    let pods = r#"{"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "a", "namespace": "web"},
        "spec": {"serviceAccountName": "web-sa", "containers": [{"name": "c", "image": "gcr.io/p/a:1"}]}}]}"#;
    let asked = ["c1.yaml", "c2.yaml", "--inventory", "-", "--format", "json"];
    let report =
        |more: &[&str]| -> Value { serde_json::from_str(&files.run(&[&asked[..], more].concat(), pods).1).unwrap() };
    let counts = |json: &Value| (json["summary"]["newlyDenied"].clone(), json["summary"]["undecided"].clone());
    assert_eq!(counts(&report(&[])), (0.into(), 1.into()));
    assert_eq!(counts(&report(given)), (1.into(), 0.into()));
    let gate =
        |more: &[&str]| files.run(&[&asked[..4], &["--fail-on", "newly-denied,undecided"], more].concat(), pods).0;
    assert_eq!((gate(&[]), gate(given)), (3, 1));
    // What is undecided may be newly denied: a gate that asks for that alone does not pass it.
    let gate = |what: &str| files.run(&[&asked[..4], &["--fail-on", what]].concat(), pods).0;
    assert_eq!(["newly-denied", "newly-admitted"].map(gate), [3, 3]);
}

fn denies(more: &str) -> String {
    format!("{more}defaultAdmissionRule: {DENY}\n")
}

/// A service's own system policy has more than the documented part of it.
#[test]
fn who_alone_asks_the_system_policy_may_differ_where_nobody_can_show_it() {
    let files = Files::new();
    files.write("old.yaml", &denies("globalPolicyEvaluationMode: ENABLE\n"));
    let documented = countersign::domain::system_policy::documented_policy("global").admission_whitelist_patterns;
    let patterns: String = documented.iter().map(|p| format!("- namePattern: {}\n", p.name_pattern)).collect();
    files.write("new.yaml", &denies(&format!("admissionWhitelistPatterns:\n{patterns}")));
    let (code, out, _) = files.run(&["old.yaml", "new.yaml", "--fail-on", "difference"], "");
    assert_eq!(code, 3, "{out}");
    assert!(
        out.starts_with("Whether the policies are equivalent is not known: that hangs on the system policy"),
        "{out}"
    );
    let json = files.run(&["old.yaml", "new.yaml", "--format", "json"], "").1;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["equivalent"], &json["notKnown"]), (&false.into(), &serde_json::json!(["systemPolicy"])));
    let mode =
        json["changes"].as_array().unwrap().iter().find(|c| c["kind"] == "global-policy-evaluation-mode").unwrap();
    assert_eq!((&mode["changesNothingBecause"], mode["notKnown"].is_string()), (&Value::Null, true), "{mode}");
    // The service's own list settles it.
    files.write(
        "system.yaml",
        &format!(
            "name: locations/us-central1/policy\nadmissionWhitelistPatterns:\n{patterns}defaultAdmissionRule: {ALLOW}\n"
        ),
    );
    let whole = ["old.yaml", "new.yaml", "--fail-on", "difference", "--system-policy", "system.yaml"];
    assert_eq!(files.run(&whole, "").0, 0);
}

#[test]
fn a_pattern_on_a_path_of_googles_own_that_goes_is_undecided_and_not_unchanged() {
    let files = Files::new();
    let enabled = "globalPolicyEvaluationMode: ENABLE\n";
    let pattern = "us-central1-artifactregistry.gcr.io/gke-release/**";
    files.write("old.yaml", &denies(&format!("{enabled}admissionWhitelistPatterns:\n- namePattern: {pattern}\n")));
    files.write("new.yaml", &denies(enabled));
    let (code, out, _) = files.run(&["old.yaml", "new.yaml", "--fail-on", "difference"], "");
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("    undecided: us-central1-artifactregistry.gcr.io/gke-release/"), "{out}");
    assert!(!out.contains("unchanged: us-central1"), "{out}");
    let markdown = files.run(&["old.yaml", "new.yaml", "--format", "markdown"], "").1;
    assert!(markdown.contains("  - undecided: us-central1") && markdown.contains("may differ"), "{markdown}");
}

/// Whether a service of Cloud Run asks at all, its annotation says, or nobody.
#[test]
fn on_cloud_run_it_is_not_known_whether_it_is_asked_at_all() {
    let files = Files::new();
    files.write("old.yaml", &format!("defaultAdmissionRule: {ALLOW}\n"));
    files.write("new.yaml", &denies(""));
    let undecided = |more: &[&str], inventory: &str| {
        let asked = [&["old.yaml", "new.yaml", "--inventory", "-", "--format", "json"], more].concat();
        let json: Value = serde_json::from_str(&files.run(&asked, inventory).1).unwrap();
        json["summary"]["undecided"].clone()
    };
    assert_eq!(undecided(&["--platform", "cloud-run"], "gcr.io/p/a:1\n"), 1);
    let asked = ["old.yaml", "new.yaml", "--inventory", "-", "--platform", "cloud-run"];
    let told = files.run(&asked, "gcr.io/p/a:1\n").1;
    let settled_by = "not known is whether Binary Authorization is asked there; the annotation \
                      run.googleapis.com/binary-authorization of the service would settle it";
    assert!(told.contains(settled_by), "{told}");
    let lines = r#"{"image": "gcr.io/p/a", "platform": "cloud-run"}
{"image": "gcr.io/p/b", "platform": "cloud-run", "annotations": {"run.googleapis.com/binary-authorization": "default"}}
"#;
    assert_eq!(undecided(&[], lines), 1);
    assert_eq!(undecided(&[], "gcr.io/p/a:1\n"), 0);
}
