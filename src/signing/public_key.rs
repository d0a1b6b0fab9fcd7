//! OpenPGP public keys as an attestor holds them (`asciiArmoredPgpPublicKey`).

use super::certificate::Certificate;
pub use super::key_error::{KeyError, MAX_BYTES};
pub use domain::key::PublicKeyInfo;

/// Reads one armored public key and checks its self-signatures.
///
/// Takes text around the armor, comments in it, and LF or CRLF, as the service does.
pub fn read(armor: &str) -> Result<PublicKeyInfo, KeyError> {
    Certificate::read(armor).map(Certificate::into_info)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sequoia_openpgp::cert::{CertBuilder, CertRevocationBuilder, CipherSuite};
    use sequoia_openpgp::crypto::mpi;
    use sequoia_openpgp::packet::Key;
    use sequoia_openpgp::packet::key::{Key4, PrimaryRole};
    use sequoia_openpgp::serialize::SerializeInto as _;
    use sequoia_openpgp::types::{PublicKeyAlgorithm, ReasonForRevocation};
    use sequoia_openpgp::{Packet, Profile};

    use super::*;
    use crate::fixtures::{armor_message, armored, armored_together, builder, cert, pair, past};

    #[test]
    fn a_key_tells_what_an_attestor_needs() {
        let cert = cert("qa");
        let info = read(&armored(&cert)).unwrap();
        assert_eq!(info.fingerprint.as_str(), cert.fingerprint().to_hex());
        assert_eq!(info.user_ids, ["qa <qa@example.org>"]);
        assert_eq!(info.algorithm, "Ed25519");
        assert_eq!(info.created.as_second(), jiff::Timestamp::try_from(past()).unwrap().as_second());
        assert_eq!((info.expires, info.can_sign, info.revoked), (None, true, None));
        assert!(info.warnings.is_empty(), "{:?}", info.warnings);
    }

    #[test]
    fn algorithms_have_their_usual_names() {
        for (suite, words) in [
            (CipherSuite::RSA2k, "RSA 2048"),
            (CipherSuite::Cv25519, "Ed25519"),
            (CipherSuite::P256, "ECDSA P-256"),
            (CipherSuite::P521, "ECDSA P-521"),
        ] {
            let cert = builder("qa").set_cipher_suite(suite).generate().unwrap().0;
            assert_eq!(read(&armored(&cert)).unwrap().algorithm, words);
        }
    }

    #[test]
    fn comments_crlf_and_text_around_are_taken() {
        let cert = cert("qa");
        let text = armored(&cert);
        assert!(text.contains("Comment: "), "{text}");
        let around = format!("The key of QA:\r\n\r\n{}\r\nthat was it\r\n", text.replace('\n', "\r\n"));
        assert_eq!(read(&around), read(&text));
    }

    #[test]
    fn what_makes_a_key_useless_is_told() {
        let expired = builder("qa").set_validity_period(Duration::from_secs(60)).generate().unwrap().0;
        let info = read(&armored(&expired)).unwrap();
        assert!(info.expires.is_some() && info.can_sign);
        assert!(info.warnings[0].starts_with("the key expired at 20"), "{:?}", info.warnings);

        let certifies = CertBuilder::new().add_userid("qa").generate().unwrap().0;
        let info = read(&armored(&certifies)).unwrap();
        assert!(!info.can_sign && info.warnings[0].contains("may sign"), "{:?}", info.warnings);

        let revoked = cert("qa");
        let revocation = CertRevocationBuilder::new()
            .set_reason_for_revocation(ReasonForRevocation::KeySuperseded, b"see\x1b[2J")
            .unwrap()
            .build(&mut pair(&revoked, 0), &revoked, None)
            .unwrap();
        let info = read(&armored(&revoked.insert_packets(revocation).unwrap().0)).unwrap();
        assert_eq!(info.revoked.as_deref(), Some("superseded by another key: see\u{fffd}[2J"));
        assert!(!info.can_sign && info.warnings[0].contains("revoked"), "{:?}", info.warnings);
    }

    #[test]
    fn what_is_no_public_key_of_version_4_is_refused_with_its_reason() {
        let (first, second) = (cert("qa"), cert("prod"));
        let private = String::from_utf8(first.as_tsk().armored().to_vec().unwrap()).unwrap();
        let private_in_public = private.replace("PRIVATE KEY", "PUBLIC KEY");
        let bare = Packet::from(first.primary_key().key().clone());
        let bare =
            String::from_utf8(armor_message(&bare.to_vec().unwrap())).unwrap().replace("MESSAGE", "PUBLIC KEY BLOCK");
        let version_6 = builder("qa").set_profile(Profile::RFC9580).unwrap().generate().unwrap().0;
        let both = armored_together(&[&first, &second]);
        let twice = format!("{}{}", armored(&first), armored(&second));
        for (text, error) in [
            (String::new(), KeyError::Empty),
            (" \n".to_owned(), KeyError::Empty),
            ("x".repeat(MAX_BYTES + 1), KeyError::TooLarge),
            ("mQENBF".to_owned(), KeyError::NotArmored),
            (private, KeyError::Private),
            (private_in_public, KeyError::Private),
            ("-----BEGIN PGP SIGNATURE-----\n".to_owned(), KeyError::NotAKey { found: "an OpenPGP signature" }),
            (both, KeyError::Several { count: 2 }),
            (twice, KeyError::Several { count: 2 }),
            (armored(&version_6), KeyError::Version { version: 6 }),
        ] {
            assert_eq!(read(&text).unwrap_err(), error);
        }
        assert!(matches!(read(&bare).unwrap_err(), KeyError::NoSelfSignature { .. }));
        let whole = armored(&first);
        let cut: String = whole.chars().take(whole.len() * 2 / 3).collect();
        for damaged in ["-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_owned(), whole.replace('x', "?"), cut] {
            let error = read(&damaged).unwrap_err();
            assert!(matches!(error, KeyError::Malformed { .. } | KeyError::NoSelfSignature { .. }), "{error:?}");
        }
    }

    #[test]
    fn keys_too_large_to_check_say_so() {
        for bits in [8192, 65_528] {
            let mut modulus = vec![0xff; bits / 8];
            modulus[1] = 0;
            let key = mpi::PublicKey::RSA { e: mpi::MPI::new(&[1, 0, 1]), n: mpi::MPI::new(&modulus) };
            let key: Key4<_, PrimaryRole> = Key4::new(past(), PublicKeyAlgorithm::RSAEncryptSign, key).unwrap();
            let bytes = Packet::from(Key::from(key)).to_vec().unwrap();
            let text = String::from_utf8(armor_message(&bytes)).unwrap().replace("MESSAGE", "PUBLIC KEY BLOCK");
            let error = read(&text).unwrap_err();
            assert!(
                matches!(&error, KeyError::Unsupported { detail } if detail.contains("expected at most 4096")),
                "{error:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_key_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..512)) {
            let text = String::from_utf8(armor_message(&bytes)).unwrap().replace("MESSAGE", "PUBLIC KEY BLOCK");
            let _ = read(&text);
            let _ = read(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn no_damaged_key_panics(at in 0_usize..100_000, with: u8) {
            static KEY: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| cert("qa").to_vec().unwrap());
            let mut bytes = KEY.clone();
            let at = at % bytes.len();
            bytes[at] = with;
            let text = String::from_utf8(armor_message(&bytes)).unwrap().replace("MESSAGE", "PUBLIC KEY BLOCK");
            let _ = read(&text);
        }
    }
}
