//! What becomes of pods and Deployments.

use std::time::Duration;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Cluster, DEPLOYMENTS, EVENTS, IMAGE, PODS, REPLICA_SETS, deployment, pod};

const ABSENT: &str = "us.gcr.io/codelab/absent";

#[tokio::test]
async fn a_pod_runs_if_the_registry_has_its_image() {
    let cluster = Cluster::new();
    let digest = cluster.push_image().await;
    for (name, image) in [("by-tag", format!("{IMAGE}:latest")), ("by-digest", format!("{IMAGE}@{digest}"))] {
        cluster.post(PODS, &pod(name, &image)).await.expect(201);
        let pod = cluster.get(&format!("{PODS}/{name}")).await.expect(200).json();
        assert_eq!(pod["status"]["phase"], "Running");
        let status = &pod["status"]["containerStatuses"][0];
        assert_eq!(status["imageID"], format!("{IMAGE}@{digest}"));
        assert_eq!(status["state"], json!({ "running": { "startedAt": "2025-06-20T12:00:00Z" } }));
        assert_eq!(pod["spec"]["nodeName"], "gke-binauthz-codelab-sandbox-node");
    }
    cluster.delete(&format!("{PODS}/by-digest")).await.expect(200);
    let events = cluster.events().await;
    let of_tag = [
        "Created: Created container: by-tag",
        "Pulled: Successfully pulled image \"us.gcr.io/codelab/hello-world:latest\"",
        "Pulling: Pulling image \"us.gcr.io/codelab/hello-world:latest\"",
        "Scheduled: Successfully assigned default/by-tag to gke-binauthz-codelab-sandbox-node",
        "Started: Started container by-tag",
    ];
    for event in of_tag {
        assert!(events.iter().any(|said| said == event), "{event} is not in {events:#?}");
    }
}

#[tokio::test]
async fn an_image_that_is_not_there_is_tried_again() {
    let cluster = Cluster::new();
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    let waiting = |pod: &Value| pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].clone();
    let path = format!("{PODS}/p");
    let pod = cluster.get(&path).await.json();
    assert_eq!((pod["status"]["phase"].as_str(), waiting(&pod)), (Some("Pending"), json!("ErrImagePull")));
    assert!(cluster.events().await.contains(&format!(
        "Failed: Failed to pull image \"{IMAGE}\": rpc error: code = NotFound desc = failed to pull and unpack image \
         \"{IMAGE}:latest\": failed to resolve reference \"{IMAGE}:latest\": {IMAGE}:latest: not found"
    )));
    cluster.fixture.pass(Duration::from_secs(2));
    assert_eq!(waiting(&cluster.get(&path).await.json()), json!("ImagePullBackOff"));
    cluster.push_image().await;
    cluster.fixture.pass(Duration::from_secs(9));
    assert_eq!(waiting(&cluster.get(&path).await.json()), json!("ImagePullBackOff"));
    cluster.fixture.pass(Duration::from_secs(2));
    assert_eq!(cluster.get(&path).await.json()["status"]["phase"], "Running");
}

#[rstest::rstest]
#[case("gcr.io/UPPER/case", "InvalidImageName")]
#[case("nginx", "ErrImagePull")]
#[case("us.gcr.io/codelab/hello-world:none", "ErrImagePull")]
#[case("gcr.io/codelab/hello-world", "ErrImagePull")]
#[tokio::test]
async fn nothing_runs_that_is_not_there(#[case] image: &str, #[case] reason: &str) {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(PODS, &pod("p", image)).await.expect(201);
    assert_eq!(cluster.rows(PODS).await[0][2], reason);
}

#[tokio::test]
async fn init_containers_come_first() {
    let cluster = Cluster::new();
    let mut body = pod("p", IMAGE);
    body["spec"]["initContainers"] = json!([
        { "name": "first", "image": ABSENT },
        { "name": "proxy", "image": IMAGE, "restartPolicy": "Always" },
    ]);
    cluster.push_image().await;
    cluster.post(PODS, &body).await.expect(201);
    assert_eq!(cluster.rows(PODS).await[0][..4], ["p", "0/2", "Init:ErrImagePull", "0"]);
    body["metadata"]["name"] = "q".into();
    body["spec"]["initContainers"][0]["image"] = IMAGE.into();
    cluster.post(PODS, &body).await.expect(201);
    assert_eq!(cluster.rows(PODS).await[1][..4], ["q", "2/2", "Running", "0"]);
}

