//! The four ways to change a part of an object.

use json_patch::Patch;
use serde_json::{Map, Value};

use super::failure::Failure;

/// What `Content-Type` says of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RFC 6902.
    Json,
    /// RFC 7386.
    Merge,
    /// Kubernetes' own: lists of named things are merged by their names.
    Strategic,
}

/// The lists that are merged, each with the key by which its elements are told apart
/// (`x-kubernetes-patch-merge-key` of pods, deployments and their metadata).
const MERGE_KEYS: [(&str, &str); 17] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("imagePullSecrets", "name"),
    ("resourceClaims", "name"),
    ("schedulingGates", "name"),
    ("secrets", "name"),
    ("ports", "containerPort"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("conditions", "type"),
    ("ownerReferences", "uid"),
    ("podIPs", "ip"),
];

/// Lists of plain values that are merged.
const MERGED_SETS: [&str; 1] = ["finalizers"];

impl Kind {
    pub(super) fn from_content_type(content_type: &str) -> Result<Self, Failure> {
        match content_type {
            "application/json-patch+json" => Ok(Self::Json),
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/strategic-merge-patch+json" => Ok(Self::Strategic),
            _ => Err(Failure::unsupported_media_type(
                "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, \
                 application/apply-patch+yaml",
            )),
        }
    }
}

/// Changes an object's JSON as the patch says.
pub(super) fn apply(object: &mut Value, kind: Kind, patch: &[u8]) -> Result<(), Failure> {
    let unreadable = |error: serde_json::Error| Failure::bad_request(format!("the patch is not readable: {error}"));
    match kind {
        Kind::Json => {
            let patch: Patch = serde_json::from_slice(patch).map_err(unreadable)?;
            json_patch::patch(object, &patch).map_err(|error| {
                Failure::new(
                    422,
                    "Invalid",
                    format!("the server rejected our request due to an error in our request: {error}"),
                )
            })
        }
        Kind::Merge => {
            json_patch::merge(object, &serde_json::from_slice(patch).map_err(unreadable)?);
            Ok(())
        }
        Kind::Strategic => match serde_json::from_slice(patch).map_err(unreadable)? {
            Value::Object(patch) => {
                merge_into(object, patch);
                Ok(())
            }
            _ => Err(Failure::bad_request("the patch is not an object")),
        },
    }
}

/// A strategic merge of two objects.
fn merge_into(target: &mut Value, patch: Map<String, Value>) {
    match directive(&patch) {
        Some("replace") => {
            *target = Value::Object(without_directives(patch));
            return;
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return;
        }
        _ => {}
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(object) = target else { return };
    let (directives, values): (Vec<_>, Vec<_>) = patch.into_iter().partition(|(key, _)| key.starts_with('$'));
    for (key, value) in values {
        merge_field(object, &key, value);
    }
    for (key, value) in directives {
        follow(object, &key, &value);
    }
}

fn merge_field(object: &mut Map<String, Value>, key: &str, value: Value) {
    match value {
        Value::Null => {
            object.shift_remove(key);
        }
        Value::Object(patch) => merge_into(object.entry(key).or_insert(Value::Null), patch),
        Value::Array(patch) => {
            let list = object.entry(key).or_insert_with(|| Value::Array(Vec::new()));
            let merge_key = merge_key(key, &patch);
            match (list, merge_key) {
                (Value::Array(list), Some(merge_key)) => merge_list(list, merge_key, patch),
                (Value::Array(list), None) if MERGED_SETS.contains(&key) => {
                    list.extend(patch.into_iter().filter(|value| !list.contains(value)).collect::<Vec<_>>());
                }
                (list, _) => *list = Value::Array(patch),
            }
        }
        value => {
            object.insert(key.to_owned(), value);
        }
    }
}

/// Whether this is a list of plain values that is merged.
pub(super) fn is_set(list: &str) -> bool {
    MERGED_SETS.contains(&list)
}

/// The field by which the elements of this list are told apart; none where the list is replaced as a whole.
pub(super) fn merge_key(list: &str, elements: &[Value]) -> Option<&'static str> {
    // A Service's ports have another key than a container's.
    if list == "ports" && elements.iter().any(|element| element.get("port").is_some()) {
        return Some("port");
    }
    MERGE_KEYS.iter().find(|(name, _)| *name == list).map(|(_, merge_key)| *merge_key)
}

