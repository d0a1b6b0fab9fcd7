//! Kubernetes events, and objects whose conditions tell why they have no pods.

use serde_json::Value;

use super::field::{message, text};
use super::messages::{is_cloud_run, messages, of_pods};
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
        location: if is_of_cloud_run {
            text(value, "/metadata/labels/cloud.googleapis.com~1location").into_owned()
        } else {
            String::new()
        },
        images: if is_of_cloud_run { super::run::images(value) } else { Vec::new() },
        ..Subject::default()
    };
    let mut told = Vec::new();
    messages(value, &subject, &mut told);
    told.retain(|case| !is_vague(case));
    if is_of_cloud_run {
        told.retain(Refusal::is_explained);
        if told.is_empty() {
            told.extend(super::run::by_reason(value, &subject));
        }
    }
    drop_repeated(&mut told, &subject.object);
    let mut cases = merge_refusals(told);
    for case in &mut cases {
        case.times = 1;
    }
    cases
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