#[tokio::test]
async fn a_deployment_makes_a_replica_set_and_pods() {
    let cluster = Cluster::new();
    let digest = cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("hello", &format!("{IMAGE}@{digest}"), 3)).await.expect(201);
    let sets = cluster.items(REPLICA_SETS).await;
    let set = sets[0]["metadata"]["name"].as_str().unwrap();
    let hash = sets[0]["metadata"]["labels"]["pod-template-hash"].as_str().unwrap();
    assert_eq!(set, format!("hello-{hash}"));
    assert_eq!(sets[0]["metadata"]["ownerReferences"][0]["name"], "hello");
    let pods = cluster.items(PODS).await;
    assert_eq!(pods.len(), 3);
    for pod in &pods {
        assert!(pod["metadata"]["name"].as_str().unwrap().starts_with(&format!("{set}-")));
        assert_eq!(pod["metadata"]["labels"], json!({ "app": "hello", "pod-template-hash": hash }));
        assert_eq!(pod["status"]["phase"], "Running");
    }
    let deployment = cluster.get(&format!("{DEPLOYMENTS}/hello")).await.json();
    let status = &deployment["status"];
    for count in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
        assert_eq!(status[count], 3, "{count}");
    }
    assert_eq!(status["observedGeneration"], 1);
    let conditions: Vec<_> =
        status["conditions"].as_array().unwrap().iter().map(|c| (&c["type"], &c["status"], &c["reason"])).collect();
    assert_eq!(
        json!(conditions),
        json!([["Available", "True", "MinimumReplicasAvailable"], ["Progressing", "True", "NewReplicaSetAvailable"]])
    );
    assert_eq!(deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1");
    assert!(cluster.events().await.contains(&format!("ScalingReplicaSet: Scaled up replica set {set} from 0 to 3")));
}

/// `kubectl create deployment` sends protobuf from 1.32 on.
#[tokio::test]
async fn a_deployment_comes_as_protobuf_too() {
    let cluster = Cluster::new();
    let body = "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EtUBCiMKBWhlbGxvEgAaACIAKgAyADgAQgBaDAoDYXBwEgVoZWxsbxKfAQgBEg4KDA\
        oDYXBwEgVoZWxsbxqCAQoeCgASABoAIgAqADIAOABCAFoMCgNhcHASBWhlbGxvEmASQgoLaGVsbG8td29ybGQSH2djci5pby9iaW5hdXRoei1\
        sYWIvaGVsbG8td29ybGQqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAo\
        ADgAGgAiAA==";
    let headers = [
        ("content-type", "application/vnd.kubernetes.protobuf"),
        ("accept", "application/vnd.kubernetes.protobuf,application/json"),
    ];
    let path = format!("{DEPLOYMENTS}?fieldManager=kubectl-create&fieldValidation=Strict");
    let made = cluster.send(Method::POST, &path, &headers, STANDARD.decode(body).unwrap()).await.expect(201).json();
    assert_eq!(made["metadata"]["name"], "hello");
    assert_eq!(made["spec"]["template"]["spec"]["containers"][0]["image"], "gcr.io/binauthz-lab/hello-world");
    assert_eq!(cluster.items(PODS).await.len(), 1);
    cluster.send(Method::POST, DEPLOYMENTS, &headers, b"k8s\0\x0a".to_vec()).await.expect(400);
}

#[tokio::test]
async fn a_rollout_that_stalls_leaves_the_old_pods() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 3)).await.expect(201);
    let patch = json!({ "spec": { "template": { "spec": {
        "$setElementOrder/containers": [{ "name": "hello-world" }],
        "containers": [{ "name": "hello-world", "image": ABSENT }] } } } });
    cluster.patch(&format!("{DEPLOYMENTS}/web"), "strategic-merge", &patch).await.expect(200);
    let statuses: Vec<_> = cluster.rows(PODS).await.iter().map(|row| row[2].clone()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == "Running").count(), 3);
    assert_eq!(statuses.iter().filter(|status| **status == "ErrImagePull").count(), 1);
    assert_eq!(cluster.rows(DEPLOYMENTS).await[0][..4], ["web", "3/3", "1", "3"]);

    cluster.fixture.pass(Duration::from_secs(601));
    let status = cluster.get(&format!("{DEPLOYMENTS}/web")).await.json()["status"].clone();
    let progress = status["conditions"].as_array().unwrap().iter().find(|c| c["type"] == "Progressing").unwrap();
    assert_eq!(progress["reason"], "ProgressDeadlineExceeded");

    // Back to the template that works: its ReplicaSet is used again.
    let back = json!({ "spec": { "template": { "spec": {
        "containers": [{ "name": "hello-world", "image": IMAGE }] } } } });
    cluster.patch(&format!("{DEPLOYMENTS}/web"), "strategic-merge", &back).await.expect(200);
    assert_eq!(cluster.items(PODS).await.len(), 3);
    assert_eq!(cluster.items(REPLICA_SETS).await.len(), 2);
    let revision = "deployment.kubernetes.io/revision";
    assert_eq!(cluster.get(&format!("{DEPLOYMENTS}/web")).await.json()["metadata"]["annotations"][revision], "3");
}

