//! Admission: whether a pod would be let in, and why.
//!
//! Source: the facts' sections 3, 4 and 5 (`resources.proto`, key concepts page).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::attestation::Attestation;
use crate::domain::attestor::Attestor;
use crate::domain::image::Digest;
use crate::domain::name::AttestorName;
use crate::domain::policy::RuleKind;
use crate::domain::trace::Trace;

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
    /// `LOCATION.CLUSTER`.
    pub cluster: Option<String>,
    pub namespace: String,
    /// Empty means `default`, as in Kubernetes.
    pub service_account: String,
    /// The mesh identity, with or without `spiffe://`.
    pub service_identity: Option<String>,
    /// Of the pod itself: a Deployment's own metadata does not count.
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub images: Vec<RequestImage>,
}

/// Everything outside the policy that the decision may depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    pub attestors: BTreeMap<AttestorName, AttestorEvidence>,
    /// Attestors that are taken to have attested every image that has a digest (`--attested-by`).
    pub assumed: BTreeSet<AttestorName>,
    /// What Cloud Run resolves a tagged image to.
    pub resolved: BTreeMap<String, Digest>,
}

/// What is known of one attestor.
#[expect(clippy::large_enum_variant, reason = "almost all are found, and there are few")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestorEvidence {
    Found {
        attestor: Attestor,
        attestations: Attestations,
    },
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
    },
    NoteMissing,
    Unknown(String),
}

/// A decision in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Admit,
    Deny,
    /// The rule would deny, and is a dry run.
    AdmitDryRun,
    /// The policy would deny, and the pod breaks the glass.
    AdmitBreakGlass,
    /// Something that decides was not known.
    Undecided,
}

/// The rule that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRef {
    pub kind: RuleKind,
    /// Empty for the default rule.
    pub key: String,
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
    pub name: String,
    /// `None`: not known.
    pub satisfied: Option<bool>,
    /// Where it is not satisfied, word for word the cluster's reason.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageOutcome {
    Exempt(Exemption),
    Allow,
    Deny,
    Undecided,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDecision {
    pub image: String,
    pub outcome: ImageOutcome,
    pub attestors: Vec<AttestorOutcome>,
}

/// The answer, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Word for word what the cluster would print on a denial (`admission webhook … denied the
    /// request: …`); empty where nothing would be denied.
    pub message: String,
    /// `None` where enforcement is off and no rule is looked at.
    pub rule: Option<RuleRef>,
    pub images: Vec<ImageDecision>,
    pub trace: Trace,
}
