//! Binary Authorization in the clusters, over the sandbox's whole wire: policy, attestations and
//! cluster as a client makes them, and the pods that follow from them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use countersign::codelab::image;
use countersign::domain::image::Digest;
use countersign::sandbox::Sandbox;
use countersign::sandbox::state::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{deployment, pod};
use crate::support::lab::{BA, CA, Lab, PROJECT};
use crate::support::signer::Signer;

const REPOSITORY: &str = "us.gcr.io/binauthz-lab/hello-world";
const NOTE: &str = "my-attestor-note";
const ATTESTOR: &str = "projects/binauthz-lab/attestors/my-binauthz-attestor";
const WEBHOOK: &str = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: ";
const ZONE: &str = "https://container.googleapis.com/v1/projects/binauthz-lab/locations/us-central1-a";

const LOG: &str = "https://logging.googleapis.com/v2/entries:list";

/// A sandbox with a cluster that enforces, and the codelab's image in its registry.
struct Codelab {
    lab: Lab,
    now: Arc<AtomicI64>,
    /// `https://` and the cluster's own name.
    server: String,
    digest: Digest,
}

impl Codelab {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_750_420_800_000));
        let read = Arc::clone(&now);
        let clock = Clock::from_fn(move || jiff::Timestamp::from_millisecond(read.load(Ordering::Relaxed)).unwrap());
        let sandbox = Sandbox::start_with_clock(&dir.path().join("sandbox"), None, clock).await.unwrap();
        let lab = Lab::over(sandbox, dir);
        lab.make_project().await;
        let mut codelab = Self { lab, now, server: String::new(), digest: image::build().unwrap().digest().clone() };
        codelab.make_cluster().await;
        codelab.push().await;
        codelab
    }

    async fn make_cluster(&mut self) {
        let enforced = json!({ "evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE" });
        let cluster = json!({ "name": "binauthz-codelab", "initialNodeCount": 3, "binaryAuthorization": enforced });
        self.lab.ok(Method::POST, &format!("{ZONE}/clusters"), json!({ "cluster": cluster })).await;
        self.pass(Duration::from_secs(60));
        let made = self.lab.get(&format!("{ZONE}/clusters/binauthz-codelab")).await;
        let endpoint = &made["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"];
        self.server = format!("https://{}", endpoint.as_str().unwrap());
    }

    async fn push(&self) {
        let image = image::build().unwrap();
        let repository = format!("https://us.gcr.io/v2/{PROJECT}/hello-world");
        for blob in image.blobs() {
            let url = format!("{repository}/blobs/uploads/?digest={}", blob.digest);
            let request = self.lab.request(Method::POST, &url).body(blob.bytes.clone());
            assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED);
        }
        let request = self.lab.request(Method::PUT, &format!("{repository}/manifests/latest"));
        let request = request.header("content-type", image::Image::MANIFEST_TYPE).body(image.manifest.bytes.clone());
        assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED);
    }

    fn pass(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// The image as it is deployed.
    fn image(&self) -> String {
        format!("{REPOSITORY}@{}", self.digest)
    }

    async fn set_policy(&self, rule: Value) {
        let policy = json!({ "globalPolicyEvaluationMode": "ENABLE", "defaultAdmissionRule": rule });
        self.lab.ok(Method::PUT, &format!("{BA}/v1/projects/{PROJECT}/policy"), policy).await;
    }

    async fn deny_all(&self) {
        self.set_policy(rule("ALWAYS_DENY", "ENFORCED_BLOCK_AND_AUDIT_LOG")).await;
    }

    async fn kubectl(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let (status, answer) = self.lab.send(method, &format!("{}{path}", self.server), body).await;
        (status.as_u16(), answer)
    }

    async fn run(&self, pod: &Value) -> (u16, Value) {
        self.kubectl(Method::POST, super::PODS, pod.clone()).await
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let (_, list) = self.kubectl(Method::GET, path, Value::Null).await;
        list["items"].as_array().unwrap().clone()
    }

    /// The entries that admission left in the audit log, oldest first, as Cloud Logging lists them.
    async fn audit_log(&self) -> Vec<Value> {
        let answer = self.log_page(json!({ "orderBy": "timestamp asc" })).await;
        answer["entries"].as_array().cloned().unwrap_or_default()
    }

    /// One page of the project's log.
    async fn log_page(&self, mut request: Value) -> Value {
        request["resourceNames"] = json!([format!("projects/{PROJECT}")]);
        self.lab.ok(Method::POST, LOG, request).await
    }
}

