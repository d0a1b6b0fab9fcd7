//! The Deployer's rows: setting up, images, workloads, events, the decision's tree.

use crate::cluster::form::{ClusterForm, DeployForm, ProjectForm, PushForm};
use crate::cluster::{Action, Then};
use crate::decision::tree::TreeCommand;
use crate::effect::Effect;
use crate::guide::Seen;
use crate::guide::state::Guide;
use crate::job::Job;
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Overlay};
use crate::rows::SetupRow;
use crate::shell::action::RowAction;
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use crate::work::Purpose;
use crate::{decision, guide, history};
use domain::event_row::EventRow;
use domain::name::ProjectId;
use domain::resource::{SERVICES, WorkloadKind};
use domain::work_file::OwnFile;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Build => model.open_form(PushForm::new(model)),
        Action::Deploy => deploy(model),
        Action::GroupEvents => crate::cluster::watch::toggle(model),
    }
}

pub(crate) fn on_row(model: &mut Model, action: RowAction) -> Vec<Effect> {
    if model.nav.focus() == Pane::Setup && model.is_setup_folded() {
        model.nav.setup_open = true;
        return Vec::new();
    }
    match (model.nav.focus(), action) {
        (Pane::Setup, RowAction::Delete) => undo_setup(model),
        (Pane::Setup, RowAction::Open | RowAction::New) => set_up(model),
        (Pane::Images, RowAction::Delete) => delete_image(model),
        (Pane::Images, RowAction::Open | RowAction::New) => choose_image(model),
        (Pane::Workloads, RowAction::Delete) => delete_workload(model),
        (Pane::Workloads, RowAction::Open | RowAction::New) => decide_again(model),
        (Pane::Events, RowAction::Open | RowAction::New | RowAction::Delete) => open_event(model),
        (Pane::Decision, RowAction::Open | RowAction::New | RowAction::Delete) => {
            decision::act::input(model, Pane::Decision, TreeCommand::Toggle);
            Vec::new()
        }
        // The panes of the other tabs do not come here.
        (
            Pane::Editor
            | Pane::Problems
            | Pane::Preview
            | Pane::Field
            | Pane::Attestors
            | Pane::Notes
            | Pane::Attestations
            | Pane::Keys,
            RowAction::Open | RowAction::New | RowAction::Delete,
        ) => Vec::new(),
    }
}

/// Says what has to be there first.
fn needs(model: &mut Model, what: &str) -> Vec<Effect> {
    model.say(Weight::Warning, format!("{what} first"));
    Vec::new()
}

fn set_up(model: &mut Model) -> Vec<Effect> {
    match model.selected_setup() {
        SetupRow::Project => model.open_form(ProjectForm::new(model)),
        SetupRow::WorkDirectory => {
            model.run(vec![Job::MakeWorkDirectory { dockerfile: model.suggestions.dockerfile }], Purpose::Plain)
        }
        SetupRow::Services => in_project(model, |model, project| {
            let services = SERVICES.map(str::to_owned).to_vec();
            model.run(vec![Job::EnableServices { project, services }], Purpose::Plain)
        }),
        SetupRow::Cluster => in_project(model, |model, _| model.open_form(ClusterForm::new(model))),
        SetupRow::Credentials => in_project(model, |model, _| credentials(model)),
        SetupRow::Enforcement => in_project(model, |model, _| toggle_enforcement(model)),
    }
}

/// What needs a project.
fn in_project(model: &mut Model, act: impl FnOnce(&mut Model, ProjectId) -> Vec<Effect>) -> Vec<Effect> {
    let Some(project) = model.session.project.clone() else { return needs(model, "choose a project") };
    act(model, project)
}

fn credentials(model: &mut Model) -> Vec<Effect> {
    let Some(cluster) = model.session.cluster_id() else { return needs(model, "create a cluster") };
    if !model.session.remotes.work.value().is_some_and(|work| work.directory.exists) {
        return needs(model, "make the working directory");
    }
    model.run(vec![Job::GetCredentials(cluster)], Purpose::Plain)
}

fn toggle_enforcement(model: &mut Model) -> Vec<Effect> {
    let Some(cluster) = model.session.cluster_id() else { return needs(model, "create a cluster") };
    let on = !model.session.cluster_info().is_some_and(|c| c.enforced);
    let lines = if on {
        vec![
            format!("Cluster {} will ask the project's policy about every new pod.", cluster.name()),
            "Evaluation mode: PROJECT_SINGLETON_POLICY_ENFORCE. Running pods stay.".to_owned(),
        ]
    } else {
        vec![format!("Cluster {} will admit every pod, whatever the policy says.", cluster.name())]
    };
    let title = if on { "Turn enforcement on?" } else { "Turn enforcement off?" };
    let jobs = vec![Job::SetEnforcement { cluster, on }];
    if on { model.ask(title, lines, jobs) } else { model.ask_danger(title, lines, jobs) }
}

/// Takes back what a row of the setup made.
fn undo_setup(model: &mut Model) -> Vec<Effect> {
    match model.selected_setup() {
        SetupRow::Project => leave_project(model),
        SetupRow::Services => in_project(model, |model, project| {
            let services = SERVICES.map(str::to_owned).to_vec();
            let lines = vec![format!("These APIs of {project} are disabled: {}.", services.join(", "))];
            model.ask_danger("Disable the APIs?", lines, vec![Job::DisableServices { project, services }])
        }),
        SetupRow::WorkDirectory => {
            let path = model.session.remotes.work.value().map(|w| w.directory.path.clone()).unwrap_or_default();
            let lines = vec![format!("{path} is removed with the files of the codelab in it. Other files are kept.")];
            model.ask_danger("Remove the working directory?", lines, vec![Job::RemoveWorkDirectory])
        }
        SetupRow::Cluster => delete_cluster(model),
        SetupRow::Credentials => {
            let name = OwnFile::Kubeconfig.name().to_owned();
            model.run(vec![Job::RemoveFile { name }], Purpose::Plain)
        }
        SetupRow::Enforcement => toggle_enforcement(model),
    }
}

