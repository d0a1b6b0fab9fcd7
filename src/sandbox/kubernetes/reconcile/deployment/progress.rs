//! A Deployment's status: its numbers and its three conditions
//! (kubernetes, `pkg/controller/deployment/progress.go`).

use jiff::SignedDuration;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet};

use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};

use super::super::replica_set::replicas;
use super::rollout::{Rollout, size};

/// How long a rollout may make no progress, if the Deployment does not say.
const DEADLINE_SECONDS: i32 = 600;

const COMPLETE: &str = "NewReplicaSetAvailable";
const TIMED_OUT: &str = "ProgressDeadlineExceeded";

/// Writes the status, and has it looked at again when the deadline passes.
pub(super) fn update(
    cluster: Cluster<'_>,
    deployment: &mut Deployment,
    rollout: &Rollout<'_>,
    created: bool,
) -> Result<(), Failure> {
    let old = deployment.status.clone().unwrap_or_default();
    let mut new = counts(deployment, rollout);
    let progressing = progressing(cluster, deployment, rollout, created, &old, &new);
    let conditions = [Some(available(cluster, rollout, &old, &new)), progressing, failure(cluster, rollout, &old)];
    new.conditions = Some(conditions.into_iter().flatten().collect());
    deployment.status = Some(new);
    match deadline(cluster, deployment) {
        Some(at) => cluster.enqueue(deployment, 0, at)?,
        None => cluster.dequeue(deployment)?,
    }
    Ok(())
}

/// Whether all pods are of the present template, and available.
pub(super) fn is_complete(deployment: &Deployment) -> bool {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    deployment.status.as_ref().is_some_and(|status| complete(status, wanted))
}

fn complete(status: &DeploymentStatus, wanted: i32) -> bool {
    let is = |count: Option<i32>| count.unwrap_or(0) == wanted;
    is(status.replicas) && is(status.updated_replicas) && is(status.available_replicas)
}

fn counts(deployment: &Deployment, rollout: &Rollout<'_>) -> DeploymentStatus {
    let some = |count: i32| Some(count).filter(|count| *count > 0);
    let sum = |number: fn(&ReplicaSet) -> i32| rollout.all().map(number).sum::<i32>();
    let available = sum(|set| size(set).available);
    DeploymentStatus {
        observed_generation: deployment.metadata.generation,
        replicas: some(sum(|set| size(set).pods)),
        updated_replicas: some(rollout.newest.as_ref().map_or(0, |set| size(set).pods)),
        ready_replicas: some(sum(|set| set.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0))),
        available_replicas: some(available),
        unavailable_replicas: some(sum(replicas) - available),
        ..DeploymentStatus::default()
    }
}

fn available(
    cluster: Cluster<'_>,
    rollout: &Rollout<'_>,
    old: &DeploymentStatus,
    new: &DeploymentStatus,
) -> DeploymentCondition {
    let enough = rollout.wanted.replicas - rollout.wanted.max_unavailable;
    if new.available_replicas.unwrap_or(0) >= enough {
        let message = "Deployment has minimum availability.";
        condition(cluster, old, "Available", "True", "MinimumReplicasAvailable", message)
    } else {
        let message = "Deployment does not have minimum availability.";
        condition(cluster, old, "Available", "False", "MinimumReplicasUnavailable", message)
    }
}

