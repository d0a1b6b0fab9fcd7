//! The ids that gcloud gives keys of Cloud KMS: `//HOST/v1/projects/…/cryptoKeyVersions/N`.

use std::borrow::Cow;

use serde_json::Value;

/// gcloud makes the id from the endpoint that it talks to: with an overridden endpoint the sandbox's
/// address would be in it, and another port tomorrow would break the match of key and signature. It
/// becomes the host of the service; other ids stay as they are.
pub(crate) fn normalised(id: &str) -> Cow<'_, str> {
    let path = id.strip_prefix("//").and_then(|rest| rest.split_once('/')).filter(|(authority, path)| {
        let host = authority.rsplit_once(':').map_or(*authority, |(host, _)| host);
        ["127.0.0.1", "localhost"].contains(&host) && is_version(path)
    });
    path.map_or(Cow::Borrowed(id), |(_, path)| Cow::Owned(format!("//cloudkms.googleapis.com/{path}")))
}

/// [`normalised`], for the signatures of an attestation in a request.
pub(crate) fn normalise_signatures(attestation: &mut Value) {
    let signatures = attestation.get_mut("signatures").and_then(Value::as_array_mut).into_iter().flatten();
    for id in signatures.filter_map(|signature| signature.get_mut("publicKeyId")) {
        if let Some(Cow::Owned(known)) = id.as_str().map(normalised) {
            *id = known.into();
        }
    }
}

fn is_version(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(
        parts.as_slice(),
        ["v1", "projects", _, "locations", _, "keyRings", _, "cryptoKeys", _, "cryptoKeyVersions", _]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "v1/projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

    #[test]
    fn the_sandboxs_address_becomes_the_services_host() {
        let real = format!("//cloudkms.googleapis.com/{PATH}");
        for host in ["127.0.0.1:40123", "localhost:1", "127.0.0.1", "cloudkms.googleapis.com"] {
            assert_eq!(normalised(&format!("//{host}/{PATH}")), real, "{host}");
        }
    }

    #[rstest::rstest]
    #[case("//127.0.0.1:1/v1/projects/p")]
    #[case("https://127.0.0.1/x")]
    #[case("//example.com/v1/projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1")]
    #[case("C81138F34F3ADFAB10143A804B1EC06BE59607CC")]
    #[case("")]
    fn other_ids_stay(#[case] id: &str) {
        assert_eq!(normalised(id), id);
    }

    #[test]
    fn signatures_name_the_same_key() {
        let mut attestation = serde_json::json!({"signatures": [{"publicKeyId": format!("//localhost/{PATH}")}, {}]});
        normalise_signatures(&mut attestation);
        let expected = format!("//cloudkms.googleapis.com/{PATH}");
        assert_eq!(attestation["signatures"][0]["publicKeyId"], expected);
    }
}
