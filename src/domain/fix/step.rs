//! One change: of the pod, of the policy, or of what attestors know.

use std::collections::BTreeSet;

use crate::admission::{
    Attestations, AttestorEvidence, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION, Evidence, Platform, Request,
};
use crate::attestation::Attestation;
use crate::attestor::{Attestor, KeyMaterial, PublicKey};
use crate::image::{Digest, ImageRef};
use crate::name::{AttestorName, NoteName};
use crate::policy::{AdmissionRule, AdmissionWhitelistPattern, Policy, RuleKind};

use super::case::KnownKey;

/// The digest of an image of which only the tag is known: no image has it.
const STAND_IN: &str = "sha256:d15c0a11ed00000000000000000000000000000000000000000000000000d15c";

/// The id of a key that is yet to be made.
pub(super) const NEW_KEY: &str = "a new key";

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixStep {
    /// The pod names an image by its digest instead of its tag.
    UseDigest { from: String, to: String },
    /// A pattern more in the allowlist.
    AllowPattern { pattern: String },
    /// A rule of the policy with these modes and attestors; added, if it is not there.
    SetRule {
        kind: RuleKind,
        /// Empty for the default rule.
        key: String,
        rule: AdmissionRule,
    },
    /// The pod's label, or on Cloud Run the annotation.
    BreakGlass {
        platform: Platform,
        /// The kind of the object that has the label on itself, where it does nothing.
        misplaced: Option<String>,
    },
    /// A public key more for an attestor; `None`: one that is made first.
    AddKey { attestor: AttestorName, key: Option<Box<KnownKey>> },
    /// The note of an attestor is made again; nothing is on it.
    CreateNote { note: NoteName },
    /// An attestor that the policy names is made again, without keys.
    CreateAttestor {
        attestor: AttestorName,
        /// The note in the same project; it is made too where it is not there.
        note: NoteName,
    },
    /// The service agent may read the note's occurrences.
    Grant { attestor: AttestorName, note: NoteName, service_account: String },
    /// Writes the attestation again, with the id of the key that made the signature.
    CorrectKeyId {
        attestor: AttestorName,
        attestation: Box<Attestation>,
        /// Which of its signatures.
        signature: usize,
        key_id: String,
    },
    /// Writes an attestation that is on another note on the attestor's own.
    CopyAttestation {
        attestor: AttestorName,
        attestation: Box<Attestation>,
        /// Which of its signatures.
        signature: usize,
        note: NoteName,
    },
    /// A new attestation of the image.
    Attest {
        attestor: AttestorName,
        note: Option<NoteName>,
        /// The image, by digest.
        image: String,
        /// The attestor's keys whose private half is on this machine; `None`: not known.
        held: Option<Vec<String>>,
        /// There is one that does not hold.
        again: bool,
        /// The attestor's keys: their ids, and what is said of them.
        signers: Vec<Signer>,
    },
}

/// A key by which an attestation would count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub id: String,
    pub comment: String,
}

/// What ids of keys in Cloud KMS begin with (`docs/binary-authorization.md`, "Key ids").
const KMS: &str = "//cloudkms.googleapis.com/v1/";

impl Signer {
    /// The key's version in Cloud KMS, if that is where it is.
    pub fn kms_version(&self) -> Option<&str> {
        self.id.strip_prefix(KMS)
    }
}

/// The image by its digest: the one that is known, or one that stands for it.
pub(super) fn by_digest(image: &str, digest: Option<&Digest>) -> Option<String> {
    let reference: ImageRef = image.parse().ok()?;
    let stand_in = STAND_IN.parse().ok();
    Some(reference.with_digest(digest.or(stand_in.as_ref())?).as_str().to_owned())
}

/// Whether the digest in the text only stands for one that is not known.
pub(super) fn is_stand_in(text: &str) -> bool {
    text.contains(STAND_IN)
}

/// The text with a word for a digest that is not known.
pub(super) fn shown(text: &str) -> String {
    text.replace(STAND_IN, "sha256:DIGEST")
}

/// The sha256 digest at the end of an image.
pub(super) fn digest_of(image: &str) -> Option<Digest> {
    image.rsplit_once('@')?.1.parse().ok()
}

impl FixStep {
    /// Whether it changes the policy.
    pub fn is_of_policy(&self) -> bool {
        matches!(self, Self::AllowPattern { .. } | Self::SetRule { .. })
    }

    /// Whether a tag's digest has to be found out first.
    pub fn is_unresolved(&self) -> bool {
        match self {
            Self::UseDigest { to: image, .. } | Self::Attest { image, .. } => is_stand_in(image),
            Self::AllowPattern { .. }
            | Self::SetRule { .. }
            | Self::BreakGlass { .. }
            | Self::AddKey { .. }
            | Self::CreateNote { .. }
            | Self::CreateAttestor { .. }
            | Self::Grant { .. }
            | Self::CorrectKeyId { .. }
            | Self::CopyAttestation { .. } => false,
        }
    }

