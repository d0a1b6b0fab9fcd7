use super::split::{Batch, Broken, MAX_ENTRY, Splitter};
use super::*;

const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const NONE: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

/// A pod that is created, with this response, labels and status.
fn entry(response: &str, labels: &str, status: &str) -> String {
    format!(
        r#"{{"protoPayload": {{"@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "k8s.io",
          "methodName": "io.k8s.core.v1.pods.create", "resourceName": "core/v1/namespaces/shop/pods/web-1",
          "authenticationInfo": {{"principalEmail": "system:serviceaccount:kube-system:replicaset-controller"}},
          "request": {{"kind": "Pod", "apiVersion": "v1", "metadata": {{"generateName": "web-5d8f-", "labels": {{"team": "shop"}},
            "ownerReferences": [{{"kind": "ReplicaSet", "name": "web-5d8f", "controller": true}}]}},
            "spec": {{"serviceAccountName": "web", "initContainers": [{{"name": "i", "image": "gcr.io/p/init:1"}}],
                      "containers": [{{"name": "c", "image": "gcr.io/p/web@{DIGEST}"}}]}}}},
          "response": {response}, "status": {status}}},
         "resource": {{"type": "k8s_cluster", "labels": {{"cluster_name": "c", "location": "us-central1-a", "project_id": "p"}}}},
         "labels": {labels}, "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
         "timestamp": "2026-05-12T05:37:31.000000Z", "insertId": "x"}}"#
    )
}

fn read_one(text: &str) -> Entry {
    read(text.as_bytes()).unwrap().unwrap()
}

