//! `countersign explain` of many refusals: what they have in common first, in as many lines as a person reads.

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const NONE: &str = "No attestations found that were valid and signed by a key trusted by the attestor";
const TAG: &str = "Expected digest with sha256 scheme, but got tag or malformed digest";

fn run(args: &[&str], stdin: &str) -> (i32, String) {
    let output =
        Command::cargo_bin("countersign").unwrap().arg("explain").args(args).write_stdin(stdin).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn incident(args: &[&str], stdin: &str) -> Value {
    let (_, out) = run(&[args, &["--format", "json"]].concat(), stdin);
    serde_json::from_str::<Value>(&out).unwrap()["incident"].take()
}

/// The rows of a terminal of 80 columns that a text takes.
fn rows(text: &str) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(80).max(1)).sum()
}

fn message(image: &str, attestor: &str, why: &str) -> String {
    format!(
        "Error creating: admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image {image} \
         denied by Binary Authorization default admission rule. Image {image} denied by attestor \
         projects/acme-prod/attestors/{attestor}: {why}"
    )
}

fn event(number: usize, namespace: &str, name: &str, message: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": "FailedCreate", "count": 13,
        "firstTimestamp": format!("2026-11-30T18:{:02}:03Z", 42 + number % 15), "lastTimestamp": "2026-11-30T18:59:12Z",
        "metadata": {"name": format!("{name}.17c3"), "namespace": namespace},
        "involvedObject": {"apiVersion": "apps/v1", "kind": "ReplicaSet", "namespace": namespace, "name": name},
        "message": message})
}

