//! How the API server says that others have set what is applied (`internal/conflict.go`). May use `fields`.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::{Map, Value};

use super::fields::{Element, Fields};
use crate::kubernetes::failure::Failure;

/// The most fields that are named, and the longest that a name is written, in bytes: the answer stays short however
/// many are contested.
const MAX_NAMED: usize = 100;
const MAX_NAME_BYTES: usize = 1000;

/// The refusal; none where nothing is contested.
pub(super) fn conflict(conflicts: &[(&ManagedFieldsEntry, Fields)]) -> Option<Failure> {
    let count: usize = conflicts.iter().map(|(_, fields)| fields.count()).sum();
    let mut causes: Vec<(String, String)> = Vec::new();
    for (entry, fields) in conflicts {
        let mut paths = Vec::new();
        list(fields, "", MAX_NAMED - causes.len(), &mut paths);
        causes.extend(paths.into_iter().map(|path| (written(entry), path)));
    }
    let message = match (causes.as_slice(), count) {
        (_, 0) => return None,
        ([(manager, path)], 1) => format!("Apply failed with 1 conflict: conflict with {manager}: {path}"),
        (several, _) => {
            let mut managers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (manager, path) in several {
                managers.entry(manager).or_default().push(path);
            }
            let lines = managers.iter().map(|(manager, paths)| {
                let paths: Vec<String> = paths.iter().map(|path| format!("\n- {path}")).collect();
                format!("conflicts with {manager}:{}", paths.concat())
            });
            let lines: Vec<String> = lines.collect();
            format!("Apply failed with {count} conflicts: {}", lines.join("\n"))
        }
    };
    Some(Failure::apply_conflict(message, causes))
}

/// Writes the paths of a set, at most so many.
fn list(fields: &Fields, path: &str, most: usize, out: &mut Vec<String>) {
    if fields.is_set && out.len() < most {
        out.push(path.to_owned());
    }
    for (element, below) in &fields.below {
        if out.len() >= most {
            return;
        }
        let mut longer = format!("{path}{}", written_element(element));
        let end = (0..=MAX_NAME_BYTES.min(longer.len())).rev().find(|end| longer.is_char_boundary(*end));
        longer.truncate(end.unwrap_or(0));
        list(below, &longer, most, out);
    }
}

fn written(entry: &ManagedFieldsEntry) -> String {
    let manager = format!("{:?}", entry.manager.as_deref().unwrap_or_default());
    match (entry.operation.as_deref(), &entry.api_version) {
        (Some("Update"), Some(version)) => format!("{manager} using {version}"),
        _ => manager,
    }
}

/// A step as messages name it: `.spec.containers[name="c"].image`.
fn written_element(element: &Element) -> String {
    match element {
        Element::Field(name) => format!(".{name}"),
        Element::Value(value) => format!("[={value}]"),
        Element::Key(key) => {
            let fields: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("[{}]", fields.join(","))
        }
    }
}
