//! `countersign explain`, the real binary: exit codes, the JSON contract, what people see.

use std::fs;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

const W3: &str = "Error from server (VIOLATES_POLICY): admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567 denied by Binary Authorization cluster admission rule for us-central1-a.prod. Image gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567 denied by attestor projects/p/attestors/qa: No attestations found that were valid and signed by a key trusted by the attestor";
const DENY: &str =
    "Image nginx denied by Binary Authorization default admission rule. Denied by always_deny admission rule";

const POLICY: &str = "\
clusterAdmissionRules:
  us-central1.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}
defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}
";

fn run(args: &[&str], stdin: &str) -> (i32, String, String) {
    let output =
        Command::cargo_bin("countersign").unwrap().arg("explain").args(args).write_stdin(stdin).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json(args: &[&str], stdin: &str) -> Value {
    let (_, out, err) = run(&[args, &["--format", "json"]].concat(), stdin);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}\n{out}\n{err}"))
}

#[test]
fn the_contract() {
    let report = json(&[W3], "");
    assert_eq!(report["kind"], "gke");
    assert_eq!(report["rule"], serde_json::json!({"kind": "cluster", "key": "us-central1-a.prod"}));
    let finding = &report["findings"][0];
    assert_eq!(finding["attestor"], "projects/p/attestors/qa");
    assert!(finding["image"].as_str().unwrap().starts_with("gcr.io/p/app@sha256:37e5"));
    assert!(finding["reason"].as_str().unwrap().starts_with("No attestations found"));
    assert_eq!(finding["confidence"], "likely");
    assert!(finding["cause"].as_str().unwrap().contains("Nobody attested"));
    assert_eq!(finding["fixes"], serde_json::json!([]));
    assert_eq!(finding["causes"][0]["code"], "not-attested");
    assert!(!report["unknown"].as_array().unwrap().is_empty());
}

#[rstest]
#[case::explained(&[W3], "", 0)]
#[case::piped(&[], W3, 0)]
#[case::piped_by_name(&["-"], W3, 0)]
#[case::relative(&["pods \"x\" is forbidden: exceeded quota: compute"], "", 0)]
#[case::no_refusal(&["-"], "{\"kind\": \"List\", \"items\": [{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}]}", 1)]
#[case::nothing(&["-"], " \n", 2)]
#[case::unknown(&["hello there"], "", 3)]
#[case::corrupt(&["admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Imaqe nginx demied"], "", 3)]
fn exit_codes(#[case] args: &[&str], #[case] stdin: &str, #[case] expected: i32) {
    let (code, out, err) = run(args, stdin);
    assert_eq!(code, expected, "{out}\n{err}");
}

#[test]
fn what_is_no_message_is_not_known_and_what_ends_early_is_read() {
    let run = |bytes: &[u8]| {
        let mut command = Command::cargo_bin("countersign").unwrap();
        command.arg("explain").write_stdin(bytes.to_vec()).output().unwrap().status.code().unwrap()
    };
    assert_eq!(run(b"\xff\xfe\x00\x01"), 3, "it is UTF-16, and no message");
    assert_eq!(run(&[DENY.as_bytes(), b" \xe2\x80"].concat()), 0);
}

fn explained(bytes: Vec<u8>) -> Value {
    let mut command = Command::cargo_bin("countersign").unwrap();
    let output = command.args(["explain", "-", "--format", "json"]).write_stdin(bytes).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error} {output:?}"))
}

/// A message in what programs of other systems write.
#[test]
fn every_encoding_says_the_same() {
    let expected = explained(W3.as_bytes().to_vec());
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{W3}\r\n").encode_utf16().flat_map(bytes).collect()
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, W3.as_bytes()).unwrap();
    for (name, bytes) in [
        ("UTF-16 of PowerShell", utf16(u16::to_le_bytes, "\u{feff}")),
        ("UTF-16 without a mark", utf16(u16::to_le_bytes, "")),
        ("UTF-16, the other way", utf16(u16::to_be_bytes, "\u{feff}")),
        ("gzip", packed.finish().unwrap()),
    ] {
        let found = explained(bytes);
        assert_eq!((&found["findings"], &found["rule"]), (&expected["findings"], &expected["rule"]), "{name}");
    }
    let found = explained([b"f\xfcr Sie:\n\n", W3.as_bytes(), b"\n\nGr\xfc\xdfe"].concat());
    assert_eq!(found["findings"], expected["findings"], "Windows-1252");
}

