//! The command log tells the truth: what the workbench does, and what the script of its command log
//! does to another sandbox with the real clients, comes to the same. Every job of the workbench is in
//! one of the sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::app::command_log::state::CommandLog;
use countersign::app::job::{FileTarget, IfThere, Job, JobKind, JobOutcome, NewAttestation};
use countersign::app::shell::remote::Ticket;
use countersign::codelab::{files, image};
use countersign::domain::admission::ContainerKind;
use countersign::domain::attestation::payload;
use countersign::domain::image::{Digest, ImageRef};
use countersign::domain::key::{KeyAlgorithm, KeySpec, Passphrase};
use countersign::domain::name::{AttestorName, ClusterId, NoteName, ProjectId};
use countersign::domain::resource::{Deploy, WorkloadId, WorkloadKind};
use countersign::domain::work_file::OwnFile;
use countersign::domain::workload_patch::{PodChange, WorkloadPatch};
use countersign::runtime::backend::Backend;
use countersign::runtime::files::Files;
use countersign::runtime::jobs::{perform, try_change};
use reqwest::Method;
use serde_json::{Value, json};
use strum::IntoEnumIterator as _;

use crate::clients::gcloud::{Gcloud, Way};
use crate::support::clients::require;
use crate::support::lab::{BA, CA, CRM, GKE, Lab, PROJECT, USAGE};

const REPOSITORY: &str = "us.gcr.io/binauthz-lab/hello-world";
const POLICY: &str = "globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  \
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy: [projects/binauthz-lab/attestors/qa]\n";

/// The workbench's jobs, done one after the other and logged.
struct Session {
    backend: Backend,
    log: CommandLog,
    number: u64,
    /// Each kind of job that was done.
    done: BTreeSet<JobKind>,
    /// A directory of the test.
    dir: std::path::PathBuf,
}

impl Session {
    async fn run(&mut self, job: Job) -> JobOutcome {
        self.number += 1;
        let ticket = Ticket(self.number);
        self.log.start(ticket, std::slice::from_ref(&job), jiff::Timestamp::now());
        let title = job.title();
        self.done.insert(JobKind::from(&job));
        let outcome = perform(&self.backend, job, &|_| {}).await.unwrap_or_else(|report| panic!("{title}: {report:?}"));
        self.log.finish_job(ticket, 0, &outcome);
        outcome
    }
}

/// What each session does; each is held to it when it runs.
const CODELAB: &[JobKind] = &[
    JobKind::CreateProject,
    JobKind::EnableServices,
    JobKind::MakeWorkDirectory,
    JobKind::WriteFile,
    JobKind::CreateCluster,
    JobKind::SetEnforcement,
    JobKind::GetCredentials,
    JobKind::PushImage,
    JobKind::Deploy,
    JobKind::DeleteWorkload,
    JobKind::ChangeWorkload,
    JobKind::ImportPolicy,
    JobKind::CreateNote,
    JobKind::DeleteNote,
    JobKind::Grant,
    JobKind::Revoke,
    JobKind::CreateAttestor,
    JobKind::AddKey,
    JobKind::GenerateKey,
    JobKind::Sign,
    JobKind::CreateAttestation,
    JobKind::Validate,
];
const TAKEN_BACK: &[JobKind] = &[
    JobKind::CreateProject,
    JobKind::EnableServices,
    JobKind::DisableServices,
    JobKind::CreateCluster,
    JobKind::SetEnforcement,
    JobKind::DeleteCluster,
    JobKind::PushImage,
    JobKind::DeleteImage,
    JobKind::Deploy,
    JobKind::DeleteWorkload,
    JobKind::CreateNote,
    JobKind::DeleteNote,
    JobKind::CreateAttestor,
    JobKind::DeleteAttestor,
    JobKind::AddKey,
    JobKind::RemoveKey,
    JobKind::GenerateKey,
    JobKind::Sign,
    JobKind::CreateAttestation,
    JobKind::DeleteAttestations,
    JobKind::ResolveDigest,
];
const FILES: &[JobKind] = &[
    JobKind::CreateProject,
    JobKind::EnableServices,
    JobKind::MakeWorkDirectory,
    JobKind::RemoveWorkDirectory,
    JobKind::WriteFile,
    JobKind::RemoveFile,
    JobKind::ExportPolicy,
    JobKind::GenerateKey,
    JobKind::ImportKey,
    JobKind::DeleteKey,
    JobKind::ExportKey,
    JobKind::Sign,
];

