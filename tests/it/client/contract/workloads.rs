//! A cluster's API server: pods, deployments and events, and admission's words.

use std::time::Duration;

use countersign::client::{Kubernetes, Told, WatchChange};
use countersign::domain::admission::{CompiledPolicy, Enforcement, Outcome, Request, RequestImage, evaluate};
use countersign::domain::image::ImageRef;
use countersign::domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};
use countersign::domain::system_policy::SystemPolicy;
use countersign::signing::openpgp::Verifier;
use countersign::wire::kubernetes::{Deployment, Event, Pod, ReplicaSet, VIOLATES_POLICY};
use serde_json::{Value, json};

use super::clusters::{self, NAME, ZONE};
use super::images::hello_world;
use super::*;
use crate::support::cluster::{NAMESPACE, until};

fn pod(name: &str, image: &ImageRef) -> Pod {
    let spec = json!({"containers": [{"name": name, "image": image.as_str()}]});
    read(json!({"metadata": {"name": name}, "spec": spec}))
}

fn deployment(name: &str, image: &ImageRef) -> Deployment {
    let template = json!({"metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": name, "image": image.as_str()}]}});
    let spec = json!({"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template});
    read(json!({"metadata": {"name": name}, "spec": spec}))
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// A cluster, and an image that was pushed, by its digest.
async fn with_cluster() -> (Lab, Kubernetes, ImageRef) {
    let lab = Lab::with_project().await;
    let cluster = clusters::make(&lab).await;
    let api = lab.client.kubernetes(&cluster).unwrap();
    let image: ImageRef = "gcr.io/codelab-2018/hello-world:latest".parse().unwrap();
    let digest = lab.client.push_image(&image, &hello_world().0, |_| {}).await.unwrap();
    (lab, api, image.with_digest(&digest))
}

async fn enforce(lab: &Lab, mode: EvaluationMode, attestors: &[&str]) {
    let rule = AdmissionRule {
        evaluation_mode: mode,
        require_attestations_by: attestors.iter().map(ToString::to_string).collect(),
        enforcement_mode: EnforcementMode::Enforced,
    };
    lab.client.put_policy(&project(), &Policy::with_default(rule)).await.unwrap();
    let operation = lab.client.set_cluster_enforcement(&project(), ZONE, NAME, Enforcement::On).await.unwrap();
    lab.client.wait_for_cluster(&project(), ZONE, operation, |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_pod_runs_and_is_deleted() {
    let (_lab, api, image) = with_cluster().await;
    assert!(api.version().await.unwrap().starts_with("v1."));
    let namespaces = api.namespaces().await.unwrap();
    assert!(namespaces.iter().any(|namespace| namespace.metadata.name.as_deref() == Some(NAMESPACE)));
    let made: Pod = api.create(NAMESPACE, &pod("hello-world", &image)).await.unwrap();
    assert!(made.metadata.uid.is_some());
    let again = api.create(NAMESPACE, &pod("hello-world", &image)).await.unwrap_err();
    assert!(again.is_conflict() && again.hint().unwrap().contains("another name"), "{again:?}");
    let runs = |pod: &Pod| pod.status.as_ref().is_some_and(|status| status.phase.as_deref() == Some("Running"));
    until(&api, |pods: &[Pod]| pods.iter().any(runs).then_some(())).await.expect("the pod runs");
    assert_eq!(api.list::<Pod>(None).await.unwrap().len(), 1);
    api.delete::<Pod>(NAMESPACE, "hello-world").await.unwrap();
    until(&api, |pods: &[Pod]| pods.is_empty().then_some(())).await.expect("the pod is gone");
    let error = api.get::<Pod>(NAMESPACE, "hello-world").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.refusal().unwrap().message, "pods \"hello-world\" not found");
}

#[tokio::test]
async fn a_refused_pod_is_refused_in_the_clusters_words() {
    let (lab, api, image) = with_cluster().await;
    enforce(&lab, EvaluationMode::AlwaysDeny, &[]).await;
    let error = api.create(NAMESPACE, &pod("hello-world", &image)).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.reason, VIOLATES_POLICY);
    assert_eq!(error.hint(), None, "it is a decision, and no failure");
    assert!(api.list::<Event>(Some(NAMESPACE)).await.unwrap().is_empty(), "a bare pod leaves none");
    assert_eq!(refusal.message, predicted(&lab, &image).await);
}

#[tokio::test]
async fn refusals_are_read_from_the_log_the_newest_first() {
    let (lab, api, image) = with_cluster().await;
    enforce(&lab, EvaluationMode::AlwaysDeny, &[]).await;
    for name in ["a", "b", "c"] {
        api.create(NAMESPACE, &pod(name, &image)).await.unwrap_err();
    }
    let filter = format!("protoPayload.response.reason=\"{VIOLATES_POLICY}\"");
    let read = async |filter: &str, max| {
        let entries = lab.client.log_entries(&project(), filter, max).await.unwrap();
        let name = |entry: &Value| entry["protoPayload"]["request"]["metadata"]["name"].as_str().unwrap().to_owned();
        entries.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(read(&filter, 100).await, ["c", "b", "a"]);
    assert_eq!(read(&filter, 2).await, ["c", "b"]);
    assert!(read("resource.type=\"cloud_run_revision\"", 100).await.is_empty());
    let error = lab.client.log_entries(&project(), "timestamp>=never", 1).await.unwrap_err();
    assert!(error.refusal().unwrap().message.contains("never is no time"), "{error}");
}

#[tokio::test]
async fn what_the_client_finds_out_decides_as_the_cluster_does() {
    let (lab, api, image) = with_cluster().await;
    let note = "projects/codelab-2018/notes/n".parse().unwrap();
    let body = read(json!({"attestation": {"hint": {"humanReadableName": "QA"}}}));
    lab.client.create_note(&note, &body).await.unwrap();
    let attestor = "projects/codelab-2018/attestors/qa";
    let wire: countersign::wire::binary_authorization::Attestor =
        read(json!({"name": attestor, "userOwnedGrafeasNote": {"noteReference": note.to_string()}}));
    lab.client.create_attestor(wire.try_into().unwrap()).await.unwrap();
    enforce(&lab, EvaluationMode::RequireAttestation, &[attestor]).await;
    let mut messages = Vec::new();
    let tagged: ImageRef = "gcr.io/codelab-2018/hello-world:latest".parse().unwrap();
    for image in [&image, &tagged] {
        let error = api.create(NAMESPACE, &pod("hello-world", image)).await.unwrap_err();
        let message = error.refusal().unwrap().message.clone();
        assert_eq!(message, predicted(&lab, image).await);
        messages.push(message);
    }
    lab.client.delete_attestor(&attestor.parse().unwrap()).await.unwrap();
    let error = api.create(NAMESPACE, &pod("hello-world", &image)).await.unwrap_err();
    let message = error.refusal().unwrap().message.clone();
    assert_eq!(message, predicted(&lab, &image).await);
    messages.push(message);
    messages.dedup();
    assert_eq!(messages.len(), 3, "each its own: {messages:?}");
}

/// What the core says of the pod, by the policy and the evidence that the client reads.
async fn predicted(lab: &Lab, image: &ImageRef) -> String {
    let policy = lab.client.policy(&project()).await.unwrap();
    let system = SystemPolicy::Service(lab.client.system_policy("global").await.unwrap());
    let digests: Vec<_> = image.digest().cloned().into_iter().collect();
    let evidence = lab.client.evidence(&[&policy], &digests).await;
    let request = Request {
        cluster: Some(format!("{ZONE}.{NAME}")),
        namespace: NAMESPACE.to_owned(),
        images: vec![RequestImage { image: image.to_string(), container: "hello-world".into(), ..Default::default() }],
        ..Request::default()
    };
    let decision = evaluate(&CompiledPolicy::new(&policy, &system), &request, &evidence, &Verifier::new());
    assert_eq!(decision.outcome, Outcome::Deny);
    decision.message
}

#[tokio::test]
async fn a_deployment_is_taken_and_its_refusal_is_an_event() {
    let (lab, api, image) = with_cluster().await;
    enforce(&lab, EvaluationMode::AlwaysDeny, &[]).await;
    let made: Deployment = api.create(NAMESPACE, &deployment("hello", &image)).await.unwrap();
    assert!(made.metadata.uid.is_some());
    let is_refusal = |event: &&Event| event.reason.as_deref() == Some("FailedCreate");
    let message = until(&api, |events: &[Event]| events.iter().find(is_refusal)?.message.clone()).await;
    let message = message.expect("an event says why");
    assert_eq!(message, format!("Error creating: {}", predicted(&lab, &image).await));
    assert!(api.list::<Pod>(Some(NAMESPACE)).await.unwrap().is_empty());
    assert_eq!(api.list::<ReplicaSet>(Some(NAMESPACE)).await.unwrap().len(), 1);
    api.delete::<Deployment>(NAMESPACE, "hello").await.unwrap();
    until(&api, |left: &[ReplicaSet]| left.is_empty().then_some(())).await.expect("all of it is gone");
}

/// Listens until `wanted` is told.
async fn until_told(follow: &mut countersign::client::Follow<Pod>, wanted: impl Fn(&Told<Pod>) -> bool) {
    let told = async { while !wanted(&follow.next().await) {} };
    tokio::time::timeout(Duration::from_secs(30), told).await.unwrap();
}

#[tokio::test]
async fn what_happens_to_pods_is_told_as_it_happens() {
    let (_lab, api, image) = with_cluster().await;
    let mut follow = api.follow::<Pod>(None);
    assert!(matches!(follow.next().await, Told::All(pods) if pods.is_empty()));
    assert!(matches!(follow.next().await, Told::Live));
    api.create(NAMESPACE, &pod("hello", &image)).await.unwrap();
    let is_hello = |pod: &Pod| pod.metadata.name.as_deref() == Some("hello");
    let phase = |pod: &Pod| pod.status.as_ref().and_then(|status| status.phase.clone());
    until_told(&mut follow, |told| matches!(told, Told::Set(pod) if phase(pod).as_deref() == Some("Running"))).await;
    api.delete::<Pod>(NAMESPACE, "hello").await.unwrap();
    until_told(&mut follow, |told| matches!(told, Told::Gone(pod) if is_hello(pod))).await;
}

#[tokio::test]
async fn a_watch_of_a_version_that_never_was_is_refused() {
    let (_lab, api, image) = with_cluster().await;
    assert_eq!(api.watch::<Pod>(None, "999999").await.unwrap_err().status(), Some(410));
    let version = api.list_with_version::<Pod>(None).await.unwrap().version;
    let mut watch = api.watch::<Pod>(Some(NAMESPACE), &version).await.unwrap();
    api.create(NAMESPACE, &pod("hello", &image)).await.unwrap();
    assert!(matches!(watch.next().await.unwrap(), Some(WatchChange::Set(_))));
    assert_ne!(watch.version(), version);
}
