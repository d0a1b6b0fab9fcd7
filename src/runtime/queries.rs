//! Reads: from a query to its answer.
//!
//! Uses the backend alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::backend::Backend;
use super::blocking::blocking;
use super::convert;
use super::error::Error;
use app::query::{Answer, AttestationsPage, Query, Registry, Work};
use app::shell::report::Report;
use client::{Client, Kubernetes};
use domain::admission::{Evidence, Request};
use domain::attestation::Verify as _;
use domain::attestor::{KeyMaterial, PublicKey};
use domain::image::{Digest, ImageRef};
use domain::inventory::InventoryItem;
use domain::name::{ClusterId, NoteName, ProjectId};
use domain::resource::{Image, LocalKey, Note};
use domain::work_file::OwnFile;
use files::inventory::{self, Defaults};
use signing::openpgp::{Verifier, check_block};

/// The registries that are asked for a project's repositories; others list none.
const REGISTRIES: [&str; 4] = ["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"];

/// Reads what the query asks for.
pub async fn answer(backend: &Backend, query: Query) -> Answer {
    match query {
        Query::Projects => Answer::Projects(reported(projects(backend)).await),
        Query::Services { project } => Answer::Services(reported(services(backend, &project)).await),
        Query::Clusters { project } => Answer::Clusters(reported(clusters(backend, &project)).await),
        Query::Images { project } => Answer::Images(reported(images(backend, &project)).await),
        Query::Policy { project } => Answer::Policy(reported(policy(backend, &project)).await),
        Query::SystemPolicy { location } => Answer::SystemPolicy(reported(system_policy(backend, &location)).await),
        Query::Attestors { project } => Answer::Attestors(reported(attestors(backend, &project)).await),
        Query::Notes { project } => Answer::Notes(reported(notes(backend, &project)).await),
        Query::Attestations { note, digest } => {
            Answer::Attestations(reported(attestations(backend, &note, digest.as_ref())).await)
        }
        Query::Evidence { attestors, images } => {
            Answer::Evidence(reported(evidence(backend, &attestors, &images)).await)
        }
        Query::Registry { images } => Answer::Registry(reported(registry(backend, images)).await),
        Query::Survey { attestors, digests } => Answer::Survey(reported(survey(backend, &attestors, digests)).await),
        Query::Inventory { path, pod, attestors } => {
            Answer::Inventory(reported(read_list(path, *pod, &attestors)).await)
        }
        Query::Keys => Answer::Keys(reported(keys(backend)).await),
        Query::Work => Answer::Work(reported(work(backend)).await),
    }
}

/// What a read gave, as `update` is told of it.
async fn reported<T>(read: impl Future<Output = Result<T, Error>>) -> Result<T, Report> {
    read.await.map_err(Report::from)
}

/// The first page; those for the chosen image's digest come first where the page may lack them.
async fn attestations(backend: &Backend, note: &NoteName, digest: Option<&Digest>) -> Result<AttestationsPage, Error> {
    let client = backend.client()?;
    let (mut page, next) = client.attestations_page(note, None, None).await?;
    if let (Some(digest), true) = (digest, next.is_some()) {
        let mut chosen = client.attestations(note, Some(digest)).await?;
        page.retain(|attestation| chosen.iter().all(|known| known.name != attestation.name));
        chosen.append(&mut page);
        page = chosen;
    }
    Ok(AttestationsPage { attestations: page, more: next.is_some() })
}

async fn projects(backend: &Backend) -> Result<Vec<domain::resource::Project>, Error> {
    let projects = backend.client()?.projects().await?;
    Ok(projects.into_iter().map(convert::project).collect())
}

async fn services(backend: &Backend, project: &ProjectId) -> Result<Vec<String>, Error> {
    let services = backend.client()?.services(project).await?;
    let enabled = services.into_iter().filter(|service| service.state == "ENABLED");
    Ok(enabled.filter_map(|service| service.name.rsplit('/').next().map(str::to_owned)).collect())
}

async fn clusters(backend: &Backend, project: &ProjectId) -> Result<Vec<domain::resource::Cluster>, Error> {
    let clusters = backend.client()?.clusters(project).await?;
    Ok(clusters.into_iter().map(convert::cluster).collect())
}

