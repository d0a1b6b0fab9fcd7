//! Answers to reads, and the end of work.

use crate::command_log::export;
use crate::draft::file;
use crate::draft::file::state::Stamp;
use crate::effect::Effect;
use crate::job::{FileTarget, Job, JobOutcome};
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::query::{Answer, Source};
use crate::session::Session;
use crate::shell::notice::Weight;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use crate::shell::tab::Pane;
use crate::work::{Failure, Purpose, Work, WorkMsg};
use crate::{draft, fix, history, import, sign};
use domain::name::ClusterKey;
use domain::policy::Policy;

/// Takes an answer; what depends on it is read next.
pub(super) fn answer_arrived(model: &mut Model, ticket: Ticket, answer: Answer) -> Vec<Effect> {
    let source = answer.source();
    let fresh = model.session.remotes.finish(ticket, answer, model.ui.now);
    if !fresh {
        return Vec::new();
    }
    match source {
        Source::Clusters => {
            adopt_cluster(&mut model.session);
            Vec::new()
        }
        Source::Attestors => model.load(&[Source::Attestations]),
        Source::Policy => {
            draft::act::live_policy_came(model);
            if model.session.remotes.policy.failure().is_none() {
                import::act::live_came(model);
            }
            history::act::policy_read(model)
        }
        Source::Projects
        | Source::Services
        | Source::Images
        | Source::SystemPolicy
        | Source::Notes
        | Source::Attestations
        | Source::Evidence
        | Source::Registry
        | Source::Survey
        | Source::Inventory
        | Source::Keys
        | Source::Work => Vec::new(),
    }
}

/// Where no cluster is chosen, the only one is.
fn adopt_cluster(session: &mut Session) {
    if session.remotes.clusters.failure().is_some() {
        return;
    }
    if session.cluster_info().is_none() {
        let clusters = session.remotes.clusters.items();
        session.cluster = match clusters {
            [only] => ClusterKey::new(&only.location, &only.name).ok(),
            [..] => None,
        };
        session.remotes.workloads.clear();
        session.remotes.events.clear();
    }
}

/// Looks up what tags mean when others are asked about.
pub(super) fn missing_registry(model: &mut Model) -> Vec<Effect> {
    let wanted = model.session.registry_images();
    if wanted.is_empty() || model.decisions.tags_read_for.as_ref() == Some(&wanted) {
        return Vec::new();
    }
    let effects = model.load(&[Source::Registry]);
    if !effects.is_empty() {
        model.decisions.tags_read_for = Some(wanted);
    }
    effects
}

/// Reads the system policy of the region where that of another one was read.
pub(super) fn missing_system_policy(model: &mut Model) -> Vec<Effect> {
    let read_for = model.decisions.system_policy_read_for.as_str();
    if read_for.is_empty() || read_for == model.session.system_policy_location() {
        return Vec::new();
    }
    // Another region's says nothing of this one.
    model.session.remotes.system_policy.clear();
    model.load(&[Source::SystemPolicy])
}

/// Reads the evidence when the image or the attestors that decide about it changed.
pub(super) fn missing_evidence(model: &mut Model) -> Vec<Effect> {
    let Some(images) = model.session.evidence_images() else { return Vec::new() };
    let wanted = (images, model.session.wanted_attestors(model.draft.policy()));
    if model.decisions.evidence_read_for.as_ref() == Some(&wanted) {
        return Vec::new();
    }
    let effects = model.load(&[Source::Evidence]);
    if !effects.is_empty() {
        model.decisions.evidence_read_for = Some(wanted);
    }
    effects
}

/// What work that is under way tells.
pub(super) fn worked(model: &mut Model, msg: WorkMsg) -> Vec<Effect> {
    match msg {
        WorkMsg::Progress(ticket, number, text) => progress(model, ticket, number, text),
        WorkMsg::Done(ticket, number, outcome) => job_done(model, ticket, number, outcome),
        WorkMsg::Ended(ticket, result) => work_ended(model, ticket, result),
    }
}

fn progress(model: &mut Model, ticket: Ticket, number: usize, text: String) -> Vec<Effect> {
    if let Some(work) = model.works.get_mut(ticket) {
        work.at = number;
        work.progress = text;
    }
    Vec::new()
}

fn job_done(model: &mut Model, ticket: Ticket, number: usize, outcome: JobOutcome) -> Vec<Effect> {
    model.log.finish_job(ticket, number, &outcome);
    let Some(work) = model.works.get_mut(ticket) else { return Vec::new() };
    work.at = number + 1;
    work.progress.clear();
    work.outcomes.push(outcome.clone());
    let (job, purpose) = (work.jobs.get(number).cloned(), work.purpose);
    match (job, purpose) {
        (Some(job), Purpose::Plain) => plain_outcome(model, &job, outcome),
        (Some(_), Purpose::Wizard) => sign::act::wizard_outcome(model, outcome),
        (Some(_), Purpose::GuideSign) => sign::act::guide_outcome(model, outcome),
        (None, _) => Vec::new(),
    }
}

