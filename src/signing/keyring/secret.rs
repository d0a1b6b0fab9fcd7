//! A certificate together with its private keys, as far as this machine has them.

use std::fmt;
use std::time::SystemTime;

use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::crypto::S2K;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{SecretKeyMaterial, SecretParts, UnspecifiedRole};
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::{Cert, Packet};

use super::error::{KeyringError, SignError};
use crate::certificate::{Certificate, ComponentKey, error_words, timestamp};
use crate::public_key::KeyError;
use domain::key::{LocalKey, Passphrase, PublicKeyInfo, SecretKey};

/// The most memory times passes that the passphrase of a key may take with Argon2, in KiB: some
/// seconds. GnuPG does not use Argon2; a key that asks for terabytes is made to harm.
const MAX_ARGON2_WORK: u64 = 1 << 22;

/// A key that was made or read; its private half, if it has one, is encrypted.
pub struct SecretCert {
    cert: Cert,
    certificate: Certificate,
}

impl SecretCert {
    /// Checks the self-signatures.
    pub(crate) fn read(cert: Cert) -> Result<Self, KeyError> {
        Ok(Self { certificate: Certificate::of_cert(&cert)?, cert })
    }

    pub fn info(&self) -> &PublicKeyInfo {
        self.certificate.info()
    }

    /// What lists show of the key.
    pub fn local_key(&self) -> LocalKey {
        let secret = if self.private_keys().next().is_some() { SecretKey::Encrypted } else { SecretKey::Absent };
        LocalKey { info: self.info().clone(), secret }
    }

    #[cfg(test)]
    pub(super) fn cert(&self) -> &Cert {
        &self.cert
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The whole key, private half included, as its file holds it.
    pub(super) fn armored(&self) -> Result<Vec<u8>, KeyringError> {
        self.cert.as_tsk().armored().to_vec().map_err(|error| library(&error))
    }

    /// The public half alone.
    pub(super) fn armored_public(&self) -> Result<Vec<u8>, KeyringError> {
        self.cert.armored().to_vec().map_err(|error| library(&error))
    }

    /// Encrypts every private key in the key; the rest stays as it is.
    pub(super) fn encrypt(self, passphrase: Option<&Passphrase>) -> Result<Self, KeyringError> {
        let open: Vec<_> = self.cert.keys().unencrypted_secret().map(|ka| ka.key().clone()).collect();
        if open.is_empty() {
            return Ok(self);
        }
        let passphrase = passphrase.filter(|passphrase| !passphrase.is_empty());
        let password = passphrase.ok_or(KeyringError::PassphraseMissing)?.expose().into();
        let primary = self.cert.fingerprint();
        let closed = open.into_iter().map(|key| {
            let key = key.encrypt_secret(&password)?;
            Ok(if key.fingerprint() == primary {
                Packet::from(key.role_into_primary())
            } else {
                Packet::from(key.role_into_subordinate())
            })
        });
        let closed = closed.collect::<Result<Vec<Packet>, _>>().map_err(|error| library(&error))?;
        let (cert, _) = self.cert.insert_packets(closed).map_err(|error| library(&error))?;
        Ok(Self::read(cert)?)
    }

    /// Whether the passphrase is that of the key which would sign.
    pub(super) fn opens_with(&self, passphrase: &Passphrase) -> bool {
        self.private_keys().next().is_none_or(|(key, _)| key.decrypt_secret(&passphrase.expose().into()).is_ok())
    }

    /// Everything in both; where both have a private key, that of `self`.
    pub(super) fn merged_over(&self, other: &Self) -> Result<Self, KeyringError> {
        let merged = other.cert.clone().merge_public_and_secret(self.cert.clone());
        Ok(Self::read(merged.map_err(|error| library(&error))?)?)
    }

    /// The private key to sign with: as GnuPG chooses, the newest subkey that may, or the primary
    /// key.
    pub(super) fn signing_key(&self) -> Result<Key<SecretParts, UnspecifiedRole>, SignError> {
        let now = SystemTime::now();
        let mut obstacle = None;
        for (key, component) in self.private_keys() {
            let reason = match (&component.revoked, component.expires) {
                (Some(revoked), _) => format!("it is revoked ({})", revoked.reason),
                (None, Some(at)) if at <= now => format!("it expired at {}", timestamp(at)),
                (None, _) => return Ok(key),
            };
            obstacle.get_or_insert(reason);
        }
        let never =
            || (!self.certificate.may_sign()).then(|| "neither the primary key nor a subkey may sign".to_owned());
        Err(obstacle.or_else(never).map_or(SignError::NoSecretKey, |reason| SignError::CannotSign { reason }))
    }

    /// The private keys that may sign: subkeys, newest first, then the primary key.
    fn private_keys(&self) -> impl Iterator<Item = (Key<SecretParts, UnspecifiedRole>, &ComponentKey)> {
        let keys = self.cert.keys().secret().filter(|ka| is_usable(ka.key().secret()));
        let mut keys: Vec<_> = keys
            .filter_map(|ka| {
                let component = self.certificate.key(&ka.key().key_handle())?;
                component.may_sign.then(|| (ka.primary(), ka.key().clone(), component))
            })
            .collect();
        keys.sort_by_key(|(primary, key, _)| (*primary, std::cmp::Reverse(key.creation_time())));
        keys.into_iter().map(|(_, key, component)| (key, component))
    }
}

impl fmt::Debug for SecretCert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretCert({})", self.info().fingerprint)
    }
}

/// Whether there is a private key at all (GnuPG exports stubs for keys on cards), and one that a
/// passphrase opens in bounded time and memory.
fn is_usable(secret: &SecretKeyMaterial) -> bool {
    match secret {
        SecretKeyMaterial::Unencrypted(_) => true,
        SecretKeyMaterial::Encrypted(encrypted) => match encrypted.s2k() {
            S2K::Argon2 { t, m, .. } => {
                let memory = 1_u64.checked_shl(u32::from(*m)).unwrap_or(u64::MAX);
                memory.saturating_mul(u64::from(*t)) <= MAX_ARGON2_WORK
            }
            other => other.is_supported(),
        },
    }
}

fn library(error: &sequoia_openpgp::anyhow::Error) -> KeyringError {
    KeyringError::Library { detail: error_words(error) }
}
