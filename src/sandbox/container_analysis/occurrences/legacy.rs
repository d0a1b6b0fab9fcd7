//! Attestations as v1beta1 and v1alpha1 wrote them (`docs/binary-authorization.md`, "Legacy
//! attestations and notes"), in the form of v1.

use serde_json::{Map, Value, json};

use crate::container_analysis::version::WRAPPED;
use crate::error::ApiError;
use wire::base64_bytes;

/// `resource.uri` becomes `resourceUri`, and `attestation[.attestation].pgpSignedAttestation` or
/// `….genericSignedAttestation` becomes `attestation.{serializedPayload, signatures}`.
pub(super) fn bring_up_to_date(occurrence: &mut Value) -> Result<(), ApiError> {
    let Some(fields) = occurrence.as_object_mut() else { return Ok(()) };
    if let Some(resource) = fields.remove("resource") {
        fields.entry("resourceUri").or_insert_with(|| resource["uri"].clone());
    }
    for (name, inner) in WRAPPED {
        unwrap(fields, name, inner);
    }
    let Some(attestation) = fields.get_mut("attestation").and_then(Value::as_object_mut) else { return Ok(()) };
    let inner = attestation.remove("attestation").unwrap_or(Value::Null);
    let mut take = |name: &str| attestation.remove(name).or_else(|| inner.get(name).cloned());
    let (pgp, generic) = (take("pgpSignedAttestation"), take("genericSignedAttestation"));
    match (pgp, generic) {
        (None, None) => {}
        (Some(pgp), None) => {
            // The field is a text: the armored message. Its payload is inside it.
            let armor = pgp["signature"].as_str().unwrap_or_default();
            let signature =
                json!({"publicKeyId": pgp["pgpKeyId"], "signature": base64_bytes::encode(armor.as_bytes())});
            attestation.insert("signatures".to_owned(), json!([signature]));
        }
        (None, Some(generic)) => {
            for name in ["serializedPayload", "signatures"] {
                attestation.extend(generic.get(name).map(|value| (name.to_owned(), value.clone())));
            }
        }
        (Some(_), Some(_)) => {
            let message = "An attestation is either pgpSignedAttestation or genericSignedAttestation.";
            return Err(ApiError::invalid_field("occurrence.attestation", message));
        }
    }
    Ok(())
}

/// Takes off what v1beta1 wraps the details in.
fn unwrap(fields: &mut Map<String, Value>, name: &str, inner: &str) {
    if let Some(details) = fields.get_mut(name)
        && let Some(unwrapped) = details.get_mut(inner).filter(|unwrapped| unwrapped.is_object())
    {
        *details = unwrapped.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(json!({"attestation": {"attestation": {"pgpSignedAttestation": {"signature": "abc", "pgpKeyId": "F"}}}}))]
    #[case(json!({"attestation": {"pgpSignedAttestation": {"signature": "abc", "pgpKeyId": "F"}}}))]
    fn a_pgp_attestation(#[case] mut occurrence: Value) {
        bring_up_to_date(&mut occurrence).unwrap();
        let expected = json!({"attestation": {"signatures": [{"publicKeyId": "F", "signature": "YWJj"}]}});
        assert_eq!(occurrence, expected);
    }

    #[test]
    fn a_generic_attestation_and_its_resource() {
        let signatures = json!([{"publicKeyId": "K", "signature": "YWJj"}]);
        let mut occurrence = json!({
            "resource": {"uri": "gcr.io/p/i"},
            "attestation": {"attestation": {"genericSignedAttestation":
                {"contentType": "SIMPLE_SIGNING_JSON", "serializedPayload": "e30=", "signatures": signatures}}},
        });
        bring_up_to_date(&mut occurrence).unwrap();
        let expected = json!({
            "attestation": {"serializedPayload": "e30=", "signatures": signatures},
            "resourceUri": "gcr.io/p/i",
        });
        assert_eq!(occurrence, expected);
    }

    #[test]
    fn the_form_of_v1_stays() {
        let now = json!({"resourceUri": "x", "attestation": {"serializedPayload": "e30="}, "noteName": "n"});
        let mut occurrence = now.clone();
        bring_up_to_date(&mut occurrence).unwrap();
        assert_eq!(occurrence, now);
    }
}
