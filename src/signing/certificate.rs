//! One OpenPGP certificate, with all that verifying needs found out once.

use std::time::SystemTime;

use jiff::Timestamp;
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::cert::amalgamation::ValidateAmalgamation as _;
use sequoia_openpgp::cert::amalgamation::key::{ErasedKeyAmalgamation, ValidErasedKeyAmalgamation};
use sequoia_openpgp::packet::{Key, Signature, key};
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::types::ReasonForRevocation;
use sequoia_openpgp::{Cert, Error, KeyHandle};

use super::armor::{self, Block};
use super::key_error::{KeyError, MAX_BYTES};
use super::policy::{MAX_KEY_BITS, POLICY, algorithm_words, curve_words, modulus_bits, weak_key};
use super::primitives::ReadyKey;
use domain::key::Fingerprint;
use domain::key::PublicKeyInfo;
use domain::text::printed;

/// The most user ids that are told of one key.
const MAX_USER_IDS: usize = 64;

/// A certificate whose self-signatures were checked.
#[derive(Debug)]
pub(super) struct Certificate {
    info: PublicKeyInfo,
    /// The primary key first.
    keys: Vec<ComponentKey>,
}

/// The primary key or a subkey.
#[derive(Debug)]
pub(super) struct ComponentKey {
    pub(super) key: Key<key::PublicParts, key::UnspecifiedRole>,
    /// Bound to the primary key, with the flag that says that it may sign.
    pub(super) may_sign: bool,
    /// Why the key, or the primary key above it, was revoked.
    pub(super) revoked: Option<Revocation>,
    /// The earlier of its own and the primary key's.
    pub(super) expires: Option<SystemTime>,
    ready: Option<ReadyKey>,
}

/// Says that a key does not count any more.
#[derive(Debug, Clone)]
pub(super) struct Revocation {
    pub(super) since: Timestamp,
    pub(super) reason: String,
}

impl Revocation {
    /// The first of them.
    fn find<'s>(revocations: impl Iterator<Item = &'s Signature>) -> Option<Self> {
        let since = |revocation: &Signature| revocation.signature_creation_time().map_or(Timestamp::MIN, timestamp);
        let all = revocations.map(|one| Self { since: since(one), reason: revocation_words(one) });
        all.min_by_key(|one| one.since)
    }
}

impl ComponentKey {
    fn read(ka: &ErasedKeyAmalgamation<'_, key::PublicParts>, primary: &Primary, now: SystemTime) -> Self {
        let valid = ka.clone().with_policy(&*POLICY, now).ok();
        let may_sign = valid.as_ref().is_some_and(|valid| {
            valid.key_flags().map_or_else(|| ka.key().pk_algo().for_signing(), |flags| flags.for_signing())
        });
        let own_expiry = valid.as_ref().and_then(ValidErasedKeyAmalgamation::key_expiration_time);
        Self {
            key: ka.key().clone(),
            may_sign,
            revoked: [primary.revoked.clone(), Revocation::find(ka.self_revocations())]
                .into_iter()
                .flatten()
                .min_by_key(|r| r.since),
            expires: own_expiry.into_iter().chain(primary.expires).min(),
            ready: ReadyKey::read(ka.key()),
        }
    }

    /// Whether the signature is one of this digest by this key.
    pub(super) fn verify(&self, signature: &Signature, digest: &[u8]) -> bool {
        let not_before_key = signature.signature_creation_time().is_some_and(|made| made >= self.key.creation_time());
        let answer = self.ready.as_ref().and_then(|ready| ready.verify(signature, digest));
        not_before_key && answer.unwrap_or_else(|| signature.verify_digest(&self.key, digest).is_ok())
    }
}

/// What of the primary key holds for its subkeys too.
struct Primary {
    revoked: Option<Revocation>,
    expires: Option<SystemTime>,
}

impl Certificate {
    /// Reads an armored public key; see [`super::public_key::read`].
    pub(super) fn read(armor: &str) -> Result<Self, KeyError> {
        Self::of_cert(&parse_public(armor)?)
    }

    /// What a parsed certificate holds, secret parts left aside.
    pub(super) fn of_cert(cert: &Cert) -> Result<Self, KeyError> {
        let version = cert.primary_key().key().version();
        if version != 4 {
            return Err(KeyError::Version { version });
        }
        if let Some(bits) = cert.keys().map(|ka| modulus_bits(ka.key())).find(|bits| *bits > MAX_KEY_BITS) {
            return Err(KeyError::Unsupported { detail: format!("{bits} bits, expected at most 4096") });
        }
        let now = SystemTime::now();
        let primary = read_primary(cert, now)?;
        let keys: Vec<ComponentKey> = cert.keys().map(|ka| ComponentKey::read(&ka, &primary, now)).collect();
        let info = info(cert, primary, &keys, now)?;
        Ok(Self { info, keys })
    }

    pub(super) fn info(&self) -> &PublicKeyInfo {
        &self.info
    }

    pub(super) fn into_info(self) -> PublicKeyInfo {
        self.info
    }

    /// Whether the primary key or a subkey may sign, revoked or not.
    pub(super) fn may_sign(&self) -> bool {
        self.keys.iter().any(|key| key.may_sign)
    }

    /// The key with this fingerprint or key id.
    pub(super) fn key(&self, handle: &KeyHandle) -> Option<&ComponentKey> {
        self.keys.iter().find(|component| component.key.key_handle().aliases(handle))
    }
}

