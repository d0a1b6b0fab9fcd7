//! What the checks look at, and how they answer.

use std::collections::BTreeSet;

use domain::attestation::Attestation;
use domain::attestor::Attestor;
use domain::image::ImageRef;
use domain::policy::Policy;
use domain::resource::{Cluster, ClusterEvent, Image, LocalKey, Note, Project, WorkDirectory, Workload};

/// Something that the learner looked at while its step was the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    Pods,
    Events,
    Note,
    Attestors,
    ServiceAccount,
    AttestorKeys,
    Payload,
    Fingerprint,
    Attestations,
}

/// The real state, as far as it is known; `None` is not known yet.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub project: Option<&'a Project>,
    /// The names of the enabled services.
    pub services: Option<&'a [String]>,
    pub work: Option<&'a WorkDirectory>,
    pub clusters: Option<&'a [Cluster]>,
    pub images: Option<&'a [Image]>,
    pub workloads: Option<&'a [Workload]>,
    pub events: Option<&'a [ClusterEvent]>,
    pub policy: Option<&'a Policy>,
    pub notes: Option<&'a [Note]>,
    pub attestors: Option<&'a [Attestor]>,
    pub keys: Option<&'a [LocalKey]>,
    /// The attestations on the codelab's note.
    pub attestations: Option<&'a [Attestation]>,
    pub chosen: Option<&'a ImageRef>,
    /// The fingerprint of the key that made `signature.pgp` over `payload.json`.
    pub signed_by: Option<&'a str>,
    pub seen: &'a BTreeSet<Seen>,
}

/// How a check came out; the sentences say what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckResult {
    Passed(String),
    /// What is missing still.
    Waiting(String),
    /// What would have to be known first.
    Unknown(String),
}

impl CheckResult {
    pub fn passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }

    pub fn sentence(&self) -> &str {
        match self {
            Self::Passed(text) | Self::Waiting(text) | Self::Unknown(text) => text,
        }
    }
}
