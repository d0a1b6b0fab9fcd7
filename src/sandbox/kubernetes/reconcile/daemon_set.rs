//! The `DaemonSet` controller (kubernetes, `pkg/controller/daemon`): one pod for each node, and there
//! is one node.

use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetStatus};
use k8s_openapi::api::core::v1::Pod;

use crate::kubernetes::events::{Component, Note, record};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};

use super::availability::{available_at, is_ready};
use super::claim::claim;
use super::making::{self, number};

const BY: Component = Component::DaemonSetController;
const HASH_LABEL: &str = "controller-revision-hash";

/// Sees to it that the node has its pod of the present template.
pub(super) fn sync(cluster: Cluster<'_>, mut set: DaemonSet) -> Result<(), Failure> {
    let spec = set.spec.clone().unwrap_or_default();
    let hash = making::hash_of(&spec.template)?;
    let rolls = spec.update_strategy.as_ref().and_then(|strategy| strategy.type_.as_deref()) != Some("OnDelete");
    let pods: Vec<Pod> = claim(cluster, &set, &spec.selector)?;
    let (kept, gone): (Vec<&Pod>, Vec<&Pod>) = pods.iter().partition(|pod| !rolls || hash_of(pod) == Some(&hash));
    for pod in gone.into_iter().chain(kept.iter().skip(1).copied()) {
        if making::delete(cluster, pod)? {
            let message = format!("Deleted pod: {}", pod.name());
            record(cluster, &set, Note::normal(BY, "SuccessfulDelete", &message))?;
        }
    }
    if kept.is_empty() {
        create(cluster, &set, &hash)?;
    } else {
        cluster.dequeue(&set)?;
    }
    let pods = cluster.owned::<Pod>(set.uid())?;
    set.status = Some(status(cluster, &set, &hash, &pods));
    cluster.update(&mut set)?;
    Ok(())
}

fn create(cluster: Cluster<'_>, set: &DaemonSet, hash: &str) -> Result<(), Failure> {
    if making::is_put_off(cluster, set)? {
        return Ok(());
    }
    let template = set.spec.as_ref().map(|spec| spec.template.clone()).unwrap_or_default();
    let mut pod = making::pod_of(set, &template);
    pod.metadata.labels.get_or_insert_default().insert(HASH_LABEL.to_owned(), hash.to_owned());
    match making::make(cluster, pod)? {
        Ok(pod) => {
            cluster.dequeue(set)?;
            let message = format!("Created pod: {}", pod.name());
            record(cluster, set, Note::normal(BY, "SuccessfulCreate", &message))
        }
        Err(why) => {
            making::put_off(cluster, set)?;
            record(cluster, set, Note::warning(BY, "FailedCreate", &format!("Error creating: {why}")))
        }
    }
}

fn hash_of(pod: &Pod) -> Option<&String> {
    pod.metadata.labels.as_ref()?.get(HASH_LABEL)
}

fn status(cluster: Cluster<'_>, set: &DaemonSet, hash: &str, pods: &[Pod]) -> DaemonSetStatus {
    let min_ready = set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0);
    let updated = pods.iter().filter(|pod| hash_of(pod).is_some_and(|found| found == hash)).count();
    let available = pods.iter().filter_map(|pod| available_at(pod, min_ready)).filter(|at| *at <= cluster.now).count();
    let some = |count: usize| Some(number(count)).filter(|count| *count > 0);
    DaemonSetStatus {
        desired_number_scheduled: 1,
        current_number_scheduled: number(pods.len().min(1)),
        number_ready: number(pods.iter().filter(|pod| is_ready(pod)).count()),
        number_available: some(available),
        number_unavailable: some(1_usize.saturating_sub(available)),
        updated_number_scheduled: some(updated),
        observed_generation: set.metadata.generation,
        ..DaemonSetStatus::default()
    }
}
