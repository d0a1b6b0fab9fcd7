//! Work that changes something, as data: what it is, what it touches, and what a person would type.

use domain::attestation::Attestation;
use domain::built_image::BuiltImage;
use domain::image::{Digest, ImageRef};
use domain::key::{KeySpec, Passphrase};
use domain::name::{AttestorName, ClusterId, NoteName, ProjectId, ResourceId, WorkFileName};
use domain::policy::Policy;
use domain::resource::{Deploy, WorkloadKind};
use domain::work_file::OwnFile;
use domain::workload_patch::WorkloadPatch;
use strum::{EnumDiscriminants, EnumIter};

use crate::draft::file::state::Stamp;
use crate::fix::trial::Sent;
use crate::query::Source;

/// What an attestation is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttestation {
    /// The project that stores the occurrence.
    pub project: ProjectId,
    pub attestor: AttestorName,
    pub note: NoteName,
    /// The image, by digest.
    pub image: ImageRef,
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
    pub key_id: String,
}

/// A file that is written: what it is for, and with it what becomes of one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileTarget {
    /// One of the codelab's working directory, by its name; one that is there is replaced.
    WorkDirectory { name: String },
    /// The draft's, anywhere.
    Draft { path: String, if_there: IfThere },
    /// A report, where the person said; one that is there is replaced.
    Report { path: String },
    /// The script of the session, which its owner can run and nobody else can read.
    Session { path: String, if_there: IfThere },
}

impl FileTarget {
    /// The name in the working directory, or the path as the person said it.
    pub fn path(&self) -> &str {
        match self {
            Self::WorkDirectory { name } => name,
            Self::Draft { path, .. } | Self::Report { path } | Self::Session { path, .. } => path,
        }
    }
}

/// What becomes of a file that is there and says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfThere {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced if it is still as it was then; else it stays.
    ReplaceIfStill(Stamp),
    Replace,
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(JobKind), derive(PartialOrd, Ord, EnumIter))]
#[strum_discriminants(doc = "Which work a [`Job`] is, without what it is done to.")]
pub enum Job {
    CreateProject {
        project: ProjectId,
    },
    EnableServices {
        project: ProjectId,
        services: Vec<String>,
    },
    DisableServices {
        project: ProjectId,
        services: Vec<String>,
    },
    /// With a Dockerfile in it.
    MakeWorkDirectory {
        dockerfile: &'static str,
    },
    RemoveWorkDirectory,
    WriteFile {
        target: FileTarget,
        text: String,
    },
    /// Removes a file of the working directory.
    RemoveFile {
        name: String,
    },
    CreateCluster(ClusterId),
    SetEnforcement {
        cluster: ClusterId,
        on: bool,
    },
    DeleteCluster(ClusterId),
    GetCredentials(ClusterId),
    /// Pushes an image to a repository, under a tag.
    PushImage {
        to: ImageRef,
        image: Box<BuiltImage>,
    },
    DeleteImage {
        repository: String,
        digest: Digest,
    },
    Deploy {
        cluster: ClusterId,
        deploy: Deploy,
    },
    DeleteWorkload {
        cluster: ClusterId,
        kind: WorkloadKind,
        namespace: String,
        name: String,
    },
    /// Patches a workload, or replaces it, as it was tried.
    ChangeWorkload {
        cluster: ClusterId,
        patch: Box<WorkloadPatch>,
        sent: Sent,
    },
    ImportPolicy {
        project: ProjectId,
        text: String,
        etag: Option<String>,
    },
    /// Writes the live policy to a file of the working directory, as gcloud does.
    ExportPolicy {
        project: ProjectId,
        file: WorkFileName,
    },
    CreateNote {
        project: ProjectId,
        id: ResourceId,
        description: String,
    },
    DeleteNote(NoteName),
    Grant {
        note: NoteName,
        member: String,
    },
    Revoke {
        note: NoteName,
        member: String,
    },
    CreateAttestor {
        project: ProjectId,
        id: ResourceId,
        note: NoteName,
        description: String,
    },
    DeleteAttestor(AttestorName),
    /// Adds the public half of a key of this machine.
    AddKey {
        attestor: AttestorName,
        fingerprint: String,
    },
    RemoveKey {
        attestor: AttestorName,
        key_id: String,
    },
    GenerateKey {
        key: KeySpec,
        passphrase: Passphrase,
    },
    ImportKey {
        armor: String,
        passphrase: Passphrase,
    },
    DeleteKey {
        fingerprint: String,
    },
    /// Writes the armored public key to a file of the working directory.
    ExportKey {
        fingerprint: String,
        file: OwnFile,
    },
    /// Signs, and verifies what came out.
    Sign {
        fingerprint: String,
        passphrase: Passphrase,
        payload: Vec<u8>,
    },
    CreateAttestation(Box<NewAttestation>),
    /// Asks the attestor whether it verifies.
    Validate(Box<NewAttestation>),
    DeleteAttestations(Vec<Attestation>),
    /// Finds the digest that a tag names now.
    ResolveDigest {
        image: ImageRef,
    },
}

/// What came out of a job, where its user needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    Done,
    Generated {
        fingerprint: String,
    },
    /// An armored message, verified here; and what the verification warned of.
    Signed {
        message: Vec<u8>,
        warnings: Vec<String>,
    },
    /// `None`: it verifies. Otherwise the attestor's reason.
    Validated {
        refused: Option<String>,
    },
    Resolved {
        image: ImageRef,
        digest: Digest,
    },
    /// The file's absolute path, and its stamp.
    Saved {
        path: String,
        stamp: Stamp,
    },
    /// Nothing was written: another file is there, with this text if it is one.
    InTheWay {
        path: String,
        text: Option<String>,
    },
    /// The policy as it is stored now.
    Imported(Box<Policy>),
    /// The object as it is stored now.
    Changed {
        uid: String,
        generation: i64,
    },
    /// The image that was pushed, by digest.
    Pushed {
        image: ImageRef,
    },
}