#[test]
fn every_job_is_in_a_session() {
    let done: BTreeSet<JobKind> = [CODELAB, TAKEN_BACK, FILES].into_iter().flatten().copied().collect();
    assert_eq!(done, JobKind::iter().collect());
}

fn project() -> ProjectId {
    PROJECT.parse().unwrap()
}

fn cluster() -> ClusterId {
    ClusterId { project: project(), key: "us-central1-a.lab".parse().unwrap() }
}

fn deploy(kind: WorkloadKind, name: &str, image: &str, labels: &[(&str, &str)]) -> Job {
    let deploy = Deploy {
        kind,
        namespace: "default".parse().unwrap(),
        name: name.parse().unwrap(),
        image: image.parse().unwrap(),
        service_account: None,
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        annotations: [].into(),
    };
    Job::Deploy { cluster: cluster(), deploy }
}

/// A Deployment is changed where it is, and a pod replaced, as the box with the fixes does.
async fn mend(session: &mut Session) {
    let id = |kind, name: &str| WorkloadId { kind, namespace: "default".into(), name: name.into() };
    let digest = image::build().unwrap().digest().clone();
    let by_digest = |container: &str| PodChange::Image {
        container: container.into(),
        kind: ContainerKind::Container,
        from: REPOSITORY.into(),
        to: format!("{REPOSITORY}@{digest}"),
    };
    let label = PodChange::Label { key: "tier".into(), value: "third".into() };
    let changes = [
        (id(WorkloadKind::Deployment, "labeled"), vec![by_digest("hello-world")]),
        (id(WorkloadKind::Deployment, "labeled"), vec![label.clone()]),
        (id(WorkloadKind::Pod, "alone"), vec![by_digest("alone"), label]),
    ];
    for (id, changes) in changes {
        let patch = WorkloadPatch { id, changes };
        let trial = try_change(&session.backend, &cluster(), &patch).await.unwrap();
        let done =
            session.run(Job::ChangeWorkload { cluster: cluster(), patch: Box::new(patch), sent: trial.sent }).await;
        assert!(matches!(done, JobOutcome::Changed { .. }), "{done:?}");
    }
}

