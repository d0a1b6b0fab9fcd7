//! The ReplicaSet controller (kubernetes, `pkg/controller/replicaset`): as many pods as asked for.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use crate::sandbox::kubernetes::events::{Component, Note, record};
use crate::sandbox::kubernetes::failure::Failure;
use crate::sandbox::kubernetes::objects::{Cluster, Object};
use crate::sandbox::kubernetes::pods;
use crate::sandbox::kubernetes::resources::Kind;
use crate::sandbox::kubernetes::suffix;
use crate::sandbox::kubernetes::work::backoff;

use super::availability::{available_at, is_ready};
use super::claim::claim;

/// The controller's delays between attempts (client-go, `DefaultControllerRateLimiter`).
const FIRST_RETRY: SignedDuration = SignedDuration::from_millis(5);
const LONGEST_RETRY: SignedDuration = SignedDuration::from_secs(1000);

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

/// Brings one ReplicaSet's pods to their number, and says in its status how it stands.
pub(super) fn sync(cluster: Cluster<'_>, mut set: ReplicaSet) -> Result<(), Failure> {
    let selector = set.spec.as_ref().map(|spec| spec.selector.clone()).unwrap_or_default();
    let pods: Vec<Pod> = claim(cluster, &set, &selector)?;
    let managed = manage(cluster, &set, &pods)?;
    let pods = cluster.owned::<Pod>(set.uid())?;
    let old = set.status.clone().unwrap_or_default();
    let conditions = conditions(cluster, &old, &managed);
    set.status = Some(ReplicaSetStatus { conditions, ..counts(cluster, &set, &pods) });
    cluster.update(&mut set)?;
    requeue(cluster, &set, &pods, &managed)
}

fn manage(cluster: Cluster<'_>, set: &ReplicaSet, pods: &[Pod]) -> Result<Managed, Failure> {
    let wanted = usize::try_from(replicas(set)).unwrap_or(0);
    if pods.len() > wanted {
        delete(cluster, set, pods, (pods.len() - wanted).min(BURST))?;
        return Ok(Managed::Done);
    }
    if pods.len() == wanted {
        return Ok(Managed::Done);
    }
    if let Some((attempts, false)) = cluster.queued(set)?
        && attempts > 0
    {
        return Ok(Managed::NotDue);
    }
    for _ in 0..(wanted - pods.len()).min(BURST) {
        match create(cluster, set) {
            Ok(()) => {}
            Err(Failure::Store(error)) => return Err(error.into()),
            // One refusal ends the go: the next pod would be refused alike (`slowStartBatch`).
            Err(refused) => {
                let why = refused.to_string();
                let message = format!("Error creating: {why}");
                record(cluster, set, Note::warning(Component::ReplicaSetController, "FailedCreate", &message))?;
                return Ok(Managed::Refused(why));
            }
        }
    }
    Ok(Managed::Done)
}

fn create(cluster: Cluster<'_>, set: &ReplicaSet) -> Result<(), Failure> {
    let template = set.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
    let meta = template.metadata.unwrap_or_default();
    let front = format!("{}-", set.name());
    let pod = Pod {
        metadata: ObjectMeta {
            name: Some(format!("{front}{}", suffix::random())),
            generate_name: Some(front),
            namespace: Some(set.namespace().to_owned()),
            labels: meta.labels,
            annotations: meta.annotations,
            owner_references: Some(vec![controlled_by(set)]),
            ..ObjectMeta::default()
        },
        spec: template.spec,
        status: None,
    };
    let pod = pods::create(cluster, pod)?;
    let message = format!("Created pod: {}", pod.name());
    record(cluster, set, Note::normal(Component::ReplicaSetController, "SuccessfulCreate", &message))
}

/// Deletes those first that serve least: not ready, then the newest (`ActivePodsWithRanks`).
fn delete(cluster: Cluster<'_>, set: &ReplicaSet, pods: &[Pod], count: usize) -> Result<(), Failure> {
    let mut order: Vec<&Pod> = pods.iter().rev().collect();
    order.sort_by_key(|pod| is_ready(pod));
    for pod in order.into_iter().take(count) {
        let Some(stored) = cluster.stored(Kind::Pod, pod.namespace(), pod.name())? else { continue };
        cluster.remove(Kind::Pod, &stored)?;
        let message = format!("Deleted pod: {}", pod.name());
        record(cluster, set, Note::normal(Component::ReplicaSetController, "SuccessfulDelete", &message))?;
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

/// When the set has to be looked at again: for the next attempt, or because a pod becomes available.
fn requeue(cluster: Cluster<'_>, set: &ReplicaSet, pods: &[Pod], managed: &Managed) -> Result<(), Failure> {
    let attempts = cluster.queued(set)?.map_or(0, |(attempts, _)| attempts);
    match managed {
        Managed::NotDue => {}
        Managed::Refused(_) => {
            let delay = backoff(FIRST_RETRY, attempts, LONGEST_RETRY);
            cluster.enqueue(set, attempts.saturating_add(1), cluster.now + delay)?;
        }
        Managed::Done => match next_available(cluster.now, set, pods) {
            Some(at) => cluster.enqueue(set, 0, at)?,
            None if pods.len() < usize::try_from(replicas(set)).unwrap_or(0) => cluster.enqueue(set, 0, cluster.now)?,
            None => cluster.dequeue(set)?,
        },
    }
    Ok(())
}

fn next_available(now: Timestamp, set: &ReplicaSet, pods: &[Pod]) -> Option<Timestamp> {
    pods.iter().filter_map(|pod| available_at(pod, min_ready_seconds(set))).filter(|at| *at > now).min()
}

/// The reference by which an object says who controls it.
pub(super) fn controlled_by<T: Object>(owner: &T) -> OwnerReference {
    OwnerReference {
        api_version: T::API_VERSION.to_owned(),
        kind: T::KIND.to_owned(),
        name: owner.name().to_owned(),
        uid: owner.uid().to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

pub(super) fn replicas(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1)
}

fn min_ready_seconds(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0)
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
