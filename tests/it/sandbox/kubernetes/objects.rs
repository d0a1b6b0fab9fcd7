//! Making, reading, changing and deleting objects, and what is refused.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::{Cluster, DEPLOYMENTS, EVENTS, IMAGE, PODS, REPLICA_SETS, deployment, pod};

#[tokio::test]
async fn a_cluster_begins_with_its_namespaces() {
    let cluster = Cluster::new();
    let names = |items: Vec<Value>| items.iter().map(|item| item["metadata"]["name"].clone()).collect::<Vec<_>>();
    let namespaces = names(cluster.items("/api/v1/namespaces").await);
    assert_eq!(namespaces, ["default", "kube-node-lease", "kube-public", "kube-system"]);
    let accounts = cluster.items("/api/v1/namespaces/default/serviceaccounts").await;
    assert_eq!(names(accounts), ["default"]);
    assert!(cluster.items("/api/v1/namespaces/default/services").await.is_empty());
}

#[tokio::test]
async fn a_namespace_is_made_and_goes_with_all_it_holds() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "prod" } });
    let made = cluster.post("/api/v1/namespaces", &namespace).await.expect(201).json();
    assert_eq!(made["status"], json!({ "phase": "Active" }));
    cluster.post("/apis/apps/v1/namespaces/prod/deployments", &deployment("web", IMAGE, 2)).await.expect(201);
    assert_eq!(cluster.items("/api/v1/pods").await.len(), 2);
    assert_eq!(cluster.items(PODS).await.len(), 0);
    cluster.delete("/api/v1/namespaces/prod").await.expect(200);
    assert_eq!(cluster.items("/api/v1/pods").await.len(), 0);
    cluster.get("/api/v1/namespaces/prod").await.expect(404);

    let kept = cluster.delete("/api/v1/namespaces/kube-system").await.expect(403).json();
    assert_eq!(kept["message"], "namespaces \"kube-system\" is forbidden: this namespace may not be deleted");
    let nowhere = cluster.post("/api/v1/namespaces/prod/pods", &pod("p", IMAGE)).await.expect(404).json();
    assert_eq!(nowhere["message"], "namespaces \"prod\" not found");
}

#[tokio::test]
async fn a_pod_gets_what_the_server_adds() {
    let cluster = Cluster::new();
    let made = cluster.post(&format!("{PODS}?fieldManager=kubectl-run"), &pod("hello-world", IMAGE)).await;
    let made = made.expect(201).json();
    assert_eq!(made["metadata"]["namespace"], "default");
    assert_eq!(made["metadata"]["creationTimestamp"], "2025-06-20T12:00:00Z");
    assert_eq!(made["metadata"]["uid"].as_str().unwrap().len(), 36);
    assert!(made["metadata"]["resourceVersion"].is_string());
    assert_eq!(made["spec"]["serviceAccountName"], "default");
    assert_eq!(made["spec"]["containers"][0]["imagePullPolicy"], "Always");
    assert_eq!(made["status"], json!({ "phase": "Pending", "qosClass": "BestEffort" }));

    let again = cluster.post(PODS, &pod("hello-world", IMAGE)).await.expect(409).json();
    assert_eq!(
        again,
        json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "pods \"hello-world\" already exists", "reason": "AlreadyExists", "code": 409,
            "details": { "name": "hello-world", "kind": "pods" } })
    );
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let cluster = Cluster::new();
    let answer = cluster.get(&format!("{DEPLOYMENTS}/web2")).await.expect(404).json();
    assert_eq!(
        answer,
        json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "deployments.apps \"web2\" not found", "reason": "NotFound", "code": 404,
            "details": { "name": "web2", "kind": "deployments", "group": "apps" } })
    );
}

#[rstest::rstest]
#[case("Upper", json!({}), "metadata.name: Invalid value: \"Upper\"")]
#[case("p", json!({ "containers": [] }), "Pod \"p\" is invalid: spec.containers: Required value")]
#[case("p", json!({ "containers": [{ "name": "c" }] }), "Pod \"p\" is invalid: spec.containers[0].image: Required value")]
#[case("p", json!({ "restartPolicy": "Sometimes" }),
    "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
