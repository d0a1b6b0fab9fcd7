//! The algorithms of keys: making a key, its public part, and signing a digest.
//!
//! They are those that gcloud makes into an algorithm of Binary Authorization
//! (`docs/binary-authorization.md`, "Cloud KMS"): RSA-PSS and RSA PKCS #1 v1.5 with 2048, 3072 and 4096
//! bits, and ECDSA on P-256 and P-384.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA512, RsaSignatureEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::ApiError;

/// `CryptoKeyVersion.CryptoKeyVersionAlgorithm`, all of it: a key of another one is refused with the
/// reason, a name that is none with the words for that.
pub(super) const NAMES: &[&str] = &[
    "CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED",
    "GOOGLE_SYMMETRIC_ENCRYPTION",
    "AES_128_GCM",
    "AES_256_GCM",
    "AES_128_CBC",
    "AES_256_CBC",
    "AES_128_CTR",
    "AES_256_CTR",
    "RSA_SIGN_PSS_2048_SHA256",
    "RSA_SIGN_PSS_3072_SHA256",
    "RSA_SIGN_PSS_4096_SHA256",
    "RSA_SIGN_PSS_4096_SHA512",
    "RSA_SIGN_PKCS1_2048_SHA256",
    "RSA_SIGN_PKCS1_3072_SHA256",
    "RSA_SIGN_PKCS1_4096_SHA256",
    "RSA_SIGN_PKCS1_4096_SHA512",
    "RSA_SIGN_RAW_PKCS1_2048",
    "RSA_SIGN_RAW_PKCS1_3072",
    "RSA_SIGN_RAW_PKCS1_4096",
    "RSA_DECRYPT_OAEP_2048_SHA256",
    "RSA_DECRYPT_OAEP_3072_SHA256",
    "RSA_DECRYPT_OAEP_4096_SHA256",
    "RSA_DECRYPT_OAEP_4096_SHA512",
    "RSA_DECRYPT_OAEP_2048_SHA1",
    "RSA_DECRYPT_OAEP_3072_SHA1",
    "RSA_DECRYPT_OAEP_4096_SHA1",
    "EC_SIGN_P256_SHA256",
    "EC_SIGN_P384_SHA384",
    "EC_SIGN_SECP256K1_SHA256",
    "EC_SIGN_ED25519",
    "HMAC_SHA256",
    "HMAC_SHA1",
    "HMAC_SHA384",
    "HMAC_SHA512",
    "HMAC_SHA224",
    "EXTERNAL_SYMMETRIC_ENCRYPTION",
    "PQ_SIGN_ML_DSA_65",
    "PQ_SIGN_SLH_DSA_SHA2_128S",
    "PQ_SIGN_HASH_SLH_DSA_SHA2_128S_SHA256",
];

/// An algorithm that the sandbox has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Algorithm {
    pub(super) name: &'static str,
    digest: &'static digest::Algorithm,
    /// The field of `Digest` in which a request brings what is to be signed.
    pub(super) digest_field: &'static str,
    scheme: Scheme,
}

#[derive(Debug, Clone, Copy)]
enum Scheme {
    Rsa(KeySize, &'static RsaSignatureEncoding),
    Ecdsa(&'static EcdsaSigningAlgorithm),
}

const fn rsa(name: &'static str, size: KeySize, encoding: &'static RsaSignatureEncoding) -> Algorithm {
    Algorithm { name, digest: &digest::SHA256, digest_field: "sha256", scheme: Scheme::Rsa(size, encoding) }
}

const fn with_sha512(name: &'static str, encoding: &'static RsaSignatureEncoding) -> Algorithm {
    let scheme = Scheme::Rsa(KeySize::Rsa4096, encoding);
    Algorithm { name, digest: &digest::SHA512, digest_field: "sha512", scheme }
}

/// RSA-PSS salts have the length of the digest, as those of Cloud KMS do.
static ALGORITHMS: [Algorithm; 10] = [
    rsa("RSA_SIGN_PSS_2048_SHA256", KeySize::Rsa2048, &RSA_PSS_SHA256),
    rsa("RSA_SIGN_PSS_3072_SHA256", KeySize::Rsa3072, &RSA_PSS_SHA256),
    rsa("RSA_SIGN_PSS_4096_SHA256", KeySize::Rsa4096, &RSA_PSS_SHA256),
    with_sha512("RSA_SIGN_PSS_4096_SHA512", &RSA_PSS_SHA512),
    rsa("RSA_SIGN_PKCS1_2048_SHA256", KeySize::Rsa2048, &RSA_PKCS1_SHA256),
    rsa("RSA_SIGN_PKCS1_3072_SHA256", KeySize::Rsa3072, &RSA_PKCS1_SHA256),
    rsa("RSA_SIGN_PKCS1_4096_SHA256", KeySize::Rsa4096, &RSA_PKCS1_SHA256),
    with_sha512("RSA_SIGN_PKCS1_4096_SHA512", &RSA_PKCS1_SHA512),
    Algorithm {
        name: "EC_SIGN_P256_SHA256",
        digest: &digest::SHA256,
        digest_field: "sha256",
        scheme: Scheme::Ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
    },
    Algorithm {
        name: "EC_SIGN_P384_SHA384",
        digest: &digest::SHA384,
        digest_field: "sha384",
        scheme: Scheme::Ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
    },
];

/// A key that was just made.
pub(super) struct NewKey {
    /// DER of PKCS #8.
    pub(super) private: Zeroizing<Vec<u8>>,
    /// `PUBLIC KEY` (RFC 7468, section 13).
    pub(super) pem: String,
}

/// The crypto library did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed;

impl From<aws_lc_rs::error::Unspecified> for Failed {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl From<aws_lc_rs::error::KeyRejected> for Failed {
    fn from(_: aws_lc_rs::error::KeyRejected) -> Self {
        Self
    }
}

impl From<Failed> for ApiError {
    fn from(_: Failed) -> Self {
        ApiError::new(wire::status::Code::Internal, "The key could not be made or used.")
    }
}

impl Algorithm {
    /// The algorithm of this name, or why there are no keys of it. `at` is the field that names it.
    pub(super) fn from_name(name: &str, at: &str) -> Result<&'static Self, ApiError> {
        ALGORITHMS.iter().find(|algorithm| algorithm.name == name).ok_or_else(|| {
            let message = format!("The sandbox has no keys of algorithm {name:.60}: {}.", why_not(name));
            ApiError::invalid_field(at, message)
        })
    }

    /// Makes a key. Slow: up to seconds for RSA with 4096 bits.
    pub(super) fn generate(&self) -> Result<NewKey, Failed> {
        match self.scheme {
            Scheme::Rsa(size, _) => {
                let key = RsaKeyPair::generate(size)?;
                let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&key)?;
                let public = AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key())?;
                Ok(NewKey::new(private.as_ref(), public.as_ref()))
            }
            Scheme::Ecdsa(curve) => {
                let key = EcdsaKeyPair::generate(curve)?;
                let private = key.to_pkcs8v1()?;
                let public = AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key())?;
                Ok(NewKey::new(private.as_ref(), public.as_ref()))
            }
        }
    }

    /// The digest of a message.
    pub(super) fn digest(&self, message: &[u8]) -> Digest {
        digest::digest(self.digest, message)
    }

    /// The bytes of a digest that was made elsewhere; none where their length is another.
    pub(super) fn imported(&self, bytes: &[u8]) -> Option<Digest> {
        Digest::import_less_safe(bytes, self.digest).ok()
    }

    /// A signature: DER for ECDSA, and as long as the modulus for RSA.
    pub(super) fn sign(&self, pkcs8: &[u8], digest: &Digest) -> Result<Vec<u8>, Failed> {
        match self.scheme {
            Scheme::Rsa(_, encoding) => {
                let key = RsaKeyPair::from_pkcs8(pkcs8)?;
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign_digest(encoding, digest, &mut signature)?;
                Ok(signature)
            }
            Scheme::Ecdsa(curve) => {
                let key = EcdsaKeyPair::from_pkcs8(curve, pkcs8)?;
                Ok(key.sign_digest(digest)?.as_ref().to_vec())
            }
        }
    }
}

