//! Strategic merge patches: Kubernetes' own, which merge lists of named things by their names.
//!
//! Elements are found by an index and not by search, so that a merge takes as long as what it merges is.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::effort::Effort;
use super::lists::{is_set, merge_key};
use crate::kubernetes::failure::Failure;

/// Merges a patch into an object.
pub(super) fn merge(target: &mut Value, patch: Map<String, Value>, effort: &mut Effort) -> Result<(), Failure> {
    match directive(&patch) {
        Some("replace") => {
            *target = Value::Object(without_directives(patch));
            return Ok(());
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return Ok(());
        }
        _ => {}
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(object) = target else { return Ok(()) };
    let (directives, values): (Vec<_>, Vec<_>) = patch.into_iter().partition(|(key, _)| key.starts_with('$'));
    let (nulls, values): (Vec<_>, Vec<_>) = values.into_iter().partition(|(_, value)| value.is_null());
    if !nulls.is_empty() {
        // All at once: to take one out moves all that are behind it.
        object.keys().try_for_each(|key| effort.spend_text(key))?;
        let gone: HashSet<String> = nulls.into_iter().map(|(key, _)| key).collect();
        object.retain(|key, _| !gone.contains(key));
    }
    for (key, value) in values {
        merge_field(object, &key, value, effort)?;
    }
    directives.iter().try_for_each(|(key, value)| follow(object, key, value, effort))
}

fn merge_field(object: &mut Map<String, Value>, key: &str, value: Value, effort: &mut Effort) -> Result<(), Failure> {
    match value {
        Value::Object(patch) => merge(object.entry(key).or_insert(Value::Null), patch, effort)?,
        Value::Array(patch) => {
            let list = object.entry(key).or_insert_with(|| Value::Array(Vec::new()));
            let merge_key = merge_key(key, &patch);
            match (list, merge_key) {
                (Value::Array(list), Some(merge_key)) => merge_list(list, merge_key, patch, effort)?,
                (Value::Array(list), None) if is_set(key) => merge_set(list, patch, effort)?,
                (list, _) => *list = Value::Array(patch),
            }
        }
        value => {
            object.insert(key.to_owned(), value);
        }
    }
    Ok(())
}

fn merge_set(list: &mut Vec<Value>, patch: Vec<Value>, effort: &mut Effort) -> Result<(), Failure> {
    let has = all_written(list, effort)?;
    for value in patch {
        if !has.contains(&effort.written(&value)?) {
            list.push(value);
        }
    }
    Ok(())
}

/// Merges a list of named things: each is merged with the first of its name, or added.
fn merge_list(list: &mut Vec<Value>, merge_key: &str, patch: Vec<Value>, effort: &mut Effort) -> Result<(), Failure> {
    let replaces = |element: &Value| element["$patch"] == "replace" && element.get(merge_key).is_none();
    if patch.iter().any(replaces) {
        *list = patch.into_iter().filter(|element| !replaces(element)).collect();
        return Ok(());
    }
    effort.spend(list.len() + patch.len())?;
    let mut merged: Vec<Option<Value>> = std::mem::take(list).into_iter().map(Some).collect();
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, element) in merged.iter().enumerate() {
        places.entry(name(element.as_ref(), merge_key, effort)?).or_default().push(at);
    }
    for element in patch {
        let name = name(Some(&element), merge_key, effort)?;
        let Value::Object(element) = element else { continue };
        if directive(&element) == Some("delete") {
            for at in places.remove(&name).unwrap_or_default() {
                merged[at] = None;
            }
            continue;
        }
        let at = if let Some(at) = places.get(&name).and_then(|places| places.first()) {
            *at
        } else {
            places.insert(name, vec![merged.len()]);
            merged.push(Some(Value::Null));
            merged.len() - 1
        };
        if let Some(Some(place)) = merged.get_mut(at) {
            merge(place, element, effort)?;
        }
    }
    list.extend(merged.into_iter().flatten());
    Ok(())
}

/// What tells an element from others: the value of its key, written down.
fn name(element: Option<&Value>, merge_key: &str, effort: &mut Effort) -> Result<String, Failure> {
    effort.written(element.and_then(|element| element.get(merge_key)).unwrap_or(&Value::Null))
}

fn all_written(values: &[Value], effort: &mut Effort) -> Result<HashSet<String>, Failure> {
    values.iter().map(|value| effort.written(value)).collect()
}