/// Merges a list of named things: each is merged with the one of its name, or added.
fn merge_list(list: &mut Vec<Value>, merge_key: &str, patch: Vec<Value>) {
    let replaces = |element: &Value| element["$patch"] == "replace" && element.get(merge_key).is_none();
    if patch.iter().any(replaces) {
        *list = patch.into_iter().filter(|element| !replaces(element)).collect();
        return;
    }
    for element in patch {
        let Value::Object(element) = element else { continue };
        let name = element.get(merge_key).cloned().unwrap_or(Value::Null);
        let at = list.iter().position(|existing| existing[merge_key] == name);
        match (at, directive(&element)) {
            (Some(at), Some("delete")) => {
                list.remove(at);
            }
            (None, Some("delete")) => {}
            (Some(at), _) => merge_into(&mut list[at], element),
            (None, _) => {
                let mut new = Value::Null;
                merge_into(&mut new, element);
                list.push(new);
            }
        }
    }
}

/// `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST` and `$retainKeys`.
fn follow(object: &mut Map<String, Value>, key: &str, value: &Value) {
    let wanted = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(name) = key.strip_prefix("$setElementOrder/")
        && let Some(Value::Array(list)) = object.get_mut(name)
    {
        let merge_key = merge_key(name, wanted);
        let place = |element: &Value| {
            let same = |wanted: &Value| merge_key.map_or(wanted == element, |key| wanted[key] == element[key]);
            wanted.iter().position(same).unwrap_or(usize::MAX)
        };
        list.sort_by_key(place);
    } else if let Some(name) = key.strip_prefix("$deleteFromPrimitiveList/")
        && let Some(Value::Array(list)) = object.get_mut(name)
    {
        list.retain(|element| !wanted.contains(element));
    } else if key == "$retainKeys" {
        object.retain(|key, _| wanted.iter().any(|wanted| wanted == key));
    }
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

    fn patched(mut object: Value, kind: Kind, patch: &Value) -> Value {
        apply(&mut object, kind, patch.to_string().as_bytes()).unwrap();
        object
    }

    /// What `kubectl apply` sends for a new image (kubectl 1.32).
    #[test]
    fn containers_are_merged_by_name() {
        let object = json!({ "spec": { "containers": [
            { "name": "a", "image": "old", "ports": [{ "containerPort": 80, "name": "web" }] },
            { "name": "b", "image": "other" },
        ] } });
        let patch = json!({ "spec": {
            "$setElementOrder/containers": [{ "name": "b" }, { "name": "a" }],
            "containers": [{ "name": "a", "image": "new" }],
        } });
        assert_eq!(
            patched(object, Kind::Strategic, &patch),
            json!({ "spec": { "containers": [
                { "name": "b", "image": "other" },
                { "name": "a", "image": "new", "ports": [{ "containerPort": 80, "name": "web" }] },
            ] } })
        );
    }

    #[test]
    fn directives() {
        let object = json!({ "containers": [{ "name": "a" }, { "name": "b" }], "finalizers": ["x", "y"],
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1 } }, "command": ["a", "b"] });
        let patch = json!({
            "containers": [{ "name": "a", "$patch": "delete" }, { "name": "c", "image": "i" }],
            "$deleteFromPrimitiveList/finalizers": ["x"],
            "finalizers": ["z"],
            "strategy": { "$retainKeys": ["type"], "type": "Recreate" },
            "command": ["c"],
        });
        assert_eq!(
            patched(object, Kind::Strategic, &patch),
            json!({ "containers": [{ "name": "b" }, { "name": "c", "image": "i" }], "finalizers": ["y", "z"],
                "strategy": { "type": "Recreate" }, "command": ["c"] })
        );
        let replaced =
            patched(json!({ "a": { "x": 1 } }), Kind::Strategic, &json!({ "a": { "$patch": "replace", "y": 2 } }));
        assert_eq!(replaced, json!({ "a": { "y": 2 } }));
    }

    #[test]
    fn the_standard_patches() {
        let object = json!({ "a": 1, "b": [1, 2] });
        assert_eq!(patched(object.clone(), Kind::Merge, &json!({ "a": null, "b": [3] })), json!({ "b": [3] }));
        let patch = json!([{ "op": "replace", "path": "/a", "value": 2 }]);
        assert_eq!(patched(object, Kind::Json, &patch), json!({ "a": 2, "b": [1, 2] }));
        assert!(apply(&mut json!({}), Kind::Json, br#"[{"op":"remove","path":"/x"}]"#).is_err());
        assert!(apply(&mut json!({}), Kind::Strategic, b"[]").is_err());
    }
}
