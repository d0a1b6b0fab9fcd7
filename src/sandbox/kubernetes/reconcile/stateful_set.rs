//! The `StatefulSet` controller (kubernetes, `pkg/controller/statefulset`): pods with numbers, made,
//! replaced and removed in the order of these.

use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec, StatefulSetStatus};
use k8s_openapi::api::core::v1::Pod;

use crate::kubernetes::events::{Component, Note, record};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};

use super::availability::{available_at, is_ready};
use super::claim::claim;
use super::making::{self, number};

const BY: Component = Component::StatefulSetController;
const HASH_LABEL: &str = "controller-revision-hash";

/// Moves a `StatefulSet`'s pods one step on, and says in its status how it stands.
pub(super) fn sync(cluster: Cluster<'_>, mut set: StatefulSet) -> Result<(), Failure> {
    let spec = set.spec.clone().unwrap_or_default();
    let revision = format!("{}-{}", set.name(), making::hash_of(&spec.template)?);
    let pods: Vec<Pod> = claim(cluster, &set, &spec.selector)?;
    step(cluster, &set, &spec, &revision, &pods)?;
    let pods = cluster.owned::<Pod>(set.uid())?;
    set.status = Some(status(cluster, &set, &spec, revision, &pods));
    cluster.update(&mut set)?;
    Ok(())
}

fn step(
    cluster: Cluster<'_>,
    set: &StatefulSet,
    spec: &StatefulSetSpec,
    revision: &str,
    pods: &[Pod],
) -> Result<(), Failure> {
    let start = spec.ordinals.as_ref().and_then(|ordinals| ordinals.start).unwrap_or(0);
    let wanted = start..start.saturating_add(spec.replicas.unwrap_or(1));
    let in_order = spec.pod_management_policy.as_deref() != Some("Parallel");
    for ordinal in wanted.clone() {
        match pods.iter().find(|pod| ordinal_of(set, pod) == Some(ordinal)) {
            // The next one waits until this one serves.
            Some(pod) if in_order && !is_ready(pod) => return replace_stuck(cluster, set, spec, revision, pod),
            Some(_) => {}
            None if making::is_put_off(cluster, set)? => return Ok(()),
            None => {
                let made = create(cluster, set, spec, revision, ordinal)?;
                if in_order || !made {
                    return Ok(());
                }
            }
        }
    }
    cluster.dequeue(set)?;
    let mut surplus: Vec<&Pod> =
        pods.iter().filter(|pod| !ordinal_of(set, pod).is_some_and(|o| wanted.contains(&o))).collect();
    surplus.sort_by_key(|pod| std::cmp::Reverse(ordinal_of(set, pod)));
    if !surplus.is_empty() {
        let count = if in_order { 1 } else { surplus.len() };
        return surplus.into_iter().take(count).try_for_each(|pod| delete(cluster, set, pod));
    }
    replace_outdated(cluster, set, spec, revision, pods)
}

/// Replaces pods from the highest number down, one at a time, each once the ones above serve (`RollingUpdate`).
fn replace_outdated(
    cluster: Cluster<'_>,
    set: &StatefulSet,
    spec: &StatefulSetSpec,
    revision: &str,
    pods: &[Pod],
) -> Result<(), Failure> {
    let strategy = spec.update_strategy.clone().unwrap_or_default();
    if strategy.type_.as_deref() == Some("OnDelete") {
        return Ok(());
    }
    let partition = strategy.rolling_update.and_then(|rolling| rolling.partition).unwrap_or(0);
    let mut pods: Vec<&Pod> = pods.iter().filter(|pod| ordinal_of(set, pod) >= Some(partition)).collect();
    pods.sort_by_key(|pod| std::cmp::Reverse(ordinal_of(set, pod)));
    for pod in pods {
        if hash_of(pod) != Some(revision) {
            return delete(cluster, set, pod);
        }
        if !is_ready(pod) {
            return Ok(());
        }
    }
    Ok(())
}

