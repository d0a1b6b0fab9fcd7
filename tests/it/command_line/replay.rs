//! `countersign replay`: audit log entries under a policy and under the policies of their time.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const NONE: &str = "No attestations found that were valid and signed by a key trusted by the attestor";
const DENY: &str =
    "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";
const ALLOW: &str =
    "defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";
const ASK: &str = "defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/p/attestors/qa\n";

/// A pod of a workload at an hour of a day.
fn pod(workload: &str, hour: u32, logged: &str) -> Value {
    let image = format!("gcr.io/p/{workload}@{DIGEST}");
    let (response, labels) = match logged {
        "denied" => (
            json!({"kind": "Status", "status": "Failure", "reason": "VIOLATES_POLICY", "code": 400, "message": format!(
                "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image {image} denied by Binary Authorization default admission rule. Denied by always_deny admission rule")}),
            json!({}),
        ),
        "unattested" => (
            json!({"kind": "Status", "status": "Failure", "reason": "VIOLATES_POLICY", "code": 400, "message": format!(
                "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image {image} denied by Binary Authorization default admission rule. Image {image} denied by attestor projects/p/attestors/qa: {NONE}")}),
            json!({}),
        ),
        "admitted" => (json!({"kind": "Pod", "status": {"phase": "Pending"}}), json!({})),
        mark => (json!({"kind": "Pod"}), json!({ format!("imagepolicywebhook.image-policy.k8s.io/{mark}"): "true" })),
    };
    let mut own = json!({"team": "shop-team"});
    if logged == "break-glass" {
        own["image-policy.k8s.io/break-glass"] = json!("true");
    }
    json!({
        "insertId": format!("{workload}-{hour}"),
        "labels": labels,
        "protoPayload": {
            "methodName": "io.k8s.core.v1.pods.create",
            "resourceName": format!("core/v1/namespaces/shop/pods/{workload}-x"),
            "request": {
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"generateName": format!("{workload}-"), "labels": own,
                    "ownerReferences": [{"kind": "ReplicaSet", "name": workload, "controller": true}]},
                "spec": {"containers": [{"name": "c", "image": image}]},
            },
            "response": response,
        },
        "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c", "location": "us-central1-a", "project_id": "p"}},
        "timestamp": format!("2026-05-12T{hour:02}:00:00Z"),
    })
}

