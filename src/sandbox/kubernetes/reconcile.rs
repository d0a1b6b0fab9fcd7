//! The controllers: they bring what is there closer to what was asked for.
//!
//! One function, [`run`], runs inside the transaction of every write, and before a read when
//! something is due by the clock. It goes round until nothing changes any more.

mod availability;
mod claim;
mod cron_job;
mod daemon_set;
mod deployment;
mod job;
mod making;
mod replica_set;
mod replication_controller;
mod rollout;
mod stateful_set;

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::ReplicationController;

use super::failure::Failure;
use super::kubelet;
use super::objects::{Cluster, Object};
use super::resources::ResourceKind;

/// A rollout takes a few rounds; what takes more goes on with the next request.
const MAX_ROUNDS: usize = 30;

/// Lets every controller do what it can do now.
pub(super) fn run(cluster: Cluster<'_>) -> Result<(), Failure> {
    cluster.expire_old()?;
    for _ in 0..MAX_ROUNDS {
        let before = cluster.version()?;
        each::<Deployment>(cluster, deployment::sync)?;
        each::<ReplicaSet>(cluster, replica_set::sync)?;
        each::<ReplicationController>(cluster, replica_set::sync)?;
        each::<StatefulSet>(cluster, stateful_set::sync)?;
        each::<DaemonSet>(cluster, daemon_set::sync)?;
        each::<CronJob>(cluster, cron_job::sync)?;
        each::<Job>(cluster, job::sync)?;
        for work in cluster.due(ResourceKind::Pod)? {
            kubelet::sync(cluster, &work)?;
        }
        if cluster.version()? == before {
            break;
        }
    }
    Ok(())
}

/// Lets a controller look at all objects of its kind.
fn each<T: Object>(cluster: Cluster<'_>, sync: impl Fn(Cluster<'_>, T) -> Result<(), Failure>) -> Result<(), Failure> {
    for object in cluster.list::<T>(None)? {
        sync(cluster, object)?;
    }
    Ok(())
}
