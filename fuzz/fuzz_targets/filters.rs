//! Any text as a filter of Logging or Container Analysis, and as a selector of labels or fields.
#![no_main]

use countersign_fuzz::sandbox::{LAB, Request, VICTIM};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = serde_json::json!({"resourceNames": [format!("projects/{VICTIM}")], "filter": text}).to_string();
    let analysis = format!("/v1/projects/{VICTIM}/occurrences?filter={encoded}");
    let notes = format!("/v1/projects/{VICTIM}/notes?filter={encoded}");
    let labels = format!("/api/v1/namespaces/default/pods?labelSelector={encoded}");
    let fields = format!("/api/v1/namespaces/default/events?fieldSelector={encoded}");
    for (method, host, path, body) in [
        ("POST", "logging.googleapis.com", "/v2/entries:list", body.as_str()),
        ("GET", "containeranalysis.googleapis.com", &analysis, ""),
        ("GET", "containeranalysis.googleapis.com", &notes, ""),
        ("GET", &LAB.cluster, &labels, ""),
        ("GET", &LAB.cluster, &fields, ""),
    ] {
        let headers = "content-type: application/json\r\n";
        LAB.send(Request { who: "owner", method, host, path, headers, body: body.as_bytes() }).is_sound();
    }
});
