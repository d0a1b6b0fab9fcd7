//! Sets of fields in the form of `fieldsV1` (structured-merge-diff, `fieldpath`): `f:` for a field,
//! `k:` for the element of a list with this key, `v:` for a value in a list.

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::{Map, Value, json};

use crate::kubernetes::patch::{is_set, merge_key};

/// Objects nest less deep; what is deeper is one value.
const MAX_DEPTH: usize = 32;

/// What the API server itself sets, and what says which object it is.
const NOT_OF_CLIENTS: [&str; 9] = [
    "creationTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "selfLink",
    "uid",
    "deletionTimestamp",
];

/// Maps that are one value each (`x-kubernetes-map-type: atomic`).
const ATOMIC: [&str; 2] = ["selector", "nodeSelector"];

/// A step on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    Field(String),
    /// The key fields of a list's element, as JSON.
    Key(String),
    /// A value in a list.
    Value(String),
}

pub(super) type Path = Vec<Element>;

/// Fields that somebody has set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeSet<Path>);

impl Fields {
    /// All that a client says in an object.
    pub(super) fn from_object(object: &Value) -> Self {
        let mut fields = Self::default();
        for (key, value) in object.as_object().into_iter().flatten() {
            let path = vec![Element::Field(key.clone())];
            match key.as_str() {
                "apiVersion" | "kind" | "status" => {}
                "metadata" => fields.collect_all(&path, value, |key| !NOT_OF_CLIENTS.contains(&key)),
                _ => fields.collect(path, key, value),
            }
        }
        fields
    }

    /// The fields of an object at this path, as far as their names are wanted.
    fn collect_all(&mut self, path: &[Element], object: &Value, is_wanted: impl Fn(&str) -> bool) {
        for (key, value) in object.as_object().into_iter().flatten().filter(|(key, _)| is_wanted(key)) {
            self.collect([path, &[Element::Field(key.clone())]].concat(), key, value);
        }
    }

    fn collect(&mut self, path: Path, name: &str, value: &Value) {
        let is_shallow = path.len() < MAX_DEPTH;
        match value {
            Value::Null => {}
            Value::Object(map) if !map.is_empty() && !ATOMIC.contains(&name) && is_shallow => {
                self.collect_all(&path, value, |_| true);
            }
            Value::Array(list) if is_shallow => match elements(name, list) {
                Some(elements) => {
                    for (element, value) in elements {
                        let path = [path.as_slice(), &[element]].concat();
                        self.collect_all(&path, value, |_| true);
                        self.0.insert(path);
                    }
                }
                None => drop(self.0.insert(path)),
            },
            _ => drop(self.0.insert(path)),
        }
    }

    /// The fields that an entry of `managedFields` lists. What is no tree of fields lists none.
    pub(super) fn of_entry(entry: &ManagedFieldsEntry) -> Self {
        let mut fields = Self::default();
        if let Some(tree) = &entry.fields_v1 {
            fields.read(&Path::new(), &tree.0);
        }
        fields
    }

    fn read(&mut self, path: &Path, tree: &Value) {
        let Value::Object(map) = tree else { return };
        if map.is_empty() && !path.is_empty() {
            self.0.insert(path.clone());
        }
        for (key, below) in map {
            let element = match key.split_once(':') {
                Some(("f", name)) => Element::Field(name.to_owned()),
                Some(("k", key)) => Element::Key(key.to_owned()),
                Some(("v", value)) => Element::Value(value.to_owned()),
                _ => {
                    self.0.insert(path.clone());
                    continue;
                }
            };
            if path.len() < MAX_DEPTH {
                self.read(&[path.as_slice(), &[element]].concat(), below);
            }
        }
    }

    pub(super) fn to_tree(&self) -> Value {
        let mut root = Value::Object(Map::new());
        for path in &self.0 {
            let mut at = &mut root;
            for element in path {
                let key = match element {
                    Element::Field(name) => format!("f:{name}"),
                    Element::Key(key) => format!("k:{key}"),
                    Element::Value(value) => format!("v:{value}"),
                };
                at = &mut at[key];
                if at.is_null() {
                    *at = Value::Object(Map::new());
                }
            }
            // An element of a list that is owned beside what is in it.
            if matches!(path.last(), Some(Element::Key(_))) {
                at["."] = json!({});
            }
        }
        root
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, path: &Path) -> bool {
        self.0.contains(path)
    }

    /// Whether the field, or one within it, is in the set.
    pub(super) fn holds_at_or_below(&self, path: &Path) -> bool {
        self.0.range(path.clone()..).next().is_some_and(|next| next.starts_with(path))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.0.iter()
    }

