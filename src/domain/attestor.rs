//! Attestors and their public keys (`resources.proto`, messages `Attestor`, `AttestorPublicKey`).

use crate::name::{AttestorName, NoteName};

/// A note with public keys: whoever holds one of the private keys can vouch for an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestor {
    pub name: AttestorName,
    pub description: String,
    pub note: NoteName,
    /// The keys that it trusts. Without keys an attestor never attests.
    pub keys: Vec<PublicKey>,
    /// The identity that reads the note's occurrences; output only.
    pub service_account_email: Option<String>,
    /// RFC 3339; output only.
    pub update_time: Option<String>,
    pub etag: Option<String>,
}

/// One key of an attestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// PGP: the 40 upper-case hexadecimal digits of the primary key's fingerprint. PKIX: a URI.
    /// Attestations name it by exactly this string.
    pub id: String,
    pub comment: String,
    pub material: KeyMaterial,
}

impl PublicKey {
    /// What kind of key it is: `OpenPGP`, or the API's name of the algorithm.
    pub fn algorithm(&self) -> &str {
        match &self.material {
            KeyMaterial::Pgp { .. } => "OpenPGP",
            KeyMaterial::Pkix { signature_algorithm, .. } => signature_algorithm,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// `asciiArmoredPgpPublicKey`.
    Pgp { armor: String },
    /// `pkixPublicKey`; the algorithm by its API name, for example `ECDSA_P256_SHA256`.
    Pkix { pem: String, signature_algorithm: String },
}
