//! The workloads that are no Deployments, and what their controllers do.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::{Cluster, IMAGE, PODS};

const BATCH: &str = "/apis/batch/v1/namespaces/default";
const APPS: &str = "/apis/apps/v1/namespaces/default";

fn template(image: &str, restart: &str) -> Value {
    json!({ "metadata": { "labels": { "app": "web" } },
        "spec": { "restartPolicy": restart, "containers": [{ "name": "c", "image": image }] } })
}

/// A workload of a kind of `apps/v1` with `replicas`, where the kind has them.
fn workload(kind: &str, image: &str) -> Value {
    let mut spec = json!({ "selector": { "matchLabels": { "app": "web" } }, "template": template(image, "Always") });
    if kind != "DaemonSet" {
        spec["replicas"] = 2.into();
    }
    json!({ "apiVersion": "apps/v1", "kind": kind, "metadata": { "name": "web" }, "spec": spec })
}

impl Cluster {
    async fn pod_names(&self) -> Vec<String> {
        let name = |pod: &Value| pod["metadata"]["name"].as_str().unwrap().to_owned();
        self.items(PODS).await.iter().map(name).collect()
    }
}

#[rstest]
#[case("ReplicaSet", "replicasets", 2, "Created pod: web-")]
#[case("StatefulSet", "statefulsets", 2, "create Pod web-0 in StatefulSet web successful")]
#[case("DaemonSet", "daemonsets", 1, "Created pod: web-")]
#[tokio::test]
async fn a_workload_makes_its_pods_and_takes_them_with_it(
    #[case] kind: &str,
    #[case] plural: &str,
    #[case] pods: usize,
    #[case] event: &str,
) {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(&format!("{APPS}/{plural}"), &workload(kind, IMAGE)).await.expect(201);
    assert_eq!(cluster.pod_names().await.len(), pods);
    let said = format!("SuccessfulCreate: {event}");
    assert!(cluster.events().await.iter().any(|text| text.starts_with(&said)), "{:#?}", cluster.events().await);
    let pod = &cluster.items(PODS).await[0];
    assert_eq!(pod["metadata"]["ownerReferences"][0]["kind"], kind);
    assert_eq!(pod["status"]["phase"], "Running");
    let rows = cluster.rows(&format!("{APPS}/{plural}")).await;
    assert_eq!(rows[0][0], "web");
    cluster.delete(&format!("{APPS}/{plural}/web")).await.expect(200);
    assert_eq!(cluster.pod_names().await, [""; 0]);
}

#[tokio::test]
async fn a_stateful_set_goes_by_its_numbers() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let path = format!("{APPS}/statefulsets");
    // The second pod waits for the first.
    cluster.post(&path, &workload("StatefulSet", "us.gcr.io/codelab/absent")).await.expect(201);
    assert_eq!(cluster.pod_names().await, ["web-0"]);
    let patch = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "c", "image": IMAGE }] } } } });
    cluster.patch(&format!("{path}/web"), "strategic-merge", &patch).await.expect(200);
    assert_eq!(cluster.pod_names().await, ["web-0", "web-1"]);
    let status = cluster.get(&format!("{path}/web")).await.json()["status"].clone();
    assert_eq!((&status["readyReplicas"], &status["updatedReplicas"]), (&json!(2), &json!(2)));
    assert_eq!(status["currentRevision"], status["updateRevision"]);
    let scale = json!({ "spec": { "replicas": 1 } });
    cluster.patch(&format!("{path}/web/scale"), "merge", &scale).await.expect(200);
    assert_eq!(cluster.pod_names().await, ["web-0"]);
}

