//! Audit log entries and Kubernetes objects.

use serde_json::{Value, json};

use super::*;

const QA: &str = "projects/p/attestors/qa";
const R2: &str = "Expected digest with sha256 scheme, but got tag or malformed digest";

fn denied() -> Value {
    json!({
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "k8s.io",
            "methodName": "io.k8s.core.v1.pods.create",
            "resourceName": "core/v1/namespaces/prod/pods/web-1",
            "authenticationInfo": {"principalEmail": "system:serviceaccount:kube-system:replicaset-controller"},
            "request": {
                "kind": "Pod",
                "metadata": {"generateName": "web-", "namespace": "prod", "labels": {"app": "web"}},
                "spec": {"serviceAccountName": "web", "containers": [{"name": "a", "image": "nginx"}, {"image": "side:1"}]},
            },
            "response": {
                "status": "Failure", "reason": "VIOLATES_POLICY", "code": 400,
                "message": format!("admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image nginx denied by Binary Authorization cluster admission rule for us-central1-a.c. Image nginx denied by attestor {QA}: {R2}"),
                "details": {"kind": "Pod", "causes": [{"reason": format!("'nginx' : Image nginx denied by attestor {QA}: {R2}\n")}]},
            },
            "status": {"code": 3, "message": "VIOLATES_POLICY"},
        },
        "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c", "location": "us-central1-a", "project_id": "p"}},
        "timestamp": "2024-05-12T05:37:31.000000Z",
    })
}

fn marked(labels: &Value) -> Value {
    let mut entry = denied();
    entry["protoPayload"]["response"] = json!({});
    entry["protoPayload"]["status"] = json!({});
    entry["labels"] = labels.clone();
    entry
}

#[test]
fn a_denied_pod_with_everything_beside_it() {
    let reading = decode(&denied().to_string());
    let expected = format!("audit-log Cluster:us-central1-a.c [nginx {QA} NoDigest]");
    assert_eq!(line(&reading), expected);
    let case = &reading.cases[0];
    assert_eq!(case.verdict, Verdict::Denied);
    let request = case.request();
    assert_eq!(request.cluster.as_deref(), Some("us-central1-a.c"));
    assert_eq!((request.namespace.as_str(), request.service_account.as_str()), ("prod", "web"));
    assert_eq!(case.images(), ["nginx", "side:1"]);
    assert_eq!(case.subject.time, "2024-05-12T05:37:31.000000Z");
    assert_eq!(all_unknown(&reading), Vec::<String>::new());
}

#[test]
fn the_same_as_array_lines_and_yaml() {
    let one = decode(&denied().to_string());
    let mut other = denied();
    other["protoPayload"]["response"]["message"] = json!("pods \"x\" is forbidden: exceeded quota: a");
    other["protoPayload"]["response"]["details"] = json!({});
    let array = json!([denied(), other, marked(&json!({}))]).to_string();
    let lines = format!("{}\n{}\n{}\n", denied(), other, marked(&json!({})));
    let yaml = "---\ninsertId: a\nprotoPayload:\n  response:\n    message: |-\n      admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image nginx denied by Binary Authorization default admission rule. Denied by always_deny admission rule\ntimestamp: '2024-05-12T05:37:31Z'\n";
    for text in [array, lines] {
        let reading = decode(&text);
        assert_eq!(reading.cases[0], one.cases[0]);
        assert_eq!((reading.cases.len(), reading.without_refusal), (2, 1));
        assert_eq!(reading.cases[1].kind, RefusalKind::ApiError);
    }
    assert_eq!(line(&decode(yaml)), "audit-log Default: [nginx - AlwaysDeny]");
    assert_eq!(decode(yaml).cases[0].subject.time, "2024-05-12T05:37:31Z");
}

