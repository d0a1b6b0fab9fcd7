//! The rows of the workloads that are no Deployments.

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{DaemonSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job, JobSpec, JobStatus};
use k8s_openapi::api::core::v1::Container;
use serde_json::Value;

use crate::kubernetes::age::{human, since};

use super::cell::{AGE, Column, NAME, age, images, name, names, selected};

pub(super) const STATEFUL_SET: &[Column] =
    &[NAME, ("Ready", "string", 0), AGE, ("Containers", "string", 1), ("Images", "string", 1)];

pub(super) const DAEMON_SET: &[Column] = &[
    NAME,
    ("Desired", "integer", 0),
    ("Current", "integer", 0),
    ("Ready", "integer", 0),
    ("Up-to-date", "integer", 0),
    ("Available", "integer", 0),
    ("Node Selector", "string", 0),
    AGE,
    ("Containers", "string", 1),
    ("Images", "string", 1),
    ("Selector", "string", 1),
];

pub(super) const JOB: &[Column] = &[
    NAME,
    ("Status", "string", 0),
    ("Completions", "string", 0),
    ("Duration", "string", 0),
    AGE,
    ("Containers", "string", 1),
    ("Images", "string", 1),
    ("Selector", "string", 1),
];

pub(super) const CRON_JOB: &[Column] = &[
    NAME,
    ("Schedule", "string", 0),
    ("Timezone", "string", 0),
    ("Suspend", "boolean", 0),
    ("Active", "integer", 0),
    ("Last Schedule", "string", 0),
    AGE,
    ("Containers", "string", 1),
    ("Images", "string", 1),
    ("Selector", "string", 1),
];

pub(super) fn stateful_set(set: &StatefulSet, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (set.spec.clone().unwrap_or_default(), set.status.clone().unwrap_or_default());
    let containers = spec.template.spec.map(|spec| spec.containers).unwrap_or_default();
    vec![
        name(&set.metadata).into(),
        format!("{}/{}", status.ready_replicas.unwrap_or(0), spec.replicas.unwrap_or(1)).into(),
        age(&set.metadata, now).into(),
        names(&containers).into(),
        images(&containers).into(),
    ]
}

pub(super) fn daemon_set(set: &DaemonSet, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (set.spec.clone().unwrap_or_default(), set.status.clone().unwrap_or_default());
    let pod = spec.template.spec.unwrap_or_default();
    let nodes: Vec<String> = pod.node_selector.iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    vec![
        name(&set.metadata).into(),
        status.desired_number_scheduled.into(),
        status.current_number_scheduled.into(),
        status.number_ready.into(),
        status.updated_number_scheduled.unwrap_or(0).into(),
        status.number_available.unwrap_or(0).into(),
        if nodes.is_empty() { "<none>".to_owned() } else { nodes.join(",") }.into(),
        age(&set.metadata, now).into(),
        names(&pod.containers).into(),
        images(&pod.containers).into(),
        selected(&spec.selector).into(),
    ]
}

pub(super) fn job(job: &Job, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (job.spec.clone().unwrap_or_default(), job.status.clone().unwrap_or_default());
    let containers = containers(&spec);
    vec![
        name(&job.metadata).into(),
        state(&status).into(),
        completions(&spec, &status).into(),
        duration(&status, now).into(),
        age(&job.metadata, now).into(),
        names(&containers).into(),
        images(&containers).into(),
        selected(&spec.selector.unwrap_or_default()).into(),
    ]
}

fn containers(spec: &JobSpec) -> Vec<Container> {
    spec.template.spec.as_ref().map(|spec| spec.containers.clone()).unwrap_or_default()
}

fn state(status: &JobStatus) -> &'static str {
    let holds = |type_: &str| {
        status.conditions.iter().flatten().any(|condition| condition.type_ == type_ && condition.status == "True")
    };
    let known = ["Complete", "Failed", "Suspended"];
    known.into_iter().find(|type_| holds(type_)).unwrap_or("Running")
}

fn completions(spec: &JobSpec, status: &JobStatus) -> String {
    let succeeded = status.succeeded.unwrap_or(0);
    match (spec.completions, spec.parallelism.unwrap_or(0)) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(status: &JobStatus, now: Timestamp) -> String {
    match (&status.start_time, &status.completion_time) {
        (None, _) => String::new(),
        (Some(start), Some(end)) => human(end.0.duration_since(start.0).as_secs()),
        (Some(start), None) => since(Some(start.0), now),
    }
}

pub(super) fn cron_job(cron: &CronJob, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (cron.spec.clone().unwrap_or_default(), cron.status.clone().unwrap_or_default());
    let job = spec.job_template.spec.unwrap_or_default();
    let containers = containers(&job);
    let last = status.last_schedule_time.map_or_else(|| "<none>".to_owned(), |last| since(Some(last.0), now));
    vec![
        name(&cron.metadata).into(),
        spec.schedule.into(),
        spec.time_zone.unwrap_or_else(|| "<none>".to_owned()).into(),
        spec.suspend.unwrap_or(false).to_string().replace("false", "False").replace("true", "True").into(),
        status.active.map_or(0, |active| active.len()).into(),
        last.into(),
        age(&cron.metadata, now).into(),
        names(&containers).into(),
        images(&containers).into(),
        selected(&job.selector.unwrap_or_default()).into(),
    ]
}
