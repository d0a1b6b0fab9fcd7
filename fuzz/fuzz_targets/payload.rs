//! Any bytes are read as the payload of an attestation.
#![no_main]

use countersign::domain::attestation::parse_payload;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = parse_payload(bytes);
});
