//! Jobs: what each one does with the client, the keyring and the files.

use super::backend::Backend;
use super::queries::{blocking, kubernetes, pgp_key, project_id};
use super::{convert, kubeconfig, open_files, workload};
use app::job::{ClusterId, Job, NewAttestation, Outcome};
use app::report::Report;
use client::{Blob, Error, ImageContent, PushProgress, Validation};
use codelab::image;
use domain::admission::Enforcement;
use domain::attestation::{ATTESTATION, Attestation, Signature, Verify as _};
use domain::attestor::Attestor;
use domain::document::{self, Dialect, Document};
use domain::image::{Digest, ImageRef};
use domain::key::{Fingerprint, KeySpec, Passphrase};
use domain::name::{AttestorName, NoteName, ResourceId};
use domain::policy::Policy;
use domain::resource::WorkloadKind;
use signing;
use signing::openpgp::Verifier;
use wire::container::Cluster;
use wire::container_analysis::{AttestationNote, Hint, Note};
use wire::iam::OCCURRENCES_VIEWER;
use wire::kubernetes::{Deployment, Pod, ReplicaSet};

/// Sentences about how far a job is.
pub type Progress = dyn Fn(String) + Send + Sync;

/// Does one job.
pub async fn perform(backend: &Backend, job: Job, progress: &Progress) -> Result<Outcome, Report> {
    match job {
        Job::CreateProject { project } => create_project(backend, &project).await,
        Job::EnableServices { project, services } => enable(backend, &project, &services, progress).await,
        Job::DisableServices { project, services } => disable(backend, &project, &services).await,
        Job::MakeWorkDirectory => on_disk(backend, |b| b.files.make_work()).await,
        Job::RemoveWorkDirectory => on_disk(backend, |b| b.files.remove_work()).await,
        Job::Export { path, text } => {
            on_disk(backend, move |_| super::files::write_whole(std::path::Path::new(&path), text.as_bytes())).await
        }
        Job::WriteFile { name, text } => on_disk(backend, move |b| b.files.write_work(&name, &text)).await,
        Job::SaveFile { path, text, known, replace } => {
            blocking(move || open_files::save(&path, &text, known, replace).map_err(|error| convert::plain(&error)))
                .await
        }
        Job::WriteSession { path, text, replace } => {
            blocking(move || open_files::save_script(&path, &text, replace).map_err(|error| convert::plain(&error)))
                .await
        }
        Job::RemoveFile { name } => on_disk(backend, move |b| b.files.remove_work_file(&name)).await,
        Job::CreateCluster(id) => create_cluster(backend, &id, progress).await,
        Job::SetEnforcement { cluster, on } => enforce(backend, &cluster, on, progress).await,
        Job::DeleteCluster(id) => delete_cluster(backend, &id, progress).await,
        Job::GetCredentials(id) => credentials(backend, &id).await,
        Job::PushImage { repository, tag } => push(backend, &repository, &tag, progress).await,
        Job::DeleteImage { repository, digest } => delete_image(backend, &repository, &digest).await,
        Job::Deploy(deploy) => {
            let cluster = kubernetes(backend, &deploy.cluster).await?;
            done(workload::deploy(&cluster, &deploy).await)
        }
        Job::DeleteWorkload { cluster, kind, namespace, name } => {
            delete_workload(backend, &cluster, kind, &namespace, &name).await
        }
        Job::ImportPolicy { project, text, etag } => import_policy(backend, &project, &text, etag).await,
        Job::ExportPolicy { project, file } => export_policy(backend, &project, file).await,
        Job::CreateNote { project, id, description } => create_note(backend, &project, &id, description).await,
        Job::DeleteNote(name) => done(backend.client()?.delete_note(&name).await),
        Job::Grant { note, member } => done(backend.client()?.grant_on_note(&note, OCCURRENCES_VIEWER, &member).await),
        Job::Revoke { note, member } => {
            done(backend.client()?.revoke_on_note(&note, OCCURRENCES_VIEWER, &member).await)
        }
        Job::CreateAttestor { project, id, note, description } => {
            create_attestor(backend, &project, &id, note, description).await
        }
        Job::DeleteAttestor(name) => done(backend.client()?.delete_attestor(&name).await),
        Job::AddKey { attestor, fingerprint } => add_key(backend, &attestor, &fingerprint).await,
        Job::RemoveKey { attestor, key_id } => done(backend.client()?.remove_key(&attestor, &key_id).await),
        Job::GenerateKey { key, passphrase } => generate(backend, key, passphrase).await,
        Job::ImportKey { armor, passphrase } => import_key(backend, armor, passphrase).await,
        Job::DeleteKey { fingerprint } => delete_key(backend, &fingerprint).await,
        Job::ExportKey { fingerprint, file } => export(backend, &fingerprint, file).await,
        Job::Sign { fingerprint, passphrase, payload } => sign(backend, &fingerprint, passphrase, payload).await,
        Job::CreateAttestation(new) => attest(backend, *new).await,
        Job::Validate(new) => validate(backend, *new).await,
        Job::DeleteAttestations(list) => delete_attestations(backend, &list).await,
        Job::ResolveDigest { image } => {
            let digest = backend.client()?.resolve(&image).await.map_err(|error| convert::report(&error))?;
            Ok(Outcome::Resolved { image, digest })
        }
    }
}

