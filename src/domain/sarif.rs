//! SARIF 2.1.0 (OASIS): the log that a checked policy and a review have in common. Uses of the domain `text`
//! alone.

use serde_json::{Value, json};

use crate::text::plain_json;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log of one run of this program: its rules (`reportingDescriptor`) and its results. Columns count
/// code points.
pub fn log(rules: &[Value], results: &[Value]) -> String {
    let driver = json!({"name": "countersign", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    let run = json!({"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results});
    let log = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    plain_json(&format!("{log:#}\n"))
}

/// A path as a URI reference (RFC 3986): what is not unreserved is escaped.
pub fn uri(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("a dir/políticas.yaml"), "a%20dir/pol%C3%ADticas.yaml");
    }
}
