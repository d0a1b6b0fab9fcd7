//! A pod of a workload, to be asked about without being made: what its controller would send.

use serde_json::{Value, json};

use super::{PodChange, WorkloadPatch, template_path};
use crate::resource::{WorkloadId, WorkloadKind};

/// The pod that the workload's controller would make of the object as it is; `None` where it has no template.
pub fn pod_of(id: &WorkloadId, object: &Value) -> Option<Value> {
    let template = template_path(id.kind).iter().try_fold(object, |value, name| value.get(*name))?;
    let mut spec = template.get("spec")?.clone();
    if id.kind == WorkloadKind::StatefulSet {
        claim(&mut spec, object, &id.name);
    }
    let meta = |field: &str| template.get("metadata").and_then(|meta| meta.get(field)).cloned();
    // A name that admission sees, and that no pod has.
    let mut metadata = json!({"generateName": format!("{}-", id.name), "namespace": id.namespace});
    for field in ["labels", "annotations"] {
        if let Some(map) = meta(field).filter(Value::is_object) {
            metadata[field] = map;
        }
    }
    Some(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
}

/// The volumes that a `StatefulSet`'s controller adds for its claims.
fn claim(spec: &mut Value, object: &Value, name: &str) {
    let claims = object["spec"]["volumeClaimTemplates"].as_array();
    let volumes = claims.into_iter().flatten().filter_map(|claim| {
        let claim = claim["metadata"]["name"].as_str()?;
        Some(json!({"name": claim, "persistentVolumeClaim": {"claimName": format!("{claim}-{name}-0")}}))
    });
    let volumes: Vec<Value> = volumes.collect();
    let Some(spec) = spec.as_object_mut() else { return };
    let known = spec.entry("volumes").or_insert_with(|| json!([]));
    if let Some(known) = known.as_array_mut() {
        known.retain(|volume| volumes.iter().all(|claimed| claimed["name"] != volume["name"]));
        known.extend(volumes);
    }
}

impl WorkloadPatch {
    /// The images that it takes the place of.
    pub fn replaced_images(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().filter_map(|change| match change {
            PodChange::Image { from, .. } => Some(from.as_str()),
            PodChange::Label { .. } | PodChange::Annotation { .. } | PodChange::NoOwnLabel { .. } => None,
        })
    }
}
