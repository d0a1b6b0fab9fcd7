//! What a request to a cluster may cost, in the API server's own words where it has the limit as well.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Cluster, DEPLOYMENTS, IMAGE, deployment};

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

impl Cluster {
    async fn with_web() -> Self {
        let cluster = Self::new();
        cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 0)).await.expect(201);
        cluster
    }

    async fn patch_json(&self, operations: Vec<Value>) -> crate::support::routers::Answer {
        let headers = [("content-type", "application/json-patch+json")];
        self.send(Method::PATCH, WEB, &headers, Value::from(operations).to_string().into_bytes()).await
    }
}

/// 2 KB that would be 20 GB.
#[tokio::test]
async fn a_patch_of_copies_of_copies_is_refused_and_changes_nothing() {
    let cluster = Cluster::with_web().await;
    let before = cluster.get(WEB).await.json();
    let mut operations =
        vec![json!({ "op": "add", "path": "/metadata/annotations", "value": { "a": "x".repeat(1000) } })];
    for n in 0..30 {
        let path = format!("/metadata/annotations/k{n}");
        operations.push(json!({ "op": "copy", "from": "/metadata", "path": path }));
    }
    let refused = cluster.patch_json(operations).await.expect(422).json();
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("the accumulated size increase of copy"), "{message}");
    assert_eq!(cluster.get(WEB).await.json(), before);
}

#[tokio::test]
async fn a_patch_of_too_many_operations_is_too_large() {
    let cluster = Cluster::with_web().await;
    let operation = json!({ "op": "test", "path": "/kind", "value": "Deployment" });
    let refused = cluster.patch_json(vec![operation; 10_001]).await.expect(413).json();
    assert_eq!(refused["reason"], "RequestEntityTooLarge");
    assert_eq!(
        refused["message"],
        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001"
    );
}

/// The request is within its limit, and the object is not.
#[tokio::test]
async fn an_object_fits_into_etcd() {
    let cluster = Cluster::with_web().await;
    let mut large = deployment("large", IMAGE, 0);
    large["spec"]["template"]["spec"]["containers"][0]["args"] = json!(["x".repeat(1_600_000)]);
    let refused = cluster.post(DEPLOYMENTS, &large).await.expect(500).json();
    assert_eq!(refused["message"], "etcdserver: request is too large");
    let path = "/spec/template/spec/containers/0/args";
    let patch = vec![json!({ "op": "add", "path": path, "value": ["x".repeat(1_600_000)] })];
    let refused = cluster.patch_json(patch).await.expect(500).json();
    assert_eq!(refused["message"], "etcdserver: request is too large");
}

/// Each element of the patch is the same container again, with another variable.
#[tokio::test]
async fn a_strategic_patch_that_names_one_container_again_and_again_is_refused() {
    let cluster = Cluster::with_web().await;
    let again = |n: usize| json!({ "name": "hello-world", "env": [{ "name": format!("e{n}") }] });
    let containers: Vec<Value> = (0..40_000).map(again).collect();
    let patch = json!({ "spec": { "template": { "spec": { "containers": containers } } } });
    let refused = cluster.patch(WEB, "strategic-merge", &patch).await.expect(413).json();
    assert_eq!(refused["reason"], "RequestEntityTooLarge");
}

/// Fifty thousand fields below a name of a megabyte, which nothing knows.
#[tokio::test]
async fn unknown_fields_are_told_of_shortly_and_recorded_once() {
    let cluster = Cluster::new();
    let mut object = deployment("web", IMAGE, 0);
    let fields: serde_json::Map<String, Value> = (0..50_000).map(|n| (format!("k{n}"), Value::from(1))).collect();
    object["x".repeat(1_000_000)] = fields.into();
    let refused = cluster.post(&format!("{DEPLOYMENTS}?fieldValidation=Strict"), &object).await.expect(400).json();
    assert!(refused["message"].as_str().unwrap().len() < 2000, "{refused}");
    cluster.post(DEPLOYMENTS, &object).await.expect(500);
}
