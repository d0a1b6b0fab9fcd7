//! Admission: whether a pod would be let in, and why.
//!
//! [`evaluate`] decides with the whole tree of checks, [`decide`] the same without it: both run
//! `engine`, which is generic over what is kept. Sources: the facts' sections 3, 4 and 5
//! (`resources.proto`, key concepts page). Uses the rest of the domain, nothing else.

mod attestors;
mod break_glass;
mod compiled;
mod engine;
mod exemption;
mod message;
mod paths;
mod rule;
mod survey;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::attestation::{AsIf, Attestation, Verify, is_for};
use crate::attestor::Attestor;
use crate::image::Digest;
use crate::name::AttestorName;
use crate::policy::{EnforcementMode, EvaluationMode, RuleKind};
use crate::trace::Trace;

pub use attestors::AttestorFault;
pub use break_glass::{BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION};
pub use compiled::CompiledPolicy;
pub(crate) use compiled::{CompiledRule, normalised};
pub use engine::{decide, evaluate};
pub use message::Generation;
pub(crate) use rule::key_of;

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
    /// In words.
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
    /// Of the pod (GKE) or the revision (Cloud Run), for the messages that name it; may be empty.
    pub name: String,
    /// `LOCATION.CLUSTER`.
    pub cluster: Option<String>,
    /// Empty means `default`, as in Kubernetes.
    pub namespace: String,
    /// Empty means `default`, as in Kubernetes.
    pub service_account: String,
    /// The mesh identity, with or without `spiffe://`.
    pub service_identity: Option<String>,
    /// Of the pod itself: a Deployment's own metadata does not count.
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// What made the pod, if it is known: its metadata decides nothing and explains a lot.
    pub owner: Option<Owner>,
    pub images: Vec<RequestImage>,
}

/// The workload whose template a pod is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// For example `Deployment`.
    pub kind: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}

/// Everything outside the policy that the decision may depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    pub attestors: BTreeMap<AttestorName, AttestorEvidence>,
    /// Attestors that are taken to have attested every image that has a digest (`--attested-by`).
    pub assumed: BTreeSet<AttestorName>,
    /// What Cloud Run resolves an image to: a tag to what it means, an index to its image for the
    /// platform; by the image as the request has it.
    pub resolved: BTreeMap<String, Digest>,
    /// What was found out before about many images at once: whether the attestor attested the digest.
    /// It goes before what [`Evidence::attestors`] says; digests that are not in it were not looked at.
    pub surveyed: BTreeMap<AttestorName, BTreeMap<Digest, bool>>,
    /// Attestations of the digests asked about on notes that no attestor asked about reads: they decide
    /// nothing and explain a lot.
    pub elsewhere: Vec<Attestation>,
    /// The time at which it is decided, where another than now is assumed.
    pub at: Option<Timestamp>,
    /// The ids of keys that are taken to have expired.
    pub expired: BTreeSet<String>,
}

impl Evidence {
    /// Those of [`Evidence::elsewhere`] that are for this digest.
    pub fn elsewhere_of(&self, digest: &Digest) -> impl Iterator<Item = &Attestation> {
        self.elsewhere.iter().filter(move |attestation| is_for(&attestation.resource_uri, digest))
    }

    /// Looks at signatures at the time of the evidence, and at its keys as they are taken to be.
    pub fn as_if<'a>(&'a self, verify: &'a dyn Verify) -> AsIf<'a> {
        AsIf { verify, at: self.at, expired: &self.expired }
    }
}

/// What is known of one attestor.
#[expect(clippy::large_enum_variant, reason = "almost all are found, and there are few")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestorEvidence {
    Found {
        attestor: Attestor,
        attestations: Attestations,
    },
    /// Taken to have attested nothing: a simulation that was given no evidence for it.
    AssumedNone,
    /// The policy names an attestor that does not exist.
    NotFound,
    /// It was not looked at, or could not be: why.
    Unknown(String),
}

/// What is known of the occurrences on an attestor's note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attestations {
    /// Those of the images asked about (others do no harm).
    Read(Vec<Attestation>),
    /// The service agent lacks `roles/containeranalysis.notes.occurrences.viewer` on the note: to
    /// the user this looks like having no attestations.
    NotPermitted {
        service_account: String,
        /// What whoever asks here could read of them all the same: what a grant would bring to light.
        readable: Vec<Attestation>,
    },
    NoteMissing,
    Unknown(String),
}

/// A decision in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Admit,
    Deny,
    /// The rule is a dry run, and would deny or could not be evaluated.
    AdmitDryRun,
    /// The pod breaks the glass, and the policy would deny or could not be evaluated.
    AdmitBreakGlass,
    /// Something that decides was not known.
    Undecided,
}

impl Outcome {
    /// Whether the pod runs; `None` where that is not known.
    pub fn admits(self) -> Option<bool> {
        match self {
            Self::Admit | Self::AdmitDryRun | Self::AdmitBreakGlass => Some(true),
            Self::Deny => Some(false),
            Self::Undecided => None,
        }
    }

    /// As in the output of `simulate`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "ADMIT",
            Self::Deny => "DENY",
            Self::AdmitDryRun => "ADMIT_DRY_RUN",
            Self::AdmitBreakGlass => "ADMIT_BREAK_GLASS",
            Self::Undecided => "UNDECIDED",
        }
    }
}

/// The rule that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRef {
    pub kind: RuleKind,
    /// As it stands in the policy; empty for the default rule.
    pub key: String,
    pub evaluation_mode: EvaluationMode,
    pub enforcement_mode: EnforcementMode,
}

/// Which list exempted an image, and by which pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exemption {
    System {
        pattern: String,
    },
    /// `index` counts `admissionWhitelistPatterns` from 0.
    Allowlist {
        pattern: String,
        index: usize,
    },
}

/// What one attestor says of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestorOutcome {
    /// As the policy names it.
    pub name: String,
    /// `None`: not known.
    pub satisfied: Option<bool>,
    /// Where it is not satisfied, word for word the cluster's reason; where it is not known, why.
    pub reason: String,
    /// What is behind the reason.
    pub fault: Option<AttestorFault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageOutcome {
    Exempt(Exemption),
    Allow,
    Deny(DenyCause),
    Undecided,
}

impl ImageOutcome {
    /// As in the output of `simulate`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Exempt(_) => "EXEMPT",
            Self::Allow => "ALLOW",
            Self::Deny(_) => "DENY",
            Self::Undecided => "UNDECIDED",
        }
    }
}

/// Why a rule denies an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyCause {
    AlwaysDeny,
    /// At least one of [`ImageDecision::attestors`] is not satisfied.
    Attestors,
    /// The rule requires attestations and names no attestor, which the service refuses to store.
    NoAttestors,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDecision {
    /// As the policy saw it: on Cloud Run with its digest, if that is known.
    pub image: String,
    pub container: String,
    pub kind: ContainerKind,
    pub outcome: ImageOutcome,
    /// Every attestor of the rule, in its order; empty where the rule asks for no attestations.
    pub attestors: Vec<AttestorOutcome>,
}

/// The answer, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Word for word what the cluster would print after `Error from server (VIOLATES_POLICY): `
    /// (or Cloud Run after its own prefix); empty where nothing is denied. For the other
    /// generation, and for what a dry run or break-glass overrode, see [`Decision::denial_text`].
    pub message: String,
    pub platform: Platform,
    /// [`Request::name`].
    pub name: String,
    /// `None` where enforcement is off and no rule is looked at.
    pub rule: Option<RuleRef>,
    pub images: Vec<ImageDecision>,
    pub trace: Trace,
}

#[cfg(test)]
mod tests;
