//! How the workbench does what a step of the codelab is about: from an act to jobs, a form, or a look.

use std::borrow::Cow;

use crate::attestor::form::KeyForm;
use crate::job::Job;
use crate::model::Model;
use crate::shell::form::FormBox;
use crate::shell::tab::Pane;
use crate::sign;
use crate::sign::form::SignForm;
use crate::submission::{OpenForm, Submit};
use crate::work::Purpose;
use codelab::{Act, Seen, files, image, names};
use domain::document;
use domain::image::{Digest, ImageRef};
use domain::name::{AttestorName, ClusterId, KubernetesName, NoteName, ProjectId, service_agent};
use domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy};
use domain::resource::{Deploy, Image, LocalKey, SERVICES, WorkloadKind};
use domain::work_file::OwnFile;

/// What is to be done for an act.
#[derive(Debug)]
pub enum Plan {
    Run(Vec<Job>, Purpose),
    /// Something only the user knows is asked for.
    Ask(OpenForm<Model>),
    Look(Pane, Seen),
    /// Puts a text into the draft, then runs jobs.
    Draft(String, Vec<Job>),
    ChooseImage(ImageRef),
    LeaveImage,
    LeaveProject,
    /// Why it cannot be done now.
    Impossible(Cow<'static, str>),
}

fn jobs(jobs: Vec<Job>) -> Plan {
    Plan::Run(jobs, Purpose::Plain)
}

fn ask(form: impl Submit<Model> + 'static) -> Plan {
    Plan::Ask(FormBox::new(Box::new(form)))
}

/// The plan for an act, from what is known.
pub fn plan(model: &Model, act: Act) -> Plan {
    let project = model.session.project.clone().unwrap_or_else(names::project);
    match act {
        Act::ChooseProject => jobs(vec![Job::CreateProject { project }]),
        Act::LeaveProject => Plan::LeaveProject,
        Act::EnableServices => jobs(vec![Job::EnableServices { project, services: services() }]),
        Act::DisableServices => jobs(vec![Job::DisableServices { project, services: services() }]),
        Act::MakeWorkDirectory => jobs(vec![Job::MakeWorkDirectory { dockerfile: files::DOCKERFILE }]),
        Act::RemoveWorkDirectory => jobs(vec![Job::RemoveWorkDirectory]),
        Act::RemoveFile(name) => jobs(vec![Job::RemoveFile { name: name.to_owned() }]),
        Act::CreateCluster => jobs(vec![Job::CreateCluster(cluster(project))]),
        Act::DeleteCluster => jobs(vec![Job::DeleteCluster(cluster(project))]),
        Act::GetCredentials => jobs(vec![Job::GetCredentials(cluster(project))]),
        Act::Enforce => jobs(vec![Job::SetEnforcement { cluster: cluster(project), on: true }]),
        Act::StopEnforcing => jobs(vec![Job::SetEnforcement { cluster: cluster(project), on: false }]),
        Act::PushImage => push(&project),
        Act::DeleteImage => delete_image(model, &project),
        Act::ChooseDigest => choose_digest(model, &project),
        Act::LeaveImage => Plan::LeaveImage,
        Act::Run => run(&project, Vec::new()),
        Act::RunAgain => run(&project, delete_workload(model, &project, names::WORKLOAD).into_iter().collect()),
        Act::RunSigned => run_signed(model, &project),
        Act::DeleteWorkload => jobs(delete_workload(model, &project, names::WORKLOAD).into_iter().collect()),
        Act::DeleteSignedWorkload => {
            jobs(delete_workload(model, &project, names::SIGNED_WORKLOAD).into_iter().collect())
        }
        Act::WriteDenyAll => write_policy(names::POLICY, files::DENY_ALL.to_owned()),
        Act::WriteUpdated => write_policy(names::UPDATED_POLICY, files::updated_policy(project.as_str())),
        Act::ImportDenyAll => import(model, project, files::DENY_ALL.to_owned()),
        Act::ImportUpdated => {
            let text = files::updated_policy(project.as_str());
            import(model, project, text)
        }
        Act::ImportAllowAll => import(model, project, document::emit(&allow_all())),
        Act::ShowPods => Plan::Look(Pane::Workloads, Seen::Pods),
        Act::ShowEvents => Plan::Look(Pane::Events, Seen::Events),
        Act::ShowNote => Plan::Look(Pane::Notes, Seen::Note),
        Act::ShowAttestors => Plan::Look(Pane::Attestors, Seen::Attestors),
        Act::ShowServiceAccount => Plan::Look(Pane::Attestors, Seen::ServiceAccount),
        Act::ShowAttestorKeys => Plan::Look(Pane::Attestors, Seen::AttestorKeys),
        Act::ShowPayload => Plan::Look(Pane::Attestors, Seen::Payload),
        Act::ShowFingerprint => Plan::Look(Pane::Keys, Seen::Fingerprint),
        Act::ShowAttestations => Plan::Look(Pane::Attestations, Seen::Attestations),
        Act::CreateNote => {
            let (id, description) = (names::note(), names::NOTE_DESCRIPTION.to_owned());
            jobs(vec![Job::CreateNote { project, id, description }])
        }
        Act::DeleteNote => jobs(vec![Job::DeleteNote(note_name(&project))]),
        Act::CreateAttestor => {
            let (id, note, description) = (names::attestor(), note_name(&project), String::new());
            jobs(vec![Job::CreateAttestor { project, id, note, description }])
        }
        Act::DeleteAttestor => jobs(vec![Job::DeleteAttestor(attestor_name(&project))]),
        Act::Grant => with_member(model, &project, |note, member| Job::Grant { note, member }),
        Act::Revoke => with_member(model, &project, |note, member| Job::Revoke { note, member }),
        Act::GenerateKey => ask(KeyForm::new(model)),
        Act::DeleteKey => with_key(model, |fingerprint| Job::DeleteKey { fingerprint }),
        Act::ExportKey => with_key(model, |fingerprint| Job::ExportKey { fingerprint, file: OwnFile::PublicKey }),
        Act::AddKey => with_key(model, |fingerprint| Job::AddKey { attestor: attestor_name(&project), fingerprint }),
        Act::RemoveKey => with_key(model, |key_id| Job::RemoveKey { attestor: attestor_name(&project), key_id }),
        Act::WritePayload => with_digest(model, |image, digest| {
            let text = String::from_utf8_lossy(&domain::attestation::payload(image, digest)).into_owned();
            Job::in_work_directory(names::PAYLOAD, text)
        }),
        Act::Sign => ask_passphrase(model),
        Act::Attest => sign::act::guide_upload(model).map_or_else(|why| Plan::Impossible(why.into()), jobs),
        Act::DeleteAttestations => with_digest(model, |_, digest| {
            let of_digest = |a: &&domain::attestation::Attestation| a.resource_uri.ends_with(digest.as_str());
            let all = model.session.remotes.attestations.items().iter().filter(of_digest);
            Job::DeleteAttestations(all.cloned().collect())
        }),
    }
}

fn services() -> Vec<String> {
    SERVICES.map(str::to_owned).to_vec()
}

fn cluster(project: ProjectId) -> ClusterId {
    ClusterId { project, key: names::cluster() }
}

fn push(project: &ProjectId) -> Plan {
    match by_tag(project) {
        Some(to) => jobs(vec![Job::PushImage { to, image: Box::new(image::built()) }]),
        None => NO_IMAGE_NAME,
    }
}

const NO_IMAGE_NAME: Plan = Plan::Impossible(Cow::Borrowed("the project's id makes no name of an image"));

/// The codelab's image by its tag; `None` where the project's domain is no part of an image's name.
fn by_tag(project: &ProjectId) -> Option<ImageRef> {
    format!("{}:{}", names::image_path(project.as_str()), names::TAG).parse().ok()
}

/// The codelab's image, if the registry has it.
fn image<'a>(model: &'a Model, project: &ProjectId) -> Option<&'a Image> {
    let path = names::image_path(project.as_str());
    let images = model.session.remotes.images.items();
    let of_path = || images.iter().filter(|image| image.repository == path);
    of_path().find(|image| image.tags.iter().any(|tag| tag == names::TAG)).or_else(|| of_path().next())
}