#[rstest::rstest]
#[case("imagepolicywebhook.image-policy.k8s.io/break-glass", Verdict::BreakGlass)]
#[case("imagepolicywebhook.image-policy.k8s.io/dry-run", Verdict::DryRun)]
#[case("binaryauthorization.googleapis.com/dry-run", Verdict::DryRun)]
fn what_was_admitted_with_a_mark(#[case] label: &str, #[case] verdict: Verdict) {
    let result = "imagepolicywebhook.image-policy.k8s.io/overridden-verification-result";
    for text in [
        format!("'nginx' : Image nginx denied by attestor {QA}: {R2}\n"),
        format!("'nginx': Image nginx denied by {QA}: {R2}\n"),
    ] {
        let reading = decode(&marked(&json!({label: "true", result: text})).to_string());
        assert_eq!(line(&reading), format!("audit-log - [nginx {QA} NoDigest]"));
        assert_eq!(reading.cases[0].verdict, verdict);
    }
    let reading = decode(&marked(&json!({label: "true"})).to_string());
    assert_eq!((reading.cases[0].verdict, reading.cases[0].findings.len()), (verdict, 0));
    assert!(!all_unknown(&reading).is_empty());
}

#[test]
fn failed_open_and_the_old_path() {
    let reading = decode(&marked(&json!({"image-policy.k8s.io/failed-open": "true"})).to_string());
    assert_eq!(
        (reading.cases[0].verdict, &reading.cases[0].findings[0].reason.kind),
        (Verdict::FailedOpen, &ReasonKind::Unreachable)
    );
    let mut old = denied();
    old["protoPayload"]["response"] = json!({"status": "Failure", "reason": "Forbidden", "code": 403, "message": "pods \"web-1\" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Overridden by evaluation mode"});
    assert_eq!(line(&decode(&old.to_string())), "audit-log Default: [- - AlwaysDeny]");
}

#[test]
fn cloud_run_and_continuous_validation() {
    let run = json!({
        "protoPayload": {"response": {"status": {"conditions": [{"type": "Ready", "reason": "ContainerImageUnauthorized", "message": "Container image 'gcr.io/p/i@sha256:0' is not authorized by policy. Denied by an ALWAYS_DENY admission rule"}]}}},
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "web", "revision_name": "web-00001", "location": "us-central1"}},
        "logName": "projects/p/logs/cloudaudit.googleapis.com%2Fsystem_event",
    });
    let reading = decode(&run.to_string());
    assert_eq!(line(&reading), "cloud-run - [gcr.io/p/i@sha256:0 - AlwaysDeny]");
    assert_eq!(reading.cases[0].subject.service, "web");
    let event = json!({"jsonPayload": {"podEvent": {"podNamespace": "prod", "pod": "web-1", "policyName": "projects/p/platforms/gke/policies/x", "verdict": "VIOLATES_POLICY", "images": [{"image": "nginx", "result": "DENY", "description": "not trusted"}, {"image": "ok", "result": "ALLOW"}]}}});
    let reading = decode(&event.to_string());
    assert_eq!(line(&reading), "audit-log - [nginx - Check]");
    assert_eq!((reading.cases[0].verdict, reading.cases[0].subject.pod.as_str()), (Verdict::Running, "web-1"));
}

