//! Making keys: version 4, one primary key that certifies and signs, one user id, no expiry, as
//! `gpg --quick-generate-key … sign never` makes them.
//!
//! The numbers are AWS-LC's, which finds primes several times faster than the pure Rust backend of
//! the OpenPGP library, in constant time, and wipes them. Measured on one busy core: RSA 2048 takes
//! 0.1 s, RSA 4096 1 to 3 s, Ed25519 1 ms. To that comes the encryption with the passphrase, about
//! 0.2 s, which is slow so that guessing is. There is no way to stop the search for primes; as
//! nothing is stored before [`super::keyring::Keyring::store`], a caller that no longer wants the
//! key drops the result.

use std::time::SystemTime;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use sequoia_openpgp::Packet;
use sequoia_openpgp::anyhow::{Result, anyhow};
use sequoia_openpgp::cert::Cert;
use sequoia_openpgp::crypto::{Password, mpi};
use sequoia_openpgp::packet::key::{Key4, PrimaryRole, SecretParts};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Key, UserID};
use sequoia_openpgp::types::{
    Curve, Features, HashAlgorithm, KeyFlags, PublicKeyAlgorithm, SignatureType, SymmetricAlgorithm,
};
use zeroize::Zeroizing;

use super::certificate::error_words;
use super::der;
use super::keyring::SecretCert;
use super::private_key::PrivateKey;
use domain::key::{KeyAlgorithm, KeySpec, Passphrase};

/// The longest name or address of a user id, in bytes.
const MAX_USER_ID_PART: usize = 256;

/// Why no key was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    #[error("a passphrase is needed: the private key would lie open on the disk")]
    PassphraseMissing,
    #[error("a name or an e-mail address is needed: a key without a user id cannot be used by GnuPG")]
    UserIdMissing,
    #[error("{text:?} cannot be in a user id: {reason}")]
    UserId { text: String, reason: String },
    #[error("the key could not be made: {detail}")]
    Failed { detail: String },
}

/// Makes a key and encrypts it with the passphrase. Takes up to some seconds: see the module.
pub fn generate(spec: &KeySpec, passphrase: &Passphrase) -> Result<SecretCert, GenerateError> {
    if passphrase.is_empty() {
        return Err(GenerateError::PassphraseMissing);
    }
    let user_id = user_id(spec)?;
    build(spec.algorithm, user_id, &passphrase.expose().into())
        .map_err(|error| GenerateError::Failed { detail: error_words(&error) })
}

fn user_id(spec: &KeySpec) -> Result<UserID, GenerateError> {
    let (name, email) = (spec.name.trim(), spec.email.trim());
    let refuse = |text: &str, reason: &str| {
        Err(GenerateError::UserId { text: text.chars().take(80).collect(), reason: reason.to_owned() })
    };
    for part in [name, email] {
        if part.len() > MAX_USER_ID_PART {
            return refuse(part, "it is longer than 256 bytes");
        }
        if part.contains(|c: char| c.is_control() || matches!(c, '<' | '>')) {
            return refuse(part, "control characters, `<` and `>` are not allowed");
        }
    }
    match (name, email) {
        ("", "") => Err(GenerateError::UserIdMissing),
        (name, "") => Ok(UserID::from(name)),
        (name, email) => UserID::from_address(Some(name).filter(|name| !name.is_empty()), None, email)
            .or_else(|error| refuse(email, &error_words(&error))),
    }
}

fn build(algorithm: KeyAlgorithm, user_id: UserID, password: &Password) -> Result<SecretCert> {
    let key = secret_key(algorithm)?;
    let mut signer = PrivateKey::open(key.clone().role_into_unspecified())?;
    let cert = Cert::from_packets(std::iter::once(Packet::from(key.clone())))?;
    let flags = KeyFlags::empty().set_certification().set_signing();
    let binding = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_signature_creation_time(key.creation_time())?
        .set_hash_algo(HashAlgorithm::SHA256)
        .set_key_flags(flags)?
        .set_features(Features::empty().set_seipdv1())?
        .set_preferred_hash_algorithms(vec![HashAlgorithm::SHA256, HashAlgorithm::SHA512])?
        .set_preferred_symmetric_algorithms(vec![SymmetricAlgorithm::AES256, SymmetricAlgorithm::AES128])?;
    let binding = user_id.bind(&mut signer, &cert, binding)?;
    let encrypted = key.encrypt_secret(password)?;
    let (cert, _) = cert.insert_packets([Packet::from(user_id), Packet::from(binding), Packet::from(encrypted)])?;
    Ok(SecretCert::read(cert)?)
}

fn secret_key(algorithm: KeyAlgorithm) -> Result<Key<SecretParts, PrimaryRole>> {
    let key: Key4<SecretParts, PrimaryRole> = match algorithm {
        KeyAlgorithm::Rsa2048 => rsa(KeySize::Rsa2048)?,
        KeyAlgorithm::Rsa3072 => rsa(KeySize::Rsa3072)?,
        KeyAlgorithm::Rsa4096 => rsa(KeySize::Rsa4096)?,
        KeyAlgorithm::Ed25519 => ed25519()?,
    };
    Ok(key.into())
}

