//! The ways to change a part of an object, and what a patch may cost.

use serde_json::Value;

use super::decode::check_values;
use super::failure::Failure;
use effort::Effort;

mod effort;
mod json;
mod lists;
mod strategic;

pub(super) use lists::{is_set, merge_key};

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
///
/// # Errors
/// The patch cannot be read, does not fit the object, or would take more than a patch may. The object is then
/// half changed, and must not be stored.
pub(super) fn apply(object: &mut Value, kind: Kind, patch: &[u8]) -> Result<(), Failure> {
    check_values(patch)?;
    let unreadable = |error: serde_json::Error| Failure::bad_request(format!("the patch is not readable: {error}"));
    match kind {
        Kind::Json => json::apply(object, &serde_json::from_slice(patch).map_err(unreadable)?),
        Kind::Merge => {
            json_patch::merge(object, &serde_json::from_slice(patch).map_err(unreadable)?);
            Ok(())
        }
        Kind::Strategic => match serde_json::from_slice(patch).map_err(unreadable)? {
            Value::Object(patch) => strategic::merge(object, patch, &mut Effort::default()),
            _ => Err(Failure::bad_request("the patch is not an object")),
        },
    }
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
