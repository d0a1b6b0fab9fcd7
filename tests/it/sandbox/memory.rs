//! What hostile requests cost in memory: the sandbox in a process of its own, its largest size before and after.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use countersign::sandbox::{Files, Running};
use futures_util::StreamExt as _;
use futures_util::stream;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// What all of these requests together may make the process grow by, in MiB; `docs/sandbox.md`, "Limits", says it.
const MOST_GROWTH: usize = 512;

/// How many requests are under way at once.
const AT_ONCE: usize = 12;

const PROJECT: &str = "memory-lab";
const NOTES: &str = "/v1/projects/memory-lab/notes";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

/// Every kind of request that has a body. Those of the clusters are JSON by themselves; patches name their type.
const ROUTES: &[(&str, &str, &str)] = &[
    ("POST", "/v1/projects", ""),
    ("POST", "/v1/projects/memory-lab:setIamPolicy", ""),
    ("POST", "/v1/projects/memory-lab:testIamPermissions", ""),
    ("POST", "/v1/projects/memory-lab/services:batchEnable", ""),
    ("PUT", "/v1/projects/memory-lab/policy", ""),
    ("PUT", "/v1beta1/projects/memory-lab/policy", ""),
    ("POST", "/v1/projects/memory-lab/policy:setIamPolicy", ""),
    ("POST", "/v1/projects/memory-lab/attestors?attestorId=a", ""),
    ("PUT", "/v1/projects/memory-lab/attestors/a", ""),
    ("POST", "/v1/projects/memory-lab/attestors/a:validateAttestationOccurrence", ""),
    ("POST", "/v1/projects/memory-lab/platforms/gke/policies?policyId=p", ""),
    ("POST", "/v1/projects/memory-lab/platforms/gke/policies/p:evaluate", ""),
    ("POST", "/v1/projects/memory-lab/notes?noteId=hostile", ""),
    ("PATCH", "/v1/projects/memory-lab/notes/first", ""),
    ("POST", "/v1/projects/memory-lab/notes:batchCreate", ""),
    ("POST", "/v1/projects/memory-lab/occurrences", ""),
    ("POST", "/v1/projects/memory-lab/occurrences:batchCreate", ""),
    ("POST", "/v2/entries:list", ""),
    ("POST", "/v1/projects/memory-lab/locations/global/keyRings?keyRingId=r", ""),
    ("POST", "/v1/projects/memory-lab/locations/global/keyRings/r/cryptoKeys?cryptoKeyId=k", ""),
    ("POST", "/v1/projects/memory-lab/locations/us/repositories?repositoryId=r", ""),
    ("POST", "/v1/projects/memory-lab/locations/us-central1-a/clusters", ""),
    ("POST", "/api/v1/namespaces", "application/json"),
    ("POST", "/api/v1/namespaces/default/pods", "application/json"),
    ("POST", DEPLOYMENTS, "application/json"),
    ("PUT", "/apis/apps/v1/namespaces/default/deployments/web", "application/json"),
    ("PATCH", "/apis/apps/v1/namespaces/default/deployments/web", "application/json-patch+json"),
    ("PATCH", "/apis/apps/v1/namespaces/default/deployments/web", "application/merge-patch+json"),
    ("PATCH", "/apis/apps/v1/namespaces/default/deployments/web", "application/strategic-merge-patch+json"),
    ("PATCH", "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=x", "application/apply-patch+yaml"),
    ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json"),
    ("PUT", "/v2/memory-lab/x/manifests/latest", "application/vnd.oci.image.manifest.v1+json"),
];