#[tokio::test]
async fn a_rollout_replaces_all_pods() {
    let cluster = Cluster::new();
    let digest = cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 10)).await.expect(201);
    let image = format!("{IMAGE}@{digest}");
    let patch = json!({ "spec": { "template": { "spec": {
        "containers": [{ "name": "hello-world", "image": image }] } } } });
    cluster.patch(&format!("{DEPLOYMENTS}/web"), "strategic-merge", &patch).await.expect(200);
    let pods = cluster.items(PODS).await;
    assert_eq!(pods.len(), 10);
    assert!(pods.iter().all(|pod| pod["spec"]["containers"][0]["image"] == image));
    assert_eq!(cluster.rows(DEPLOYMENTS).await[0][..4], ["web", "10/10", "10", "10"]);
}

#[tokio::test]
async fn recreating_stops_the_old_pods_first() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let mut body = deployment("web", IMAGE, 2);
    body["spec"]["strategy"] = json!({ "type": "Recreate" });
    cluster.post(DEPLOYMENTS, &body).await.expect(201);
    let patch = json!({ "spec": { "template": { "spec": {
        "containers": [{ "name": "hello-world", "image": ABSENT }] } } } });
    cluster.patch(&format!("{DEPLOYMENTS}/web"), "strategic-merge", &patch).await.expect(200);
    let images: Vec<_> =
        cluster.items(PODS).await.iter().map(|pod| pod["spec"]["containers"][0]["image"].clone()).collect();
    assert_eq!(images, [ABSENT, ABSENT]);
}

/// `kubectl scale` and `kubectl delete pod`.
#[tokio::test]
async fn the_number_of_pods_is_kept() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 1)).await.expect(201);
    let scale = format!("{DEPLOYMENTS}/web/scale");
    let answer = cluster.patch(&scale, "merge", &json!({ "spec": { "replicas": 4 } })).await.expect(200).json();
    assert_eq!((answer["kind"].as_str(), &answer["spec"]["replicas"]), (Some("Scale"), &json!(4)));
    let pods = cluster.items(PODS).await;
    assert_eq!(pods.len(), 4);
    let name = pods[0]["metadata"]["name"].as_str().unwrap();
    cluster.delete(&format!("{PODS}/{name}")).await.expect(200);
    let after = cluster.items(PODS).await;
    assert_eq!(after.len(), 4);
    assert!(after.iter().all(|pod| pod["metadata"]["name"] != name));
    cluster.patch(&scale, "merge", &json!({ "spec": { "replicas": 0 } })).await.expect(200);
    assert!(cluster.items(PODS).await.is_empty());
    cluster.patch(&scale, "merge", &json!({ "spec": { "replicas": -1 } })).await.expect(422);
}

#[tokio::test]
async fn a_pod_whose_labels_change_is_let_go() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 1)).await.expect(201);
    let name = cluster.items(PODS).await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let patch = json!({ "metadata": { "labels": { "app": "apart" } } });
    cluster.patch(&format!("{PODS}/{name}"), "merge", &patch).await.expect(200);
    assert_eq!(cluster.items(PODS).await.len(), 2);
    let apart = cluster.get(&format!("{PODS}/{name}")).await.json();
    assert_eq!(apart["metadata"]["ownerReferences"].as_array().map_or(0, Vec::len), 0);
}

#[tokio::test]
async fn a_paused_deployment_waits() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let mut body = deployment("web", IMAGE, 1);
    body["spec"]["paused"] = true.into();
    cluster.post(DEPLOYMENTS, &body).await.expect(201);
    assert!(cluster.items(REPLICA_SETS).await.is_empty());
    let resume = json!({ "spec": { "paused": false } });
    cluster.patch(&format!("{DEPLOYMENTS}/web"), "merge", &resume).await.expect(200);
    assert_eq!(cluster.items(PODS).await.len(), 1);
}

#[tokio::test]
async fn a_pod_is_available_after_its_time() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let mut body = deployment("web", IMAGE, 1);
    body["spec"]["minReadySeconds"] = 30.into();
    cluster.post(DEPLOYMENTS, &body).await.expect(201);
    assert_eq!(cluster.rows(DEPLOYMENTS).await[0][..4], ["web", "1/1", "1", "0"]);
    cluster.fixture.pass(Duration::from_secs(31));
    assert_eq!(cluster.rows(DEPLOYMENTS).await[0][..4], ["web", "1/1", "1", "1"]);
}

/// No number of replicas makes more pods than a namespace may have, nor many at once.
#[tokio::test]
async fn the_quota_bounds_the_pods() {
    let cluster = Cluster::new();
    cluster.post(DEPLOYMENTS, &deployment("web", ABSENT, 1_000_000)).await.expect(201);
    let sets = cluster.items(REPLICA_SETS).await;
    let condition = &sets[0]["status"]["conditions"][0];
    assert_eq!((&condition["type"], &condition["reason"]), (&json!("ReplicaFailure"), &json!("FailedCreate")));
    assert!(condition["message"].as_str().unwrap().contains("exceeded quota: gke-resource-quotas"));
    assert_eq!(cluster.items(PODS).await.len(), 1500);
    assert!(cluster.items(EVENTS).await.len() < 20_000);
}