#[tokio::test]
async fn an_invalid_pod_is_refused(#[case] name: &str, #[case] spec: Value, #[case] message: &str) {
    let cluster = Cluster::new();
    let mut body = pod(name, IMAGE);
    for (key, value) in spec.as_object().unwrap() {
        body["spec"][key] = value.clone();
    }
    let answer = cluster.post(PODS, &body).await.expect(422).json();
    assert_eq!(answer["reason"], "Invalid");
    assert!(answer["message"].as_str().unwrap().contains(message), "{}", answer["message"]);
    assert!(cluster.items(PODS).await.is_empty());
}

#[tokio::test]
async fn a_pod_needs_its_service_account() {
    let cluster = Cluster::new();
    let mut body = pod("p", IMAGE);
    body["spec"]["serviceAccountName"] = "robot".into();
    let refused = cluster.post(PODS, &body).await.expect(403).json();
    assert_eq!(
        refused["message"],
        "pods \"p\" is forbidden: error looking up service account default/robot: serviceaccount \"robot\" not found"
    );
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "robot" } });
    cluster.post("/api/v1/namespaces/default/serviceaccounts", &account).await.expect(201);
    cluster.post(PODS, &body).await.expect(201);
}

#[tokio::test]
async fn unknown_fields_are_refused_warned_of_or_ignored() {
    let cluster = Cluster::new();
    let mut body = pod("p", IMAGE);
    body["spec"]["containers"][0]["imag"] = "x".into();
    body["speck"] = json!({});
    let strict = cluster.post(&format!("{PODS}?fieldValidation=Strict"), &body).await.expect(400).json();
    assert_eq!(
        strict["message"],
        "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: \
         unknown field \"spec.containers[0].imag\", unknown field \"speck\""
    );
    let warned = cluster.post(&format!("{PODS}?dryRun=All"), &body).await.expect(201);
    assert_eq!(warned.header("warning"), "299 - \"unknown field \\\"spec.containers[0].imag\\\"\"");
    let ignored = cluster.post(&format!("{PODS}?fieldValidation=Ignore"), &body).await.expect(201);
    assert_eq!(ignored.header("warning"), "");
    cluster.post(&format!("{PODS}?fieldValidation=Maybe"), &body).await.expect(400);
}

#[tokio::test]
async fn bodies_that_are_no_objects_are_refused() {
    let cluster = Cluster::new();
    let json_type = [("content-type", "application/json")];
    let broken = cluster.send(Method::POST, PODS, &json_type, b"{".to_vec()).await.expect(400);
    assert_eq!(broken.json()["reason"], "BadRequest");
    cluster.post(PODS, &json!({ "metadata": { "name": "p" } })).await.expect(400);
    cluster.post(PODS, &deployment("web", IMAGE, 1)).await.expect(400);
    let wrong_type = cluster.post(PODS, &json!({ "kind": "Pod", "apiVersion": "v1", "spec": 7 })).await.expect(400);
    assert!(wrong_type.json()["message"].as_str().unwrap().starts_with("Pod in version \"v1\" cannot be handled"));
    let yaml = [("content-type", "application/yaml")];
    cluster.send(Method::POST, PODS, &yaml, b"kind: Pod".to_vec()).await.expect(415);
    let large = vec![b' '; (3 << 20) + 1];
    cluster.send(Method::POST, PODS, &json_type, large).await.expect(413);
}

#[tokio::test]
async fn a_dry_run_leaves_nothing() {
    let cluster = Cluster::new();
    let tried = cluster.post(&format!("{PODS}?dryRun=All&fieldManager=kubectl-run"), &pod("x", IMAGE)).await;
    assert_eq!(tried.expect(201).json()["metadata"]["name"], "x");
    assert!(cluster.items(PODS).await.is_empty());
    assert!(cluster.items(EVENTS).await.is_empty());
    cluster.post(PODS, &pod("x", IMAGE)).await.expect(201);
    let body = json!({ "dryRun": ["All"] }).to_string().into_bytes();
    cluster.send(Method::DELETE, &format!("{PODS}/x"), &[("content-type", "application/json")], body).await.expect(200);
    assert_eq!(cluster.items(PODS).await.len(), 1);
}

