//! Verifying what `gpg --sign` makes, as the service does (`docs/binary-authorization.md`, "OpenPGP
//! signatures").

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use sequoia_openpgp::KeyHandle;
use sequoia_openpgp::crypto::hash::Hash as _;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::policy::{HashAlgoSecurity, Policy as _};
use sequoia_openpgp::types::SignatureType;

use super::armor;
pub use super::armor::{ArmorFault, check_block};
use super::certificate::{Certificate, ComponentKey, Revocation, error_words, timestamp};
use super::message::SignedMessage;
pub use super::message::{MAX_MESSAGE_BYTES, MAX_SIGNATURE_BYTES};
use super::pkix;
use super::policy::{POLICY, weak_key, weak_signature};
use super::public_key::KeyError;
use domain::attestation::{SignatureFault, Verified, Verify, despite_expiry};
use domain::attestor::{KeyMaterial, PublicKey};

/// The most certificates that are kept read.
const MAX_KEPT: usize = 256;

/// Checks signatures by PGP and PKIX keys. Keeps the certificates it has read, so that checking
/// many signatures of one attestor costs little more than the mathematics; cheap to share.
#[derive(Debug, Default)]
pub struct Verifier {
    certificates: Mutex<HashMap<String, Arc<Result<Certificate, KeyError>>>>,
}

impl Verifier {
    pub fn new() -> Self {
        Self::default()
    }

    fn certificate(&self, armor: &str) -> Arc<Result<Certificate, KeyError>> {
        // A thread that panicked has at most left one certificate out.
        let kept = || self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(armor) {
            return Arc::clone(known);
        }
        let read = Arc::new(Certificate::read(armor));
        let mut kept = kept();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(armor.to_owned(), Arc::clone(&read));
        read
    }
}

impl Verifier {
    fn answer(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        moment: Moment,
    ) -> Result<Verified, SignatureFault> {
        match &key.material {
            KeyMaterial::Pgp { armor } => match &*self.certificate(armor) {
                Ok(certificate) => verify_message(certificate, signature, moment),
                Err(error) => Err(SignatureFault::KeyUnreadable { detail: error.to_string() }),
            },
            KeyMaterial::Pkix { pem, signature_algorithm } => {
                pkix::verify(pem, signature_algorithm, signature, payload)
            }
        }
    }
}

impl Verify for Verifier {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        self.answer(key, signature, payload, Moment::Now)
    }

    fn verify_at(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        at: Timestamp,
    ) -> Result<Verified, SignatureFault> {
        self.answer(key, signature, payload, Moment::At(at))
    }
}

/// When a signature is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Now,
    At(Timestamp),
}

impl Moment {
    fn time(self) -> Timestamp {
        match self {
            Self::Now => timestamp(SystemTime::now()),
            Self::At(time) => time,
        }
    }

    /// A revocation that is there now counts, whenever it says that it was made: the reference library
    /// does not look at its time. At a time before that, it cannot have been there.
    fn has(self, revocation: &Revocation) -> bool {
        match self {
            Self::Now => true,
            Self::At(time) => revocation.since <= time,
        }
    }
}

/// The message that a key of the certificate signed.
pub(super) fn verify_message(
    certificate: &Certificate,
    signature: &[u8],
    moment: Moment,
) -> Result<Verified, SignatureFault> {
    let message = SignedMessage::read(signature)?;
    let signer = signer(certificate, &message)?;
    let key = signer.key.fingerprint().to_hex();
    if let Some(Revocation { since, reason }) = signer.revoked.as_ref().filter(|revoked| moment.has(revoked)) {
        return Err(SignatureFault::Revoked { key, since: *since, reason: reason.clone() });
    }
    if !signer.may_sign {
        return Err(SignatureFault::NotSigningCapable { key });
    }
    check(&message, signer)?;
    let now = moment.time();
    let warnings = early(&message.signature, signer, now).collect();
    let mut verified = Verified { message: message.literal, warnings };
    for expired in expired(&message.signature, signer, now) {
        verified = despite_expiry(verified, expired)?;
    }
    verified.warnings.extend(weak_signature(&message.signature).into_iter().chain(weak_key(&signer.key)));
    if !armor::is_binary(signature) {
        verified.warnings.extend(armor::remark(signature));
    }
    Ok(verified)
}

