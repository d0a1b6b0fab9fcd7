//! The fields of notes and occurrences, and how they are stored.
//!
//! Binary Authorization reads those of the kind `ATTESTATION`; the others are kept and handed back.

use serde_json::Value;

use crate::decode::{FieldKind, Message};
use crate::error::ApiError;
use wire::container_analysis::ATTESTATION;

/// The tables of notes and occurrences. `body` is the resource as JSON without what the other columns say.
pub(crate) const CREATE_TABLES: &str = "
    CREATE TABLE notes (
        place INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        create_time TEXT NOT NULL,
        update_time TEXT NOT NULL,
        UNIQUE (project, id)
    ) STRICT;
    CREATE TABLE occurrences (
        place INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        id TEXT NOT NULL,
        note_project TEXT NOT NULL,
        note_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        resource_uri TEXT NOT NULL,
        -- The hexadecimal digits behind `sha256:` at the end of resource_uri; empty without.
        digest TEXT NOT NULL,
        body TEXT NOT NULL,
        -- SHA-256 of what makes an occurrence the same as another one.
        content BLOB NOT NULL,
        create_time TEXT NOT NULL,
        UNIQUE (project, id),
        UNIQUE (project, content)
    ) STRICT;
    CREATE INDEX occurrences_by_note ON occurrences (note_project, note_id, place);
    CREATE INDEX occurrences_by_digest ON occurrences (digest, note_project, note_id);
    CREATE INDEX occurrences_by_project ON occurrences (project, place);
";

/// The hexadecimal digits of the digest at the end of a resource's address.
pub(super) fn digest_of(resource: &str) -> Option<&str> {
    let (_, hex) = resource.rsplit_once("sha256:")?;
    let whole = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    whole.then_some(hex)
}

/// The details of each kind: the field, and the kind that it makes (`NoteKind`, grafeas/v1
/// `common.proto`). v1alpha1 called the first `ATTESTATION_AUTHORITY`.
const KINDS: [(&str, &str); 11] = [
    ("attestation", ATTESTATION),
    ("vulnerability", "VULNERABILITY"),
    ("build", "BUILD"),
    ("image", "IMAGE"),
    ("package", "PACKAGE"),
    ("deployment", "DEPLOYMENT"),
    ("discovery", "DISCOVERY"),
    ("upgrade", "UPGRADE"),
    ("compliance", "COMPLIANCE"),
    ("dsseAttestation", "DSSE_ATTESTATION"),
    ("vulnerabilityAssessment", "VULNERABILITY_ASSESSMENT"),
];

const HINT: Message = Message(&[(&["humanReadableName"], FieldKind::Text)]);
const ATTESTATION_NOTE: Message = Message(&[(&["hint"], FieldKind::Message(&HINT))]);

pub(super) const NOTE: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["shortDescription"], FieldKind::Text),
    (&["longDescription"], FieldKind::Text),
    (&["kind"], FieldKind::Text),
    (&["relatedUrl"], FieldKind::Any),
    (&["expirationTime"], FieldKind::Text),
    (&["createTime"], FieldKind::Text),
    (&["updateTime"], FieldKind::Text),
    (&["relatedNoteNames"], FieldKind::List(&FieldKind::Text)),
    (&["attestation", "attestationAuthority"], FieldKind::Message(&ATTESTATION_NOTE)),
    (&["vulnerability", "vulnerabilityType"], FieldKind::Any),
    (&["build", "buildType"], FieldKind::Any),
    (&["image", "baseImage"], FieldKind::Any),
    (&["package"], FieldKind::Any),
    (&["deployment", "deployable"], FieldKind::Any),
    (&["discovery"], FieldKind::Any),
    (&["upgrade"], FieldKind::Any),
    (&["compliance"], FieldKind::Any),
    (&["dsseAttestation"], FieldKind::Any),
    (&["vulnerabilityAssessment"], FieldKind::Any),
]);

const SIGNATURE: Message =
    Message(&[(&["publicKeyId", "pgpKeyId"], FieldKind::Text), (&["signature"], FieldKind::Bytes)]);
