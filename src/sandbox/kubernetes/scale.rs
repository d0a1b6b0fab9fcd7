//! The `scale` of workloads, which is all that `kubectl scale` knows of them.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::autoscaling::v1::{Scale, ScaleSpec, ScaleStatus};
use k8s_openapi::api::core::v1::ReplicationController;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::kinds::Editable;
use super::selector;

/// A workload with a number of replicas.
pub(super) trait Scalable: Editable {
    fn wanted(&self) -> Option<i32>;
    fn set_wanted(&mut self, replicas: i32);
    fn present(&self) -> Option<i32>;
    fn selector(&self) -> LabelSelector;
}

macro_rules! scalable {
    ($kind:ident, $present:expr, $selector:expr) => {
        impl Scalable for $kind {
            fn wanted(&self) -> Option<i32> {
                self.spec.as_ref().and_then(|spec| spec.replicas)
            }

            fn set_wanted(&mut self, replicas: i32) {
                self.spec.get_or_insert_default().replicas = Some(replicas);
            }

            fn present(&self) -> Option<i32> {
                self.status.as_ref().and_then($present)
            }

            fn selector(&self) -> LabelSelector {
                self.spec.as_ref().map($selector).unwrap_or_default()
            }
        }
    };
}

scalable!(Deployment, |status| status.replicas, |spec| spec.selector.clone());
scalable!(ReplicaSet, |status| Some(status.replicas), |spec| spec.selector.clone());
scalable!(StatefulSet, |status| Some(status.replicas), |spec| spec.selector.clone());
scalable!(ReplicationController, |status| Some(status.replicas), |spec| LabelSelector {
    match_labels: spec.selector.clone(),
    match_expressions: None,
});

/// The workload's `scale`.
pub(super) fn read_scale<T: Scalable>(workload: &T) -> Scale {
    let meta = workload.metadata();
    Scale {
        metadata: ObjectMeta {
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            uid: meta.uid.clone(),
            resource_version: meta.resource_version.clone(),
            creation_timestamp: meta.creation_timestamp.clone(),
            ..ObjectMeta::default()
        },
        spec: Some(ScaleSpec { replicas: workload.wanted() }),
        status: Some(ScaleStatus {
            replicas: workload.present().unwrap_or(0),
            selector: Some(selector::written(&workload.selector())),
        }),
    }
}

/// The workload with the number of replicas that a `scale` says.
pub(super) fn scaled<T: Scalable>(old: &T, scale: &Scale) -> T {
    let mut new = old.clone();
    new.metadata_mut().resource_version.clone_from(&scale.metadata.resource_version);
    new.set_wanted(scale.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(0));
    new
}
