//! Private keys at rest: sealed with AES-256-GCM under one key, which lies in a file beside the
//! store, for its owner alone. A sealed key is bound to the name of its version, so that one cannot be
//! put in the place of another.

use std::fmt;
use std::io;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The one key under which all others lie.
#[derive(Clone)]
pub(crate) struct Vault(Arc<RandomizedNonceKey>);

/// The text of the vault's file is no key, or what was sealed is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox's private keys cannot be read: the file of their key was replaced or damaged")]
pub struct Sealed;

impl Vault {
    /// A new key as it is stored: 32 random bytes in base64.
    pub(crate) fn generate() -> io::Result<Zeroizing<String>> {
        let mut bytes = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_unspecified| io::Error::other("no random numbers"))?;
        Ok(Zeroizing::new(STANDARD.encode(bytes.as_slice())))
    }

    /// The one that was stored.
    pub(crate) fn from_stored(text: &str) -> Result<Self, Sealed> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_damaged| Sealed)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_length| Sealed)?;
        Ok(Self(Arc::new(key)))
    }

    /// The nonce, then the encrypted bytes with their tag.
    pub(super) fn seal(&self, name: &str, secret: &[u8]) -> Result<Vec<u8>, Sealed> {
        // With room for the tag: a vector that moved would leave the secret behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(secret.len() + AES_256_GCM.tag_len()));
        bytes.extend_from_slice(secret);
        let nonce =
            self.0.seal_in_place_append_tag(Aad::from(name.as_bytes()), &mut *bytes).map_err(|_unspecified| Sealed)?;
        Ok([nonce.as_ref().as_slice(), &bytes].concat())
    }

    pub(super) fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Sealed> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_length| Sealed)?;
        let mut bytes = Zeroizing::new(rest.to_vec());
        let opened =
            self.0.open_in_place(nonce, Aad::from(name.as_bytes()), &mut bytes).map_err(|_unspecified| Sealed)?.len();
        bytes.truncate(opened);
        Ok(bytes)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::from_stored(&Vault::generate().unwrap()).unwrap()
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_name_and_its_vault_alone() {
        let vault = vault();
        let sealed = vault.seal("a", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(vault.open("a", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(vault.open("b", &sealed), Err(Sealed));
        assert_eq!(self::vault().open("a", &sealed), Err(Sealed));
        let mut damaged = sealed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(vault.open("a", &damaged), Err(Sealed));
        assert_eq!(vault.open("a", &sealed[..5]), Err(Sealed));
        assert_ne!(vault.seal("a", b"secret").unwrap(), sealed, "a nonce is never used twice");
    }

    #[test]
    fn a_damaged_file_is_no_key() {
        assert!(Vault::from_stored("").is_err());
        assert!(Vault::from_stored("AAAA").is_err());
        assert_eq!(format!("{:?}", vault()), "Vault(…)");
    }
}
