//! Signing with a private key that was decrypted, by AWS-LC: RSA and Ed25519.
//!
//! The pure Rust backend of the OpenPGP library computes RSA with integers that it does not wipe and in a time that
//! depends on the key. AWS-LC wipes all memory that it frees and is constant-time, and the program holds it already,
//! for TLS. What is in between here is wiped too. Keys of other kinds (DSA, other curves, RSA below 2048 bits) are left
//! to the library.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{
    Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
    RsaPublicKeyComponents,
};
use sequoia_openpgp::anyhow::{Result, anyhow};
use sequoia_openpgp::crypto::{self, KeyPair, mpi};
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{PublicParts, SecretKeyMaterial, SecretParts, UnspecifiedRole};
use sequoia_openpgp::types::{Curve, HashAlgorithm};

use crate::residue::residue_below;

/// The sizes of RSA keys that AWS-LC signs with, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The hashes of RSA signatures: how AWS-LC names them, and their padding (PKCS#1 v1.5).
const HASHES: [(HashAlgorithm, &digest::Algorithm, &'static dyn RsaEncoding); 3] = [
    (HashAlgorithm::SHA256, &digest::SHA256, &RSA_PKCS1_SHA256),
    (HashAlgorithm::SHA384, &digest::SHA384, &RSA_PKCS1_SHA384),
    (HashAlgorithm::SHA512, &digest::SHA512, &RSA_PKCS1_SHA512),
];

/// A key that signs, until it is dropped.
pub(super) struct PrivateKey {
    public: Key<PublicParts, UnspecifiedRole>,
    secret: Secret,
}

enum Secret {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Library(Box<KeyPair>),
}

impl PrivateKey {
    /// Takes a key whose private half is not encrypted. Fails where the private half is none of the public one.
    pub(super) fn open(key: Key<SecretParts, UnspecifiedRole>) -> Result<Self> {
        let SecretKeyMaterial::Unencrypted(unencrypted) = key.secret() else {
            return Err(anyhow!("the private key is encrypted"));
        };
        let secret = unencrypted.map(|secret| read(key.mpis(), secret)).transpose()?;
        let public = key.parts_as_public().clone();
        let secret = match secret {
            Some(secret) => secret,
            None => Secret::Library(Box::new(key.into_keypair()?)),
        };
        Ok(Self { public, secret })
    }
}

/// The key as AWS-LC has it; nothing where the library has to sign.
fn read(public: &mpi::PublicKey, secret: &mpi::SecretKeyMaterial) -> Option<Result<Secret>> {
    match (public, secret) {
        (mpi::PublicKey::RSA { e, n }, mpi::SecretKeyMaterial::RSA { d, p, q, u }) if RSA_BITS.contains(&n.bits()) => {
            let public_key = RsaPublicKeyComponents { n: n.value(), e: e.value() };
            // OpenPGP has the inverse of p modulo q (RFC 9580, 5.5.5.1), PKCS#1 that of q modulo p (RFC 8017, 3.2): the
            // primes change places.
            let (p, q) = (q.value(), p.value());
            let components = KeyPairComponents {
                public_key,
                d: d.value(),
                p,
                q,
                dP: &residue_below(d.value(), p),
                dQ: &residue_below(d.value(), q),
                qInv: u.value(),
            };
            Some(RsaKeyPair::from_components(&components).map(Secret::Rsa).map_err(|error| rejected(&error)))
        }
        (mpi::PublicKey::EdDSA { curve: curve @ Curve::Ed25519, q }, mpi::SecretKeyMaterial::EdDSA { scalar }) => {
            let (point, _) = q.decode_point(curve).ok()?;
            Some(ed25519(&scalar.value_padded(32), point))
        }
        (mpi::PublicKey::Ed25519 { a }, mpi::SecretKeyMaterial::Ed25519 { x }) => Some(ed25519(x, a)),
        _ => None,
    }
}

fn ed25519(seed: &[u8], public: &[u8]) -> Result<Secret> {
    let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public);
    pair.map(Secret::Ed25519).map_err(|error| rejected(&error))
}