#[test]
fn a_denied_pod_is_read_with_its_request() {
    let message = format!(
        "admission webhook \\\"imagepolicywebhook.image-policy.k8s.io\\\" denied the request: Image gcr.io/p/web@{DIGEST} denied by Binary Authorization default admission rule. Image gcr.io/p/web@{DIGEST} denied by attestor projects/p/attestors/qa: {NONE}"
    );
    let response = format!(
        r#"{{"kind": "Status", "status": "Failure", "reason": "VIOLATES_POLICY", "code": 400, "message": "{message}"}}"#
    );
    let entry = read_one(&entry(&response, "{}", r#"{"code": 3, "message": "x"}"#));
    assert_eq!(entry.logged, Logged::Denied);
    assert_eq!(entry.time, Some("2026-05-12T05:37:31Z".parse().unwrap()));
    let request = &entry.request;
    assert_eq!(request.cluster.as_deref(), Some("us-central1-a.c"));
    assert_eq!((request.namespace.as_str(), request.service_account.as_str()), ("shop", "web"));
    assert_eq!(request.images.len(), 2);
    assert_eq!((entry.workload.as_str(), entry.owner.as_str()), ("replicaset/web-5d8f", "shop"));
    assert_eq!(entry.unattested, [(format!("gcr.io/p/web@{DIGEST}"), "projects/p/attestors/qa".to_owned())]);
}

#[rstest::rstest]
#[case("imagepolicywebhook.image-policy.k8s.io/break-glass", Logged::BreakGlass)]
#[case("imagepolicywebhook.image-policy.k8s.io/dry-run", Logged::DryRun)]
#[case("binaryauthorization.googleapis.com/dry-run", Logged::DryRun)]
#[case("binaryauthorization.googleapis.com/break-glass", Logged::BreakGlass)]
#[case("image-policy.k8s.io/failed-open", Logged::FailedOpen)]
#[case("failed-open.validating.webhook.admission.k8s.io", Logged::FailedOpen)]
#[case("authorization.k8s.io/decision", Logged::Admitted)]
fn a_mark_is_a_label(#[case] label: &str, #[case] logged: Logged) {
    let pod = r#"{"kind": "Pod", "metadata": {}, "spec": {"containers": []}, "status": {"phase": "Pending", "conditions": null}}"#;
    let labels = format!(r#"{{"{label}": "true"}}"#);
    assert_eq!(read_one(&entry(pod, &labels, "{}")).logged, logged);
}

#[test]
fn what_was_overridden_is_the_message() {
    for (form, by) in [("'IMG' : Image IMG denied by attestor A", "new"), ("'IMG': Image IMG denied by A", "of 2019")] {
        let text = form.replace("IMG", &format!("gcr.io/p/web@{DIGEST}")).replace(" A", " projects/p/attestors/qa");
        let labels = format!(
            r#"{{"imagepolicywebhook.image-policy.k8s.io/break-glass": "true",
               "imagepolicywebhook.image-policy.k8s.io/overridden-verification-result": "{text}: {NONE}\n"}}"#
        );
        let entry = read_one(&entry("null", &labels, "{}"));
        assert_eq!(entry.logged, Logged::BreakGlass);
        assert_eq!(entry.unattested.len(), 1, "{by}");
        assert_eq!(entry.unattested[0].0, format!("gcr.io/p/web@{DIGEST}"));
    }
}

#[test]
fn the_old_generation_and_entries_without_response_are_read() {
    let old = r#"{"status": "Failure", "reason": "Forbidden", "code": 403, "message": "pods \"x\" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Overridden by evaluation mode"}"#;
    assert_eq!(read_one(&entry(old, "null", "{}")).logged, Logged::Denied);
    let rpc = r#"{"code": 3, "message": "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image a denied by Binary Authorization default admission rule. Denied by always_deny admission rule"}"#;
    assert_eq!(read_one(&entry("null", "{}", rpc)).logged, Logged::Denied);
    // Another plugin's refusal says nothing about this policy: it never came to ask.
    let quota = r#"{"status": "Failure", "reason": "Forbidden", "code": 403, "message": "pods \"x\" is forbidden: exceeded quota: q"}"#;
    assert_eq!(read(entry(quota, "{}", "{}").as_bytes()), Ok(None));
}

#[test]
fn cloud_run_is_read_by_its_conditions() {
    let text = format!(
        r#"{{"protoPayload": {{"methodName": "/Services.ReplaceService", "resourceName": "namespaces/p/services/api",
          "response": {{"kind": "Service", "metadata": {{}}, "spec": {{"template": {{"spec": {{"containers": [{{"image": "gcr.io/p/api@{DIGEST}"}}]}}}}}},
            "status": {{"conditions": [{{"type": "Ready", "status": "False", "reason": "ContainerImageUnauthorized",
              "message": "Container image 'gcr.io/p/api@{DIGEST}' is not authorized by policy. Image 'gcr.io/p/api@{DIGEST}' denied by attestor projects/p/attestors/qa: {NONE}"}}]}}}}}},
          "resource": {{"type": "cloud_run_revision", "labels": {{"location": "us-central1", "service_name": "api"}}}},
          "timestamp": "2026-05-12T05:37:31Z"}}"#
    );
    let entry = read_one(&text);
    assert_eq!((entry.logged, entry.request.platform), (Logged::Denied, Platform::CloudRun));
    assert_eq!((entry.workload.as_str(), entry.request.images.len(), entry.unattested.len()), ("service/api", 1, 1));
    let quiet = text.replace("ContainerImageUnauthorized", "RevisionFailed").replace("not authorized", "fine");
    assert_eq!(read(quiet.as_bytes()), Ok(None));
}

#[rstest::rstest]
#[case(r#"{"protoPayload": {"methodName": "google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1.UpdatePolicy", "request": {"kind": 7}}}"#)]
#[case(r#"{"textPayload": "hello"}"#)]
#[case(r"{}")]
#[case(r#"{"protoPayload": {"methodName": "io.k8s.core.v1.pods.delete"}, "labels": null}"#)]
fn entries_of_something_else_are_passed_over(#[case] text: &str) {
    assert_eq!(read(text.as_bytes()), Ok(None));
}

