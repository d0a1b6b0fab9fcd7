//! Binary Authorization v1. The policy resource is [`domain::policy::Policy`] itself.

use serde::{Deserialize, Serialize};

use domain::attestor::{self, KeyMaterial, PublicKey};
use domain::name::NameError;

/// An attestor (`google.cloud.binaryauthorization.v1.Attestor`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attestor {
    /// `projects/P/attestors/A`.
    pub name: String,
    /// What the services show of it: at most 1024 characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `userOwnedDrydockNote` in v1beta1 and v1alpha2.
    #[serde(alias = "userOwnedDrydockNote", skip_serializing_if = "Option::is_none")]
    pub user_owned_grafeas_note: Option<UserOwnedGrafeasNote>,
    /// When it was last changed (RFC 3339); the service says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
    /// The etag of this state; a write with another one is refused (AIP-154).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// The note that the attestations of an attestor are attached to, and the keys that verify them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserOwnedGrafeasNote {
    /// `projects/P/notes/N`.
    pub note_reference: String,
    /// One of them has to verify; an attestor without keys admits nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<AttestorPublicKey>,
    /// The account that reads the attestations; the service says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation_service_account_email: Option<String>,
}

/// One public key of an attestor: OpenPGP or PKIX.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestorPublicKey {
    /// A remark for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// The fingerprint of an OpenPGP key, an RFC 3986 URI for a PKIX key; signatures name the key by it.
    pub id: String,
    /// As `gpg --export --armor` prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascii_armored_pgp_public_key: Option<String>,
    /// A key outside of OpenPGP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkix_public_key: Option<PkixPublicKey>,
}

/// A public key in `SubjectPublicKeyInfo` form (RFC 5280), and what it signs with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PkixPublicKey {
    /// PEM of the `SubjectPublicKeyInfo` (RFC 7468, section 13).
    pub public_key_pem: String,
    /// A value of `SignatureAlgorithm`, for example `ECDSA_P256_SHA256`.
    pub signature_algorithm: String,
    /// An id of its own in platform policies; attestors say it in `AttestorPublicKey.id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

/// A page of `attestors.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestorList {
    /// The attestors in the order in which they were made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestors: Vec<Attestor>,
    /// Gives the next page (AIP-158); none on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// The body of `attestors/A:validateAttestationOccurrence`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidateAttestationOccurrence {
    /// What was signed, and by which keys.
    pub attestation: super::container_analysis::AttestationOccurrence,
    /// `projects/P/notes/N`: the note that it is attached to.
    pub occurrence_note: String,
    /// What it is about: the image by its digest.
    pub occurrence_resource_uri: String,
}

/// The answer of `attestors.validateAttestationOccurrence`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidateAttestationOccurrenceResponse {
    /// `VERIFIED` or `ATTESTATION_NOT_VERIFIABLE`.
    pub result: String,
    /// Why it does not verify, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denial_reason: Option<String>,
}

/// Why an attestor of the wire is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestorError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("attestor {0} has no note")]
    NoNote(String),
    #[error("key {0} is neither a PGP nor a PKIX key")]
    NoKeyMaterial(String),
}

impl TryFrom<Attestor> for attestor::Attestor {
    type Error = AttestorError;

    fn try_from(wire: Attestor) -> Result<Self, AttestorError> {
        let note = wire.user_owned_grafeas_note.ok_or_else(|| AttestorError::NoNote(wire.name.clone()))?;
        Ok(Self {
            name: wire.name.parse()?,
            description: wire.description,
            note: note.note_reference.parse()?,
            keys: note.public_keys.into_iter().map(PublicKey::try_from).collect::<Result<_, _>>()?,
            service_account_email: note.delegation_service_account_email,
            update_time: wire.update_time,
            etag: wire.etag,
        })
    }
}

impl TryFrom<AttestorPublicKey> for PublicKey {
    type Error = AttestorError;

    fn try_from(wire: AttestorPublicKey) -> Result<Self, AttestorError> {
        let material = match (wire.ascii_armored_pgp_public_key, wire.pkix_public_key) {
            (Some(armor), _) => KeyMaterial::Pgp { armor },
            (None, Some(pkix)) => {
                KeyMaterial::Pkix { pem: pkix.public_key_pem, signature_algorithm: pkix.signature_algorithm }
            }
            (None, None) => return Err(AttestorError::NoKeyMaterial(wire.id)),
        };
        Ok(Self { id: wire.id, comment: wire.comment, material })
    }
}

impl From<attestor::Attestor> for Attestor {
    fn from(attestor: attestor::Attestor) -> Self {
        Self {
            name: attestor.name.to_string(),
            description: attestor.description,
            user_owned_grafeas_note: Some(UserOwnedGrafeasNote {
                note_reference: attestor.note.to_string(),
                public_keys: attestor.keys.into_iter().map(AttestorPublicKey::from).collect(),
                delegation_service_account_email: attestor.service_account_email,
            }),
            update_time: attestor.update_time,
            etag: attestor.etag,
        }
    }
}

impl From<PublicKey> for AttestorPublicKey {
    fn from(key: PublicKey) -> Self {
        let (pgp, pkix) = match key.material {
            KeyMaterial::Pgp { armor } => (Some(armor), None),
            KeyMaterial::Pkix { pem, signature_algorithm } => {
                (None, Some(PkixPublicKey { public_key_pem: pem, signature_algorithm, key_id: None }))
            }
        };
        Self { comment: key.comment, id: key.id, ascii_armored_pgp_public_key: pgp, pkix_public_key: pkix }
    }
}
