//! What `kubectl get` prints.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use super::{Cluster, DEPLOYMENTS, EVENTS, IMAGE, PODS, REPLICA_SETS, TABLE, deployment, pod};

#[tokio::test]
async fn a_table_has_columns_rows_and_the_objects_metadata() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(PODS, &pod("hello-world", IMAGE)).await.expect(201);
    cluster.fixture.pass(Duration::from_secs(5));
    let path = format!("{PODS}?limit=500");
    let table = cluster.send(Method::GET, &path, &[("accept", TABLE)], Vec::new()).await.expect(200).json();
    assert_eq!((&table["kind"], &table["apiVersion"]), (&json!("Table"), &json!("meta.k8s.io/v1")));
    assert_eq!(
        table["columnDefinitions"][0],
        json!({ "name": "Name", "type": "string", "format": "name", "description": "Name", "priority": 0 })
    );
    let shown = |column: &&serde_json::Value| column["priority"] == 0;
    let names: Vec<_> =
        table["columnDefinitions"].as_array().unwrap().iter().filter(shown).map(|c| &c["name"]).collect();
    assert_eq!(json!(names), json!(["Name", "Ready", "Status", "Restarts", "Age"]));
    let row = &table["rows"][0];
    assert_eq!(row["cells"].as_array().unwrap()[..5], ["hello-world", "1/1", "Running", "0", "5s"]);
    assert_eq!(row["object"]["kind"], "PartialObjectMetadata");
    assert_eq!(row["object"]["metadata"]["name"], "hello-world");
    assert!(row["object"]["spec"].is_null());
}

#[tokio::test]
async fn one_object_is_a_table_of_one_row() {
    let cluster = Cluster::new();
    assert_eq!(cluster.rows("/api/v1/namespaces/default").await, [["default", "Active", "0s"]]);
    let path = "/api/v1/namespaces/default?includeObject=None";
    let table = cluster.send(Method::GET, path, &[("accept", TABLE)], Vec::new()).await.expect(200).json();
    assert!(table["rows"][0]["object"].is_null());
}

#[tokio::test]
async fn deployments_and_replica_sets() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    cluster.post(DEPLOYMENTS, &deployment("web", IMAGE, 2)).await.expect(201);
    let rows = cluster.rows(DEPLOYMENTS).await;
    assert_eq!(rows[0], ["web", "2/2", "2", "2", "0s", "hello-world", IMAGE, "app=web"]);
    let rows = cluster.rows(REPLICA_SETS).await;
    assert_eq!(rows[0][1..5], [json!(2), json!(2), json!(2), json!("0s")]);
}

#[tokio::test]
async fn events_that_happened_again_say_how_often() {
    let cluster = Cluster::new();
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    for _ in 0..3 {
        cluster.fixture.pass(Duration::from_secs(45));
        cluster.get(PODS).await.expect(200);
    }
    cluster.fixture.pass(Duration::from_secs(5));
    let rows = cluster.rows(EVENTS).await;
    let pulling = rows.iter().find(|row| row[2] == "Pulling").unwrap();
    assert_eq!(pulling[..4], ["50s (x2 over 2m20s)", "Normal", "Pulling", "pod/p"]);
    assert_eq!(pulling[6], format!("Pulling image {IMAGE:?}"));
}

#[tokio::test]
async fn service_accounts() {
    let cluster = Cluster::new();
    let rows = cluster.rows("/api/v1/namespaces/kube-system/serviceaccounts").await;
    assert_eq!(rows, [["default", "0", "0s"]]);
    assert!(cluster.rows("/api/v1/services").await.is_empty());
}
