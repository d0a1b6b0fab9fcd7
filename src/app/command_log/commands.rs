//! The commands that a person would have typed for a job.
//!
//! They come in two forms: as a person would have typed them, and for the script of a session, which runs
//! against another store and keeps files that the workbench does not write out of the working directory. How
//! each is written is [`domain::command`]'s; here is which job is which.

use crate::command_log::etag::with_etag;
use crate::job::{FileTarget, Job, NewAttestation};
use domain::attestation::Attestation;
use domain::built_image::BuiltImage;
use domain::command::binauthz::Attest;
use domain::command::cluster::Enforcement;
use domain::command::container_analysis::Validate;
use domain::command::gpg::Existing;
use domain::command::line::{Command, Line, Word};
use domain::command::{binauthz, cluster, container_analysis, file, gpg, registry, service, workload};
use domain::image::ImageRef;
use domain::name::{AttestorName, ClusterId, ProjectId};
use domain::work_file::OwnFile;

/// Who runs the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A person, in the working directory.
    Person,
    /// The script of a session. It sets `OWN`, a directory of its own, and `STARTED`, where it was
    /// started.
    Script,
}

impl For {
    /// One of the workbench's own files, where only the commands need it.
    fn own(self, file: OwnFile) -> Word {
        self.helper(file.name())
    }

    /// A file that only the commands need.
    fn helper(self, name: &str) -> Word {
        match self {
            Self::Person => Word::text(name),
            Self::Script => Word::shell("\"$OWN\"/").followed_by(name),
        }
    }

    /// A file of the person, whose path counts from where the workbench was started.
    fn person_file(self, path: &str) -> Word {
        match self {
            Self::Script if !path.starts_with(['/', '~']) => Word::shell("\"$STARTED\"/").followed_by(path),
            Self::Person | Self::Script => file::path(path),
        }
    }
}

/// The commands of one job, a line each.
pub fn commands(job: &Job, reader: For) -> Vec<String> {
    lines(job, reader).iter().map(Line::to_string).collect()
}

pub(crate) fn lines(job: &Job, reader: For) -> Vec<Line> {
    match job {
        Job::CreateProject { project } => service::choose_project(project).into(),
        Job::EnableServices { project, services } => one(service::enable(services, Some(project))),
        Job::DisableServices { project, services } => one(service::disable(services, project)),
        Job::MakeWorkDirectory { dockerfile } => {
            let write = file::write(Word::text(OwnFile::Dockerfile.name()), dockerfile.as_bytes());
            vec![file::make_directory(&work_directory()), write]
        }
        // Only the files that the workbench writes: what else is there is the person's.
        Job::RemoveWorkDirectory => one(file::remove_directory(&work_directory(), &OwnFile::ALL.map(OwnFile::name))),
        Job::WriteFile { target, text } => one(write_file(target, text, reader)),
        Job::RemoveFile { name } => one(file::remove(Word::text(name))),
        Job::CreateCluster(id) => one(cluster::create(id)),
        Job::SetEnforcement { cluster, on } => {
            let enforcement = if *on { Enforcement::On } else { Enforcement::Off };
            one(cluster::set_enforcement(cluster, enforcement))
        }
        Job::DeleteCluster(id) => one(cluster::delete(id)),
        Job::GetCredentials(id) => credentials(id, Word::shell(format!("\"$WORKDIR/{}\"", OwnFile::Kubeconfig.name()))),
        Job::PushImage { to, image } => push(to, image, reader),
        Job::DeleteImage { repository, digest } => one(registry::delete(repository, digest)),
        Job::Deploy { cluster, deploy } => one(workload::deploy(cluster, deploy)),
        Job::DeleteWorkload { cluster, kind, namespace, name } => {
            one(workload::delete(cluster, *kind, namespace, name))
        }
        Job::ChangeWorkload { cluster, patch, .. } => one(patch.command(cluster)),
        Job::ExportPolicy { project, file } => one(binauthz::export_policy(project, Word::text(file.as_str()))),
        Job::ImportPolicy { project, text, etag } => import(project, text, etag.as_deref(), reader),
        Job::CreateNote { project, id, description } => {
            one(container_analysis::create_note(project.as_str(), id.as_str(), description))
        }
        Job::DeleteNote(note) => one(container_analysis::delete(&note.to_string())),
        Job::Grant { note, member } => one(container_analysis::grant(note, member)),
        Job::Revoke { note, member } => one(container_analysis::revoke(note, member)),
        Job::CreateAttestor { project, id, note, description } => {
            one(binauthz::create_attestor(id.as_str(), note, description, project.as_str()))
        }
        Job::DeleteAttestor(attestor) => one(binauthz::delete_attestor(attestor)),
        Job::AddKey { attestor, fingerprint } => add_key(attestor, fingerprint, reader),
        Job::RemoveKey { attestor, key_id } => one(binauthz::remove_key(attestor, key_id)),
        Job::GenerateKey { key, .. } => one(gpg::generate(key)),
        Job::ImportKey { .. } => one(import_key("KEY_FILE")),
        Job::DeleteKey { fingerprint } => one(gpg::delete(fingerprint)),
        Job::ExportKey { fingerprint, file } => one(gpg::export(fingerprint, Word::text(file.name()))),
        Job::Sign { fingerprint, payload, .. } => sign(fingerprint, payload, reader),
        Job::CreateAttestation(new) => one(attest(new, reader)),
        Job::Validate(new) => one(validate(new, reader)),
        Job::DeleteAttestations(list) => list.iter().map(|attestation| delete(attestation, reader)).collect(),
        Job::ResolveDigest { image } => one(registry::resolve(image)),
    }
}