/// The key that the message names as its signer. The one-pass packet decides, as in the reference
/// library; the signature itself is what GnuPG looks at, and must not name another key.
fn signer<'a>(certificate: &'a Certificate, message: &SignedMessage) -> Result<&'a ComponentKey, SignatureFault> {
    let issuers = message.signature.get_issuers();
    let one_pass = message.one_pass.issuer();
    certificate
        .key(&one_pass)
        .filter(|key| issuers.iter().all(|issuer| issuer.aliases(key.key.key_handle())))
        .ok_or_else(|| {
            let named = issuers.iter().find(|issuer| matches!(issuer, KeyHandle::Fingerprint(_)));
            SignatureFault::WrongKey {
                expected: certificate.info().fingerprint.to_string(),
                found: named.or(issuers.first()).unwrap_or(&one_pass).to_hex(),
            }
        })
}

fn check(message: &SignedMessage, signer: &ComponentKey) -> Result<(), SignatureFault> {
    let SignedMessage { literal, one_pass, signature } = message;
    if one_pass.typ() != signature.typ() || one_pass.hash_algo() != signature.hash_algo() {
        return Err(SignatureFault::Bad);
    }
    let unsupported =
        |error: &sequoia_openpgp::anyhow::Error| SignatureFault::Unsupported { detail: error_words(error) };
    POLICY.signature(signature, HashAlgoSecurity::CollisionResistance).map_err(|error| unsupported(&error))?;
    let context = signature.hash_algo().context().map_err(|error| unsupported(&error))?;
    let mut hash = context.for_signature(signature.version());
    match signature.typ() {
        SignatureType::Binary => hash.update(literal),
        SignatureType::Text => canonical_lines(literal).for_each(|part| hash.update(part)),
        other => {
            return Err(SignatureFault::Unsupported { detail: format!("signature type 0x{:02x}", u8::from(other)) });
        }
    }
    signature.hash(&mut hash).map_err(|error| unsupported(&error))?;
    let digest = hash.into_digest().map_err(|error| unsupported(&error))?;
    if signer.verify(signature, &digest) { Ok(()) } else { Err(SignatureFault::Bad) }
}

/// The pieces of a text with CRLF at each line's end (RFC 9580, 5.2.1.2).
fn canonical_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').flat_map(|line| match line.strip_suffix(b"\n") {
        Some(bare) => [bare.strip_suffix(b"\r").unwrap_or(bare), b"\r\n".as_slice()],
        None => [line, b"".as_slice()],
    })
}

/// What has expired of the key and of the signature.
fn expired(signature: &Signature, signer: &ComponentKey, now: Timestamp) -> impl Iterator<Item = String> {
    let ends = [("key", signer.expires), ("signature", signature.signature_expiration_time())];
    let ends = ends.into_iter().filter_map(|(what, end)| Some((what, timestamp(end?))));
    ends.filter(move |(_, end)| *end <= now).map(|(what, end)| format!("the {what} expired at {end}"))
}

/// What of the key and of the signature is not valid yet, which the service takes.
fn early(signature: &Signature, signer: &ComponentKey, now: Timestamp) -> impl Iterator<Item = String> {
    let made = [("key", Some(signer.key.creation_time())), ("signature", signature.signature_creation_time())];
    let made = made.into_iter().filter_map(|(what, made)| Some((what, timestamp(made?))));
    made.filter(move |(_, made)| *made > now)
        .map(|(what, made)| format!("the {what} is not valid yet: it was made at {made}"))
}

#[cfg(test)]
mod tests;