fn done<T>(result: Result<T, Error>) -> Result<Outcome, Report> {
    result.map(|_| Outcome::Done).map_err(|error| convert::report(&error))
}

async fn on_disk(
    backend: &Backend,
    work: impl FnOnce(&Backend) -> std::io::Result<()> + Send + 'static,
) -> Result<Outcome, Report> {
    let backend = backend.clone();
    blocking(move || work(&backend).map(|()| Outcome::Done).map_err(|error| convert::plain(&error))).await
}

/// A project that exists is only chosen.
async fn create_project(backend: &Backend, project: &str) -> Result<Outcome, Report> {
    let (client, id) = (backend.client()?, project_id(project)?);
    if client.project(&id).await.is_ok() {
        return Ok(Outcome::Done);
    }
    done(client.create_project(&id, project).await)
}

async fn enable(backend: &Backend, project: &str, services: &[String], progress: &Progress) -> Result<Outcome, Report> {
    let services: Vec<&str> = services.iter().map(String::as_str).collect();
    let tell = |operation: &wire::resources::Operation| {
        if !operation.done {
            progress("the operation is running".to_owned());
        }
    };
    done(backend.client()?.enable_services(&project_id(project)?, &services, tell).await)
}

async fn disable(backend: &Backend, project: &str, services: &[String]) -> Result<Outcome, Report> {
    let (client, id) = (backend.client()?, project_id(project)?);
    for service in services {
        client.disable_service(&id, service).await.map_err(|error| convert::report(&error))?;
    }
    Ok(Outcome::Done)
}

async fn create_cluster(backend: &Backend, id: &ClusterId, progress: &Progress) -> Result<Outcome, Report> {
    let (client, project) = (backend.client()?, project_id(&id.project)?);
    let cluster = Cluster {
        name: id.name.clone(),
        location: id.location.clone(),
        initial_node_count: Some(3),
        ..Cluster::default()
    };
    let operation = client.create_cluster(&project, cluster).await.map_err(|error| convert::report(&error))?;
    wait(backend, id, operation, progress).await
}

async fn enforce(backend: &Backend, id: &ClusterId, on: bool, progress: &Progress) -> Result<Outcome, Report> {
    let (client, project) = (backend.client()?, project_id(&id.project)?);
    let enforcement = if on { Enforcement::On } else { Enforcement::Off };
    let operation = client.set_cluster_enforcement(&project, &id.location, &id.name, enforcement).await;
    wait(backend, id, operation.map_err(|error| convert::report(&error))?, progress).await
}

async fn delete_cluster(backend: &Backend, id: &ClusterId, progress: &Progress) -> Result<Outcome, Report> {
    let (client, project) = (backend.client()?, project_id(&id.project)?);
    let operation = client.delete_cluster(&project, &id.location, &id.name).await;
    wait(backend, id, operation.map_err(|error| convert::report(&error))?, progress).await
}

async fn wait(
    backend: &Backend,
    id: &ClusterId,
    operation: wire::container::Operation,
    progress: &Progress,
) -> Result<Outcome, Report> {
    let tell = |operation: &wire::container::Operation| {
        progress(format!("{} is {}", operation.operation_type, operation.status));
    };
    done(backend.client()?.wait_for_cluster(&project_id(&id.project)?, &id.location, operation, tell).await)
}

/// Writes a kubeconfig, as `gcloud container clusters get-credentials` does.
async fn credentials(backend: &Backend, id: &ClusterId) -> Result<Outcome, Report> {
    let cluster = backend.client()?.cluster(&project_id(&id.project)?, &id.location, &id.name).await;
    let cluster = cluster.map_err(|error| convert::report(&error))?;
    let text = kubeconfig::text(id, &cluster, &backend.files.sandbox_token());
    let name = codelab::names::KUBECONFIG.to_owned();
    on_disk(backend, move |b| b.files.write_work(&name, &text)).await
}