fn rule(evaluation: &str, enforcement: &str) -> Value {
    json!({ "evaluationMode": evaluation, "enforcementMode": enforcement })
}

#[tokio::test]
async fn a_bare_pod_is_refused_at_once_and_leaves_no_event() {
    let codelab = Codelab::start().await;
    codelab.deny_all().await;
    let (code, status) = codelab.run(&pod("hello-world", REPOSITORY)).await;
    assert_eq!((code, &status["reason"]), (400, &json!("VIOLATES_POLICY")));
    let message = format!(
        "{WEBHOOK}Image {REPOSITORY} denied by Binary Authorization default admission rule. \
         Denied by always_deny admission rule"
    );
    assert_eq!(status["message"], message);
    assert!(codelab.items(super::PODS).await.is_empty());
    assert!(codelab.items(super::EVENTS).await.is_empty());

    let log = codelab.audit_log().await;
    assert_eq!(log.len(), 1);
    let payload = &log[0]["protoPayload"];
    assert_eq!(payload["methodName"], "io.k8s.core.v1.pods.create");
    assert_eq!(payload["resourceName"], "core/v1/namespaces/default/pods/hello-world");
    assert_eq!(payload["response"]["code"], 400);
    assert_eq!(
        payload["response"]["details"]["causes"],
        json!([{ "reason": format!("'{REPOSITORY}' : Denied by an ALWAYS_DENY admission rule\n") }])
    );
    // Only tried, it is refused alike, and nothing is logged.
    let path = format!("{}?dryRun=All", super::PODS);
    assert_eq!(codelab.kubectl(Method::POST, &path, pod("x", REPOSITORY)).await.0, 400);
    assert_eq!(codelab.audit_log().await.len(), 1);
}

#[tokio::test]
async fn a_deployment_is_accepted_and_its_pods_are_refused_again_and_again() {
    let codelab = Codelab::start().await;
    codelab.deny_all().await;
    let (code, _) = codelab.kubectl(Method::POST, super::DEPLOYMENTS, deployment("hello", REPOSITORY, 3)).await;
    assert_eq!(code, 201);
    assert!(codelab.items(super::PODS).await.is_empty());
    let failed = async || {
        let events = codelab.items(super::EVENTS).await;
        events.into_iter().find(|event| event["reason"] == "FailedCreate").unwrap()
    };
    let first = failed().await;
    let denial = format!(
        "{WEBHOOK}Image {REPOSITORY} denied by Binary Authorization default admission rule. \
         Denied by always_deny admission rule"
    );
    assert_eq!(first["message"], format!("Error creating: {denial}"));
    assert_eq!((&first["type"], &first["count"]), (&json!("Warning"), &json!(1)));
    assert_eq!(first["involvedObject"]["kind"], "ReplicaSet");
    assert_eq!(first["source"]["component"], "replicaset-controller");

    // 5 ms, 10 ms, 20 ms, …: nothing happens before, and one attempt is made after.
    let mut delay = 5;
    for count in 2..8 {
        codelab.pass(Duration::from_millis(delay - 1));
        assert_eq!(failed().await["count"], count - 1);
        codelab.pass(Duration::from_millis(1));
        assert_eq!(failed().await["count"], count);
        delay *= 2;
    }
    codelab.pass(Duration::from_secs(2));
    let last = failed().await;
    assert_eq!(last["firstTimestamp"], first["firstTimestamp"]);
    assert_ne!(last["lastTimestamp"], first["lastTimestamp"]);

    let sets = codelab.items(super::REPLICA_SETS).await;
    let condition = &sets[0]["status"]["conditions"][0];
    assert_eq!((&condition["type"], &condition["reason"]), (&json!("ReplicaFailure"), &json!("FailedCreate")));
    assert_eq!(condition["message"], denial);
    let deployments = codelab.items(super::DEPLOYMENTS).await;
    let conditions: Vec<_> =
        deployments[0]["status"]["conditions"].as_array().unwrap().iter().map(|c| &c["type"]).collect();
    assert_eq!(json!(conditions), json!(["Available", "Progressing", "ReplicaFailure"]));
    assert_eq!(deployments[0]["status"]["unavailableReplicas"], 3);

    // Once the policy lets it, the next attempt makes the pods.
    codelab.set_policy(rule("ALWAYS_ALLOW", "ENFORCED_BLOCK_AND_AUDIT_LOG")).await;
    codelab.pass(Duration::from_secs(1000));
    assert_eq!(codelab.items(super::PODS).await.len(), 3);
    let sets = codelab.items(super::REPLICA_SETS).await;
    assert!(sets[0]["status"]["conditions"].is_null());
}