/// Bodies that are small on the wire and large in memory, or slow to read.
fn bodies() -> Vec<String> {
    let many = |count: usize| (0..count).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
    vec![
        format!("[{}1]", "1,".repeat(1_500_000)),
        format!("{{{}}}", "'a': {}, ".repeat(300_000)),
        format!("{{{}}}", many(90_000)),
        format!("{{\"{}\":{{{}}}}}", "x".repeat(1_000_000), many(50_000)),
        format!("{{\"metadata\":{}1{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000)),
        format!("{{\"name\":\"{}\"}}", "y".repeat(2_500_000)),
        format!("[{}{{}}]", "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a\"},".repeat(9_000)),
        format!(
            "[{{\"op\":\"add\",\"path\":\"/l\",\"value\":[{}1]}}{}]",
            "1,".repeat(90_000),
            ",{\"op\":\"copy\",\"from\":\"/l\",\"path\":\"/m\"}".repeat(15)
        ),
    ]
}

/// The failures that API servers answer with 500: those of etcd, and of a webhook that does not answer.
fn is_known(answer: &Value) -> bool {
    let message = answer["message"].as_str().unwrap_or_default();
    message.starts_with("etcdserver: ") || message.contains("failed calling webhook")
}

struct Server {
    child: Child,
    _dir: tempfile::TempDir,
    base: String,
    token: String,
    client: Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("countersign"))
            .args(["sandbox", "serve"])
            .env("COUNTERSIGN_DATA_DIR", dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        let sandbox = dir.path().join("sandbox");
        let port = Running::find(&sandbox).unwrap().expect("a sandbox is running").port;
        let authority = reqwest::Certificate::from_pem(&std::fs::read(sandbox.join("ca.pem")).unwrap()).unwrap();
        let client = Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
        let token = Files::new(&sandbox).read_token().unwrap().expose().to_owned();
        Self { child, _dir: dir, base: format!("https://127.0.0.1:{port}"), token, client }
    }

    /// The largest that the process has been, in MiB.
    fn peak(&self) -> usize {
        let path = PathBuf::from(format!("/proc/{}/status", self.child.id()));
        let status = std::fs::read_to_string(path).expect("the process lives");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
    }

    async fn send(&self, method: &str, path: &str, content_type: &str, body: String) -> (u16, Value) {
        let method: Method = method.parse().unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let answer = request.body(body).send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn make(&self, path: &str, body: Value) {
        let (status, answer) = self.send("POST", path, "application/json", body.to_string()).await;
        assert!(status < 300, "{path}: {status} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_to_all_routes_cost_a_bounded_amount_of_memory() {
    let server = Server::start();
    server.make("/v1/projects", json!({ "projectId": PROJECT })).await;
    let services = ["container", "binaryauthorization", "containeranalysis", "cloudkms", "artifactregistry", "logging"];
    let services: Vec<String> = services.iter().map(|service| format!("{service}.googleapis.com")).collect();
    server.make(&format!("/v1/projects/{PROJECT}/services:batchEnable"), json!({ "serviceIds": services })).await;
    let cluster = json!({ "cluster": { "name": "c", "initialNodeCount": 1 } });
    server.make(&format!("/v1/projects/{PROJECT}/locations/us-central1-a/clusters"), cluster).await;
    let note = json!({ "attestation": { "hint": { "humanReadableName": "x" } } });
    server.make(&format!("{NOTES}?noteId=first"), note).await;
    let container = json!({ "name": "c", "image": "us.gcr.io/memory-lab/none" });
    let template = json!({ "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [container] } });
    let spec = json!({ "replicas": 0, "selector": { "matchLabels": { "app": "web" } }, "template": template });
    let web = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" }, "spec": spec });
    server.make(DEPLOYMENTS, web).await;
    let before = server.peak();

    let requests = bodies().into_iter().flat_map(|body| ROUTES.iter().map(move |route| (route, body.clone())));
    let answers = stream::iter(requests).map(|(&(method, path, content_type), body)| {
        let server = &server;
        async move {
            let (status, answer) = server.send(method, path, content_type, body).await;
            assert!(status != 408 && (status < 500 || is_known(&answer)), "{method} {path}: {status} {answer}");
        }
    });
    answers.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;

    // Lists of what is large: a thousand were asked for.
    let large = |n: usize| {
        let note = json!({ "shortDescription": "x".repeat(3_900_000), "attestation": {} });
        (format!("{NOTES}?noteId=large-{n}"), note)
    };
    for (path, note) in (0..15).map(large) {
        server.make(&path, note).await;
    }
    let list = format!("{NOTES}?pageSize=1000");
    let lists = (0..AT_ONCE).map(|_| server.send("GET", &list, "", String::new()));
    for (status, answer) in futures_util::future::join_all(lists).await {
        assert_eq!(status, 200);
        assert!(answer["notes"].as_array().unwrap().len() < 15, "a page ends where it has become large");
        assert!(answer["nextPageToken"].is_string());
    }
    let grown = server.peak() - before;
    assert!(grown < MOST_GROWTH, "the process grew by {grown} MiB");
}