impl NewKey {
    fn new(private: &[u8], public: &[u8]) -> Self {
        Self { private: Zeroizing::new(private.to_vec()), pem: pem(public) }
    }
}

fn why_not(name: &str) -> &'static str {
    match name {
        "" | "CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED" => "a key for signing needs an algorithm",
        "PQ_SIGN_ML_DSA_65" => "its crypto library has ML-DSA only as an experiment, and gcloud adds no such key",
        name if name.contains("_SIGN_") => "Binary Authorization takes no such keys",
        _ => "it makes keys for signing alone (ASYMMETRIC_SIGN)",
    }
}

/// A PEM block of lines of 64 characters.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (n, character) in text.chars().enumerate() {
        if n > 0 && n % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::attestation::Verify as _;
    use domain::attestor::{KeyMaterial, PublicKey};
    use signing::pkix;

    /// Every algorithm makes keys whose signatures Binary Authorization's own algorithm of that name
    /// verifies.
    #[test]
    fn signatures_verify_as_attestations_do() {
        for algorithm in &ALGORITHMS {
            // The larger RSA keys take seconds; the schemes are the same.
            if algorithm.name.contains("4096_SHA256") || algorithm.name.contains("3072") {
                continue;
            }
            let key = algorithm.generate().unwrap();
            pkix::read(&key.pem, algorithm.name).unwrap_or_else(|error| panic!("{}: {error}", algorithm.name));
            let digest = algorithm.digest(b"payload");
            let imported = algorithm.imported(digest.as_ref()).unwrap();
            let signature = algorithm.sign(&key.private, &imported).unwrap();
            let verifier = signing::openpgp::Verifier::new();
            let material = KeyMaterial::Pkix { pem: key.pem.clone(), signature_algorithm: algorithm.name.to_owned() };
            let public = PublicKey { id: String::new(), comment: String::new(), material };
            let verified = verifier.verify(&public, &signature, b"payload");
            assert!(verified.is_ok(), "{}: {verified:?}", algorithm.name);
            let other = verifier.verify(&public, &signature, b"payloaD");
            assert!(other.is_err(), "{}", algorithm.name);
            assert!(algorithm.imported(&[0; 5]).is_none());
        }
    }

    #[rstest::rstest]
    #[case("EC_SIGN_SECP256K1_SHA256", "Binary Authorization takes no such keys")]
    #[case("EC_SIGN_ED25519", "Binary Authorization takes no such keys")]
    #[case("PQ_SIGN_ML_DSA_65", "only as an experiment")]
    #[case("GOOGLE_SYMMETRIC_ENCRYPTION", "keys for signing alone")]
    #[case("", "needs an algorithm")]
    fn others_are_refused_with_the_reason(#[case] name: &str, #[case] reason: &str) {
        let error = Algorithm::from_name(name, "x").unwrap_err();
        assert!(error.message().contains(reason), "{}", error.message());
    }

    #[test]
    fn every_algorithm_is_a_name_of_the_api() {
        assert!(ALGORITHMS.iter().all(|algorithm| NAMES.contains(&algorithm.name)));
    }
}
