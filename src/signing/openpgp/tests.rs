//! Each form of message and of key, with the one answer it must get.

use std::io::Write as _;
use std::time::Duration;

use rstest::rstest;
use sequoia_openpgp::cert::{CertBuilder, CertRevocationBuilder, SubkeyRevocationBuilder};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Literal, Marker, OnePassSig, Signature};
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::Serialize as _;
use sequoia_openpgp::serialize::stream::{Compressor, Encryptor, LiteralWriter, Message};
use sequoia_openpgp::types::{CompressionAlgorithm, HashAlgorithm, KeyFlags, ReasonForRevocation, SignatureType};
use sequoia_openpgp::{Cert, Packet, PacketPile};

use super::*;
use crate::fixtures::{PAYLOAD, Recipe, armor_message, armored, attestor_key, builder, cert, pair, past};

fn verify(cert: &Cert, signature: &[u8]) -> Result<Verified, SignatureFault> {
    Verifier::new().verify(&attestor_key(cert), signature, PAYLOAD)
}

fn sign(cert: &Cert) -> Vec<u8> {
    Recipe::by(pair(cert, 0)).make()
}

/// The packets of a message that is neither armored nor compressed.
fn packets(cert: &Cert) -> Vec<Packet> {
    let bytes = Recipe { armor: false, compressed: 0, ..Recipe::by(pair(cert, 0)) }.make();
    PacketPile::from_bytes(&bytes).unwrap().into_children().collect()
}

fn bytes_of(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for packet in packets {
        packet.serialize(&mut bytes).unwrap();
    }
    bytes
}

#[test]
fn a_signed_payload_comes_back_as_it_was() {
    let cert = cert("qa");
    let verified = verify(&cert, &sign(&cert)).unwrap();
    assert_eq!(verified, Verified { message: PAYLOAD.to_vec(), warnings: vec![] });
}

#[test]
fn what_stands_around_an_armored_block_is_told() {
    let cert = cert("qa");
    let block = String::from_utf8(sign(&cert)).unwrap();
    let sum = block.lines().find(|line| line.starts_with('=') && line.len() == 5);
    let wrong = sum.map(|sum| block.replace(sum, if sum == "=AAAA" { "=BBBB" } else { "=AAAA" }));
    let lines = block.lines().count();
    for (text, told) in [
        (format!("made by me\n{block}"), "line 1 stands outside the armored block".to_owned()),
        (format!("{block}E\0OF\ntouch x\n"), format!("line {} holds a NUL", lines + 1)),
        (format!("{block}{block}"), format!("a second armored block begins in line {}", lines + 1)),
        (wrong.unwrap_or_else(|| with_sum(&block, "=AAAA")), "the armor's checksum is wrong".to_owned()),
    ] {
        let verified = verify(&cert, text.as_bytes()).unwrap();
        assert_eq!(verified.message, PAYLOAD);
        assert!(verified.warnings.len() == 1 && verified.warnings[0].starts_with(&told), "{:?}", verified.warnings);
        assert!(check_block(text.as_bytes()).is_err());
    }
    assert_eq!(check_block(block.as_bytes()), Ok(()));
}

/// The block with this checksum, which our own armor has none of.
fn with_sum(block: &str, sum: &str) -> String {
    block.replace("-----END", &format!("{sum}\n-----END"))
}

#[test]
fn compression_armor_and_line_ends_do_not_matter() {
    let cert = cert("qa");
    for compressed in 0..=3 {
        for armor in [true, false] {
            let signature = Recipe { compressed, armor, ..Recipe::by(pair(&cert, 0)) }.make();
            assert_eq!(verify(&cert, &signature).unwrap().message, PAYLOAD, "{compressed} {armor}");
        }
    }
    let crlf = String::from_utf8(sign(&cert)).unwrap().replace('\n', "\r\n");
    assert_eq!(verify(&cert, crlf.as_bytes()).unwrap().message, PAYLOAD);
}

#[test]
fn text_signatures_are_of_the_lines_not_of_their_ends() {
    let cert = cert("qa");
    for payload in [PAYLOAD, b"a\r\nb\nc", b"", b"\n\n"] {
        let template = SignatureBuilder::new(SignatureType::Text);
        let recipe = Recipe { template, payload: payload.to_vec(), ..Recipe::by(pair(&cert, 0)) };
        assert_eq!(verify(&cert, &recipe.make()).unwrap().message, payload);
    }
}