fn one(line: impl Into<Line>) -> Vec<Line> {
    vec![line.into()]
}

fn write_file(target: &FileTarget, text: &str, reader: For) -> Line {
    match target {
        FileTarget::WorkDirectory { name } => file::write(Word::text(name), text.as_bytes()),
        FileTarget::Draft { path, .. } | FileTarget::Report { path } => {
            file::write(reader.person_file(path), text.as_bytes())
        }
        FileTarget::Session { path, .. } => {
            Line::comment(&format!("{path} holds the commands of the session until here"))
        }
    }
}

fn work_directory() -> Word {
    Word::shell("\"$WORKDIR\"")
}

fn credentials(id: &ClusterId, kubeconfig: Word) -> Vec<Line> {
    vec![file::export("KUBECONFIG", kubeconfig).into(), cluster::get_credentials(id).into()]
}

fn push(to: &ImageRef, image: &BuiltImage, reader: For) -> Vec<Line> {
    registry::push(to, image, &reader.helper("image"))
}

fn import(project: &ProjectId, text: &str, etag: Option<&str>, reader: For) -> Vec<Line> {
    // Which state of this store was meant says nothing in another one.
    let etag = if reader == For::Person { etag } else { None };
    let policy = reader.own(OwnFile::Policy);
    let write = file::write(policy.clone(), with_etag(text, etag).as_bytes());
    vec![write, binauthz::import_policy(policy, Some(project)).into()]
}

fn add_key(attestor: &AttestorName, fingerprint: &str, reader: For) -> Vec<Line> {
    let key = reader.own(OwnFile::PublicKey);
    vec![gpg::export(fingerprint, key.clone()), binauthz::add_pgp_key(attestor, key).into()]
}

fn sign(fingerprint: &str, payload: &[u8], reader: For) -> Vec<Line> {
    let (message, signature) = (reader.own(OwnFile::Payload), reader.own(OwnFile::Signature));
    let write = file::write(message.clone(), payload);
    vec![write, gpg::sign(fingerprint, message, signature, Existing::Replace).into()]
}

fn attest(new: &NewAttestation, reader: For) -> Command {
    binauthz::attest(Attest {
        image: new.image.as_str(),
        attestor: &new.attestor,
        signature: reader.own(OwnFile::Signature),
        key_id: &new.key_id,
        payload: None,
        project: Some(&new.project),
    })
}

fn validate(new: &NewAttestation, reader: For) -> Line {
    container_analysis::validate(Validate {
        attestor: &new.attestor,
        note: &new.note,
        image: &new.image,
        payload: &new.payload,
        signature: reader.own(OwnFile::Signature),
        key_id: &new.key_id,
    })
}

/// Another store than the one of the session has named the attestation by itself.
fn delete(attestation: &Attestation, reader: For) -> Line {
    match reader {
        For::Person => container_analysis::delete(&attestation.name).into(),
        For::Script => container_analysis::delete_alike(attestation),
    }
}

/// A signature that was not made in the session, as the file that `attest` takes.
pub(crate) fn given_signature(signature: &[u8]) -> Line {
    file::write(For::Script.own(OwnFile::Signature), signature)
}

/// The signature that the session has made goes to the working directory.
pub(crate) fn keep_signature() -> Line {
    file::copy(For::Script.own(OwnFile::Signature), Word::text(OwnFile::Signature.name())).into()
}

/// Gives kubectl a kubeconfig of the script's own.
pub(crate) fn own_credentials(id: &ClusterId) -> Vec<Line> {
    credentials(id, For::Script.helper("kubeconfig"))
}

/// Imports the private key of a file that the script is given by a variable.
pub(crate) fn import_key(variable: &str) -> Line {
    gpg::import(Word::shell(format!("\"${variable}\""))).into()
}

/// Commands run as this person of the sandbox from here on.
pub(crate) fn act_as(name: &str) -> Line {
    service::act_as(name).into()
}

/// Fails where a key of before the session is not in gpg's keyring.
pub(crate) fn find_key(fingerprint: &str) -> Line {
    gpg::find_secret(fingerprint, For::Script.helper("found"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::{KeySpec, Passphrase};

    #[test]
    fn a_key_is_named_by_its_user() {
        let job = Job::GenerateKey {
            key: KeySpec {
                name: "Demo Signing Role".into(),
                email: "attestor@example.com".into(),
                ..KeySpec::default()
            },
            passphrase: Passphrase::new("secret words".into()),
        };
        let commands = commands(&job, For::Person);
        assert_eq!(
            commands,
            ["gpg --quick-generate-key 'Demo Signing Role <attestor@example.com>' rsa2048 sign never"]
        );
        assert!(!format!("{job:?}").contains("secret words"));
    }
}
