//! The Deployment controller (kubernetes, `pkg/controller/deployment`): one ReplicaSet for each
//! version of the template, and a rollout from the old to the new.

mod progress;
mod rollout;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};

use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::Cluster;

use super::claim::claim;
use super::making::hash_of as template_hash_of;
use super::rollout::Wanted;
use rollout::{Rollout, hash_of};

/// Moves a Deployment's ReplicaSets one step on, and says in its status how it stands.
pub(super) fn sync(cluster: Cluster<'_>, mut deployment: Deployment) -> Result<(), Failure> {
    let Some(spec) = deployment.spec.clone() else { return Ok(()) };
    let hash = template_hash_of(&spec.template)?;
    let sets: Vec<ReplicaSet> = claim(cluster, &deployment, &spec.selector)?;
    let (newest, old): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| hash_of(set) == Some(&hash));
    let mut rollout =
        Rollout { cluster, wanted: Wanted::from_deployment(&deployment), newest: newest.into_iter().next(), old };
    let paused = spec.paused == Some(true);
    let created = if rollout.is_scaled(&deployment) {
        rollout.scale_all(&deployment)?;
        false
    } else if paused {
        false
    } else {
        rollout.step(&mut deployment, &hash)?
    };
    rollout.reload(&deployment)?;
    progress::update(cluster, &mut deployment, &rollout, created)?;
    if progress::is_complete(&deployment) {
        rollout.forget_old(spec.revision_history_limit.unwrap_or(10))?;
    }
    cluster.update(&mut deployment)?;
    Ok(())
}
