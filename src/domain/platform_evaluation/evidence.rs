//! What is known of an image, as the checks ask for it.

use std::time::Duration;

use crate::attestation::{Attestation, Verify};
use crate::image::{Digest, ImageRef};

/// Where the checks find what they decide by. Projects are ids, without `projects/`.
pub trait Evidence {
    /// How long ago the image was uploaded to its registry; `None` where the registry does not have
    /// it.
    fn upload_age(&self, image: &ImageRef, digest: &Digest) -> Option<Duration>;

    /// The attestations on this digest in a project.
    fn attestations(&self, project: &str, digest: &Digest) -> Vec<Attestation>;

    /// What builds of this digest a project has the provenance of.
    fn builds(&self, project: &str, digest: &Digest) -> Vec<Build>;

    /// What a project knows of the vulnerabilities of this digest.
    fn scan(&self, project: &str, digest: &Digest) -> Scan;

    /// The signatures that lie beside the image in its registry (the tag `sha256-….sig`).
    fn sigstore_signatures(&self, image: &ImageRef, digest: &Digest) -> Vec<SigstoreSignature>;
}

/// The provenance of one build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    /// The builder's id, a URL.
    pub builder: String,
    /// The addresses of the repositories that the sources came from.
    pub sources: Vec<String>,
    /// Built from a configuration that lies in the repository.
    pub config_based: bool,
}

/// What a scan for vulnerabilities found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// There was none.
    Missing,
    /// There is one that has not finished, or that failed: its status.
    Unfinished(String),
    Finished(Vec<Vulnerability>),
}

/// One vulnerability of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vulnerability {
    /// The id of its note, for example `CVE-2021-20305`.
    pub id: String,
    /// The effective severity.
    pub severity: Severity,
    /// Whether there is a fix for it.
    pub fixable: bool,
}

/// `grafeas.v1.Severity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Unspecified,
    Minimal,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    const NAMES: [(Self, &str); 6] = [
        (Self::Unspecified, "SEVERITY_UNSPECIFIED"),
        (Self::Minimal, "MINIMAL"),
        (Self::Low, "LOW"),
        (Self::Medium, "MEDIUM"),
        (Self::High, "HIGH"),
        (Self::Critical, "CRITICAL"),
    ];

    /// The severity of this name; one that is not known is unspecified.
    pub fn parse(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Unspecified, |(severity, _)| *severity)
    }

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(severity, _)| *severity == self).map_or("", |(_, name)| name)
    }
}

/// One signature as cosign stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigstoreSignature {
    /// The layer: a payload in the form of simple signing.
    pub payload: Vec<u8>,
    /// The annotation `dev.cosignproject.cosign/signature`, decoded.
    pub signature: Vec<u8>,
}

/// What the checks ask.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub evidence: &'a dyn Evidence,
    pub verify: &'a dyn Verify,
    /// The id of the policy's project.
    pub project: &'a str,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("project", &self.project).finish_non_exhaustive()
    }
}
