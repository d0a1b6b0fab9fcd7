//! A change of the object that makes pods: what is sent to the API server, and what a person would type.
//!
//! The object is the one at the top of those that made a pod: what is below it is made again from it. Where the
//! pod template cannot be changed (of a Job, and of a pod of its own) the object is replaced. Uses values of the
//! domain; the paths are those of Kubernetes' API.

mod command;
mod replacement;
mod trial;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::break_glass::BREAK_GLASS_LABEL;
use crate::container::ContainerKind;
use crate::resource::{Workload, WorkloadId, WorkloadKind};

pub use trial::pod_of;

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodChange {
    /// The image of one container.
    Image { container: String, kind: ContainerKind, from: String, to: String },
    /// A label of the pod (template).
    Label { key: String, value: String },
    /// An annotation of the pod (template).
    Annotation { key: String, value: String },
    /// A label of the object itself is taken away: there it does nothing.
    NoOwnLabel { key: String },
}

/// How the API server is asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchWay {
    /// A strategic merge patch: what it does not name stays.
    InPlace,
    /// The object is deleted and made again, because its pod template is immutable.
    Replacement,
}

/// A change of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadPatch {
    pub id: WorkloadId,
    pub changes: Vec<PodChange>,
}

impl WorkloadPatch {
    pub fn way(&self) -> PatchWay {
        match self.id.kind {
            WorkloadKind::Deployment
            | WorkloadKind::StatefulSet
            | WorkloadKind::DaemonSet
            | WorkloadKind::ReplicaSet
            | WorkloadKind::CronJob => PatchWay::InPlace,
            WorkloadKind::Job | WorkloadKind::Pod => PatchWay::Replacement,
        }
    }

    /// The strategic merge patch, as it is sent.
    pub fn body(&self) -> String {
        self.patch().to_string()
    }

    fn patch(&self) -> Value {
        let mut patch = nested(template_path(self.id.kind), self.template_patch());
        let own: Map<String, Value> = self.own_labels().map(|key| (key.to_owned(), Value::Null)).collect();
        if !own.is_empty() {
            merge(&mut patch, json!({"metadata": {"labels": own}}));
        }
        patch
    }

    /// What changes of the pod (template).
    fn template_patch(&self) -> Value {
        let (mut metadata, mut spec) = (Map::new(), Map::new());
        let mut set = |field: &str, key: &String, value: &String| {
            let map = metadata.entry(field).or_insert_with(|| json!({}));
            if let Some(map) = map.as_object_mut() {
                map.insert(key.clone(), json!(value));
            }
        };
        for change in &self.changes {
            match change {
                PodChange::Image { container, kind, to, .. } => {
                    let list = spec.entry(field_of(*kind)).or_insert_with(|| json!([]));
                    if let Some(list) = list.as_array_mut() {
                        list.push(json!({"name": container, "image": to}));
                    }
                }
                PodChange::Label { key, value } => set("labels", key, value),
                PodChange::Annotation { key, value } => set("annotations", key, value),
                PodChange::NoOwnLabel { .. } => {}
            }
        }
        let parts = [("metadata", metadata), ("spec", spec)].into_iter().filter(|(_, map)| !map.is_empty());
        Value::Object(parts.map(|(name, map)| (name.to_owned(), Value::Object(map))).collect())
    }

    fn own_labels(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().filter_map(|change| match change {
            PodChange::NoOwnLabel { key } => Some(key.as_str()),
            PodChange::Image { .. } | PodChange::Label { .. } | PodChange::Annotation { .. } => None,
        })
    }

    /// Whether a workload's pods are as the change makes them.
    pub fn is_in(&self, workload: &Workload) -> bool {
        let has = |map: &BTreeMap<String, String>, key: &String, value: &String| map.get(key) == Some(value);
        self.changes.iter().all(|change| match change {
            PodChange::Image { container, to, .. } => {
                workload.images.iter().any(|image| image.container == *container && image.image == *to)
            }
            PodChange::Label { key, value } => has(&workload.labels, key, value),
            PodChange::Annotation { key, value } => has(&workload.annotations, key, value),
            PodChange::NoOwnLabel { .. } => true,
        })
    }

    /// Whether it lets pods in whatever the policy says.
    pub fn breaks_the_glass(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, PodChange::Label { key, .. } if key == BREAK_GLASS_LABEL))
    }

    /// What changes, a line each.
    pub fn lines(&self) -> Vec<String> {
        self.changes.iter().map(PodChange::text).collect()
    }
}

impl PodChange {
    fn text(&self) -> String {
        match self {
            Self::Image { container, kind, from, to } => {
                format!("{} {container}: {from} becomes {to}", kind.as_str())
            }
            Self::Label { key, value } => format!("label of the pods: {key}: \"{value}\""),
            Self::Annotation { key, value } => format!("annotation of the pods: {key}: \"{value}\""),
            Self::NoOwnLabel { key } => format!("the object's own label {key}, which does nothing, goes"),
        }
    }
}

/// Where an object of this kind has its pod template; a pod is one itself.
fn template_path(kind: WorkloadKind) -> &'static [&'static str] {
    match kind {
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::ReplicaSet
        | WorkloadKind::Job => &["spec", "template"],
        WorkloadKind::CronJob => &["spec", "jobTemplate", "spec", "template"],
        WorkloadKind::Pod => &[],
    }
}

/// The list of a pod's specification that containers of this kind are in.
fn field_of(kind: ContainerKind) -> &'static str {
    match kind {
        ContainerKind::Init | ContainerKind::Sidecar => "initContainers",
        ContainerKind::Container => "containers",
        ContainerKind::Ephemeral => "ephemeralContainers",
    }
}

fn nested(path: &[&str], inner: Value) -> Value {
    path.iter().rev().fold(inner, |value, name| json!({ *name: value }))
}

/// Adds what the other has; of objects their members.
fn merge(into: &mut Value, other: Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (key, value) in other {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, other) => *into = other,
    }
}

#[cfg(test)]
mod tests;
