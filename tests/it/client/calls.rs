//! What the typed calls send, and what they make of the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Query, State};
use axum::http::{Method, StatusCode, Uri};
use axum::routing::{any, get};
use axum::{Json, Router};
use countersign::client::{Client, Fault, Validation};
use countersign::domain::admission::Enforcement;
use countersign::domain::attestation::{ATTESTATION, Attestation, Signature};
use countersign::domain::attestor::{KeyMaterial, PublicKey};
use countersign::domain::name::{AttestorName, NoteName, ProjectId};
use countersign::domain::policy::Policy;
use countersign::wire::kubernetes::{Deployment, Event, Pod};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::server::Server;

/// The requests that a server got: method, URL without host, body.
type Requests = Arc<Mutex<Vec<(String, Value)>>>;

/// Answers every request with the next of these bodies, the last one again and again.
async fn canned(answers: Vec<Value>) -> (Server, Requests) {
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    let handler = any(move |method: Method, uri: Uri, body: String| async move {
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() };
        let mut seen = seen.lock().await;
        seen.push((format!("{method} {}", uri.path_and_query().unwrap()), body));
        Json(answers[(seen.len() - 1).min(answers.len() - 1)].clone())
    });
    (Server::router(Router::new().fallback(handler)).await, requests)
}

fn project() -> ProjectId {
    "codelab-2018".parse().unwrap()
}

fn attestor() -> AttestorName {
    "projects/codelab-2018/attestors/qa".parse().unwrap()
}

fn note() -> NoteName {
    "projects/codelab-2018/notes/n".parse().unwrap()
}

fn attestation() -> Attestation {
    Attestation {
        name: String::new(),
        note: note(),
        kind: ATTESTATION.to_owned(),
        resource_uri: "gcr.io/p/i@sha256:ab".to_owned(),
        payload: b"payload".to_vec(),
        signatures: vec![Signature { public_key_id: "K".to_owned(), bytes: vec![0xfb, 0xff] }],
        jwts: 0,
        create_time: None,
    }
}

#[tokio::test]
async fn the_policy_carries_its_etag() {
    let mut policy = Policy::default_for("codelab-2018");
    policy.etag = Some("\"Mna+BCqXznjH\"".to_owned());
    let (server, requests) = canned(vec![serde_json::to_value(&policy).unwrap()]).await;
    let client = server.client();
    let read = client.policy(&project()).await.unwrap();
    assert_eq!(client.put_policy(&project(), &read).await.unwrap(), policy);
    client.system_policy("global").await.unwrap();
    let requests = requests.lock().await;
    let lines: Vec<_> = requests.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/projects/codelab-2018/policy",
            "PUT /v1/projects/codelab-2018/policy",
            "GET /v1/locations/global/policy"
        ]
    );
    assert_eq!(requests[1].1["etag"], "\"Mna+BCqXznjH\"");
}

