//! The command log tells the truth: what the workbench does, and what the script of its command log
//! does to another sandbox with the real clients, comes to the same.

use countersign::app::job::{ClusterId, Deploy, Job, NewAttestation, Outcome};
use countersign::app::log::CommandLog;
use countersign::app::remote::Ticket;
use countersign::codelab::image;
use countersign::domain::attestation::payload;
use countersign::domain::key::{KeyAlgorithm, KeySpec, Passphrase};
use countersign::domain::resource::WorkloadKind;
use countersign::runtime::backend::Backend;
use countersign::runtime::files::Files;
use countersign::runtime::jobs::perform;
use reqwest::Method;
use serde_json::{Value, json};

use crate::gcloud::{Gcloud, Way};
use crate::sandbox::{BA, CA, CRM, GKE, Lab, PROJECT, USAGE};
use crate::support::clients::require;

const REPOSITORY: &str = "us.gcr.io/binauthz-lab/hello-world";
const POLICY: &str = "globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  \
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy: [projects/binauthz-lab/attestors/qa]\n";

/// The workbench's jobs, done one after the other and logged.
struct Session {
    backend: Backend,
    log: CommandLog,
    number: u64,
}

impl Session {
    async fn run(&mut self, job: Job) -> Outcome {
        self.number += 1;
        let ticket = Ticket(self.number);
        self.log.start(ticket, std::slice::from_ref(&job), jiff::Timestamp::now());
        let title = job.title();
        let outcome = perform(&self.backend, job, &|_| {}).await.unwrap_or_else(|report| panic!("{title}: {report:?}"));
        self.log.done(ticket, 0, &outcome);
        outcome
    }
}

fn cluster() -> ClusterId {
    ClusterId { project: PROJECT.into(), location: "us-central1-a".into(), name: "lab".into() }
}

