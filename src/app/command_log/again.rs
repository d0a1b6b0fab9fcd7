//! The commands of a job as a script runs them again.

use crate::command_log::commands::{For, lines};
use crate::job::{FileTarget, Job, JobOutcome};
use domain::command::line::Line;
use domain::name::ClusterId;
use domain::work_file::OwnFile;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Role {
    #[default]
    Plain,
    /// Needs kubectl's credentials for this cluster.
    Kubectl(ClusterId),
    GetsCredentials(ClusterId),
    LosesCredentials,
    /// Imports a private key from a file.
    ImportsKey,
    /// Made the key of this fingerprint.
    MadeKey(String),
    /// Made this signature.
    Signed(Vec<u8>),
    /// Takes this signature.
    Takes(Vec<u8>),
    /// Writes this text as the working directory's signature.
    WritesSignature(Vec<u8>),
}

/// What the script has to know of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Again {
    pub(crate) lines: Vec<Line>,
    pub(crate) role: Role,
    /// The fingerprint of the key that it needs in gpg's keyring.
    pub(crate) uses: Option<String>,
}

impl Again {
    pub(crate) fn from_job(job: &Job) -> Self {
        let (role, uses) = match job {
            Job::Deploy { cluster, .. } | Job::DeleteWorkload { cluster, .. } | Job::ChangeWorkload { cluster, .. } => {
                (Role::Kubectl(cluster.clone()), None)
            }
            Job::GetCredentials(id) => (Role::GetsCredentials(id.clone()), None),
            Job::RemoveWorkDirectory | Job::DeleteCluster(_) => (Role::LosesCredentials, None),
            Job::RemoveFile { name } if name == OwnFile::Kubeconfig.name() => (Role::LosesCredentials, None),
            Job::ImportKey { .. } => (Role::ImportsKey, None),
            Job::CreateAttestation(new) | Job::Validate(new) => (Role::Takes(new.signature.clone()), None),
            Job::WriteFile { target: FileTarget::WorkDirectory { name }, text }
                if name == OwnFile::Signature.name() =>
            {
                (Role::WritesSignature(text.clone().into_bytes()), None)
            }
            Job::AddKey { fingerprint, .. }
            | Job::DeleteKey { fingerprint }
            | Job::ExportKey { fingerprint, .. }
            | Job::Sign { fingerprint, .. } => (Role::Plain, Some(fingerprint.clone())),
            Job::CreateProject { .. }
            | Job::EnableServices { .. }
            | Job::DisableServices { .. }
            | Job::MakeWorkDirectory { .. }
            | Job::WriteFile { .. }
            | Job::RemoveFile { .. }
            | Job::CreateCluster(_)
            | Job::SetEnforcement { .. }
            | Job::PushImage { .. }
            | Job::DeleteImage { .. }
            | Job::ImportPolicy { .. }
            | Job::ExportPolicy { .. }
            | Job::CreateNote { .. }
            | Job::DeleteNote(_)
            | Job::Grant { .. }
            | Job::Revoke { .. }
            | Job::CreateAttestor { .. }
            | Job::DeleteAttestor(_)
            | Job::RemoveKey { .. }
            | Job::GenerateKey { .. }
            | Job::DeleteAttestations(_)
            | Job::ResolveDigest { .. } => (Role::Plain, None),
        };
        Self { lines: lines(job, For::Script), role, uses }
    }

    pub(crate) fn plain(lines: Vec<Line>) -> Self {
        Self { lines, ..Self::default() }
    }

    pub(crate) fn came_out(&mut self, outcome: &JobOutcome) {
        match outcome {
            JobOutcome::Generated { fingerprint } => self.role = Role::MadeKey(fingerprint.clone()),
            JobOutcome::Signed { message, .. } => self.role = Role::Signed(message.clone()),
            JobOutcome::Done
            | JobOutcome::Validated { .. }
            | JobOutcome::Resolved { .. }
            | JobOutcome::Saved { .. }
            | JobOutcome::InTheWay { .. }
            | JobOutcome::Imported(_)
            | JobOutcome::Changed { .. }
            | JobOutcome::Pushed { .. } => {}
        }
    }
}