/// The whole way from a project to a signed image that runs.
async fn work(session: &mut Session) {
    let services =
        ["container.googleapis.com", "binaryauthorization.googleapis.com", "containeranalysis.googleapis.com"];
    let services = services.map(str::to_owned).to_vec();
    session.run(Job::CreateProject { project: project() }).await;
    session.run(Job::EnableServices { project: project(), services }).await;
    session.run(Job::MakeWorkDirectory { dockerfile: files::DOCKERFILE }).await;
    session.run(Job::CreateCluster(cluster())).await;
    session.run(Job::SetEnforcement { cluster: cluster(), on: true }).await;
    session.run(Job::GetCredentials(cluster())).await;
    session.run(push(REPOSITORY, "latest")).await;
    session.run(deploy(WorkloadKind::Deployment, "hello", REPOSITORY, &[])).await;
    session.run(deploy(WorkloadKind::Deployment, "labeled", REPOSITORY, &[("tier", "front")])).await;
    session.run(deploy(WorkloadKind::Pod, "alone", REPOSITORY, &[("tier", "back")])).await;
    let hello = Job::DeleteWorkload {
        cluster: cluster(),
        kind: WorkloadKind::Deployment,
        namespace: "default".into(),
        name: "hello".into(),
    };
    session.run(hello).await;
    mend(session).await;
    let note: NoteName = "projects/binauthz-lab/notes/qa-note".parse().unwrap();
    let attestor: AttestorName = "projects/binauthz-lab/attestors/qa".parse().unwrap();
    let description = "The team's note, \"QA\"".to_owned();
    session.run(Job::CreateNote { project: project(), id: "qa-note".parse().unwrap(), description }).await;
    let other = Job::CreateNote { project: project(), id: "gone".parse().unwrap(), description: "x".into() };
    session.run(other).await;
    session.run(Job::DeleteNote("projects/binauthz-lab/notes/gone".parse().unwrap())).await;
    for member in ["user:a@example.com", "user:b@example.com"] {
        session.run(Job::Grant { note: note.clone(), member: member.into() }).await;
    }
    session.run(Job::Revoke { note: note.clone(), member: "user:a@example.com".into() }).await;
    let create = Job::CreateAttestor {
        project: project(),
        id: "qa".parse().unwrap(),
        note: note.clone(),
        description: "it's good".into(),
    };
    session.run(create).await;
    let passphrase = || Passphrase::new("correct horse".into());
    let key = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA Team".into(), email: "qa@example.com".into() };
    let made = session.run(Job::GenerateKey { key, passphrase: passphrase() }).await;
    let JobOutcome::Generated { fingerprint } = made else { panic!("{made:?}") };
    session.run(Job::AddKey { attestor: attestor.clone(), fingerprint: fingerprint.clone() }).await;
    let digest = image::build().unwrap().digest().clone();
    let signed: ImageRef = format!("{REPOSITORY}@{digest}").parse().unwrap();
    let payload = payload(&signed, &digest);
    let sign = Job::Sign { fingerprint: fingerprint.clone(), passphrase: passphrase(), payload: payload.clone() };
    let outcome = session.run(sign).await;
    let JobOutcome::Signed { message: signature, .. } = outcome else { panic!("{outcome:?}") };
    let new = NewAttestation {
        project: project(),
        attestor,
        note,
        image: signed.clone(),
        payload,
        signature,
        key_id: fingerprint,
    };
    // As the wizard does: the files of the working directory, the attestation, the attestor's word.
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    session.run(Job::in_work_directory("payload.json", text(&new.payload))).await;
    session.run(Job::in_work_directory("signature.pgp", text(&new.signature))).await;
    session.run(Job::CreateAttestation(Box::new(new.clone()))).await;
    let validated = session.run(Job::Validate(Box::new(new))).await;
    assert_eq!(validated, JobOutcome::Validated { refused: None });
    session.run(deploy(WorkloadKind::Pod, "signed", &signed.to_string(), &[])).await;
    let etag = match session.run(Job::ImportPolicy { project: project(), text: POLICY.into(), etag: None }).await {
        JobOutcome::Imported(policy) => policy.etag,
        other => panic!("{other:?}"),
    };
    session.run(Job::ImportPolicy { project: project(), text: POLICY.into(), etag }).await;
}