/// kubectl deletes, and asks until it is gone.
#[tokio::test]
async fn deleting_takes_what_is_controlled() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let made = cluster.post(DEPLOYMENTS, &deployment("hello", IMAGE, 1)).await.expect(201).json();
    assert_eq!(cluster.items(REPLICA_SETS).await.len(), 1);
    assert_eq!(cluster.items(PODS).await.len(), 1);
    let answer = cluster.delete(&format!("{DEPLOYMENTS}/hello")).await.expect(200).json();
    assert_eq!(
        answer,
        json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
            "details": { "name": "hello", "kind": "deployments", "uid": made["metadata"]["uid"], "group": "apps" } })
    );
    cluster.get(&format!("{DEPLOYMENTS}/hello")).await.expect(404);
    assert!(cluster.items(REPLICA_SETS).await.is_empty());
    assert!(cluster.items(PODS).await.is_empty());
}

#[tokio::test]
async fn what_is_orphaned_stays_and_is_taken_again() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 1)).await.expect(201);
    let before = cluster.items(REPLICA_SETS).await;
    let headers = [("content-type", "application/json")];
    let body = json!({ "propagationPolicy": "Orphan" }).to_string().into_bytes();
    cluster.send(Method::DELETE, &format!("{DEPLOYMENTS}/web"), &headers, body).await.expect(200);
    assert_eq!(cluster.items(PODS).await.len(), 1);
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 1)).await.expect(201);
    let after = cluster.items(REPLICA_SETS).await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["metadata"]["uid"], before[0]["metadata"]["uid"]);
    assert_eq!(cluster.items(PODS).await.len(), 1);
}

#[tokio::test]
async fn events_are_deleted_one_by_one_or_all_at_once() {
    let cluster = Cluster::new();
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let events = cluster.items(EVENTS).await;
    assert!(events.len() > 1);
    let name = events[0]["metadata"]["name"].as_str().unwrap();
    cluster.delete(&format!("{EVENTS}/{name}")).await.expect(200);
    assert_eq!(cluster.items(EVENTS).await.len(), events.len() - 1);
    cluster.delete(EVENTS).await.expect(200);
    assert!(cluster.items(EVENTS).await.is_empty());
}

#[tokio::test]
async fn events_vanish_after_an_hour() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    assert!(!cluster.items(EVENTS).await.is_empty());
    cluster.fixture.pass(Duration::from_secs(3601));
    cluster.delete(&format!("{PODS}/p")).await.expect(200);
    assert_eq!(cluster.events().await, ["Killing: Stopping container p"]);
}

#[tokio::test]
async fn the_events_of_one_object_are_selected() {
    let cluster = Cluster::new();
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let made = cluster.post(PODS, &pod("q", IMAGE)).await.expect(201).json();
    let uid = made["metadata"]["uid"].as_str().unwrap();
    let selector = format!("involvedObject.uid%3D{uid}%2CinvolvedObject.name%3Dq%2CinvolvedObject.namespace%3Ddefault");
    let events = cluster.items(&format!("{EVENTS}?fieldSelector={selector}&limit=500")).await;
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event["involvedObject"]["name"] == "q"));
    cluster.get(&format!("{EVENTS}?fieldSelector=spec.secret%3Dx")).await.expect(400);
}

#[tokio::test]
async fn lists_are_selected_and_come_in_pages() {
    let cluster = Cluster::new();
    for name in ["a", "b", "c"] {
        cluster.post(PODS, &pod(name, IMAGE)).await.expect(201);
    }
    assert_eq!(cluster.items(&format!("{PODS}?labelSelector=run%3Db")).await.len(), 1);
    assert_eq!(cluster.items(&format!("{PODS}?labelSelector=run%20in%20(a,c)")).await.len(), 2);
    let first = cluster.get(&format!("{PODS}?limit=2")).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let token = first["metadata"]["continue"].as_str().unwrap();
    let rest = cluster.get(&format!("{PODS}?limit=2&continue={token}")).await.expect(200).json();
    assert_eq!(rest["items"][0]["metadata"]["name"], "c");
    assert!(rest["metadata"]["continue"].is_null());
    cluster.get(&format!("{PODS}?continue=nonsense")).await.expect(400);
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let made = cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 1)).await.expect(201).json();
    let path = format!("{DEPLOYMENTS}/web");
    let headers = [("content-type", "application/json")];
    let stale = cluster.send(Method::PUT, &path, &headers, made.to_string().into_bytes()).await.expect(409).json();
    assert_eq!(
        stale["message"],
        "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; \
         please apply your changes to the latest version and try again"
    );
    let mut fresh = cluster.get(&path).await.expect(200).json();
    fresh["spec"]["replicas"] = 2.into();
    cluster.send(Method::PUT, &path, &headers, fresh.to_string().into_bytes()).await.expect(200);
    assert_eq!(cluster.items(PODS).await.len(), 2);
}

