//! Server-side apply, and the record of who set what.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Cluster, DEPLOYMENTS, IMAGE, deployment};
use crate::support::routers::Answer;

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

fn web(image: &str) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" }, "spec": {
        "selector": { "matchLabels": { "app": "web" } },
        "template": { "metadata": { "labels": { "app": "web" } },
            "spec": { "containers": [{ "name": "hello-world", "image": image }] } },
    } })
}

impl Cluster {
    async fn apply(&self, parameters: &str, object: &Value) -> Answer {
        let headers = [("content-type", "application/apply-patch+yaml")];
        let path = format!("{WEB}?{parameters}");
        self.send(Method::PATCH, &path, &headers, object.to_string().into_bytes()).await
    }
}

fn image(object: &Value) -> &Value {
    &object["spec"]["template"]["spec"]["containers"][0]["image"]
}

#[tokio::test]
async fn an_object_is_made_changed_and_left_alone() {
    let cluster = Cluster::new();
    let made = cluster.apply("fieldManager=kubectl&force=false", &web("a")).await.expect(201).json();
    assert_eq!(made["metadata"]["managedFields"][0]["operation"], "Apply");
    assert_eq!(made["metadata"]["managedFields"][0]["manager"], "kubectl");
    // The controllers have written the status since.
    let before = cluster.get(WEB).await.json();
    let same = cluster.apply("fieldManager=kubectl", &web("a")).await.expect(200).json();
    assert_eq!(same["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
    let changed = cluster.apply("fieldManager=kubectl", &web("b")).await.expect(200).json();
    assert_eq!((image(&changed), &changed["metadata"]["generation"]), (&json!("b"), &json!(2)));
    // Not only JSON.
    let headers = [("content-type", "application/apply-patch+yaml")];
    let yaml = b"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {tier: front}\n".to_vec();
    let path = format!("{WEB}?fieldManager=labels");
    let labeled = cluster.send(Method::PATCH, &path, &headers, yaml).await.expect(200).json();
    assert_eq!((image(&labeled), &labeled["metadata"]["labels"]["tier"]), (&json!("b"), &json!("front")));
}

#[tokio::test]
async fn what_another_client_set_is_a_conflict() {
    let cluster = Cluster::new();
    let path = format!("{DEPLOYMENTS}?fieldManager=kubectl-create");
    cluster.post(&path, &deployment("web", IMAGE, 1)).await.expect(201);
    let refused = cluster.apply("fieldManager=kubectl", &web("b")).await.expect(409).json();
    assert_eq!(
        refused["message"],
        "Apply failed with 1 conflict: conflict with \"kubectl-create\" using apps/v1: \
         .spec.template.spec.containers[name=\"hello-world\"].image"
    );
    assert_eq!(refused["details"]["causes"][0]["reason"], "FieldManagerConflict");
    assert_eq!(image(&cluster.get(WEB).await.json()), IMAGE);
    let forced = cluster.apply("fieldManager=kubectl&force=true", &web("b")).await.expect(200).json();
    assert_eq!(image(&forced), "b");
    // Now the field is this client's: the other one's change takes it away again.
    cluster.apply("fieldManager=kubectl", &web("c")).await.expect(200);
    let patch =
        json!({ "spec": { "template": { "spec": { "containers": [{ "name": "hello-world", "image": "d" }] } } } });
    let headers = [("content-type", "application/strategic-merge-patch+json")];
    let path = format!("{WEB}?fieldManager=kubectl-set");
    cluster.send(Method::PATCH, &path, &headers, patch.to_string().into_bytes()).await.expect(200);
    let refused = cluster.apply("fieldManager=kubectl", &web("c")).await.expect(409).json();
    assert!(refused["message"].as_str().unwrap().contains("\"kubectl-set\" using apps/v1"), "{refused}");
}

#[tokio::test]
async fn what_cannot_be_applied_is_refused() {
    let cluster = Cluster::new();
    let nameless = cluster.apply("", &web("a")).await.expect(422).json();
    assert!(nameless["message"].as_str().unwrap().contains("is required for apply patch"));
    let mut wrong = web("a");
    wrong["spec"]["replica"] = 3.into();
    let strict = cluster.apply("fieldManager=k&fieldValidation=Strict", &wrong).await.expect(400).json();
    assert!(strict["message"].as_str().unwrap().contains("unknown field \"spec.replica\""), "{strict}");
    let warned = cluster.apply("fieldManager=k&fieldValidation=Warn&dryRun=All", &wrong).await.expect(201);
    assert_eq!(warned.header("warning"), "299 - \"unknown field \\\"spec.replica\\\"\"");
    cluster.get(WEB).await.expect(404);
    wrong["metadata"]["name"] = "other".into();
    cluster.apply("fieldManager=k&fieldValidation=Ignore", &wrong).await.expect(400);
}
