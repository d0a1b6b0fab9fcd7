//! The question of an admission: the pod that asks, and where it would run.

use std::collections::BTreeMap;

use super::facts::{Fact, Facts};
use crate::container::RequestImage;

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

/// By what a service or job of Cloud Run asks Binary Authorization.
const CLOUD_RUN_ANNOTATION: &str = "run.googleapis.com/binary-authorization";

/// What stands for *in no mesh* where an identity is asked for; no identity is so short.
pub const NO_IDENTITY: &str = "none";

/// A pod that asks to be admitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    pub platform: Platform,
    pub enforcement: Enforcement,
    /// The name of the pod (GKE) or the revision (Cloud Run), for the messages that name it; may be empty.
    pub name: String,
    /// `LOCATION.CLUSTER`; `None`: it has no name that a rule could have, or is not known.
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
    /// Which of the above nobody said. Their fields hold nothing, which does not mean that there is
    /// nothing. Only what is about the pod itself counts here.
    pub not_known: Facts,
}

impl Request {
    /// Takes where it runs, and as whom, from `known`, as far as that is not known here and known there.
    pub fn complete(&mut self, known: &Self) {
        for fact in self.not_known.and(Facts::of_bare_images()).without(known.not_known).iter() {
            match fact {
                Fact::Cluster => self.cluster.clone_from(&known.cluster),
                Fact::Namespace => self.namespace.clone_from(&known.namespace),
                Fact::ServiceAccount => self.service_account.clone_from(&known.service_account),
                Fact::ServiceIdentity => self.service_identity.clone_from(&known.service_identity),
                // Whether it is asked at all, each service says for itself; the others are no part of a request.
                Fact::Enforcement | Fact::Tag | Fact::Attestations | Fact::SystemPolicy => continue,
            }
            self.not_known.remove(fact);
        }
    }

    /// Says whether it is known that Binary Authorization is asked, of a pod that nobody was asked about yet; after its
    /// platform and its annotations are set. A service of Cloud Run is asked about for certain where it chose that itself:
    /// otherwise the organisation may want it (`docs/binary-authorization.md`, "Enabling enforcement").
    pub fn settle_enforcement(&mut self) {
        self.not_known.remove(Fact::Enforcement);
        if self.platform == Platform::CloudRun && !self.annotations.contains_key(CLOUD_RUN_ANNOTATION) {
            self.not_known.insert(Fact::Enforcement);
        }
    }

    /// Whether the fact is known, be it that there is none.
    pub fn knows(&self, fact: Fact) -> bool {
        !self.not_known.contains(fact)
    }
}

/// The workload whose template a pod is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// The kind of what made the pod, for example `Deployment`.
    pub kind: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}