/// The one certificate in an armored public key.
fn parse_public(armor: &str) -> Result<Cert, KeyError> {
    match block(armor)? {
        Block::PublicKey => {}
        Block::PrivateKey => return Err(KeyError::Private),
        other => return Err(KeyError::NotAKey { found: other.words() }),
    }
    let cert = parse_one(armor)?;
    if cert.is_tsk() { Err(KeyError::Private) } else { Ok(cert) }
}

/// The kind of the one block in an armored text of a bounded size.
pub(super) fn block(armor: &str) -> Result<Block, KeyError> {
    if armor.trim().is_empty() {
        return Err(KeyError::Empty);
    }
    if armor.len() > MAX_BYTES {
        return Err(KeyError::TooLarge);
    }
    let mut blocks = armor::blocks(armor.as_bytes());
    let first = blocks.next().ok_or(KeyError::NotArmored)?;
    match blocks.count() {
        0 => Ok(first),
        more => Err(KeyError::Several { count: more + 1 }),
    }
}

/// The one certificate in an armored block.
pub(super) fn parse_one(armor: &str) -> Result<Cert, KeyError> {
    let malformed = |detail: String| KeyError::Malformed { detail };
    let bytes = armor::decode(armor.as_bytes()).map_err(|e| malformed(e.to_string()))?;
    let mut certs = CertParser::from_bytes(&bytes).map_err(|e| malformed(error_words(&e)))?;
    let first = certs.next().ok_or_else(|| malformed("there is no key in the armor".to_owned()))?;
    match certs.count() {
        0 => first.map_err(|e| malformed(error_words(&e))),
        more => Err(KeyError::Several { count: more + 1 }),
    }
}

fn read_primary(cert: &Cert, now: SystemTime) -> Result<Primary, KeyError> {
    let primary = cert.primary_key();
    let valid = primary.clone().with_policy(&*POLICY, now);
    let valid = valid.map_err(|error| no_self_signature(cert, &error))?;
    Ok(Primary { revoked: Revocation::find(primary.self_revocations()), expires: valid.key_expiration_time() })
}

/// The pure Rust backend checks no RSA signature above 4096 bits, which is no fault of the key.
fn no_self_signature(cert: &Cert, error: &sequoia_openpgp::anyhow::Error) -> KeyError {
    let key = cert.primary_key().key().role_as_unspecified();
    if modulus_bits(key) > 4096 {
        return KeyError::Unsupported { detail: format!("{}, expected at most 4096 bits", algorithm_words(key)) };
    }
    KeyError::NoSelfSignature { detail: error_words(error) }
}

fn info(cert: &Cert, primary: Primary, keys: &[ComponentKey], now: SystemTime) -> Result<PublicKeyInfo, KeyError> {
    let key = cert.primary_key().key().role_as_unspecified();
    let fingerprint = cert.fingerprint().to_hex();
    let fingerprint: Fingerprint =
        fingerprint.parse().ok().ok_or_else(|| KeyError::Version { version: cert.primary_key().key().version() })?;
    let can_sign = keys.iter().any(|key| key.may_sign && key.revoked.is_none());
    Ok(PublicKeyInfo {
        fingerprint,
        user_ids: user_ids(cert),
        algorithm: algorithm_words(key),
        created: timestamp(key.creation_time()),
        expires: primary.expires.map(timestamp),
        can_sign,
        warnings: warnings(&primary, keys, can_sign, now),
        revoked: primary.revoked.map(|revoked| revoked.reason),
    })
}

fn user_ids(cert: &Cert) -> Vec<String> {
    let standing =
        cert.userids().filter(|ua| ua.self_signatures().next().is_some() && ua.self_revocations().next().is_none());
    standing.take(MAX_USER_IDS).map(|ua| printable(ua.userid().value())).collect()
}

fn warnings(primary: &Primary, keys: &[ComponentKey], can_sign: bool, now: SystemTime) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(Revocation { reason, .. }) = &primary.revoked {
        warnings.push(format!("the key is revoked ({reason}): its signatures do not count"));
    } else if !can_sign {
        warnings.push("neither the primary key nor a subkey may sign: it can never attest".to_owned());
    }
    if let Some(expired) = primary.expires.filter(|expires| *expires <= now) {
        warnings.push(format!("the key expired at {}", timestamp(expired)));
    }
    warnings.extend(keys.iter().filter(|key| key.may_sign).find_map(|key| weak_key(&key.key)));
    warnings
}

fn revocation_words(revocation: &Signature) -> String {
    let Some((code, text)) = revocation.reason_for_revocation() else { return "no reason given".to_owned() };
    let code = match code {
        ReasonForRevocation::KeySuperseded => "superseded by another key",
        ReasonForRevocation::KeyCompromised => "compromised",
        ReasonForRevocation::KeyRetired => "no longer used",
        _ => "no reason given",
    };
    let text = printable(text);
    if text.is_empty() { code.to_owned() } else { format!("{code}: {text}") }
}

/// Text of a stranger: control characters are replaced, and its length is bounded.
fn printable(bytes: &[u8]) -> String {
    let replaced = String::from_utf8_lossy(bytes);
    replaced.chars().take(256).map(printed).collect()
}

/// Whole seconds, which is what OpenPGP has.
pub(super) fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::MAX)
}

/// The library's reason, in bounded length.
pub(super) fn error_words(error: &sequoia_openpgp::anyhow::Error) -> String {
    // The library prints the object identifier of an unknown curve, which overflows if it is long.
    if let Some(Error::UnsupportedEllipticCurve(curve)) = error.downcast_ref() {
        return format!("an elliptic curve that is not supported: {}", curve_words(curve));
    }
    printable(error.to_string().as_bytes())
}