/// The primes change places, and the coefficient is theirs: OpenPGP has p below q and the inverse of p modulo q (RFC
/// 9580, 5.5.5.1), PKCS#1 as AWS-LC makes it p above q and the inverse of q modulo p (RFC 8017, 3.2).
fn rsa(size: KeySize) -> Result<Key4<SecretParts, PrimaryRole>> {
    let pkcs8 = RsaKeyPair::generate(size)?.as_der()?;
    let numbers = numbers(pkcs8.as_ref()).ok_or_else(|| anyhow!("an RSA key of an unknown encoding"))?;
    let [modulus, exponent, d, p, q, _, _, coefficient] = numbers;
    let public = mpi::PublicKey::RSA { e: mpi::MPI::new(exponent), n: mpi::MPI::new(modulus) };
    let secret = mpi::SecretKeyMaterial::RSA { d: d.into(), p: q.into(), q: p.into(), u: coefficient.into() };
    Key4::with_secret(SystemTime::now(), PublicKeyAlgorithm::RSAEncryptSign, public, secret.into())
}

fn ed25519() -> Result<Key4<SecretParts, PrimaryRole>> {
    let mut seed = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(seed.as_mut_slice())?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())?;
    let point = mpi::MPI::new_compressed_point(pair.public_key().as_ref());
    let public = mpi::PublicKey::EdDSA { curve: Curve::Ed25519, q: point };
    let secret = mpi::SecretKeyMaterial::EdDSA { scalar: seed.as_slice().into() };
    Key4::with_secret(SystemTime::now(), PublicKeyAlgorithm::EdDSA, public, secret.into())
}

/// The numbers of a PKCS#8 `PrivateKeyInfo` with an `RSAPrivateKey` (RFC 5958, RFC 8017 A.1.2): n, e, d, p, q, d modulo
/// p - 1, d modulo q - 1, and the inverse of q modulo p.
fn numbers(pkcs8: &[u8]) -> Option<[&[u8]; 8]> {
    let (_version, rest) = der::element(der::INTEGER, der::only(der::SEQUENCE, pkcs8)?)?;
    let (_algorithm, rest) = der::element(der::SEQUENCE, rest)?;
    let (key, _attributes) = der::element(der::OCTET_STRING, rest)?;
    let (_version, mut rest) = der::element(der::INTEGER, der::only(der::SEQUENCE, key)?)?;
    let mut numbers = [&[][..]; 8];
    for number in &mut numbers {
        (*number, rest) = der::element(der::INTEGER, rest)?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn spec(algorithm: KeyAlgorithm, name: &str, email: &str) -> KeySpec {
        KeySpec { algorithm, name: name.to_owned(), email: email.to_owned() }
    }

    #[rstest]
    #[case(KeyAlgorithm::Rsa2048)]
    #[case(KeyAlgorithm::Rsa3072)]
    #[case(KeyAlgorithm::Rsa4096)]
    #[case(KeyAlgorithm::Ed25519)]
    fn each_algorithm_makes_a_key_that_signs(#[case] algorithm: KeyAlgorithm) {
        let made = generate(&spec(algorithm, "QA", "qa@example.org"), &Passphrase::new("secret".to_owned())).unwrap();
        let info = made.info();
        assert_eq!(info.algorithm, algorithm.to_string());
        assert_eq!(info.user_ids, ["QA <qa@example.org>"]);
        assert_eq!((info.expires, info.can_sign, info.warnings.len()), (None, true, 0));
    }

    #[test]
    fn a_user_id_has_a_name_or_an_address() {
        let id = |name, email| {
            user_id(&spec(KeyAlgorithm::Ed25519, name, email)).map(|id| String::from_utf8(id.value().to_vec()).unwrap())
        };
        assert_eq!(id(" QA ", " qa@example.org ").unwrap(), "QA <qa@example.org>");
        assert_eq!(id("", "qa@example.org").unwrap(), "<qa@example.org>");
        assert_eq!(id("Prüfung", "").unwrap(), "Prüfung");
        assert_eq!(id(" ", "").unwrap_err(), GenerateError::UserIdMissing);
        for (name, email) in
            [("", "qa"), ("QA", "qa@"), ("Q\nA", ""), ("Q<A", ""), ("QA", "a@b>"), (&*"x".repeat(300), "")]
        {
            assert!(matches!(id(name, email).unwrap_err(), GenerateError::UserId { .. }), "{name} {email}");
        }
    }

    #[test]
    fn a_key_without_a_passphrase_is_not_made() {
        let made = generate(&spec(KeyAlgorithm::Ed25519, "QA", ""), &Passphrase::default());
        assert_eq!(made.unwrap_err(), GenerateError::PassphraseMissing);
    }
}
