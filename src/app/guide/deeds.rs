//! How the workbench does what a step of the codelab is about: from an act to jobs, a form, or a look.

use crate::job::{Deploy, Job};
use crate::model::Model;
use crate::shell::form::Form;
use crate::shell::tab::Pane;
use crate::sign;
use crate::work::Purpose;
use codelab::{Act, Seen, checks, files, names};
use domain::document;
use domain::image::ImageRef;
use domain::name::{AttestorName, ClusterId, NoteName, ProjectId, service_agent};
use domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy};
use domain::resource::{Image, WorkloadKind};

/// What is to be done for an act.
#[derive(Debug)]
pub enum Plan {
    Run(Vec<Job>, Purpose),
    /// Something only the user knows is asked for.
    Ask(Box<Form>),
    Look(Pane, Seen),
    /// Puts a text into the draft, then runs jobs.
    Draft(String, Vec<Job>),
    ChooseImage(ImageRef),
    LeaveImage,
    LeaveProject,
    /// Why it cannot be done now.
    Impossible(&'static str),
}

fn jobs(jobs: Vec<Job>) -> Plan {
    Plan::Run(jobs, Purpose::Plain)
}

/// The plan for an act, from what is known.
pub fn plan(model: &Model, act: Act) -> Plan {
    let project = model.session.project.clone().unwrap_or_else(names::project);
    match act {
        Act::ChooseProject => jobs(vec![Job::CreateProject { project }]),
        Act::LeaveProject => Plan::LeaveProject,
        Act::EnableServices => jobs(vec![Job::EnableServices { project, services: services() }]),
        Act::DisableServices => jobs(vec![Job::DisableServices { project, services: services() }]),
        Act::MakeWorkDirectory => jobs(vec![Job::MakeWorkDirectory]),
        Act::RemoveWorkDirectory => jobs(vec![Job::RemoveWorkDirectory]),
        Act::RemoveFile(name) => jobs(vec![Job::RemoveFile { name: name.to_owned() }]),
        Act::CreateCluster => jobs(vec![Job::CreateCluster(cluster(project))]),
        Act::DeleteCluster => jobs(vec![Job::DeleteCluster(cluster(project))]),
        Act::GetCredentials => jobs(vec![Job::GetCredentials(cluster(project))]),
        Act::Enforce => jobs(vec![Job::SetEnforcement { cluster: cluster(project), on: true }]),
        Act::StopEnforcing => jobs(vec![Job::SetEnforcement { cluster: cluster(project), on: false }]),
        Act::PushImage => {
            jobs(vec![Job::PushImage { repository: names::image_path(project.as_str()), tag: names::TAG.to_owned() }])
        }
        Act::DeleteImage => delete_image(model, &project),
        Act::ChooseDigest => choose_digest(model, &project),
        Act::LeaveImage => Plan::LeaveImage,
        Act::Run | Act::RunAgain | Act::RunSigned | Act::DeleteWorkload | Act::DeleteSignedWorkload => {
            workloads(model, act, &project)
        }
        Act::WriteDenyAll | Act::WriteUpdated | Act::ImportDenyAll | Act::ImportUpdated | Act::ImportAllowAll => {
            policies(model, act, &project)
        }
        Act::ShowPods => Plan::Look(Pane::Workloads, Seen::Pods),
        Act::ShowEvents => Plan::Look(Pane::Events, Seen::Events),
        Act::ShowNote => Plan::Look(Pane::Notes, Seen::Note),
        Act::ShowAttestors => Plan::Look(Pane::Attestors, Seen::Attestors),
        Act::ShowServiceAccount => Plan::Look(Pane::Attestors, Seen::ServiceAccount),
        Act::ShowAttestorKeys => Plan::Look(Pane::Attestors, Seen::AttestorKeys),
        Act::ShowPayload => Plan::Look(Pane::Attestors, Seen::Payload),
        Act::ShowFingerprint => Plan::Look(Pane::Keys, Seen::Fingerprint),
        Act::ShowAttestations => Plan::Look(Pane::Attestations, Seen::Attestations),
        Act::CreateNote | Act::DeleteNote | Act::CreateAttestor | Act::DeleteAttestor | Act::Grant | Act::Revoke => {
            attestors(model, act, project)
        }
        Act::GenerateKey
        | Act::DeleteKey
        | Act::ExportKey
        | Act::AddKey
        | Act::RemoveKey
        | Act::WritePayload
        | Act::Sign
        | Act::Attest
        | Act::DeleteAttestations => signatures(model, act, &project),
    }
}

fn services() -> Vec<String> {
    checks::SERVICES.map(str::to_owned).to_vec()
}

fn cluster(project: ProjectId) -> ClusterId {
    ClusterId { project, key: names::cluster() }
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
        None => Plan::Impossible("the registry has no hello-world: reset the step Build and push"),
    }
}