#[tokio::test]
async fn all_pages_are_read() {
    let wire = |id: &str| {
        json!({"name": format!("projects/codelab-2018/attestors/{id}"),
        "userOwnedGrafeasNote": {"noteReference": "projects/codelab-2018/notes/n"}})
    };
    let (server, requests) = canned(vec![
        json!({"attestors": [wire("a")], "nextPageToken": "t/1 +&"}),
        json!({"nextPageToken": "t2"}),
        json!({"attestors": [wire("b")], "nextPageToken": ""}),
    ])
    .await;
    let attestors = server.client().attestors(&project()).await.unwrap();
    let ids: Vec<_> = attestors.iter().map(|attestor| attestor.name.id()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(
        requests.lock().await[1].0,
        "GET /v1/projects/codelab-2018/attestors?pageSize=200&pageToken=t%2F1+%2B%26"
    );
}

#[tokio::test]
async fn pages_that_never_end_are_left() {
    let (server, _) = canned(vec![json!({"nextPageToken": "same"})]).await;
    let error = server.client().attestors(&project()).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_attestation_travels_as_gcloud_sends_it() {
    let stored = json!({"name": "projects/codelab-2018/occurrences/1", "noteName": note().to_string(),
        "resourceUri": "gcr.io/p/i@sha256:ab", "kind": "ATTESTATION", "createTime": "2026-01-02T03:04:05.678901Z",
        "attestation": {"serializedPayload": "cGF5bG9hZA==",
            "signatures": [{"publicKeyId": "K", "signature": "-_8="}]}});
    let (server, requests) = canned(vec![stored, json!({"result": "VERIFIED"})]).await;
    let client = server.client();
    let created = client.create_attestation(&project(), &attestation()).await.unwrap();
    assert_eq!(created.name, "projects/codelab-2018/occurrences/1");
    assert_eq!(created.signatures, attestation().signatures, "both alphabets are read");
    assert_eq!(client.validate(&attestor(), &created).await.unwrap(), Validation::Verified);
    let requests = requests.lock().await;
    assert_eq!(requests[0].0, "POST /v1/projects/codelab-2018/occurrences");
    assert_eq!(requests[0].1["attestation"]["signatures"][0]["signature"], "+/8=");
    assert_eq!(requests[1].0, "POST /v1/projects/codelab-2018/attestors/qa:validateAttestationOccurrence");
    assert_eq!(requests[1].1["occurrenceNote"], note().to_string());
    assert_eq!(requests[1].1["occurrenceResourceUri"], "gcr.io/p/i@sha256:ab");
}

#[tokio::test]
async fn attestations_are_listed_by_digest() {
    let other = json!({"name": "o", "noteName": "projects/p/notes/n", "kind": "VULNERABILITY"});
    let (server, requests) = canned(vec![json!({"occurrences": [other]})]).await;
    let digest = format!("sha256:{}", "ab".repeat(32)).parse().unwrap();
    let found = server.client().attestations(&note(), Some(&digest)).await.unwrap();
    assert!(found.is_empty(), "other kinds are left out");
    let line = requests.lock().await[0].0.clone();
    let query = line.strip_prefix("GET /v1/projects/codelab-2018/notes/n/occurrences?pageSize=1000&filter=").unwrap();
    assert_eq!(query, format!("has_suffix%28resourceUrl%2C+%22sha256%3A{}%22%29", "ab".repeat(32)));
}

/// An attestor that someone else changes before each of the first writes.
#[derive(Clone)]
struct Contended {
    stored: Arc<Mutex<Value>>,
    rivals: Arc<AtomicUsize>,
}

impl Contended {
    fn new(rivals: usize) -> Self {
        let stored = json!({"name": attestor().to_string(), "etag": "0", "userOwnedGrafeasNote": {
            "noteReference": note().to_string(), "publicKeys": [{"id": "OLD", "asciiArmoredPgpPublicKey": "x"}]}});
        Self { stored: Arc::new(Mutex::new(stored)), rivals: Arc::new(AtomicUsize::new(rivals)) }
    }

    async fn serve(&self) -> Server {
        let path = "/v1/projects/codelab-2018/attestors/qa";
        Server::router(Router::new().route(path, get(Self::read).put(Self::replace)).with_state(self.clone())).await
    }

    async fn read(State(this): State<Self>) -> Json<Value> {
        Json(this.stored.lock().await.clone())
    }

    async fn replace(State(this): State<Self>, Json(mut new): Json<Value>) -> (StatusCode, Json<Value>) {
        let mut stored = this.stored.lock().await;
        let etag = |value: &Value| value["etag"].as_str().unwrap().parse::<usize>().unwrap();
        if this.rivals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            let rival = json!({"id": format!("RIVAL{}", etag(&stored)), "asciiArmoredPgpPublicKey": "x"});
            stored["userOwnedGrafeasNote"]["publicKeys"].as_array_mut().unwrap().push(rival);
            stored["etag"] = json!((etag(&stored) + 1).to_string());
        }
        if new["etag"] != stored["etag"] {
            let error = json!({"error": {"code": 409, "status": "ABORTED", "message": "stale etag"}});
            return (StatusCode::CONFLICT, Json(error));
        }
        new["etag"] = json!((etag(&stored) + 1).to_string());
        *stored = new;
        (StatusCode::OK, Json(stored.clone()))
    }
}

fn key(id: &str) -> PublicKey {
    PublicKey { id: id.to_owned(), comment: String::new(), material: KeyMaterial::Pgp { armor: "armor".to_owned() } }
}

#[tokio::test]
async fn a_key_is_added_without_losing_what_others_did() {
    let contended = Contended::new(2);
    let server = contended.serve().await;
    let changed = server.client().add_key(&attestor(), &key("NEW")).await.unwrap();
    let ids: Vec<_> = changed.keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["OLD", "RIVAL0", "RIVAL1", "NEW"]);
    let left = server.client().remove_key(&attestor(), "OLD").await.unwrap();
    assert!(left.keys.iter().all(|key| key.id != "OLD"));
    // Adding it again replaces it.
    assert_eq!(server.client().add_key(&attestor(), &key("NEW")).await.unwrap().keys.len(), 3);
}

