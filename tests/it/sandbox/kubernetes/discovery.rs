//! What kubectl asks before it does anything.

use axum::http::Method;
use serde_json::json;

use super::Cluster;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

#[tokio::test]
async fn the_version_is_one_of_kubernetes_engine() {
    let version = Cluster::new().get("/version?timeout=5s").await.expect(200).json();
    assert_eq!(version["major"], "1");
    assert_eq!(version["minor"], "32");
    assert!(version["gitVersion"].as_str().unwrap().starts_with("v1.32."));
}

#[tokio::test]
async fn groups_come_in_one_answer_where_the_client_takes_it() {
    let cluster = Cluster::new();
    for (path, group) in [("/api?timeout=32s", ""), ("/apis?timeout=32s", "apps")] {
        let answer = cluster.send(Method::GET, path, &[("accept", AGGREGATED)], Vec::new()).await.expect(200);
        assert_eq!(
            answer.header("content-type"),
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        );
        let list = answer.json();
        assert_eq!(list["kind"], "APIGroupDiscoveryList");
        let first = &list["items"][0]["versions"][0]["resources"][0];
        assert_eq!(first["responseKind"]["group"], group);
        assert_eq!(first["scope"], "Namespaced");
    }
    let old = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    let answer = cluster.send(Method::GET, "/api", &[("accept", old)], Vec::new()).await.expect(200);
    assert_eq!(answer.json()["apiVersion"], "apidiscovery.k8s.io/v2beta1");
}

#[tokio::test]
async fn groups_come_one_by_one_where_it_does_not() {
    let cluster = Cluster::new();
    let names = cluster.get("/api").await.expect(200).json();
    assert_eq!(names, json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] }));
    let groups = cluster.get("/apis").await.expect(200).json();
    assert_eq!((&groups["kind"], &groups["apiVersion"]), (&json!("APIGroupList"), &json!("v1")));
    assert_eq!(
        groups["groups"][0],
        json!({
            "name": "apps",
            "versions": [{ "groupVersion": "apps/v1", "version": "v1" }],
            "preferredVersion": { "groupVersion": "apps/v1", "version": "v1" },
        })
    );
    for group in groups["groups"].as_array().unwrap() {
        let name = group["name"].as_str().unwrap();
        assert_eq!(cluster.get(&format!("/apis/{name}")).await.expect(200).json()["kind"], "APIGroup");
        let resources = cluster.get(&format!("/apis/{name}/v1")).await.expect(200).json();
        assert_eq!(resources["groupVersion"], format!("{name}/v1"));
        assert_ne!(resources["resources"], json!([]));
        cluster.get(&format!("/apis/{name}/v2")).await.expect(404);
    }
    let core = cluster.get("/api/v1").await.expect(200).json();
    assert_eq!(
        core["resources"][0],
        json!({ "name": "pods", "singularName": "pod", "namespaced": true, "kind": "Pod",
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
            "shortNames": ["po"], "categories": ["all"] })
    );
    let apps = cluster.get("/apis/apps/v1").await.expect(200).json();
    assert_eq!(apps["groupVersion"], "apps/v1");
    assert_eq!(apps["resources"][1]["name"], "deployments/scale");
}

#[tokio::test]
async fn the_schemas_are_empty() {
    let cluster = Cluster::new();
    cluster.get("/openapi/v3").await.expect(404);
    let answer = cluster.get("/openapi/v2?timeout=32s").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn what_is_not_served_has_the_servers_words() {
    let cluster = Cluster::new();
    let answer = cluster.get("/apis/batch/v1/namespaces/default/tasks").await.expect(404);
    assert_eq!(
        answer.json(),
        json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "the server could not find the requested resource", "reason": "NotFound", "code": 404 })
    );
    let answer = cluster.post("/api/v1/namespaces/default/pods/p/status", &json!({})).await.expect(405);
    assert_eq!(answer.json()["reason"], "MethodNotAllowed");
}