/// As `kubectl get events -A -o json` has it: `count` Deployments in `namespaces`, refused for `causes` causes.
fn events(count: usize, namespaces: usize, causes: usize) -> String {
    let items: Vec<Value> = (0..count)
        .map(|number| {
            let namespace = format!("platform-observability-{}", number % namespaces);
            let image = format!("europe-docker.pkg.dev/acme-prod/shop/service-{number}");
            let cause = number % causes;
            let text = if cause == 0 {
                message(&format!("{image}:1.4"), "sec", TAG)
            } else {
                let digest = format!("{number:04x}").repeat(16);
                message(&format!("{image}@sha256:{digest}"), &format!("attestor-{cause}"), NONE)
            };
            event(number, &namespace, &format!("service-{number}-5d8f7c9b44"), &text)
        })
        .collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

#[test]
fn sixty_refused_deployments_fit_a_screen() {
    for causes in [1, 2, 3] {
        let (code, out) = run(&["-"], &events(60, 5, causes));
        assert_eq!(code, 0);
        assert!(rows(&out) <= 40, "{causes} causes, {} rows\n{out}", rows(&out));
        let head = out.lines().next().unwrap();
        let plural = if causes == 1 { "1 cause".to_owned() } else { format!("{causes} causes") };
        assert_eq!(
            head,
            format!("✗ 60 workloads refused in 5 namespaces since 2026-11-30 18:42:03Z, by {plural}"),
            "{out}"
        );
    }
    insta::assert_snapshot!(run(&["-"], &events(60, 5, 2)).1);
}

#[test]
fn four_hundred_and_twenty_workloads_make_about_a_hundred_lines() {
    for (namespaces, causes) in [(1, 1), (30, 2), (42, 6), (5, 60), (420, 420)] {
        let (_, out) = run(&["-"], &events(420, namespaces, causes));
        let lines = out.lines().count();
        assert!(lines <= 100, "{namespaces} namespaces, {causes} causes: {lines} lines\n{out}");
        assert!(out.contains("420 workloads refused"), "{out}");
        assert!(out.lines().all(|line| line.chars().count() < 200), "{out}");
    }
}

#[test]
fn more_than_are_looked_at_one_by_one_are_counted_all_the_same() {
    let (_, out) = run(&["-"], &events(1_200, 3, 2));
    assert!(out.starts_with("✗ 1200 workloads refused in 3 namespaces"), "{out}");
    assert!(out.contains("700 more refusals: they are counted, and not looked at"), "{out}");
}

#[test]
fn each_of_them_is_told_in_full_where_that_is_asked_for() {
    let text = events(3, 3, 3);
    let (_, short) = run(&["-"], &text);
    let (_, all) = run(&["--all", "-"], &text);
    assert!(short.contains("--all tells each of them in full") && !short.contains("What can be behind it"));
    assert_eq!(all.matches("What can be behind it").count(), 3, "{all}");
    assert!(all.starts_with("✗ 3 workloads refused"), "{all}");
    // One is told in full at once, and has no incident before it.
    let (_, one) = run(&["-"], &events(1, 1, 1));
    assert!(one.contains("What can be behind it") && !one.contains("workloads refused"), "{one}");
}

#[test]
fn json_has_the_incident() {
    let found = incident(&["-"], &events(60, 5, 2));
    assert_eq!((&found["workloads"], &found["since"]), (&json!(60), &json!("2026-11-30T18:42:03Z")));
    assert_eq!(found["namespaces"].as_array().unwrap().len(), 5);
    let cause = &found["causes"][0];
    assert_eq!(cause["title"], "no digest for sec");
    assert_eq!((&cause["workloads"], &cause["standing"]), (&json!(30), &json!("refused")));
    assert_eq!(cause["attestors"], json!(["projects/acme-prod/attestors/sec"]));
    assert_eq!(cause["rule"], json!({"kind": "default", "key": ""}));
    assert_eq!(cause["names"]["platform-observability-0"][0], "service-0");
    assert_eq!(cause["causes"][0]["code"], "tag-without-digest");
    assert_eq!(cause["causes"][0]["count"], 30);
    assert_eq!(cause["rejections"].as_array().unwrap().len(), 30);
    assert_eq!(found["changes"]["lookedAt"], json!([]));
}

#[test]
fn what_was_not_given_is_not_made_up() {
    let (_, out) = run(&["-"], &events(60, 5, 2));
    assert!(out.contains("what changed before it was not given"), "{out}");
    assert!(out.contains("certain  nothing: messages alone prove no cause; --policy FILE asks again"), "{out}");
}

#[test]
fn the_audit_log_tells_what_changed_and_who_did_it() {
    let change = json!({"timestamp": "2026-11-30T18:41:39Z", "protoPayload": {
        "serviceName": "binaryauthorization.googleapis.com",
        "methodName": "google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1.UpdatePolicy",
        "resourceName": "projects/acme-prod/policy",
        "authenticationInfo": {"principalEmail": "alice@acme.example"}}});
    let denial = |number: usize| {
        let text = message(&format!("gcr.io/acme-prod/web-{number}:1"), "sec", TAG);
        json!({"timestamp": format!("2026-11-30T18:42:{:02}Z", number), "logName": "cloudaudit.googleapis.com%2Factivity",
            "protoPayload": {"methodName": "io.k8s.core.v1.pods.create",
                "resourceName": format!("core/v1/namespaces/shop/pods/web-{number}"),
                "response": {"message": text, "kind": "Status"}}})
    };
    let log = json!([denial(3), denial(7), change]).to_string();
    let (_, out) = run(&["-"], &log);
    let line = "  changed  policy 2026-11-30 18:41:39Z by alice@acme.example, 24 s before the first refusal: UpdatePolicy \
                projects/acme-prod/policy";
    assert!(out.lines().any(|found| found == line), "{out}");
    let found = incident(&["-"], &log);
    assert_eq!(found["changes"]["before"][0]["author"], "alice@acme.example");
    assert_eq!((&found["workloads"], &found["since"]), (&json!(2), &json!("2026-11-30T18:42:03Z")));
}

const RULE: &str = "defaultAdmissionRule: {evaluationMode: MODE, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG, \
                    requireAttestationsBy: [BY]}\nupdateTime: 'TIME'\n";

#[test]
fn the_policies_of_the_past_tell_until_when_it_would_have_been_admitted() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, mode: &str, by: &str, time: &str| {
        let path = directory.path().join(name);
        fs::write(&path, RULE.replace("MODE", mode).replace("BY", by).replace("TIME", time)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sec = "projects/acme-prod/attestors/sec";
    write("old.yaml", "ALWAYS_ALLOW", "", "2026-11-01T08:00:00Z");
    let new = write("new.yaml", "REQUIRE_ATTESTATION", sec, "2026-11-30T18:40:20Z");
    let past = directory.path().to_str().unwrap();
    let arguments = ["--policy", &new, "--history", past, "-"];
    let (_, out) = run(&arguments, &events(60, 5, 1));
    let until = "It would have been admitted until the policy of 2026-11-30 18:40:20Z: rule default ALWAYS_ALLOW → \
                 REQUIRE_ATTESTATION.";
    assert!(out.contains(until), "{out}");
    assert!(out.contains("  certain  60 of 60: The image has no whole sha256 digest"), "{out}");
    assert!(out.contains("now      60 × DENY under"), "{out}");
    assert!(rows(&out) <= 40, "{} rows\n{out}", rows(&out));
    assert_eq!(incident(&arguments, &events(60, 5, 1))["causes"][0]["until"], until);
    // Of one refusal too.
    assert!(run(&arguments, &events(1, 1, 1)).1.contains(until));
    // The time of the policy alone says that it changed, and not what.
    let (_, out) = run(&["--policy", &new, "-"], &events(2, 1, 1));
    assert!(out.contains("changed  policy 2026-11-30 18:40:20Z, 103 s before the first refusal:"), "{out}");
    assert!(out.contains("what it changed is not known"), "{out}");
}

#[test]
fn a_digest_is_whole_once_but_for_commands() {
    let digest = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
    let (_, out) = run(&[&message(&format!("gcr.io/p/app@sha256:{digest}"), "qa", NONE)], "");
    let told = out.lines().filter(|line| !line.contains("gcloud"));
    assert_eq!(told.filter(|line| line.contains(digest)).count(), 1, "{out}");
    let describe = "gcloud container binauthz attestors describe qa --project=acme-prod";
    assert!(out.lines().any(|line| line.ends_with(describe)), "{out}");
}
