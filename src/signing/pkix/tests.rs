//! The vectors of `docs/binary-authorization.md`, "Key ids" and "PKIX signatures", and keys and
//! signatures made here.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RsaEncoding, RsaKeyPair, RsaSignatureEncoding,
};

use super::*;

const PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEi6Jhqhr28Lzd2ouX/pFLAV3gXCQ9
uq6nyHps7WrRsA7gcpjVT9H2mybHFsTm6nt4mhEeTTiYNeu86gNdT0LnkA==
-----END PUBLIC KEY-----
";
const ID: &str = "ni:///sha-256;F8ZLbGLECGCxd8yEtBiqNnSMB7S-TC0CpJ1G9JLJpD4";
const SIGNATURE: &str =
    "MEYCIQDkW5Sg+Ahbx8LGEZmbI7N4CQ6AyIgS9BlMOgmt8jw6sQIhAOqt+whnJXQ5SASTVIeurdmVrGp5k4RuPJI5RsLXu5uH";
const IMAGE: &str = "us-docker.pkg.dev/google-samples/containers/gke/hello-app@sha256:\
                     37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

fn payload() -> Vec<u8> {
    let image: domain::image::ImageRef = IMAGE.parse().unwrap();
    domain::attestation::payload(&image, image.digest().unwrap())
}

fn pem_of(der: &[u8]) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

#[test]
fn the_id_is_that_of_the_reference_library() {
    assert_eq!(key_id(PEM).unwrap(), ID);
    assert_eq!(key_id(&PEM.replace('\n', "\r\n")).unwrap(), ID);
    assert_eq!(key_id(&format!("made by openssl\n{PEM}\n\n")).unwrap(), ID);
    for name in ["ECDSA_P256_SHA256", "EC_SIGN_P256_SHA256"] {
        let read = read(PEM, name).unwrap();
        assert_eq!(read, PkixKeyInfo { id: ID.to_owned(), algorithm: "ECDSA_P256_SHA256" });
    }
}

#[test]
fn the_vector_verifies_and_nothing_near_it() {
    let signature = STANDARD.decode(SIGNATURE).unwrap();
    let check = |algorithm, signature: &[u8], payload: &[u8]| verify(PEM, algorithm, signature, payload);
    let verified = check("ECDSA_P256_SHA256", &signature, &payload()).unwrap();
    assert_eq!(verified, Verified { message: payload(), warnings: vec![] });

    let mut changed = payload();
    changed.pop();
    let mut raw = signature[5..37].to_vec();
    raw.extend(&signature[40..72]);
    let unsupported = |fault| matches!(fault, SignatureFault::Unsupported { .. });
    let unreadable = |fault| matches!(fault, SignatureFault::KeyUnreadable { .. });
    assert_eq!(check("ECDSA_P256_SHA256", &signature, &changed), Err(SignatureFault::Bad));
    assert_eq!(check("ECDSA_P256_SHA256", &raw, &payload()), Err(SignatureFault::Bad), "not in DER");
    assert_eq!(check("ECDSA_P256_SHA256", &[], &payload()), Err(SignatureFault::Empty));
    let large = vec![0; MAX_SIGNATURE_BYTES + 1];
    assert_eq!(
        check("ECDSA_P256_SHA256", &large, &payload()),
        Err(SignatureFault::TooLarge { limit: MAX_SIGNATURE_BYTES })
    );
    assert!(unreadable(check("ECDSA_P384_SHA384", &signature, &payload()).unwrap_err()));
    assert!(unreadable(check("RSA_SIGN_PKCS1_2048_SHA256", &signature, &payload()).unwrap_err()));
    for algorithm in ["ML_DSA_65", "SIGNATURE_ALGORITHM_UNSPECIFIED", "", "ecdsa"] {
        assert!(unsupported(check(algorithm, &signature, &payload()).unwrap_err()), "{algorithm}");
    }
}

#[test]
fn each_curve_checks_its_own_signatures() {
    let random = SystemRandom::new();
    let curves: [(&EcdsaSigningAlgorithm, &str); 3] = [
        (&signature::ECDSA_P256_SHA256_ASN1_SIGNING, "EC_SIGN_P256_SHA256"),
        (&signature::ECDSA_P384_SHA384_ASN1_SIGNING, "EC_SIGN_P384_SHA384"),
        (&signature::ECDSA_P521_SHA512_ASN1_SIGNING, "EC_SIGN_P521_SHA512"),
    ];
    for (signing, name) in curves {
        let pair = EcdsaKeyPair::generate(signing).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let signed = pair.sign(&random, b"payload").unwrap();
        let pem = pem_of(der.as_ref());
        verify(&pem, name, signed.as_ref(), b"payload").unwrap();
        assert_eq!(verify(&pem, name, signed.as_ref(), b"other"), Err(SignatureFault::Bad));
        for (_, other) in curves.iter().filter(|(_, other)| *other != name) {
            assert!(matches!(read(&pem, other).unwrap_err(), PkixError::Mismatch { .. }), "{name} {other}");
        }
        let point = pem_of(pair.public_key().as_ref());
        assert!(matches!(read(&point, name).unwrap_err(), PkixError::Malformed { .. }), "a bare point is no key");
    }
}

