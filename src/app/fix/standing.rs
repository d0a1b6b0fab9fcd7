//! How a workload stands that was changed, or that waits for its controller, from what the cluster tells.

use jiff::Timestamp;

use crate::cluster::state::Feed;
use crate::fix::mend::Done;
use crate::model::Model;
use domain::admission::Outcome;
use domain::event_group::refusal;
use domain::owner::Owners;
use domain::resource::{ClusterEvent, Workload, WorkloadKind};
use domain::retry;
use domain::workload_patch::WorkloadPatch;

/// How a workload stands that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// What happens in the cluster now is not known: why.
    NotKnown(String),
    /// How many are ready, and what happens next.
    Waiting {
        ready: String,
        next: String,
    },
    /// A pod of the change was refused: the event's message.
    Refused(String),
    Whole {
        ready: String,
    },
}

/// How what is asked about stands, where no fix is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixStanding {
    Reading,
    NotKnown,
    /// It is refused.
    Refused,
    /// It would be admitted; there is no workload that could run.
    Admitted,
    /// It would be admitted, and its workload is not whole.
    Waits,
    /// Its workload is whole.
    Runs,
}

impl Model {
    /// How what is asked about stands.
    pub fn fix_standing(&self) -> FixStanding {
        let remotes = &self.session.remotes;
        let outcome = self.decisions.now.as_ref().map(|decision| decision.outcome);
        match (outcome, self.asked_workload()) {
            (Some(Outcome::Undecided) | None, _) if remotes.is_loading() => FixStanding::Reading,
            (Some(Outcome::Undecided) | None, _) => FixStanding::NotKnown,
            (Some(Outcome::Deny), _) => FixStanding::Refused,
            (Some(Outcome::Admit | Outcome::AdmitDryRun | Outcome::AdmitBreakGlass), None) => FixStanding::Admitted,
            (Some(_), Some(workload)) if workload.is_whole => FixStanding::Runs,
            (Some(_), Some(_)) => FixStanding::Waits,
        }
    }

    /// How the workload of the box stands.
    pub fn standing(&self, patch: &WorkloadPatch, done: &Done) -> Standing {
        if let Feed::Lost(report) = &self.watch.workloads {
            return Standing::NotKnown(report.title.clone());
        }
        let Some(workloads) = self.session.remotes.workloads.value() else {
            return Standing::NotKnown("the cluster's workloads are not read yet".to_owned());
        };
        let owners = Owners::new(workloads);
        let now = owners.find(&patch.id.namespace, &patch.id.to_string()).filter(|now| now.uid == done.uid);
        let Some(workload) = now.filter(|workload| workload.generation >= done.generation) else {
            return Standing::Waiting {
                ready: "?".to_owned(),
                next: "the cluster tells of the change next".to_owned(),
            };
        };
        if let Some(ready) = whole(workload, workloads, done) {
            return Standing::Whole { ready };
        }
        let events = self.session.remotes.events.items();
        let refused = events.iter().find(|event| is_refused_since(event, &owners, patch, done));
        match refused {
            Some(event) => Standing::Refused(event.message.clone()),
            None => Standing::Waiting { ready: workload.ready.clone(), next: next_of_change(workload.kind).to_owned() },
        }
    }

    /// The workload whose pod is asked about, as it is now.
    pub fn asked_workload(&self) -> Option<&Workload> {
        let id = self.session.workload.as_ref()?;
        self.session
            .remotes
            .workloads
            .items()
            .iter()
            .find(|workload| workload.kind == id.kind && workload.name == id.name && workload.namespace == id.namespace)
    }

    /// What happens next to a workload of which nothing was changed: its controller tries again.
    pub fn next_try(&self, workload: &Workload) -> String {
        let events = self.session.remotes.events.items();
        let owners = Owners::new(self.session.remotes.workloads.items());
        let of = |event: &&ClusterEvent| {
            event.namespace == workload.namespace
                && refusal(&event.message).is_some()
                && owners.top(&event.namespace, &event.object) == workload.id().to_string()
        };
        let last = events.iter().filter(of).max_by(|a, b| a.last_seen.cmp(&b.last_seen));
        let at = last.and_then(|event| retry::next_try(&event.first_seen, &event.last_seen));
        match at.filter(|at| *at > self.ui.now) {
            Some(at) => {
                let seconds = at.duration_since(self.ui.now).as_secs().max(1);
                format!(
                    "its controller tries again by itself, at about {} UTC (in {seconds} s)",
                    at.strftime("%H:%M:%S")
                )
            }
            None => "its controller tries again by itself; its pauses double, up to 17 minutes".to_owned(),
        }
    }
}

/// The ready count of a workload that is whole since the change.
fn whole(workload: &Workload, workloads: &[Workload], done: &Done) -> Option<String> {
    if workload.kind != WorkloadKind::CronJob {
        return workload.is_whole.then(|| workload.ready.clone());
    }
    let id = workload.id().to_string();
    let after = |job: &Workload| job.created.parse::<Timestamp>().is_ok_and(|at| at.as_second() >= done.at.as_second());
    let job = workloads.iter().find(|job| {
        job.kind == WorkloadKind::Job
            && job.namespace == workload.namespace
            && job.controller == id
            && job.is_whole
            && after(job)
    });
    job.map(|job| format!("{} of {}", job.ready, job.name))
}

/// Whether the event tells that a pod of the changed workload was refused.
fn is_refused_since(event: &ClusterEvent, owners: &Owners<'_>, patch: &WorkloadPatch, done: &Done) -> bool {
    // Events have whole seconds.
    let is_later = event.last_seen.parse::<Timestamp>().is_ok_and(|seen| seen.as_second() >= done.at.as_second());
    if !is_later
        || event.namespace != patch.id.namespace
        || owners.top(&event.namespace, &event.object) != patch.id.to_string()
        || refusal(&event.message).is_none()
    {
        return false;
    }
    // What was made before the change tries for a while yet.
    let is_old = patch.replaced_images().any(|image| event.message.contains(image));
    !is_old && owners.find(&event.namespace, &event.object).is_some_and(|object| patch.is_in(object))
}

/// What the controllers do by themselves after the object was changed.
fn next_of_change(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Deployment => "its controller makes a ReplicaSet of the new template, at once",
        WorkloadKind::StatefulSet | WorkloadKind::DaemonSet | WorkloadKind::ReplicaSet | WorkloadKind::Job => {
            "its controller makes pods of the new template, at once"
        }
        WorkloadKind::CronJob => "the next run by its schedule has the new template",
        WorkloadKind::Pod => "the kubelet starts it",
    }
}
