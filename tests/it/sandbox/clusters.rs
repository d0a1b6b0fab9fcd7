//! Clusters: made, found, changed and deleted, compared with what gcloud was recorded to read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use countersign::sandbox::Sandbox;
use countersign::sandbox::state::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::lab::{GKE, Lab, PROJECT, USAGE};

const CLUSTER: &str = "binauthz-codelab";
const ZONE: &str = "us-central1-a";

fn parent() -> String {
    format!("{GKE}/v1/projects/{PROJECT}/locations/{ZONE}")
}

fn clusters() -> String {
    format!("{}/clusters", parent())
}

fn cluster() -> String {
    format!("{}/{CLUSTER}", clusters())
}

/// What gcloud sends for `clusters create`.
fn creation() -> Value {
    let pool = json!({"name": "default-pool", "initialNodeCount": 3, "config": {"oauthScopes": ["x"]}});
    json!({"cluster": {"name": CLUSTER, "nodePools": [pool]}, "parent": format!("projects/{PROJECT}/locations/{ZONE}")})
}

/// Makes the cluster and waits until it runs.
async fn running(lab: &Lab) {
    let mut operation = lab.ok(Method::POST, &clusters(), creation()).await;
    while operation["status"] != "DONE" {
        operation = lab.get(&format!("{}/operations/{}", parent(), operation["name"].as_str().unwrap())).await;
    }
}

#[tokio::test]
async fn a_cluster_is_being_made_for_a_moment() {
    let dir = tempfile::tempdir().unwrap();
    let millis = Arc::new(AtomicI64::new(1_800_000_000_000));
    let reading = Arc::clone(&millis);
    let clock = Clock::from_fn(move || jiff::Timestamp::from_millisecond(reading.load(Ordering::Relaxed)).unwrap());
    let lab = Lab::over(Sandbox::start_with_clock(dir.path(), None, clock).await.unwrap(), dir);
    lab.make_project().await;
    let number = lab.project_number().await;
    let begun = lab.ok(Method::POST, &clusters(), creation()).await;
    let name = begun["name"].as_str().unwrap().to_owned();
    let link = format!("https://container.googleapis.com/v1/projects/{number}/zones/{ZONE}");
    let mut expected = json!({
        "name": name,
        "operationType": "CREATE_CLUSTER",
        "status": "RUNNING",
        "selfLink": format!("{link}/operations/{name}"),
        "targetLink": format!("{link}/clusters/{CLUSTER}"),
        "zone": ZONE,
        "location": ZONE,
        "startTime": "2027-01-15T08:00:00.000000Z",
    });
    assert_eq!(begun, expected);
    assert_eq!(lab.get(&cluster()).await["status"], "PROVISIONING");
    let refusal = lab.refused(Method::DELETE, &cluster(), Value::Null).await;
    assert_eq!((refusal.code, refusal.status.as_str()), (400, "FAILED_PRECONDITION"));
    millis.fetch_add(300, Ordering::Relaxed);
    expected["status"] = json!("DONE");
    expected["endTime"] = json!("2027-01-15T08:00:00.300000Z");
    assert_eq!(lab.get(&format!("{}/operations/{name}", parent())).await, expected);
    assert_eq!(lab.get(&cluster()).await["status"], "RUNNING");
}