/// Everything that can be taken back.
async fn take_back(session: &mut Session) {
    let services = |list: &[&str]| list.iter().map(|name| format!("{name}.googleapis.com")).collect::<Vec<String>>();
    let all = services(&["container", "binaryauthorization", "containeranalysis", "artifactregistry"]);
    session.run(Job::CreateProject { project: project() }).await;
    session.run(Job::EnableServices { project: project(), services: all }).await;
    session.run(Job::CreateCluster(cluster())).await;
    session.run(Job::SetEnforcement { cluster: cluster(), on: true }).await;
    session.run(Job::SetEnforcement { cluster: cluster(), on: false }).await;
    let digest = image::build().unwrap().digest().clone();
    let other = "gcr.io/binauthz-lab/other";
    for repository in [REPOSITORY, other] {
        session.run(push(repository, "v1")).await;
        session.run(Job::ResolveDigest { image: format!("{repository}:v1").parse().unwrap() }).await;
    }
    // kubectl has no credentials yet: the workbench needs none.
    let account = |mut job: Job| {
        if let Job::Deploy { deploy, .. } = &mut job {
            deploy.service_account = "default".parse().ok();
            deploy.annotations =
                [("alpha.image-policy.k8s.io/break-glass".to_owned(), "it's urgent".to_owned())].into();
        }
        job
    };
    session.run(account(deploy(WorkloadKind::Deployment, "kept", REPOSITORY, &[("tier", "a")]))).await;
    session.run(deploy(WorkloadKind::Deployment, "gone", REPOSITORY, &[])).await;
    session.run(account(deploy(WorkloadKind::Pod, "stays", REPOSITORY, &[]))).await;
    session.run(deploy(WorkloadKind::Pod, "goes", REPOSITORY, &[])).await;
    for (kind, name) in [(WorkloadKind::Deployment, "gone"), (WorkloadKind::Pod, "goes")] {
        let (namespace, name) = ("default".into(), name.into());
        session.run(Job::DeleteWorkload { cluster: cluster(), kind, namespace, name }).await;
    }
    let second = ClusterId { key: "us-central1-a.second".parse().unwrap(), ..cluster() };
    session.run(Job::CreateCluster(second.clone())).await;
    session.run(Job::DeleteCluster(second)).await;
    session.run(Job::DeleteImage { repository: other.into(), digest: digest.clone() }).await;
    for id in ["qa", "build"] {
        let note = format!("{id}-note");
        session.run(Job::CreateNote { project: project(), id: note.parse().unwrap(), description: id.into() }).await;
        let note = format!("projects/{PROJECT}/notes/{note}").parse().unwrap();
        let (project, id, description) = (project(), id.parse().unwrap(), String::new());
        session.run(Job::CreateAttestor { project, id, note, description }).await;
    }
    let attestor: AttestorName = "projects/binauthz-lab/attestors/qa".parse().unwrap();
    let note: NoteName = "projects/binauthz-lab/notes/qa-note".parse().unwrap();
    let mut keys = Vec::new();
    for name in ["First", "Second"] {
        let key = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: name.into(), email: "qa@example.com".into() };
        let made = session.run(Job::GenerateKey { key, passphrase: Passphrase::new("correct horse".into()) }).await;
        let JobOutcome::Generated { fingerprint } = made else { panic!("{made:?}") };
        session.run(Job::AddKey { attestor: attestor.clone(), fingerprint: fingerprint.clone() }).await;
        keys.push(fingerprint);
    }
    for key in &keys {
        for repository in [REPOSITORY, other] {
            let new = session_sign(session, key, repository, &digest).await;
            session.run(attestation(new, &attestor, &note)).await;
        }
    }
    session.run(Job::RemoveKey { attestor: attestor.clone(), key_id: keys[0].clone() }).await;
    let stored = session.backend.client().unwrap();
    let stored = stored.attestations(&note, None).await.unwrap();
    let of = |key: &str, repository: &str| {
        let found = stored.iter().find(|a| a.signatures[0].public_key_id == key && a.resource_uri.contains(repository));
        found.unwrap_or_else(|| panic!("{stored:?}")).clone()
    };
    session.run(Job::DeleteAttestations(vec![of(&keys[0], REPOSITORY), of(&keys[1], other)])).await;
    session.run(Job::DeleteAttestor("projects/binauthz-lab/attestors/build".parse().unwrap())).await;
    session.run(Job::DeleteNote("projects/binauthz-lab/notes/build-note".parse().unwrap())).await;
    let services = services(&["artifactregistry"]);
    session.run(Job::DisableServices { project: project(), services }).await;
}

