//! Any bytes as a body of an API server: the three kinds of patches, server-side apply with its YAML, protobuf. The server
//! answers, in time, and lives.
#![no_main]

use countersign_fuzz::sandbox::{LAB, Request};
use libfuzzer_sys::fuzz_target;

const ONE: &str = "/apis/apps/v1/namespaces/default/deployments/base";
const MANY: &str = "/apis/apps/v1/namespaces/default/deployments";

const FORMS: [(&str, &str, &str); 9] = [
    ("PATCH", ONE, "application/json-patch+json"),
    ("PATCH", ONE, "application/merge-patch+json"),
    ("PATCH", ONE, "application/strategic-merge-patch+json"),
    (
        "PATCH",
        "/apis/apps/v1/namespaces/default/deployments/base?fieldManager=fuzz&force=true",
        "application/apply-patch+yaml",
    ),
    ("PUT", ONE, "application/json"),
    ("POST", MANY, "application/json"),
    ("POST", MANY, "application/yaml"),
    ("POST", MANY, "application/vnd.kubernetes.protobuf"),
    ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json"),
];

fuzz_target!(|input: (u8, &[u8])| {
    let (form, body) = input;
    let (method, path, content) = FORMS[usize::from(form) % FORMS.len()];
    let headers = format!("content-type: {content}\r\n");
    let host = LAB.cluster.as_str();
    LAB.send(Request { who: "owner", method, host, path, headers: &headers, body }).is_sound();
});