#[test]
fn a_signing_subkey_signs_for_its_certificate() {
    let cert = CertBuilder::new().add_userid("qa").set_creation_time(past()).add_signing_subkey().generate().unwrap().0;
    let signature = Recipe::by(pair(&cert, 1)).make();
    assert_eq!(verify(&cert, &signature).unwrap().message, PAYLOAD);
    // The primary key of this one only certifies.
    let fault = verify(&cert, &sign(&cert)).unwrap_err();
    assert_eq!(fault, SignatureFault::NotSigningCapable { key: cert.fingerprint().to_hex() });
}

#[test]
fn an_encryption_subkey_does_not_sign() {
    let flags = KeyFlags::empty().set_authentication();
    let cert = builder("qa").add_subkey(flags, None, None).generate().unwrap().0;
    let key = cert.keys().nth(1).unwrap().key().fingerprint().to_hex();
    let fault = verify(&cert, &Recipe::by(pair(&cert, 1)).make()).unwrap_err();
    assert_eq!(fault, SignatureFault::NotSigningCapable { key });
}

#[test]
fn another_key_is_named() {
    let (expected, found) = (cert("qa"), cert("prod"));
    let fault = verify(&expected, &sign(&found)).unwrap_err();
    let hex = |cert: &Cert| cert.fingerprint().to_hex();
    assert_eq!(fault, SignatureFault::WrongKey { expected: hex(&expected), found: hex(&found) });
}

#[test]
fn a_revoked_key_says_why() {
    let cert = cert("qa");
    let signature = sign(&cert);
    let revocation = CertRevocationBuilder::new()
        .set_reason_for_revocation(ReasonForRevocation::KeyCompromised, b"lost laptop")
        .unwrap()
        .build(&mut pair(&cert, 0), &cert, None)
        .unwrap();
    let key = cert.fingerprint().to_hex();
    let cert = cert.insert_packets(revocation).unwrap().0;
    let fault = verify(&cert, &signature).unwrap_err();
    let SignatureFault::Revoked { key: of, since, reason } = fault else { panic!("{fault:?}") };
    assert_eq!((of, reason.as_str()), (key, "compromised: lost laptop"));
    let verify_at = |at| Verifier::new().verify_at(&attestor_key(&cert), &signature, PAYLOAD, at);
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(verify_at(since).unwrap_err().to_string().split(": ").last(), Some("lost laptop"));
    assert_eq!(verify_at(since - second).unwrap().message, PAYLOAD, "before it was revoked");
}

#[test]
fn a_revoked_subkey_is_refused_and_the_primary_key_is_not() {
    let cert = builder("qa").add_signing_subkey().generate().unwrap().0;
    let subkey = cert.keys().subkeys().next().unwrap().key().clone();
    let revocation = SubkeyRevocationBuilder::new()
        .set_reason_for_revocation(ReasonForRevocation::KeyRetired, b"")
        .unwrap()
        .build(&mut pair(&cert, 0), &cert, subkey.parts_as_public(), None)
        .unwrap();
    let (by_primary, by_subkey) = (sign(&cert), Recipe::by(pair(&cert, 1)).make());
    let cert = cert.insert_packets([Packet::from(subkey.clone()), Packet::from(revocation)]).unwrap().0;
    let fault = verify(&cert, &by_subkey).unwrap_err();
    let key = subkey.fingerprint().to_hex();
    assert!(
        matches!(fault, SignatureFault::Revoked { key: of, reason, .. } if of == key && reason == "no longer used")
    );
    verify(&cert, &by_primary).unwrap();
}

#[test]
fn expiry_and_weak_hashes_only_warn() {
    let expiring = builder("qa").set_validity_period(Duration::from_secs(60)).generate().unwrap().0;
    let template =
        SignatureBuilder::new(SignatureType::Binary).set_signature_validity_period(Duration::from_secs(30)).unwrap();
    let signature = Recipe {
        template,
        made: past() + Duration::from_secs(1),
        hash: HashAlgorithm::SHA1,
        ..Recipe::by(pair(&expiring, 0))
    }
    .make();
    let warnings = verify(&expiring, &signature).unwrap().warnings;
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    for (warning, words) in warnings.iter().zip(["the key expired at 20", "the signature expired at 20", "SHA-1"]) {
        assert!(warning.contains(words), "{warning}");
    }
}

