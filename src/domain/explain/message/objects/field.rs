//! The fields of an object as texts, and the messages in them.

use serde_json::Value;

use crate::explain::message::assemble::prose;
use crate::explain::message::refusal::{Refusal, Subject};

/// A text that is shorter is no message.
pub(super) const SHORTEST: usize = 12;

/// A text in an object; empty where there is none. Numbers and booleans count as texts.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> std::borrow::Cow<'v, str> {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.as_str().into(),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => "".into(),
        Some(other) => other.to_string().into(),
    }
}

/// The texts of a map.
pub(super) fn map(value: &Value, pointer: &str) -> Vec<(String, String)> {
    let entries = value.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), text(value, "").into_owned())).collect()
}

/// The refusals that a text in an object tells, about this subject.
pub(super) fn message(message: &str, subject: &Subject) -> Vec<Refusal> {
    if message.len() < SHORTEST {
        return Vec::new();
    }
    let mut cases = prose(message).cases;
    for case in &mut cases {
        fill(&mut case.subject, subject);
    }
    cases
}

/// Takes what a field beside the message says of the subject; it knows better than the message.
pub(super) fn fill(subject: &mut Subject, known: &Subject) {
    let said = std::mem::replace(subject, known.clone());
    // What only wraps the message has no pods: the text says whose they are.
    if known.namespace.is_empty() && !said.namespace.is_empty() && !said.object.is_empty() {
        subject.object.clone_from(&said.object);
    }
    for (slot, said) in [
        (&mut subject.project, said.project),
        (&mut subject.location, said.location),
        (&mut subject.cluster, said.cluster),
        (&mut subject.namespace, said.namespace),
        (&mut subject.pod, said.pod),
        (&mut subject.object, said.object),
        (&mut subject.service_account, said.service_account),
        (&mut subject.revision, said.revision),
        (&mut subject.service, said.service),
    ] {
        if slot.is_empty() {
            *slot = said;
        }
    }
}