/// Thirteen million bytes of events, as a cluster in trouble has them.
#[test]
fn a_text_of_any_length_is_read_and_what_could_not_be_is_said_first() {
    let event = |name: usize, message: &str| {
        serde_json::json!({"kind": "Event", "involvedObject": {"kind": "ReplicaSet", "name": format!("web-{name}"), "namespace": "prod"},
            "metadata": {"annotations": {"padding": "x".repeat(4_000)}}, "count": 2, "message": message})
    };
    let mut items: Vec<Value> = (0..3_300).map(|n| event(n, "Successfully assigned")).collect();
    items.insert(0, event(1, &format!("Error creating: {W3}")));
    items.push(event(2, &format!("Error creating: {W3}")));
    let list = serde_json::json!({"kind": "List", "items": items}).to_string();
    assert!(list.len() > 13_000_000);
    let report = explained(list.clone().into_bytes());
    let names: Vec<&str> =
        report["rejections"].as_array().unwrap().iter().map(|r| r["object"].as_str().unwrap()).collect();
    assert_eq!(names, ["replicaset/web-1", "replicaset/web-2"]);
    let (code, out, _) = run(&["-"], &list[..list.len() - 100]);
    assert_eq!(code, 3, "it is cut off");
    assert!(out.starts_with("? 1 objects of the text cannot be read"), "{out}");
}

#[test]
fn who_gives_a_file_is_told_how_it_is_read() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("denied.txt");
    fs::write(&path, W3).unwrap();
    let file = path.to_str().unwrap();
    let (code, out, _) = run(&[file], "");
    assert_eq!(code, 3);
    assert!(out.contains(&format!("countersign explain - < {file}")), "{out}");
    assert!(!out.contains("not understood"), "{out}");
}

/// Nothing found is no good news.
#[test]
fn what_has_no_refusal_has_no_sign_of_success() {
    for text in ["{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}", "{\"a\": 1}", "hello"] {
        let (_, out, _) = run(&["-"], text);
        assert!(!out.contains('\u{2713}') && !out.is_empty(), "{out}");
    }
}

#[test]
fn people_see_what_it_says_and_what_can_be_behind_it() {
    insta::assert_snapshot!(
        run(&[&W3.replace("37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567", &"0".repeat(64))], "").1
    );
}

#[test]
fn an_unknown_message_is_clearly_said() {
    let (_, out, _) = run(
        &["admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Imaqe nginx demied"],
        "",
    );
    insta::assert_snapshot!(out);
    assert_eq!(json(&["what is this"], "")["kind"], "unknown");
}

#[rstest]
#[case::bare("denied the request: Image gcr.io/p/app@sha256:abc den")]
#[case::headed(
    "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image gcr.io/p/app@sha256:abc den"
)]
fn what_is_recognised_in_a_text_that_ends_early_is_named(#[case] text: &str) {
    let report = json(&[text], "");
    assert_eq!(report["recognised"]["images"], serde_json::json!(["gcr.io/p/app@sha256:abc"]), "{report}");
    let has_webhook = report["recognised"]["webhooks"][0] == "imagepolicywebhook.image-policy.k8s.io";
    assert_eq!(has_webhook, text.starts_with("admission webhook"));
    let (code, out, _) = run(&[text], "");
    let line = "  image      gcr.io/p/app@sha256:abc  (its digest is not whole)";
    assert!(code == 3 && out.lines().any(|found| found == line), "{out}");
    assert!(json(&[W3], "")["recognised"]["images"].as_array().unwrap().is_empty(), "what is explained is in its case");
}

#[test]
fn events_of_kubectl_in_a_pipe() {
    let event = serde_json::json!({"kind": "Event", "involvedObject": {"kind": "ReplicaSet", "name": "web-5d8f", "namespace": "prod"}, "type": "Warning", "reason": "FailedCreate", "count": 13, "lastTimestamp": "2024-05-12T05:37:31Z", "message": format!("Error creating: {W3}")});
    let normal = serde_json::json!({"kind": "Event", "involvedObject": {"kind": "Pod", "name": "x"}, "message": "Successfully assigned default/x to node-1"});
    let list = serde_json::json!({"kind": "List", "items": [normal, event]}).to_string();
    let report = json(&["-"], &list);
    let rejection = &report["rejections"][0];
    assert_eq!(rejection["object"], "replicaset/web-5d8f");
    assert_eq!((rejection["namespace"].as_str(), rejection["times"].as_u64()), (Some("prod"), Some(13)));
    assert_eq!(report["rejections"].as_array().unwrap().len(), 1);
}

