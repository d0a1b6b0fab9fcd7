//! What the box says in which a workload is mended, line by line.

use crate::fix::mend::{Mend, MendStage};
use crate::fix::standing::Standing;
use crate::fix::trial::{PodTrial, Sent, Trial};
use crate::model::Model;
use domain::command::workload;
use domain::event_group::refusal;
use domain::resource::{Workload, WorkloadKind};
use domain::workload_patch::{PatchWay, WorkloadPatch};

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MendLook {
    Plain,
    Dim,
    Code,
    Good,
    Bad,
    Warning,
    Busy,
}

/// One line.
pub type MendLine = (MendLook, String);

impl Model {
    /// What the box says.
    pub fn mend_lines(&self, mend: &Mend) -> Vec<MendLine> {
        let mut lines: Vec<MendLine> = mend.patch.lines().into_iter().map(|text| (MendLook::Plain, text)).collect();
        lines.push((MendLook::Code, format!("$ {}", mend.patch.command(&mend.cluster))));
        lines.push((MendLook::Dim, String::new()));
        match &mend.stage {
            MendStage::Trying(_) => {
                lines.push((MendLook::Busy, "it is tried, and not made yet (dryRun=All)…".to_owned()));
            }
            MendStage::Stopped(report) => lines.extend(stopped(report)),
            MendStage::Tried(trial) => {
                sent(&mut lines, &mend.patch, trial);
                tried(&mut lines, &mend.patch, trial);
            }
            MendStage::Sending(_) => lines.push((MendLook::Busy, "it is sent…".to_owned())),
            MendStage::Done(done) => {
                let at = done.at.strftime("%H:%M:%S");
                lines.push((MendLook::Plain, format!("sent at {at} UTC; it is mended when everything runs")));
                standing_lines(&mut lines, mend, &self.standing(&mend.patch, done));
            }
            MendStage::Mended { ready, at } => {
                lines.push((
                    MendLook::Good,
                    format!("mended: {} is {ready} since {} UTC", mend.patch.id, at.strftime("%H:%M:%S")),
                ));
                lines.extend(afterwards(&mend.patch));
            }
        }
        lines
    }

    /// How a workload stands of which nothing is refused any more, and what happens next to it.
    pub fn retry_lines(&self, workload: &Workload) -> Vec<String> {
        let id = workload.id();
        if workload.is_whole {
            return vec![format!("mended: {id} is {}", workload.ready)];
        }
        let now = if workload.ready.is_empty() { id.to_string() } else { format!("{id} is {}", workload.ready) };
        let at_once = self.session.cluster_id().and_then(|cluster| workload::try_at_once(&cluster, &id));
        let mut lines = vec![match workload.kind {
            WorkloadKind::CronJob => format!("{now}: the next run by its schedule, {}", workload.status),
            WorkloadKind::Deployment
            | WorkloadKind::StatefulSet
            | WorkloadKind::DaemonSet
            | WorkloadKind::Job
            | WorkloadKind::ReplicaSet => format!("{now}: {}", self.next_try(workload)),
            WorkloadKind::Pod => now,
        }];
        lines.extend(at_once.map(|command| format!("at once: {command}")));
        lines
    }
}

fn standing_lines(lines: &mut Vec<MendLine>, mend: &Mend, standing: &Standing) {
    match standing {
        Standing::NotKnown(why) => {
            lines.push((MendLook::Warning, format!("what the cluster does now is not known: {why}")));
        }
        Standing::Waiting { ready, next } => {
            let now = if ready.is_empty() { String::new() } else { format!("{ready} ready; ") };
            lines.push((MendLook::Busy, format!("{now}{next}")));
            if mend.patch.id.kind == WorkloadKind::CronJob
                && let Some(command) = workload::try_at_once(&mend.cluster, &mend.patch.id)
            {
                lines.push((MendLook::Code, format!("at once: {command}")));
            }
        }
        Standing::Refused(message) => {
            let cause = refusal(message).unwrap_or_else(|| message.clone());
            lines.push((MendLook::Bad, format!("refused again: {cause}")));
            lines.push((MendLook::Dim, message.clone()));
            lines.push((MendLook::Plain, "Esc, then F on the workload, shows what is left".to_owned()));
        }
        // The next change of the model says so.
        Standing::Whole { ready } => lines.push((MendLook::Good, format!("{ready} ready"))),
    }
}

fn stopped(report: &crate::shell::report::Report) -> Vec<MendLine> {
    let mut lines = vec![(MendLook::Bad, report.title.clone())];
    lines.extend(report.chain.iter().map(|cause| (MendLook::Plain, format!("because {cause}"))));
    lines.extend(report.hint.iter().map(|hint| (MendLook::Plain, hint.clone())));
    lines.push((MendLook::Dim, "nothing is sent from here; c copies the command".to_owned()));
    lines
}

/// The very bytes.
fn sent(lines: &mut Vec<MendLine>, patch: &WorkloadPatch, trial: &Trial) {
    let what = match (&trial.sent, patch.id.kind) {
        (Sent::Patch(_), _) => "What is sent, a strategic merge patch (PATCH):".to_owned(),
        (Sent::Replacement { .. }, WorkloadKind::Job) => {
            "The pod template of a Job is immutable. The Job is deleted, and this one made (POST):".to_owned()
        }
        (Sent::Replacement { .. }, kind) => {
            format!("The {} is deleted, and this one made (POST):", kind.title())
        }
    };
    lines.push((MendLook::Plain, what));
    lines.push((MendLook::Code, trial.sent.body().to_owned()));
    lines.push((MendLook::Dim, String::new()));
}

fn tried(lines: &mut Vec<MendLine>, patch: &WorkloadPatch, trial: &Trial) {
    let taken = match patch.way() {
        PatchWay::InPlace => "Tried (dryRun=All): the API server takes it",
        PatchWay::Replacement => "Tried (dryRun=All), as a pod of it",
    };
    lines.push(match &trial.pod {
        PodTrial::Admitted if patch.breaks_the_glass() => {
            (MendLook::Warning, format!("{taken}, and its pods get in, whatever the policy says; each is logged"))
        }
        PodTrial::Admitted => (MendLook::Good, format!("{taken}, and admission lets its pods in")),
        PodTrial::Refused(message) => (MendLook::Bad, format!("{taken}; its pods would be refused again: {message}")),
        PodTrial::NotKnown(why) => {
            (MendLook::Warning, format!("{taken}; whether its pods get in could not be tried: {why}"))
        }
    });
}

/// What is to be done later.
fn afterwards(patch: &WorkloadPatch) -> Vec<MendLine> {
    if !patch.breaks_the_glass() {
        return Vec::new();
    }
    let id = &patch.id;
    let remove = workload::remove_break_glass(id.kind, &id.namespace, &id.name);
    vec![
        (MendLook::Plain, "Take the label away as soon as the image is admitted without it:".to_owned()),
        (MendLook::Code, format!("$ {remove}")),
    ]
}
