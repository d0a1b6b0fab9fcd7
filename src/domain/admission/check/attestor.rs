//! Whether an attestor vouches for an image.

use super::Words;
use crate::admission::attestor_fault::ROLE;
use crate::image::Digest;
use crate::name::NoteName;
use crate::text::clip;

/// A check about one attestor of a rule, or about what is on its note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestorCheck {
    /// Everything about one attestor, by its name as the policy has it.
    Attestor {
        name: String,
    },
    /// The image has no digest, and attestations are for digests.
    NoDigest,
    /// The attestor is taken to have attested the image.
    Assumed,
    /// The attestor is taken to have attested nothing.
    AssumedNone,
    /// Whether there is a valid attestation was found out before, without the details.
    Surveyed {
        attested: bool,
    },
    NotFound,
    NotLookedAt,
    /// Nothing is known of the attestor, and why.
    Unknown {
        why: String,
    },
    NoKeys,
    /// The enforcer's service account may not read the attestations.
    NotPermitted {
        note: NoteName,
        service_account: String,
    },
    NoteMissing {
        note: NoteName,
    },
    /// Nothing is known of the attestations on the note, and why.
    AttestationsUnknown {
        note: NoteName,
        why: String,
    },
    /// The note has no attestation for this digest.
    NoAttestations {
        note: NoteName,
        digest: Digest,
    },
    /// The digest was attested on a note that no attestor of the rule reads.
    OnOtherNote {
        note: NoteName,
    },
    /// Something else was attested on the attestor's note.
    ForOtherDigest {
        resource_uri: String,
    },
    /// This many further attestations on the note are for other digests.
    MoreForOtherDigests {
        count: usize,
    },
    /// This many attestations for the digest are not shown, and do not count.
    MoreNotCounting {
        count: usize,
    },
    /// How many keys may have signed an attestation: any of them suffices.
    Keys {
        count: usize,
    },
    Key {
        id: String,
        algorithm: String,
    },
}

impl AttestorCheck {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Attestor { name } => Words::new(format!("attestor {}", clip(name))),
            Self::NoDigest => {
                Words::new("image by digest").with_expected("…@sha256:…").with_found("a tag, or no valid digest")
            }
            Self::Assumed => Words::new("a valid attestation is assumed"),
            Self::AssumedNone => Words::new("attestation").with_found("none is assumed"),
            Self::Surveyed { attested: true } => Words::new("a valid attestation of this digest"),
            Self::Surveyed { attested: false } => Words::new("a valid attestation of this digest").with_found("none"),
            Self::NotFound => Words::new("attestor exists").with_found("there is no such attestor"),
            Self::NotLookedAt => Words::new("attestor").with_found("it was not looked at"),
            Self::Unknown { why } => Words::new("attestor").with_found(why.clone()),
            Self::NoKeys => Words::new("public keys").with_expected("at least one").with_found("none"),
            Self::NotPermitted { note, service_account } => not_permitted(note, service_account),
            Self::NoteMissing { note } => Words::new(format!("note {note} exists")).with_found("it does not"),
            Self::AttestationsUnknown { note, why } => {
                Words::new(format!("attestations on {note}")).with_found(why.clone())
            }
            Self::NoAttestations { note, digest } => Words::new(format!("attestations on {note}"))
                .with_expected(format!("one for {digest}"))
                .with_found("none for this digest"),
            Self::OnOtherNote { note } => Words::new("there is one on another note").with_found(note.to_string()),
            Self::ForOtherDigest { resource_uri } => Words::new("there is one for").with_found(clip(resource_uri)),
            Self::MoreForOtherDigests { count } => Words::new(format!("and {count} more for other digests")),
            Self::MoreNotCounting { count } => Words::new(format!("{count} more do not count")),
            Self::Keys { count } => keys(*count),
            Self::Key { id, algorithm } => Words::new(clip(id)).with_found(algorithm.clone()),
        }
    }
}

/// Names role, member and resource: what the grant would have to be.
fn not_permitted(note: &NoteName, service_account: &str) -> Words {
    Words::new(format!("attestations on {note} can be read"))
        .with_expected(format!("{ROLE} for serviceAccount:{service_account} on {note}"))
        .with_found("no such grant, which to the cluster looks like no attestations")
}

fn keys(count: usize) -> Words {
    let label = if count == 1 { "public key of the attestor" } else { "public keys of the attestor" };
    Words::new(label).with_found(count.to_string())
}
