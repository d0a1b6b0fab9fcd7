//! Keys that sign attestations, as values: fingerprints, what a key says of itself, passphrases.
//!
//! Reading, making and using keys is `signing`'s; these types are here so that forms and lists can
//! hold them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use zeroize::Zeroizing;

/// The fingerprint of a version 4 OpenPGP key: 40 upper-case hexadecimal digits (RFC 9580, 5.5.4.2).
/// Binary Authorization uses that of the primary key as the id of a PGP key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// Why a text is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a fingerprint: it must have 40 hexadecimal digits")]
pub struct FingerprintError {
    found: String,
}

impl Fingerprint {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Lower case and the spaces with which GnuPG groups the digits are taken too.
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits: String = text.chars().filter(|c| *c != ' ').take(41).collect();
        if digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(digits.to_ascii_uppercase()))
        } else {
            Err(FingerprintError { found: text.chars().take(80).collect() })
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an OpenPGP certificate says of itself, after its self-signatures were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeyInfo {
    /// The fingerprint of the primary key: the `publicKeyId` of attestations.
    pub fingerprint: Fingerprint,
    /// As they stand, `Name <address>`; revoked ones are left out.
    pub user_ids: Vec<String>,
    /// The algorithm of the primary key, in words: `RSA 2048`, `Ed25519`.
    pub algorithm: String,
    pub created: Timestamp,
    /// When the primary key expires. The service is not known to look at it.
    pub expires: Option<Timestamp>,
    /// Whether the primary key or a subkey may sign and is not revoked.
    pub can_sign: bool,
    /// Why the primary key was revoked.
    pub revoked: Option<String>,
    /// What a careful reader wants to know, each a sentence.
    pub warnings: Vec<String>,
}

/// The kinds of key that the workbench makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyAlgorithm {
    /// What the codelab makes.
    #[default]
    Rsa2048,
    Rsa3072,
    Rsa4096,
    Ed25519,
}

impl KeyAlgorithm {
    pub const ALL: [Self; 4] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096, Self::Ed25519];
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa2048 => "RSA 2048",
            Self::Rsa3072 => "RSA 3072",
            Self::Rsa4096 => "RSA 4096",
            Self::Ed25519 => "Ed25519",
        })
    }
}

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySpec {
    pub algorithm: KeyAlgorithm,
    /// The name and the address of the user id; one of them may be empty.
    pub name: String,
    pub email: String,
}

/// A key of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalKey {
    pub info: PublicKeyInfo,
    pub secret: SecretKey,
}

/// Which secret parts of a key this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKey {
    /// None: it can be given to an attestor, and sign nothing.
    Absent,
    /// The secret of a key that may sign (unless it is revoked or expired), encrypted with a passphrase.
    Encrypted,
}

/// A file of the keyring that holds no key which can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedKey {
    /// Its name in the keyring's directory.
    pub file: String,
    pub reason: String,
}

/// Everything in a keyring.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyList {
    /// The keys in the order of their fingerprints.
    pub keys: Vec<LocalKey>,
    pub damaged: Vec<DamagedKey>,
}

/// A passphrase: wiped when dropped, and never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, for the moment in which it is used.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_has_forty_digits_in_any_case_and_grouping() {
        let upper = "C0FFEE00C0FFEE00C0FFEE00C0FFEE00C0FFEE00";
        for text in [upper, &upper.to_lowercase(), "C0FF EE00 C0FF EE00 C0FF  EE00 C0FF EE00 C0FF EE00"] {
            assert_eq!(text.parse::<Fingerprint>().unwrap().as_str(), upper);
        }
        for text in
            ["", "C0FFEE", &format!("{upper}0"), &upper.replace('C', "G"), "../../../../../../../../../../etc/passwd"]
        {
            text.parse::<Fingerprint>().unwrap_err();
        }
    }

    #[test]
    fn a_passphrase_is_never_printed() {
        assert_eq!(format!("{:?}", Passphrase::new("secret".to_owned())), "Passphrase(…)");
    }
}