#[test]
fn another_time_moves_what_has_expired_and_what_is_not_valid_yet() {
    let expiring = builder("qa").set_validity_period(Duration::from_secs(60)).generate().unwrap().0;
    let made = past() + Duration::from_secs(10);
    let signature = Recipe { made, ..Recipe::by(pair(&expiring, 0)) }.make();
    let warnings = |seconds: i64| -> Vec<String> {
        let at = timestamp(made) + jiff::SignedDuration::from_secs(seconds);
        let verified = Verifier::new().verify_at(&attestor_key(&expiring), &signature, PAYLOAD, at).unwrap();
        verified.warnings.iter().map(|text| text.split(" 20").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(warnings(90), ["the key expired at"]);
    assert_eq!(warnings(20), [""; 0]);
    assert_eq!(warnings(-5), ["the signature is not valid yet: it was made at"]);
    assert_eq!(warnings(-30), ["key", "signature"].map(|it| format!("the {it} is not valid yet: it was made at")));
}

#[test]
fn md5_is_not_supported() {
    let cert = cert("qa");
    let signature = Recipe { hash: HashAlgorithm::MD5, ..Recipe::by(pair(&cert, 0)) }.make();
    let fault = verify(&cert, &signature).unwrap_err();
    assert!(matches!(fault, SignatureFault::Unsupported { .. }), "{fault:?}");
}

#[test]
fn forms_that_do_not_count_are_told_apart() {
    let cert = cert("qa");
    let other = crate::fixtures::cert("prod");
    let recipe = || Recipe::by(pair(&cert, 0));
    let detached = |compressed| Recipe { detached: true, compressed, ..recipe() }.make();
    let unsigned = Recipe { signers: vec![], ..recipe() }.make();
    let nested = Recipe { signers: vec![pair(&cert, 0), pair(&other, 0)], ..recipe() }.make();
    for (signature, fault) in [
        (detached(0), SignatureFault::Detached),
        (Recipe { armor: false, detached: true, ..recipe() }.make(), SignatureFault::Detached),
        (Recipe { clear: true, ..recipe() }.make(), SignatureFault::ClearSigned),
        (unsigned, SignatureFault::Unsigned),
        (nested, SignatureFault::Nested),
        (encrypted(), SignatureFault::Encrypted),
        (vec![], SignatureFault::Empty),
        (b" \n".to_vec(), SignatureFault::Empty),
        (vec![b'x'; MAX_SIGNATURE_BYTES + 1], SignatureFault::TooLarge { limit: MAX_SIGNATURE_BYTES }),
    ] {
        assert_eq!(verify(&cert, &signature).unwrap_err(), fault);
    }
}

fn encrypted() -> Vec<u8> {
    let mut bytes = Vec::new();
    let message = Encryptor::with_passwords(Message::new(&mut bytes), Some("password")).build().unwrap();
    let mut message = LiteralWriter::new(message).build().unwrap();
    message.write_all(PAYLOAD).unwrap();
    message.finalize().unwrap();
    bytes
}

#[test]
fn what_is_no_message_says_what_it_is() {
    let cert = cert("qa");
    let mut cut = Recipe { armor: false, compressed: 0, ..Recipe::by(pair(&cert, 0)) }.make();
    cut.truncate(cut.len() / 2);
    let mut half = packets(&cert);
    half.pop();
    for (signature, words) in [
        (b"{}".to_vec(), "no ASCII armor"),
        (armored(&cert).into_bytes(), "this is an OpenPGP public key"),
        (armor_message(&bytes_of(&[Packet::from(cert.primary_key().key().clone())])), "this is an OpenPGP public key"),
        (b"-----BEGIN PGP MESSAGE-----\n\nnot base64 !\n-----END PGP MESSAGE-----\n".to_vec(), "damaged"),
        (b"-----BEGIN PGP MESSAGE-----\n\n".to_vec(), ""),
        (cut, ""),
        (bytes_of(&half), "signature is missing"),
        (vec![0xff; 100], ""),
    ] {
        let fault = verify(&cert, &signature).unwrap_err();
        assert!(
            matches!(&fault, SignatureFault::NotOpenPgp { detail } if detail.contains(words)),
            "{words}: {fault:?}"
        );
    }
}

#[test]
fn a_change_after_signing_is_seen() {
    let cert = cert("qa");
    let mut changed = packets(&cert);
    let literal = changed.iter_mut().find(|packet| matches!(packet, Packet::Literal(_))).unwrap();
    let mut other = Literal::new(sequoia_openpgp::types::DataFormat::Binary);
    other.set_body(PAYLOAD.to_ascii_uppercase());
    *literal = Packet::from(other);
    assert_eq!(verify(&cert, &bytes_of(&changed)).unwrap_err(), SignatureFault::Bad);
}

#[test]
fn a_one_pass_packet_must_be_that_of_its_signature() {
    let cert = cert("qa");
    let mut packets = packets(&cert);
    let Packet::OnePassSig(OnePassSig::V3(one_pass)) = packets.first_mut().unwrap() else { panic!() };
    one_pass.set_type(SignatureType::Text);
    assert_eq!(verify(&cert, &bytes_of(&packets)).unwrap_err(), SignatureFault::Bad);
}

#[test]
fn a_signature_in_front_is_a_form_of_the_past() {
    let cert = cert("qa");
    let packets = packets(&cert);
    let old = [packets[2].clone(), packets[1].clone()];
    let fault = verify(&cert, &bytes_of(&old)).unwrap_err();
    assert!(matches!(fault, SignatureFault::Unsupported { .. }), "{fault:?}");
}

#[test]
fn signatures_of_other_types_do_not_count() {
    let cert = cert("qa");
    let mut packets = packets(&cert);
    let wrong: Signature = SignatureBuilder::new(SignatureType::Standalone)
        .sign_hash(&mut pair(&cert, 0), HashAlgorithm::SHA512.context().unwrap().for_signature(4))
        .unwrap();
    packets[0] = Packet::from(OnePassSig::try_from(&wrong).unwrap());
    packets[2] = Packet::from(wrong);
    let fault = verify(&cert, &bytes_of(&packets)).unwrap_err();
    assert!(matches!(fault, SignatureFault::Unsupported { .. }), "{fault:?}");
}

#[rstest]
#[case(CompressionAlgorithm::Zip, 1024)]
#[case(CompressionAlgorithm::Zlib, 64)]
#[case(CompressionAlgorithm::BZip2, 64)]
fn a_bomb_is_not_blown_up(#[case] algorithm: CompressionAlgorithm, #[case] mebibytes: usize) {
    let bomb = bomb(algorithm, mebibytes);
    assert!(bomb.len() <= MAX_SIGNATURE_BYTES, "{} bytes", bomb.len());
    let fault = verify(&cert("qa"), &bomb).unwrap_err();
    assert_eq!(fault, SignatureFault::MessageTooLarge { limit: MAX_MESSAGE_BYTES });
}

/// Compresses this many mebibytes of zeros twice: a few kilobytes.
fn bomb(algorithm: CompressionAlgorithm, mebibytes: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let outer = Compressor::new(Message::new(&mut bytes)).algo(CompressionAlgorithm::Zlib).build().unwrap();
    let inner = Compressor::new(outer).algo(algorithm).build().unwrap();
    let mut message = LiteralWriter::new(inner).build().unwrap();
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..mebibytes {
        message.write_all(&zeros).unwrap();
    }
    message.finalize().unwrap();
    bytes
}

#[test]
fn endless_packets_and_depth_are_cut_short() {
    let cert = cert("qa");
    let markers: Vec<Packet> = (0..100).map(|_| Packet::from(Marker::default())).collect();
    let deep = Recipe { compressed: 12, ..Recipe::by(pair(&cert, 0)) }.make();
    for (signature, words) in [(bytes_of(&markers), "more than 16 packets"), (deep, "compressed more than")] {
        let fault = verify(&cert, &signature).unwrap_err();
        assert!(matches!(&fault, SignatureFault::NotOpenPgp { detail } if detail.contains(words)), "{fault:?}");
    }
}

#[test]
fn an_unreadable_key_is_no_reason_to_blame_the_signature() {
    let cert = cert("qa");
    let key = PublicKey {
        material: KeyMaterial::Pgp { armor: "-----BEGIN PGP PUBLIC KEY BLOCK-----".to_owned() },
        ..attestor_key(&cert)
    };
    let fault = Verifier::new().verify(&key, &sign(&cert), PAYLOAD).unwrap_err();
    assert!(matches!(fault, SignatureFault::KeyUnreadable { .. }), "{fault:?}");
}

#[test]
fn a_verifier_that_has_seen_many_keys_still_answers() {
    let verifier = Verifier::new();
    let cert = cert("qa");
    let signature = sign(&cert);
    for at in 0..=MAX_KEPT {
        let key = PublicKey { material: KeyMaterial::Pgp { armor: at.to_string() }, ..attestor_key(&cert) };
        verifier.verify(&key, &signature, PAYLOAD).unwrap_err();
        verifier.verify(&attestor_key(&cert), &signature, PAYLOAD).unwrap();
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..512), binary: bool) {
        let signature = if binary { bytes } else { armor_message(&bytes) };
        let _ = SignedMessage::read(&signature);
    }

    #[test]
    fn no_damage_panics_or_passes(at in 0_usize..100_000, with: u8) {
        static CERT: std::sync::LazyLock<(Cert, Vec<u8>)> = std::sync::LazyLock::new(|| {
            let cert = cert("qa");
            let bytes = Recipe { armor: false, compressed: 0, ..Recipe::by(pair(&cert, 0)) }.make();
            (cert, bytes)
        });
        let (cert, good) = &*CERT;
        let mut bytes = good.clone();
        let at = at % bytes.len();
        bytes[at] = with;
        if let Ok(verified) = verify(cert, &bytes) {
            proptest::prop_assert_eq!(verified.message, PAYLOAD);
        }
    }
}
