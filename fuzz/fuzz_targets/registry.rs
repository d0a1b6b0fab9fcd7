//! Any bytes as a manifest, a blob's route, its ranges, or a body of Google's APIs, whose JSON is relaxed.
#![no_main]

use countersign_fuzz::sandbox::{LAB, Request, VICTIM, is_target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str, &[u8])| {
    let (what, text, body) = input;
    let in_header = text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    let image = format!("/v2/{VICTIM}/image");
    let (method, host, path, headers) = match what % 6 {
        0 => ("PUT", "gcr.io", format!("{image}/manifests/v1"), format!("content-type: {text}\r\n")),
        1 => ("GET", "gcr.io", format!("{image}/blobs/{text}"), String::new()),
        2 => ("POST", "gcr.io", format!("{image}/blobs/uploads/?digest={text}"), format!("content-range: {text}\r\n")),
        3 => ("PATCH", "gcr.io", format!("{image}/blobs/uploads/{text}"), format!("content-range: {text}\r\n")),
        4 => ("GET", "gcr.io", format!("/v2/{text}/tags/list"), format!("range: {text}\r\n")),
        _ => ("PUT", "binaryauthorization.googleapis.com", format!("/v1/projects/{VICTIM}/policy"), String::new()),
    };
    if !is_target(&path) || !(headers.is_empty() || in_header) {
        return;
    }
    LAB.send(Request { who: "owner", method, host, path: &path, headers: &headers, body }).is_sound();
});
