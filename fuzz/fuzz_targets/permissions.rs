//! Any path, encoded or not, sent by somebody without a role: nothing of another project's comes out, and nothing is
//! changed in it.
#![no_main]

use countersign_fuzz::sandbox::{HOSTS, LAB, MARKER, Request, VICTIM, is_target};
use libfuzzer_sys::fuzz_target;

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

fuzz_target!(|input: (u8, u8, &str)| {
    let (host, method, path) = input;
    let host = HOSTS.iter().copied().chain([LAB.cluster.as_str()]).cycle().nth(usize::from(host)).unwrap_or_default();
    let method = METHODS[usize::from(method) % METHODS.len()];
    if !is_target(path) {
        return;
    }
    let headers = "content-type: application/json\r\n";
    let answer = LAB.send(Request { who: "newcomer", method, host, path, headers, body: b"{}" });
    answer.is_sound();
    assert!(!answer.text.contains(MARKER), "{method} https://{host}{path} tells of another project");
    let names_it = path.contains(VICTIM) && !path.contains("testIamPermissions");
    let changed = method != "GET" && method != "HEAD" && answer.status.is_some_and(|status| status < 300);
    assert!(!(names_it && changed), "{method} https://{host}{path}: {answer:?}");
});