fn progressing(
    cluster: Cluster<'_>,
    deployment: &Deployment,
    rollout: &Rollout<'_>,
    created: bool,
    old: &DeploymentStatus,
    new: &DeploymentStatus,
) -> Option<DeploymentCondition> {
    let name = rollout.newest.as_ref().map_or_else(|| deployment.name(), Object::name);
    let before = old.conditions.iter().flatten().find(|condition| condition.type_ == "Progressing");
    let say = |status, reason, message: String| Some(condition(cluster, old, "Progressing", status, reason, &message));
    if created {
        let message = format!("Created new replica set {name:?}");
        return say("True", "NewReplicaSetCreated", message).map(|c| touched(cluster, c));
    }
    if complete(new, rollout.wanted.replicas) {
        return say("True", COMPLETE, format!("ReplicaSet {name:?} has successfully progressed."));
    }
    let was_complete = before.is_some_and(|before| before.reason.as_deref() == Some(COMPLETE));
    let still_complete = was_complete && new.replicas == new.updated_replicas;
    if has_progressed(old, new) || (was_complete && !still_complete) {
        let message = format!("ReplicaSet {name:?} is progressing.");
        return say("True", "ReplicaSetUpdated", message).map(|c| touched(cluster, c));
    }
    let deadline = before.and_then(|before| before.last_update_time.as_ref()).map(|time| time.0 + limit(deployment));
    if !still_complete && deadline.is_some_and(|deadline| deadline <= cluster.now) {
        return say("False", TIMED_OUT, format!("ReplicaSet {name:?} has timed out progressing."));
    }
    before.cloned()
}

/// Whether the rollout came nearer to its end.
fn has_progressed(old: &DeploymentStatus, new: &DeploymentStatus) -> bool {
    let number = |count: Option<i32>| count.unwrap_or(0);
    let old_pods = |status: &DeploymentStatus| number(status.replicas) - number(status.updated_replicas);
    number(new.updated_replicas) > number(old.updated_replicas)
        || old_pods(new) < old_pods(old)
        || number(new.ready_replicas) > number(old.ready_replicas)
        || number(new.available_replicas) > number(old.available_replicas)
}

/// What a ReplicaSet says about pods that it cannot make.
fn failure(cluster: Cluster<'_>, rollout: &Rollout<'_>, old: &DeploymentStatus) -> Option<DeploymentCondition> {
    let sets = rollout.newest.iter().chain(&rollout.old);
    let failed = sets
        .flat_map(|set| set.status.iter().flat_map(|status| status.conditions.iter().flatten()))
        .find(|condition| condition.type_ == "ReplicaFailure")?;
    let (reason, message) = (failed.reason.as_deref().unwrap_or_default(), failed.message.as_deref());
    Some(condition(cluster, old, "ReplicaFailure", &failed.status, reason, message.unwrap_or_default()))
}

/// A condition. It is as old as its status, and was updated when anything in it last changed.
fn condition(
    cluster: Cluster<'_>,
    old: &DeploymentStatus,
    type_: &str,
    status: &str,
    reason: &str,
    message: &str,
) -> DeploymentCondition {
    let before = old.conditions.iter().flatten().find(|condition| condition.type_ == type_);
    let new = DeploymentCondition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_update_time: Some(cluster.time()),
        last_transition_time: Some(cluster.time()),
    };
    match before {
        Some(before) if (&before.status, &before.reason) == (&new.status, &new.reason) => {
            DeploymentCondition { message: new.message, ..before.clone() }
        }
        Some(before) if before.status == new.status => {
            DeploymentCondition { last_transition_time: before.last_transition_time.clone(), ..new }
        }
        _ => new,
    }
}

fn touched(cluster: Cluster<'_>, condition: DeploymentCondition) -> DeploymentCondition {
    DeploymentCondition { last_update_time: Some(cluster.time()), ..condition }
}

fn limit(deployment: &Deployment) -> SignedDuration {
    let seconds = deployment.spec.as_ref().and_then(|spec| spec.progress_deadline_seconds);
    SignedDuration::from_secs(i64::from(seconds.unwrap_or(DEADLINE_SECONDS)))
}

/// When the rollout will be late; `None` where it is complete or late already.
fn deadline(cluster: Cluster<'_>, deployment: &Deployment) -> Option<jiff::Timestamp> {
    let conditions = deployment.status.as_ref()?.conditions.as_deref()?;
    let progress = conditions.iter().find(|condition| condition.type_ == "Progressing")?;
    if matches!(progress.reason.as_deref(), Some(COMPLETE | TIMED_OUT)) {
        return None;
    }
    let at = progress.last_update_time.as_ref()?.0 + limit(deployment);
    (at > cluster.now).then_some(at)
}
