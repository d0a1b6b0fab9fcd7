//! Any JSON in the bodies that name resources by their fields: whoever is nobody in another project reads nothing of it,
//! and attaches nothing to it, whatever way the field is spelled and however often.
#![no_main]

use countersign_fuzz::sandbox::{LAB, MARKER, MINE, Request, VICTIM};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &str| {
    let requests = [
        ("logging.googleapis.com", "/v2/entries:list".to_owned()),
        ("containeranalysis.googleapis.com", format!("/v1/projects/{MINE}/occurrences")),
        ("containeranalysis.googleapis.com", format!("/v1beta1/projects/{MINE}/occurrences")),
        ("containeranalysis.googleapis.com", format!("/v1/projects/{MINE}/occurrences:batchCreate")),
        ("binaryauthorization.googleapis.com", format!("/v1/projects/{MINE}/attestors?attestorId=fuzz")),
        ("cloudresourcemanager.googleapis.com", format!("/v1/projects/{VICTIM}:testIamPermissions")),
    ];
    for (host, path) in &requests {
        let headers = "content-type: application/json\r\n";
        let body = body.as_bytes();
        let answer = LAB.send(Request { who: "newcomer", method: "POST", host, path, headers, body });
        answer.is_sound();
        assert!(!answer.text.contains(MARKER), "{path}: {answer:?}");
        let attached = answer.status == Some(200) && path.contains("occurrences") && answer.text.contains(VICTIM);
        assert!(!attached, "{path}: {answer:?}");
    }
});