#[tokio::test]
async fn what_a_cluster_says_of_itself() {
    let lab = Lab::with_project().await;
    running(&lab).await;
    let mut found = lab.get(&cluster()).await;
    assert_eq!(found["endpoint"], lab.sandbox.addr().to_string());
    let authority = found["masterAuth"]["clusterCaCertificate"].as_str().unwrap();
    let authority = base64::engine::general_purpose::STANDARD.decode(authority).unwrap();
    assert_eq!(authority, lab.sandbox.authority_pem().as_bytes());
    let number = lab.project_number().await;
    let dns = found["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"].as_str().unwrap();
    let (hash, rest) = dns.strip_prefix("gke-").unwrap().split_once('-').unwrap();
    assert!(hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{dns}");
    assert_eq!(rest, format!("{number}.{ZONE}.gke.goog"));
    assert_eq!(
        (&found["zone"], &found["location"], &found["currentNodeCount"]),
        (&json!(ZONE), &json!(ZONE), &json!(3))
    );
    assert_eq!(found.get("binaryAuthorization"), None);
    // A list holds no client's certificate.
    let auth = found["masterAuth"].as_object_mut().unwrap();
    assert!(auth.remove("clientCertificate").is_some() && auth.remove("clientKey").is_some());
    let everywhere = format!("{GKE}/v1beta1/projects/{PROJECT}/locations/-/clusters");
    assert_eq!(lab.get(&everywhere).await, json!({"clusters": [found]}));
    assert_eq!(lab.get(&format!("{GKE}/v1/projects/{PROJECT}/locations/us-east1/clusters")).await, json!({}));
}

#[tokio::test]
async fn enforcement_is_turned_on_and_off() {
    let lab = Lab::with_project().await;
    let mut enforced = creation();
    enforced["cluster"]["binaryAuthorization"] = json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"});
    enforced["cluster"]["name"] = json!("enforced");
    lab.ok(Method::POST, &clusters(), enforced).await;
    let found = lab.get(&format!("{}/enforced", clusters())).await;
    assert_eq!(found["binaryAuthorization"], json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}));
    running(&lab).await;
    let modes = [
        json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}),
        json!({"evaluationMode": "DISABLED"}),
        json!({"enabled": true}),
    ];
    for mode in modes {
        let update = json!({"name": "x", "update": {"desiredBinaryAuthorization": mode}});
        let operation = lab.ok(Method::PUT, &cluster(), update).await;
        assert_eq!((&operation["status"], &operation["operationType"]), (&json!("DONE"), &json!("UPDATE_CLUSTER")));
        assert_eq!(lab.get(&cluster()).await["binaryAuthorization"], mode);
    }
}

#[tokio::test]
async fn what_is_refused_of_clusters() {
    let lab = Lab::with_project().await;
    running(&lab).await;
    let path = format!("projects/{PROJECT}/zones/{ZONE}/clusters");
    let refusal = lab.refused(Method::POST, &clusters(), creation()).await;
    refusal.is(409, "ALREADY_EXISTS", &format!("Already exists: {path}/{CLUSTER}."));
    let refusal = lab.refused(Method::DELETE, &format!("{}/nope", clusters()), Value::Null).await;
    refusal.is(404, "NOT_FOUND", &format!("Not found: {path}/nope."));
    for (url, method, body) in [
        (clusters(), Method::POST, json!({"cluster": {"name": "UPPER"}})),
        (clusters(), Method::POST, json!({})),
        (clusters().replace(ZONE, "-"), Method::POST, creation()),
        (cluster(), Method::PUT, json!({"update": {}})),
        (cluster(), Method::PUT, json!({"update": {"desiredNodeVersion": "1.2"}})),
        (cluster(), Method::PUT, json!({"update": {"desiredBinaryAuthorization": {"evaluationMode": "ON"}}})),
    ] {
        let refusal = lab.refused(method, &url, body.clone()).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"), "{body}");
    }
}

#[tokio::test]
async fn a_deleted_cluster_is_gone() {
    let lab = Lab::with_project().await;
    running(&lab).await;
    let operation = lab.ok(Method::DELETE, &cluster(), Value::Null).await;
    let name = operation["name"].as_str().unwrap();
    assert_eq!(lab.get(&format!("{}/operations/{name}", parent())).await["status"], "DONE");
    assert_eq!(lab.refused(Method::GET, &cluster(), Value::Null).await.code, 404);
    lab.ok(Method::POST, &clusters(), creation()).await;
}

#[tokio::test]
async fn the_api_has_to_be_enabled() {
    let lab = Lab::with_project().await;
    let usage = format!("{USAGE}/projects/{PROJECT}/services/container.googleapis.com:disable");
    lab.ok(Method::POST, &usage, json!({})).await;
    let refusal = lab.refused(Method::POST, &clusters(), creation()).await;
    assert_eq!((refusal.code, refusal.status.as_str()), (403, "PERMISSION_DENIED"));
    let number = lab.project_number().await;
    let start = format!("Kubernetes Engine API has not been used in project {number} before or it is disabled.");
    assert!(refusal.message.starts_with(&start), "{}", refusal.message);
    assert_eq!(refusal.details[0]["reason"], "SERVICE_DISABLED");
    assert_eq!(refusal.details[0]["metadata"]["service"], "container.googleapis.com");
}

#[tokio::test]
async fn an_api_server_without_its_cluster_says_so() {
    let lab = Lab::with_project().await;
    let urls = [
        format!("https://127.0.0.1:{}/api/v1/pods", lab.sandbox.addr().port()),
        format!("https://gke-000000000000-1.{ZONE}.gke.goog/api/v1/pods"),
    ];
    for url in urls {
        let (status, body) = lab.send(Method::GET, &url, Value::Null).await;
        assert_eq!((status.as_u16(), &body["kind"], &body["reason"]), (404, &json!("Status"), &json!("NotFound")));
    }
}
