//! How controllers make pods, and what they do when one is refused: they say so in an event and try
//! again with growing delays (client-go, `DefaultControllerRateLimiter`).

use jiff::SignedDuration;
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};
use crate::kubernetes::resources::ResourceKind;
use crate::kubernetes::work::backoff;
use crate::kubernetes::{pods, suffix};
use wire::kubernetes::text;

const FIRST_RETRY: SignedDuration = SignedDuration::from_millis(5);
const LONGEST_RETRY: SignedDuration = SignedDuration::from_secs(1000);

/// Whether the last attempt failed and the next is not due.
pub(super) fn is_put_off<T: Object>(cluster: Cluster<'_>, owner: &T) -> Result<bool, Failure> {
    Ok(matches!(cluster.queued(owner)?, Some((attempts, false)) if attempts > 0))
}

/// Plans the next attempt after one that failed.
pub(super) fn put_off<T: Object>(cluster: Cluster<'_>, owner: &T) -> Result<(), Failure> {
    let attempts = cluster.queued(owner)?.map_or(0, |(attempts, _)| attempts);
    let delay = backoff(FIRST_RETRY, attempts, LONGEST_RETRY);
    Ok(cluster.enqueue(owner, attempts.saturating_add(1), cluster.now + delay)?)
}

/// A pod of this template that `owner` controls, with a random end to its name.
pub(super) fn pod_of<T: Object>(owner: &T, template: &PodTemplateSpec) -> Pod {
    let front = format!("{}-", owner.name());
    let meta = template.metadata.clone().unwrap_or_default();
    Pod {
        metadata: ObjectMeta {
            name: Some(format!("{front}{}", suffix::random())),
            generate_name: Some(front),
            namespace: Some(owner.namespace().to_owned()),
            labels: meta.labels,
            annotations: meta.annotations,
            owner_references: Some(vec![controlled_by(owner)]),
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        status: None,
    }
}

/// Makes a pod, or says why it was refused.
pub(super) fn make(cluster: Cluster<'_>, pod: Pod) -> Result<Result<Pod, String>, Failure> {
    match pods::create(cluster, pod) {
        Ok(pod) => Ok(Ok(pod)),
        Err(Failure::Store(error)) => Err(error.into()),
        Err(refused) => Ok(Err(refused.to_string())),
    }
}

/// Removes a pod, if it is still there.
pub(super) fn delete(cluster: Cluster<'_>, pod: &Pod) -> Result<bool, Failure> {
    let Some(stored) = cluster.stored(ResourceKind::Pod, pod.namespace(), pod.name())? else { return Ok(false) };
    cluster.remove(ResourceKind::Pod, &stored)?;
    Ok(true)
}

/// The hash of a template, by which the pods of its versions are told apart.
pub(super) fn hash_of(template: &PodTemplateSpec) -> Result<String, Failure> {
    Ok(suffix::of_template(&text(template)?))
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

/// A count as statuses have it.
pub(super) fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