#[test]
fn conditions_of_objects_and_what_the_api_server_answers() {
    let message = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image nginx denied by Binary Authorization default admission rule. Denied by always_deny admission rule";
    let set = json!({"kind": "ReplicaSet", "metadata": {"name": "web-5d8f", "namespace": "prod"}, "status": {"conditions": [{"type": "ReplicaFailure", "message": message}, {"type": "Other", "message": message}]}});
    let reading = decode(&set.to_string());
    let case = &reading.cases[0];
    assert_eq!(
        (case.subject.object.as_str(), case.subject.namespace.as_str(), case.times),
        ("replicaset/web-5d8f", "prod", 1)
    );
    let status =
        json!({"kind": "Status", "status": "Failure", "message": message, "reason": "VIOLATES_POLICY", "code": 400});
    assert_eq!(line(&decode(&status.to_string())), "gke Default: [nginx - AlwaysDeny]");
    let pods = json!({"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "a"}}, {"kind": "Pod", "metadata": {"name": "b"}}]});
    let reading = decode(&pods.to_string());
    assert_eq!((reading.cases.len(), reading.without_refusal), (0, 2));
}

#[test]
fn a_list_that_is_cut_is_read_as_words() {
    let text = json!([denied(), denied()]).to_string();
    let reading = decode(text.get(..text.len() - 200).unwrap());
    assert_eq!(reading.cases[0].rule.as_ref().map(|rule| rule.key.as_str()), Some("us-central1-a.c"));
}

const REFUSED: &str = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image nginx denied by Binary Authorization default admission rule. Denied by always_deny admission rule";

#[rstest::rstest]
#[case::argo_cd(
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"},
      "status": {"operationState": {"message": format!("one or more objects failed to apply, reason: {REFUSED}"),
        "syncResult": {"resources": [{"kind": "Pod", "name": "migrate", "namespace": "shop", "status": "SyncFailed",
          "message": REFUSED}]}}}}),
    "shop", "pod/migrate"
)]
#[case::flux(
    json!({"kind": "Kustomization", "metadata": {"name": "apps", "namespace": "flux-system"},
      "status": {"conditions": [{"type": "Ready", "message": format!("Pod/shop/migrate dry-run failed: {REFUSED}")}]}}),
    "shop", "pod/migrate"
)]
#[case::event_of_flux(
    json!({"kind": "Event", "metadata": {"name": "e", "namespace": "flux-system"},
      "involvedObject": {"kind": "Kustomization", "name": "apps", "namespace": "flux-system"},
      "message": format!("Pod/shop/migrate dry-run failed: {REFUSED}")}),
    "shop", "pod/migrate"
)]
#[case::config_sync(
    json!({"kind": "RootSync", "metadata": {"name": "root-sync", "namespace": "config-management-system"},
      "status": {"sync": {"errors": [{"code": "2010", "errorMessage": format!(
        "KNV2010: unable to apply resource: {REFUSED}\n\nsource: ns/web.yaml\nnamespace: shop\nmetadata.name: migrate\ngroup:\nversion: v1\nkind: Pod\n")}]}}}),
    "shop", "pod/migrate"
)]
#[case::cloud_run(
    json!({"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "web", "namespace": "4711"},
      "status": {"conditions": [{"type": "Ready", "reason": "ContainerImageUnauthorized",
        "message": "Container image 'gcr.io/p/i@sha256:0' is not authorized by policy. Denied by an ALWAYS_DENY admission rule"}]}}),
    "", "service/web"
)]
#[case::argo_cd_of_applications(
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "root", "namespace": "argocd"},
      "status": {"operationState": {"message": format!("one or more objects failed to apply, reason: {REFUSED}")},
        "resources": [{"group": "argoproj.io", "kind": "Application", "name": "shop", "namespace": "argocd",
          "health": {"status": "Degraded", "message": REFUSED}}]}}),
    "", "application/shop"
)]
#[case::what_synchronises_beside_its_message(
    json!({"kind": "Kustomization", "metadata": {"name": "apps", "namespace": "flux-system"},
      "status": {"failures": [{"kind": "HelmRelease", "name": "shop", "namespace": "flux-system", "message": REFUSED}]}}),
    "", "helmrelease/shop"
)]
#[case::knative_in_a_cluster(
    json!({"apiVersion": "serving.knative.dev/v1", "kind": "Revision", "metadata": {"name": "web-1", "namespace": "shop"},
      "status": {"conditions": [{"type": "Ready", "message": REFUSED}]}}),
    "shop", "revision/web-1"
)]
#[case::a_kind_that_nobody_knows(
    json!({"kind": "Widget", "metadata": {"name": "w", "namespace": "operators"}, "status": {"message": REFUSED}}),
    "", "widget/w"
)]
fn the_namespace_is_the_pods_and_never_that_of_what_wraps_the_message(
    #[case] object: serde_json::Value,
    #[case] namespace: &str,
    #[case] about: &str,
) {
    let reading = decode(&object.to_string());
    assert_eq!(reading.cases.len(), 1, "{:?}", reading.cases);
    let subject = &reading.cases[0].subject;
    assert_eq!((subject.namespace.as_str(), subject.object.as_str()), (namespace, about));
    assert!(subject.project.bytes().all(|byte| byte.is_ascii_digit()), "{}", subject.project);
}
