//! The Job controller (kubernetes, `pkg/controller/job`): pods until enough have come to their end.

use k8s_openapi::api::batch::v1::{Job, JobCondition, JobSpec, JobStatus, UncountedTerminatedPods};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::kubernetes::events::{Component, Note, record};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};

use super::availability::is_ready;
use super::making::{self, number};

const BY: Component = Component::JobController;

/// The labels by which a Job knows its pods; the older spelling is kept beside the newer one.
const UID_LABELS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];
const NAME_LABELS: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];

/// Moves one Job on, and says in its status how it stands.
pub(super) fn sync(cluster: Cluster<'_>, mut job: Job) -> Result<(), Failure> {
    if is_finished(&job) {
        return Ok(());
    }
    select(&mut job);
    let spec = job.spec.clone().unwrap_or_default();
    let suspended = spec.suspend == Some(true);
    let old = job.status.clone().unwrap_or_default();
    let pods = cluster.owned::<Pod>(job.uid())?;
    if suspended {
        for pod in pods.iter().filter(|pod| !has_succeeded(pod)) {
            making::delete(cluster, pod)?;
        }
    } else {
        create_missing(cluster, &job, &spec, &pods)?;
    }
    let pods = cluster.owned::<Pod>(job.uid())?;
    job.status = Some(status(cluster, &job, &spec, &old, &pods)?);
    cluster.update(&mut job)?;
    Ok(())
}

pub(super) fn is_finished(job: &Job) -> bool {
    let conditions = job.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    conditions.iter().any(|condition| matches!(condition.type_.as_str(), "Complete" | "Failed"))
}

/// Gives the pods the labels by which this Job knows them, unless it chooses them itself.
fn select(job: &mut Job) {
    let (uid, name) = (job.uid().to_owned(), job.name().to_owned());
    let spec = job.spec.get_or_insert_default();
    if spec.manual_selector == Some(true) || spec.selector.is_some() {
        return;
    }
    let labels = spec.template.metadata.get_or_insert_default().labels.get_or_insert_default();
    labels.extend(UID_LABELS.map(|key| (key.to_owned(), uid.clone())));
    labels.extend(NAME_LABELS.map(|key| (key.to_owned(), name.clone())));
    let own = [(UID_LABELS[0].to_owned(), uid)].into();
    spec.selector = Some(LabelSelector { match_labels: Some(own), match_expressions: None });
}

fn has_succeeded(pod: &Pod) -> bool {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Succeeded")
}

/// How many pods have to succeed. Without a number one success is enough.
fn completions(spec: &JobSpec) -> usize {
    usize::try_from(spec.completions.unwrap_or(1)).unwrap_or(0)
}

fn create_missing(cluster: Cluster<'_>, job: &Job, spec: &JobSpec, pods: &[Pod]) -> Result<(), Failure> {
    let succeeded = pods.iter().filter(|pod| has_succeeded(pod)).count();
    let active = pods.len() - succeeded;
    let parallelism = usize::try_from(spec.parallelism.unwrap_or(1)).unwrap_or(0);
    let wanted = if spec.completions.is_none() && succeeded > 0 {
        0
    } else {
        parallelism.min(completions(spec).saturating_sub(succeeded).max(usize::from(spec.completions.is_none())))
    };
    if active >= wanted || making::is_put_off(cluster, job)? {
        return Ok(());
    }
    for index in succeeded + active..succeeded + wanted {
        let mut pod = making::pod_of(job, &spec.template);
        if spec.completion_mode.as_deref() == Some("Indexed") {
            let key = "batch.kubernetes.io/job-completion-index".to_owned();
            pod.metadata.annotations.get_or_insert_default().insert(key.clone(), index.to_string());
            pod.metadata.labels.get_or_insert_default().insert(key, index.to_string());
        }
        match making::make(cluster, pod)? {
            Ok(pod) => {
                let message = format!("Created pod: {}", pod.name());
                record(cluster, job, Note::normal(BY, "SuccessfulCreate", &message))?;
            }
            Err(why) => {
                record(cluster, job, Note::warning(BY, "FailedCreate", &format!("Error creating: {why}")))?;
                return making::put_off(cluster, job);
            }
        }
    }
    Ok(cluster.dequeue(job)?)
}

fn status(
    cluster: Cluster<'_>,
    job: &Job,
    spec: &JobSpec,
    old: &JobStatus,
    pods: &[Pod],
) -> Result<JobStatus, Failure> {
    let succeeded = pods.iter().filter(|pod| has_succeeded(pod)).count();
    let suspended = spec.suspend == Some(true);
    let complete = !suspended && succeeded >= completions(spec);
    let was_suspended = old.conditions.iter().flatten().any(|condition| condition.type_ == "Suspended");
    if suspended && !was_suspended {
        record(cluster, job, Note::normal(BY, "Suspended", "Job suspended"))?;
    }
    let conditions = if complete {
        record(cluster, job, Note::normal(BY, "Completed", "Job completed"))?;
        let reached = "Reached expected number of succeeded pods";
        ["SuccessCriteriaMet", "Complete"]
            .map(|type_| condition(cluster, type_, "CompletionsReached", reached))
            .to_vec()
    } else if suspended {
        let kept = old.conditions.clone().filter(|_| was_suspended);
        kept.unwrap_or_else(|| vec![condition(cluster, "Suspended", "JobSuspended", "Job suspended")])
    } else {
        Vec::new()
    };
    let some = |count: usize| Some(number(count)).filter(|count| *count > 0);
    Ok(JobStatus {
        active: some(pods.len() - succeeded),
        ready: Some(number(pods.iter().filter(|pod| is_ready(pod)).count())),
        succeeded: some(succeeded),
        terminating: Some(0),
        start_time: old.start_time.clone().or_else(|| (!suspended).then(|| cluster.time())),
        completion_time: complete.then(|| cluster.time()),
        conditions: Some(conditions).filter(|conditions| !conditions.is_empty()),
        uncounted_terminated_pods: Some(UncountedTerminatedPods::default()),
        ..JobStatus::default()
    })
}

fn condition(cluster: Cluster<'_>, type_: &str, reason: &str, message: &str) -> JobCondition {
    JobCondition {
        type_: type_.to_owned(),
        status: "True".to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_probe_time: Some(cluster.time()),
        last_transition_time: Some(cluster.time()),
    }
}
