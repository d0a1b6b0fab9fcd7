//! Whose a pod is, by its own object.

use serde_json::Value;

use super::field::text;
use crate::workload::of_replica_set;

/// `deployment/web`: what owns the pod; empty where it does not say it.
pub(super) fn of_pod(pod: &Value) -> String {
    let references = pod.pointer("/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten();
    let is_controller = |owner: &&Value| owner.get("controller") == Some(&Value::Bool(true));
    let Some(owner) = references.clone().find(is_controller).or(references.into_iter().next()) else {
        return String::new();
    };
    let (kind, name) = (text(owner, "/kind").to_lowercase(), text(owner, "/name"));
    let label = |name: &str| Some(pod.pointer("/metadata/labels")?.get(name)?.as_str()?.to_owned());
    of_replica_set(&kind, &name, label).unwrap_or_else(|| format!("{kind}/{name}"))
}
