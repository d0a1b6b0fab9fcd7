//! Signatures: one attestation verified, and the library's raw check of the same signature.

#![expect(clippy::unwrap_used, reason = "a bench that panics measures nothing, which is seen")]

use std::io::Write as _;
use std::sync::LazyLock;

use countersign::domain::attestation::{Verify as _, payload};
use countersign::domain::attestor::{KeyMaterial, PublicKey};
use countersign::domain::image::ImageRef;
use countersign::signing::openpgp::Verifier;
use divan::Bencher;
use sequoia_openpgp::cert::{CertBuilder, CipherSuite};
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::serialize::stream::{Armorer, LiteralWriter, Message, Signer};
use sequoia_openpgp::types::{KeyFlags, SignatureType};
use sequoia_openpgp::{Cert, Packet, PacketPile};

/// A key, a payload, and signed messages of it. Each is another, because the library remembers
/// the signatures that it has checked.
struct Case {
    key: PublicKey,
    cert: Cert,
    payload: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

/// How many messages are signed: no fewer than are checked.
const MESSAGES: u32 = 2_000;

fn case(suite: CipherSuite) -> Case {
    let image: ImageRef = format!("us.gcr.io/codelab/hello-world@sha256:{}", "ab".repeat(32)).parse().unwrap();
    let payload = payload(&image, image.digest().unwrap());
    let flags = KeyFlags::empty().set_certification().set_signing();
    let builder = CertBuilder::new().set_cipher_suite(suite).set_primary_key_flags(flags).add_userid("QA");
    let cert = builder.generate().unwrap().0;
    let armor = String::from_utf8(cert.armored().to_vec().unwrap()).unwrap();
    let pair = cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let messages = (0..MESSAGES).map(|_| sign(pair.clone(), &payload)).collect();
    let key =
        PublicKey { id: cert.fingerprint().to_hex(), comment: String::new(), material: KeyMaterial::Pgp { armor } };
    Case { key, cert, payload, messages }
}

fn sign(pair: KeyPair, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let armor = Armorer::new(Message::new(&mut bytes)).build().unwrap();
    let template = SignatureBuilder::new(SignatureType::Binary);
    let signer = Signer::with_template(armor, pair, template).unwrap().build().unwrap();
    let mut literal = LiteralWriter::new(signer).build().unwrap();
    literal.write_all(payload).unwrap();
    literal.finalize().unwrap();
    bytes
}

static RSA_2048: LazyLock<Case> = LazyLock::new(|| case(CipherSuite::RSA2k));
static ED25519: LazyLock<Case> = LazyLock::new(|| case(CipherSuite::Cv25519));

const CASES: [&str; 2] = ["RSA 2048", "Ed25519"];

fn named(name: &str) -> &'static Case {
    if name == "RSA 2048" { &RSA_2048 } else { &ED25519 }
}

/// What admission does for each signature: armor, packets, policy, hash and mathematics.
#[divan::bench(args = CASES, sample_count = 100, sample_size = 20)]
fn verify_attestation(bencher: Bencher, name: &str) {
    let case = named(name);
    let verifier = Verifier::new();
    let mut messages = case.messages.iter().cycle();
    bencher
        .with_inputs(|| messages.next().unwrap())
        .bench_local_values(|message| verifier.verify(&case.key, message, &case.payload).unwrap());
}

/// The mathematics alone, by the OpenPGP library.
#[divan::bench(args = CASES, sample_count = 100, sample_size = 20)]
fn library_raw(bencher: Bencher, name: &str) {
    let case = named(name);
    let signatures: Vec<Signature> = case.messages.iter().map(|message| signature(message)).collect();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, &case.payload);
    let key = case.cert.primary_key().key();
    let mut signatures = signatures.iter().cycle();
    // The digest is of other bytes: to say no takes the same time.
    bencher
        .with_inputs(|| signatures.next().unwrap())
        .bench_local_values(|signature| key.verify(signature.mpis(), signature.hash_algo(), digest.as_ref()).is_ok());
}

fn signature(message: &[u8]) -> Signature {
    let pile = PacketPile::from_bytes(message).unwrap();
    let mut packets = pile.into_children();
    packets
        .find_map(|packet| match packet {
            Packet::Signature(signature) => Some(signature),
            _ => None,
        })
        .unwrap()
}
