//! Any bytes, armored or binary, are checked as a signature by the key in the seeds. Only messages
//! that this key has signed may pass.
#![no_main]

use std::sync::LazyLock;

use countersign::domain::attestation::Verify as _;
use countersign::domain::attestor::{KeyMaterial, PublicKey};
use countersign::signing::openpgp::{Verifier, check_block};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<PublicKey> = LazyLock::new(|| PublicKey {
    id: String::new(),
    comment: String::new(),
    material: KeyMaterial::Pgp { armor: include_str!("../seeds/armored_key/signer.asc").to_owned() },
});

static VERIFIER: LazyLock<Verifier> = LazyLock::new(Verifier::new);

/// What the seeds sign.
const PAYLOAD: &[u8] = include_bytes!("../seeds/payload/gcloud.json");

fuzz_target!(|bytes: &[u8]| {
    // What is uploaded is a text, from its first line to its last.
    if check_block(bytes).is_ok() {
        let text = std::str::from_utf8(bytes).expect("an armor is a text");
        assert!(text.trim().starts_with("-----BEGIN PGP ") && text.trim().ends_with("-----"));
        assert_eq!(text.lines().filter(|line| line.starts_with("-----BEGIN")).count(), 1);
    }
    if let Ok(verified) = VERIFIER.verify(&KEY, bytes, PAYLOAD) {
        let signed: Vec<u8> = verified.message.iter().copied().filter(|byte| *byte != b'\r').collect();
        assert_eq!(signed, PAYLOAD, "a forgery");
    }
});
