//! Sets of fields and the objects that have them: which fields an object has, which differ in another one, and how
//! they are put in and taken out. May use `fields` and `lists`.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::fields::{Element, Fields, MAX_DEPTH};
use super::lists::{Naming, Within, elements};

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

/// All fields that a client says in an object.
pub(super) fn fields_of(object: &Value) -> Fields {
    let mut fields = Fields::default();
    for (key, value) in object.as_object().into_iter().flatten() {
        let below = match key.as_str() {
            "apiVersion" | "kind" | "status" => continue,
            "metadata" => within(value, 1, |key| !NOT_OF_CLIENTS.contains(&key)),
            _ => collected(key, value, 1),
        };
        fields.insert(Element::Field(key.clone()), below);
    }
    fields
}

/// The fields of a map, as far as their names are wanted.
fn within(object: &Value, depth: usize, is_wanted: impl Fn(&str) -> bool) -> Fields {
    let mut fields = Fields::default();
    for (key, value) in object.as_object().into_iter().flatten().filter(|(key, _)| is_wanted(key)) {
        fields.insert(Element::Field(key.clone()), collected(key, value, depth + 1));
    }
    fields
}

fn collected(name: &str, value: &Value, depth: usize) -> Fields {
    let is_shallow = depth < MAX_DEPTH;
    match value {
        Value::Null => Fields::default(),
        Value::Object(map) if !map.is_empty() && !ATOMIC.contains(&name) && is_shallow => {
            within(value, depth, |_| true)
        }
        Value::Array(list) if is_shallow => match elements(name, list) {
            Some(elements) => {
                let mut fields = Fields::default();
                for (element, value) in elements {
                    fields.insert(element, Fields { is_set: true, ..within(value, depth + 1, |_| true) });
                }
                fields
            }
            None => Fields::leaf(),
        },
        _ => Fields::leaf(),
    }
}

/// Those of these fields that an older set lacks, or whose value is another one in the older object.
pub(super) fn changed(has: &Fields, new: &Value, had: &Fields, old: &Value) -> Fields {
    changed_at("", (Some(has), Some(new)), (Some(had), Some(old)))
}

type Side<'s> = (Option<&'s Fields>, Option<&'s Value>);

fn changed_at(name: &str, (has, new): Side<'_>, (had, old): Side<'_>) -> Fields {
    let mut fields = Fields::default();
    let Some(has) = has else { return fields };
    fields.is_set = has.is_set && (!had.is_some_and(|had| had.is_set) || old != new);
    if !has.below.is_empty() {
        let (new, old) = (Within::of(name, new), Within::of(name, old));
        for (element, below) in &has.below {
            let before = had.and_then(|had| had.below.get(element));
            let below = changed_at(field_name(element), (Some(below), new.get(element)), (before, old.get(element)));
            fields.insert(element.clone(), below);
        }
    }
    fields
}

/// Those of these fields whose value is another one in the other object. Elements of lists are no values
/// themselves: only what is in them can be contested.
pub(super) fn contested(wanted: &Fields, applied: &Value, live: &Value) -> Fields {
    let mut fields = changed(wanted, applied, wanted, live);
    drop_elements(&mut fields);
    fields
}

fn drop_elements(fields: &mut Fields) {
    for (element, below) in &mut fields.below {
        if matches!(element, Element::Key(_)) {
            below.is_set = false;
        }
        drop_elements(below);
    }
    fields.below.retain(|_, below| !below.is_empty());
}

/// The name by which what is within a field knows how its elements are told apart.
fn field_name(element: &Element) -> &str {
    match element {
        Element::Field(name) => name,
        Element::Key(_) | Element::Value(_) => "",
    }
}

/// Puts what is applied into an object.
///
/// # Errors
/// A list has two elements of one name: the name of the list.
pub(super) fn merge(object: &mut Value, applied: &Value) -> Result<(), String> {
    merge_at(object, applied, "")
}

fn merge_at(target: &mut Value, applied: &Value, name: &str) -> Result<(), String> {
    match (&mut *target, applied) {
        (Value::Object(map), Value::Object(applied)) if !ATOMIC.contains(&name) => {
            for (key, value) in applied {
                merge_at(map.entry(key).or_insert(Value::Null), value, key)?;
            }
        }
        (Value::Array(list), Value::Array(applied)) => match elements(name, applied) {
            Some(elements) => merge_list(list, elements, name, Naming::of(name, applied))?,
            None => *target = Value::Array(applied.clone()),
        },
        (_, applied) => *target = applied.clone(),
    }
    Ok(())
}

