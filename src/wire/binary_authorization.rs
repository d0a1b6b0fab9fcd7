//! Binary Authorization v1. The policy resource is [`domain::policy::Policy`] itself.

use serde::{Deserialize, Serialize};

use domain::attestor::{self, KeyMaterial, PublicKey};
use domain::name::NameError;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attestor {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `userOwnedDrydockNote` in v1beta1 and v1alpha2.
    #[serde(alias = "userOwnedDrydockNote", skip_serializing_if = "Option::is_none")]
    pub user_owned_grafeas_note: Option<UserOwnedGrafeasNote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserOwnedGrafeasNote {
    pub note_reference: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<AttestorPublicKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation_service_account_email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestorPublicKey {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascii_armored_pgp_public_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkix_public_key: Option<PkixPublicKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PkixPublicKey {
    pub public_key_pem: String,
    pub signature_algorithm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestorList {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestors: Vec<Attestor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// The body of `attestors/A:validateAttestationOccurrence`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidateAttestationOccurrence {
    pub attestation: super::container_analysis::AttestationOccurrence,
    pub occurrence_note: String,
    pub occurrence_resource_uri: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidateAttestationOccurrenceResponse {
    /// `VERIFIED` or `ATTESTATION_NOT_VERIFIABLE`.
    pub result: String,
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