#[tokio::test]
async fn the_selector_of_a_deployment_is_immutable_and_must_fit() {
    let cluster = Cluster::new();
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 1)).await.expect(201);
    let labels = json!({ "app": "other" });
    let patch = json!({ "spec": { "selector": { "matchLabels": labels },
        "template": { "metadata": { "labels": labels } } } });
    let answer = cluster.patch(&format!("{DEPLOYMENTS}/web"), "merge", &patch).await.expect(422).json();
    assert!(answer["message"].as_str().unwrap().ends_with("field is immutable"));
    let mut unfit = deployment("unfit", IMAGE, 1);
    unfit["spec"]["selector"] = json!({ "matchLabels": { "app": "else" } });
    let answer = cluster.post(DEPLOYMENTS, &unfit).await.expect(422).json();
    assert_eq!(
        answer["message"],
        "Deployment.apps \"unfit\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"unfit\"}: \
         `selector` does not match template `labels`"
    );
}

#[tokio::test]
async fn only_the_image_of_a_pod_may_change() {
    let cluster = Cluster::new();
    let digest = cluster.push_image().await;
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let path = format!("{PODS}/p");
    let image = format!("{IMAGE}@{digest}");
    let change = json!({ "spec": { "containers": [{ "name": "p", "image": image }] } });
    cluster.patch(&path, "strategic-merge", &change).await.expect(200);
    let changed = cluster.get(&path).await.expect(200).json();
    assert_eq!(changed["status"]["containerStatuses"][0]["image"], image);
    assert_eq!(changed["status"]["containerStatuses"][0]["restartCount"], 1);
    let refused = cluster.patch(&path, "merge", &json!({ "spec": { "hostNetwork": true } })).await.expect(422).json();
    assert!(refused["message"].as_str().unwrap().contains("pod updates may not change fields other than"));
}

/// What `kubectl debug` does.
#[tokio::test]
async fn ephemeral_containers_can_only_be_added() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let path = format!("{PODS}/p/ephemeralcontainers");
    let change = json!({ "spec": { "ephemeralContainers": [{ "name": "debugger", "image": IMAGE }] } });
    cluster.patch(&path, "strategic-merge", &change).await.expect(200);
    let pod = cluster.get(&format!("{PODS}/p")).await.expect(200).json();
    assert_eq!(pod["status"]["ephemeralContainerStatuses"][0]["name"], "debugger");
    let removal = json!({ "spec": { "ephemeralContainers": null } });
    cluster.patch(&path, "merge", &removal).await.expect(422);
}

#[tokio::test]
async fn there_are_no_logs() {
    let cluster = Cluster::new();
    cluster.post(PODS, &pod("p", "us.gcr.io/codelab/none")).await.expect(201);
    let answer = cluster.get(&format!("{PODS}/p/log?container=p")).await.expect(400).json();
    assert_eq!(answer["message"], "container \"p\" in pod \"p\" is waiting to start: ErrImagePull");
    assert_eq!(answer["reason"], "BadRequest");
    let answer = cluster.get(&format!("{PODS}/p/log?container=q")).await.expect(400).json();
    assert_eq!(answer["message"], "container q is not valid for pod p");
}

#[tokio::test]
async fn versions_only_grow() {
    let cluster = Cluster::new();
    let version = |object: &Value| object["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap();
    let first = version(&cluster.get(PODS).await.expect(200).json());
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let second = version(&cluster.get(PODS).await.expect(200).json());
    assert!(second > first);
    // Nothing happens, so nothing gets a new version.
    let same = json!({ "metadata": { "labels": { "run": "p" } } });
    cluster.patch(&format!("{PODS}/p"), "merge", &same).await.expect(200);
    assert_eq!(version(&cluster.get(PODS).await.expect(200).json()), second);
}

#[tokio::test]
async fn a_deleted_cluster_leaves_nothing() {
    let cluster = Cluster::new();
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let id = cluster.id.clone();
    let store = cluster.fixture.state.store.clone();
    store.write(move |tx| countersign::sandbox::kubernetes::delete_cluster(tx, &id)).await.unwrap();
    assert!(cluster.items(PODS).await.is_empty());
    assert!(cluster.items(EVENTS).await.is_empty());
}
