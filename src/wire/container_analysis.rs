//! Container Analysis v1 (Grafeas): notes and occurrences.

use serde::{Deserialize, Serialize};

use super::base64_bytes;
use domain::attestation;
use domain::name::NameError;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Note {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub short_description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub long_description: String,
    /// Output only: `ATTESTATION` for a note with `attestation`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// `attestationAuthority` before v1.
    #[serde(alias = "attestationAuthority", skip_serializing_if = "Option::is_none")]
    pub attestation: Option<AttestationNote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestationNote {
    pub hint: Hint,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hint {
    pub human_readable_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NoteList {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Occurrence {
    /// `projects/P/occurrences/UUID`, given by the server.
    pub name: String,
    pub resource_uri: String,
    pub note_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<AttestationOccurrence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestationOccurrence {
    #[serde(with = "base64_bytes")]
    pub serialized_payload: Vec<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
    /// Kept and handed back; Binary Authorization never verifies them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jwts: Vec<Jwt>,
}

/// A JSON web token (RFC 7519) in its compact form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Jwt {
    pub compact_jwt: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Signature {
    pub public_key_id: String,
    #[serde(with = "base64_bytes")]
    pub signature: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OccurrenceList {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrences: Vec<Occurrence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// The kind of notes and occurrences that Binary Authorization reads.
pub use domain::attestation::ATTESTATION;

impl TryFrom<Occurrence> for attestation::Attestation {
    type Error = NameError;

    /// An occurrence without attestation details becomes one without signatures, which attests
    /// nothing.
    fn try_from(wire: Occurrence) -> Result<Self, NameError> {
        let details = wire.attestation.unwrap_or_default();
        Ok(Self {
            name: wire.name,
            note: wire.note_name.parse()?,
            kind: wire.kind,
            resource_uri: wire.resource_uri,
            payload: details.serialized_payload,
            signatures: details
                .signatures
                .into_iter()
                .map(|s| attestation::Signature { public_key_id: s.public_key_id, bytes: s.signature })
                .collect(),
            jwts: details.jwts.len(),
            create_time: wire.create_time,
        })
    }
}

impl From<&attestation::Attestation> for Occurrence {
    fn from(attestation: &attestation::Attestation) -> Self {
        let signatures = attestation
            .signatures
            .iter()
            .map(|s| Signature { public_key_id: s.public_key_id.clone(), signature: s.bytes.clone() })
            .collect();
        Self {
            name: attestation.name.clone(),
            resource_uri: attestation.resource_uri.clone(),
            note_name: attestation.note.to_string(),
            kind: attestation.kind.clone(),
            attestation: Some(AttestationOccurrence {
                serialized_payload: attestation.payload.clone(),
                signatures,
                jwts: Vec::new(),
            }),
            create_time: attestation.create_time.clone(),
            update_time: None,
        }
    }
}