/// A signature over the image of a repository.
async fn session_sign(session: &mut Session, key: &str, repository: &str, digest: &Digest) -> NewAttestation {
    let image: ImageRef = format!("{repository}@{digest}").parse().unwrap();
    let payload = payload(&image, digest);
    let passphrase = Passphrase::new("correct horse".into());
    let job = Job::Sign { fingerprint: key.to_owned(), passphrase, payload: payload.clone() };
    let outcome = session.run(job).await;
    let JobOutcome::Signed { message: signature, .. } = outcome else { panic!("{outcome:?}") };
    NewAttestation {
        project: project(),
        attestor: "projects/p-123456/attestors/unset".parse().unwrap(),
        note: "projects/p-123456/notes/unset".parse().unwrap(),
        image,
        payload,
        signature,
        key_id: key.to_owned(),
    }
}

fn attestation(new: NewAttestation, attestor: &AttestorName, note: &NoteName) -> Job {
    Job::CreateAttestation(Box::new(NewAttestation { attestor: attestor.clone(), note: note.clone(), ..new }))
}

fn push(repository: &str, tag: &str) -> Job {
    Job::PushImage { to: format!("{repository}:{tag}").parse().unwrap(), image: Box::new(image::built()) }
}

/// What is written on the machine.
async fn write(session: &mut Session) {
    let services = vec!["binaryauthorization.googleapis.com".to_owned()];
    session.run(Job::CreateProject { project: project() }).await;
    session.run(Job::EnableServices { project: project(), services }).await;
    session.run(Job::MakeWorkDirectory { dockerfile: files::DOCKERFILE }).await;
    session.run(Job::in_work_directory("policy.yaml", POLICY.into())).await;
    session.run(Job::RemoveWorkDirectory).await;
    session.run(Job::MakeWorkDirectory { dockerfile: files::DOCKERFILE }).await;
    let text = "a: 'it''s'\nEOF\nb: \"$HOME\"".to_owned();
    session.run(Job::in_work_directory("policy.yaml", text.clone())).await;
    session.run(Job::in_work_directory("updated_policy.yaml", POLICY.into())).await;
    session.run(Job::RemoveFile { name: "updated_policy.yaml".into() }).await;
    session.run(Job::ExportPolicy { project: project(), file: "live.yaml".parse().unwrap() }).await;
    let outside = |session: &Session, name: &str| session.dir.join(name).display().to_string();
    let path = outside(session, "it's mine.yaml");
    let draft = |text: String| {
        let target = FileTarget::Draft { path: path.clone(), if_there: IfThere::Keep };
        Job::WriteFile { target, text }
    };
    session.run(draft(text.clone() + "\n")).await;
    // Another text is in the way: nothing is written, and the script writes nothing.
    let refused = session.run(draft("x".into())).await;
    assert!(matches!(refused, JobOutcome::InTheWay { .. }));
    let report = FileTarget::Report { path: outside(session, "case.json") };
    session.run(Job::WriteFile { target: report, text: "{}\n".into() }).await;
    let armor = std::fs::read_to_string(session.dir.join("given.asc")).unwrap();
    let key = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "Short".into(), email: "qa@example.com".into() };
    let passphrase = || Passphrase::new("correct horse".into());
    let made = session.run(Job::GenerateKey { key, passphrase: passphrase() }).await;
    let JobOutcome::Generated { fingerprint } = made else { panic!("{made:?}") };
    session.run(Job::ImportKey { armor, passphrase: passphrase() }).await;
    let keys = session.backend.keyring.list().unwrap().keys;
    let given = keys.iter().map(|key| key.info.fingerprint.to_string()).find(|key| *key != fingerprint).unwrap();
    session.run(Job::ExportKey { fingerprint: given.clone(), file: OwnFile::PublicKey }).await;
    session.run(Job::Sign { fingerprint: given, passphrase: passphrase(), payload: b"{}".to_vec() }).await;
    session.run(Job::DeleteKey { fingerprint }).await;
}