/// The images of the project in the registries that can be listed. One that refuses is left out, as
/// long as another answers.
async fn images(backend: &Backend, project: &ProjectId) -> Result<Vec<Image>, Error> {
    let client = backend.client()?;
    let prefix = format!("{}/", project.as_str().replace(':', "/"));
    let mut images = Vec::new();
    let mut failure = None;
    let mut answered = false;
    for registry in REGISTRIES {
        match registry_images(client, registry, &prefix).await {
            Ok(found) => {
                answered = true;
                images.extend(found);
            }
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    match failure {
        Some(error) if !answered => Err(error.into()),
        Some(_) | None => Ok(images),
    }
}

async fn registry_images(client: &Client, registry: &str, prefix: &str) -> Result<Vec<Image>, client::Error> {
    let mut images = Vec::new();
    for repository in client.repositories(registry).await? {
        let path = format!("{registry}/{repository}");
        let reference = path.parse::<ImageRef>().ok().filter(|_| repository.starts_with(prefix));
        if let Some(reference) = reference {
            images.extend(convert::images(&path, client.tags(&reference).await?));
        }
    }
    Ok(images)
}

async fn policy(backend: &Backend, project: &ProjectId) -> Result<Box<domain::policy::Policy>, Error> {
    Ok(Box::new(backend.client()?.policy(project).await?))
}

async fn system_policy(backend: &Backend, location: &str) -> Result<Box<domain::policy::Policy>, Error> {
    Ok(Box::new(backend.client()?.system_policy(location).await?))
}

async fn attestors(backend: &Backend, project: &ProjectId) -> Result<Vec<domain::attestor::Attestor>, Error> {
    Ok(backend.client()?.attestors(project).await?)
}

async fn notes(backend: &Backend, project: &ProjectId) -> Result<Vec<Note>, Error> {
    let client = backend.client()?;
    let notes = client.notes(project).await?;
    let mut shown = Vec::new();
    for note in notes {
        let Ok(name) = note.name.parse() else { continue };
        // Who may read it is worth knowing, and no reason to show no notes.
        let iam = client.note_iam(&name).await.ok();
        shown.extend(convert::note(&note, iam.as_ref()));
    }
    Ok(shown)
}

async fn evidence(backend: &Backend, attestors: &[String], images: &[String]) -> Result<Box<Evidence>, Error> {
    let digest = |image: &String| image.parse::<ImageRef>().ok()?.digest().cloned();
    // Each once, in any order.
    let digests: BTreeSet<Digest> = images.iter().filter_map(digest).collect();
    let digests: Vec<Digest> = digests.into_iter().collect();
    let repository = |image: &String| image.parse::<ImageRef>().ok().map(|image| image.name().to_owned());
    let repositories = images.iter().filter_map(repository).collect();
    let names: BTreeSet<_> = attestors.iter().filter_map(|name| name.parse().ok()).collect();
    Ok(Box::new(backend.client()?.evidence_with(names, &digests, &repositories).await))
}

/// What each reference names now; one that cannot be read does not hide the others.
async fn registry(backend: &Backend, images: Vec<String>) -> Result<Registry, Error> {
    let client = backend.client()?;
    let mut registry = Registry::new();
    for image in images {
        let found = match image.parse::<ImageRef>() {
            Ok(reference) => client.manifest(&reference).await.map(convert::registered).map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        registry.insert(image, found);
    }
    Ok(registry)
}

/// What the attestors say of many images: their signatures are verified here, so that the screen does
/// not wait for it.
async fn survey(backend: &Backend, attestors: &[String], digests: BTreeSet<Digest>) -> Result<Arc<Evidence>, Error> {
    let names: BTreeSet<_> = attestors.iter().filter_map(|name| name.parse().ok()).collect();
    let (evidence, incomplete) = backend.client()?.survey(names, &digests).await;
    blocking(move || Ok(Arc::new(evidence.survey(&digests, &incomplete, &Verifier::default())))).await
}

/// The reviewer's list.
async fn read_list(path: String, pod: Request, attestors: &[String]) -> Result<Arc<Vec<InventoryItem>>, Error> {
    let attestors = attestors.iter().filter_map(|name| name.parse().ok()).collect();
    blocking(move || {
        let read =
            || -> Result<_, Error> { Ok(inventory::parse(&read_inventory(&path)?, &Defaults { pod, attestors })?) };
        read().map(Arc::new).map_err(|error| error.with_hint(format!("The file is {path}.")))
    })
    .await
}

/// Reads at most what an inventory may have, and one byte more.
fn read_inventory(path: &str) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(inventory::MAX_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

/// A client of the cluster's API server.
pub(super) async fn kubernetes(backend: &Backend, id: &ClusterId) -> Result<Kubernetes, Error> {
    let client = backend.client()?;
    let cluster = client.cluster(&id.project, id.location(), id.name()).await?;
    Ok(client.kubernetes(&cluster)?)
}

async fn keys(backend: &Backend) -> Result<Vec<LocalKey>, Error> {
    let keyring = backend.keyring.clone();
    blocking(move || {
        let list = keyring.list()?;
        let damaged = list.damaged.iter().map(convert::damaged_key);
        // A key that is read here and gone there has no public half to show.
        let public = |key: &domain::key::LocalKey| keyring.export(&key.info.fingerprint).unwrap_or_default();
        Ok(list.keys.iter().map(|key| convert::local_key(key, public(key))).chain(damaged).collect())
    })
    .await
}

async fn work(backend: &Backend) -> Result<Work, Error> {
    let backend = backend.clone();
    blocking(move || {
        let directory = backend.files.read_work()?;
        let bytes = |name: &str| directory.file(name).map(|file| file.bytes.as_slice());
        let (payload, signature) = (bytes(OwnFile::Payload.name()), bytes(OwnFile::Signature.name()));
        let fault = signature.and_then(|signature| check_block(signature).err()).map(|fault| fault.to_string());
        let signed_by = match (payload, signature) {
            (Some(payload), Some(signature)) if fault.is_none() => signer(&backend, payload, signature),
            _ => None,
        };
        Ok(Work { directory, signed_by, signature_fault: fault })
    })
    .await
}

/// The key of this machine that made the signature.
fn signer(backend: &Backend, payload: &[u8], signature: &[u8]) -> Option<String> {
    let keys = backend.keyring.list().ok()?.keys;
    keys.into_iter().find_map(|key| {
        let fingerprint = key.info.fingerprint;
        let armor = backend.keyring.export(&fingerprint).ok()?;
        let verified =
            Verifier::default().verify(&pgp_key(&fingerprint.to_string(), armor), signature, payload).ok()?;
        (verified.message == payload).then(|| fingerprint.to_string())
    })
}

pub(super) fn pgp_key(fingerprint: &str, armor: String) -> PublicKey {
    PublicKey { id: fingerprint.to_owned(), comment: String::new(), material: KeyMaterial::Pgp { armor } }
}
