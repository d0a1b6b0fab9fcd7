//! The names that notes and occurrences have in the three versions of the API. They are stored as v1
//! has them; here they get the older names for answers (`docs/binary-authorization.md`, "Legacy
//! attestations and notes", and the messages of v1beta1 and v1alpha1). That one object is seen in every
//! version is inferred.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::request::ApiVersion;
use wire::base64_bytes;

/// A version of Container Analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V1Beta1,
    V1Alpha1,
}

impl Version {
    /// In the order of [`Names`].
    const ALL: [Self; 3] = [Self::V1, Self::V1Beta1, Self::V1Alpha1];

    /// What they are called in paths.
    pub(super) const NAMES: [&'static str; 3] = ["v1", "v1beta1", "v1alpha1"];
}

impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let ApiVersion(name) = ApiVersion::from_request_parts(parts, state).await?;
        let found = Self::NAMES.iter().zip(Self::ALL).find(|(known, _)| **known == name);
        found.map(|(_, version)| version).ok_or_else(ApiError::not_found)
    }
}

/// A field's name in v1, v1beta1 and v1alpha1.
type Names = [&'static str; 3];

const NOTE: [Names; 5] = [
    ["attestation", "attestationAuthority", "attestationAuthority"],
    ["image", "baseImage", "baseImage"],
    ["deployment", "deployable", "deployable"],
    ["build", "build", "buildType"],
    ["vulnerability", "vulnerability", "vulnerabilityType"],
];

const OCCURRENCE: [Names; 5] = [
    ["image", "derivedImage", "derivedImage"],
    ["package", "installation", "installation"],
    ["discovery", "discovered", "discovered"],
    ["build", "build", "buildDetails"],
    ["vulnerability", "vulnerability", "vulnerabilityDetails"],
];

/// The details that v1beta1 wraps in a message with a field of this name.
pub(super) const WRAPPED: [(&str, &str); 4] =
    [("image", "derivedImage"), ("package", "installation"), ("discovery", "discovered"), ("deployment", "deployment")];

/// The kinds whose names were others in v1alpha1.
const KINDS: [(&str, &str); 6] = [
    ("ATTESTATION", "ATTESTATION_AUTHORITY"),
    ("VULNERABILITY", "PACKAGE_VULNERABILITY"),
    ("BUILD", "BUILD_DETAILS"),
    ("IMAGE", "IMAGE_BASIS"),
    ("PACKAGE", "PACKAGE_MANAGER"),
    ("DEPLOYMENT", "DEPLOYABLE"),
];

impl Version {
    /// A note of v1 as this version has it.
    pub(super) fn note(self, note: Value) -> Value {
        self.renamed(note, &NOTE)
    }

    /// An occurrence of v1 as this version has it.
    pub(super) fn occurrence(self, mut occurrence: Value) -> Value {
        if self == Self::V1 {
            return occurrence;
        }
        if let Some(fields) = occurrence.as_object_mut() {
            self.old_resource(fields);
            if self == Self::V1Beta1 {
                for (name, inner) in WRAPPED {
                    fields.entry(name).and_modify(|details| *details = json!({inner: details.take()}));
                }
            }
            if let Some(attestation) = fields.get_mut("attestation") {
                *attestation = self.old_attestation(attestation.take());
            }
        }
        self.renamed(occurrence, &OCCURRENCE)
    }

    fn old_resource(self, fields: &mut Map<String, Value>) {
        let uri = fields.remove("resourceUri").unwrap_or_default();
        match self {
            Self::V1Alpha1 => fields.insert("resourceUrl".to_owned(), uri),
            _ => fields.insert("resource".to_owned(), json!({"uri": uri})),
        };
    }

    /// Without a payload of its own it is a message of PGP, which holds one. v1alpha1 knows no other
    /// form; that it shows an attestation of another form without details is inferred.
    fn old_attestation(self, attestation: Value) -> Value {
        let armor = armored(&attestation);
        let details = match (armor, self) {
            (Some((key, armor)), _) => json!({"pgpSignedAttestation":
                {"signature": armor, "contentType": "SIMPLE_SIGNING_JSON", "pgpKeyId": key}}),
            (None, Self::V1Alpha1) => json!({}),
            (None, _) => {
                let mut generic = attestation;
                generic["contentType"] = "SIMPLE_SIGNING_JSON".into();
                json!({"genericSignedAttestation": generic})
            }
        };
        if self == Self::V1Alpha1 { details } else { json!({"attestation": details}) }
    }

    /// The fields under their names in this version, in the order they had.
    fn renamed(self, value: Value, names: &[Names]) -> Value {
        let Value::Object(fields) = value else { return value };
        let at = Self::ALL.iter().position(|version| *version == self).unwrap_or_default();
        let name = |name: String| {
            let old = names.iter().find(|names| names.first() == Some(&name.as_str()));
            old.and_then(|names| names.get(at)).map_or(name, |old| (*old).to_owned())
        };
        let fields = fields.into_iter().map(|(field, value)| match field.as_str() {
            "kind" => (field, self.kind(value)),
            _ => (name(field), value),
        });
        Value::Object(fields.collect())
    }

    fn kind(self, kind: Value) -> Value {
        let old = KINDS.iter().find(|(new, _)| self == Self::V1Alpha1 && kind == *new);
        old.map_or(kind, |(_, old)| Value::from(*old))
    }
}

/// The key and the text of the one signature of an attestation that is an armored message alone.
fn armored(attestation: &Value) -> Option<(String, String)> {
    let payload = attestation["serializedPayload"].as_str().unwrap_or_default();
    let [signature] = attestation["signatures"].as_array()?.as_slice() else { return None };
    let bytes = base64_bytes::decode(signature["signature"].as_str()?).ok()?;
    let text = String::from_utf8(bytes).ok().filter(|_| payload.is_empty())?;
    Some((signature["publicKeyId"].as_str().unwrap_or_default().to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_each_version() {
        let note = json!({"name": "projects/p/notes/n", "kind": "ATTESTATION", "attestation": {"hint": {}}});
        assert_eq!(Version::V1.note(note.clone()), note);
        let beta = json!({"name": "projects/p/notes/n", "kind": "ATTESTATION", "attestationAuthority": {"hint": {}}});
        assert_eq!(Version::V1Beta1.note(note.clone()), beta);
        let alpha = json!({"name": "projects/p/notes/n", "kind": "ATTESTATION_AUTHORITY", "attestationAuthority": {"hint": {}}});
        assert_eq!(Version::V1Alpha1.note(note), alpha);
    }

    #[test]
    fn attestations_of_each_version() {
        let signatures = json!([{"publicKeyId": "F", "signature": "YWJj"}]);
        let pgp = json!({"resourceUri": "u", "attestation": {"signatures": signatures}});
        let details = json!({"signature": "abc", "contentType": "SIMPLE_SIGNING_JSON", "pgpKeyId": "F"});
        assert_eq!(
            Version::V1Beta1.occurrence(pgp.clone()),
            json!({"attestation": {"attestation": {"pgpSignedAttestation": details}}, "resource": {"uri": "u"}})
        );
        assert_eq!(
            Version::V1Alpha1.occurrence(pgp),
            json!({"attestation": {"pgpSignedAttestation": details}, "resourceUrl": "u"})
        );
        let generic = json!({"resourceUri": "u",
            "attestation": {"serializedPayload": "e30=", "signatures": signatures}});
        assert_eq!(
            Version::V1Beta1.occurrence(generic.clone()),
            json!({"attestation": {"attestation": {"genericSignedAttestation": {"serializedPayload": "e30=",
                "signatures": signatures, "contentType": "SIMPLE_SIGNING_JSON"}}}, "resource": {"uri": "u"}})
        );
        assert_eq!(Version::V1Alpha1.occurrence(generic), json!({"attestation": {}, "resourceUrl": "u"}));
    }

    #[test]
    fn discoveries_of_each_version() {
        let v1 = json!({"resourceUri": "u", "kind": "DISCOVERY", "discovery": {"analysisStatus": "SCANNING"}});
        let inner = json!({"analysisStatus": "SCANNING"});
        let beta = Version::V1Beta1.occurrence(v1.clone());
        assert_eq!(beta["discovered"], json!({"discovered": inner}));
        assert_eq!(Version::V1Alpha1.occurrence(v1)["discovered"], inner);
        assert_eq!(beta.as_object().unwrap().len(), 3, "{beta}");
    }
}