#[rstest::rstest]
#[case(r#"{"protoPayload": {"methodName": "io.k8s.core.v1.pods.create"}}"#, "no request")]
#[case(r#"{"protoPayload": {"methodName": "io.k8s.core.v1.pods.create", "request": {"kind": "Pod", "spec": {"containers": []}}}}"#, "no containers")]
#[case(r#"{"protoPayload": {"methodName": "io.k8s.core.v1.pods.create", "request": {"kind": "Pod", "spec": {"containers": 7}}}}"#, "column")]
#[case(r#"{"protoPayload": {"methodName"}"#, "column")]
fn an_admission_that_cannot_be_read_says_why(#[case] text: &str, #[case] why: &str) {
    let error = read(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

/// The entries of a text and their lines, whatever the pieces it comes in.
fn split(text: &str, chunk: usize) -> Vec<(usize, usize, Result<String, Broken>)> {
    let (mut splitter, mut batch) = (Splitter::default(), Batch::default());
    for part in text.as_bytes().chunks(chunk) {
        splitter.push(part, &mut batch);
    }
    splitter.finish(&mut batch);
    let text = |range: std::ops::Range<usize>| String::from_utf8(batch.bytes[range].to_vec()).unwrap();
    batch.pieces.into_iter().map(|piece| (piece.number, piece.line, piece.entry.map(text))).collect()
}

#[rstest::rstest]
#[case("[\n  {\"a\": \"}]{\"},\n  {\n    \"b\": [{}]\n  }\n]\n", &[2, 3])]
#[case("{\"a\": \"}]{\"}\n\n{\"b\":\"\\\"{\"}", &[1, 3])]
#[case("\u{feff}[{\"a\":{}},{\"b\":1}]", &[1, 1])]
#[case("{\"a\":\"ü\"}{\"b\":2}", &[1, 1])]
#[case("", &[])]
#[case("[]", &[])]
fn arrays_and_lines_are_split(#[case] text: &str, #[case] lines: &[usize]) {
    for chunk in [1, 2, 3, 7, 1000] {
        let pieces = split(text, chunk);
        let found: Vec<usize> = pieces.iter().map(|(_, line, _)| *line).collect();
        assert_eq!(found, lines, "{chunk} {pieces:?}");
        for (_, _, entry) in pieces {
            let entry = entry.unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&entry).is_ok(), "{entry}");
        }
    }
}

#[test]
fn a_broken_entry_costs_only_itself() {
    // Cut off within a text, as a disk that was full leaves it.
    let lines = "{\"a\": 1}\n{\"b\": \"cut\n{\"c\": 3}\n";
    let pretty = "[\n  {\n    \"a\": 1\n  },\n  {\n    \"b\": {\n  {\n    \"c\": 3\n  }\n]\n";
    for text in [lines, pretty] {
        for chunk in [1, 5, 1000] {
            let pieces = split(text, chunk);
            let good: Vec<bool> = pieces.iter().map(|(_, _, entry)| entry.is_ok()).collect();
            assert_eq!(good, [true, false, true], "{chunk} {pieces:?}");
            assert_eq!(pieces[1].2, Err(Broken::NoEnd));
        }
    }
    assert_eq!(split("{\"a\": ", 3), [(1, 1, Err(Broken::CutOff))]);
    assert_eq!(split("ERROR: (gcloud)\n{}", 4), [(1, 1, Err(Broken::NoEntry)), (2, 2, Ok("{}".into()))]);
    let long = format!("{{\"a\": \"{}\"}}\n{{}}", "x".repeat(MAX_ENTRY));
    assert_eq!(split(&long, 1 << 16), [(1, 1, Err(Broken::TooLarge)), (2, 2, Ok("{}".into()))]);
}

proptest::proptest! {
    /// Whatever comes: nothing panics, and the pieces it comes in make no difference.
    #[test]
    fn any_text_is_split(text in "[\\{\\}\\[\\]\", a\\\\\n]{0,60}", chunk in 1usize..9) {
        let whole = split(&text, 1000);
        proptest::prop_assert_eq!(split(&text, chunk), whole.clone());
        for (_, _, entry) in whole {
            let _ = entry.map(|entry| read(entry.as_bytes()).map(drop));
        }
    }
}