pub(crate) fn leave_project(model: &mut Model) -> Vec<Effect> {
    let lines = vec!["No project is chosen any more. Nothing in the project is changed.".to_owned()];
    let first = Guide::first_step().map(|step| overlay::Then::Guide(guide::Then::Reopen(step)));
    let then = [overlay::Then::Cluster(Then::LeaveProject)].into_iter().chain(first).collect();
    let confirm = Confirm { title: "Leave the project?".into(), lines, then, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &mut Model, then: Then) {
    match then {
        Then::LeaveProject => {
            history::act::leave_project(model);
            model.session.project = None;
        }
    }
}

fn delete_cluster(model: &mut Model) -> Vec<Effect> {
    let Some(cluster) = model.session.cluster_id() else { return needs(model, "choose a cluster") };
    let count = model.session.remotes.workloads.items().iter().filter(|w| w.kind == WorkloadKind::Pod).count();
    let lines = vec![
        format!("Cluster {} in {} of project {} is deleted.", cluster.name(), cluster.location(), cluster.project),
        format!("{count} pods and everything else in it go with it. This cannot be undone."),
    ];
    model.ask_danger("Delete the cluster?", lines, vec![Job::DeleteCluster(cluster)])
}

fn choose_image(model: &mut Model) -> Vec<Effect> {
    if let Some(image) = model.selected_image().and_then(domain::resource::Image::by_digest) {
        model.say(Weight::Info, format!("chosen: {image}"));
        model.session.choose(image);
    }
    Vec::new()
}

fn delete_image(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.selected_image().cloned() else { return Vec::new() };
    let tags = if image.tags.is_empty() { "no tags".to_owned() } else { format!("the tags {}", image.tags.join(", ")) };
    let lines = vec![
        format!("{}@{} is deleted from the registry,", image.repository, image.digest),
        format!("with {tags}. Attestations of the digest stay on their notes."),
    ];
    let jobs = vec![Job::DeleteImage { repository: image.repository, digest: image.digest }];
    model.ask_danger("Delete the image?", lines, jobs)
}

fn delete_workload(model: &mut Model) -> Vec<Effect> {
    let (Some(workload), Some(cluster)) = (model.selected_workload().cloned(), model.session.cluster_id()) else {
        return Vec::new();
    };
    let what = format!("{} {}", workload.kind.as_str(), workload.name);
    let more = match workload.kind {
        WorkloadKind::Deployment => " with its ReplicaSets and pods",
        WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => " with its pods",
        WorkloadKind::CronJob => " with its Jobs and their pods",
        WorkloadKind::ReplicaSet | WorkloadKind::Job if workload.controller.is_empty() => " with its pods",
        WorkloadKind::ReplicaSet => " with its pods; its Deployment makes another",
        WorkloadKind::Job => " with its pods; its CronJob makes others",
        WorkloadKind::Pod => "; a controller that owns it makes another",
    };
    let lines = vec![format!("The {what} in namespace {} is deleted{more}.", workload.namespace)];
    let (namespace, name) = (workload.namespace, workload.name);
    let jobs = vec![Job::DeleteWorkload { cluster, kind: workload.kind, namespace, name }];
    model.ask_danger("Delete the workload?", lines, jobs)
}

/// Makes the workload's pod the one that the simulation asks about.
fn decide_again(model: &mut Model) -> Vec<Effect> {
    model.mark_seen(Seen::Pods);
    let Some(workload) = model.selected_workload().cloned() else { return Vec::new() };
    if workload.images.is_empty() {
        return Vec::new();
    }
    decision::workload::ask_about(&mut model.session, &workload);
    model.go(Pane::Decision);
    Vec::new()
}

/// Opens what the row of the events stands for: the workloads of a cause, or an event. The row of all refusals does not
/// come here: it is explained.
fn open_event(model: &mut Model) -> Vec<Effect> {
    match model.selected_event_row() {
        Some(EventRow::Cause(number)) => {
            model.mark_seen(Seen::Events);
            model.watch.fold(number);
            Vec::new()
        }
        Some(EventRow::Incident | EventRow::Group { .. }) | None => read_event(model),
    }
}

pub(crate) fn read_event(model: &mut Model) -> Vec<Effect> {
    let Some(event) = model.selected_event().cloned() else { return Vec::new() };
    model.mark_seen(Seen::Events);
    let text = format!(
        "{} {} on {} in namespace {}\n{} times, first {}, last {}\n\n{}\n",
        event.kind,
        event.reason,
        event.object,
        event.namespace,
        event.count,
        event.first_seen,
        event.last_seen,
        event.message
    );
    let title = format!("{} · {}", event.reason, event.object);
    model.overlays.push(Overlay::reader(title, Body::Prose(text)));
    Vec::new()
}

pub(crate) fn deploy(model: &mut Model) -> Vec<Effect> {
    if model.session.cluster_info().is_none() {
        return needs(model, "create a cluster");
    }
    model.open_form(DeployForm::new(model))
}