/// All that a sandbox holds, without what each store chooses for itself.
async fn state(lab: &Lab) -> Value {
    let project = format!("projects/{PROJECT}");
    let mut state = json!({});
    for (what, url) in [
        ("projects", format!("{CRM}/projects")),
        ("services", format!("{USAGE}/{project}/services?filter=state:ENABLED")),
        ("clusters", format!("{GKE}/v1/{project}/locations/-/clusters")),
        ("policy", format!("{BA}/v1/{project}/policy")),
        ("attestors", format!("{BA}/v1/{project}/attestors")),
        ("notes", format!("{CA}/v1/{project}/notes")),
        ("attestations", format!("{CA}/v1/{project}/occurrences")),
        ("tags", "https://us.gcr.io/v2/binauthz-lab/hello-world/tags/list".to_owned()),
        ("other tags", "https://gcr.io/v2/binauthz-lab/other/tags/list".to_owned()),
    ] {
        state[what] = lab.send(Method::GET, &url, Value::Null).await.1;
    }
    let note = format!("{CA}/v1/{project}/notes/qa-note:getIamPolicy");
    state["grants"] = lab.send(Method::POST, &note, json!({})).await.1;
    let endpoint =
        state["clusters"]["clusters"][0]["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"].clone();
    if let Some(endpoint) = endpoint.as_str() {
        state["deployments"] = lab.get(&format!("https://{endpoint}/apis/apps/v1/deployments")).await;
        // Those of a Deployment have random names.
        state["pods"] = lab.get(&format!("https://{endpoint}/api/v1/pods")).await;
        for pod in state["pods"]["items"].as_array_mut().into_iter().flatten() {
            if !pod["metadata"]["generateName"].is_null() {
                pod["metadata"]["name"] = Value::Null;
                let owner = pod["metadata"]["generateName"].as_str().unwrap().split('-').next().unwrap().to_owned();
                pod["metadata"] = json!({"owner": owner, "annotations": pod["metadata"]["annotations"]});
            }
        }
        sort(&mut state["pods"]["items"]);
    }
    for occurrence in state["attestations"]["occurrences"].as_array_mut().into_iter().flatten() {
        occurrence["name"] = Value::Null;
    }
    forget(&mut state);
    sort(&mut state["attestations"]["occurrences"]);
    let text = state.to_string().replace(&lab.project_number().await, "NUMBER");
    serde_json::from_str(&text).unwrap()
}

fn sort(list: &mut Value) {
    if let Some(list) = list.as_array_mut() {
        list.sort_by_key(Value::to_string);
    }
}

/// The files of a directory; of those that depend on a key or a store only that they are there.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return BTreeMap::new() };
    let file = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        let own = ["kubeconfig.yaml", "signature.pgp"].contains(&name.as_str());
        // gpg's armor wraps where ours does not: what it says is the key.
        let key = name == "public.pgp";
        let text = if own || key { String::new() } else { std::fs::read_to_string(entry.path()).unwrap() };
        (name, text)
    };
    entries.map(|entry| file(entry.unwrap())).collect()
}

/// Times, ids and addresses that a store makes up, and what depends on a key.
fn forget(value: &mut Value) {
    const CHOSEN: [&str; 28] = [
        "etag",
        "updateTime",
        "createTime",
        "projectNumber",
        "parent",
        "endpoint",
        "selfLink",
        "masterAuth",
        "controlPlaneEndpointsConfig",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "managedFields",
        "status",
        "id",
        "asciiArmoredPgpPublicKey",
        "publicKeyId",
        "signature",
        "serializedPayload",
        "timeCreatedMs",
        "timeUploadedMs",
        "lifecycleState",
        "lastTransitionTime",
        "name_",
        "kind_",
        "nodeName",
        "userOwned_",
        "comment",
    ];
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !CHOSEN.contains(&key.as_str()));
            map.values_mut().for_each(forget);
        }
        Value::Array(list) => list.iter_mut().for_each(forget),
        _ => {}
    }
}

