//! What is known of a project.

use std::collections::BTreeMap;
use std::fmt;

use crate::admission::{Evidence, Request};
use crate::attestation::Verify;
use crate::name::AttestorName;
use crate::resource::{Cluster, Image};
use crate::system_policy::SystemPolicy;

/// What is known of a project; `None` where something was not read.
#[derive(Debug, Default)]
pub struct ProjectFacts<'a> {
    /// The project's id.
    pub project: Option<&'a str>,
    /// Every attestor of the project by name: one of this project that is not here does not exist.
    pub own_attestors: Option<BTreeMap<AttestorName, AttestorFact>>,
    /// What is known of attestors of other projects.
    pub other_attestors: BTreeMap<AttestorName, AttestorFact>,
    /// Every cluster of the project.
    pub clusters: Option<&'a [Cluster]>,
    /// Every image of the project's registries.
    pub images: Option<&'a [Image]>,
    /// The pods that run now.
    pub running: Option<Running<'a>>,
}

/// What is known of one attestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestorFact {
    Exists {
        keys: usize,
        /// The service account that may not read the attestations of the attestor's note, if so.
        not_permitted: Option<String>,
    },
    Missing,
    /// The caller may not see it.
    Unreadable,
}

/// The pods that run now, and what decides about them besides the policy.
pub struct Running<'a> {
    pub pods: Vec<Request>,
    /// Google's system policy.
    pub system: &'a SystemPolicy,
    pub evidence: &'a Evidence,
    pub verify: &'a dyn Verify,
}

impl fmt::Debug for Running<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("pods", &self.pods.len()).finish_non_exhaustive()
    }
}