#[tokio::test]
async fn a_change_gives_up_against_rivals_that_never_rest() {
    let contended = Contended::new(1000);
    let server = contended.serve().await;
    let error = server.client().add_key(&attestor(), &key("NEW")).await.unwrap_err();
    assert!(error.is_conflict() && error.was_not_done());
    assert_eq!(error.refusal().unwrap().message, "stale etag");
}

#[tokio::test]
async fn a_grant_keeps_the_others_and_the_etag() {
    let before = json!({"version": 1, "etag": "BwWsabeGyQw=",
        "bindings": [{"role": "roles/x", "members": ["user:a@example.com"]}]});
    let (server, requests) = canned(vec![before]).await;
    server.client().grant_on_note(&note(), "roles/y", "serviceAccount:s@example.com").await.unwrap();
    let requests = requests.lock().await;
    assert_eq!(requests[0].0, "POST /v1/projects/codelab-2018/notes/n:getIamPolicy");
    assert_eq!(requests[1].0, "POST /v1/projects/codelab-2018/notes/n:setIamPolicy");
    let policy = &requests[1].1["policy"];
    assert_eq!(policy["etag"], "BwWsabeGyQw=");
    assert_eq!(policy["bindings"][0]["members"], json!(["user:a@example.com"]));
    assert_eq!(policy["bindings"][1], json!({"role": "roles/y", "members": ["serviceAccount:s@example.com"]}));
}

#[tokio::test]
async fn a_grant_that_is_there_is_not_written() {
    let there = json!({"bindings": [{"role": "roles/y", "members": ["serviceAccount:s@example.com"]}]});
    let (server, requests) = canned(vec![there]).await;
    server.client().grant_on_note(&note(), "roles/y", "serviceAccount:s@example.com").await.unwrap();
    assert_eq!(requests.lock().await.len(), 1);
}

#[tokio::test]
async fn services_are_enabled_when_the_operation_is_done() {
    let (server, requests) = canned(vec![
        json!({"name": "operations/acf.p2-1"}),
        json!({"name": "operations/acf.p2-1"}),
        json!({"name": "operations/acf.p2-1", "done": true, "response": {}}),
    ])
    .await;
    let mut looks = Vec::new();
    let services = ["container.googleapis.com", "binaryauthorization.googleapis.com"];
    server.client().enable_services(&project(), &services, |operation| looks.push(operation.done)).await.unwrap();
    assert_eq!(looks, [false, false, true]);
    let requests = requests.lock().await;
    assert_eq!(requests[0].0, "POST /v1/projects/codelab-2018/services:batchEnable");
    assert_eq!(requests[0].1["serviceIds"], json!(services));
    assert_eq!(requests[2].0, "GET /v1/operations/acf.p2-1");
}

#[tokio::test]
async fn an_operation_that_failed_is_an_error() {
    let done = json!({"name": "operations/1", "done": true, "error": {"code": 7, "message": "billing is off"}});
    let (server, _) = canned(vec![done]).await;
    let error = server.client().enable_services(&project(), &["x.googleapis.com"], |_| {}).await.unwrap_err();
    let Fault::Operation { name, message } = &error.fault else { panic!("{error:?}") };
    assert_eq!((name.as_str(), message.as_str()), ("operations/1", "billing is off"));
}

#[tokio::test]
async fn enforcement_is_turned_on_by_its_mode() {
    let operation = |status: &str| json!({"name": "operation-1", "status": status, "operationType": "UPDATE_CLUSTER"});
    let (server, requests) = canned(vec![operation("RUNNING"), operation("DONE")]).await;
    let client = server.client();
    let started = client.set_cluster_enforcement(&project(), "us-central1-a", "c", Enforcement::On).await.unwrap();
    let mut looks = 0;
    client.wait_for_cluster(&project(), "us-central1-a", started, |_| looks += 1).await.unwrap();
    assert_eq!(looks, 2);
    let requests = requests.lock().await;
    assert_eq!(requests[0].0, "PUT /v1/projects/codelab-2018/locations/us-central1-a/clusters/c");
    assert_eq!(
        requests[0].1,
        json!({"update": {"desiredBinaryAuthorization": {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}}})
    );
    assert_eq!(requests[1].0, "GET /v1/projects/codelab-2018/locations/us-central1-a/operations/operation-1");
}

