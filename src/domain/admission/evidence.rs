//! What is known outside the policy: attestors, attestations, digests.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::attestation::{AsIf, Attestation, Verify, is_for};
use crate::attestor::Attestor;
use crate::image::Digest;
use crate::name::AttestorName;

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
    /// The attestations of [`Evidence::elsewhere`] that are for this digest.
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
    /// Whoever asks may not read the attestor: what the service said.
    NotReadable(String),
    /// The attestor was not looked at, or could not be: why.
    Unknown(String),
}

/// What is known of the occurrences on an attestor's note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attestations {
    /// The attestations of the images asked about (others do no harm).
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
