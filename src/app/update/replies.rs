//! Answers to reads, and the end of work.

use jiff::Timestamp;

use crate::command_log::export;
use crate::draft::file;
use crate::draft::file::state::Stamp;
use crate::effect::Effect;
use crate::job::{FileTarget, Job, Outcome};
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::query::{Answer, Source};
use crate::session::Session;
use crate::shell::notice::Weight;
use crate::shell::remote::{Remote, Ticket};
use crate::shell::report::Report;
use crate::shell::tab::Pane;
use crate::work::{Failure, Purpose, Work, WorkMsg};
use crate::{draft, history, import, sign};
use domain::name::ClusterKey;
use domain::policy::Policy;

fn finish<T>(remote: &mut Remote<T>, ticket: Ticket, result: Result<T, Report>, now: Timestamp) -> bool {
    remote.finish(ticket, result, now)
}

/// Takes an answer; what depends on it is read next.
pub(super) fn answered(model: &mut Model, ticket: Ticket, answer: Answer) -> Vec<Effect> {
    let now = model.ui.now;
    let r = &mut model.session.remotes;
    let (fresh, source) = match answer {
        Answer::Projects(result) => (finish(&mut r.projects, ticket, result, now), Source::Projects),
        Answer::Services(result) => (finish(&mut r.services, ticket, result, now), Source::Services),
        Answer::Clusters(result) => (finish(&mut r.clusters, ticket, result, now), Source::Clusters),
        Answer::Images(result) => (finish(&mut r.images, ticket, result, now), Source::Images),
        Answer::Policy(result) => (finish(&mut r.policy, ticket, result, now), Source::Policy),
        Answer::SystemPolicy(result) => (finish(&mut r.system_policy, ticket, result, now), Source::SystemPolicy),
        Answer::Attestors(result) => (finish(&mut r.attestors, ticket, result, now), Source::Attestors),
        Answer::Notes(result) => (finish(&mut r.notes, ticket, result, now), Source::Notes),
        Answer::Attestations(result) => {
            let more = result.as_ref().is_ok_and(|page| page.more);
            let fresh = finish(&mut r.attestations, ticket, result.map(|page| page.attestations), now);
            r.more_attestations = if fresh { more } else { r.more_attestations };
            (fresh, Source::Attestations)
        }
        Answer::Evidence(result) => (finish(&mut r.evidence, ticket, result, now), Source::Evidence),
        Answer::Registry(result) => (finish(&mut r.registry, ticket, result, now), Source::Registry),
        Answer::Survey(result) => (finish(&mut r.survey, ticket, result, now), Source::Survey),
        Answer::Inventory(result) => (finish(&mut r.inventory, ticket, result, now), Source::Inventory),
        Answer::Keys(result) => (finish(&mut r.keys, ticket, result, now), Source::Keys),
        Answer::Work(result) => (finish(&mut r.work, ticket, result, now), Source::Work),
    };
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
            history::act::seen(model)
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
    if wanted.is_empty() || model.decisions.looked_up.as_ref() == Some(&wanted) {
        return Vec::new();
    }
    let effects = model.load(&[Source::Registry]);
    if !effects.is_empty() {
        model.decisions.looked_up = Some(wanted);
    }
    effects
}

/// Reads the evidence when the image or the attestors that decide about it changed.
pub(super) fn missing_evidence(model: &mut Model) -> Vec<Effect> {
    let Some(images) = model.session.evidence_images() else { return Vec::new() };
    let wanted = (images, model.session.wanted_attestors(model.draft.policy()));
    if model.decisions.asked.as_ref() == Some(&wanted) {
        return Vec::new();
    }
    let effects = model.load(&[Source::Evidence]);
    if !effects.is_empty() {
        model.decisions.asked = Some(wanted);
    }
    effects
}

/// What work that is under way tells.
pub(super) fn worked(model: &mut Model, msg: WorkMsg) -> Vec<Effect> {
    match msg {
        WorkMsg::Progress(ticket, number, text) => progress(model, ticket, number, text),
        WorkMsg::Done(ticket, number, outcome) => job_done(model, ticket, number, outcome),
        WorkMsg::Ended(ticket, result) => ended(model, ticket, result),
    }
}

fn progress(model: &mut Model, ticket: Ticket, number: usize, text: String) -> Vec<Effect> {
    if let Some(work) = model.works.get_mut(ticket) {
        work.at = number;
        work.progress = text;
    }
    Vec::new()
}

fn job_done(model: &mut Model, ticket: Ticket, number: usize, outcome: Outcome) -> Vec<Effect> {
    model.log.done(ticket, number, &outcome);
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
fn plain_outcome(model: &mut Model, job: &Job, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Done => done(model, job),
        Outcome::Imported(stored) => imported(model, job, &stored),
        Outcome::Saved { path, stamp } => written(model, job, path, FileOutcome::Saved(stamp)),
        Outcome::InTheWay { path, text } => written(model, job, path, FileOutcome::InTheWay(text)),
        Outcome::Resolved { image, digest } => {
            model.session.choose(image.with_digest(&digest));
            Vec::new()
        }
        Outcome::Validated { refused: Some(reason) } => {
            model.say(Weight::Warning, format!("uploaded, and the attestor does not take it: {reason}"));
            Vec::new()
        }
        Outcome::Validated { refused: None }
        | Outcome::Generated { .. }
        | Outcome::Signed { .. }
        | Outcome::Pushed { .. } => Vec::new(),
    }
}

/// What was made is the chosen one.
fn done(model: &mut Model, job: &Job) -> Vec<Effect> {
    if let Job::CreateProject { project } = job
        && model.session.project.as_ref() != Some(project)
    {
        history::act::leave_project(model);
        model.session.project = Some(project.clone());
        return model.load(&Source::ALL);
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
    history::act::imported(model, project, stored)
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
        (FileTarget::Draft { .. }, FileOutcome::Saved(stamp)) => return file::act::saved(model, path, text, stamp),
        (FileTarget::Draft { .. }, FileOutcome::InTheWay(there)) => file::act::in_the_way(model, path, text, there),
        (FileTarget::Session { .. }, FileOutcome::InTheWay(there)) => export::in_the_way(model, path, text, there),
        (
            FileTarget::Session { .. } | FileTarget::WorkDirectory { .. } | FileTarget::Report { .. },
            FileOutcome::Saved(_) | FileOutcome::InTheWay(_),
        ) => {}
    }
    Vec::new()
}

fn ended(model: &mut Model, ticket: Ticket, result: Result<(), Failure>) -> Vec<Effect> {
    model.log.ended(ticket, &result);
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
        }
        Err(Failure::Failed(number, report)) => failed(model, &work, number, report),
    }
    effects
}

fn succeeded(model: &mut Model, work: &Work) {
    if work.purpose == Purpose::Wizard {
        return;
    }
    let is_refusal = |o: &Outcome| matches!(o, Outcome::Validated { refused: Some(_) } | Outcome::InTheWay { .. });
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
    let title = job.map(Job::title).unwrap_or_default();
    if let (Some(Job::ImportPolicy { project, .. }), true) = (job, report.conflict) {
        model.nav.go(Pane::Editor);
        model.nav.editing = false;
        return import::act::refused(model, project);
    }
    model.say(Weight::Error, format!("{title} failed: {}", report.title));
    model.overlays.push(Overlay::reader(format!("{title} failed"), Body::Report(report)));
    if matches!(job, Some(Job::ImportPolicy { .. })) {
        model.nav.go(Pane::Editor);
        model.nav.editing = false;
    }
}