fn rejected(error: &aws_lc_rs::error::KeyRejected) -> sequoia_openpgp::anyhow::Error {
    Rejected(error.to_string()).into()
}

/// The numbers of a key do not belong together.
#[derive(Debug, thiserror::Error)]
#[error("the private key does not fit its public half ({0})")]
pub(super) struct Rejected(String);

impl crypto::Signer for PrivateKey {
    fn public(&self) -> &Key<PublicParts, UnspecifiedRole> {
        &self.public
    }

    fn sign(&mut self, hash_algo: HashAlgorithm, digest: &[u8]) -> Result<mpi::Signature> {
        match &mut self.secret {
            Secret::Rsa(pair) => sign_rsa(pair, hash_algo, digest),
            Secret::Ed25519(pair) => {
                let signature = pair.sign(digest);
                let (r, s) = signature.as_ref().split_at_checked(32).ok_or_else(|| anyhow!("a short signature"))?;
                if let mpi::PublicKey::Ed25519 { .. } = self.public.mpis() {
                    let whole: [u8; 64] = signature.as_ref().try_into()?;
                    return Ok(mpi::Signature::Ed25519 { s: Box::new(whole) });
                }
                Ok(mpi::Signature::EdDSA { r: mpi::MPI::new(r), s: mpi::MPI::new(s) })
            }
            Secret::Library(pair) => pair.sign(hash_algo, digest),
        }
    }
}

fn sign_rsa(pair: &RsaKeyPair, hash: HashAlgorithm, digest: &[u8]) -> Result<mpi::Signature> {
    let found = HASHES.iter().find(|(of, ..)| *of == hash);
    let (_, algorithm, encoding) = found.ok_or_else(|| anyhow!("RSA signatures by {hash} are not made"))?;
    let digest = Digest::import_less_safe(digest, algorithm)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(*encoding, &digest, &mut signature)?;
    Ok(mpi::Signature::RSA { s: mpi::MPI::new(&signature) })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sequoia_openpgp::cert::CipherSuite;
    use sequoia_openpgp::crypto::Signer as _;
    use sequoia_openpgp::packet::key::Key4;

    use super::*;
    use crate::fixtures::builder;

    /// The library verifies what is signed here, whatever made the key.
    #[rstest]
    #[case(CipherSuite::RSA2k)]
    #[case(CipherSuite::RSA3k)]
    #[case(CipherSuite::Cv25519)]
    #[case(CipherSuite::P256)]
    fn the_library_verifies_what_is_signed(#[case] suite: CipherSuite) {
        let cert = builder("qa").set_cipher_suite(suite).generate().unwrap().0;
        let key = cert.primary_key().key().clone().parts_into_secret().unwrap().role_into_unspecified();
        let mut private = PrivateKey::open(key.clone()).unwrap();
        assert_eq!(matches!(private.secret, Secret::Library(_)), suite == CipherSuite::P256);
        for hash in [HashAlgorithm::SHA256, HashAlgorithm::SHA512] {
            let mut digest = vec![7; hash.digest_size().unwrap()];
            let signature = private.sign(hash, &digest).unwrap();
            assert!(key.verify(&signature, hash, &digest).is_ok(), "{hash}");
            digest[0] ^= 1;
            assert!(key.verify(&signature, hash, &digest).is_err(), "{hash}");
        }
    }

    #[test]
    fn a_private_half_of_another_key_signs_nothing() {
        let made = || builder("qa").set_cipher_suite(CipherSuite::RSA2k).generate().unwrap().0;
        let of = |cert: &sequoia_openpgp::Cert| {
            cert.primary_key().key().clone().parts_into_secret().unwrap().role_into_unspecified()
        };
        let (one, other) = (of(&made()), of(&made()));
        let mixed: Key4<SecretParts, UnspecifiedRole> =
            Key4::with_secret(one.creation_time(), one.pk_algo(), one.mpis().clone(), other.secret().clone()).unwrap();
        assert!(PrivateKey::open(mixed.into()).is_err());
    }
}
