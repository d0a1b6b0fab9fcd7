//! Pods: what happens between the request for one and the stored object.
//!
//! Everybody who makes a pod comes through [`create`], the ReplicaSet controller as well as a
//! person, and so through admission.

use k8s_openapi::api::core::v1::{Pod, PodSpec, PodStatus, ServiceAccount};

use crate::state::ClusterId;

use super::editing::check_space;
use super::failure::{Failure, FieldError};
use super::names::{NameForm, check_labels, check_meta};
use super::objects::{Cluster, Object};
use super::pod_spec::{self, Use};
use super::resources::ResourceKind;
use super::webhook::{self, Operation};

/// The most pods of a namespace: GKE's quota `gke-resource-quotas` for small clusters.
const MAX_PODS: i64 = 1500;

/// The cluster's one node.
pub(super) fn node_name(id: &ClusterId) -> String {
    format!("gke-{}-sandbox-node", id.name)
}

/// Checks and stores a new pod, pending. In the order of the API server: what it adds, what it
/// refuses, the quota, the webhook, and at last whether the name is free.
pub(super) fn create(cluster: Cluster<'_>, mut pod: Pod) -> Result<Pod, Failure> {
    complete(cluster, &mut pod)?;
    let errors = check(&pod);
    if !errors.is_empty() {
        return Err(Failure::invalid(ResourceKind::Pod.resource(), pod.name(), errors));
    }
    check_quota(cluster, &pod)?;
    // Before anything is stored: a controller's refused pod must leave nothing.
    check_space(cluster)?;
    webhook::check(cluster, Operation::Create, &pod)?;
    pod.status = Some(PodStatus {
        phase: Some("Pending".to_owned()),
        qos_class: Some(qos_class(&pod).to_owned()),
        ..PodStatus::default()
    });
    cluster.create(&mut pod)?;
    cluster.enqueue(&pod, 0, cluster.now)?;
    Ok(pod)
}

/// Checks a changed pod against the one that is stored.
pub(super) fn check_update(cluster: Cluster<'_>, old: &Pod, new: &mut Pod) -> Result<(), Failure> {
    let mut errors = check_labels("metadata.labels", &new.metadata);
    let spec = new.spec.get_or_insert_default();
    pod_spec::complete(spec);
    for (i, container) in spec.containers.iter().enumerate() {
        errors.extend(pod_spec::check_image(container.image.as_deref(), &format!("spec.containers[{i}].image")));
    }
    let old_spec = old.spec.clone().unwrap_or_default();
    if without_mutable(&old_spec) != without_mutable(spec) {
        let detail = "pod updates may not change fields other than `spec.containers[*].image`,\
            `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing \
            tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        errors.push(FieldError::forbidden("spec", detail));
    }
    if !errors.is_empty() {
        return Err(Failure::invalid(ResourceKind::Pod.resource(), old.name(), errors));
    }
    if images(&old_spec) != images(spec) {
        webhook::check(cluster, Operation::Update, new)?;
        cluster.enqueue(new, 0, cluster.now)?;
    }
    Ok(())
}

/// What may change in a pod's specification, blanked.
fn without_mutable(spec: &PodSpec) -> PodSpec {
    let mut spec = spec.clone();
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        container.image = None;
    }
    spec.active_deadline_seconds = None;
    spec.tolerations = None;
    spec
}

fn images(spec: &PodSpec) -> Vec<Option<&str>> {
    let containers = spec.init_containers.iter().flatten().chain(&spec.containers);
    let ephemeral = spec.ephemeral_containers.iter().flatten().map(|container| container.image.as_deref());
    containers.map(|container| container.image.as_deref()).chain(ephemeral).collect()
}

