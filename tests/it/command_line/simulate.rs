//! `countersign simulate`, the real binary: exit codes, the JSON contract, what people see.

use std::fs;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const NO_ATTESTATION: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

const POLICY: &str = "\
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: gcr.io/tools/*
- namePattern: registry.k8s.io/**
clusterAdmissionRules:
  us-central1-a.prod:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
    requireAttestationsBy:
    - projects/codelab/attestors/qa
    - projects/vulnz/attestors/scan
  us-central1-a.test:
    evaluationMode: ALWAYS_DENY
    enforcementMode: DRYRUN_AUDIT_LOG_ONLY
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

const ATTESTED: &str = "\
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy: [projects/codelab/attestors/qa, projects/other/attestors/qa]
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: prod
  labels:
    image-policy.k8s.io/break-glass: \"true\"
spec:
  template:
    metadata:
      labels: {app: web}
    spec:
      initContainers:
      - {name: setup, image: registry.k8s.io/a/setup:1}
      containers:
      - {name: web, image: nginx}
";

const POD: &str = "\
{\"kind\": \"Pod\", \"metadata\": {\"name\": \"web\", \"labels\": {\"image-policy.k8s.io/break-glass\": \"true\"}},
 \"spec\": {\"containers\": [{\"name\": \"web\", \"image\": \"nginx\"}]}}
";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let files = [
            ("policy.yaml", POLICY),
            ("attested.yaml", ATTESTED),
            ("invalid.yaml", "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n"),
            ("platform.yaml", "gkePolicy:\n  checkSets: []\n"),
            ("deployment.yaml", DEPLOYMENT),
            ("pod.json", POD),
            (
                "two.yaml",
                "kind: Pod\nspec: {containers: [{image: a}]}\n---\nkind: Pod\nspec: {containers: [{image: b}]}\n",
            ),
            ("service.yaml", "kind: Service\n"),
            ("boolean.yaml", "kind: Pod\nmetadata:\n  labels: {image-policy.k8s.io/break-glass: true}\n"),
        ];
        for (name, content) in files {
            fs::write(directory.path().join(name), content).unwrap();
        }
        fs::write(directory.path().join("latin1.yaml"), b"description: caf\xe9\n").unwrap();
        Self(directory)
    }

    /// `simulate` in the directory of the files, so that they are named as the tests do.
    fn simulate(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("countersign").unwrap();
        command.current_dir(self.0.path()).env_remove("NO_COLOR").arg("simulate").args(arguments);
        command
    }

    fn json(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.simulate(arguments).args(["--format", "json"]).assert().code(code).get_output().clone();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn human(&self, arguments: &[&str], code: i32) -> String {
        let output = self.simulate(arguments).assert().code(code).get_output().clone();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        String::from_utf8(output.stdout).unwrap()
    }

    fn complaint(&self, arguments: &[&str], code: i32) -> String {
        let output = self.simulate(arguments).assert().code(code).get_output().clone();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn by_digest() -> String {
    format!("us.gcr.io/codelab/app@sha256:{HEX}")
}

#[rstest]
#[case::exempt(&["--policy", "policy.yaml", "--image", "gcr.io/tools/x"], 0)]
#[case::dry_run(&["--policy", "policy.yaml", "--image", "nginx", "--cluster", "us-central1-a.test"], 0)]
#[case::break_glass(&["--policy", "policy.yaml", "--image", "nginx", "--label", "image-policy.k8s.io/break-glass=true"], 0)]
#[case::old_break_glass(
    &["--policy", "policy.yaml", "--image", "nginx", "--annotation", "alpha.image-policy.k8s.io/break-glass=true"], 0
)]
#[case::pod(&["--policy", "policy.yaml", "--pod", "pod.json"], 0)]
#[case::denied(&["--policy", "policy.yaml", "--image", "nginx", "--cluster", "us-central1-a.other"], 1)]
#[case::in_which_cluster(&["--policy", "policy.yaml", "--image", "nginx"], 3)]
#[case::deployment(&["--policy", "policy.yaml", "--pod", "deployment.yaml", "--cluster", "us-central1-a.other"], 1)]
#[case::not_known_who_attested(&["--policy", "attested.yaml", "--image", "r.io/a@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567"], 3)]
#[case::unattested(&["--policy", "attested.yaml", "--unattested", "--image", "r.io/a@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567"], 1)]
#[case::no_policy(&["--image", "nginx"], 2)]
#[case::no_image(&["--policy", "policy.yaml"], 2)]
#[case::both(&["--policy", "policy.yaml", "--image", "nginx", "--pod", "pod.json"], 2)]
#[case::bad_cluster(&["--policy", "policy.yaml", "--image", "nginx", "--cluster", "prod"], 2)]
#[case::bad_label(&["--policy", "policy.yaml", "--image", "nginx", "--label", "x"], 2)]
#[case::bad_digest(&["--policy", "policy.yaml", "--image", "nginx", "--resolved-digest", "sha256:1"], 2)]
#[case::missing(&["--policy", "none.yaml", "--image", "nginx"], 2)]
#[case::invalid(&["--policy", "invalid.yaml", "--image", "nginx"], 2)]
#[case::not_utf8(&["--policy", "latin1.yaml", "--image", "nginx"], 2)]
#[case::no_pod(&["--policy", "policy.yaml", "--pod", "service.yaml"], 2)]
#[case::platform_policy(&["--policy", "platform.yaml", "--image", "nginx"], 3)]
#[case::unresolved(&["--policy", "attested.yaml", "--image", "nginx", "--platform", "cloud-run"], 3)]
fn the_exit_code_is_the_verdict(#[case] arguments: &[&str], #[case] code: i32) {
    Files::new().simulate(arguments).assert().code(code);
}

#[test]
fn json_of_a_refusal() {
    let image = by_digest();
    let arguments = ["--policy", "policy.yaml", "--image", &image, "--image", "gcr.io/tools/x:1", "--image"];
    let arguments: Vec<&str> = arguments
        .into_iter()
        .chain(["gke.gcr.io/a:1", "--cluster", "us-central1-a.prod", "--attested-by", "qa"])
        .collect();
    let exempt = |image: &str, by: Value| json!({"image": image, "outcome": "EXEMPT", "exemptBy": by, "attestors": []});
    let answer = Files::new().json(&arguments, 1);
    assert_eq!(
        answer,
        json!({
            "outcome": "DENY",
            "message": format!(
                "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image {image} denied \
                 by Binary Authorization cluster admission rule for us-central1-a.prod. Image {image} denied by \
                 attestor projects/vulnz/attestors/scan: {NO_ATTESTATION}"
            ),
            "rule": {"kind": "cluster", "key": "us-central1-a.prod", "line": 6},
            "otherRules": [],
            "notKnown": {"facts": [], "settledBy": null},
            "images": [
                {
                    "image": image,
                    "outcome": "DENY",
                    "exemptBy": null,
                    "attestors": [
                        {"name": "projects/codelab/attestors/qa", "satisfied": true, "assumed": true, "reason": ""},
                        {
                            "name": "projects/vulnz/attestors/scan",
                            "satisfied": false,
                            "assumed": true,
                            "reason": NO_ATTESTATION
                        }
                    ]
                },
                exempt("gcr.io/tools/x:1", json!({"source": "allowlist", "pattern": "gcr.io/tools/*", "line": 3})),
                exempt("gke.gcr.io/a:1", json!({"source": "system", "pattern": "gke.gcr.io/**", "line": null}))
            ],
            "fixes": answer["fixes"]
        })
    );
    let kinds: Vec<&str> =
        answer["fixes"].as_array().unwrap().iter().map(|fix| fix["kind"].as_str().unwrap()).collect();
    let expected =
        ["attest", "allow-image", "allow-repository", "allow-registry", "cluster-rule", "dry-run", "break-glass"];
    assert_eq!(kinds, expected);
}

#[test]
fn json_of_the_fixes() {
    let image = by_digest();
    let arguments =
        ["--policy", "policy.yaml", "--image", &image, "--cluster", "us-central1-a.prod", "--attested-by", "qa"];
    let answer = Files::new().json(&arguments, 1);
    let fix = |kind: &str| answer["fixes"].as_array().unwrap().iter().find(|fix| fix["kind"] == kind).unwrap().clone();
    assert_eq!(
        fix("cluster-rule"),
        json!({
            "kind": "cluster-rule",
            "title": "A rule for cluster us-central1-a.prod, that asks qa",
            "outcome": "ADMIT",
            "changes": [{
                "target": "policy",
                "text": "clusterAdmissionRules[us-central1-a.prod]: REQUIRE_ATTESTATION, ENFORCED_BLOCK_AND_AUDIT_LOG",
                "commands": ["gcloud container binauthz policy import policy.yaml"],
                "keyHeld": null
            }],
            "policy": {"line": 11, "removed": ["    - projects/vulnz/attestors/scan"], "added": []},
            "reach": {
                "text": "Every image that qa attested, in cluster us-central1-a.prod.",
                "example": fix("cluster-rule")["reach"]["example"],
                "inventory": null
            }
        })
    );
    let attest = fix("attest");
    assert_eq!(attest["changes"][0]["target"], "attestation");
    assert!(attest["changes"][0]["commands"][2].as_str().unwrap().contains("--attestor=scan --attestor-project=vulnz"));
    assert_eq!(fix("break-glass")["outcome"], "ADMIT_BREAK_GLASS");
}

#[rstest]
#[case::dry_run(&["--cluster", "us-central1-a.test"], "ADMIT_DRY_RUN", json!({"kind": "cluster", "key": "us-central1-a.test", "line": 12}))]
#[case::break_glass(
    &["--label", "image-policy.k8s.io/break-glass=true", "--cluster", "us-central1-a.other"], "ADMIT_BREAK_GLASS", json!({"kind": "default", "key": "", "line": 15})
)]
fn json_of_what_was_overridden(#[case] arguments: &[&str], #[case] outcome: &str, #[case] rule: Value) {
    let arguments: Vec<&str> =
        ["--policy", "policy.yaml", "--image", "nginx"].iter().chain(arguments).copied().collect();
    assert_eq!(
        Files::new().json(&arguments, 0),
        json!({
            "outcome": outcome,
            "message": "",
            "rule": rule,
            "otherRules": [],
            "notKnown": {"facts": [], "settledBy": null},
            "images": [{"image": "nginx", "outcome": "DENY", "exemptBy": null, "attestors": []}],
            "fixes": []
        })
    );
}

/// By what a service of Cloud Run chooses to be asked about.
const ASKED: &str = "run.googleapis.com/binary-authorization=default";

const CLOUD_RUN: &str = "\
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web}
spec: {template: {spec: {containers: [{image: nginx}]}}}
";

#[rstest]
#[case::an_image(&["--image", "nginx", "--platform", "cloud-run"], 3)]
#[case::an_image_that_is_asked_about(&["--image", "nginx", "--platform", "cloud-run", "--annotation", ASKED], 1)]
#[case::a_service(&["--pod", "run.yaml"], 3)]
#[case::a_service_that_is_asked_about(&["--pod", "run.yaml", "--annotation", ASKED], 1)]
#[case::the_same_in_a_cluster(&["--pod", "run.yaml", "--platform", "gke"], 1)]
fn whether_cloud_run_asks_hangs_on_the_annotation_wherever_that_is_said(#[case] what: &[&str], #[case] code: i32) {
    let files = Files::new();
    fs::write(files.0.path().join("deny.yaml"), DENY).unwrap();
    fs::write(files.0.path().join("run.yaml"), CLOUD_RUN).unwrap();
    files.simulate(&[&["--policy", "deny.yaml"], what].concat()).assert().code(code);
}

#[rstest]
#[case::misspelt(&["--attested-by", "vulnz"], 3)]
#[case::one_of_two_misspelt(&["--attested-by", "projects/codelab/attestors/qa", "--attested-by", "vulnz"], 3)]
#[case::one_of_two_named(&["--attested-by", "projects/codelab/attestors/qa"], 1)]
#[case::nothing_attested(&["--unattested"], 1)]
fn a_name_that_no_rule_asks_is_no_word_about_the_others(#[case] more: &[&str], #[case] code: i32) {
    let image = by_digest();
    let arguments = [&["--policy", "attested.yaml", "--image", &image], more].concat();
    Files::new().simulate(&arguments).assert().code(code);
}

#[test]
fn json_tells_what_is_assumed() {
    let image = by_digest();
    let asked = ["--policy", "attested.yaml", "--image", &image];
    let assumed = |more: &[&str], code: i32| {
        let answer = Files::new().json(&[&asked[..], more].concat(), code);
        [0, 1].map(|at| answer["images"][0]["attestors"][at]["assumed"].clone())
    };
    assert_eq!(assumed(&["--attested-by", "projects/codelab/attestors/qa"], 1), [json!(true), json!(true)]);
    assert_eq!(assumed(&[], 3), [Value::Null, Value::Null]);
}

#[test]
fn json_of_what_is_not_known() {
    let answer = Files::new().json(&["--policy", "attested.yaml", "--image", "r.io/a:1", "--platform", "cloud-run"], 3);
    assert_eq!((&answer["outcome"], &answer["message"]), (&json!("UNDECIDED"), &json!("")));
    assert_eq!(answer["images"][0]["outcome"], "UNDECIDED");
}

#[test]
fn cloud_run_takes_the_digest_that_a_tag_is_said_to_resolve_to() {
    let digest = format!("sha256:{HEX}");
    let arguments =
        ["--policy", "attested.yaml", "--image", "r.io/a:1", "--platform", "cloud-run", "--resolved-digest", &digest];
    let arguments: Vec<&str> = arguments.into_iter().chain(["--unattested", "--annotation", ASKED]).collect();
    let answer = Files::new().json(&arguments, 1);
    let message = answer["message"].as_str().unwrap();
    assert!(message.starts_with("Service update rejected by Binary Authorization policy: Container image 'r.io/a@"));
    assert_eq!(answer["images"][0]["image"], format!("r.io/a@{digest}"));
}

#[test]
fn people_see_why_and_where() {
    let files = Files::new();
    insta::assert_snapshot!(files.human(&["--policy", "policy.yaml", "--pod", "deployment.yaml", "--cluster", "us-central1-a.other"], 1), @r#"
    ✗ DENY: the pod would be refused

    The cluster says:
      admission webhook "imagepolicywebhook.image-policy.k8s.io" denied the request: Image nginx denied by Binary Authorization default admission rule. Denied by always_deny admission rule

    Why:
      ✓ pass    Binary Authorization is enforced here
      · note    rule defaultAdmissionRule: ALWAYS_DENY, ENFORCED_BLOCK_AND_AUDIT_LOG  [policy.yaml:15]
        · note    the policy has no rules by: service identity, service account `prod:default`, namespace `prod`
        · note    clusterAdmissionRules (2): none for cluster `us-central1-a.other`
      ✓ pass    image registry.k8s.io/a/setup:1: init container setup
        · note    system policy: none of its 6 documented patterns matches
        ✓ pass    exempt by the allowlist: registry.k8s.io/**  [policy.yaml:4]
        - skipped evaluation mode ALWAYS_DENY  [policy.yaml:16]
      ✗ fail    image nginx: container web
        · note    system policy: none of its 6 documented patterns matches
        · note    allowlist: none of 2 patterns matches
          · note    closest pattern: none begins with `n`, as the image does
        ✗ fail    evaluation mode ALWAYS_DENY  [policy.yaml:16]
      ✗ fail    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [policy.yaml:17]
      · note    break-glass: not asked for
        · note    label image-policy.k8s.io/break-glass on the Deployment itself has no effect; expected it in spec.template.metadata, so that the pod has it
      ✗ fail    the pod is refused

    What would admit it, the least that is let in first:
      1. Move the break-glass label from the Deployment to its pod template
         pod: label image-policy.k8s.io/break-glass: "true" of the pod (of the pod template for a workload)
         lets in: Every image of this pod, whatever it is; the policy is overridden, and each use is logged.
      2. Allow nginx
         policy.yaml:5
           + - namePattern: nginx
         lets in: Whatever nginx means now and later, under every rule, attested or not.
      3. A rule for cluster us-central1-a.other, that admits everything
         policy.yaml:15
           +   us-central1-a.other:
           +     evaluationMode: ALWAYS_ALLOW
           +     enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
         lets in: Every image, in cluster us-central1-a.other.
         for example: us-docker.pkg.dev/example/app/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, cluster us-central1-a.other, namespace default, attested by nobody
      4. Make the default rule a dry run
         policy.yaml:17
           -   enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
           +   enforcementMode: DRYRUN_AUDIT_LOG_ONLY
         lets in: Every image, wherever the default rule decides: what the rule denies is only logged.
         for example: us-docker.pkg.dev/example/app/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, cluster us-central1.other, namespace default, attested by nobody
    "#);
}

#[test]
fn people_see_what_was_assumed() {
    let image = by_digest();
    let arguments = ["--policy", "policy.yaml", "--image", &image, "--cluster", "us-central1-a.prod", "--attested-by"];
    let arguments: Vec<&str> =
        arguments.into_iter().chain(["projects/codelab/attestors/qa", "--attested-by", "scan"]).collect();
    insta::assert_snapshot!(Files::new().human(&arguments, 0), @r"
    ✓ ADMIT: the pod would run

    Why:
      ✓ pass    Binary Authorization is enforced here
      · note    rule clusterAdmissionRules[us-central1-a.prod]: REQUIRE_ATTESTATION, ENFORCED_BLOCK_AND_AUDIT_LOG  [policy.yaml:6]
        · note    the policy has no rules by: service identity, service account, namespace
        ✓ pass    clusterAdmissionRules (2): us-central1-a.prod
      ✓ pass    image us.gcr.io/codelab/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567
        · note    system policy: none of its 6 documented patterns matches
        · note    allowlist: none of 2 patterns matches
          · note    closest pattern: none begins with `u`, as the image does
        ✓ pass    evaluation mode REQUIRE_ATTESTATION  [policy.yaml:7]
          ✓ pass    attestor projects/codelab/attestors/qa  [policy.yaml:10]
            · note    a valid attestation is assumed
          ✓ pass    attestor projects/vulnz/attestors/scan  [policy.yaml:11]
            · note    a valid attestation is assumed
      · note    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [policy.yaml:8]
      · note    break-glass: not asked for
      ✓ pass    the pod is admitted
    ");
}

#[test]
fn people_see_what_a_dry_run_overrode() {
    let arguments = ["--policy", "policy.yaml", "--image", "nginx", "--cluster", "us-central1-a.test"];
    insta::assert_snapshot!(Files::new().human(&arguments, 0), @r#"
    ✓ ADMIT_DRY_RUN: the pod would run, as the rule is a dry run

    Overridden:
      admission webhook "imagepolicywebhook.image-policy.k8s.io" denied the request: Image nginx denied by Binary Authorization cluster admission rule for us-central1-a.test. Denied by always_deny admission rule

    Why:
      ✓ pass    Binary Authorization is enforced here
      · note    rule clusterAdmissionRules[us-central1-a.test]: ALWAYS_DENY, DRYRUN_AUDIT_LOG_ONLY  [policy.yaml:12]
        · note    the policy has no rules by: service identity, service account, namespace
        ✓ pass    clusterAdmissionRules (2): us-central1-a.test
      ✗ fail    image nginx
        · note    system policy: none of its 6 documented patterns matches
        · note    allowlist: none of 2 patterns matches
          · note    closest pattern: none begins with `n`, as the image does
        ✗ fail    evaluation mode ALWAYS_DENY  [policy.yaml:13]
      ✓ pass    dry run: what would be refused is admitted, and logged: DRYRUN_AUDIT_LOG_ONLY  [policy.yaml:14]
      · note    break-glass: not asked for
      ✓ pass    the pod is admitted, as the rule is a dry run
    "#);
}

#[test]
fn an_invalid_policy_is_shown_with_its_problems() {
    let text = Files::new().complaint(&["--policy", "invalid.yaml", "--image", "nginx"], 2);
    assert!(text.starts_with("invalid.yaml:1:1: error["), "{text}");
    assert!(
        text.ends_with("countersign: invalid.yaml: the policy is not valid, so nothing is decided by it\n"),
        "{text}"
    );
}

#[rstest]
#[case::ambiguous(
    &["--image", "x", "--attested-by", "qa"],
    "several attestors have the id \"qa\": write the whole name, projects/codelab/attestors/qa or \
     projects/other/attestors/qa"
)]
#[case::resolved_on_gke(
    &["--image", "x", "--resolved-digest", "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567"],
    "--resolved-digest is for --platform cloud-run: GKE takes the image as it stands in the pod"
)]
#[case::two_pods(&["--pod", "two.yaml"], "two.yaml: 2 pods in one manifest; choose one with --pod-name: 1 Pod/, 2 Pod/")]
#[case::no_such_pod(&["--pod", "two.yaml", "--pod-name", "web"], "two.yaml: no pod of the manifest is \"web\"; it has 1 Pod/, 2 Pod/")]
#[case::boolean(&["--pod", "boolean.yaml"], "boolean.yaml: line 3, column 45: `true` is no text here: put it in quotes")]
#[case::empty_image(&["--image", ""], "an image is empty")]
fn complaints_name_the_place_and_what_to_do(#[case] arguments: &[&str], #[case] message: &str) {
    let arguments: Vec<&str> = ["--policy", "attested.yaml"].iter().chain(arguments).copied().collect();
    assert_eq!(Files::new().complaint(&arguments, 2), format!("countersign: {message}\n"));
}

#[rstest]
#[case::by_number("2", "b")]
#[case::by_name("web", "nginx")]
#[case::by_kind("deployment/web", "nginx")]
fn one_pod_of_several_is_chosen(#[case] name: &str, #[case] image: &str) {
    let files = Files::new();
    let several = [fs::read_to_string(files.0.path().join("two.yaml")).unwrap(), DEPLOYMENT.to_owned()].join("---\n");
    fs::write(files.0.path().join("several.yaml"), several).unwrap();
    let report = files.json(
        &["--policy", "policy.yaml", "--pod", "several.yaml", "--pod-name", name, "--cluster", "us-central1-a.other"],
        1,
    );
    let images: Vec<&str> = report["images"].as_array().unwrap().iter().filter_map(|i| i["image"].as_str()).collect();
    assert!(images.contains(&image), "{images:?}");
}

#[test]
fn standard_input_is_read_once() {
    let files = Files::new();
    files
        .simulate(&["--policy", "-", "--image", "nginx", "--cluster", "us-central1-a.other"])
        .write_stdin(POLICY)
        .assert()
        .code(1);
    files.simulate(&["--policy", "policy.yaml", "--pod", "-"]).write_stdin(POD).assert().code(0);
    files.simulate(&["--policy", "-", "--pod", "-"]).write_stdin(POD).assert().code(2);
}

#[test]
fn an_image_that_is_none_is_decided_all_the_same_and_doubted() {
    let output = Files::new()
        .simulate(&["--policy", "policy.yaml", "--image", "gcr.io/UPPER/x", "--cluster", "us-central1-a.other"])
        .assert()
        .code(1)
        .get_output()
        .clone();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint, "countersign: \"gcr.io/UPPER/x\" is no image reference: no node could pull it\n");
}

#[test]
fn what_could_turn_it_is_said_with_what_would_settle_it() {
    let files = Files::new();
    let text = files.human(&["--policy", "policy.yaml", "--image", "nginx"], 3);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("? UNDECIDED: something that could turn it is not known"));
    let settled = "  not known is the cluster; --cluster LOCATION.NAME would settle it";
    assert_eq!(lines.next(), Some(settled));
    let answer = files.json(&["--policy", "policy.yaml", "--image", "nginx"], 3);
    assert_eq!(answer["notKnown"], json!({"facts": ["cluster"], "settledBy": settled.trim()}));
    assert_eq!(answer["message"], "");
    assert_eq!(
        answer["otherRules"],
        json!([
            {"kind": "cluster", "key": "us-central1-a.prod", "line": 6, "outcome": "DENY", "hangsOn": ["cluster"]},
            {"kind": "cluster", "key": "us-central1-a.test", "line": 12, "outcome": "ADMIT_DRY_RUN", "hangsOn": ["cluster"]}
        ])
    );
}

/// A policy that refuses everything but what the service itself runs.
const DENY: &str = "\
globalPolicyEvaluationMode: ENABLE
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

#[rstest]
#[case::on_googles_own_path("us-central1-artifactregistry.gcr.io/gke-release/gke-release/kube-proxy-amd64:v1", 3)]
#[case::seen_once("asia.gcr.io/gke-multi-cloud-release/x/y:1", 3)]
#[case::documented("gke.gcr.io/a/b:1", 0)]
#[case::of_somebody_else("gcr.io/gke-release-mine/x:1", 1)]
fn the_documented_part_of_the_system_policy_is_not_the_whole(#[case] image: &str, #[case] code: i32) {
    let files = Files::new();
    fs::write(files.0.path().join("deny.yaml"), DENY).unwrap();
    files.simulate(&["--policy", "deny.yaml", "--image", image]).assert().code(code);
}

#[test]
fn the_services_own_system_policy_settles_it() {
    let files = Files::new();
    fs::write(files.0.path().join("deny.yaml"), DENY).unwrap();
    let system = "admissionWhitelistPatterns:\n- namePattern: us-central1-artifactregistry.gcr.io/gke-release/**\n\
                  defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n\
                  name: locations/us-central1/policy\n";
    fs::write(files.0.path().join("system.yaml"), system).unwrap();
    let simulate = |image: &str, code: i32| {
        let arguments = ["--policy", "deny.yaml", "--system-policy", "system.yaml", "--image", image];
        files.simulate(&arguments).assert().code(code);
    };
    simulate("us-central1-artifactregistry.gcr.io/gke-release/x:1", 0);
    simulate("asia.gcr.io/gke-multi-cloud-release/x/y:1", 1);
}

#[test]
fn an_attestor_that_no_rule_asks_is_a_fact_and_no_error() {
    let files = Files::new();
    let arguments = ["--policy", "attested.yaml", "--image", "x", "--attested-by", "vulnz"];
    let output = files.simulate(&arguments).assert().code(1).get_output().clone();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "countersign: no rule of the policy asks the attestor \"vulnz\", so it changes nothing: it asks \
         projects/codelab/attestors/qa or projects/other/attestors/qa, and of those that are not named nothing is \
         assumed\n"
    );
}

#[rstest]
#[case::in_a_mesh_or_not(&[], 3)]
#[case::in_no_mesh(&["--service-identity", "none"], 0)]
#[case::in_the_mesh(&["--service-identity", "acme.svc.id.goog/ns/web/sa/web-sa"], 1)]
#[case::of_another_account(&["--service-account", "other"], 0)]
fn a_rule_by_identity_counts_for_pods_of_its_namespace_and_account(#[case] more: &[&str], #[case] code: i32) {
    let files = Files::new();
    let policy = "\
defaultAdmissionRule: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}
istioServiceIdentityAdmissionRules:
  acme.svc.id.goog/ns/web/sa/web-sa: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}
";
    fs::write(files.0.path().join("mesh.yaml"), policy).unwrap();
    let arguments = ["--policy", "mesh.yaml", "--image", "nginx", "--namespace", "web"];
    let account: &[&str] = if more.contains(&"--service-account") { &[] } else { &["--service-account", "web-sa"] };
    let arguments: Vec<&str> = arguments.iter().chain(account).chain(more).copied().collect();
    files.simulate(&arguments).assert().code(code);
}