fn delete_image(model: &Model, project: &ProjectId) -> Plan {
    let path = names::image_path(project.as_str());
    let all = model.session.remotes.images.items().iter().filter(|image| image.repository == path);
    jobs(all.map(|i| Job::DeleteImage { repository: i.repository.clone(), digest: i.digest.clone() }).collect())
}

fn choose_digest(model: &Model, project: &ProjectId) -> Plan {
    match image(model, project).and_then(Image::by_digest) {
        Some(image) => Plan::ChooseImage(image),
        None => Plan::Impossible("the registry has no hello-world: reset the step Build and push".into()),
    }
}

fn deploy(project: &ProjectId, name: KubernetesName, image: ImageRef) -> Job {
    Job::Deploy {
        cluster: cluster(project.clone()),
        deploy: Deploy {
            kind: WorkloadKind::Deployment,
            namespace: names::namespace(),
            name,
            image,
            service_account: None,
            labels: std::collections::BTreeMap::default(),
            annotations: std::collections::BTreeMap::default(),
        },
    }
}

/// Runs the image by its tag, after what has to be done before.
fn run(project: &ProjectId, mut before: Vec<Job>) -> Plan {
    let Some(image) = by_tag(project) else { return NO_IMAGE_NAME };
    before.push(deploy(project, names::workload(), image));
    jobs(before)
}