fn deploy(kind: WorkloadKind, name: &str, image: &str, labels: &[(&str, &str)]) -> Job {
    Job::Deploy(Deploy {
        cluster: cluster(),
        kind,
        namespace: "default".into(),
        name: name.into(),
        image: image.into(),
        service_account: String::new(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        annotations: [].into(),
    })
}

/// The whole way from a project to a signed image that runs.
async fn work(session: &mut Session) {
    let services =
        ["container.googleapis.com", "binaryauthorization.googleapis.com", "containeranalysis.googleapis.com"];
    let services = services.map(str::to_owned).to_vec();
    session.run(Job::CreateProject { project: PROJECT.into() }).await;
    session.run(Job::EnableServices { project: PROJECT.into(), services }).await;
    session.run(Job::MakeWorkDirectory).await;
    session.run(Job::CreateCluster(cluster())).await;
    session.run(Job::SetEnforcement { cluster: cluster(), on: true }).await;
    session.run(Job::GetCredentials(cluster())).await;
    session.run(Job::PushImage { repository: REPOSITORY.into(), tag: "latest".into() }).await;
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
    let note: countersign::domain::name::NoteName = "projects/binauthz-lab/notes/qa-note".parse().unwrap();
    let attestor: countersign::domain::name::AttestorName = "projects/binauthz-lab/attestors/qa".parse().unwrap();
    let description = "The team's note, \"QA\"".to_owned();
    session.run(Job::CreateNote { project: PROJECT.into(), id: "qa-note".into(), description }).await;
    let other = Job::CreateNote { project: PROJECT.into(), id: "gone".into(), description: "x".into() };
    session.run(other).await;
    session.run(Job::DeleteNote("projects/binauthz-lab/notes/gone".parse().unwrap())).await;
    for member in ["user:a@example.com", "user:b@example.com"] {
        session.run(Job::Grant { note: note.clone(), member: member.into() }).await;
    }
    session.run(Job::Revoke { note: note.clone(), member: "user:a@example.com".into() }).await;
    let create = Job::CreateAttestor {
        project: PROJECT.into(),
        id: "qa".into(),
        note: note.clone(),
        description: "it's good".into(),
    };
    session.run(create).await;
    let passphrase = || Passphrase::new("correct horse".into());
    let key = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA Team".into(), email: "qa@example.com".into() };
    let made = session.run(Job::GenerateKey { key, passphrase: passphrase() }).await;
    let Outcome::Generated { fingerprint } = made else { panic!("{made:?}") };
    session.run(Job::AddKey { attestor: attestor.clone(), fingerprint: fingerprint.clone() }).await;
    let digest = image::build().unwrap().digest().clone();
    let signed: countersign::domain::image::ImageRef = format!("{REPOSITORY}@{digest}").parse().unwrap();
    let payload = payload(&signed, &digest);
    let sign = Job::Sign { fingerprint: fingerprint.clone(), passphrase: passphrase(), payload: payload.clone() };
    let outcome = session.run(sign).await;
    let Outcome::Signed { message: signature, .. } = outcome else { panic!("{outcome:?}") };
    let new = NewAttestation {
        project: PROJECT.into(),
        attestor,
        note,
        image: signed.clone(),
        payload,
        signature,
        key_id: fingerprint,
    };
    session.run(Job::CreateAttestation(Box::new(new))).await;
    session.run(deploy(WorkloadKind::Pod, "signed", &signed.to_string(), &[])).await;
    let etag = match session.run(Job::ImportPolicy { project: PROJECT.into(), text: POLICY.into(), etag: None }).await {
        Outcome::Imported(policy) => policy.etag,
        other => panic!("{other:?}"),
    };
    session.run(Job::ImportPolicy { project: PROJECT.into(), text: POLICY.into(), etag }).await;
}

/// All that a sandbox holds, without what each store chooses for itself.
async fn state(lab: &Lab) -> Value {
    let project = format!("projects/{PROJECT}");
    let clusters = lab.get(&format!("{GKE}/v1/{project}/locations/-/clusters")).await;
    let endpoint = &clusters["clusters"][0]["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"];
    let server = format!("https://{}", endpoint.as_str().unwrap());
    let note = format!("{CA}/v1/{project}/notes/qa-note");
    let mut state = json!({
        "projects": lab.get(&format!("{CRM}/projects")).await,
        "services": lab.get(&format!("{USAGE}/{project}/services?filter=state:ENABLED")).await,
        "clusters": clusters,
        "policy": lab.get(&format!("{BA}/v1/{project}/policy")).await,
        "attestors": lab.get(&format!("{BA}/v1/{project}/attestors")).await,
        "notes": lab.get(&format!("{CA}/v1/{project}/notes")).await,
        "grants": lab.ok(Method::POST, &format!("{note}:getIamPolicy"), json!({})).await,
        "attestations": lab.get(&format!("{CA}/v1/{project}/occurrences")).await,
        "tags": lab.get("https://us.gcr.io/v2/binauthz-lab/hello-world/tags/list").await,
        "deployments": lab.get(&format!("{server}/apis/apps/v1/deployments")).await,
        "pods": lab.get(&format!("{server}/api/v1/pods?labelSelector=run")).await,
    });
    for occurrence in state["attestations"]["occurrences"].as_array_mut().into_iter().flatten() {
        occurrence["name"] = Value::Null;
    }
    forget(&mut state);
    let text = state.to_string().replace(&lab.project_number().await, "NUMBER");
    serde_json::from_str(&text).unwrap()
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_script_of_a_session_does_the_same_again() {
    if ["gpg", "curl", "skopeo", "kubectl", "jq"].iter().any(|client| require(client).is_none()) {
        return;
    }
    let Some(real) = Gcloud::over(Lab::start, Way::Proxy).await else { return };
    let dir = tempfile::tempdir().unwrap();
    let backend = Backend::new(&Files::new(dir.path())).unwrap();
    let ours = Lab::over(backend.start_sandbox().await.unwrap(), dir);
    let mut session = Session { backend, log: CommandLog::default(), number: 0 };
    work(&mut session).await;
    let script = session.log.script();
    assert!(!script.contains("correct horse"));

    // What a person would be asked for.
    let options = "batch\npinentry-mode loopback\npassphrase correct horse\n";
    let gnupg = tempfile::tempdir().unwrap();
    std::fs::write(gnupg.path().join("gpg.conf"), options).unwrap();
    real.write("session.sh", &script);
    let line = format!("export GNUPGHOME={} WORKDIR=$HOME/session; bash session.sh", gnupg.path().display());
    let ran = real.run(&line).await;
    assert_eq!(ran.code, 0, "{script}\n{}\n{}", ran.stdout, ran.stderr);
    let (wanted, found) = (state(&ours).await, state(&real.lab).await);
    let wanted = wanted.as_object().unwrap();
    let differs = wanted.iter().filter(|(what, wanted)| found[what.as_str()] != **wanted);
    let wrong: Vec<String> =
        differs.map(|(what, wanted)| format!("{what}\n  workbench {wanted}\n  script    {}", found[what])).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
