//! The keys of this machine: one armored file for each, named by its fingerprint, in a directory
//! that the caller gives.
//!
//! Private keys are encrypted with their passphrase at rest, and in memory until the moment of
//! signing. Files are 0600 in a 0700 directory and are written whole or not at all. Everything
//! here blocks; signing takes some tenths of a second, because the passphrase is made slow to guess.

mod error;
mod files;
mod secret;
mod sign;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::error::{KeyringError, SignError};
use self::files::Stamp;
pub use self::secret::SecretCert;
use super::armor::Block;
use super::certificate;
use super::public_key::KeyError;
use domain::key::{DamagedKey, Fingerprint, KeyList, LocalKey, Passphrase};

/// What the names of key files end with.
const ENDING: &str = ".asc";

/// A directory of keys; cheap to clone and to share.
#[derive(Debug, Clone)]
pub struct Keyring {
    directory: PathBuf,
    /// What the files held when they were last read, so that listing again costs little.
    seen: Arc<Mutex<HashMap<String, Seen>>>,
}

/// A key file as it was read, or why it could not be.
type Seen = (Stamp, Result<LocalKey, String>);

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub key: LocalKey,
    pub change: KeyringChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyringChange {
    /// The keyring did not have the key.
    Added,
    /// The key was there, and has more to it now.
    Merged,
    /// There was nothing new.
    Unchanged,
}

impl Keyring {
    /// The keyring in a directory, which is made (0700) when the first key is kept; until then it cannot be listed.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), seen: Arc::default() }
    }

    /// The keyring in a directory, which is made (0700) if it is not there.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, KeyringError> {
        let keyring = Self::new(directory);
        keyring.make_directory()?;
        Ok(keyring)
    }

    fn make_directory(&self) -> Result<(), KeyringError> {
        let failed = |source| KeyringError::Directory { directory: self.directory.clone(), source };
        files::make_directory(&self.directory).map_err(failed)
    }

    /// All keys, and the files that hold none. A damaged file does not hide the others.
    pub fn list(&self) -> Result<KeyList, KeyringError> {
        let found = files::list(&self.directory, ENDING)
            .map_err(|source| KeyringError::Directory { directory: self.directory.clone(), source })?;
        let mut list = KeyList::default();
        for (file, stamp) in found {
            match self.look(&file, stamp) {
                Ok(key) => list.keys.push(key),
                Err(reason) => list.damaged.push(DamagedKey { file, reason }),
            }
        }
        Ok(list)
    }

    /// Keeps a key that was made.
    pub fn store(&self, made: &SecretCert) -> Result<LocalKey, KeyringError> {
        self.write(made)?;
        Ok(made.local_key())
    }

    /// Takes an armored private or public key, and adds it to what is known of the key.
    ///
    /// A private key that is not encrypted is encrypted with the passphrase, without which it is
    /// refused. If one that is encrypted comes with a passphrase, that must be its own.
    pub fn import(&self, armor: &str, passphrase: Option<&Passphrase>) -> Result<Imported, KeyringError> {
        let new = parse(armor)?.encrypt(passphrase)?;
        if passphrase.is_some_and(|passphrase| !new.opens_with(passphrase)) {
            return Err(KeyringError::WrongPassphrase);
        }
        self.make_directory()?;
        let failed = |source| KeyringError::Directory { directory: self.directory.clone(), source };
        let _lock = files::lock(&self.directory).map_err(failed)?;
        let Some(old) = self.load(&new.info().fingerprint)? else {
            return Ok(Imported { key: self.store(&new)?, change: KeyringChange::Added });
        };
        // Only a private key that a passphrase was seen to open replaces the one that is here.
        let merged = if passphrase.is_some() { new.merged_over(&old)? } else { old.merged_over(&new)? };
        if merged.armored()? == old.armored()? {
            return Ok(Imported { key: old.local_key(), change: KeyringChange::Unchanged });
        }
        Ok(Imported { key: self.store(&merged)?, change: KeyringChange::Merged })
    }

    /// The public key, armored, as `gpg --armor --export` prints it.
    pub fn export(&self, fingerprint: &Fingerprint) -> Result<String, KeyringError> {
        let bytes = self.existing(fingerprint)?.armored_public()?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Removes a key with its private half, which nothing brings back; also a damaged one.
    pub fn delete(&self, fingerprint: &Fingerprint) -> Result<(), KeyringError> {
        let path = self.path(fingerprint);
        files::remove(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyringError::NotFound(fingerprint.clone()),
            _ => KeyringError::File { path, source },
        })
    }

    /// Signs a payload as `gpg --armor --sign` does: an armored, attached message.
    pub fn sign(
        &self,
        fingerprint: &Fingerprint,
        passphrase: &Passphrase,
        payload: &[u8],
    ) -> Result<String, SignError> {
        sign::sign(&self.existing(fingerprint)?, passphrase, payload)
    }

    fn path(&self, fingerprint: &Fingerprint) -> PathBuf {
        self.directory.join(format!("{fingerprint}{ENDING}"))
    }

    fn existing(&self, fingerprint: &Fingerprint) -> Result<SecretCert, KeyringError> {
        self.load(fingerprint)?.ok_or_else(|| KeyringError::NotFound(fingerprint.clone()))
    }

    fn load(&self, fingerprint: &Fingerprint) -> Result<Option<SecretCert>, KeyringError> {
        let path = self.path(fingerprint);
        let text = match files::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) if source.kind() == io::ErrorKind::InvalidData => {
                return Err(KeyringError::Damaged { path, reason: source.to_string() });
            }
            Err(source) => return Err(KeyringError::File { path, source }),
        };
        parse_file(&text, fingerprint).map(Some).map_err(|reason| KeyringError::Damaged { path, reason })
    }

    fn write(&self, key: &SecretCert) -> Result<(), KeyringError> {
        self.make_directory()?;
        let path = self.path(&key.info().fingerprint);
        files::replace(&path, &key.armored()?).map_err(|source| KeyringError::File { path, source })
    }

    /// What a file holds, from memory unless it was written since.
    fn look(&self, file: &str, stamp: Stamp) -> Result<LocalKey, String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(file) {
            Some((then, known)) if *then == stamp => known.clone(),
            _ => {
                let read = read_file(&self.directory, file);
                seen.insert(file.to_owned(), (stamp, read.clone()));
                read
            }
        }
    }
}

fn read_file(directory: &Path, file: &str) -> Result<LocalKey, String> {
    let stem = file.strip_suffix(ENDING).unwrap_or(file);
    let fingerprint: Fingerprint = stem.parse().map_err(|error| format!("its name is not that of a key: {error}"))?;
    let text = files::read(&directory.join(file)).map_err(|error| error.to_string())?;
    parse_file(&text, &fingerprint).map(|key| key.local_key())
}

fn parse_file(text: &str, expected: &Fingerprint) -> Result<SecretCert, String> {
    let key = parse(text).map_err(|error| error.to_string())?;
    if key.info().fingerprint == *expected {
        Ok(key)
    } else {
        Err(format!("it holds the key {}", key.info().fingerprint))
    }
}

/// The one private or public key in an armored text.
fn parse(armor: &str) -> Result<SecretCert, KeyError> {
    match certificate::block(armor)? {
        Block::PublicKey | Block::PrivateKey => SecretCert::read(certificate::parse_one(armor)?),
        other => Err(KeyError::NotAKey { found: other.words() }),
    }
}

#[cfg(test)]
mod tests;
