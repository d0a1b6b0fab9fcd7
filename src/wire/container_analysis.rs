//! Container Analysis v1 (Grafeas): notes and occurrences.

use serde::{Deserialize, Serialize};

use super::base64_bytes;
use domain::attestation;
use domain::name::NameError;

/// A note (`grafeas.v1.Note`): what attestations are attached to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Note {
    /// `projects/P/notes/N`.
    pub name: String,
    /// One sentence for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub short_description: String,
    /// More for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub long_description: String,
    /// Output only: `ATTESTATION` for a note with `attestation`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// `attestationAuthority` before v1.
    #[serde(alias = "attestationAuthority", skip_serializing_if = "Option::is_none")]
    pub attestation: Option<AttestationNote>,
    /// When it was made (RFC 3339); the service says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// When it was last changed (RFC 3339); the service says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
}

/// What makes a note one of attestations (`grafeas.v1.AttestationNote`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestationNote {
    /// Whose attestations they are.
    pub hint: Hint,
}

/// Says to people who attests (`AttestationNote.Hint`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hint {
    /// No identity: nothing is checked against it.
    pub human_readable_name: String,
}

/// A page of `notes.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NoteList {
    /// The notes in the order in which they were made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Gives the next page (AIP-158); none on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// An occurrence (`grafeas.v1.Occurrence`): an attestation, where its kind is that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Occurrence {
    /// `projects/P/occurrences/UUID`, given by the server.
    pub name: String,
    /// What it is about: the image by its digest.
    pub resource_uri: String,
    /// `projects/P/notes/N`, in whatever project.
    pub note_name: String,
    /// A value of `NoteKind`, for example `ATTESTATION`; the service says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// What an occurrence of the kind `ATTESTATION` holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<AttestationOccurrence>,
    /// When it was made (RFC 3339); the service says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// When it was last changed (RFC 3339); the service says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
}

/// What was signed, and the signatures (`grafeas.v1.AttestationOccurrence`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestationOccurrence {
    /// The bytes that all signatures are over.
    #[serde(with = "base64_bytes")]
    pub serialized_payload: Vec<u8>,
    /// One that verifies is enough.
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
    /// The token in compact serialisation (RFC 7515, section 3.1).
    pub compact_jwt: String,
}

/// One signature (`grafeas.v1.Signature`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Signature {
    /// Names the key as the attestor does.
    pub public_key_id: String,
    /// Detached for PKIX; for OpenPGP the whole signed message.
    #[serde(with = "base64_bytes")]
    pub signature: Vec<u8>,
}

/// A page of `occurrences.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OccurrenceList {
    /// The occurrences in the order in which they were made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrences: Vec<Occurrence>,
    /// Gives the next page (AIP-158); none on the last one.
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