#[tokio::test]
async fn a_replication_controller_is_a_replica_set_with_an_older_name() {
    let cluster = Cluster::new();
    let path = "/api/v1/namespaces/default/replicationcontrollers";
    let controller = json!({ "apiVersion": "v1", "kind": "ReplicationController", "metadata": { "name": "old" },
        "spec": { "replicas": 2, "template": template(IMAGE, "Always") } });
    let made = cluster.post(path, &controller).await.expect(201).json();
    assert_eq!(made["spec"]["selector"], json!({ "app": "web" }));
    assert_eq!(cluster.pod_names().await.len(), 2);
    cluster.patch(&format!("{path}/old/scale"), "merge", &json!({ "spec": { "replicas": 1 } })).await.expect(200);
    assert_eq!(cluster.pod_names().await.len(), 1);
    assert_eq!(cluster.get(&format!("{path}/old")).await.json()["status"]["replicas"], 1);
}

#[tokio::test]
async fn a_job_comes_to_its_end() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let job = |restart: &str| {
        json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "once" },
            "spec": { "completions": 3, "parallelism": 2, "template": template(IMAGE, restart) } })
    };
    let path = format!("{BATCH}/jobs");
    let refused = cluster.post(&path, &job("Always")).await.expect(422).json();
    assert_eq!(
        refused["message"],
        "Job.batch \"once\" is invalid: spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \
         \"Never\""
    );
    cluster.post(&path, &job("Never")).await.expect(201);
    let status = cluster.get(&format!("{path}/once")).await.json()["status"].clone();
    assert_eq!((&status["succeeded"], &status["conditions"][1]["type"]), (&json!(3), &json!("Complete")));
    assert!(cluster.items(PODS).await.iter().all(|pod| pod["status"]["phase"] == "Succeeded"));
    assert_eq!(cluster.rows(PODS).await[0][1..3], [json!("0/1"), json!("Completed")]);
    assert_eq!(cluster.rows(&path).await[0][1..3], [json!("Complete"), json!("3/3")]);
    assert!(cluster.events().await.contains(&"Completed: Job completed".to_owned()));
}

#[tokio::test]
async fn a_cron_job_makes_a_job_when_its_time_has_come() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let cron = |schedule: &str| {
        json!({ "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "tick" }, "spec": {
            "schedule": schedule, "jobTemplate": { "spec": { "template": template(IMAGE, "OnFailure") } } } })
    };
    let (path, jobs) = (format!("{BATCH}/cronjobs"), format!("{BATCH}/jobs"));
    cluster.post(&path, &cron("61 * * * *")).await.expect(422);
    cluster.post(&path, &cron("*/10 * * * *")).await.expect(201);
    assert_eq!(cluster.items(&jobs).await, [json!(null); 0]);
    for _ in 0..5 {
        cluster.fixture.pass(Duration::from_secs(600));
        assert!(!cluster.items(&jobs).await.is_empty());
    }
    // Three of those that are through are kept.
    assert!(cluster.items(&jobs).await.len() <= 4);
    let seen = cluster.get(&format!("{path}/tick")).await.json();
    assert_eq!(seen["status"]["lastScheduleTime"], "2025-06-20T12:50:00Z");
    let events = cluster.events().await;
    assert!(events.iter().any(|event| event.starts_with("SawCompletedJob: Saw completed job: tick-")), "{events:#?}");
    cluster.delete(&format!("{path}/tick")).await.expect(200);
    assert_eq!(cluster.items(PODS).await, [json!(null); 0]);
}

#[tokio::test]
async fn who_speaks_for_somebody_without_rights_may_only_ask() {
    let cluster = Cluster::new();
    let bot = [("impersonate-user", "system:serviceaccount:default:bot"), ("content-type", "application/json")];
    let send = async |path: &str, body: &Value| {
        cluster.send(axum::http::Method::POST, path, &bot, body.to_string().into_bytes()).await
    };
    let question = json!({ "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": { "verb": "create", "resource": "pods", "namespace": "default" } } });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    assert_eq!(send(path, &question).await.expect(201).json()["status"], json!({ "allowed": false }));
    assert_eq!(cluster.post(path, &question).await.expect(201).json()["status"], json!({ "allowed": true }));
    let refused = send(PODS, &super::pod("p", IMAGE)).await.expect(403).json();
    assert_eq!(
        refused["message"],
        "pods is forbidden: User \"system:serviceaccount:default:bot\" cannot create resource \"pods\" in API group \
         \"\" in the namespace \"default\""
    );
}