/// `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST` and `$retainKeys`.
fn follow(object: &mut Map<String, Value>, key: &str, value: &Value, effort: &mut Effort) -> Result<(), Failure> {
    let wanted = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(list) = key.strip_prefix("$setElementOrder/")
        && let Some(Value::Array(elements)) = object.get_mut(list)
    {
        order(elements, merge_key(list, wanted), wanted, effort)?;
    } else if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/")
        && let Some(Value::Array(elements)) = object.get_mut(list)
    {
        let gone = all_written(wanted, effort)?;
        for element in std::mem::take(elements) {
            if !gone.contains(&effort.written(&element)?) {
                elements.push(element);
            }
        }
    } else if key == "$retainKeys" {
        effort.spend(wanted.len())?;
        object.keys().try_for_each(|key| effort.spend_text(key))?;
        let kept: HashSet<&str> = wanted.iter().filter_map(Value::as_str).collect();
        object.retain(|key, _| kept.contains(key.as_str()));
    }
    Ok(())
}

/// Puts a list's elements in the order that is wanted; others go behind.
fn order(
    elements: &mut Vec<Value>,
    merge_key: Option<&str>,
    wanted: &[Value],
    effort: &mut Effort,
) -> Result<(), Failure> {
    let mut written = |element: &Value| match merge_key {
        Some(merge_key) => name(Some(element), merge_key, effort),
        None => effort.written(element),
    };
    let mut places = HashMap::new();
    for (at, element) in wanted.iter().enumerate() {
        places.entry(written(element)?).or_insert(at);
    }
    let mut placed = Vec::with_capacity(elements.len());
    for element in std::mem::take(elements) {
        placed.push((places.get(&written(&element)?).copied().unwrap_or(usize::MAX), element));
    }
    placed.sort_by_key(|(place, _)| *place);
    elements.extend(placed.into_iter().map(|(_, element)| element));
    Ok(())
}

fn directive(object: &Map<String, Value>) -> Option<&str> {
    object.get("$patch").and_then(Value::as_str)
}

fn without_directives(object: Map<String, Value>) -> Map<String, Value> {
    object.into_iter().filter(|(key, _)| !key.starts_with('$')).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(object: &Value, patch: Value) -> Result<Value, String> {
        let (mut object, Value::Object(patch)) = (object.clone(), patch) else { return Err("no object".to_owned()) };
        merge(&mut object, patch, &mut Effort::default()).map_err(|failure| failure.to_string())?;
        Ok(object)
    }

    /// 3 MB, as many as a request may have.
    #[test]
    fn many_names_are_merged_in_the_time_of_their_number() {
        let containers: Vec<Value> = (0..100_000).map(|n| json!({ "name": format!("c{n}"), "image": "i" })).collect();
        let object = json!({ "containers": containers });
        let order: Vec<Value> = (0..100_000).rev().map(|n| json!({ "name": format!("c{n}") })).collect();
        let patch = json!({ "containers": containers, "$setElementOrder/containers": order });
        let merged = merged(&object, patch).unwrap();
        assert_eq!(merged["containers"].as_array().unwrap().len(), 100_000);
        assert_eq!(merged["containers"][0]["name"], "c99999");
    }

    /// Each element is merged into the same one, whose list grows.
    #[test]
    fn one_name_again_and_again_is_refused_before_it_takes_long() {
        let element = |n: usize| json!({ "name": "c", "env": [{ "name": format!("e{n}") }] });
        let containers: Vec<Value> = (0..40_000).map(element).collect();
        let refused = merged(&json!({}), json!({ "containers": containers })).unwrap_err();
        assert!(refused.starts_with("Request entity too large: the sandbox takes at most"), "{refused}");
    }

    fn long() -> String {
        "x".repeat(2_000_000)
    }

    /// The first element has a text of two megabytes, which each of the others would have written or compared anew.
    #[rstest::rstest]
    #[case(json!({ "env": [{ "name": long() }] }), json!({ "env": [{ "name": "e" }] }))]
    #[case(json!({ "finalizers": [long()] }), json!({ "finalizers": ["e"] }))]
    #[case(json!({ "args": [long()] }), json!({ "$setElementOrder/args": ["e"] }))]
    #[case(json!({ "args": [long()] }), json!({ "$deleteFromPrimitiveList/args": ["e"] }))]
    #[case(json!({ (long()): 1 }), json!({ "e": null }))]
    fn long_texts_are_not_written_again_and_again(#[case] mut first: Value, #[case] mut again: Value) {
        first["name"] = "c".into();
        again["name"] = "c".into();
        let mut containers = vec![first];
        containers.extend(std::iter::repeat_n(again, 17_000));
        let refused = merged(&json!({}), json!({ "containers": containers })).unwrap_err();
        assert!(refused.starts_with("Request entity too large: the sandbox takes at most"), "{refused}");
    }

    #[test]
    fn many_fields_go_at_once() {
        let fields = |value: &Value| (0..100_000).map(|n| (format!("k{n}"), value.clone())).collect::<Map<_, _>>();
        let merged = merged(&json!({ "labels": fields(&json!("v")) }), json!({ "labels": fields(&Value::Null) }));
        assert_eq!(merged.unwrap(), json!({ "labels": {} }));
    }
}
