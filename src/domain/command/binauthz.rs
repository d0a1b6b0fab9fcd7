//! `gcloud container binauthz`: policies, attestors and their keys, attestations.
//!
//! A project that is not given is the one that gcloud is set to.

use super::line::{Command, Line, Word};
use crate::name::{AttestorName, NoteName, ProjectId};

/// The policy of the file becomes the project's.
pub fn import_policy(file: Word, project: Option<&ProjectId>) -> Command {
    binauthz("policy import").arg(file).flag_if_some("--project", project.map(ProjectId::as_str))
}

/// Writes the project's policy to a file.
pub fn export_policy(project: &ProjectId, file: Word) -> Line {
    Line::from(binauthz("policy export").flag("--project", project.as_str())).into_file(file)
}

/// Creates an attestor without keys; no description where the text is empty.
pub fn create_attestor(id: &str, note: &NoteName, description: &str, project: &str) -> Command {
    binauthz("attestors create")
        .arg(id)
        .flag("--attestation-authority-note", note.id())
        .flag("--attestation-authority-note-project", note.project())
        .flag_if_some("--description", Some(description).filter(|text| !text.is_empty()))
        .flag("--project", project)
}

/// Deletes an attestor, whatever policies name it.
pub fn delete_attestor(attestor: &AttestorName) -> Command {
    binauthz("attestors delete").arg(attestor.id()).flag("--project", attestor.project())
}

/// The attestor trusts the armored public key in the file too.
pub fn add_pgp_key(attestor: &AttestorName, file: Word) -> Command {
    binauthz("attestors public-keys add")
        .flag("--attestor", attestor.id())
        .flag("--pgp-public-key-file", file)
        .flag("--project", attestor.project())
}

/// The attestor trusts the key no more.
pub fn remove_key(attestor: &AttestorName, key_id: &str) -> Command {
    binauthz("attestors public-keys remove")
        .arg(key_id)
        .flag("--attestor", attestor.id())
        .flag("--project", attestor.project())
}

/// Writes what is to be signed for an image to a file.
pub fn signature_payload(image: &str, file: Word) -> Line {
    Line::from(binauthz("create-signature-payload").flag("--artifact-url", image)).into_file(file)
}

/// What an attestation is made of.
#[derive(Debug, Clone)]
pub struct Attest<'a> {
    /// By digest.
    pub image: &'a str,
    pub attestor: &'a AttestorName,
    pub signature: Word,
    pub key_id: &'a str,
    /// What was signed, where it is not what gcloud makes of the image.
    pub payload: Option<Word>,
    /// The one that stores it.
    pub project: Option<&'a ProjectId>,
}

/// Stores an attestation.
pub fn attest(new: Attest<'_>) -> Command {
    binauthz("attestations create")
        .flag("--artifact-url", new.image)
        .flag("--attestor", new.attestor.id())
        .flag("--attestor-project", new.attestor.project())
        .flag("--signature-file", new.signature)
        .flag("--public-key-id", new.key_id)
        .flag_if_some("--payload-file", new.payload)
        .flag_if_some("--project", new.project.map(ProjectId::as_str))
}

/// Signs with a key of Cloud KMS, and stores the attestation.
pub fn sign_and_create(image: &str, attestor: &AttestorName, key_version: &str) -> Command {
    Command::new("gcloud beta container binauthz attestations sign-and-create")
        .flag("--artifact-url", image)
        .flag("--attestor", attestor.id())
        .flag("--attestor-project", attestor.project())
        .flag("--keyversion", key_version)
}

fn binauthz(verb: &str) -> Command {
    Command::new(&format!("gcloud container binauthz {verb}"))
}