fn workloads(model: &Model, act: Act, project: &ProjectId) -> Plan {
    let by_tag = format!("{}:{}", names::image_path(project.as_str()), names::TAG);
    let run = |name: &str, image: String| Job::Deploy {
        cluster: cluster(project.clone()),
        deploy: Deploy {
            kind: WorkloadKind::Deployment,
            namespace: names::NAMESPACE.to_owned(),
            name: name.to_owned(),
            image,
            service_account: String::new(),
            labels: std::collections::BTreeMap::default(),
            annotations: std::collections::BTreeMap::default(),
        },
    };
    let delete = |name: &str| {
        let found = model
            .session
            .remotes
            .workloads
            .items()
            .iter()
            .find(|w| w.kind != WorkloadKind::ReplicaSet && w.name == name);
        found.map(|workload| Job::DeleteWorkload {
            cluster: cluster(project.clone()),
            kind: workload.kind,
            namespace: workload.namespace.clone(),
            name: name.to_owned(),
        })
    };
    match act {
        Act::Run => jobs(vec![run(names::WORKLOAD, by_tag)]),
        Act::RunAgain => jobs(delete(names::WORKLOAD).into_iter().chain([run(names::WORKLOAD, by_tag)]).collect()),
        Act::DeleteWorkload => jobs(delete(names::WORKLOAD).into_iter().collect()),
        Act::DeleteSignedWorkload => jobs(delete(names::SIGNED_WORKLOAD).into_iter().collect()),
        _ => match image(model, project).and_then(Image::by_digest) {
            Some(image) => jobs(vec![run(names::SIGNED_WORKLOAD, image.as_str().to_owned())]),
            None => Plan::Impossible("the registry has no hello-world: reset the step Build and push"),
        },
    }
}

fn policies(model: &Model, act: Act, project: &ProjectId) -> Plan {
    let etag = model.session.live_policy().and_then(|policy| policy.etag.clone());
    let import = |text: String| {
        let job = Job::ImportPolicy { project: project.clone(), text: text.clone(), etag: etag.clone() };
        Plan::Draft(text, vec![job])
    };
    let write =
        |name: &str, text: String| Plan::Draft(text.clone(), vec![Job::WriteFile { name: name.to_owned(), text }]);
    match act {
        Act::WriteDenyAll => write(names::POLICY, files::DENY_ALL.to_owned()),
        Act::WriteUpdated => write(names::UPDATED_POLICY, files::updated_policy(project.as_str())),
        Act::ImportDenyAll => import(files::DENY_ALL.to_owned()),
        Act::ImportUpdated => import(files::updated_policy(project.as_str())),
        _ => import(document::emit(&allow_all())),
    }
}

/// What a project has before its first import.
fn allow_all() -> Policy {
    let rule = AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced);
    Policy { global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Enable, ..Policy::with_default(rule) }
}

fn attestor_name(project: &ProjectId) -> AttestorName {
    AttestorName::new(project, &names::attestor())
}

fn attestors(model: &Model, act: Act, project: ProjectId) -> Plan {
    let (note, attestor) = (NoteName::new(&project, &names::note()), attestor_name(&project));
    let told = model.session.remotes.attestors.items().iter().find(|a| a.name == attestor);
    let email = told
        .and_then(|a| a.service_account_email.clone())
        .or_else(|| model.session.project_info().map(|p| service_agent(&p.number)));
    let member = email.map(|email| format!("serviceAccount:{email}"));
    match (act, member) {
        (Act::CreateNote, _) => {
            let (id, description) = (names::note(), names::NOTE_DESCRIPTION.to_owned());
            jobs(vec![Job::CreateNote { project, id, description }])
        }
        (Act::DeleteNote, _) => jobs(vec![Job::DeleteNote(note)]),
        (Act::CreateAttestor, _) => {
            let (id, description) = (names::attestor(), String::new());
            jobs(vec![Job::CreateAttestor { project, id, note, description }])
        }
        (Act::DeleteAttestor, _) => jobs(vec![Job::DeleteAttestor(attestor)]),
        (Act::Grant, Some(member)) => jobs(vec![Job::Grant { note, member }]),
        (Act::Revoke, Some(member)) => jobs(vec![Job::Revoke { note, member }]),
        _ => Plan::Impossible("the project's number is not known yet: reload with r"),
    }
}

fn signatures(model: &Model, act: Act, project: &ProjectId) -> Plan {
    let key = model.session.remotes.keys.items().iter().find(|key| key.can_sign);
    let attestor = attestor_name(project);
    let chosen = model.session.image.as_ref().and_then(|image| Some((image, image.digest()?)));
    match (act, key, chosen) {
        (Act::GenerateKey, _, _) => Plan::Ask(Box::new(crate::attestor::form::key(model))),
        (Act::DeleteKey, Some(key), _) => jobs(vec![Job::DeleteKey { fingerprint: key.fingerprint.clone() }]),
        (Act::ExportKey, Some(key), _) => {
            let (fingerprint, file) = (key.fingerprint.clone(), names::PUBLIC_KEY.to_owned());
            jobs(vec![Job::ExportKey { fingerprint, file }])
        }
        (Act::AddKey, Some(key), _) => jobs(vec![Job::AddKey { attestor, fingerprint: key.fingerprint.clone() }]),
        (Act::RemoveKey, Some(key), _) => jobs(vec![Job::RemoveKey { attestor, key_id: key.fingerprint.clone() }]),
        (Act::WritePayload, _, Some((image, digest))) => {
            let bytes = domain::attestation::payload(image, digest);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            jobs(vec![Job::WriteFile { name: names::PAYLOAD.to_owned(), text }])
        }
        (Act::Sign, Some(_), Some(_)) => Plan::Ask(Box::new(crate::sign::form::sign_passphrase(model))),
        (Act::Attest, _, _) => match sign::act::guide_upload(model) {
            Ok(list) => jobs(list),
            Err(why) => Plan::Impossible(why),
        },
        (Act::DeleteAttestations, _, Some((_, digest))) => {
            let of_digest = |a: &&domain::attestation::Attestation| a.resource_uri.ends_with(digest.as_str());
            let all = model.session.remotes.attestations.items().iter().filter(of_digest).cloned().collect();
            jobs(vec![Job::DeleteAttestations(all)])
        }
        (_, None, _) => Plan::Impossible("this machine has no key that can sign: reset the step Make a signing key"),
        _ => Plan::Impossible("no image is chosen by its digest: reset the step Find the digest"),
    }
}
