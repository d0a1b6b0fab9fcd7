//! The controllers: they bring what is there closer to what was asked for.
//!
//! One function, [`run`], runs inside the transaction of every write, and before a read when
//! something is due by the clock. It goes round until nothing changes any more.

mod availability;
mod claim;
mod deployment;
mod replica_set;
mod rollout;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};

use super::failure::Failure;
use super::kubelet;
use super::objects::Cluster;
use super::resources::Kind;

/// A rollout takes a few rounds; what takes more goes on with the next request.
const MAX_ROUNDS: usize = 30;

/// Lets every controller do what it can do now.
pub(super) fn run(cluster: Cluster<'_>) -> Result<(), Failure> {
    cluster.expire_old()?;
    for _ in 0..MAX_ROUNDS {
        let before = cluster.version()?;
        for deployment in cluster.list::<Deployment>(None)? {
            deployment::sync(cluster, deployment)?;
        }
        for set in cluster.list::<ReplicaSet>(None)? {
            replica_set::sync(cluster, set)?;
        }
        for work in cluster.due(Kind::Pod)? {
            kubelet::sync(cluster, &work)?;
        }
        if cluster.version()? == before {
            break;
        }
    }
    Ok(())
}