fn run(dir: &Path, args: &[&str], input: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.current_dir(dir).arg("replay").args(args).env("NO_COLOR", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.unwrap_or_default().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn prepared(entries: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("deny.yaml", DENY), ("allow.yaml", ALLOW), ("ask.yaml", ASK), ("entries.json", entries)] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

/// Four admissions and a change of the policy, as a log has them.
pub(crate) fn entries() -> Vec<Value> {
    vec![
        pod("web", 1, "admitted"),
        pod("web", 2, "denied"),
        pod("api", 3, "unattested"),
        pod("api", 4, "break-glass"),
        json!({"protoPayload": {"methodName": "google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1.UpdatePolicy"}}),
    ]
}

#[test]
fn what_flips_is_told_by_workload() {
    let dir = prepared(&serde_json::to_string_pretty(&entries()).unwrap());
    let output = run(dir.path(), &["entries.json", "--policy", "deny.yaml"], None);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn lines_and_arrays_and_standard_input_are_alike() {
    let lines: String = entries().iter().map(|entry| format!("{entry}\n")).collect();
    let dir = prepared(&serde_json::to_string(&entries()).unwrap());
    let args = ["--policy", "allow.yaml", "--format", "json"];
    let from_array = run(dir.path(), &[&["entries.json"][..], &args].concat(), None);
    let from_lines = run(dir.path(), &[&["-"][..], &args].concat(), Some(&lines));
    let without_lines = |output: &Output| {
        let mut json: Value = serde_json::from_slice(&output.stdout).unwrap();
        for entry in json["flipped"].as_array_mut().unwrap() {
            entry.as_object_mut().unwrap().remove("line");
        }
        json
    };
    assert_eq!(without_lines(&from_array), without_lines(&from_lines));
    let json = without_lines(&from_array);
    assert_eq!(json["counts"], json!({"newly-admitted": 2, "unchanged": 2}));
    assert_eq!(json["logged"], json!({"admitted": 1, "denied": 2, "break-glass": 1}));
    assert_eq!(json["flipped"][0]["workload"], "replicaset/web");
    assert_eq!((json["entries"].as_u64(), json["others"].as_u64()), (Some(5), Some(1)));
}

#[test]
fn exit_codes_say_what_was_found() {
    let admitted = serde_json::to_string(&[pod("web", 1, "admitted")]).unwrap();
    let dir = prepared(&admitted);
    let code = |args: &[&str], input: Option<&str>| run(dir.path(), args, input).status.code();
    assert_eq!(code(&["entries.json", "--policy", "allow.yaml"], None), Some(0));
    assert_eq!(code(&["entries.json", "--policy", "deny.yaml"], None), Some(1));
    assert_eq!(code(&["entries.json", "--policy", "ask.yaml"], None), Some(3));
    assert_eq!(code(&["entries.json", "--policy", "ask.yaml", "--attested-by", "qa"], None), Some(0));
    assert_eq!(code(&["entries.json", "--policy", "ask.yaml", "--unattested"], None), Some(1));
    assert_eq!(code(&["-", "--policy", "allow.yaml"], Some(&format!("{admitted}\n{{\"cut"))), Some(2));
    for (args, why) in [
        (&["gone.json", "--policy", "allow.yaml"][..], "gone.json"),
        (&["entries.json", "--policy", "gone.yaml"], "gone.yaml"),
        (&["-", "--policy", "-"], "standard input can be"),
        (&["-", "--policy", "allow.yaml"], "no entries"),
        (&["entries.json", "--policy", "allow.yaml", "--history", "deny.yaml"], "updateTime"),
    ] {
        let output = run(dir.path(), args, None);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
}

fn replayed(dir: &Path, files: &[&str]) -> (Option<i32>, Value) {
    let output = run(dir, &[files, &["--policy", "deny.yaml", "--format", "json"]].concat(), None);
    let json = serde_json::from_slice(&output.stdout);
    (output.status.code(), json.unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr))))
}

/// The value as gcloud prints YAML, in blocks.
fn yaml(value: &Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    let field = |(name, value): (&String, &Value)| format!("\n{pad}{name}:{}", yaml(value, depth + 1));
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.iter().map(field).collect(),
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| format!("\n{pad}- {}", yaml(item, depth + 1).trim_start())).collect()
        }
        other => format!(" {other}"),
    }
}

/// The entries as other carriers have them.
#[test]
fn every_carrier_of_entries_gives_the_same() {
    use base64::Engine as _;
    let all = entries();
    let dir = prepared(&serde_json::to_string(&all).unwrap());
    let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    let row = |entry: &Value| {
        let payload = &entry["protoPayload"];
        let labels = entry["labels"].as_object().into_iter().flatten();
        let labels: serde_json::Map<_, _> =
            labels.map(|(name, value)| (name.replace(['.', '/', '-'], "_"), value.clone())).collect();
        json!({"insertId": entry["insertId"], "timestamp": entry["timestamp"], "resource": entry["resource"], "labels": labels,
            "protopayload_auditlog": {"methodName": payload["methodName"], "resourceName": payload["resourceName"], "status": null,
                "requestJson": payload["request"].to_string(), "responseJson": payload["response"].to_string()}})
    };
    let pushed = |entry: &Value| {
        let data = base64::engine::general_purpose::STANDARD.encode(entry.to_string());
        json!({"message": {"data": data, "messageId": "1"}, "subscription": "projects/p/subscriptions/s"})
    };
    let lines = |each: &dyn Fn(&Value) -> Value| all.iter().map(|e| format!("{}\n", each(e))).collect::<String>();
    put("rows.json", lines(&row).as_bytes());
    put("pushed.json", lines(&pushed).as_bytes());
    put(
        "listed.json",
        serde_json::to_string_pretty(&json!({"entries": all, "nextPageToken": "x"})).unwrap().as_bytes(),
    );
    let documents: String = all.iter().map(|entry| format!("---{}\n", yaml(entry, 0))).collect();
    put("entries.yaml", documents.as_bytes());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines(&Value::clone).as_bytes()).unwrap();
    put("entries.json.gz", &packed.finish().unwrap());
    put("powershell.json", &lines(&Value::clone).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let (code, mut expected) = replayed(dir.path(), &["entries.json"]);
    assert_eq!((code, expected["admissions"].as_u64()), (Some(1), Some(4)));
    let place = |report: &mut Value| {
        for entry in report["flipped"].as_array_mut().unwrap() {
            entry.as_object_mut().unwrap().remove("line");
        }
    };
    place(&mut expected);
    for file in ["rows.json", "pushed.json", "listed.json", "entries.yaml", "entries.json.gz", "powershell.json"] {
        let (code, mut found) = replayed(dir.path(), &[file]);
        place(&mut found);
        assert_eq!((code, &found), (Some(1), &expected), "{file}");
    }
}