    /// Whether it changes the pod.
    pub fn is_of_pod(&self) -> bool {
        matches!(self, Self::UseDigest { .. } | Self::BreakGlass { .. })
    }

    /// Whether the keys of this machine are enough for it.
    pub fn is_possible_here(&self) -> bool {
        match self {
            Self::Attest { held, .. } => held.as_ref().is_none_or(|held| !held.is_empty()),
            // The public half of a key is enough to add it.
            Self::AddKey { .. }
            | Self::UseDigest { .. }
            | Self::AllowPattern { .. }
            | Self::SetRule { .. }
            | Self::BreakGlass { .. }
            | Self::CreateNote { .. }
            | Self::CreateAttestor { .. }
            | Self::Grant { .. }
            | Self::CorrectKeyId { .. }
            | Self::CopyAttestation { .. } => true,
        }
    }

    /// Where it stands among others: a key is added before it attests, and read after it may be.
    pub(super) fn order(&self) -> u8 {
        match self {
            Self::UseDigest { .. } => 0,
            Self::CreateNote { .. } | Self::CreateAttestor { .. } | Self::Grant { .. } => 1,
            Self::AddKey { .. } => 2,
            Self::CorrectKeyId { .. } | Self::CopyAttestation { .. } => 3,
            Self::Attest { .. } => 4,
            Self::AllowPattern { .. } => 5,
            Self::SetRule { .. } => 6,
            Self::BreakGlass { .. } => 7,
        }
    }

    pub(super) fn change_policy(&self, policy: &mut Policy) {
        match self {
            Self::AllowPattern { pattern } => {
                let pattern = AdmissionWhitelistPattern { name_pattern: pattern.clone() };
                policy.admission_whitelist_patterns.push(pattern);
            }
            Self::SetRule { kind, key, rule } => {
                let map = match kind {
                    RuleKind::Default => {
                        policy.default_admission_rule = rule.clone();
                        return;
                    }
                    RuleKind::Cluster => &mut policy.cluster_admission_rules,
                    RuleKind::Namespace => &mut policy.kubernetes_namespace_admission_rules,
                    RuleKind::ServiceAccount => &mut policy.kubernetes_service_account_admission_rules,
                    RuleKind::ServiceIdentity => &mut policy.istio_service_identity_admission_rules,
                };
                map.insert(key.clone(), rule.clone());
            }
            Self::UseDigest { .. }
            | Self::BreakGlass { .. }
            | Self::AddKey { .. }
            | Self::CreateNote { .. }
            | Self::CreateAttestor { .. }
            | Self::Grant { .. }
            | Self::CorrectKeyId { .. }
            | Self::CopyAttestation { .. }
            | Self::Attest { .. } => {}
        }
    }

    pub(super) fn change_request(&self, request: &mut Request) {
        match self {
            Self::UseDigest { from, to } => {
                for image in request.images.iter_mut().filter(|image| image.image == *from) {
                    image.image.clone_from(to);
                }
            }
            Self::BreakGlass { platform: Platform::Gke, .. } => {
                request.labels.insert(BREAK_GLASS_LABEL.to_owned(), "true".to_owned());
            }
            Self::BreakGlass { platform: Platform::CloudRun, .. } => {
                request.annotations.insert(CLOUD_RUN_BREAK_GLASS_ANNOTATION.to_owned(), "JUSTIFICATION".to_owned());
            }
            Self::AllowPattern { .. }
            | Self::SetRule { .. }
            | Self::AddKey { .. }
            | Self::CreateNote { .. }
            | Self::CreateAttestor { .. }
            | Self::Grant { .. }
            | Self::CorrectKeyId { .. }
            | Self::CopyAttestation { .. }
            | Self::Attest { .. } => {}
        }
    }

    /// Makes known what would be known after it, and not known what it may change.
    pub(super) fn change_evidence(&self, evidence: &mut Evidence) {
        match self {
            Self::AddKey { attestor, key } => {
                if let Some(AttestorEvidence::Found { attestor: found, .. }) = evidence.attestors.get_mut(attestor) {
                    found.keys.push(key.as_ref().map_or_else(new_key, |known| known.key.clone()));
                }
                forget_refusals(evidence, attestor);
            }
            Self::CreateNote { note } => restore_note(evidence, note),
            Self::CreateAttestor { attestor, note } => restore_attestor(evidence, attestor, note),
            Self::Grant { attestor, .. } => {
                if let Some(AttestorEvidence::Found { attestations, .. }) = evidence.attestors.get_mut(attestor)
                    && let Attestations::NotPermitted { readable, .. } = attestations
                {
                    *attestations = Attestations::Read(std::mem::take(readable));
                }
                forget_refusals(evidence, attestor);
            }
            Self::CorrectKeyId { attestor, attestation, signature, key_id } => {
                write(evidence, attestor, corrected(attestation, *signature, key_id));
            }
            Self::CopyAttestation { attestor, attestation, signature, note } => {
                write(evidence, attestor, copied(attestation, *signature, note));
            }
            Self::Attest { attestor, image, .. } => {
                if let (true, Some(digest)) = (can_attest(evidence, attestor), digest_of(image)) {
                    evidence.surveyed.entry(attestor.clone()).or_default().insert(digest, true);
                }
            }
            Self::UseDigest { .. } | Self::AllowPattern { .. } | Self::SetRule { .. } | Self::BreakGlass { .. } => {}
        }
    }
}