    pub(super) fn filtered(&self, keep: impl Fn(&Path) -> bool) -> Self {
        Self(self.0.iter().filter(|path| keep(path)).cloned().collect())
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// The elements of a list that is merged; none for one that is a value as a whole.
fn elements<'l>(name: &str, list: &'l [Value]) -> Option<Vec<(Element, &'l Value)>> {
    if is_set(name) {
        return Some(list.iter().map(|value| (Element::Value(value.to_string()), value)).collect());
    }
    let key = merge_key(name, list)?;
    list.iter().map(|element| Some((Element::Key(key_of(key, element)?), element))).collect()
}

fn key_of(key: &str, element: &Value) -> Option<String> {
    let value = element.get(key)?;
    let mut fields = Map::from_iter([(key.to_owned(), value.clone())]);
    if matches!(key, "containerPort" | "port") {
        let protocol = element.get("protocol").cloned().unwrap_or_else(|| "TCP".into());
        fields.insert("protocol".to_owned(), protocol);
    }
    Some(Value::Object(fields).to_string())
}

/// The value of a field.
pub(super) fn value_at<'v>(object: &'v Value, path: &[Element]) -> Option<&'v Value> {
    let Some((first, rest)) = path.split_first() else { return Some(object) };
    let below = match first {
        Element::Field(name) => object.get(name)?,
        Element::Key(key) => object.as_array()?.iter().find(|element| has_key(element, key))?,
        Element::Value(value) => object.as_array()?.iter().find(|element| is_written(element, value))?,
    };
    value_at(below, rest)
}

/// Whether this is the value, written as JSON.
fn is_written(value: &Value, text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|written| written == *value)
}

fn has_key(element: &Value, key: &str) -> bool {
    let Ok(Value::Object(fields)) = serde_json::from_str(key) else { return false };
    fields.iter().all(|(name, value)| match element.get(name) {
        Some(found) => found == value,
        None => name == "protocol" && value == "TCP",
    })
}

/// Puts what is applied into an object.
pub(super) fn merge(object: &mut Value, applied: &Value) {
    merge_at(object, applied, "");
}

fn merge_at(target: &mut Value, applied: &Value, name: &str) {
    match (&mut *target, applied) {
        (Value::Object(map), Value::Object(applied)) if !ATOMIC.contains(&name) => {
            for (key, value) in applied {
                merge_at(map.entry(key).or_insert(Value::Null), value, key);
            }
        }
        (Value::Array(list), Value::Array(applied)) => match elements(name, applied) {
            Some(elements) => {
                for (element, value) in elements {
                    let found = list.iter_mut().find(|existing| match &element {
                        Element::Key(key) => has_key(existing, key),
                        _ => **existing == *value,
                    });
                    match found {
                        Some(found) => merge_at(found, value, ""),
                        None => list.push(value.clone()),
                    }
                }
            }
            None => *target = Value::Array(applied.clone()),
        },
        (_, applied) => *target = applied.clone(),
    }
}

/// Takes these fields out of an object, and the maps that become empty by it.
pub(super) fn remove(object: &mut Value, fields: &Fields) {
    // What is within an element goes before the element itself.
    for path in fields.0.iter().rev() {
        remove_at(object, path);
    }
}

/// Says whether what is left is empty.
fn remove_at(value: &mut Value, path: &[Element]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match (first, value) {
        (Element::Field(name), Value::Object(map)) => {
            let gone = match map.get_mut(name) {
                None => false,
                Some(_) if rest.is_empty() => true,
                Some(below) => remove_at(below, rest),
            };
            if gone {
                map.shift_remove(name);
            }
            gone && map.is_empty()
        }
        (element, Value::Array(list)) => {
            let meant = |item: &Value| match element {
                Element::Key(key) => has_key(item, key),
                Element::Value(value) => is_written(item, value),
                Element::Field(_) => false,
            };
            let Some(at) = list.iter().position(meant) else { return false };
            if rest.is_empty() {
                list.remove(at);
            } else if let Some(item) = list.get_mut(at) {
                // An element's key stays as long as the element does.
                if !matches!(rest, [Element::Field(name)] if element_key(element).is_some_and(|key| key.contains(name.as_str())))
                {
                    remove_at(item, rest);
                }
            }
            list.is_empty()
        }
        _ => false,
    }
}

fn element_key(element: &Element) -> Option<&String> {
    match element {
        Element::Key(key) => Some(key),
        Element::Field(_) | Element::Value(_) => None,
    }
}

/// A field as messages name it: `.spec.containers[name="c"].image`.
pub(super) fn written(path: &Path) -> String {
    path.iter().map(written_element).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_and_read() {
        let object = json!({ "kind": "Pod", "metadata": { "name": "p", "labels": { "a.b/c": "d" },
            "finalizers": ["x"] }, "spec": { "nodeSelector": { "a": "b" }, "containers": [
            { "name": "c", "image": "i", "args": ["x", "y"], "ports": [{ "containerPort": 80 }] }] } });
        let fields = Fields::from_object(&object);
        let tree = json!({
            "f:metadata": { "f:finalizers": { "v:\"x\"": {} }, "f:labels": { "f:a.b/c": {} } },
            "f:spec": {
                "f:containers": { "k:{\"name\":\"c\"}": {
                    ".": {}, "f:args": {}, "f:image": {}, "f:name": {},
                    "f:ports": { "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:containerPort": {} } },
                } },
                "f:nodeSelector": {},
            },
        });
        assert_eq!(fields.to_tree(), tree);
        let mut read = Fields::default();
        read.read(&Path::new(), &tree);
        assert_eq!(read, fields);
        for path in fields.iter() {
            assert!(value_at(&object, path).is_some(), "{path:?}");
        }
    }
}