/// What an outcome changes in the session by itself.
fn plain_outcome(model: &mut Model, job: &Job, outcome: JobOutcome) -> Vec<Effect> {
    match outcome {
        JobOutcome::Done => done(model, job),
        JobOutcome::Imported(stored) => imported(model, job, &stored),
        JobOutcome::Saved { path, stamp } => written(model, job, path, FileOutcome::Saved(stamp)),
        JobOutcome::InTheWay { path, text } => written(model, job, path, FileOutcome::InTheWay(text)),
        JobOutcome::Resolved { image, digest } => {
            model.session.choose(image.with_digest(&digest));
            Vec::new()
        }
        JobOutcome::Validated { refused: Some(reason) } => {
            model.say(Weight::Warning, format!("uploaded, and the attestor does not take it: {reason}"));
            Vec::new()
        }
        JobOutcome::Changed { uid, generation } => {
            fix::mending::changed(model, uid, generation);
            Vec::new()
        }
        JobOutcome::Validated { refused: None }
        | JobOutcome::Generated { .. }
        | JobOutcome::Signed { .. }
        | JobOutcome::Pushed { .. } => Vec::new(),
    }
}

/// What was made is the chosen one.
fn done(model: &mut Model, job: &Job) -> Vec<Effect> {
    if let Job::CreateProject { project } = job
        && model.session.project.as_ref() != Some(project)
    {
        history::act::leave_project(model);
        model.session.project = Some(project.clone());
        return model.load(Source::ALL);
    }
    if let Job::CreateCluster(id) = job {
        model.session.cluster = Some(id.key.clone());
    }
    Vec::new()
}

/// What was imported is what the draft is compared with.
fn imported(model: &mut Model, job: &Job, stored: &Policy) -> Vec<Effect> {
    let Job::ImportPolicy { project, text, .. } = job else { return Vec::new() };
    model.draft.baseline.clone_from(text);
    history::act::policy_imported(model, project, stored)
}

/// What came of a file.
enum FileOutcome {
    Saved(Stamp),
    /// With its text, if it is one.
    InTheWay(Option<String>),
}

/// The draft and the script of the session go on by what came of their file; others are done with.
fn written(model: &mut Model, job: &Job, path: String, outcome: FileOutcome) -> Vec<Effect> {
    let Job::WriteFile { target, text } = job else { return Vec::new() };
    match (target, outcome) {
        (FileTarget::Draft { .. }, FileOutcome::Saved(stamp)) => {
            return file::act::file_saved(model, path, text, stamp);
        }
        (FileTarget::Draft { .. }, FileOutcome::InTheWay(there)) => file::act::in_the_way(model, path, text, there),
        (FileTarget::Session { .. }, FileOutcome::InTheWay(there)) => export::in_the_way(model, path, text, there),
        (
            FileTarget::Session { .. } | FileTarget::WorkDirectory { .. } | FileTarget::Report { .. },
            FileOutcome::Saved(_) | FileOutcome::InTheWay(_),
        ) => {}
    }
    Vec::new()
}

fn work_ended(model: &mut Model, ticket: Ticket, result: Result<(), Failure>) -> Vec<Effect> {
    model.log.finish_work(ticket, &result);
    let form = model.submitted.remove(&ticket);
    let Some(work) = model.works.end(ticket) else { return Vec::new() };
    let effects = model.load(&work.touches());
    if result.is_err() {
        model.guide.settle();
        model.overlays.extend(form.map(Overlay::Form));
    }
    match result {
        Ok(()) => succeeded(model, &work),
        Err(Failure::Cancelled) => {
            model.say(Weight::Warning, format!("{}: cancelled", work.title()));
            sign::act::wizard_stopped(model, None);
            fix::mending::stopped(model, Report::new("it was cancelled: what became of it, the cluster tells"));
        }
        Err(Failure::Failed(number, report)) => failed(model, &work, number, report),
    }
    effects
}

fn succeeded(model: &mut Model, work: &Work) {
    if work.purpose == Purpose::Wizard {
        return;
    }
    let is_refusal =
        |o: &JobOutcome| matches!(o, JobOutcome::Validated { refused: Some(_) } | JobOutcome::InTheWay { .. });
    let refused = work.outcomes.iter().any(is_refusal);
    if let (Some(job), false) = (work.jobs.last(), refused) {
        model.say(Weight::Success, format!("✓ {}", job.title()));
    }
}

fn failed(model: &mut Model, work: &Work, number: usize, report: Report) {
    let job = work.jobs.get(number);
    if work.purpose == Purpose::Wizard {
        sign::act::wizard_stopped(model, Some(report));
        return;
    }
    if matches!(job, Some(Job::ChangeWorkload { .. })) && fix::mending::stopped(model, report.clone()) {
        return;
    }
    let title = job.map(Job::title).unwrap_or_default();
    if let (Some(Job::ImportPolicy { project, .. }), true) = (job, report.conflict) {
        model.nav.go(Pane::Editor);
        model.nav.editing = false;
        return import::act::import_refused(model, project);
    }
    model.say(Weight::Error, format!("{title} failed: {}", report.title));
    model.overlays.push(Overlay::reader(format!("{title} failed"), Body::Report(report)));
    if matches!(job, Some(Job::ImportPolicy { .. })) {
        model.nav.go(Pane::Editor);
        model.nav.editing = false;
    }
}
