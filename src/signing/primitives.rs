//! The mathematics of the signatures that attestors use, by AWS-LC: RSA (PKCS#1 v1.5) and Ed25519.
//!
//! The pure Rust backend of the OpenPGP library takes four to ten times as long for RSA, takes no
//! RSA key above 4096 bits, and keeps a record of all signatures it has seen, which grows without
//! end. What is not in the tables here is left to it.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{
    ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents,
};
use sequoia_openpgp::crypto::mpi;
use sequoia_openpgp::packet::{Key, Signature, key};
use sequoia_openpgp::types::{Curve, HashAlgorithm};

/// The hashes of RSA signatures, with their parameters of AWS-LC. Its key sizes are 2048 to 8192 bits.
const HASHES: [(HashAlgorithm, &digest::Algorithm, &RsaParameters); 3] = [
    (HashAlgorithm::SHA256, &digest::SHA256, &RSA_PKCS1_2048_8192_SHA256),
    (HashAlgorithm::SHA384, &digest::SHA384, &RSA_PKCS1_2048_8192_SHA384),
    (HashAlgorithm::SHA512, &digest::SHA512, &RSA_PKCS1_2048_8192_SHA512),
];

/// A key that was made ready to check signatures.
#[derive(Debug)]
pub(super) enum ReadyKey {
    Rsa {
        bytes: usize,
        /// The keys as each hash of [`HASHES`] wants them, in that order.
        parsed: [ParsedPublicKey; 3],
    },
    Ed25519(ParsedPublicKey),
}

impl ReadyKey {
    /// Nothing where the library has to check.
    pub(super) fn read(key: &Key<key::PublicParts, key::UnspecifiedRole>) -> Option<Self> {
        match key.mpis() {
            mpi::PublicKey::RSA { e, n } => rsa(e, n),
            mpi::PublicKey::EdDSA { curve: curve @ Curve::Ed25519, q } => ed25519(q.decode_point(curve).ok()?.0),
            mpi::PublicKey::Ed25519 { a } => ed25519(a),
            _ => None,
        }
    }

    /// Whether the signature is one of this digest; nothing where the library has to say.
    pub(super) fn verify(&self, signature: &Signature, digest: &[u8]) -> Option<bool> {
        match (self, signature.mpis()) {
            (Self::Rsa { bytes, parsed }, mpi::Signature::RSA { s }) => {
                let at = HASHES.iter().position(|(hash, ..)| *hash == signature.hash_algo())?;
                let (parsed, (_, algorithm, _)) = (parsed.get(at)?, HASHES.get(at)?);
                let digest = Digest::import_less_safe(digest, algorithm).ok()?;
                // OpenPGP leaves out the leading zeros, which PKCS#1 wants.
                let padded = s.value_padded(*bytes).ok()?;
                Some(parsed.verify_digest_sig(&digest, &padded).is_ok())
            }
            (Self::Ed25519(parsed), mpi::Signature::EdDSA { r, s }) => {
                let whole = [r.value_padded(32).ok()?, s.value_padded(32).ok()?].concat();
                Some(parsed.verify_sig(digest, &whole).is_ok())
            }
            (Self::Ed25519(parsed), mpi::Signature::Ed25519 { s }) => {
                Some(parsed.verify_sig(digest, s.as_slice()).is_ok())
            }
            _ => None,
        }
    }
}

fn rsa(e: &mpi::MPI, n: &mpi::MPI) -> Option<ReadyKey> {
    if !(2048..=8192).contains(&n.bits()) {
        return None;
    }
    let components = RsaPublicKeyComponents { n: n.value(), e: e.value() };
    let [first, second, third] = HASHES.map(|(_, _, parameters)| components.to_parsed_public_key(parameters).ok());
    Some(ReadyKey::Rsa { bytes: n.bits().div_ceil(8), parsed: [first?, second?, third?] })
}

fn ed25519(point: &[u8]) -> Option<ReadyKey> {
    ParsedPublicKey::new(&ED25519, point).ok().map(ReadyKey::Ed25519)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sequoia_openpgp::cert::CipherSuite;
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    use sequoia_openpgp::types::SignatureType;

    use super::*;
    use crate::fixtures::{builder, pair};

    /// Ours and the library's answer to many signatures, good and bad, must be the same.
    #[rstest]
    #[case(CipherSuite::RSA2k, 12)]
    #[case(CipherSuite::Cv25519, 250)]
    fn the_answer_is_that_of_the_library(#[case] suite: CipherSuite, #[case] rounds: u8) {
        let cert = builder("qa").set_cipher_suite(suite).generate().unwrap().0;
        let key = cert.primary_key().key().role_as_unspecified();
        let ready = ReadyKey::read(key).unwrap();
        for (round, hash) in (0..rounds).zip(HASHES.iter().cycle().map(|(hash, ..)| *hash)) {
            let context = || hash.context().unwrap().for_signature(4);
            let signature =
                SignatureBuilder::new(SignatureType::Binary).sign_hash(&mut pair(&cert, 0), context()).unwrap();
            let mut digest = signature.computed_digest().unwrap().to_vec();
            for good in [true, false] {
                assert_eq!(ready.verify(&signature, &digest), Some(good), "{suite:?} {hash} {round}");
                assert_eq!(key.verify(signature.mpis(), hash, &digest).is_ok(), good);
                digest[usize::from(round) % 32] ^= 1;
            }
        }
    }

    #[test]
    fn what_is_not_in_the_tables_is_the_librarys() {
        let cert = builder("qa").set_cipher_suite(CipherSuite::P256).generate().unwrap().0;
        assert!(ReadyKey::read(cert.primary_key().key().role_as_unspecified()).is_none());
    }
}
