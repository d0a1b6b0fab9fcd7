//! What surrounds a policy: projects, services, clusters, images, workloads, events, notes and the
//! keys of this machine, as far as people look at them here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::container::RequestImage;
use crate::image::{Digest, ImageRef};
use crate::name::{ClusterKey, KubernetesName, NoteName};

/// The services that have to be enabled in a project (`docs/binary-authorization.md`, "Codelab commands").
pub const SERVICES: [&str; 3] =
    ["container.googleapis.com", "binaryauthorization.googleapis.com", "containeranalysis.googleapis.com"];

/// A Google Cloud project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub id: String,
    /// Decimal; part of the service agent's address.
    pub number: String,
    pub name: String,
}

/// A Kubernetes Engine cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub location: String,
    pub name: String,
    /// `PROVISIONING`, `RUNNING`, `RECONCILING`, `STOPPING`, `ERROR`.
    pub status: String,
    /// Whether admission asks for the project's policy.
    pub enforced: bool,
    /// Its evaluation mode, as the API says it.
    pub evaluation_mode: String,
    pub version: String,
    pub endpoint: String,
}

impl Cluster {
    pub fn is_running(&self) -> bool {
        self.status == "RUNNING" || self.status == "RECONCILING"
    }

    /// The key that a cluster rule of a policy would have.
    pub fn key(&self) -> Option<ClusterKey> {
        ClusterKey::new(&self.location, &self.name).ok()
    }
}

/// One manifest of a repository, with the tags that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Host and path, for example `us.gcr.io/codelab/hello-world`.
    pub repository: String,
    pub digest: Digest,
    pub tags: Vec<String>,
    /// Bytes; 0 where the registry does not say.
    pub size: u64,
}

impl Image {
    /// The reference to deploy: by digest.
    pub fn by_digest(&self) -> Option<ImageRef> {
        format!("{}@{}", self.repository, self.digest).parse().ok()
    }
}

/// What kind of object a workload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    CronJob,
    Job,
    ReplicaSet,
    Pod,
}

impl WorkloadKind {
    pub const ALL: [Self; 7] =
        [Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::CronJob, Self::Job, Self::ReplicaSet, Self::Pod];

    /// As kubectl names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::DaemonSet => "daemonset",
            Self::CronJob => "cronjob",
            Self::Job => "job",
            Self::ReplicaSet => "replicaset",
            Self::Pod => "pod",
        }
    }

    /// As manifests name it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::ReplicaSet => "ReplicaSet",
            Self::Pod => "Pod",
        }
    }

    /// The kind that kubectl names so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Which object of a cluster it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId {
    pub kind: WorkloadKind,
    pub namespace: String,
    pub name: String,
}

/// `deployment/checkout`.
impl fmt::Display for WorkloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.name)
    }
}

/// What makes pods, or a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    pub kind: WorkloadKind,
    pub namespace: String,
    pub name: String,
    pub uid: String,
    /// Counts the changes of its specification.
    pub generation: i64,
    /// `1/1` for what has replicas or containers.
    pub ready: String,
    /// A pod's phase or waiting reason, a `CronJob`'s schedule; empty for the others.
    pub status: String,
    /// Whether everything that it wants is there and ready, by its own status, which is of its present generation.
    pub is_whole: bool,
    pub images: Vec<RequestImage>,
    pub service_account: String,
    /// Of its pods.
    pub labels: BTreeMap<String, String>,
    /// Of its pods.
    pub annotations: BTreeMap<String, String>,
    /// Of the object itself.
    pub own_labels: BTreeMap<String, String>,
    /// RFC 3339.
    pub created: String,
    /// The message of a `ReplicaFailure` condition.
    pub failure: Option<String>,
    /// What made it, for example `replicaset/hello-world-5d8f`; empty for what a person made.
    pub controller: String,
}

impl Workload {
    pub fn id(&self) -> WorkloadId {
        WorkloadId { kind: self.kind, namespace: self.namespace.clone(), name: self.name.clone() }
    }
}

/// What is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    /// A Deployment or a bare Pod.
    pub kind: WorkloadKind,
    pub namespace: KubernetesName,
    pub name: KubernetesName,
    pub image: ImageRef,
    /// `None`: the namespace's `default`.
    pub service_account: Option<KubernetesName>,
    /// The labels of the pod (template).
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}

/// A Kubernetes event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterEvent {
    pub namespace: String,
    /// `Normal` or `Warning`.
    pub kind: String,
    pub reason: String,
    pub message: String,
    /// `replicaset/hello-world-5d8f`.
    pub object: String,
    pub count: u32,
    /// RFC 3339, of the first time.
    pub first_seen: String,
    /// RFC 3339, of the last time.
    pub last_seen: String,
}

/// A Container Analysis note of kind `ATTESTATION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub name: NoteName,
    pub human_readable_name: String,
    pub create_time: String,
    /// The JSON as the service answered it.
    pub json: String,
    /// Who has the occurrences viewer role on it; `None` where that was not looked at.
    pub viewers: Option<Vec<String>>,
}

/// A key pair of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalKey {
    /// 40 upper-case hexadecimal digits.
    pub fingerprint: String,
    pub user_id: String,
    /// The algorithm in words: `RSA 2048`, `Ed25519`.
    pub algorithm: String,
    /// RFC 3339.
    pub created: String,
    /// Whether the private half is here.
    pub can_sign: bool,
    /// The public key, armored; empty where the file is damaged.
    pub public: String,
    pub warnings: Vec<String>,
}

/// A file of the working directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFile {
    pub name: String,
    /// As they are on the disk: a signature is no text.
    pub bytes: Vec<u8>,
}

impl WorkFile {
    /// What it says, to be shown; what is no UTF-8 has replacement characters.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// The codelab's working directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkDirectory {
    /// Empty while it does not exist.
    pub path: String,
    pub exists: bool,
    pub files: Vec<WorkFile>,
}

impl WorkDirectory {
    pub fn file(&self, name: &str) -> Option<&WorkFile> {
        self.files.iter().find(|file| file.name == name)
    }
}
