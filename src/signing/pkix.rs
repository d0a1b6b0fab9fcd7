//! PKIX keys: their ids, and checking raw signatures by them (`docs/binary-authorization.md`, "Key
//! ids", "Signature algorithms" and "PKIX signatures").
//!
//! A key is one PEM block `PUBLIC KEY` (RFC 7468, section 13) with a DER `SubjectPublicKeyInfo`.

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPssSaltLength, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::der;
use domain::attestation::{SignatureFault, Verified};

/// The largest PEM text that is read, in bytes.
pub const MAX_PEM_BYTES: usize = 16 * 1024;

/// The largest signature that is read, in bytes.
pub const MAX_SIGNATURE_BYTES: usize = 4 * 1024;

const BEGIN: &str = "-----BEGIN ";
const TITLE: &str = "PUBLIC KEY";

/// Why a text is no PKIX key that an attestor can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PkixError {
    #[error("the PEM text is larger than {limit} bytes", limit = MAX_PEM_BYTES)]
    TooLarge,
    #[error("there is no PEM block: expected `-----BEGIN PUBLIC KEY-----`, as `openssl … -pubout` makes it")]
    NoPem,
    #[error("this is a PEM block `{found}`, expected `PUBLIC KEY`, as `openssl … -pubout` makes it")]
    NotPublicKey { found: String },
    #[error("more than one public key given")]
    Several,
    #[error("text after the PEM block")]
    TrailingData,
    #[error("the PEM block is damaged: {detail}")]
    Malformed { detail: &'static str },
    #[error("unknown signature algorithm {found:?}: expected for example `ECDSA_P256_SHA256`")]
    UnknownAlgorithm { found: String },
    #[error("signature algorithm {algorithm} is not supported in this version")]
    Unsupported { algorithm: &'static str },
    #[error("the key is not one for {algorithm}: expected {expected}")]
    Mismatch { algorithm: &'static str, expected: String },
}

/// A key whose structure fits its algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PkixKeyInfo {
    /// The id that the service gives a key which comes without one: `ni:///sha-256;…`.
    pub id: String,
    /// The first of the API's two names for the algorithm, which is the one the service answers
    /// with (*inferred*).
    pub algorithm: &'static str,
}

/// Reads a key and checks that it fits `signature_algorithm`.
pub fn read(pem: &str, signature_algorithm: &str) -> Result<PkixKeyInfo, PkixError> {
    let algorithm = algorithm(signature_algorithm)?;
    let der = decode(pem)?;
    parsed_key(algorithm, &der)?;
    Ok(PkixKeyInfo { id: id_of(&der), algorithm: algorithm.name })
}

/// The id of a key that comes without one: `ni:///sha-256;` and the base64url SHA-256 of its DER
/// `SubjectPublicKeyInfo` (RFC 6920; `resources.proto`).
pub fn key_id(pem: &str) -> Result<String, PkixError> {
    decode(pem).map(|der| id_of(&der))
}

fn id_of(der: &[u8]) -> String {
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, der)))
}

/// The bytes in the one PEM block `PUBLIC KEY` of a text.
fn decode(pem: &str) -> Result<Vec<u8>, PkixError> {
    if pem.len() > MAX_PEM_BYTES {
        return Err(PkixError::TooLarge);
    }
    let (_, begun) = pem.split_once(BEGIN).ok_or(PkixError::NoPem)?;
    let (title, rest) = begun.split_once("-----").ok_or(PkixError::NoPem)?;
    if title != TITLE {
        return Err(PkixError::NotPublicKey { found: title.chars().take(40).collect() });
    }
    let end = format!("-----END {TITLE}-----");
    let (body, after) = rest.split_once(&end).ok_or(PkixError::Malformed { detail: "it has no end line" })?;
    match after.trim() {
        "" => {}
        after if after.contains(BEGIN) => return Err(PkixError::Several),
        _ => return Err(PkixError::TrailingData),
    }
    let digits: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(digits).ok().ok_or(PkixError::Malformed { detail: "its text is not base64" })?;
    // The library would also take a bare point, and bytes after the key.
    match der::only(der::SEQUENCE, &der) {
        Some(_) => Ok(der),
        None => Err(PkixError::Malformed { detail: "it holds no DER SEQUENCE alone" }),
    }
}