/// A pod of an old template that never came to serve holds up nothing: it makes room at once.
fn replace_stuck(
    cluster: Cluster<'_>,
    set: &StatefulSet,
    spec: &StatefulSetSpec,
    revision: &str,
    pod: &Pod,
) -> Result<(), Failure> {
    let rolls = spec.update_strategy.as_ref().and_then(|strategy| strategy.type_.as_deref()) != Some("OnDelete");
    if rolls && hash_of(pod) != Some(revision) { delete(cluster, set, pod) } else { Ok(()) }
}

/// Says whether the pod was let in.
fn create(
    cluster: Cluster<'_>,
    set: &StatefulSet,
    spec: &StatefulSetSpec,
    revision: &str,
    ordinal: i32,
) -> Result<bool, Failure> {
    let name = format!("{}-{ordinal}", set.name());
    let mut pod = making::pod_of(set, &spec.template);
    pod.metadata.name = Some(name.clone());
    let labels = pod.metadata.labels.get_or_insert_default();
    labels.insert(HASH_LABEL.to_owned(), revision.to_owned());
    labels.insert("statefulset.kubernetes.io/pod-name".to_owned(), name.clone());
    labels.insert("apps.kubernetes.io/pod-index".to_owned(), ordinal.to_string());
    let pod_spec = pod.spec.get_or_insert_default();
    pod_spec.hostname = Some(name.clone());
    pod_spec.subdomain.clone_from(&spec.service_name);
    let (said, made) = (format!("create Pod {name} in StatefulSet {}", set.name()), making::make(cluster, pod)?);
    match &made {
        Ok(_) => record(cluster, set, Note::normal(BY, "SuccessfulCreate", &format!("{said} successful")))?,
        Err(why) => {
            record(cluster, set, Note::warning(BY, "FailedCreate", &format!("{said} failed error: {why}")))?;
            making::put_off(cluster, set)?;
        }
    }
    Ok(made.is_ok())
}

fn delete(cluster: Cluster<'_>, set: &StatefulSet, pod: &Pod) -> Result<(), Failure> {
    if making::delete(cluster, pod)? {
        let message = format!("delete Pod {} in StatefulSet {} successful", pod.name(), set.name());
        record(cluster, set, Note::normal(BY, "SuccessfulDelete", &message))?;
    }
    Ok(())
}

fn ordinal_of(set: &StatefulSet, pod: &Pod) -> Option<i32> {
    pod.name().strip_prefix(set.name())?.strip_prefix('-')?.parse().ok()
}

fn hash_of(pod: &Pod) -> Option<&str> {
    pod.metadata.labels.as_ref()?.get(HASH_LABEL).map(String::as_str)
}

fn status(
    cluster: Cluster<'_>,
    set: &StatefulSet,
    spec: &StatefulSetSpec,
    revision: String,
    pods: &[Pod],
) -> StatefulSetStatus {
    let old = set.status.clone().unwrap_or_default();
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let updated = pods.iter().filter(|pod| hash_of(pod) == Some(&revision)).count();
    let min_ready = spec.min_ready_seconds.unwrap_or(0);
    let available = pods.iter().filter_map(|pod| available_at(pod, min_ready)).filter(|at| *at <= cluster.now).count();
    let is_through = updated == pods.len() && number(ready) == spec.replicas.unwrap_or(1);
    let current = old.current_revision.filter(|_| !is_through).unwrap_or_else(|| revision.clone());
    StatefulSetStatus {
        replicas: number(pods.len()),
        ready_replicas: Some(number(ready)).filter(|count| *count > 0),
        available_replicas: Some(number(available)),
        current_replicas: Some(number(pods.iter().filter(|pod| hash_of(pod) == Some(&current)).count()))
            .filter(|count| *count > 0),
        updated_replicas: Some(number(updated)).filter(|count| *count > 0),
        current_revision: Some(current),
        update_revision: Some(revision),
        observed_generation: set.metadata.generation,
        collision_count: Some(0),
        conditions: None,
    }
}
