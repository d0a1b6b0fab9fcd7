//! Kubernetes events, and objects whose conditions tell why they have no pods.

use serde_json::Value;

use super::field::{SHORTEST, message, text};
use crate::explain::message::assemble::{is_vague, merge_refusals};
use crate::explain::message::{Refusal, Subject};

/// An `Event` of `v1` or `events.k8s.io/v1`.
pub(super) fn event(event: &Value) -> Vec<Refusal> {
    let about = if event.get("regarding").is_some() { "/regarding" } else { "/involvedObject" };
    let field = |name: &str| text(event, &format!("{about}/{name}")).into_owned();
    let kind = field("kind").to_lowercase();
    let namespace = Some(field("namespace"))
        .filter(|n| !n.is_empty())
        .unwrap_or_else(|| text(event, "/metadata/namespace").into_owned());
    let times =
        ["/lastTimestamp", "/series/lastObservedTime", "/deprecatedLastTimestamp", "/eventTime", "/firstTimestamp"];
    let first = ["/firstTimestamp", "/deprecatedFirstTimestamp", "/eventTime"];
    let subject = Subject {
        namespace: of_pods(&kind, &field("apiVersion"), namespace),
        object: format!("{kind}/{}", field("name")),
        pod: if kind == "pod" { field("name") } else { String::new() },
        time: times.iter().map(|at| text(event, at).into_owned()).find(|time| !time.is_empty()).unwrap_or_default(),
        first_time: first
            .iter()
            .map(|at| text(event, at).into_owned())
            .find(|time| !time.is_empty())
            .unwrap_or_default(),
        ..Subject::default()
    };
    let told =
        [text(event, "/message"), text(event, "/note")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let counts = ["/count", "/series/count", "/deprecatedCount"];
    let count = counts.iter().find_map(|at| event.pointer(at)?.as_u64()).unwrap_or(1);
    let mut cases = message(&told, &subject);
    for case in &mut cases {
        case.times = usize::try_from(count).unwrap_or(usize::MAX).max(1);
        if !case.carriers.contains(&"a controller's event") {
            case.carriers.insert(0, "an event");
        }
    }
    cases
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
fn of_pods(kind: &str, api_version: &str, namespace: String) -> String {
    let is_of_pods = is_workload(kind) || is_knative(api_version);
    if is_of_pods && !is_cloud_run(api_version, &namespace) { namespace } else { String::new() }
}

/// Cloud Run has the interface of Knative, with the number of its project as the namespace; Knative itself runs in a
/// cluster, where no namespace is a number.
fn is_cloud_run(api_version: &str, namespace: &str) -> bool {
    let is_number = !namespace.is_empty() && namespace.bytes().all(|byte| byte.is_ascii_digit());
    api_version.starts_with("run.googleapis.com/") || is_knative(api_version) && is_number
}

fn is_knative(api_version: &str) -> bool {
    api_version.starts_with("serving.knative.dev/")
}

/// Any other object: whatever in it is a message. One that is told several times is one.
pub(super) fn object(value: &Value) -> Vec<Refusal> {
    let kind = text(value, "/kind").to_lowercase();
    let (name, namespace) = (text(value, "/metadata/name"), text(value, "/metadata/namespace"));
    let api_version = text(value, "/apiVersion");
    let is_object = !kind.is_empty() && !name.is_empty();
    let is_of_cloud_run = is_cloud_run(&api_version, &namespace);
    let subject = Subject {
        namespace: of_pods(&kind, &api_version, namespace.clone().into_owned()),
        project: if is_of_cloud_run { namespace.into_owned() } else { String::new() },
        service: if is_of_cloud_run && kind == "service" { name.clone().into_owned() } else { String::new() },
        object: if is_object { format!("{kind}/{name}") } else { String::new() },
        pod: if kind == "pod" { name.into_owned() } else { String::new() },
        ..Subject::default()
    };
    let mut told = Vec::new();
    messages(value, &subject, &mut told);
    told.retain(|case| !is_vague(case));
    drop_repeated(&mut told, &subject.object);
    let mut cases = merge_refusals(told);
    for case in &mut cases {
        case.times = 1;
    }
    cases
}

/// The refusals in every text of a value, each about the innermost object that it stands beside. `serde_json` bounds
/// how deep a value is.
fn messages(value: &Value, subject: &Subject, told: &mut Vec<Refusal>) {
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
    let (kind, namespace) = (kind?.to_lowercase(), namespace?.into_owned());
    let api_version = match text(value, "/apiVersion") {
        version if version.is_empty() => format!("{}/", text(value, "/group")),
        version => version.into_owned(),
    };
    let namespace = of_pods(&kind, &api_version, namespace);
    Some((kind, name?.into_owned(), namespace))
}

/// A message that is told again for the whole says no more than where it says which object it is about.
fn drop_repeated(told: &mut Vec<Refusal>, whole: &str) {
    let is_placed = |case: &Refusal| !case.subject.namespace.is_empty() || case.subject.object != whole;
    let placed: Vec<Refusal> = told.iter().filter(|case| is_placed(case)).cloned().collect();
    told.retain(|case| {
        let is_same = |other: &Refusal| other.rule == case.rule && other.findings == case.findings;
        is_placed(case) || !placed.iter().any(is_same)
    });
}