fn merge_list(
    list: &mut Vec<Value>,
    applied: Vec<(Element, &Value)>,
    name: &str,
    naming: Option<Naming>,
) -> Result<(), String> {
    let mut places: HashMap<Element, usize> = HashMap::new();
    for (at, existing) in list.iter().enumerate() {
        if let Some(element) = naming.and_then(|naming| naming.name(existing)) {
            places.entry(element).or_insert(at);
        }
    }
    let mut seen = HashSet::new();
    for (element, value) in applied {
        let is_key = matches!(element, Element::Key(_));
        match places.get(&element).and_then(|at| list.get_mut(*at)) {
            Some(found) => merge_at(found, value, "")?,
            None if !seen.contains(&element) => list.push(value.clone()),
            None => {}
        }
        if !seen.insert(element) && is_key {
            return Err(name.to_owned());
        }
    }
    Ok(())
}

/// Takes these fields out of an object, and the maps that become empty by it.
pub(super) fn remove(object: &mut Value, fields: &Fields) {
    remove_within(object, fields, "", &Map::new());
}

/// Says whether what is left is empty, and was not before. The fields of `key` stay: an element's key stays as long
/// as the element does.
fn remove_within(value: &mut Value, fields: &Fields, name: &str, key: &Map<String, Value>) -> bool {
    match value {
        Value::Object(map) => {
            let mut gone: HashSet<&str> = HashSet::new();
            for (element, below) in &fields.below {
                let Element::Field(field) = element else { continue };
                let Some(inner) = map.get_mut(field).filter(|_| !key.contains_key(field)) else { continue };
                if below.is_set || remove_within(inner, below, field, &Map::new()) {
                    gone.insert(field);
                }
            }
            if !gone.is_empty() {
                map.retain(|field, _| !gone.contains(field.as_str()));
            }
            !gone.is_empty() && map.is_empty()
        }
        Value::Array(list) => {
            let Some(naming) = Naming::of(name, list) else { return false };
            let mut left: HashSet<&Element> = fields.below.keys().collect();
            list.retain_mut(|item| {
                // Of several elements of one name the first is meant.
                let Some(element) = naming.name(item).filter(|element| left.remove(element)) else { return true };
                let Some(below) = fields.below.get(&element) else { return true };
                if !below.is_set {
                    remove_within(item, below, "", &key_fields(&element));
                }
                !below.is_set
            });
            list.is_empty()
        }
        _ => false,
    }
}

fn key_fields(element: &Element) -> Map<String, Value> {
    match element {
        Element::Key(key) => serde_json::from_str(key).unwrap_or_default(),
        Element::Field(_) | Element::Value(_) => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_set_is_written_and_read() {
        let object = json!({ "kind": "Pod", "metadata": { "name": "p", "labels": { "a.b/c": "d" },
            "finalizers": ["x"] }, "spec": { "nodeSelector": { "a": "b" }, "containers": [
            { "name": "c", "image": "i", "args": ["x", "y"], "ports": [{ "containerPort": 80 }] }] } });
        let fields = fields_of(&object);
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
        assert!(changed(&fields, &object, &fields, &object).is_empty());
        let mut emptied = object.clone();
        remove(&mut emptied, &fields);
        assert_eq!(emptied, json!({ "kind": "Pod", "metadata": { "name": "p" } }));
    }

    /// A hundred thousand fields below one name of a megabyte: a path for each would be a hundred gigabytes.
    #[test]
    fn a_long_name_above_many_fields_is_kept_once() {
        let below: Map<String, Value> = (0..100_000).map(|n| (format!("k{n}"), Value::from(1))).collect();
        let object = json!({ "spec": { "x".repeat(1_000_000): below } });
        let fields = fields_of(&object);
        assert_eq!(fields.count(), 100_000);
        assert!(changed(&fields, &object, &Fields::default(), &Value::Null) == fields);
    }

    /// 3 MB, as many elements as a request may have: looking for each in the others would take minutes.
    #[test]
    fn long_lists_are_merged_and_removed_in_the_time_of_their_length() {
        let env =
            |front: &'static str| (0..50_000).map(move |n| json!({ "name": format!("{front}{n}"), "value": "v" }));
        let live = json!({ "spec": { "env": env("a").collect::<Vec<_>>() } });
        let applied = json!({ "spec": { "env": env("a").chain(env("b")).collect::<Vec<_>>() } });
        let mut merged = live.clone();
        merge(&mut merged, &applied).unwrap();
        assert_eq!(merged["spec"]["env"].as_array().unwrap().len(), 100_000);
        assert_eq!(merged, applied);
        let gone = fields_of(&applied).beyond(&fields_of(&live));
        remove(&mut merged, &gone);
        assert_eq!(merged, live);
        assert!(contested(&fields_of(&applied), &applied, &live).count() == 100_000);
    }

    #[test]
    fn one_name_twice_is_refused() {
        let applied = json!({ "containers": [{ "name": "c" }, { "name": "c" }] });
        let mut object = json!({ "containers": [] });
        assert_eq!(merge(&mut object, &applied).unwrap_err(), "containers");
    }
}