/// Adds ephemeral containers, which can only be added (`pods/ephemeralcontainers`).
pub(super) fn check_ephemeral(cluster: Cluster<'_>, old: &Pod, new: &Pod) -> Result<(), Failure> {
    let (mut before, after) = (old.spec.clone().unwrap_or_default(), new.spec.clone().unwrap_or_default());
    let had = before.ephemeral_containers.take().unwrap_or_default();
    let has = after.ephemeral_containers.clone().unwrap_or_default();
    let mut errors = Vec::new();
    if before != (PodSpec { ephemeral_containers: None, ..after }) {
        errors.push(FieldError::forbidden("spec", "only `spec.ephemeralContainers` may be changed here"));
    }
    if !has.starts_with(&had) {
        let detail = "existing ephemeral containers may not be removed or changed";
        errors.push(FieldError::forbidden("spec.ephemeralContainers", detail));
    }
    for (i, container) in has.iter().enumerate() {
        let field = format!("spec.ephemeralContainers[{i}].image");
        errors.extend(pod_spec::check_image(container.image.as_deref(), &field));
    }
    if !errors.is_empty() {
        return Err(Failure::invalid(ResourceKind::Pod.resource(), old.name(), errors));
    }
    if has.len() > had.len() {
        webhook::check(cluster, Operation::Update, new)?;
        cluster.enqueue(new, 0, cluster.now)?;
    }
    Ok(())
}

/// What the API server and its admission plugin `ServiceAccount` add.
fn complete(cluster: Cluster<'_>, pod: &mut Pod) -> Result<(), Failure> {
    let namespace = pod.namespace().to_owned();
    let spec = pod.spec.get_or_insert_default();
    pod_spec::complete(spec);
    spec.enable_service_links.get_or_insert(true);
    spec.preemption_policy.get_or_insert_with(|| "PreemptLowerPriority".to_owned());
    spec.priority.get_or_insert(0);
    let asked = [spec.service_account_name.take(), spec.service_account.take()];
    let asked = asked.into_iter().flatten().find(|account| !account.is_empty());
    let account = asked.unwrap_or_else(|| "default".to_owned());
    spec.service_account = Some(account.clone());
    spec.service_account_name = Some(account.clone());
    if cluster.get::<ServiceAccount>(&namespace, &account)?.is_none() {
        let detail =
            format!("error looking up service account {namespace}/{account}: serviceaccount {account:?} not found");
        return Err(Failure::forbidden(ResourceKind::Pod.resource(), pod.name(), &detail));
    }
    Ok(())
}

fn check(pod: &Pod) -> Vec<FieldError> {
    let mut errors = check_meta(&pod.metadata, NameForm::Subdomain);
    if let Some(spec) = &pod.spec {
        errors.extend(pod_spec::check(spec, "spec", Use::Pod));
        if spec.node_name.as_deref().is_some_and(|node| !node.is_empty()) {
            let detail = "the sandbox's scheduler chooses the node";
            errors.push(FieldError::forbidden("spec.nodeName", detail));
        }
    }
    errors
}

fn check_quota(cluster: Cluster<'_>, pod: &Pod) -> Result<(), Failure> {
    let used = cluster.count(ResourceKind::Pod, pod.namespace())?;
    if used < MAX_PODS {
        return Ok(());
    }
    let detail =
        format!("exceeded quota: gke-resource-quotas, requested: pods=1, used: pods={used}, limited: pods={MAX_PODS}");
    Err(Failure::forbidden(ResourceKind::Pod.resource(), pod.name(), &detail))
}

/// How well the pod is served when a node runs short (kubernetes, `ComputePodQOS`).
fn qos_class(pod: &Pod) -> &'static str {
    let Some(spec) = &pod.spec else { return "BestEffort" };
    let containers: Vec<_> = spec.init_containers.iter().flatten().chain(&spec.containers).collect();
    let asks = |name: &str| {
        containers.iter().all(|container| {
            let resources = container.resources.clone().unwrap_or_default();
            let limit = resources.limits.as_ref().and_then(|limits| limits.get(name));
            let request = resources.requests.as_ref().and_then(|requests| requests.get(name));
            limit.is_some() && request.is_none_or(|request| Some(request) == limit)
        })
    };
    let nothing = containers.iter().all(|container| {
        let resources = container.resources.clone().unwrap_or_default();
        resources.limits.unwrap_or_default().is_empty() && resources.requests.unwrap_or_default().is_empty()
    });
    if nothing {
        "BestEffort"
    } else if asks("cpu") && asks("memory") {
        "Guaranteed"
    } else {
        "Burstable"
    }
}
