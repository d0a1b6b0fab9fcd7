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
    let namespace = Some(field("namespace")).filter(|n| !n.is_empty());
    let times =
        ["/lastTimestamp", "/series/lastObservedTime", "/deprecatedLastTimestamp", "/eventTime", "/firstTimestamp"];
    let subject = Subject {
        namespace: namespace.unwrap_or_else(|| text(event, "/metadata/namespace").into_owned()),
        object: format!("{kind}/{}", field("name")),
        pod: if kind == "pod" { field("name") } else { String::new() },
        time: times.iter().map(|at| text(event, at).into_owned()).find(|time| !time.is_empty()).unwrap_or_default(),
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
    let name = text(value, "/metadata/name");
    let is_object = !kind.is_empty() && !name.is_empty();
    let subject = Subject {
        namespace: text(value, "/metadata/namespace").into_owned(),
        object: if is_object { format!("{kind}/{name}") } else { String::new() },
        pod: if kind == "pod" { name.into_owned() } else { String::new() },
        ..Subject::default()
    };
    let mut texts = Vec::new();
    strings(value, &mut texts);
    let told = texts.into_iter().flat_map(|text| message(text, &subject)).filter(|case| !is_vague(case)).collect();
    let mut cases = merge_refusals(told);
    for case in &mut cases {
        case.times = 1;
    }
    cases
}

/// Every text in a value that could be a message. `serde_json` bounds how deep a value is.
fn strings<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if text.len() >= SHORTEST => texts.push(text),
        Value::Array(list) => list.iter().for_each(|value| strings(value, texts)),
        Value::Object(map) => map.values().for_each(|value| strings(value, texts)),
        _ => {}
    }
}
