//! `kubectl get -w`.

use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Cluster, IMAGE, PODS, pod};

/// An open watch.
struct Watch {
    body: axum::body::Body,
    waiting: Vec<u8>,
}

impl Watch {
    async fn open(cluster: &Cluster, query: &str) -> Self {
        let request = Request::get(format!("{PODS}?watch=true&{query}")).extension(cluster.id.clone());
        let response = cluster.router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        Self { body: response.into_body(), waiting: Vec::new() }
    }

    /// The next change; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.waiting.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let frame = self.body.frame().await?.unwrap();
            self.waiting.extend_from_slice(&frame.into_data().unwrap());
        }
    }
}

fn what(change: &Value) -> (String, String) {
    let name = change["object"]["metadata"]["name"].as_str().unwrap().to_owned();
    (change["type"].as_str().unwrap().to_owned(), name)
}

fn pair(type_: &str, name: &str) -> (String, String) {
    (type_.to_owned(), name.to_owned())
}

#[tokio::test]
async fn changes_come_as_they_happen() {
    let cluster = Cluster::new();
    cluster.push_image().await;
    let version = cluster.get(PODS).await.json()["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let mut watch = Watch::open(&cluster, &format!("resourceVersion={version}")).await;
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    assert_eq!(what(&watch.next().await.unwrap()), pair("ADDED", "p"));
    let label = json!({ "metadata": { "labels": { "new": "yes" } } });
    cluster.patch(&format!("{PODS}/p"), "merge", &label).await.expect(200);
    assert_eq!(what(&watch.next().await.unwrap()), pair("MODIFIED", "p"));
    cluster.delete(&format!("{PODS}/p")).await.expect(200);
    assert_eq!(what(&watch.next().await.unwrap()), pair("DELETED", "p"));
}

/// What was made since is told in two parts, and the first of all was changed last.
#[tokio::test]
async fn what_is_new_is_added_also_in_a_later_part() {
    let cluster = Cluster::new();
    let version = cluster.get(PODS).await.json()["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    cluster.post(PODS, &pod("first", IMAGE)).await.expect(201);
    let mut large = pod("large", IMAGE);
    large["spec"]["containers"][0]["args"] = json!(["x".repeat(1_200_000)]);
    cluster.post(PODS, &large).await.expect(201);
    let label = json!({ "metadata": { "labels": { "new": "yes" } } });
    cluster.patch(&format!("{PODS}/first"), "merge", &label).await.expect(200);
    let mut watch = Watch::open(&cluster, &format!("resourceVersion={version}")).await;
    assert_eq!(what(&watch.next().await.unwrap()), pair("ADDED", "large"));
    assert_eq!(what(&watch.next().await.unwrap()), pair("ADDED", "first"));
    cluster.patch(&format!("{PODS}/first"), "merge", &json!({ "metadata": { "labels": null } })).await.expect(200);
    assert_eq!(what(&watch.next().await.unwrap()), pair("MODIFIED", "first"));
}

#[tokio::test]
async fn without_a_version_everything_comes_first_and_the_time_ends_it() {
    let cluster = Cluster::new();
    for name in ["a", "b"] {
        cluster.post(PODS, &pod(name, IMAGE)).await.expect(201);
    }
    let mut watch = Watch::open(&cluster, "timeoutSeconds=1&labelSelector=run%3Db").await;
    assert_eq!(what(&watch.next().await.unwrap()), pair("ADDED", "b"));
    assert_eq!(watch.next().await, None);
}

#[tokio::test]
async fn a_version_of_the_future_or_of_long_ago_is_refused() {
    let cluster = Cluster::new();
    let future = cluster.get(&format!("{PODS}?watch=true&resourceVersion=999999")).await.expect(410).json();
    assert_eq!(future["reason"], "Expired");
    cluster.post(PODS, &pod("p", IMAGE)).await.expect(201);
    cluster.delete(&format!("{PODS}/p")).await.expect(200);
    cluster.fixture.pass(std::time::Duration::from_secs(3600));
    cluster.post(PODS, &pod("q", IMAGE)).await.expect(201);
    cluster.get(&format!("{PODS}?watch=true&resourceVersion=1")).await.expect(410);
    cluster.get(&format!("{PODS}?watch=true&resourceVersion=x")).await.expect(400);
}