impl Job {
    /// Writes a file of the codelab's working directory.
    pub fn in_work_directory(name: &str, text: String) -> Self {
        Self::WriteFile { target: FileTarget::WorkDirectory { name: name.to_owned() }, text }
    }

    /// What it does, for the log and for progress.
    pub fn title(&self) -> String {
        match self {
            Self::CreateProject { project } => format!("Choose project {project}"),
            Self::EnableServices { services, .. } => format!("Enable {} APIs", services.len()),
            Self::DisableServices { services, .. } => format!("Disable {} APIs", services.len()),
            Self::MakeWorkDirectory { .. } => "Make the working directory".into(),
            Self::RemoveWorkDirectory => "Remove the working directory".into(),
            Self::WriteFile { target, .. } => format!("Write {}", target.path()),
            Self::RemoveFile { name } => format!("Remove {name}"),
            Self::CreateCluster(id) => format!("Create cluster {}", id.name()),
            Self::SetEnforcement { cluster, on: true } => format!("Enforce the policy on {}", cluster.name()),
            Self::SetEnforcement { cluster, on: false } => format!("Stop enforcing on {}", cluster.name()),
            Self::DeleteCluster(id) => format!("Delete cluster {}", id.name()),
            Self::GetCredentials(id) => format!("Get credentials for {}", id.name()),
            Self::PushImage { to, .. } => format!("Build and push {to}"),
            Self::DeleteImage { repository, digest } => format!("Delete {repository}@sha256:{}…", digest.short(12)),
            Self::Deploy { deploy, .. } => format!("Deploy {}", deploy.name),
            Self::DeleteWorkload { kind, name, .. } => format!("Delete {} {name}", kind.as_str()),
            Self::ChangeWorkload { patch, .. } => format!("Change {} in {}", patch.id, patch.id.namespace),
            Self::ImportPolicy { project, .. } => format!("Import the policy of {project}"),
            Self::ExportPolicy { file, .. } => format!("Export the policy to {file}"),
            Self::CreateNote { id, .. } => format!("Create note {id}"),
            Self::DeleteNote(note) => format!("Delete note {}", note.id()),
            Self::Grant { note, .. } => format!("Grant the occurrences viewer role on {}", note.id()),
            Self::Revoke { note, .. } => format!("Revoke the occurrences viewer role on {}", note.id()),
            Self::CreateAttestor { id, .. } => format!("Create attestor {id}"),
            Self::DeleteAttestor(attestor) => format!("Delete attestor {}", attestor.id()),
            Self::AddKey { attestor, .. } => format!("Add a key to {}", attestor.id()),
            Self::RemoveKey { attestor, .. } => format!("Remove a key from {}", attestor.id()),
            Self::GenerateKey { key, .. } => format!("Generate a key, {}", key.algorithm),
            Self::ImportKey { .. } => "Import a key".into(),
            Self::DeleteKey { fingerprint } => format!("Delete key {fingerprint}"),
            Self::ExportKey { file, .. } => format!("Export the public key to {}", file.name()),
            Self::Sign { .. } => "Sign the payload".into(),
            Self::CreateAttestation(new) => format!("Attest {}", new.image.name()),
            Self::Validate(new) => format!("Ask {} whether it verifies", new.attestor.id()),
            Self::DeleteAttestations(list) => format!("Delete {} attestations", list.len()),
            Self::ResolveDigest { image } => format!("Find the digest of {image}"),
        }
    }

    /// What has to be read again when it is done.
    pub fn touches(&self) -> &'static [Source] {
        match self {
            Self::CreateProject { .. } => &[Source::Projects],
            Self::EnableServices { .. } | Self::DisableServices { .. } => Source::OF_PROJECT,
            Self::MakeWorkDirectory { .. }
            | Self::RemoveWorkDirectory
            | Self::RemoveFile { .. }
            | Self::WriteFile { target: FileTarget::WorkDirectory { .. } | FileTarget::Draft { .. }, .. }
            | Self::GetCredentials(_)
            | Self::ExportKey { .. }
            | Self::ExportPolicy { .. } => &[Source::Work],
            Self::CreateCluster(_) | Self::SetEnforcement { .. } | Self::DeleteCluster(_) => &[Source::Clusters],
            Self::PushImage { .. } | Self::DeleteImage { .. } => &[Source::Images],
            Self::ImportPolicy { .. } => &[Source::Policy],
            Self::CreateNote { .. } | Self::DeleteNote(_) | Self::Grant { .. } | Self::Revoke { .. } => {
                &[Source::Notes, Source::Attestations, Source::Evidence, Source::Survey]
            }
            Self::CreateAttestor { .. } | Self::DeleteAttestor(_) | Self::AddKey { .. } | Self::RemoveKey { .. } => {
                &[Source::Attestors, Source::Attestations, Source::Evidence, Source::Survey]
            }
            Self::GenerateKey { .. } | Self::ImportKey { .. } | Self::DeleteKey { .. } => &[Source::Keys],
            Self::CreateAttestation(_) | Self::DeleteAttestations(_) => {
                &[Source::Attestations, Source::Evidence, Source::Survey]
            }
            // What the cluster does is watched.
            Self::Deploy { .. }
            | Self::DeleteWorkload { .. }
            | Self::ChangeWorkload { .. }
            | Self::Sign { .. }
            | Self::Validate(_)
            | Self::ResolveDigest { .. }
            | Self::WriteFile { target: FileTarget::Report { .. } | FileTarget::Session { .. }, .. } => &[],
        }
    }
}
