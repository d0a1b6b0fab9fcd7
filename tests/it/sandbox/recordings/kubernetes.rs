//! What kubectl sends to the API server, at a cluster that enforces with the codelab's image in the registry.
//!
//! Left out are recordings of servers that the sandbox is not: without `/openapi`, protobuf or tables, of
//! other refusals than those of today's GKE; and the watch, which lasts as long as the client likes.

use reqwest::Method;
use serde_json::json;

use super::{Exceptions, Fresh, replay};
use crate::support::lab::{GKE, Lab, PROJECT};

const FILE: &str = include_str!("kubernetes.json");

/// Where the sandbox answers something else than the recorder's stand-in for the API server did.
/// Recording, place, and why.
const EXCEPTIONS: Exceptions = &[
    ("*", "/status*", "controllers write the status afterwards, and the image of the digest abab… is in no registry"),
    ("*", "/spec/nodeName", "the scheduler assigns a pod afterwards, and to the sandbox's node"),
    ("*", "/goVersion", "the sandbox is no Go program"),
    ("*", "/gitCommit", "the sandbox is no Go program"),
    ("*", "/compiler", "the sandbox is no Go program"),
    ("*", "/buildDate", "of this version of GKE"),
    ("*", "/items/0/versions/0/resources/4", "of nodes there is nothing to show: they are no machines"),
    ("kubectl-get-ns-cold-legacy", "/resources/6", "of nodes there is nothing to show: they are no machines"),
    ("kubectl-1.2*", "/apiVersion", "these clients ask for v2beta1, and accept what the stand-in answered"),
    ("kubectl-logs-501", "status", "a container without logs is 400, and kubectl says the same of both"),
    ("kubectl-logs", "/message", "the sandbox executes nothing, and says so"),
    ("kubectl-apply-server-side", "status", "the image is another manager's, which the stand-in did not look at"),
    ("kubectl-apply-server-side", "/spec/template/spec/containers/0/image", "so it is still the other manager's"),
    ("kubectl-get-ns-cold-legacy", "/resources/2/kind", "a scale is of the kind Scale"),
    ("*", "/items/0/versions/0/resources/0/subresources/1/responseKind/kind", "a scale is of the kind Scale"),
    ("*", "/items/0/versions/0/resources/0/subresources/1/responseKind/group", "a scale is of the kind Scale"),
    ("kubectl-apply-change", "/metadata/generation", "the spec is another one"),
    ("kubectl-apply-*", "/spec/template/spec/$setElementOrder/containers", "a directive of the patch, no field"),
    ("kubectl-get-event*", "/items*", "the stand-in had fewer events; the conformance run compares what is seen"),
    ("kubectl-delete-event*", "/items*", "the stand-in had fewer events; the conformance run compares what is seen"),
    ("kubectl-get-event*", "/rows*", "the stand-in had fewer events; the conformance run compares what is seen"),
    ("kubectl-describe-*", "/items*", "the stand-in had fewer events; the conformance run compares what is seen"),
    ("kubectl-get-all", "/rows", "a Deployment has a ReplicaSet"),
    ("kubectl-get-all", "/rows/1*", "the name of a Deployment's pod"),
    ("kubectl-get-all", "/kind", "an empty list in the form of a table, as it was asked for"),
    ("kubectl-get-all", "/apiVersion", "an empty list in the form of a table, as it was asked for"),
    ("kubectl-get-all", "/items", "an empty list in the form of a table, as it was asked for"),
];

#[tokio::test]
async fn the_recorded_requests_get_the_recorded_answers() {
    replay((FILE, 60), EXCEPTIONS, fresh).await;
}

async fn fresh() -> Fresh {
    let lab = Lab::with_project().await;
    crate::clients::conformance::images(&lab).await;
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters");
    let enforced = json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"});
    let cluster = json!({"name": "binauthz-codelab", "initialNodeCount": 1, "binaryAuthorization": enforced});
    lab.ok(Method::POST, &clusters, json!({"cluster": cluster})).await;
    let server = crate::clients::conformance::server(&lab).await.unwrap().replace("https://", "");
    (lab, vec![("SERVER", server)])
}
