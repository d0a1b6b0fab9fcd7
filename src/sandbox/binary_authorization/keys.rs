//! The public keys of an attestor: checked, and given the ids by which attestations name them.

use std::collections::BTreeSet;

use crate::error::ApiError;
use crate::kms::key_id;
use signing::{pkix, public_key};
use wire::binary_authorization::{AttestorPublicKey, PkixPublicKey};

/// The most keys of one attestor (the quotas' page).
const MAX_KEYS: usize = 1000;

/// The longest id and the longest comment of a key; neither is documented.
const MAX_TEXT: usize = 4096;

/// The keys as they are stored; `at` is the place of the list in the request.
pub(super) fn checked(keys: Vec<AttestorPublicKey>, at: &str) -> Result<Vec<AttestorPublicKey>, ApiError> {
    if keys.len() > MAX_KEYS {
        let message = format!("An attestor has at most {MAX_KEYS} public keys, not {}.", keys.len());
        return Err(ApiError::invalid_field(at, message));
    }
    let mut ids = BTreeSet::new();
    let mut checked = Vec::with_capacity(keys.len());
    for (n, key) in keys.into_iter().enumerate() {
        let at = format!("{at}[{n}]");
        let key = check(key).map_err(|message| ApiError::invalid_field(&at, message))?;
        if !ids.insert(key.id.clone()) {
            return Err(ApiError::invalid_field(&at, format!("The attestor has two keys with id {}.", key.id)));
        }
        checked.push(key);
    }
    Ok(checked)
}

fn check(key: AttestorPublicKey) -> Result<AttestorPublicKey, String> {
    if key.comment.len() > MAX_TEXT {
        return Err(format!("The comment has more than {MAX_TEXT} bytes."));
    }
    match (key.ascii_armored_pgp_public_key, key.pkix_public_key) {
        (Some(armor), None) => {
            let info = public_key::read(&armor).map_err(|error| error.to_string())?;
            // Whatever id came with it: that of a PGP key is its fingerprint (`resources.proto`).
            let id = info.fingerprint.to_string();
            Ok(AttestorPublicKey { id, ascii_armored_pgp_public_key: Some(armor), pkix_public_key: None, ..key })
        }
        (None, Some(pkix)) => {
            let (id, pkix) = check_pkix(&key.id, pkix)?;
            Ok(AttestorPublicKey { id, pkix_public_key: Some(pkix), ascii_armored_pgp_public_key: None, ..key })
        }
        (None, None) => Err("The key has neither asciiArmoredPgpPublicKey nor pkixPublicKey.".to_owned()),
        (Some(_), Some(_)) => Err("The key has both asciiArmoredPgpPublicKey and pkixPublicKey.".to_owned()),
    }
}

/// The key with the first name of its algorithm, and its id: the one that came with it, or else the
/// digest of the key.
fn check_pkix(id: &str, pkix: PkixPublicKey) -> Result<(String, PkixPublicKey), String> {
    let info = pkix::read(&pkix.public_key_pem, &pkix.signature_algorithm).map_err(|error| error.to_string())?;
    let id = &*key_id::normalised(id);
    let inner = &*key_id::normalised(pkix.key_id.as_deref().unwrap_or_default());
    let id = match (id, inner) {
        ("", "") => info.id,
        ("", only) | (only, "") => only.to_owned(),
        (outer, inner) if outer == inner => outer.to_owned(),
        (outer, inner) => {
            return Err(format!("The key has two ids: {outer:.100} and pkixPublicKey.keyId {inner:.100}."));
        }
    };
    if !is_uri_reference(&id) {
        return Err(format!("The id {id:.100} is not a URI (RFC 3986)."));
    }
    let signature_algorithm = info.algorithm.to_owned();
    Ok((id, PkixPublicKey { signature_algorithm, key_id: None, ..pkix }))
}

/// Whether an id has only the characters of a URI reference (RFC 3986, section 2). gcloud's ids of Cloud KMS keys are
/// relative references (`//cloudkms.googleapis.com/v1/…`), so a scheme is not asked for.
fn is_uri_reference(id: &str) -> bool {
    const MARKS: &[u8] = b"-._~:/?#[]@!$&'()*+,;=";
    let mut bytes = id.bytes();
    let characters = loop {
        match bytes.next() {
            None => break true,
            Some(b'%') => {
                let escaped = [bytes.next(), bytes.next()];
                if !escaped.into_iter().all(|b| b.is_some_and(|b| b.is_ascii_hexdigit())) {
                    break false;
                }
            }
            Some(b) if b.is_ascii_alphanumeric() || MARKS.contains(&b) => {}
            Some(_) => break false,
        }
    };
    characters && (1..=MAX_TEXT).contains(&id.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of `docs/binary-authorization.md`, "Key ids".
    const EC: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEi6Jhqhr28Lzd2ouX/pFLAV3gXCQ9\n\
        uq6nyHps7WrRsA7gcpjVT9H2mybHFsTm6nt4mhEeTTiYNeu86gNdT0LnkA==\n\
        -----END PUBLIC KEY-----\n";
    const EC_ID: &str = "ni:///sha-256;F8ZLbGLECGCxd8yEtBiqNnSMB7S-TC0CpJ1G9JLJpD4";

    fn pkix(id: &str, key_id: Option<&str>) -> AttestorPublicKey {
        let pkix = PkixPublicKey {
            public_key_pem: EC.to_owned(),
            signature_algorithm: "EC_SIGN_P256_SHA256".to_owned(),
            key_id: key_id.map(str::to_owned),
        };
        AttestorPublicKey { id: id.to_owned(), pkix_public_key: Some(pkix), ..AttestorPublicKey::default() }
    }

    #[rstest::rstest]
    #[case("", None, EC_ID)]
    #[case("//cloudkms.googleapis.com/v1/projects/p/x/1", None, "//cloudkms.googleapis.com/v1/projects/p/x/1")]
    #[case("", Some("gcpkms://a"), "gcpkms://a")]
    #[case(
        "//127.0.0.1:1/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        None,
        "//cloudkms.googleapis.com/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"
    )]
    #[case("a:b", Some("a:b"), "a:b")]
    fn ids_of_pkix_keys(#[case] id: &str, #[case] key_id: Option<&str>, #[case] expected: &str) {
        let key = check(pkix(id, key_id)).unwrap();
        assert_eq!(key.id, expected);
        assert_eq!(key.pkix_public_key.unwrap().signature_algorithm, "ECDSA_P256_SHA256");
    }

    #[rstest::rstest]
    #[case(pkix("a:b", Some("a:c")), "two ids")]
    #[case(pkix("with space", None), "not a URI")]
    #[case(pkix("%zz", None), "not a URI")]
    #[case(AttestorPublicKey::default(), "neither")]
    fn refused(#[case] key: AttestorPublicKey, #[case] message: &str) {
        let found = check(key).unwrap_err();
        assert!(found.contains(message), "{found}");
    }

    #[test]
    fn one_id_once() {
        assert!(checked(vec![pkix("", None), pkix("x:y", None)], "k").is_ok());
        let error = checked(vec![pkix("", None), pkix(EC_ID, None)], "k").unwrap_err();
        assert!(error.message().contains("two keys"), "{}", error.message());
    }
}