/// The end of the codelab: signed, granted, and run.
#[tokio::test]
async fn an_attested_image_runs_once_the_grant_is_there() {
    let codelab = Codelab::start().await;
    let signer = Signer::new();
    let notes = format!("{CA}/v1/projects/{PROJECT}/notes");
    let lab = &codelab.lab;
    let note = json!({ "attestation": { "hint": { "humanReadableName": "x" } } });
    lab.ok(Method::POST, &format!("{notes}?noteId={NOTE}"), note).await;
    let note_name = format!("projects/{PROJECT}/notes/{NOTE}");
    let key = json!({ "asciiArmoredPgpPublicKey": signer.armor() });
    let attestor = json!({ "userOwnedGrafeasNote": { "noteReference": note_name, "publicKeys": [key] } });
    let url = format!("{BA}/v1/projects/{PROJECT}/attestors?attestorId=my-binauthz-attestor");
    let attestor = lab.ok(Method::POST, &url, attestor).await;
    let mut wanted = rule("REQUIRE_ATTESTATION", "ENFORCED_BLOCK_AND_AUDIT_LOG");
    wanted["requireAttestationsBy"] = json!([ATTESTOR]);
    codelab.set_policy(wanted).await;

    let image = codelab.image();
    let reason = "No attestations found that were valid and signed by a key trusted by the attestor";
    let denial = format!(
        "{WEBHOOK}Image {image} denied by Binary Authorization default admission rule. \
         Image {image} denied by attestor {ATTESTOR}: {reason}"
    );
    assert_eq!(codelab.run(&pod("signed", &image)).await.1["message"], denial);
    let occurrence = json!({ "resourceUri": format!("https://{image}"), "noteName": note_name,
        "attestation": signer.attestation(&image) });
    lab.ok(Method::POST, &format!("{CA}/v1/projects/{PROJECT}/occurrences"), occurrence).await;
    assert_eq!(codelab.run(&pod("signed", &image)).await.1["message"], denial, "before the grant");

    let account = attestor["userOwnedGrafeasNote"]["delegationServiceAccountEmail"].as_str().unwrap();
    let binding = json!({ "role": "roles/containeranalysis.notes.occurrences.viewer",
        "members": [format!("serviceAccount:{account}")] });
    let url = format!("{notes}/{NOTE}:setIamPolicy");
    lab.ok(Method::POST, &url, json!({ "policy": { "bindings": [binding] } })).await;
    assert_eq!(codelab.run(&pod("signed", &image)).await.0, 201);
    assert_eq!(codelab.items(super::PODS).await[0]["status"]["phase"], "Running");

    let (_, by_tag) = codelab.run(&pod("by-tag", REPOSITORY)).await;
    assert!(
        by_tag["message"]
            .as_str()
            .unwrap()
            .ends_with("Expected digest with sha256 scheme, but got tag or malformed digest")
    );
    // The image of a pod that runs is looked at again when it changes.
    let patch = json!({ "spec": { "containers": [{ "name": "signed", "image": REPOSITORY }] } });
    let request = lab.request(Method::PATCH, &format!("{}{}/signed", codelab.server, super::PODS));
    let request = request.header("content-type", "application/strategic-merge-patch+json").body(patch.to_string());
    assert_eq!(request.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let methods: Vec<_> =
        codelab.audit_log().await.iter().map(|entry| entry["protoPayload"]["methodName"].clone()).collect();
    assert_eq!(methods.last().unwrap(), "io.k8s.core.v1.pods.update");
}

#[tokio::test]
async fn a_rolling_update_to_a_refused_image_keeps_the_old_pods() {
    let codelab = Codelab::start().await;
    codelab.kubectl(Method::POST, super::DEPLOYMENTS, deployment("web", &codelab.image(), 2)).await;
    assert_eq!(codelab.items(super::PODS).await.len(), 2);
    codelab.deny_all().await;
    assert_eq!(codelab.items(super::PODS).await.len(), 2, "pods that run stay");
    let mut changed = codelab.items(super::DEPLOYMENTS).await[0].clone();
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = REPOSITORY.into();
    let path = format!("{}/web", super::DEPLOYMENTS);
    assert_eq!(codelab.kubectl(Method::PUT, &path, changed).await.0, 200);
    let pods = codelab.items(super::PODS).await;
    assert_eq!(pods.len(), 2);
    assert!(pods.iter().all(|pod| pod["spec"]["containers"][0]["image"] == codelab.image()));
    assert_eq!(codelab.items(super::REPLICA_SETS).await.len(), 2);
}

#[tokio::test]
async fn what_is_overridden_is_logged() {
    let codelab = Codelab::start().await;
    codelab.deny_all().await;
    let mut broken = pod("broken", REPOSITORY);
    broken["metadata"]["labels"]["image-policy.k8s.io/break-glass"] = "true".into();
    assert_eq!(codelab.run(&broken).await.0, 201);
    codelab.set_policy(rule("ALWAYS_DENY", "DRYRUN_AUDIT_LOG_ONLY")).await;
    assert_eq!(codelab.run(&pod("dry", REPOSITORY)).await.0, 201);
    codelab.set_policy(rule("ALWAYS_ALLOW", "ENFORCED_BLOCK_AND_AUDIT_LOG")).await;
    assert_eq!(codelab.run(&pod("plain", REPOSITORY)).await.0, 201);
    broken["metadata"]["name"] = "needless".into();
    assert_eq!(codelab.run(&broken).await.0, 201);

    let labels: Vec<_> = codelab.audit_log().await.iter().map(|entry| entry["labels"].clone()).collect();
    let result = format!("'{REPOSITORY}' : Denied by an ALWAYS_DENY admission rule\n");
    let prefix = "imagepolicywebhook.image-policy.k8s.io";
    let with = |mark: &str, overridden: bool| {
        let mut labels = json!({ format!("{prefix}/{mark}"): "true" });
        if overridden {
            labels[format!("{prefix}/overridden-verification-result")] = result.clone().into();
        }
        labels
    };
    assert_eq!(labels, [with("break-glass", true), with("dry-run", true), with("break-glass", false)]);
}

/// What `gcloud logging read` asks for, with the documentation's filters.
#[tokio::test]
async fn the_log_is_listed_as_it_is_asked_for() {
    let codelab = Codelab::start().await;
    codelab.deny_all().await;
    for name in ["one", "two", "three"] {
        codelab.pass(Duration::from_secs(60));
        assert_eq!(codelab.run(&pod(name, REPOSITORY)).await.0, 400);
    }
    codelab.set_policy(rule("ALWAYS_DENY", "DRYRUN_AUDIT_LOG_ONLY")).await;
    assert_eq!(codelab.run(&pod("dry", REPOSITORY)).await.0, 201);
    let names = |answer: &Value| -> Vec<String> {
        let entries = answer["entries"].as_array().cloned().unwrap_or_default();
        entries.iter().map(|e| e["protoPayload"]["request"]["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let denied = "resource.type=\"k8s_cluster\"\nprotoPayload.response.reason=\"VIOLATES_POLICY\"";
    let page = json!({ "filter": denied, "orderBy": "timestamp desc", "pageSize": 2 });
    let first = codelab.log_page(page.clone()).await;
    assert_eq!(names(&first), ["three", "two"]);
    let mut next = page;
    next["pageToken"] = first["nextPageToken"].clone();
    let last = codelab.log_page(next).await;
    assert_eq!(names(&last), ["one"]);
    assert!(last["nextPageToken"].is_null());
    let dry = "labels.\"imagepolicywebhook.image-policy.k8s.io/dry-run\"=\"true\"";
    assert_eq!(names(&codelab.log_page(json!({ "filter": dry })).await), ["dry"]);
    let since = format!("timestamp>=\"{}\"", first["entries"][1]["timestamp"].as_str().unwrap());
    assert_eq!(names(&codelab.log_page(json!({ "filter": since })).await), ["two", "three", "dry"]);
    let entry = &first["entries"][0];
    assert_eq!((entry["insertId"].is_string(), &entry["receiveTimestamp"]), (true, &entry["timestamp"]));
    let logs = codelab.lab.get(&format!("https://logging.googleapis.com/v2/projects/{PROJECT}/logs")).await;
    assert_eq!(logs["logNames"], json!([entry["logName"]]));

    for (wrong, status) in [
        (json!({ "resourceNames": [format!("projects/{PROJECT}")], "filter": "a=" }), 400),
        (json!({ "resourceNames": [format!("projects/{PROJECT}")], "orderBy": "severity" }), 400),
        (json!({ "resourceNames": ["organizations/1"] }), 400),
        (json!({ "resourceNames": ["projects/somebody-elses"] }), 403),
        (json!({}), 400),
    ] {
        let (code, answer) = codelab.lab.send(Method::POST, LOG, wrong.clone()).await;
        assert_eq!(code.as_u16(), status, "{wrong} {answer}");
    }
}

#[tokio::test]
async fn without_enforcement_everything_runs() {
    let codelab = Codelab::start().await;
    codelab.deny_all().await;
    let update = json!({ "update": { "desiredBinaryAuthorization": { "evaluationMode": "DISABLED" } } });
    codelab.lab.ok(Method::PUT, &format!("{ZONE}/clusters/binauthz-codelab"), update).await;
    let mut broken = pod("broken", REPOSITORY);
    broken["metadata"]["labels"]["image-policy.k8s.io/break-glass"] = "true".into();
    assert_eq!(codelab.run(&broken).await.0, 201);
    assert!(codelab.audit_log().await.is_empty());
}

#[tokio::test]
async fn a_deleted_cluster_is_gone_with_its_pods() {
    let codelab = Codelab::start().await;
    assert_eq!(codelab.run(&pod("p", REPOSITORY)).await.0, 201);
    codelab.lab.ok(Method::DELETE, &format!("{ZONE}/clusters/binauthz-codelab"), Value::Null).await;
    assert_eq!(codelab.kubectl(Method::GET, super::PODS, Value::Null).await.0, 404);
    let mut again = codelab;
    again.make_cluster().await;
    assert!(again.items(super::PODS).await.is_empty());
}
