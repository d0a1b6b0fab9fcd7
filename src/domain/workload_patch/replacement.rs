//! The object that takes the place of one whose pod template is immutable: the same, changed, without what the
//! API server itself wrote into it.

use serde_json::{Map, Value, json};

use super::{PodChange, WorkloadPatch, field_of, nested, template_path};
use crate::resource::WorkloadKind;

/// What API servers write into metadata.
const META: [&str; 6] = ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"];

/// The labels by which the Job controller finds its pods: they have the uid of the Job in them, or its name, and an
/// API server refuses a new Job that has those of another (kubernetes, `pkg/registry/batch/job`, `generateSelector`).
const OF_A_JOB: [&str; 4] =
    ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];

impl WorkloadPatch {
    /// The object that takes the place of this one.
    pub fn replaced(&self, object: &Value) -> Value {
        let mut object = object.clone();
        self.apply(&mut object);
        for path in self.served() {
            remove(&mut object, &path);
        }
        object
    }

    /// Makes the changes in an object as the API server has it.
    fn apply(&self, object: &mut Value) {
        for key in self.own_labels() {
            remove(object, &["metadata", "labels", key]);
        }
        let Some(pod) = at(object, template_path(self.id.kind)) else { return };
        for change in &self.changes {
            match change {
                PodChange::Image { container, kind, to, .. } => set_image(pod, field_of(*kind), container, to),
                PodChange::Label { key, value } => set(pod, "labels", key, value),
                PodChange::Annotation { key, value } => set(pod, "annotations", key, value),
                PodChange::NoOwnLabel { .. } => {}
            }
        }
    }

    /// What the API server wrote, which a new object may not have.
    fn served(&self) -> Vec<Vec<&'static str>> {
        let mut paths: Vec<Vec<&str>> = META.iter().map(|name| vec!["metadata", *name]).collect();
        paths.push(vec!["status"]);
        match self.id.kind {
            WorkloadKind::Job => {
                paths.push(vec!["spec", "selector"]);
                paths.extend(OF_A_JOB.map(|label| vec!["metadata", "labels", label]));
                paths.extend(OF_A_JOB.map(|label| vec!["spec", "template", "metadata", "labels", label]));
            }
            WorkloadKind::Pod => paths.push(vec!["spec", "nodeName"]),
            WorkloadKind::Deployment
            | WorkloadKind::StatefulSet
            | WorkloadKind::DaemonSet
            | WorkloadKind::ReplicaSet
            | WorkloadKind::CronJob => {}
        }
        paths
    }

    /// The patch that makes the replacement of the object as kubectl prints it.
    pub(super) fn local_patch(&self) -> Value {
        let mut patch = self.patch();
        for path in self.served() {
            super::merge(&mut patch, nested(&path, Value::Null));
        }
        patch
    }
}

/// What is at the end of a path of members.
fn at<'v>(value: &'v mut Value, path: &[&str]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, name| value.get_mut(*name))
}

fn remove(object: &mut Value, path: &[&str]) {
    let Some((last, before)) = path.split_last() else { return };
    if let Some(Value::Object(map)) = at(object, before) {
        map.remove(*last);
    }
}

fn set_image(pod: &mut Value, field: &str, container: &str, image: &str) {
    let Some(Value::Array(containers)) = at(pod, &["spec", field]) else { return };
    for found in containers.iter_mut().filter(|found| found["name"] == container) {
        found["image"] = json!(image);
    }
}

fn set(pod: &mut Value, field: &str, key: &str, value: &str) {
    let Some(pod) = pod.as_object_mut() else { return };
    let metadata = pod.entry("metadata").or_insert_with(|| json!({}));
    let Some(metadata) = metadata.as_object_mut() else { return };
    let map = metadata.entry(field).or_insert_with(|| json!({}));
    if !map.is_object() {
        *map = Value::Object(Map::new());
    }
    map[key] = json!(value);
}
