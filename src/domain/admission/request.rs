//! The question of an admission: the pod that asks, and where it would run.

use std::collections::BTreeMap;

/// Where the pod would run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Platform {
    #[default]
    Gke,
    /// Resolves tags first, uses only the default rule.
    CloudRun,
}

/// Whether the cluster asks Binary Authorization at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Enforcement {
    /// `PROJECT_SINGLETON_POLICY_ENFORCE`.
    #[default]
    On,
    /// `DISABLED`: everything is admitted.
    Off,
}

/// What kind of container an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContainerKind {
    Init,
    /// An init container with `restartPolicy: Always`.
    Sidecar,
    #[default]
    Container,
    Ephemeral,
}

impl ContainerKind {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init container",
            Self::Sidecar => "sidecar",
            Self::Container => "container",
            Self::Ephemeral => "ephemeral container",
        }
    }
}

/// One image of the pod, exactly as its spec says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestImage {
    pub image: String,
    pub container: String,
    pub kind: ContainerKind,
}

/// A pod that asks to be admitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    pub platform: Platform,
    pub enforcement: Enforcement,
    /// The name of the pod (GKE) or the revision (Cloud Run), for the messages that name it; may be empty.
    pub name: String,
    /// `LOCATION.CLUSTER`.
    pub cluster: Option<String>,
    /// Empty means `default`, as in Kubernetes.
    pub namespace: String,
    /// Empty means `default`, as in Kubernetes.
    pub service_account: String,
    /// The mesh identity, with or without `spiffe://`.
    pub service_identity: Option<String>,
    /// The labels of the pod itself: a Deployment's own metadata does not count.
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// What made the pod, if it is known: its metadata decides nothing and explains a lot.
    pub owner: Option<Owner>,
    pub images: Vec<RequestImage>,
}

/// The workload whose template a pod is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// The kind of what made the pod, for example `Deployment`.
    pub kind: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}