#[test]
fn the_same_question_is_asked_of_a_policy() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("policy.yaml");
    fs::write(&path, POLICY).unwrap();
    let file = path.to_str().unwrap();
    let report = json(&["--policy", file, W3], "");
    assert_eq!(report["rejections"][0]["now"], "DENY");
    assert_eq!(
        (&report["findings"][0]["confidence"], report["findings"][0]["causes"][0]["code"].as_str()),
        (&"likely".into(), Some("rule-key-misspelt")),
        "another rule decides now than the message names"
    );
    let fixes = report["findings"][0]["fixes"].as_array().unwrap();
    assert!(fixes.iter().any(|fix| fix["kind"] == "allow-image"), "{fixes:?}");
    assert!(run(&["--policy", file, W3], "").1.contains("What would admit it"));
    fs::write(&path, POLICY.replace("us-central1.prod", "us-central1-a.prod")).unwrap();
    let report = json(&["--policy", file, W3], "");
    assert_eq!(report["findings"][0]["causes"][0]["code"], "admitted-now");
    fs::write(&path, "defaultAdmissionRule: 1").unwrap();
    assert_eq!(run(&["--policy", file, W3], "").0, 2);
    assert_eq!(run(&["--policy", "-", "-"], W3).0, 2);
}

#[test]
fn a_message_of_another_cluster_is_not_asked_about() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("policy.yaml");
    fs::write(&path, POLICY).unwrap();
    let arguments = ["--policy", path.to_str().unwrap(), "--cluster", "europe-west1.prod-eu", W3];
    let report = json(&arguments, "");
    let rejection = &report["rejections"][0];
    assert_eq!(rejection["now"], Value::Null);
    assert_eq!(
        rejection["elsewhere"],
        "This is about cluster us-central1-a.prod, and open is cluster europe-west1.prod-eu: nothing can be checked here."
    );
    assert_ne!(report["findings"][0]["confidence"], "certain");
    assert_eq!(report["findings"][0]["fixes"], serde_json::json!([]));
    assert!(run(&arguments, "").1.contains("nothing can be checked here"));
}

#[test]
fn the_namespace_of_what_synchronises_a_pod_is_not_the_pods() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("policy.yaml");
    let policy = "kubernetesNamespaceAdmissionRules:\n  shop: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\ndefaultAdmissionRule: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n";
    fs::write(&path, policy).unwrap();
    let webhook = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: ";
    let application = |resource: Value| {
        serde_json::json!({"kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"},
            "status": {"operationState": {"syncResult": {"resources": [resource]}}}})
        .to_string()
    };
    let asked = |text: &str| json(&["--policy", path.to_str().unwrap(), "-"], text)["rejections"][0].clone();
    let placed = asked(&application(serde_json::json!({"kind": "Pod", "name": "migrate", "namespace": "shop",
        "status": "SyncFailed", "message": format!("{webhook}{DENY}")})));
    assert_eq!((&placed["namespace"], &placed["now"]), (&"shop".into(), &"DENY".into()));
    // Where nothing says whose pod it was, that could turn it.
    let lost = asked(&application(serde_json::json!({"status": "SyncFailed", "message": format!("{webhook}{DENY}")})));
    assert_eq!((&lost["namespace"], &lost["now"]), (&Value::Null, &"UNDECIDED".into()));
    assert_eq!(lost["notKnown"], serde_json::json!(["namespace"]));
    let nowhere = format!("{webhook}{DENY}");
    assert_eq!(run(&["--policy", path.to_str().unwrap(), &nowhere], "").0, 3, "asked again, and not decided");
    assert_eq!(run(&[&nowhere], "").0, 0);
}

#[test]
fn a_message_that_says_no_project_proves_nothing_of_a_policy() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("policy.yaml");
    let rule = "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n";
    fs::write(&path, rule).unwrap();
    let report = json(&["--policy", path.to_str().unwrap(), DENY], "");
    assert_eq!(
        (&report["rejections"][0]["now"], &report["findings"][0]["confidence"]),
        (&"DENY".into(), &"likely".into())
    );
    // Attestors of other projects than the policy asks: it is about another one.
    let asks = "defaultAdmissionRule: {evaluationMode: REQUIRE_ATTESTATION, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG, requireAttestationsBy: [projects/other/attestors/qa]}\n";
    fs::write(&path, asks).unwrap();
    let text = W3.replace("cluster admission rule for us-central1-a.prod", "default admission rule");
    let report = json(&["--policy", path.to_str().unwrap(), &text], "");
    assert_eq!(report["rejections"][0]["now"], Value::Null);
    assert!(report["rejections"][0]["elsewhere"].as_str().unwrap().starts_with("This is about project p, "));
}
