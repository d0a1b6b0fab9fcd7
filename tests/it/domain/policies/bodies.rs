//! Bodies of `PUT projects/P/policy`.

use super::{Row, row};

/// Bodies of `PUT projects/P/policy`, each with a right default rule in place of `REST`.
pub(super) const BODIES: &[Row] = &[
    row("{REST}", &[]),
    row("{\n\t\"description\": null,\n\t\"globalPolicyEvaluationMode\": null,\n\tREST}", &[]),
    row(r#"{"admission_whitelist_patterns": [{"name_pattern": "gcr.io/p/*"}], REST}"#, &[]),
    row(r#"{"admissionWhitelistPatterns": [], "clusterAdmissionRules": {}, REST}"#, &[]),
    row("{}", &["1:1 empty-document"]),
    row("name: a\n", &["1:2 syntax"]),
    row("{'name': 'a', REST}", &["1:2 syntax"]),
    row("\u{feff}{REST}", &["1:1 byte-order-mark"]),
    row(r#"{"foo": 1, REST}"#, &["1:2 unknown-key"]),
    row(r#"{"etag": "a", "etag": "b", REST}"#, &["1:15 duplicate-key"]),
    row(r#"{"admissionWhitelistPatterns": {"namePattern": "gcr.io/p/*"}, REST}"#, &["1:32 wrong-type"]),
    row(r#"{"admissionWhitelistPatterns": ["gcr.io/p/*"], REST}"#, &["1:33 bare-pattern"]),
    row(r#"{"clusterAdmissionRules": [], REST}"#, &["1:27 wrong-type"]),
    row(r#"{"globalPolicyEvaluationMode": true, REST}"#, &["1:32 unknown-value"]),
    row(r#"{"description": 0123, REST}"#, &["1:18 syntax"]),
    row(r#"{"description": 12, REST}"#, &["1:17 wrong-type"]),
    row(r#"{"name": "projects/p/policy"}"#, &["1:2 missing-field"]),
];