/// Builds the codelab's image and pushes it.
async fn push(backend: &Backend, repository: &str, tag: &str, progress: &Progress) -> Result<Outcome, Report> {
    let image: ImageRef = format!("{repository}:{tag}").parse().map_err(|error| convert::plain(&error))?;
    let built = image::build().map_err(|error| convert::plain(&error))?;
    let content = ImageContent {
        blobs: built.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: built.manifest.bytes.clone().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    let tell = |step: PushProgress| match step {
        PushProgress::Blob { number, of, bytes, found } => {
            let how = if found { "was there" } else { "pushed" };
            progress(format!("blob {number} of {of}, {bytes} bytes, {how}"));
        }
        PushProgress::Manifest { digest } => progress(format!("manifest {digest}")),
    };
    let digest = backend.client()?.push_image(&image, &content, tell).await.map_err(|error| convert::report(&error))?;
    Ok(Outcome::Pushed { image: image.with_digest(&digest) })
}

async fn delete_image(backend: &Backend, repository: &str, digest: &Digest) -> Result<Outcome, Report> {
    let image: ImageRef = format!("{repository}@{digest}").parse().map_err(|error| convert::plain(&error))?;
    done(backend.client()?.delete_image(&image).await)
}

async fn delete_workload(
    backend: &Backend,
    id: &ClusterId,
    kind: WorkloadKind,
    namespace: &str,
    name: &str,
) -> Result<Outcome, Report> {
    let cluster = kubernetes(backend, id).await?;
    done(match kind {
        WorkloadKind::Deployment => cluster.delete::<Deployment>(namespace, name).await,
        WorkloadKind::ReplicaSet => cluster.delete::<ReplicaSet>(namespace, name).await,
        WorkloadKind::Pod => cluster.delete::<Pod>(namespace, name).await,
    })
}

/// The live policy as gcloud exports it, read for this.
async fn export_policy(backend: &Backend, project: &str, file: String) -> Result<Outcome, Report> {
    let policy = backend.client()?.policy(&project_id(project)?).await.map_err(|error| convert::report(&error))?;
    let text = document::emit(&policy);
    on_disk(backend, move |b| b.files.write_work(&file, &text)).await
}

/// The etag of the policy that the text was compared with goes along: whatever the text says of its
/// own, nothing else may be overwritten.
async fn import_policy(backend: &Backend, project: &str, text: &str, etag: Option<String>) -> Result<Outcome, Report> {
    let document = Document::parse(text, Dialect::Gcloud);
    let Some(mut policy) = document.policy else {
        let first = document.diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        return Err(Report::new(format!("the text is not a policy: {first}")));
    };
    let (client, project) = (backend.client()?, project_id(project)?);
    if etag.is_none() {
        refuse_other(&client.policy(&project).await.map_err(|error| convert::report(&error))?)?;
    }
    policy.etag = etag;
    let stored = client.put_policy(&project, &policy).await.map_err(|error| convert::report(&error))?;
    Ok(Outcome::Imported(Box::new(stored)))
}

/// A policy that was never stored has no etag to go along; that somebody has stored one meanwhile is
/// seen by its etag.
fn refuse_other(now: &Policy) -> Result<(), Report> {
    match &now.etag {
        Some(_) => Err(Report { conflict: true, ..Report::new("the project has got a policy meanwhile") }),
        None => Ok(()),
    }
}

async fn create_note(backend: &Backend, project: &str, id: &str, description: String) -> Result<Outcome, Report> {
    let id: ResourceId = id.parse().map_err(|error| convert::plain(&error))?;
    let name = NoteName::new(&project_id(project)?, &id);
    let attestation = AttestationNote { hint: Hint { human_readable_name: description } };
    let note = Note { name: name.to_string(), attestation: Some(attestation), ..Note::default() };
    done(backend.client()?.create_note(&name, &note).await)
}

async fn create_attestor(
    backend: &Backend,
    project: &str,
    id: &str,
    note: NoteName,
    description: String,
) -> Result<Outcome, Report> {
    let id: ResourceId = id.parse().map_err(|error| convert::plain(&error))?;
    let name = AttestorName::new(&project_id(project)?, &id);
    let attestor = Attestor {
        name,
        description,
        note,
        keys: Vec::new(),
        service_account_email: None,
        update_time: None,
        etag: None,
    };
    done(backend.client()?.create_attestor(attestor).await)
}

pub(super) fn fingerprint(text: &str) -> Result<Fingerprint, Report> {
    text.parse().map_err(|error| convert::plain(&error))
}

async fn add_key(backend: &Backend, attestor: &AttestorName, key: &str) -> Result<Outcome, Report> {
    let armor = backend.keyring.export(&fingerprint(key)?).map_err(|error| convert::plain(&error))?;
    done(backend.client()?.add_key(attestor, &pgp_key(key, armor)).await)
}

async fn generate(backend: &Backend, key: KeySpec, passphrase: Passphrase) -> Result<Outcome, Report> {
    let keyring = backend.keyring.clone();
    blocking(move || {
        let made = signing::generate(&key, &passphrase).map_err(|error| convert::plain(&error))?;
        let kept = keyring.store(&made).map_err(|error| convert::plain(&error))?;
        Ok(Outcome::Generated { fingerprint: kept.info.fingerprint.to_string() })
    })
    .await
}

async fn import_key(backend: &Backend, armor: String, passphrase: Passphrase) -> Result<Outcome, Report> {
    let keyring = backend.keyring.clone();
    blocking(move || {
        let given = (!passphrase.is_empty()).then_some(&passphrase);
        keyring.import(&armor, given).map(|_| Outcome::Done).map_err(|error| convert::plain(&error))
    })
    .await
}

async fn delete_key(backend: &Backend, key: &str) -> Result<Outcome, Report> {
    let (keyring, key) = (backend.keyring.clone(), fingerprint(key)?);
    blocking(move || keyring.delete(&key).map(|()| Outcome::Done).map_err(|error| convert::plain(&error))).await
}

async fn export(backend: &Backend, key: &str, file: String) -> Result<Outcome, Report> {
    let armor = backend.keyring.export(&fingerprint(key)?).map_err(|error| convert::plain(&error))?;
    on_disk(backend, move |b| b.files.write_work(&file, &armor)).await
}

/// Signs, and verifies what came out before anybody sees it.
async fn sign(backend: &Backend, key: &str, passphrase: Passphrase, payload: Vec<u8>) -> Result<Outcome, Report> {
    let (keyring, key) = (backend.keyring.clone(), fingerprint(key)?);
    blocking(move || {
        let message = keyring.sign(&key, &passphrase, &payload).map_err(|error| convert::plain(&error))?;
        drop(passphrase);
        let armor = keyring.export(&key).map_err(|error| convert::plain(&error))?;
        let public = pgp_key(&key.to_string(), armor);
        let verified = Verifier::default().verify(&public, message.as_bytes(), &payload);
        let verified = verified.map_err(|fault| Report::new(format!("what was signed does not verify: {fault}")))?;
        if verified.message != payload {
            return Err(Report::new("what was signed is not the payload"));
        }
        Ok(Outcome::Signed { message: message.into_bytes(), warnings: verified.warnings })
    })
    .await
}

fn attestation(new: NewAttestation) -> Attestation {
    Attestation {
        name: String::new(),
        note: new.note,
        resource_uri: new.image.as_str().to_owned(),
        payload: new.payload,
        signatures: vec![Signature { public_key_id: new.key_id, bytes: new.signature }],
        kind: ATTESTATION.to_owned(),
        jwts: 0,
        create_time: None,
    }
}

/// An attestation that is there already is as good as a new one.
async fn attest(backend: &Backend, new: NewAttestation) -> Result<Outcome, Report> {
    let project = project_id(&new.project)?;
    match backend.client()?.create_attestation(&project, &attestation(new)).await {
        Err(error) if error.is_conflict() => Ok(Outcome::Done),
        other => done(other),
    }
}

async fn validate(backend: &Backend, new: NewAttestation) -> Result<Outcome, Report> {
    let attestor = new.attestor.clone();
    let answer =
        backend.client()?.validate(&attestor, &attestation(new)).await.map_err(|error| convert::report(&error))?;
    let refused = match answer {
        Validation::Verified => None,
        Validation::NotVerifiable(reason) => Some(reason),
    };
    Ok(Outcome::Validated { refused })
}

async fn delete_attestations(backend: &Backend, list: &[Attestation]) -> Result<Outcome, Report> {
    let client = backend.client()?;
    for attestation in list {
        client.delete_occurrence(&attestation.name).await.map_err(|error| convert::report(&error))?;
    }
    Ok(Outcome::Done)
}
