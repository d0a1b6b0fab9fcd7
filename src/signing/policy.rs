//! Which algorithms are taken: those that the service is known or thought to take.
//!
//! SHA-1 signatures and short RSA and DSA keys are taken with a warning, because a simulation that
//! refused them would show a denial where the cloud admits: the reference library (`kritis`, over
//! `golang.org/x/crypto/openpgp`) checks with whatever hash a signature names. MD5, RIPEMD-160 and
//! unknown critical subpackets are refused. Whether the service itself takes SHA-1 is *inferred*.

use std::sync::LazyLock;

use sequoia_openpgp::packet::{Key, key};
use sequoia_openpgp::policy::{AsymmetricAlgorithm, StandardPolicy};
use sequoia_openpgp::types::{Curve, HashAlgorithm, PublicKeyAlgorithm};
use sequoia_openpgp::{crypto::mpi, packet::Signature};

/// No cutoff dates: what is valid today stays valid whatever the clock says.
pub(super) static POLICY: LazyLock<StandardPolicy<'static>> = LazyLock::new(|| {
    let mut policy = StandardPolicy::new();
    for algorithm in AsymmetricAlgorithm::variants() {
        policy.accept_asymmetric_algo(algorithm);
    }
    policy.accept_hash(HashAlgorithm::SHA1);
    policy
});

/// The key's algorithm in words: `RSA 2048`, `Ed25519`.
pub(super) fn algorithm_words(key: &Key<key::PublicParts, key::UnspecifiedRole>) -> String {
    match key.mpis() {
        mpi::PublicKey::RSA { n, .. } => format!("RSA {}", n.bits()),
        mpi::PublicKey::DSA { p, .. } => format!("DSA {}", p.bits()),
        mpi::PublicKey::ElGamal { p, .. } => format!("ElGamal {}", p.bits()),
        mpi::PublicKey::EdDSA { curve, .. } => curve_words(curve).to_owned(),
        mpi::PublicKey::ECDSA { curve, .. } => format!("ECDSA {}", curve_words(curve)),
        mpi::PublicKey::ECDH { curve, .. } => format!("ECDH {}", curve_words(curve)),
        _ => other_words(key.pk_algo()),
    }
}

/// Names a curve by our own table: the library prints an unknown curve's object identifier, which may be of any length
/// and overflow there.
pub(super) fn curve_words(curve: &Curve) -> &'static str {
    match curve {
        Curve::NistP256 => "P-256",
        Curve::NistP384 => "P-384",
        Curve::NistP521 => "P-521",
        Curve::BrainpoolP256 => "Brainpool P-256",
        Curve::BrainpoolP384 => "Brainpool P-384",
        Curve::BrainpoolP512 => "Brainpool P-512",
        Curve::Ed25519 => "Ed25519",
        Curve::Cv25519 => "X25519",
        _ => "of an unknown curve",
    }
}

fn other_words(algorithm: PublicKeyAlgorithm) -> String {
    match algorithm {
        PublicKeyAlgorithm::Ed25519 => "Ed25519".to_owned(),
        PublicKeyAlgorithm::Ed448 => "Ed448".to_owned(),
        PublicKeyAlgorithm::X25519 => "X25519".to_owned(),
        PublicKeyAlgorithm::X448 => "X448".to_owned(),
        other => format!("algorithm {}", u8::from(other)),
    }
}

/// What is weak about a key that signs.
pub(super) fn weak_key(key: &Key<key::PublicParts, key::UnspecifiedRole>) -> Option<String> {
    let short = match key.mpis() {
        mpi::PublicKey::RSA { n, .. } => n.bits() < 2048,
        mpi::PublicKey::DSA { .. } => true,
        _ => false,
    };
    short.then(|| format!("{} is weak: use RSA of 2048 bits or more, or Ed25519", algorithm_words(key)))
}

/// What is weak about a signature.
pub(super) fn weak_signature(signature: &Signature) -> Option<String> {
    (signature.hash_algo() == HashAlgorithm::SHA1)
        .then(|| "the signature hashes with SHA-1, which is broken: sign again with SHA-256 or better".to_owned())
}

/// The largest key in bits whose signatures are worth the time to check.
pub(super) const MAX_KEY_BITS: usize = 16_384;

/// The bits of the modulus; 0 for curves.
pub(super) fn modulus_bits(key: &Key<key::PublicParts, key::UnspecifiedRole>) -> usize {
    match key.mpis() {
        mpi::PublicKey::RSA { n: modulus, .. } | mpi::PublicKey::DSA { p: modulus, .. } => modulus.bits(),
        _ => 0,
    }
}
