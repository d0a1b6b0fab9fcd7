//! Any text is read as a key of an attestor: OpenPGP as it is and as the contents of an armor, PKIX
//! as it is and as the contents of a PEM block.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::signing::{pkix, public_key};
use libfuzzer_sys::fuzz_target;

const ALGORITHMS: [&str; 3] = ["ECDSA_P256_SHA256", "ECDSA_P521_SHA512", "RSA_PSS_2048_SHA256"];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let digits = STANDARD.encode(bytes);
    let block = |title: &str| format!("-----BEGIN {title}-----\n\n{digits}\n-----END {title}-----\n");
    for armor in [&*text, &block("PGP PUBLIC KEY BLOCK")] {
        if let Ok(info) = public_key::read(armor) {
            assert_eq!(info.fingerprint.as_str().len(), 40);
        }
    }
    for (pem, algorithm) in
        [&*text, &block("PUBLIC KEY")].into_iter().flat_map(|pem| ALGORITHMS.map(|name| (pem, name)))
    {
        if let Ok(info) = pkix::read(pem, algorithm) {
            assert_eq!(pkix::key_id(pem), Ok(info.id));
        }
    }
});