/// A sink's files overlap with what somebody exported by hand.
#[test]
fn what_is_given_twice_counts_once() {
    let dir = prepared(&serde_json::to_string(&entries()).unwrap());
    let sink = dir.path().join("sink/2026/05/12");
    fs::create_dir_all(&sink).unwrap();
    for (hour, entry) in entries().iter().enumerate() {
        fs::write(sink.join(format!("{hour:02}:00:00.json")), format!("{entry}\n")).unwrap();
    }
    let (_, alone) = replayed(dir.path(), &["entries.json"]);
    let (code, both) = replayed(dir.path(), &["sink", "entries.json"]);
    assert_eq!(code, Some(1));
    assert_eq!((both["counts"].clone(), both["repeated"].as_u64()), (alone["counts"].clone(), Some(4)));
    assert_eq!((alone["repeated"].as_u64(), &alone["flipped"][0]["file"]), (Some(0), &Value::Null));
    let file = both["flipped"][0]["file"].as_str().unwrap();
    assert!(file == "entries.json" || file.starts_with("sink/2026/05/12/"), "{file}");
}

#[test]
fn what_has_no_admission_is_refused() {
    let dir = prepared(&format!("{}\n", entries()[4]));
    let output = run(dir.path(), &["entries.json", "--policy", "allow.yaml"], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("entries.json: no admission in 1 entries"), "{}", text(&output.stderr));
}

#[test]
fn the_image_that_decides_is_named_and_the_deployment() {
    let mut entry = pod("web-5d8f", 1, "admitted");
    let request = &mut entry["protoPayload"]["request"];
    request["metadata"]["labels"]["pod-template-hash"] = json!("5d8f");
    request["spec"]["initContainers"] =
        json!([{"name": "mesh", "image": "gcr.io/gke-release/asm/proxyv2:1.21.5-asm.1"}]);
    let dir = prepared(&entry.to_string());
    let policy = format!("admissionWhitelistPatterns: [{{namePattern: 'gcr.io/gke-release/asm/*'}}]\n{DENY}");
    fs::write(dir.path().join("deny.yaml"), policy).unwrap();
    let (_, found) = replayed(dir.path(), &["entries.json"]);
    assert_eq!(found["flipped"][0]["image"], format!("gcr.io/p/web-5d8f@{DIGEST} and 1 more"));
    assert_eq!(found["flipped"][0]["workload"], "deployment/web");
}

#[test]
fn a_file_that_is_damaged_costs_what_is_behind_the_damage() {
    let dir = prepared(&serde_json::to_string(&entries()).unwrap());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let lines: String = entries().iter().map(|entry| format!("{entry}\n")).collect();
    packed.write_all(lines.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(dir.path().join("cut.json.gz"), &packed[..packed.len() - 20]).unwrap();
    let (code, found) = replayed(dir.path(), &["cut.json.gz", "entries.json"]);
    assert_eq!(code, Some(1));
    assert_eq!(found["admissions"], 4, "{found:#}");
    let unreadable = found["unreadableAt"].as_array().unwrap();
    let told = |at: &Value| at["file"] == "cut.json.gz" && at["why"].as_str().unwrap().contains("damaged");
    assert!(unreadable.iter().any(told), "{found:#}");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let broken = format!(
        "{}\n{{\"protoPayload\": {{\"methodName\": \"x\n{}\n",
        pod("a", 1, "admitted"),
        pod("b", 2, "admitted")
    );
    let dir = prepared(&broken);
    let output = run(dir.path(), &["entries.json", "--policy", "allow.yaml"], None);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout);
    assert!(told.contains("3 entries: 2 admissions, 0 of something else, 1 that cannot be read."), "{told}");
    assert!(told.contains("entry 2, line 2: the entry has no end before the next one"), "{told}");
}

