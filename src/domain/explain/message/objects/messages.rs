//! The messages in an object, each about the innermost object that it stands beside.

use serde_json::Value;

use super::field::{SHORTEST, message, text};
use crate::explain::message::{Refusal, Subject};

/// The refusals in every text of a value, each about the innermost object that it stands beside. `serde_json` bounds
/// how deep a value is.
pub(super) fn messages(value: &Value, subject: &Subject, told: &mut Vec<Refusal>) {
    match value {
        Value::String(text) if text.len() >= SHORTEST => told.extend(message(text, subject)),
        Value::Array(list) => list.iter().for_each(|value| messages(value, subject, told)),
        Value::Object(map) => {
            let beside = beside(value).map(|(kind, name, namespace)| Subject {
                namespace,
                object: format!("{kind}/{name}"),
                pod: if kind == "pod" { name } else { String::new() },
                ..subject.clone()
            });
            let subject = beside.as_ref().unwrap_or(subject);
            map.values().for_each(|value| messages(value, subject, told));
        }
        _ => {}
    }
}

/// Kind and name of the object that a text beside them is about, and the namespace of its pods: as Argo CD lists what it
/// synchronises, which may be what synchronises other objects in turn.
fn beside(value: &Value) -> Option<(String, String, String)> {
    let [kind, name, namespace] =
        ["/kind", "/name", "/namespace"].map(|field| Some(text(value, field)).filter(|text| !text.is_empty()));
    // As controllers log what they work on.
    let kind = kind.or_else(|| Some(text(value, "/controllerKind")).filter(|text| !text.is_empty()));
    let (kind, namespace) = (kind?.to_lowercase(), namespace?.into_owned());
    let api_version = match text(value, "/apiVersion") {
        version if version.is_empty() => format!("{}/", text(value, "/group")),
        version => version.into_owned(),
    };
    let namespace = of_pods(&kind, &api_version, namespace);
    Some((kind, name?.into_owned(), namespace))
}

/// Kinds whose pods are in their own namespace. What deploys other objects (an Argo CD `Application`, a
/// `Kustomization` of Flux, a `RootSync` of Config Sync) is in a namespace of its own.
const WORKLOADS: [&str; 11] = [
    "pod",
    "replicaset",
    "deployment",
    "statefulset",
    "daemonset",
    "job",
    "cronjob",
    "replicationcontroller",
    "podtemplate",
    "rollout",
    "rayjob",
];

/// Whether the pods of an object of this kind, in lower case, are in its namespace.
pub fn is_workload(kind: &str) -> bool {
    WORKLOADS.contains(&kind)
}

/// The namespace of an object, if that of its pods is the same. Cloud Run's objects have their project there.
pub(super) fn of_pods(kind: &str, api_version: &str, namespace: String) -> String {
    let is_of_pods = is_workload(kind) || is_knative(api_version);
    if is_of_pods && !is_cloud_run(api_version, &namespace) { namespace } else { String::new() }
}

/// Cloud Run has the interface of Knative, with the number of its project as the namespace; Knative itself runs in a
/// cluster, where no namespace is a number.
pub(super) fn is_cloud_run(api_version: &str, namespace: &str) -> bool {
    let is_number = !namespace.is_empty() && namespace.bytes().all(|byte| byte.is_ascii_digit());
    api_version.starts_with("run.googleapis.com/") || is_knative(api_version) && is_number
}

fn is_knative(api_version: &str) -> bool {
    api_version.starts_with("serving.knative.dev/")
}