/// The attestation as it would be with the right key id.
pub(super) fn corrected(attestation: &Attestation, signature: usize, key_id: &str) -> Attestation {
    let mut corrected = attestation.clone();
    if let Some(signature) = corrected.signatures.get_mut(signature) {
        key_id.clone_into(&mut signature.public_key_id);
    }
    corrected
}

/// The attestation on another note, with the one signature that it is copied for.
pub(super) fn copied(attestation: &Attestation, signature: usize, note: &NoteName) -> Attestation {
    let signatures = attestation.signatures.get(signature).cloned().into_iter().collect();
    Attestation { note: note.clone(), signatures, ..attestation.clone() }
}

/// An attestation more on the note of an attestor that can be read.
fn write(evidence: &mut Evidence, attestor: &AttestorName, attestation: Attestation) {
    let Some(AttestorEvidence::Found { attestations: Attestations::Read(list), .. }) =
        evidence.attestors.get_mut(attestor)
    else {
        return;
    };
    // What was found out before was found out without it.
    if let (Some(digest), Some(digests)) = (digest_of(&attestation.resource_uri), evidence.surveyed.get_mut(attestor)) {
        digests.remove(&digest);
    }
    list.push(attestation);
}

/// The attestors on the note can be read again; that the service agent may, as in a project of its own,
/// is the default of the service (`docs/binary-authorization.md`, "Roles and grants").
fn restore_note(evidence: &mut Evidence, note: &NoteName) {
    for found in evidence.attestors.values_mut() {
        if let AttestorEvidence::Found { attestor, attestations: attestations @ Attestations::NoteMissing } = found
            && attestor.note == *note
        {
            *attestations = Attestations::Read(Vec::new());
        }
    }
}

fn restore_attestor(evidence: &mut Evidence, name: &AttestorName, note: &NoteName) {
    let attestor = Attestor {
        name: name.clone(),
        description: String::new(),
        note: note.clone(),
        keys: Vec::new(),
        service_account_email: None,
        update_time: None,
        etag: None,
    };
    if let Some(missing @ AttestorEvidence::NotFound) = evidence.attestors.get_mut(name) {
        *missing = AttestorEvidence::Found { attestor, attestations: Attestations::Read(Vec::new()) };
    }
}

fn new_key() -> PublicKey {
    let material = KeyMaterial::Pgp { armor: String::new() };
    PublicKey { id: NEW_KEY.to_owned(), comment: String::new(), material }
}

/// What did not count before may count now.
fn forget_refusals(evidence: &mut Evidence, attestor: &AttestorName) {
    if let Some(digests) = evidence.surveyed.get_mut(attestor) {
        digests.retain(|_, attested| *attested);
    }
}

/// Whether a signature of this attestor would count as soon as it is there: it exists, has a key, and its
/// note can be read.
pub(super) fn can_attest(evidence: &Evidence, name: &AttestorName) -> bool {
    match evidence.attestors.get(name) {
        Some(AttestorEvidence::Found { attestor, attestations }) => {
            !attestor.keys.is_empty() && matches!(attestations, Attestations::Read(_))
        }
        Some(AttestorEvidence::AssumedNone) => true,
        Some(AttestorEvidence::NotFound) => false,
        // Somebody asked it about others.
        Some(AttestorEvidence::NotReadable(_) | AttestorEvidence::Unknown(_)) | None => {
            evidence.surveyed.contains_key(name)
        }
    }
}

/// The attestor itself, if it is known.
pub(super) fn attestor<'e>(evidence: &'e Evidence, name: &AttestorName) -> Option<&'e Attestor> {
    match evidence.attestors.get(name)? {
        AttestorEvidence::Found { attestor, .. } => Some(attestor),
        AttestorEvidence::AssumedNone
        | AttestorEvidence::NotFound
        | AttestorEvidence::NotReadable(_)
        | AttestorEvidence::Unknown(_) => None,
    }
}

/// Every attestor that something is known of.
pub(super) fn known_attestors(evidence: &Evidence) -> BTreeSet<AttestorName> {
    evidence.attestors.keys().chain(evidence.surveyed.keys()).chain(&evidence.assumed).cloned().collect()
}