fn run_signed(model: &Model, project: &ProjectId) -> Plan {
    match image(model, project).and_then(Image::by_digest) {
        Some(image) => jobs(vec![deploy(project, names::signed_workload(), image)]),
        None => Plan::Impossible("the registry has no hello-world: reset the step Build and push".into()),
    }
}

/// `None` where there is nothing to delete.
fn delete_workload(model: &Model, project: &ProjectId, name: &str) -> Option<Job> {
    let mut workloads = model.session.remotes.workloads.items().iter();
    let found = workloads.find(|w| w.kind != WorkloadKind::ReplicaSet && w.name == name);
    found.map(|workload| Job::DeleteWorkload {
        cluster: cluster(project.clone()),
        kind: workload.kind,
        namespace: workload.namespace.clone(),
        name: name.to_owned(),
    })
}

fn import(model: &Model, project: ProjectId, text: String) -> Plan {
    let etag = model.session.live_policy().and_then(|policy| policy.etag.clone());
    let job = Job::ImportPolicy { project, text: text.clone(), etag };
    Plan::Draft(text, vec![job])
}

fn write_policy(name: &str, text: String) -> Plan {
    Plan::Draft(text.clone(), vec![Job::in_work_directory(name, text)])
}

/// What a project has before its first import.
fn allow_all() -> Policy {
    let rule = AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced);
    Policy { global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Enable, ..Policy::with_default(rule) }
}

fn attestor_name(project: &ProjectId) -> AttestorName {
    AttestorName::new(project, &names::attestor())
}

fn note_name(project: &ProjectId) -> NoteName {
    NoteName::new(project, &names::note())
}

/// A job that needs the account that reads attestations.
fn with_member(model: &Model, project: &ProjectId, job: impl FnOnce(NoteName, String) -> Job) -> Plan {
    let attestor = attestor_name(project);
    let told = model.session.remotes.attestors.items().iter().find(|a| a.name == attestor);
    let email = told
        .and_then(|a| a.service_account_email.clone())
        .or_else(|| model.session.project_info().map(|p| service_agent(&p.number)));
    match email {
        Some(email) => jobs(vec![job(note_name(project), format!("serviceAccount:{email}"))]),
        None => Plan::Impossible("the project's number is not known yet: reload with r".into()),
    }
}

const NO_KEY: &str = "this machine has no key that can sign: reset the step Make a signing key";

const NO_DIGEST: &str = "no image is chosen by its digest: reset the step Find the digest";

fn signing_key(model: &Model) -> Option<&LocalKey> {
    model.session.remotes.keys.items().iter().find(|key| key.can_sign)
}

/// A job that needs a key of this machine.
fn with_key(model: &Model, job: impl FnOnce(String) -> Job) -> Plan {
    match signing_key(model) {
        Some(key) => jobs(vec![job(key.fingerprint.clone())]),
        None => Plan::Impossible(NO_KEY.into()),
    }
}

fn chosen(model: &Model) -> Option<(&ImageRef, &Digest)> {
    model.session.image.as_ref().and_then(|image| Some((image, image.digest()?)))
}

/// A job about the chosen image, which has to be one by its digest; what it lacks first is a key.
fn with_digest(model: &Model, job: impl FnOnce(&ImageRef, &Digest) -> Job) -> Plan {
    match chosen(model) {
        Some((image, digest)) => jobs(vec![job(image, digest)]),
        None if signing_key(model).is_none() => Plan::Impossible(NO_KEY.into()),
        None => Plan::Impossible(NO_DIGEST.into()),
    }
}

fn ask_passphrase(model: &Model) -> Plan {
    match (signing_key(model), chosen(model)) {
        (Some(_), Some(_)) => ask(SignForm::new(model)),
        (None, _) => Plan::Impossible(NO_KEY.into()),
        (Some(_), None) => Plan::Impossible(NO_DIGEST.into()),
    }
}