const JWT: Message = Message(&[(&["compactJwt"], FieldKind::Text)]);
pub(crate) const ATTESTATION_OCCURRENCE: Message = Message(&[
    (&["serializedPayload"], FieldKind::Bytes),
    (&["signatures"], FieldKind::List(&FieldKind::Message(&SIGNATURE))),
    (&["jwts"], FieldKind::List(&FieldKind::Message(&JWT))),
    // v1beta1 and v1alpha1, brought to the form of v1 by `legacy::bring_up_to_date`.
    (&["attestation"], FieldKind::Message(&LEGACY_ATTESTATION)),
    (&["pgpSignedAttestation"], FieldKind::Message(&PGP_SIGNED)),
    (&["genericSignedAttestation"], FieldKind::Message(&GENERIC_SIGNED)),
]);
const LEGACY_ATTESTATION: Message = Message(&[
    (&["pgpSignedAttestation"], FieldKind::Message(&PGP_SIGNED)),
    (&["genericSignedAttestation"], FieldKind::Message(&GENERIC_SIGNED)),
]);
const PGP_SIGNED: Message =
    Message(&[(&["signature"], FieldKind::Text), (&["contentType"], FieldKind::Any), (&["pgpKeyId"], FieldKind::Text)]);
const GENERIC_SIGNED: Message = Message(&[
    (&["contentType"], FieldKind::Any),
    (&["serializedPayload"], FieldKind::Bytes),
    (&["signatures"], FieldKind::List(&FieldKind::Message(&SIGNATURE))),
]);
const LEGACY_RESOURCE: Message =
    Message(&[(&["name"], FieldKind::Text), (&["uri"], FieldKind::Text), (&["contentHash"], FieldKind::Any)]);

pub(super) const OCCURRENCE: Message = Message(&[
    (&["name"], FieldKind::Text),
    // v1beta1: `resource.uri`; v1alpha1: `resourceUrl`.
    (&["resourceUri", "resourceUrl"], FieldKind::Text),
    (&["resource"], FieldKind::Message(&LEGACY_RESOURCE)),
    (&["noteName"], FieldKind::Text),
    (&["kind"], FieldKind::Text),
    (&["remediation"], FieldKind::Text),
    (&["createTime"], FieldKind::Text),
    (&["updateTime"], FieldKind::Text),
    (&["attestation"], FieldKind::Message(&ATTESTATION_OCCURRENCE)),
    (&["envelope"], FieldKind::Any),
    (&["vulnerability", "vulnerabilityDetails"], FieldKind::Any),
    (&["build", "buildDetails"], FieldKind::Any),
    (&["image", "derivedImage"], FieldKind::Any),
    (&["package", "installation"], FieldKind::Any),
    (&["deployment"], FieldKind::Any),
    (&["discovery", "discovered"], FieldKind::Any),
    (&["upgrade"], FieldKind::Any),
    (&["compliance"], FieldKind::Any),
    (&["dsseAttestation"], FieldKind::Any),
    (&["sbomReference"], FieldKind::Any),
]);

/// `notes:batchCreate`; the notes by their ids.
pub(super) const BATCH_OF_NOTES: Message =
    Message(&[(&["parent"], FieldKind::Text), (&["notes"], FieldKind::Map(&FieldKind::Message(&NOTE)))]);

/// `occurrences:batchCreate`.
pub(super) const BATCH: Message =
    Message(&[(&["parent"], FieldKind::Text), (&["occurrences"], FieldKind::List(&FieldKind::Message(&OCCURRENCE)))]);

/// The kind that a resource's details make it: exactly one of them has to be there.
pub(super) fn kind_of(resource: &Value, what: &str) -> Result<&'static str, ApiError> {
    let mut present = KINDS.iter().filter(|(field, _)| resource.get(field).is_some()).map(|(_, kind)| *kind);
    match (present.next(), present.next()) {
        (Some(kind), None) => Ok(kind),
        (None, _) => Err(ApiError::invalid_field(what, format!("The {what} has no details, such as attestation."))),
        (Some(_), Some(_)) => Err(ApiError::invalid_field(what, format!("The {what} has details of several kinds."))),
    }
}

/// Removes what only the server says.
pub(super) fn strip_output_only(resource: &mut Value) {
    if let Some(fields) = resource.as_object_mut() {
        fields.retain(|name, _| !["name", "kind", "createTime", "updateTime"].contains(&name.as_str()));
    }
}
