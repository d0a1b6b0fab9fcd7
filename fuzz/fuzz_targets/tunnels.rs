//! Any bytes at the port, without TLS: the head of a CONNECT, or whatever comes there; and any text as the id of a key of
//! Cloud KMS. Nobody without the password gets through.
#![no_main]

use countersign_fuzz::sandbox::{LAB, Request, VICTIM};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let answer = LAB.send_plain(bytes);
    answer.is_sound();
    assert!(answer.status.is_none_or(|status| status >= 400), "{answer:?}");
    let id: String = bytes.iter().take(200).map(|byte| format!("%{byte:02X}")).collect();
    let rings = format!("/v1/projects/{VICTIM}/locations/global/keyRings");
    for (method, path) in [
        ("POST", format!("{rings}?keyRingId={id}")),
        ("GET", format!("{rings}/{id}/cryptoKeys")),
        ("GET", format!("{rings}/ring/cryptoKeys/{id}/cryptoKeyVersions/1/publicKey")),
    ] {
        let host = "cloudkms.googleapis.com";
        let headers = "content-type: application/json\r\n";
        LAB.send(Request { who: "owner", method, host, path: &path, headers, body: b"" }).is_sound();
    }
});
