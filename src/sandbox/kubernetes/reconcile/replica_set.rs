//! The ReplicaSet controller (kubernetes, `pkg/controller/replicaset`): as many pods as asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;

use crate::kubernetes::events::{Component, Note, record};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};

use super::availability::{available_at, is_ready};
use super::claim::claim;
use super::making::{self, number};

/// The most pods that are made or deleted in one go (`BurstReplicas`).
const BURST: usize = 500;

const REPLICA_FAILURE: &str = "ReplicaFailure";

/// What one go came to.
enum Managed {
    Done,
    /// Nothing was tried: the last attempt failed, and the next is not due.
    NotDue,
    /// A pod could not be made: why.
    Refused(String),
}

/// What keeps a number of pods: a ReplicaSet, or the older `ReplicationController`, which is seen as one.
pub(super) trait Replicated: Object {
    const CONTROLLER: Component;

    /// The workload as a ReplicaSet, with the same numbers, template and status.
    fn as_set(&self) -> ReplicaSet;

    fn set_status(&mut self, status: ReplicaSetStatus);
}

impl Replicated for ReplicaSet {
    const CONTROLLER: Component = Component::ReplicaSetController;

    fn as_set(&self) -> ReplicaSet {
        self.clone()
    }

    fn set_status(&mut self, status: ReplicaSetStatus) {
        self.status = Some(status);
    }
}

/// Brings the pods of one owner to their number, and says in its status how it stands.
pub(super) fn sync<T: Replicated>(cluster: Cluster<'_>, mut owner: T) -> Result<(), Failure> {
    let set = owner.as_set();
    let selector = set.spec.as_ref().map(|spec| spec.selector.clone()).unwrap_or_default();
    let pods: Vec<Pod> = claim(cluster, &owner, &selector)?;
    let managed = manage(cluster, &owner, &set, &pods)?;
    let pods = cluster.owned::<Pod>(owner.uid())?;
    let old = set.status.clone().unwrap_or_default();
    let conditions = conditions(cluster, &old, &managed);
    owner.set_status(ReplicaSetStatus { conditions, ..counts(cluster, &set, &pods) });
    cluster.update(&mut owner)?;
    requeue(cluster, &owner, &set, &pods, &managed)
}

fn manage<T: Replicated>(cluster: Cluster<'_>, owner: &T, set: &ReplicaSet, pods: &[Pod]) -> Result<Managed, Failure> {
    let wanted = usize::try_from(replicas(set)).unwrap_or(0);
    if pods.len() > wanted {
        delete_some(cluster, owner, pods, (pods.len() - wanted).min(BURST))?;
        return Ok(Managed::Done);
    }
    if pods.len() == wanted {
        return Ok(Managed::Done);
    }
    if making::is_put_off(cluster, owner)? {
        return Ok(Managed::NotDue);
    }
    let template = set.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
    for _ in 0..(wanted - pods.len()).min(BURST) {
        match making::make(cluster, making::pod_of(owner, &template))? {
            Ok(pod) => {
                let message = format!("Created pod: {}", pod.name());
                record(cluster, owner, Note::normal(T::CONTROLLER, "SuccessfulCreate", &message))?;
            }
            // One refusal ends the go: the next pod would be refused alike (`slowStartBatch`).
            Err(why) => {
                let message = format!("Error creating: {why}");
                record(cluster, owner, Note::warning(T::CONTROLLER, "FailedCreate", &message))?;
                return Ok(Managed::Refused(why));
            }
        }
    }
    Ok(Managed::Done)
}

/// Deletes those first that serve least: not ready, then the newest (`ActivePodsWithRanks`).
fn delete_some<T: Replicated>(cluster: Cluster<'_>, owner: &T, pods: &[Pod], count: usize) -> Result<(), Failure> {
    let mut order: Vec<&Pod> = pods.iter().rev().collect();
    order.sort_by_key(|pod| is_ready(pod));
    for pod in order.into_iter().take(count) {
        if making::delete(cluster, pod)? {
            let message = format!("Deleted pod: {}", pod.name());
            record(cluster, owner, Note::normal(T::CONTROLLER, "SuccessfulDelete", &message))?;
        }
    }
    Ok(())
}

fn counts(cluster: Cluster<'_>, set: &ReplicaSet, pods: &[Pod]) -> ReplicaSetStatus {
    let some = |count: usize| Some(number(count)).filter(|count| *count > 0);
    let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
    let wanted = template.and_then(|template| template.metadata.as_ref()?.labels.clone()).unwrap_or_default();
    let labeled = pods.iter().filter(|pod| has_labels(pod, &wanted)).count();
    let available = pods.iter().filter_map(|pod| available_at(pod, min_ready_seconds(set)));
    ReplicaSetStatus {
        replicas: number(pods.len()),
        fully_labeled_replicas: some(labeled),
        ready_replicas: some(pods.iter().filter(|pod| is_ready(pod)).count()),
        available_replicas: some(available.filter(|at| *at <= cluster.now).count()),
        observed_generation: set.metadata.generation,
        ..ReplicaSetStatus::default()
    }
}

fn has_labels(pod: &Pod, wanted: &BTreeMap<String, String>) -> bool {
    let labels = pod.metadata.labels.as_ref();
    wanted.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// `ReplicaFailure` stands as long as pods are refused.
fn conditions(cluster: Cluster<'_>, old: &ReplicaSetStatus, managed: &Managed) -> Option<Vec<ReplicaSetCondition>> {
    match managed {
        Managed::Done => None,
        Managed::NotDue => old.conditions.clone(),
        Managed::Refused(why) => {
            let before = old.conditions.iter().flatten().find(|condition| condition.type_ == REPLICA_FAILURE);
            Some(vec![ReplicaSetCondition {
                type_: REPLICA_FAILURE.to_owned(),
                status: "True".to_owned(),
                reason: Some("FailedCreate".to_owned()),
                message: Some(why.clone()),
                last_transition_time: before
                    .and_then(|before| before.last_transition_time.clone())
                    .or_else(|| Some(cluster.time())),
            }])
        }
    }
}

/// When the owner has to be looked at again: for the next attempt, or because a pod becomes available.
fn requeue<T: Replicated>(
    cluster: Cluster<'_>,
    owner: &T,
    set: &ReplicaSet,
    pods: &[Pod],
    managed: &Managed,
) -> Result<(), Failure> {
    match managed {
        Managed::NotDue => {}
        Managed::Refused(_) => making::put_off(cluster, owner)?,
        Managed::Done => match next_available(cluster.now, set, pods) {
            Some(at) => cluster.enqueue(owner, 0, at)?,
            None if pods.len() < usize::try_from(replicas(set)).unwrap_or(0) => {
                cluster.enqueue(owner, 0, cluster.now)?;
            }
            None => cluster.dequeue(owner)?,
        },
    }
    Ok(())
}

fn next_available(now: Timestamp, set: &ReplicaSet, pods: &[Pod]) -> Option<Timestamp> {
    pods.iter().filter_map(|pod| available_at(pod, min_ready_seconds(set))).filter(|at| *at > now).min()
}

pub(super) fn replicas(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1)
}

fn min_ready_seconds(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0)
}
