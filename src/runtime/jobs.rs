//! Jobs: what each one does with the client, the keyring and the files, by what it is about.
//!
//! Uses the backend, and of the queries what a job reads before it writes.

mod attestation;
mod attestor;
mod cluster;
mod file;
mod image;
mod key;
mod kubeconfig;
mod mend;
mod policy;
mod project;
mod result;
mod work_directory;
mod workload;

pub use self::mend::try_change;
pub use self::result::Progress;

use self::result::Done;
use super::backend::Backend;
use app::job::Job;

/// Does one job.
pub async fn perform(backend: &Backend, job: Job, progress: &Progress) -> Done {
    match job {
        Job::CreateProject { project } => project::create(backend, &project).await,
        Job::EnableServices { project, services } => project::enable(backend, &project, &services, progress).await,
        Job::DisableServices { project, services } => project::disable(backend, &project, &services).await,
        Job::MakeWorkDirectory { dockerfile } => {
            work_directory::change(backend, move |files| files.make_work(dockerfile)).await
        }
        Job::RemoveWorkDirectory => work_directory::change(backend, super::files::Files::remove_work).await,
        Job::WriteFile { target, text } => file::write(backend, target, text).await,
        Job::RemoveFile { name } => work_directory::change(backend, move |files| files.remove_work_file(&name)).await,
        Job::CreateCluster(id) => cluster::create(backend, &id, progress).await,
        Job::SetEnforcement { cluster, on } => cluster::enforce(backend, &cluster, on, progress).await,
        Job::DeleteCluster(id) => cluster::delete(backend, &id, progress).await,
        Job::GetCredentials(id) => cluster::write_kubeconfig(backend, &id).await,
        Job::PushImage { to, image } => image::push(backend, &to, &image, progress).await,
        Job::DeleteImage { repository, digest } => image::delete(backend, &repository, &digest).await,
        Job::ResolveDigest { image } => image::resolve(backend, image).await,
        Job::Deploy { cluster, deploy } => workload::deploy(backend, &cluster, &deploy).await,
        Job::DeleteWorkload { cluster, kind, namespace, name } => {
            workload::delete(backend, &cluster, kind, &namespace, &name).await
        }
        Job::ChangeWorkload { cluster, patch, sent } => mend::change(backend, &cluster, &patch, sent).await,
        Job::ImportPolicy { project, text, etag } => policy::import(backend, &project, &text, etag).await,
        Job::ExportPolicy { project, file } => policy::export(backend, &project, &file).await,
        Job::CreateNote { project, id, description } => {
            attestor::create_note(backend, &project, &id, description).await
        }
        Job::DeleteNote(name) => attestor::delete_note(backend, &name).await,
        Job::Grant { note, member } => attestor::grant(backend, &note, &member).await,
        Job::Revoke { note, member } => attestor::revoke(backend, &note, &member).await,
        Job::CreateAttestor { project, id, note, description } => {
            attestor::create(backend, &project, &id, note, description).await
        }
        Job::DeleteAttestor(name) => attestor::delete(backend, &name).await,
        Job::AddKey { attestor, fingerprint } => attestor::add_key(backend, &attestor, &fingerprint).await,
        Job::RemoveKey { attestor, key_id } => attestor::remove_key(backend, &attestor, &key_id).await,
        Job::GenerateKey { key, passphrase } => key::generate(backend, key, passphrase).await,
        Job::ImportKey { armor, passphrase } => key::import(backend, armor, passphrase).await,
        Job::DeleteKey { fingerprint } => key::delete(backend, &fingerprint).await,
        Job::ExportKey { fingerprint, file } => key::export(backend, &fingerprint, file).await,
        Job::Sign { fingerprint, passphrase, payload } => key::sign(backend, &fingerprint, passphrase, payload).await,
        Job::CreateAttestation(new) => attestation::create(backend, *new).await,
        Job::Validate(new) => attestation::validate(backend, *new).await,
        Job::DeleteAttestations(list) => attestation::delete(backend, &list).await,
    }
}
