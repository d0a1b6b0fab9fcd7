//! Reading the payload of an attestation. Any JSON will do, whatever its layout and its other fields:
//! Binary Authorization looks at one field (`docs/binary-authorization.md`, "Verification").

use serde_json::Value;

use super::PAYLOAD_TYPE;
use repeated::repeated_names;

mod repeated;

/// The most bytes of a payload that are read. The standard payload has about 320.
pub const PAYLOAD_LIMIT: usize = 64 * 1024;

/// What a payload says, as far as anybody looks at it. Fields that are missing, or no strings, are
/// `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// `critical.image.docker-manifest-digest`: the field that counts.
    pub digest: Option<String>,
    /// `critical.identity.docker-reference`: the same image may lie elsewhere.
    pub docker_reference: Option<String>,
    /// `critical.type`.
    pub kind: Option<String>,
    /// The names that an object in it has twice, with the way to them; the last of each counts. At most eight.
    pub repeated: Vec<String>,
}

impl Payload {
    /// Whether the type is the one that gcloud writes; others are used with success (Tekton Chains).
    pub fn has_standard_type(&self) -> bool {
        self.kind.as_deref() == Some(PAYLOAD_TYPE)
    }
}

/// Why a payload cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error("the payload is empty")]
    Empty,
    #[error("the payload has {found} bytes, more than the {limit} that are read", limit = PAYLOAD_LIMIT)]
    TooLarge { found: usize },
    #[error("the payload is not JSON: line {line}, column {column}: {detail}")]
    NotJson { line: usize, column: usize, detail: String },
    #[error("the payload is JSON, but {found} instead of an object")]
    NotAnObject { found: &'static str },
}

/// Reads the payload of a signature: the fields that matter, from any JSON object.
pub fn parse_payload(bytes: &[u8]) -> Result<Payload, PayloadError> {
    if bytes.is_empty() {
        return Err(PayloadError::Empty);
    }
    if bytes.len() > PAYLOAD_LIMIT {
        return Err(PayloadError::TooLarge { found: bytes.len() });
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    if !value.is_object() {
        return Err(PayloadError::NotAnObject { found: kind_of(&value) });
    }
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    Ok(Payload {
        digest: text("/critical/image/docker-manifest-digest"),
        docker_reference: text("/critical/identity/docker-reference"),
        kind: text("/critical/type"),
        repeated: repeated_names(bytes),
    })
}

fn not_json(error: &serde_json::Error) -> PayloadError {
    let text = error.to_string();
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
    PayloadError::NotJson { line: error.line(), column: error.column(), detail: detail.to_owned() }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_standard_payload() {
        let image = "gcr.io/p/i@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
        let image: crate::image::ImageRef = image.parse().unwrap();
        let digest = image.digest().unwrap();
        let payload = parse_payload(&super::super::payload(&image, digest)).unwrap();
        assert_eq!(payload.digest.as_deref(), Some(digest.as_str()));
        assert_eq!(payload.docker_reference.as_deref(), Some("gcr.io/p/i"));
        assert!(payload.has_standard_type());
    }

    #[test]
    fn a_compact_one_of_another_signer() {
        let text =
            br#"{"critical":{"identity":{"docker-reference":"r/p"},"image":{"docker-manifest-digest":"sha256:1"},
            "type":"cosign container image signature"},"optional":null}"#;
        let payload = parse_payload(text).unwrap();
        assert_eq!(payload.digest.as_deref(), Some("sha256:1"));
        assert!(!payload.has_standard_type());
    }

    #[rstest::rstest]
    #[case("{}")]
    #[case(r#"{"critical":[]}"#)]
    #[case(r#"{"critical":{"image":{"docker-manifest-digest":7}}}"#)]
    fn a_missing_digest_is_none(#[case] text: &str) {
        assert_eq!(parse_payload(text.as_bytes()), Ok(Payload::default()));
    }

    #[rstest::rstest]
    #[case("", "the payload is empty")]
    #[case("hello", "the payload is not JSON: line 1, column 1: expected value")]
    #[case("{\n\"a\" 1}", "the payload is not JSON: line 2, column 5: expected `:`")]
    #[case("[1]", "the payload is JSON, but a list instead of an object")]
    fn refused(#[case] text: &str, #[case] error: &str) {
        assert_eq!(parse_payload(text.as_bytes()).unwrap_err().to_string(), error);
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let large = vec![b' '; PAYLOAD_LIMIT + 1];
        assert_eq!(parse_payload(&large), Err(PayloadError::TooLarge { found: PAYLOAD_LIMIT + 1 }));
        let deep = "[".repeat(PAYLOAD_LIMIT);
        assert!(matches!(parse_payload(deep.as_bytes()), Err(PayloadError::NotJson { .. })));
    }

    #[test]
    fn of_two_names_the_last_counts_and_is_told() {
        let text =
            br#"{"critical": {"image": {"docker-manifest-digest": "sha256:1", "docker-manifest-digest": "sha256:2"}},
            "a": [{"b": 1, "c": {"b": 2}, "b": 3}], "critical2": 1, "a": 2}"#;
        let payload = parse_payload(text).unwrap();
        assert_eq!(payload.digest.as_deref(), Some("sha256:2"));
        assert_eq!(payload.repeated, ["critical.image.docker-manifest-digest", "a.b", "a"]);
        let many: String = (0..20).map(|n| format!(r#""{n}": 1, "{n}": 2, "#)).collect();
        let payload = parse_payload(format!("{{{many}\"\u{1b}\": 1}}").as_bytes());
        assert!(payload.is_err(), "a control character is no JSON");
        let payload = parse_payload(format!("{{{many}\"x\": 1}}").as_bytes()).unwrap();
        assert_eq!(payload.repeated.len(), 8);
        let escaped = parse_payload(br#"{"\u001b[2J": 1, "\u001b[2J": 2}"#).unwrap();
        assert_eq!(escaped.repeated, ["\\u{1b}[2J"]);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_payload(&bytes);
        }
    }
}
