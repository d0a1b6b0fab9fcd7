//! An occurrence that a request wants to have made.

use serde_json::{Value, json};

use super::legacy;
use crate::container_analysis::{schema, signatures};
use crate::error::ApiError;
use crate::kms::key_id;
use domain::name::NoteName;

/// The longest `resourceUri`; a reference to an image is far shorter.
const MAX_RESOURCE_URI: usize = 4096;

/// Writes the key ids of an attestation's signatures in their one form.
///
/// # Errors
/// They are more than an attestation may have.
pub(super) fn normalise_signatures(occurrence: &mut Value) -> Result<(), ApiError> {
    let Some(attestation) = occurrence.get_mut("attestation") else { return Ok(()) };
    let count = attestation["signatures"].as_array().map_or(0, Vec::len);
    signatures::check_count(count, "occurrence.attestation.signatures")?;
    key_id::normalise_signatures(attestation);
    Ok(())
}

/// An occurrence that is to be made.
#[derive(Debug)]
pub(super) struct New {
    pub(super) note: NoteName,
    pub(super) kind: &'static str,
    pub(super) resource_uri: String,
    pub(super) body: Value,
}

impl New {
    pub(super) fn parse(mut occurrence: Value) -> Result<Self, ApiError> {
        legacy::bring_up_to_date(&mut occurrence)?;
        normalise_signatures(&mut occurrence)?;
        let text = |field: &str| occurrence[field].as_str().unwrap_or_default().to_owned();
        let (note, resource_uri) = (text("noteName"), text("resourceUri"));
        let note = note.parse().map_err(|error| ApiError::invalid_field("occurrence.note_name", format!("{error}")))?;
        if resource_uri.is_empty() || resource_uri.len() > MAX_RESOURCE_URI {
            let message = format!("A resourceUri of 1 to {MAX_RESOURCE_URI} bytes is required.");
            return Err(ApiError::invalid_field("occurrence.resource_uri", message));
        }
        let kind = schema::kind_of(&occurrence, "occurrence")?;
        schema::strip_output_only(&mut occurrence);
        if let Some(fields) = occurrence.as_object_mut() {
            fields.retain(|name, _| !["noteName", "resourceUri"].contains(&name.as_str()));
        }
        Ok(Self { note, kind, resource_uri, body: occurrence })
    }

    /// What makes two occurrences the same.
    pub(super) fn content(&self, note_project: &str) -> [u8; 32] {
        let content = json!([note_project, self.note.id(), self.resource_uri, self.body]).to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content.as_bytes());
        digest.as_ref().try_into().expect("a SHA-256 has 32 bytes")
    }
}
