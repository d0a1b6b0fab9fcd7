//! Workloads, from the wire's types to what people look at: how far each is, by its own status.
//!
//! Pure; uses the types of `wire` and `domain`. What *whole* means is what `kubectl rollout status` waits for
//! (kubectl, `pkg/polymorphichelpers/rollout_status.go`), and that nothing of it is unready.

use domain::admission::{ContainerKind, RequestImage};
use domain::resource::{Workload, WorkloadKind};
use wire::kubernetes::{
    Container, CronJob, DaemonSet, Deployment, Job, ObjectMeta, Pod, PodSpec, PodTemplateSpec, ReplicaSet, StatefulSet,
};

pub fn deployment(deployment: Deployment) -> Workload {
    let meta = &deployment.metadata;
    let (wanted, template) = deployment.spec.map_or((1, None), |s| (s.replicas.unwrap_or(1), Some(s.template)));
    let status = deployment.status.unwrap_or_default();
    let ready = status.ready_replicas.unwrap_or(0);
    let counts = [status.updated_replicas, status.replicas, status.available_replicas];
    let failure = status.conditions.unwrap_or_default().into_iter().find(|c| is_failure(&c.type_, &c.status));
    Workload {
        ready: format!("{ready}/{wanted}"),
        is_whole: is_seen(meta, status.observed_generation) && ready == wanted && are_all(counts, wanted),
        failure: failure.and_then(|condition| condition.message),
        ..workload(WorkloadKind::Deployment, meta, template.as_ref())
    }
}

pub fn replica_set(set: ReplicaSet) -> Workload {
    let meta = &set.metadata;
    let (wanted, template) = set.spec.map_or((1, None), |s| (s.replicas.unwrap_or(1), s.template));
    let status = set.status.unwrap_or_default();
    let ready = status.ready_replicas.unwrap_or(0);
    let counts = [Some(status.replicas), status.available_replicas];
    let failure = status.conditions.unwrap_or_default().into_iter().find(|c| is_failure(&c.type_, &c.status));
    Workload {
        ready: format!("{ready}/{wanted}"),
        is_whole: is_seen(meta, status.observed_generation) && ready == wanted && are_all(counts, wanted),
        failure: failure.and_then(|condition| condition.message),
        ..workload(WorkloadKind::ReplicaSet, meta, template.as_ref())
    }
}

pub fn stateful_set(set: StatefulSet) -> Workload {
    let meta = &set.metadata;
    let (wanted, template) = set.spec.map_or((1, None), |s| (s.replicas.unwrap_or(1), Some(s.template)));
    let status = set.status.unwrap_or_default();
    let ready = status.ready_replicas.unwrap_or(0);
    // Its status counts those of the new revision only until all are of it.
    let is_updated = status.update_revision == status.current_revision || status.updated_replicas == Some(wanted);
    let is_whole = is_seen(meta, status.observed_generation)
        && is_updated
        && ready == wanted
        && are_all([Some(status.replicas)], wanted);
    Workload {
        ready: format!("{ready}/{wanted}"),
        is_whole,
        ..workload(WorkloadKind::StatefulSet, meta, template.as_ref())
    }
}

pub fn daemon_set(set: DaemonSet) -> Workload {
    let meta = &set.metadata;
    let template = set.spec.map(|spec| spec.template);
    let status = set.status.unwrap_or_default();
    let (wanted, ready) = (status.desired_number_scheduled, status.number_ready);
    let counts = [status.updated_number_scheduled, status.number_available];
    Workload {
        ready: format!("{ready}/{wanted}"),
        is_whole: is_seen(meta, status.observed_generation) && ready == wanted && are_all(counts, wanted),
        ..workload(WorkloadKind::DaemonSet, meta, template.as_ref())
    }
}

/// A Job is whole when it is complete, or while all of its pods that should run are ready.
pub fn job(job: Job) -> Workload {
    let meta = &job.metadata;
    let spec = job.spec.unwrap_or_default();
    let status = job.status.unwrap_or_default();
    let (active, ready, done) = (status.active.unwrap_or(0), status.ready.unwrap_or(0), status.succeeded.unwrap_or(0));
    let wanted = spec.completions.unwrap_or(1);
    let conditions = status.conditions.unwrap_or_default();
    let is = |kind: &str| conditions.iter().any(|c| c.type_ == kind && c.status == "True");
    let (is_complete, has_failed) = (is("Complete"), is("Failed"));
    let parallel = spec.parallelism.unwrap_or(1).min(wanted.saturating_sub(done));
    let said = if is_complete {
        "Complete"
    } else if has_failed {
        "Failed"
    } else {
        ""
    };
    Workload {
        ready: format!("{}/{wanted}", done.max(ready)),
        status: said.to_owned(),
        is_whole: is_complete || !has_failed && parallel > 0 && active >= parallel && ready >= parallel,
        ..workload(WorkloadKind::Job, meta, Some(&spec.template))
    }
}

