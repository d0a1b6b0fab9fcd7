//! Texts that are objects: entries of the audit log, events, errors of an API, Kubernetes objects; one,
//! a list, one a line, as JSON or YAML.
//!
//! What a message does not say is taken from the fields beside it. Sources:
//! `docs/binary-authorization.md`, "Audit logs", the Kubernetes API (`Event`, `Status`, conditions).
//!
//! YAML is read by serde: these are values of many documents, and no place in them is ever pointed at, which is
//! what [`crate::document`]'s reader is for.

mod alert;
pub mod bigquery;
mod change;
mod continuous;
mod csv;
mod entry;
mod event;
mod field;
mod messages;
mod owner;
mod push;
mod run;

use std::collections::HashSet;

use serde_json::Value;

use super::assemble::{merge_refusals, prose};
use super::refusal::{Reading, Refusal, Subject};
use crate::explain::change::{Change, MAX_CHANGES};
use field::text;
pub use messages::is_workload;
pub use push::pushed;

/// How deep objects in objects are followed.
const DEPTH: usize = 40;

/// What the text says, if it is objects.
pub(super) fn read(text: &str) -> Option<Reading> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let (values, rest) = parsed(text)?;
    let mut reading = read_values(&values);
    if !rest.trim().is_empty() {
        let more = prose(rest);
        reading.cases.extend(more.cases);
        reading.cases = merge_refusals(reading.cases);
        reading.unknown.push("the text ends in an object that is not whole, which was read as words".to_owned());
    }
    Some(reading)
}

/// The objects of a text that is nothing else.
pub(super) fn values(text: &str) -> Option<Vec<Value>> {
    parsed(text).filter(|(_, rest)| rest.trim().is_empty()).map(|(values, _)| values)
}

/// The objects of a text, and what is behind those that are whole.
fn parsed(text: &str) -> Option<(Vec<Value>, &str)> {
    let (values, rest) = match csv::rows(text) {
        Some(rows) => (rows, ""),
        None if text.starts_with(['{', '[']) => json(text),
        None => (yaml(text)?, ""),
    };
    values.iter().any(|value| value.is_object() || value.is_array()).then_some((values, rest))
}

/// What objects say.
fn read_values(values: &[Value]) -> Reading {
    let mut found = Found::default();
    for value in values {
        found.visit(value, 0);
    }
    let cases = merge_refusals(found.take_cases());
    found.reading(cases)
}

/// What was read and says no to nothing.
fn nothing_found(others: usize, strange: usize) -> Vec<String> {
    let mut told = Vec::new();
    match others {
        0 => {}
        1 => told.push("one object, and no refusal in it".to_owned()),
        count => told.push(format!("{count} objects, and no refusal in them")),
    }
    match strange {
        0 => {}
        1 => told.push("one object of a kind that is not known, with no refusal in it".to_owned()),
        count => told.push(format!("{count} objects of kinds that are not known, with no refusal in them")),
    }
    told
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
#[derive(Debug, Default)]
pub(super) struct Found {
    cases: Vec<Refusal>,
    /// Objects without a refusal.
    others: usize,
    changes: Vec<Change>,
    /// Objects of which nobody knows whether they tell of refusals.
    strange: usize,
    /// What tells of a refusal and has not its message.
    unknown: Vec<String>,
    /// The entries that were read, which two exports may both have.
    seen: HashSet<[String; 3]>,
}

impl Found {
    /// The refusals that were found since the last time.
    pub(super) fn take_cases(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.cases)
    }

    /// All that is told, with the refusals that were found.
    pub(super) fn reading(self, cases: Vec<Refusal>) -> Reading {
        let mut reading = Reading {
            cases,
            without_refusal: self.others,
            strange: self.strange + self.unknown.len(),
            unknown: self.unknown,
            changes: self.changes,
            ..Reading::default()
        };
        if reading.cases.is_empty() {
            reading.unknown.extend(nothing_found(self.others, self.strange));
        }
        reading
    }

    pub(super) fn visit(&mut self, value: &Value, depth: usize) {
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
        if bigquery::is_row(value) {
            return self.visit(&bigquery::entry(value), depth + 1);
        }
        if let Some(data) = push::pushed(value) {
            return self.pushed(&data, depth);
        }
        if let Some(pointer) = alert::read(value) {
            if pointer.cases.is_empty() {
                self.unknown.push(pointer.unknown);
            }
            return self.cases.extend(pointer.cases);
        }
        let before = self.cases.len();
        let has = |name: &str| object.contains_key(name);
        let is_entry = has("protoPayload") || has("textPayload") || has("jsonPayload");
        if is_entry && self.is_repeated(value) {
            return;
        }
        if is_entry {
            self.cases.extend(entry::cases(value));
            if self.changes.len() < MAX_CHANGES {
                self.changes.extend(change::told(value));
            }
        } else if has("podEvent") || has("configErrorEvent") {
            self.cases.extend(continuous::cases(value, Subject::default()));
        } else if has("involvedObject") || has("regarding") {
            self.cases.extend(event::event(value));
        } else if text(value, "/kind") == "Status" {
            self.cases.extend(entry::read_refusal(value, &Subject::default()));
        } else if run::is_v2(value) {
            self.cases.extend(run::cases(value));
        } else {
            self.cases.extend(event::object(value));
        }
        if self.cases.len() == before {
            let is_known = is_entry || has("kind") || has("podEvent") || run::is_v2(value);
            if is_known { self.others += 1 } else { self.strange += 1 }
        }
    }

    /// Whether the very same entry was read before.
    fn is_repeated(&mut self, entry: &Value) -> bool {
        let key = ["/insertId", "/timestamp", "/logName"].map(|field| text(entry, field).into_owned());
        key.first().is_some_and(|id| !id.is_empty()) && !self.seen.insert(key)
    }

    /// What was pushed: an object, or words.
    fn pushed(&mut self, data: &str, depth: usize) {
        match serde_json::from_str::<Value>(data) {
            Ok(value) if value.is_object() || value.is_array() => self.visit(&value, depth + 1),
            _ => {
                let cases = prose(data).cases;
                self.strange += usize::from(cases.is_empty());
                self.cases.extend(cases);
            }
        }
    }
}