/// What an algorithm of the API asks of the key, and how it is checked.
struct Algorithm {
    name: &'static str,
    alias: &'static str,
    scheme: Scheme,
}

enum Scheme {
    Ecdsa { curve: &'static str, verification: &'static dyn VerificationAlgorithm },
    Rsa { bits: usize, parameters: &'static RsaParameters },
    Pss { bits: usize, parameters: &'static RsaParameters, salted: Salted },
    Unsupported,
}

const fn ecdsa(
    name: &'static str,
    alias: &'static str,
    curve: &'static str,
    verification: &'static dyn VerificationAlgorithm,
) -> Algorithm {
    Algorithm { name, alias, scheme: Scheme::Ecdsa { curve, verification } }
}

/// How signatures of another salt are checked: the digest, and the parameters for a salt of so many bytes.
struct Salted {
    digest: &'static digest::Algorithm,
    with: fn(u16) -> RsaParameters,
}

/// Salts that signers make besides the longest, in bytes: none, and those of the lengths of digests.
const USUAL_SALTS: [u16; 6] = [0, 20, 28, 32, 48, 64];

const fn pss_sha256(name: &'static str, alias: &'static str, bits: usize) -> Algorithm {
    let with = |salt| signature::RSA_PSS_2048_8192_SHA256.with_pss_salt_length(RsaPssSaltLength::Custom(salt));
    let salted = Salted { digest: &SHA256, with };
    let parameters = &signature::RSA_PSS_2048_8192_SHA256;
    Algorithm { name, alias, scheme: Scheme::Pss { bits, parameters, salted } }
}

const fn pss_sha512(name: &'static str, alias: &'static str, bits: usize) -> Algorithm {
    let with = |salt| signature::RSA_PSS_2048_8192_SHA512.with_pss_salt_length(RsaPssSaltLength::Custom(salt));
    let salted = Salted { digest: &digest::SHA512, with };
    let parameters = &signature::RSA_PSS_2048_8192_SHA512;
    Algorithm { name, alias, scheme: Scheme::Pss { bits, parameters, salted } }
}

const fn rsa(name: &'static str, alias: &'static str, bits: usize, parameters: &'static RsaParameters) -> Algorithm {
    Algorithm { name, alias, scheme: Scheme::Rsa { bits, parameters } }
}

/// `PkixPublicKey.SignatureAlgorithm` of `resources.proto`, with both names of each value.
///
/// RSA-PSS salts have the length of the digest, as Cloud KMS makes them. The reference library takes any length
/// (`rsa.VerifyPSS` without options, `verify_detached.go`), and this takes those that signers make ([`USUAL_SALTS`]),
/// with a remark: a simulation that refused one would show a denial where the cloud may admit.
static ALGORITHMS: [Algorithm; 12] = [
    pss_sha256("RSA_PSS_2048_SHA256", "RSA_SIGN_PSS_2048_SHA256", 2048),
    pss_sha256("RSA_PSS_3072_SHA256", "RSA_SIGN_PSS_3072_SHA256", 3072),
    pss_sha256("RSA_PSS_4096_SHA256", "RSA_SIGN_PSS_4096_SHA256", 4096),
    pss_sha512("RSA_PSS_4096_SHA512", "RSA_SIGN_PSS_4096_SHA512", 4096),
    rsa("RSA_SIGN_PKCS1_2048_SHA256", "", 2048, &signature::RSA_PKCS1_2048_8192_SHA256),
    rsa("RSA_SIGN_PKCS1_3072_SHA256", "", 3072, &signature::RSA_PKCS1_2048_8192_SHA256),
    rsa("RSA_SIGN_PKCS1_4096_SHA256", "", 4096, &signature::RSA_PKCS1_2048_8192_SHA256),
    rsa("RSA_SIGN_PKCS1_4096_SHA512", "", 4096, &signature::RSA_PKCS1_2048_8192_SHA512),
    ecdsa("ECDSA_P256_SHA256", "EC_SIGN_P256_SHA256", "P-256", &signature::ECDSA_P256_SHA256_ASN1),
    ecdsa("ECDSA_P384_SHA384", "EC_SIGN_P384_SHA384", "P-384", &signature::ECDSA_P384_SHA384_ASN1),
    ecdsa("ECDSA_P521_SHA512", "EC_SIGN_P521_SHA512", "P-521", &signature::ECDSA_P521_SHA512_ASN1),
    Algorithm { name: "ML_DSA_65", alias: "", scheme: Scheme::Unsupported },
];

fn algorithm(name: &str) -> Result<&'static Algorithm, PkixError> {
    ALGORITHMS
        .iter()
        .find(|algorithm| !name.is_empty() && (algorithm.name == name || algorithm.alias == name))
        .ok_or_else(|| PkixError::UnknownAlgorithm { found: name.chars().take(40).collect() })
}

fn parsed_key(algorithm: &Algorithm, der: &[u8]) -> Result<ParsedPublicKey, PkixError> {
    let mismatch = |expected: String| PkixError::Mismatch { algorithm: algorithm.name, expected };
    match &algorithm.scheme {
        Scheme::Ecdsa { curve, verification } => ParsedPublicKey::new(*verification, der)
            .ok()
            .ok_or_else(|| mismatch(format!("an elliptic-curve key of curve {curve}"))),
        Scheme::Rsa { bits, parameters } | Scheme::Pss { bits, parameters, .. } => {
            let expected = || mismatch(format!("an RSA key of {bits} bits"));
            let found = PublicEncryptingKey::from_der(der).ok().ok_or_else(expected)?;
            if found.key_size_bits() != *bits {
                return Err(expected());
            }
            ParsedPublicKey::new(*parameters, der).ok().ok_or_else(expected)
        }
        Scheme::Unsupported => Err(PkixError::Unsupported { algorithm: algorithm.name }),
    }
}

/// Checks a raw signature over the payload.
pub(super) fn verify(
    pem: &str,
    signature_algorithm: &str,
    signature: &[u8],
    payload: &[u8],
) -> Result<Verified, SignatureFault> {
    if signature.is_empty() {
        return Err(SignatureFault::Empty);
    }
    if signature.len() > MAX_SIGNATURE_BYTES {
        return Err(SignatureFault::TooLarge { limit: MAX_SIGNATURE_BYTES });
    }
    let read = || {
        let (algorithm, der) = (algorithm(signature_algorithm)?, decode(pem)?);
        Ok((algorithm, parsed_key(algorithm, &der)?, der))
    };
    let (algorithm, key, der) = read().map_err(|error| match error {
        PkixError::Unsupported { .. } | PkixError::UnknownAlgorithm { .. } => {
            SignatureFault::Unsupported { detail: error.to_string() }
        }
        _ => SignatureFault::KeyUnreadable { detail: error.to_string() },
    })?;
    let warnings = match (key.verify_sig(payload, signature), &algorithm.scheme) {
        (Ok(()), _) => Vec::new(),
        (Err(_), Scheme::Pss { bits, salted, .. }) => {
            let found = salted.find(*bits, &der, payload, signature).ok_or(SignatureFault::Bad)?;
            vec![salted.remark(found)]
        }
        (Err(_), _) => return Err(SignatureFault::Bad),
    };
    Ok(Verified { message: payload.to_vec(), warnings })
}

impl Salted {
    /// How long the salt is, in bytes, of a signature that holds with one of those that signers make: as long as there
    /// is room (OpenSSL, Go), none, or as a digest (Java's is that of SHA-1 whatever the message's). AWS-LC does not
    /// tell the length, and to try each would be 450 tries for every bad signature.
    fn find(&self, bits: usize, key: &[u8], payload: &[u8], signature: &[u8]) -> Option<u16> {
        let digest = digest::digest(self.digest, payload);
        // RFC 8017, section 9.1.1: what an encoded message has room for.
        let longest = (bits - 1).div_ceil(8).checked_sub(self.digest.output_len() + 2)?;
        let longest = u16::try_from(longest).ok()?;
        let lengths = std::iter::once(longest).chain(USUAL_SALTS.into_iter().filter(|salt| *salt < longest));
        lengths.into_iter().find(|salt| (self.with)(*salt).verify_digest_sig(key, &digest, signature).is_ok())
    }

    fn remark(&self, salt: u16) -> String {
        format!(
            "its PSS salt has {salt} bytes, where Cloud KMS makes {}: that the service takes it is inferred from its \
             reference library, which takes any",
            self.digest.output_len()
        )
    }
}

#[cfg(test)]
mod tests;
