//! Mending a workload: trying the change, asking, sending it, and seeing that it helped.

use crate::decision::workload::ask_about;
use crate::effect::Effect;
use crate::fix;
use crate::fix::break_glass::JUSTIFICATION;
use crate::fix::mend::{Done, Mend, MendStage};
use crate::fix::standing::Standing;
use crate::fix::trial::Trial;
use crate::job::Job;
use crate::model::Model;
use crate::overlay::Overlay;
use crate::shell::notice::Weight;
use crate::shell::offset::Offset;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::fix::{FixStep, patch};
use domain::workload_patch::{PodChange, WorkloadPatch};

/// The change of the workload that is asked about by which the steps are done; `None` where there is no such workload.
pub(crate) fn patch_of(model: &Model, steps: &[FixStep]) -> Option<WorkloadPatch> {
    patch(steps, model.asked_workload()?)
}

/// Opens the box and tries the change.
pub(crate) fn open(model: &mut Model, patch: WorkloadPatch) -> Vec<Effect> {
    let Some(cluster) = model.session.cluster_id() else {
        model.say(Weight::Warning, "choose a cluster first");
        return Vec::new();
    };
    let ticket = model.next_ticket();
    let ask = fix::Effect::Try(ticket, cluster.clone(), Box::new(patch.clone()));
    let mend = Mend { cluster, patch, stage: MendStage::Trying(ticket), scroll: Offset::default() };
    model.overlays.push(Overlay::Mend(Box::new(mend)));
    vec![Effect::Fix(ask)]
}

/// The same for breaking the glass, with the reason in the pods' annotations.
pub(crate) fn break_glass(model: &mut Model, why: &str) -> Option<Vec<Effect>> {
    let platform = model.session.subject.platform;
    let mut patch = patch_of(model, &[FixStep::BreakGlass { platform, misplaced: None }])?;
    patch.changes.push(PodChange::Annotation { key: JUSTIFICATION.to_owned(), value: why.to_owned() });
    Some(open(model, patch))
}

/// Takes what came of the trial.
pub(crate) fn tried(model: &mut Model, ticket: Ticket, result: Result<Trial, Report>) {
    if let Some(mend) = mend_mut(model)
        && mend.stage == MendStage::Trying(ticket)
    {
        mend.stage = match result {
            Ok(trial) => MendStage::Tried(trial),
            Err(report) => MendStage::Stopped(report),
        };
    }
}

/// Sends what was tried, after a yes.
pub(crate) fn send(model: &mut Model) -> Vec<Effect> {
    let Some(mend) = mend_mut(model) else { return Vec::new() };
    let MendStage::Tried(trial) = &mend.stage else { return Vec::new() };
    let trial = trial.clone();
    let job = Job::ChangeWorkload {
        cluster: mend.cluster.clone(),
        patch: Box::new(mend.patch.clone()),
        sent: trial.sent.clone(),
    };
    mend.stage = MendStage::Sending(trial);
    model.run_job(job)
}

/// The change is done.
pub(crate) fn changed(model: &mut Model, uid: String, generation: i64) {
    let at = model.ui.now;
    if let Some(mend) = mend_mut(model) {
        mend.stage = MendStage::Done(Done { uid, generation, at });
    }
}

/// It could not be sent, or was stopped; false where no box waits for it.
pub(crate) fn stopped(model: &mut Model, report: Report) -> bool {
    match mend_mut(model) {
        Some(mend) if matches!(mend.stage, MendStage::Sending(_)) => {
            mend.stage = MendStage::Stopped(report);
            true
        }
        Some(_) | None => false,
    }
}

/// Looks whether a workload that was changed is whole.
pub(crate) fn follow(model: &mut Model) {
    let waits = model.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Mend(mend) => match &mend.stage {
            MendStage::Done(done) => Some((mend.patch.clone(), done.clone())),
            MendStage::Trying(_)
            | MendStage::Stopped(_)
            | MendStage::Tried(_)
            | MendStage::Sending(_)
            | MendStage::Mended { .. } => None,
        },
        _ => None,
    });
    let Some((patch, done)) = waits else { return };
    let Standing::Whole { ready } = model.standing(&patch, &done) else { return };
    let at = model.ui.now;
    if let Some(mend) = mend_mut(model) {
        mend.stage = MendStage::Mended { ready: ready.clone(), at };
    }
    model.say(Weight::Success, format!("✓ {} is mended: {ready}", patch.id));
    if let Some(workload) = model.asked_workload().cloned() {
        ask_about(&mut model.session, &workload);
    }
}

fn mend_mut(model: &mut Model) -> Option<&mut Mend> {
    model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Mend(mend) => Some(mend.as_mut()),
        _ => None,
    })
}
