//! Why the keyring could not do something.

use std::io;
use std::path::PathBuf;

use crate::key_error::KeyError;
use crate::openpgp::MAX_MESSAGE_BYTES;
use domain::key::Fingerprint;

/// Why the keyring could not do something.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("the keyring {directory}: {source}", directory = directory.display())]
    Directory { directory: PathBuf, source: io::Error },
    #[error("the key file {path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("this machine has no key {0}")]
    NotFound(Fingerprint),
    #[error("the key file {path} is damaged ({reason}): restore it, or delete it and import the key again", path = path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the private key is not encrypted: give a passphrase to keep it with")]
    PassphraseMissing,
    #[error("the passphrase is not that of the key")]
    WrongPassphrase,
    #[error("the key could not be written: {detail}")]
    Library { detail: String },
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error("this machine has only the public half of the key: import the private one, or sign with another key")]
    NoSecretKey,
    #[error("the key cannot sign: {reason}")]
    CannotSign { reason: String },
    #[error("the passphrase is not that of the key")]
    WrongPassphrase,
    #[error("the payload is larger than {limit} bytes", limit = MAX_MESSAGE_BYTES)]
    TooLarge,
    #[error("the private key does not fit its public half: import it again")]
    Mismatch,
    #[error("the payload could not be signed: {detail}")]
    Failed { detail: String },
}
