//! Attestations: the payload that is signed, the occurrence that carries it, and the checks that
//! say whether it vouches for a digest.
//!
//! The order of the checks is that of `docs/binary-authorization.md`, "Verification": note, kind,
//! resource, key id, signature, embedded payload, JSON, digest; the docker reference and the type
//! string are noted but decide nothing. Cryptography is behind [`Verify`], which `signing` implements.

mod examine;
mod fault;
mod moment;
mod payload;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::attestor::PublicKey;
use crate::image::{Digest, ImageRef};
use crate::name::NoteName;

pub use examine::{Accepted, Examined, check, examine, is_for};
pub use fault::{AttestationFault, Difference, DifferenceKind, KeyIdMiss, KeyIdSlip, NO_VALID_ATTESTATION, Stage};
pub use moment::{AsIf, despite_expiry};
pub use payload::{PAYLOAD_LIMIT, Payload, PayloadError, parse_payload};

/// The kind of the occurrences that Binary Authorization reads (Grafeas v1).
pub const ATTESTATION: &str = "ATTESTATION";

/// The `critical.type` that gcloud writes; the service does not insist on it.
pub const PAYLOAD_TYPE: &str = "Google cloud binauthz container signature";

/// The bytes that `gcloud container binauthz create-signature-payload` prints for
/// `repository@digest`: two-space JSON, keys sorted, one line feed at the end.
pub fn payload(image: &ImageRef, digest: &Digest) -> Vec<u8> {
    let name = image.name();
    format!(
        "{{\n  \"critical\": {{\n    \"identity\": {{\n      \"docker-reference\": \"{name}\"\n    }},\n    \
         \"image\": {{\n      \"docker-manifest-digest\": \"{digest}\"\n    }},\n    \
         \"type\": \"{PAYLOAD_TYPE}\"\n  }}\n}}\n"
    )
    .into_bytes()
}

/// An occurrence (Grafeas v1), as far as admission looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// `projects/P/occurrences/UUID`.
    pub name: String,
    pub note: NoteName,
    /// [`ATTESTATION`]; others may lie on the same note.
    pub kind: String,
    /// As stored: with or without `https://` in front.
    pub resource_uri: String,
    pub payload: Vec<u8>,
    pub signatures: Vec<Signature>,
    /// How many JSON web tokens it carries, which Binary Authorization never verifies.
    pub jwts: usize,
    /// RFC 3339.
    pub create_time: Option<String>,
}

/// One signature of an attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub public_key_id: String,
    /// PGP: the whole armored message; PKIX: the raw signature.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// The signature to be read: its armor, or its bytes in base64 where they are no text.
    pub fn text(&self) -> Cow<'_, str> {
        signature_text(&self.bytes)
    }
}

/// A signature to be read: its armor, or its bytes in base64 where they are no text.
pub fn signature_text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_binary| STANDARD.encode(bytes).into(), Cow::Borrowed)
}

/// Checks one signature with one key.
pub trait Verify {
    /// The bytes that the key signed. `payload` is what the occurrence carries beside the
    /// signature; a PGP message also embeds its own, which is what the answer holds.
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault>;

    /// Verifies as of another time: what expires has not yet, or has already, and a revocation that was made later is
    /// not there. Where nothing of a key or a signature has a time, it is the same.
    fn verify_at(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        _at: Timestamp,
    ) -> Result<Verified, SignatureFault> {
        self.verify(key, signature, payload)
    }
}

/// Takes no signature for good: where a decision stands on no attestations, or on what was found out about
/// them before, there is nothing to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NothingToVerify;

impl Verify for NothingToVerify {
    fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        Err(SignatureFault::Unsigned)
    }
}

/// A signature that is mathematically right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What was signed.
    pub message: Vec<u8>,
    /// What the service takes but a careful reader wants to know (an expired key, SHA-1).
    pub warnings: Vec<String>,
}

/// Why a signature does not hold; each a distinct reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    #[error("the signature is empty")]
    Empty,
    #[error("the signature is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the signed message is larger than {limit} bytes")]
    MessageTooLarge { limit: usize },
    #[error("not an OpenPGP message: {detail}")]
    NotOpenPgp { detail: String },
    #[error("a detached signature: expected an attached message, as `gpg --sign` makes it")]
    Detached,
    #[error("a clear-signed text: expected an attached message, as `gpg --sign` makes it")]
    ClearSigned,
    #[error("the message is not signed")]
    Unsigned,
    #[error("the message is encrypted")]
    Encrypted,
    #[error("signed by several keys in one message, which the service does not read")]
    Nested,
    #[error("signed by {found}, expected a signing key of {expected}")]
    WrongKey { expected: String, found: String },
    #[error("key {key} is revoked since {since}: {reason}")]
    Revoked { key: String, since: Timestamp, reason: String },
    #[error("key {key} may not sign")]
    NotSigningCapable { key: String },
    #[error("the signature does not match the message: it was changed after signing, or made by another key")]
    Bad,
    #[error("the algorithm is not supported: {detail}")]
    Unsupported { detail: String },
    #[error("the attestor's public key cannot be read: {detail}")]
    KeyUnreadable { detail: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_gclouds_byte_for_byte() {
        // The vector of `docs/binary-authorization.md`, "Payload": 319 bytes, sha256 f9f3f045….
        let hex = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
        let image: ImageRef =
            format!("us-docker.pkg.dev/google-samples/containers/gke/hello-app@sha256:{hex}").parse().unwrap();
        let payload = payload(&image, image.digest().unwrap());
        assert_eq!(payload.len(), 319);
        let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &payload);
        assert_eq!(hex::encode(sha256), "f9f3f045545510c9d42d6ed54a5503b6467869c438d464346853c14b31791311");
    }
}