#[test]
fn the_policies_of_their_time_give_the_verdicts_of_the_log() {
    let dir = prepared(&serde_json::to_string(&entries()).unwrap());
    let past = dir.path().join("past");
    fs::create_dir(&past).unwrap();
    let dated = |name: &str, policy: &str, hour: u32| {
        fs::write(past.join(name), format!("{policy}updateTime: '2026-05-12T{hour:02}:30:00Z'\n")).unwrap();
    };
    dated("1.yaml", ALLOW, 0);
    dated("2.yaml", DENY, 1);
    dated("3.yaml", ASK, 2);
    let output =
        run(dir.path(), &["entries.json", "--policy", "allow.yaml", "--history", "past", "--format", "json"], None);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    // A pod that breaks the glass under a rule whose attestations are not known is admitted by it too.
    assert_eq!(json["then"]["same"], 4, "{json:#}");
    assert_eq!(json["then"]["differs"], 0);
    // Another history does not.
    dated("2.yaml", ALLOW, 1);
    let output =
        run(dir.path(), &["entries.json", "--policy", "allow.yaml", "--history", "past", "--format", "json"], None);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["then"]["same"].as_u64(), json["then"]["differs"].as_u64()), (Some(3), Some(1)));
    let because = json["then"]["different"][0]["because"].as_str().unwrap();
    assert_eq!(because, "logged as denied, and the policy of that time gives ADMIT: default rule ALWAYS_ALLOW");
}

/// kubectl finds the program by its name, and the program calls itself as the person did.
#[test]
fn it_is_a_plugin_of_kubectl() {
    let dir = tempfile::tempdir().unwrap();
    let plugin = dir.path().join("kubectl-countersign");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_countersign"), &plugin).unwrap();
    let run = |args: &[&str]| {
        let mut child = Command::new(&plugin)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let denial = "Error from server (VIOLATES_POLICY): admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image a denied by Binary Authorization default admission rule. Denied by always_deny admission rule\n";
        // A help text does not read it.
        let _ = child.stdin.take().unwrap().write_all(denial.as_bytes());
        child.wait_with_output().unwrap()
    };
    assert!(text(&run(&["--help"]).stdout).contains("Usage: kubectl countersign"));
    assert!(text(&run(&["replay", "--help"]).stdout).contains("Usage: kubectl countersign replay"));
    assert!(text(&run(&["nonsense", "x"]).stderr).contains("kubectl countersign"));
    let explained = run(&["explain", "-"]);
    assert!(text(&explained.stdout).contains("by the default rule of the policy"), "{}", text(&explained.stdout));
}

/// The plugin file of the documents is one that k9s takes, and what it calls is there.
#[test]
fn the_plugin_file_for_k9s_is_true() {
    #[derive(Debug, serde::Deserialize)]
    struct File {
        plugins: std::collections::BTreeMap<String, Plugin>,
    }
    /// The fields of k9s (its documentation of plugins); others are refused.
    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Plugin {
        short_cut: String,
        description: String,
        scopes: Vec<String>,
        command: String,
        background: bool,
        args: Vec<String>,
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md")).unwrap();
    let yaml = page.split("```yaml\n").find(|block| block.starts_with("plugins:")).expect("the plugin file");
    let file: File = serde_saphyr::from_str(yaml.split("```").next().unwrap()).unwrap();
    assert!(file.plugins.len() >= 2);
    let subcommands = text(&Command::new(env!("CARGO_BIN_EXE_countersign")).arg("--help").output().unwrap().stdout);
    for (name, plugin) in &file.plugins {
        assert!(!plugin.short_cut.is_empty() && !plugin.description.is_empty() && !plugin.scopes.is_empty(), "{name}");
        assert!(!plugin.background, "{name} shows something");
        let there = Command::new("sh").args(["-c", "command -v \"$0\"", &plugin.command]).output().unwrap();
        assert!(there.status.success(), "{name}: {} is not there", plugin.command);
        let line = plugin.args.join(" ");
        assert!(line.contains("$NAME"), "{name} is about what is selected");
        let called = line.split("countersign ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        assert!(subcommands.contains(&format!("  {called} ")), "{name} calls {called}");
    }
}