#[test]
fn each_rsa_algorithm_checks_its_own_signatures() {
    let random = SystemRandom::new();
    let algorithms: [(KeySize, usize, &dyn RsaEncoding, &str); 8] = [
        (KeySize::Rsa2048, 2048, &signature::RSA_PKCS1_SHA256, "RSA_SIGN_PKCS1_2048_SHA256"),
        (KeySize::Rsa2048, 2048, &signature::RSA_PSS_SHA256, "RSA_SIGN_PSS_2048_SHA256"),
        (KeySize::Rsa3072, 3072, &signature::RSA_PKCS1_SHA256, "RSA_SIGN_PKCS1_3072_SHA256"),
        (KeySize::Rsa3072, 3072, &signature::RSA_PSS_SHA256, "RSA_PSS_3072_SHA256"),
        (KeySize::Rsa4096, 4096, &signature::RSA_PKCS1_SHA256, "RSA_SIGN_PKCS1_4096_SHA256"),
        (KeySize::Rsa4096, 4096, &signature::RSA_PKCS1_SHA512, "RSA_SIGN_PKCS1_4096_SHA512"),
        (KeySize::Rsa4096, 4096, &signature::RSA_PSS_SHA256, "RSA_PSS_4096_SHA256"),
        (KeySize::Rsa4096, 4096, &signature::RSA_PSS_SHA512, "RSA_SIGN_PSS_4096_SHA512"),
    ];
    let pairs = [KeySize::Rsa2048, KeySize::Rsa3072, KeySize::Rsa4096].map(|size| RsaKeyPair::generate(size).unwrap());
    for (_, bits, encoding, name) in algorithms {
        let pair = pairs.iter().find(|pair| pair.public_modulus_len() * 8 == bits).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let mut signed = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &random, b"payload", &mut signed).unwrap();
        let pem = pem_of(der.as_ref());
        let verifying: Vec<&str> = algorithms
            .iter()
            .map(|(.., other)| *other)
            .filter(|other| verify(&pem, other, &signed, b"payload").is_ok())
            .collect();
        assert_eq!(verifying, [name]);
    }
}

/// kritis signs with the longest salt; openssl and others may be told any length.
#[test]
fn a_pss_signature_of_another_salt_is_taken_with_a_remark() {
    const MAX: &RsaSignatureEncoding = &signature::RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Max);
    const NONE: &RsaSignatureEncoding = &signature::RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Custom(0));
    const TWENTY: &RsaSignatureEncoding = &signature::RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Custom(20));
    const MAX_512: &RsaSignatureEncoding = &signature::RSA_PSS_SHA512.with_pss_salt_length(RsaPssSaltLength::Max);
    let random = SystemRandom::new();
    for (size, name, encoding, salt, usual) in [
        (KeySize::Rsa2048, "RSA_PSS_2048_SHA256", MAX, 222, 32),
        (KeySize::Rsa2048, "RSA_PSS_2048_SHA256", NONE, 0, 32),
        (KeySize::Rsa3072, "RSA_PSS_3072_SHA256", TWENTY, 20, 32),
        (KeySize::Rsa4096, "RSA_PSS_4096_SHA512", MAX_512, 446, 64),
    ] {
        let pair = RsaKeyPair::generate(size).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let mut signed = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &random, b"payload", &mut signed).unwrap();
        let pem = pem_of(der.as_ref());
        let verified = verify(&pem, name, &signed, b"payload").unwrap();
        let told = format!("its PSS salt has {salt} bytes, where Cloud KMS makes {usual}:");
        assert!(verified.warnings.len() == 1 && verified.warnings[0].starts_with(&told), "{:?}", verified.warnings);
        assert_eq!(verify(&pem, name, &signed, b"other"), Err(SignatureFault::Bad), "{name}");
    }
}

#[test]
fn what_is_no_pem_of_one_public_key_is_refused() {
    let title = |title: &str| PEM.replace("PUBLIC KEY", title);
    for (pem, error) in [
        (String::new(), PkixError::NoPem),
        ("-----BEGIN PUBLIC KEY".to_owned(), PkixError::NoPem),
        (title("CERTIFICATE"), PkixError::NotPublicKey { found: "CERTIFICATE".to_owned() }),
        (title("RSA PUBLIC KEY"), PkixError::NotPublicKey { found: "RSA PUBLIC KEY".to_owned() }),
        (title("PGP PUBLIC KEY BLOCK"), PkixError::NotPublicKey { found: "PGP PUBLIC KEY BLOCK".to_owned() }),
        (format!("{PEM}{PEM}"), PkixError::Several),
        (format!("{PEM}and more"), PkixError::TrailingData),
        (PEM.replace("-----END PUBLIC KEY-----", ""), PkixError::Malformed { detail: "it has no end line" }),
        (PEM.replace('M', "%"), PkixError::Malformed { detail: "its text is not base64" }),
        ("x".repeat(MAX_PEM_BYTES + 1), PkixError::TooLarge),
    ] {
        assert_eq!(key_id(&pem).unwrap_err(), error);
    }
    let garbage = pem_of(b"\x30\x03abc");
    assert!(matches!(read(&garbage, "ECDSA_P256_SHA256").unwrap_err(), PkixError::Mismatch { .. }));
    let trailing = {
        let mut der = decode(PEM).unwrap();
        der.push(0);
        pem_of(&der)
    };
    assert!(matches!(read(&trailing, "ECDSA_P256_SHA256").unwrap_err(), PkixError::Malformed { .. }));
}

proptest::proptest! {
    #[test]
    fn no_pem_panics(text in ".{0,200}", der in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = read(&text, "ECDSA_P256_SHA256");
        let _ = read(&pem_of(&der), "RSA_PSS_2048_SHA256");
        let _ = verify(&pem_of(&der), "ECDSA_P256_SHA256", &der, b"");
    }
}
