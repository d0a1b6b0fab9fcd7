//! The `CronJob` controller (kubernetes, `pkg/controller/cronjob`): a Job whenever the time has come.
//!
//! Nothing runs when nobody looks, so a time may be noticed late; then only the last one counts, as
//! in a cluster whose controller was down.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, CronJobStatus, Job};
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};

use crate::kubernetes::events::{Component, Note, record};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::kinds::Editable as _;
use crate::kubernetes::objects::{Cluster, Object};
use crate::kubernetes::removal;
use crate::kubernetes::resources::ResourceKind;
use crate::kubernetes::schedule::Schedule;

use super::job::is_finished;
use super::making::controlled_by;

const BY: Component = Component::CronJobController;

/// How many times are looked through for the last one missed; a cluster gives up at as many.
const MOST_MISSED: usize = 100;

/// Makes the Job that is due, forgets old ones, and says how it stands.
pub(super) fn sync(cluster: Cluster<'_>, mut cron: CronJob) -> Result<(), Failure> {
    let spec = cron.spec.clone().unwrap_or_default();
    let mut status = cron.status.clone().unwrap_or_default();
    let (finished, running): (Vec<Job>, Vec<Job>) =
        cluster.owned::<Job>(cron.uid())?.into_iter().partition(is_finished);
    note_finished(cluster, &cron, &finished, &mut status)?;
    let (missed, next) = times(cluster.now, &cron, &spec, &status);
    if let Some(at) = missed.filter(|_| spec.suspend != Some(true)) {
        run(cluster, &cron, &spec, at, &running, &mut status)?;
    }
    forget(cluster, &spec, finished)?;
    let active = cluster.owned::<Job>(cron.uid())?.into_iter().filter(|job| !is_finished(job));
    status.active = Some(active.map(|job| reference(&job)).collect()).filter(|active: &Vec<_>| !active.is_empty());
    cron.status = Some(status);
    cluster.update(&mut cron)?;
    match next.filter(|_| spec.suspend != Some(true)) {
        Some(at) => cluster.enqueue(&cron, 0, at)?,
        None => cluster.dequeue(&cron)?,
    }
    Ok(())
}

/// The last time that has come since the last Job, and the next one to come.
fn times(
    now: Timestamp,
    cron: &CronJob,
    spec: &CronJobSpec,
    status: &CronJobStatus,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let Ok(schedule) = spec.schedule.parse::<Schedule>() else { return (None, None) };
    let zone = spec.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let since = status.last_schedule_time.as_ref().or(cron.metadata.creation_timestamp.as_ref());
    let mut at = since.map_or(now, |time| time.0);
    let mut missed = None;
    for _ in 0..MOST_MISSED {
        match schedule.next(at, &zone) {
            Some(next) if next <= now => (at, missed) = (next, Some(next)),
            next => return (missed, next),
        }
    }
    // Too many: what was long ago is let go.
    (missed, schedule.next(now, &zone))
}

fn run(
    cluster: Cluster<'_>,
    cron: &CronJob,
    spec: &CronJobSpec,
    at: Timestamp,
    running: &[Job],
    status: &mut CronJobStatus,
) -> Result<(), Failure> {
    match spec.concurrency_policy.as_deref() {
        Some("Forbid") if !running.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            return record(cluster, cron, Note::normal(BY, "JobAlreadyActive", message));
        }
        Some("Replace") => {
            for job in running {
                delete(cluster, job)?;
                let message = format!("Deleted job {}", job.name());
                record(cluster, cron, Note::normal(BY, "SuccessfulDelete", &message))?;
            }
        }
        _ => {}
    }
    status.last_schedule_time = Some(Time(at));
    let minutes = at.as_second() / 60;
    let template = spec.job_template.metadata.clone().unwrap_or_default();
    let job = Job {
        metadata: ObjectMeta {
            name: Some(format!("{}-{minutes}", cron.name())),
            namespace: Some(cron.namespace().to_owned()),
            labels: template.labels,
            annotations: template.annotations,
            owner_references: Some(vec![controlled_by(cron)]),
            ..ObjectMeta::default()
        },
        spec: spec.job_template.spec.clone(),
        status: None,
    };
    match Job::create(cluster, job) {
        Ok(job) => {
            let message = format!("Created job {}", job.name());
            record(cluster, cron, Note::normal(BY, "SuccessfulCreate", &message))
        }
        Err(Failure::Store(error)) => Err(error.into()),
        Err(refused) => {
            let message = format!("Error creating job: {refused}");
            record(cluster, cron, Note::warning(BY, "FailedCreate", &message))
        }
    }
}

fn note_finished(
    cluster: Cluster<'_>,
    cron: &CronJob,
    finished: &[Job],
    status: &mut CronJobStatus,
) -> Result<(), Failure> {
    let was_active = |job: &&Job| status.active.iter().flatten().any(|active| active.uid.as_deref() == Some(job.uid()));
    let seen: Vec<&Job> = finished.iter().filter(was_active).collect();
    for job in seen {
        let message = format!("Saw completed job: {}, condition: Complete", job.name());
        record(cluster, cron, Note::normal(BY, "SawCompletedJob", &message))?;
        status.last_successful_time = job.status.as_ref().and_then(|status| status.completion_time.clone());
    }
    Ok(())
}

/// Removes the Jobs that are through, but for the newest, of which the limit says how many are kept.
fn forget(cluster: Cluster<'_>, spec: &CronJobSpec, mut finished: Vec<Job>) -> Result<(), Failure> {
    let kept = usize::try_from(spec.successful_jobs_history_limit.unwrap_or(3)).unwrap_or(0);
    finished.sort_by_key(|job| job.metadata.creation_timestamp.as_ref().map(|time| time.0));
    let excess = finished.len().saturating_sub(kept);
    finished.iter().take(excess).try_for_each(|job| delete(cluster, job))
}

fn delete(cluster: Cluster<'_>, job: &Job) -> Result<(), Failure> {
    match cluster.stored(ResourceKind::Job, job.namespace(), job.name())? {
        Some(stored) => removal::remove_with_dependents(cluster, ResourceKind::Job, &stored, job.uid()),
        None => Ok(()),
    }
}

fn reference(job: &Job) -> ObjectReference {
    ObjectReference {
        api_version: Some("batch/v1".to_owned()),
        kind: Some("Job".to_owned()),
        namespace: Some(job.namespace().to_owned()),
        name: Some(job.name().to_owned()),
        uid: Some(job.uid().to_owned()),
        resource_version: job.metadata.resource_version.clone(),
        ..ObjectReference::default()
    }
}