/// Whether its pods run, its Jobs say: it has no status of that.
pub fn cron_job(cron_job: CronJob) -> Workload {
    let spec = cron_job.spec.unwrap_or_default();
    let template = spec.job_template.spec.map(|spec| spec.template);
    Workload { status: spec.schedule, ..workload(WorkloadKind::CronJob, &cron_job.metadata, template.as_ref()) }
}

pub fn pod(pod: &Pod) -> Workload {
    let statuses = pod.status.as_ref().and_then(|s| s.container_statuses.clone()).unwrap_or_default();
    let ready = statuses.iter().filter(|s| s.ready).count();
    let count = pod.spec.as_ref().map_or(0, |spec| spec.containers.len());
    // Why a container waits says more than the phase: `ImagePullBackOff`, not `Pending`.
    let waiting = statuses.iter().find_map(|s| s.state.as_ref()?.waiting.as_ref()?.reason.clone());
    let phase = pod.status.as_ref().and_then(|status| status.phase.clone()).unwrap_or_default();
    let template = PodTemplateSpec { metadata: Some(pod.metadata.clone()), spec: pod.spec.clone() };
    Workload {
        ready: format!("{ready}/{count}"),
        is_whole: phase == "Succeeded" || phase == "Running" && ready == count,
        status: waiting.unwrap_or(phase),
        ..workload(WorkloadKind::Pod, &pod.metadata, Some(&template))
    }
}

/// Whether the status is of the object as it is now.
fn is_seen(meta: &ObjectMeta, observed: Option<i64>) -> bool {
    observed.unwrap_or(0) >= meta.generation.unwrap_or(0)
}

fn are_all<const N: usize>(counts: [Option<i32>; N], wanted: i32) -> bool {
    counts.into_iter().all(|count| count.unwrap_or(0) == wanted)
}

fn is_failure(kind: &str, status: &str) -> bool {
    kind == "ReplicaFailure" && status == "True"
}

/// `template` has the pods' own metadata, which is what admission looks at.
fn workload(kind: WorkloadKind, meta: &ObjectMeta, template: Option<&PodTemplateSpec>) -> Workload {
    let spec = template.and_then(|template| template.spec.as_ref());
    let pods = template.and_then(|template| template.metadata.as_ref());
    Workload {
        kind,
        namespace: meta.namespace.clone().unwrap_or_default(),
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        generation: meta.generation.unwrap_or(0),
        ready: String::new(),
        status: String::new(),
        is_whole: false,
        images: spec.map(images).unwrap_or_default(),
        service_account: spec.and_then(|s| s.service_account_name.clone()).unwrap_or_default(),
        labels: pods.and_then(|meta| meta.labels.clone()).unwrap_or_default(),
        annotations: pods.and_then(|meta| meta.annotations.clone()).unwrap_or_default(),
        own_labels: meta.labels.clone().unwrap_or_default(),
        created: meta.creation_timestamp.as_ref().map(|time| time.0.to_string()).unwrap_or_default(),
        failure: None,
        controller: controller(meta),
    }
}

/// The images in the order in which the containers start.
fn images(spec: &PodSpec) -> Vec<RequestImage> {
    let before = spec.init_containers.iter().flatten().map(|container| {
        let stays = container.restart_policy.as_deref() == Some("Always");
        (container, if stays { ContainerKind::Sidecar } else { ContainerKind::Init })
    });
    let all = before.chain(spec.containers.iter().map(|container| (container, ContainerKind::Container)));
    all.filter_map(|(container, kind)| image(container, kind)).collect()
}

fn image(container: &Container, kind: ContainerKind) -> Option<RequestImage> {
    Some(RequestImage { image: container.image.clone()?, container: container.name.clone(), kind })
}

/// As kubectl names it.
fn controller(meta: &ObjectMeta) -> String {
    let owners = meta.owner_references.iter().flatten();
    let controller = owners.into_iter().find(|owner| owner.controller == Some(true));
    controller.map(|owner| format!("{}/{}", owner.kind.to_lowercase(), owner.name)).unwrap_or_default()
}