/// Does a session, runs its script in another sandbox, and compares what both hold.
macro_rules! session {
    ($name:ident, $work:path, $does:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            if ["gpg", "curl", "skopeo", "kubectl", "jq"].iter().any(|client| require(client).is_none()) {
                return;
            }
            let Some(real) = Gcloud::over(Lab::start, Way::Proxy).await else { return };
            let dir = tempfile::tempdir().unwrap();
            let files = Files::new(dir.path());
            let (backend, outside) = (Backend::new(&files), tempfile::tempdir().unwrap());
            let ours = Lab::over(backend.start_sandbox().await.unwrap(), dir);
            let (log, done, dir) = (CommandLog::default(), BTreeSet::new(), outside.path().to_owned());
            let gnupg = Gnupg::new(&real, &dir).await;
            let mut session = Session { backend, log, number: 0, done, dir };
            $work(&mut session).await;
            assert_eq!(session.done, $does.iter().copied().collect());
            again(session, &ours, &files, &real, &gnupg).await;
        }
    };
}

session!(the_codelab_again, work, CODELAB);
session!(what_is_taken_back_again, take_back, TAKEN_BACK);
session!(the_files_and_keys_again, write, FILES);

/// gpg's home, with a key in a file as a person has it.
struct Gnupg(tempfile::TempDir);

impl Gnupg {
    async fn new(real: &Gcloud, dir: &Path) -> Self {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // What a person would be asked for.
        let options = "batch\npinentry-mode loopback\npassphrase correct horse\n";
        for home in [&home, &other] {
            std::fs::write(home.path().join("gpg.conf"), options).unwrap();
        }
        let line = format!(
            "export GNUPGHOME={}; gpg -q --quick-generate-key 'Given <given@example.com>' rsa2048 sign never && \
             gpg -q --armor --export-secret-keys > {}/given.asc",
            other.path().display(),
            dir.display()
        );
        real.ok(&line).await;
        Self(home)
    }
}

async fn again(mut session: Session, ours: &Lab, files_of_ours: &Files, real: &Gcloud, gnupg: &Gnupg) {
    let script = session.log.script();
    assert!(!script.contains("correct horse") && !script.contains("PRIVATE KEY"));
    let path = session.dir.join("session.sh").display().to_string();
    let before = files(&session.dir);
    let target = FileTarget::Session { path: path.clone(), if_there: IfThere::Keep };
    session.run(Job::WriteFile { target, text: script.clone() }).await;
    for name in before.keys().filter(|name| *name != "given.asc") {
        std::fs::remove_file(session.dir.join(name)).unwrap();
    }
    let (home, given) = (gnupg.0.path().display(), session.dir.join("given.asc"));
    let line = format!("export GNUPGHOME={home} WORKDIR=$HOME/session KEY_FILE_1={}; {path}", given.display());
    let ran = real.run(&line).await;
    assert_eq!(ran.code, 0, "{script}\n{}\n{}", ran.stdout, ran.stderr);

    std::fs::remove_file(&path).unwrap();
    assert_eq!(files(&session.dir), before, "{script}");
    assert_eq!(files(&real.work().join("session")), files(&files_of_ours.work()), "{script}");
    let users = real
        .ok(&format!("GNUPGHOME={home} gpg --with-colons --list-secret-keys | grep ^uid | cut -d: -f10 | sort"))
        .await;
    let mut keys: Vec<String> =
        session.backend.keyring.list().unwrap().keys.into_iter().flat_map(|key| key.info.user_ids).collect();
    keys.sort();
    assert_eq!(users.lines().collect::<Vec<_>>(), keys);
    let (wanted, found) = (state(ours).await, state(&real.lab).await);
    let wanted = wanted.as_object().unwrap();
    let differs = wanted.iter().filter(|(what, wanted)| found[what.as_str()] != **wanted);
    let wrong: Vec<String> =
        differs.map(|(what, wanted)| format!("{what}\n  workbench {wanted}\n  script    {}", found[what])).collect();
    assert!(wrong.is_empty(), "{}\n{script}", wrong.join("\n"));
}