#[tokio::test]
async fn waiting_ends_with_its_future() {
    let (server, requests) = canned(vec![json!({"name": "operation-1", "status": "RUNNING"})]).await;
    let client = server.client();
    let task = tokio::spawn(async move {
        let operation = client.delete_cluster(&project(), "z", "c").await?;
        client.wait_for_cluster(&project(), "z", operation, |_| {}).await
    });
    while requests.lock().await.len() < 2 {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

/// A cluster whose API server is the test's server.
fn kubernetes(server: &Server) -> countersign::client::Kubernetes {
    let cluster = json!({"name": "c", "controlPlaneEndpointsConfig": {
        "dnsEndpointConfig": {"endpoint": "gke-1.us-central1-a.gke.goog"}}});
    server.client().kubernetes(&serde_json::from_value(cluster).unwrap()).unwrap()
}

#[tokio::test]
async fn kubernetes_lists_by_kind_and_page() {
    let pod = |name: &str| json!({"metadata": {"name": name}});
    let (server, requests) = canned(vec![
        json!({"kind": "PodList", "metadata": {"continue": "next"}, "items": [pod("a")]}),
        json!({"kind": "PodList", "metadata": {}, "items": [pod("b")]}),
    ])
    .await;
    let api = kubernetes(&server);
    let pods: Vec<Pod> = api.list(Some("default")).await.unwrap();
    assert_eq!(pods.len(), 2);
    api.list::<Deployment>(None).await.unwrap();
    api.list::<Event>(Some("default")).await.unwrap();
    api.delete::<Deployment>("default", "hello").await.unwrap();
    let requests = requests.lock().await;
    let lines: Vec<_> = requests.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/namespaces/default/pods?limit=500",
            "GET /api/v1/namespaces/default/pods?limit=500&continue=next",
            "GET /apis/apps/v1/deployments?limit=500",
            "GET /api/v1/namespaces/default/events?limit=500",
            "DELETE /apis/apps/v1/namespaces/default/deployments/hello",
        ]
    );
    assert_eq!(requests[4].1, json!({"propagationPolicy": "Background"}));
}

#[tokio::test]
async fn a_denied_pod_keeps_reason_and_message() {
    let message = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image \
                   gcr.io/p/i denied by Binary Authorization default admission rule. Denied by always_deny admission \
                   rule";
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": "VIOLATES_POLICY", "code": 400});
    let handler = any(move || async move { (StatusCode::BAD_REQUEST, Json(status)) });
    let server = Server::router(Router::new().fallback(handler)).await;
    let error = kubernetes(&server).create("default", &Pod::default()).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.reason.as_str(), refusal.message.as_str()), ("VIOLATES_POLICY", message));
}

#[tokio::test]
async fn names_cannot_lead_elsewhere() {
    let (server, requests) = canned(vec![json!({})]).await;
    let client: Client = server.client();
    for name in ["projects/codelab-2018/attestors/..", "projects/./attestors/a"] {
        let error = client.delete_attestor(&name.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Request { .. }), "{name}: {error:?}");
    }
    client.delete_occurrence("projects/p/occurrences/").await.unwrap_err();
    assert!(requests.lock().await.is_empty());
    client.delete_attestor(&"projects/p/attestors/a?b=%2e%2e#c".parse().unwrap()).await.unwrap();
    assert_eq!(requests.lock().await[0].0, "DELETE /v1/projects/p/attestors/a%3Fb=%252e%252e%23c");
}

#[tokio::test]
async fn the_log_tells_of_every_exchange_without_secrets() {
    let handler = get(|Query(_): Query<Vec<(String, String)>>| async { Json(json!({"projects": []})) });
    let server = Server::router(Router::new().route("/v1/projects", handler)).await;
    let client = server.client();
    client.projects().await.unwrap();
    client.policy(&project()).await.unwrap_err();
    let exchanges = client.exchanges();
    let lines: Vec<_> = exchanges.iter().map(|e| (e.method.as_str(), e.url.as_str(), e.status)).collect();
    assert_eq!(
        lines,
        [
            (
                "GET",
                "https://cloudresourcemanager.googleapis.com/v1/projects?filter=lifecycleState:ACTIVE&pageSize=500",
                Some(200)
            ),
            ("GET", "https://binaryauthorization.googleapis.com/v1/projects/codelab-2018/policy", Some(404)),
        ]
    );
    assert_eq!(exchanges[0].response_bytes, 15);
    assert!(exchanges[1].error.as_ref().unwrap().contains("404"));
    assert!(!format!("{exchanges:?}").contains(super::server::TOKEN));
    assert_eq!(client.exchanges_after(exchanges[0].id).len(), 1);
}
