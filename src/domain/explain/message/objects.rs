//! Texts that are objects: entries of the audit log, events, errors of an API, Kubernetes objects; one,
//! a list, one a line, as JSON or YAML.
//!
//! What a message does not say is taken from the fields beside it. Sources:
//! `docs/binary-authorization.md`, "Audit logs", the Kubernetes API (`Event`, `Status`, conditions).
//!
//! YAML is read by serde: these are values of many documents, and no place in them is ever pointed at, which is
//! what [`crate::document`]'s reader is for.

mod change;
mod entry;
mod event;
mod field;

use serde_json::Value;

use super::assemble::{merge_refusals, prose};
use super::refusal::{Reading, Refusal, Subject};
use crate::explain::change::{Change, MAX_CHANGES};
pub use event::is_workload;
use field::text;

/// How deep objects in objects are followed.
const DEPTH: usize = 40;

/// What the text says, if it is objects.
pub(super) fn read(text: &str) -> Option<Reading> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let (values, rest) = if text.starts_with(['{', '[']) { json(text) } else { (yaml(text)?, "") };
    if !values.iter().any(|value| value.is_object() || value.is_array()) {
        return None;
    }
    let mut found = Found::default();
    for value in &values {
        found.visit(value, 0);
    }
    let mut reading =
        Reading { cases: found.cases, without_refusal: found.others, changes: found.changes, ..Reading::default() };
    if !rest.trim().is_empty() {
        let more = prose(rest);
        reading.cases.extend(more.cases);
        reading.unknown.push("the text ends in an object that is not whole, which was read as words".to_owned());
    }
    reading.cases = merge_refusals(reading.cases);
    if reading.cases.is_empty() {
        reading.unknown.push(match reading.without_refusal {
            0 => "objects of a kind that is not known, with no refusal in them".to_owned(),
            1 => "one object, and no refusal in it".to_owned(),
            count => format!("{count} objects, and no refusal in them"),
        });
    }
    Some(reading)
}

/// One or several JSON values one behind the other, and the text behind those that are whole.
fn json(text: &str) -> (Vec<Value>, &str) {
    let mut values = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut end = 0;
    while let Some(Ok(value)) = stream.next() {
        values.push(value);
        end = stream.byte_offset();
    }
    (values, text.get(end..).unwrap_or_default())
}

/// The documents of a YAML stream, as `kubectl get -o yaml` and `gcloud logging read` print them.
fn yaml(text: &str) -> Option<Vec<Value>> {
    const FIELDS: [&str; 8] =
        ["apiVersion:", "kind:", "items:", "metadata:", "insertId:", "logName:", "protoPayload:", "- "];
    let first =
        text.lines().map(str::trim_end).find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---")?;
    if !FIELDS.iter().any(|field| first.starts_with(field)) {
        return None;
    }
    let options = serde_saphyr::options! { no_schema: false, with_snippet: false };
    let values: Vec<Value> = serde_saphyr::from_multiple_with_options(text, options).ok()?;
    values.iter().all(|value| value.is_object() || is_list_of_objects(value)).then_some(values)
}

fn is_list_of_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_object))
}

/// What was found in objects.
#[derive(Default)]
struct Found {
    cases: Vec<Refusal>,
    /// Objects without a refusal.
    others: usize,
    changes: Vec<Change>,
}

impl Found {
    fn visit(&mut self, value: &Value, depth: usize) {
        if depth > DEPTH {
            return;
        }
        if let Some(list) = value.as_array() {
            return list.iter().for_each(|value| self.visit(value, depth + 1));
        }
        let Some(object) = value.as_object() else { return };
        let list = ["items", "entries"].iter().find_map(|name| object.get(*name)?.as_array());
        if let Some(list) = list.filter(|list| list.iter().all(Value::is_object)) {
            return list.iter().for_each(|value| self.visit(value, depth + 1));
        }
        let before = self.cases.len();
        let has = |name: &str| object.contains_key(name);
        if has("protoPayload") || has("textPayload") || has("jsonPayload") {
            self.cases.extend(entry::cases(value));
            if self.changes.len() < MAX_CHANGES {
                self.changes.extend(change::told(value));
            }
        } else if has("podEvent") || has("configErrorEvent") {
            self.cases.extend(entry::continuous(value, Subject::default()));
        } else if has("involvedObject") || has("regarding") {
            self.cases.extend(event::event(value));
        } else if text(value, "/kind") == "Status" {
            self.cases.extend(entry::read_refusal(value, &Subject::default()));
        } else {
            self.cases.extend(event::object(value));
        }
        if self.cases.len() == before {
            self.others += 1;
        }
    }
}
