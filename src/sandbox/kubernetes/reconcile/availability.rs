//! When a pod counts as ready, and when as available.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{Pod, PodCondition};

/// Whether the pod's condition `Ready` holds.
pub(super) fn is_ready(pod: &Pod) -> bool {
    ready_since(pod).is_some()
}

/// When the pod is, was or will be available: ready for this many seconds. `None` while it is not ready.
pub(super) fn available_at(pod: &Pod, min_ready_seconds: i32) -> Option<Timestamp> {
    let since = ready_since(pod)?;
    Some(since + SignedDuration::from_secs(i64::from(min_ready_seconds.max(0))))
}

fn ready_since(pod: &Pod) -> Option<Timestamp> {
    let conditions = pod.status.as_ref()?.conditions.as_deref()?;
    let holds = |condition: &&PodCondition| condition.type_ == "Ready" && condition.status == "True";
    conditions.iter().find(holds)?.last_transition_time.as_ref().map(|time| time.0)
}
