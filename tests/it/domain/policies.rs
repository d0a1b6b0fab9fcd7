//! Policies, right and wrong, with the exact place and code of each problem.
//!
//! The rows on fields and types were executed against the decoder of gcloud 528, whose answers are
//! in `policies/gcloud.json`; those on rules and patterns follow the API's published definition.

mod bodies;
mod fixes;
mod platform;
mod printed;
mod project;
mod published;

use std::collections::BTreeSet;

use countersign::domain::diagnostic::{Code, Severity};
use countersign::domain::document::{self, Dialect, Document, Format};
use countersign::domain::policy::PolicyKind;
use serde::Deserialize;
use serde_json::Value;

use self::bodies::BODIES;
use self::published::PUBLISHED;

/// A right policy is made of a row by adding these lines, unless it has a default rule.
const REST: &str = "\
globalPolicyEvaluationMode: ENABLE
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

struct Row {
    text: &'static str,
    /// `line:column code`, one for each diagnostic, in the order of the text.
    expected: &'static [&'static str],
}

const fn row(text: &'static str, expected: &'static [&'static str]) -> Row {
    Row { text, expected }
}

impl Row {
    fn document(&self) -> Document {
        Document::parse(&self.text.replace("REST ", REST).replace("REST", REST), Dialect::Gcloud)
    }

    /// What differs from the expectation, if something does.
    fn mismatch(&self) -> Option<String> {
        let document = self.document();
        let found: Vec<String> = document
            .diagnostics
            .iter()
            .map(|d| format!("{}:{} {}", d.span.start.line, d.span.start.column, d.code))
            .collect();
        let words: Vec<&str> = document.diagnostics.iter().map(|d| d.message.as_str()).collect();
        (found != self.expected)
            .then(|| format!("{:?}\n  expected {:?}\n  found    {found:?}\n  {words:?}", self.text, self.expected))
    }
}

fn assert_all(rows: &[Row]) {
    let wrong: Vec<String> = rows.iter().filter_map(Row::mismatch).collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// The tables: what gcloud or the service refuses, and what they take.
const REFUSED: [(PolicyKind, &[Row]); 2] =
    [(PolicyKind::Singleton, project::REFUSED), (PolicyKind::Platform, platform::REFUSED)];
const TAKEN: [(PolicyKind, &[Row]); 2] =
    [(PolicyKind::Singleton, project::TAKEN), (PolicyKind::Platform, platform::TAKEN)];

#[test]
fn what_is_refused_is_found_at_its_place() {
    for (kind, rows) in REFUSED {
        assert_all(rows);
        for row in rows {
            let document = row.document();
            assert_eq!((document.is_valid(), document.kind), (false, kind), "{:?}", row.text);
        }
    }
}

#[test]
fn what_is_taken_is_at_most_warned_about() {
    for (kind, rows) in TAKEN {
        assert_all(rows);
        for row in rows {
            let document = row.document();
            assert_eq!((document.is_valid(), document.kind), (true, kind), "{:?}", row.text);
        }
    }
}

#[test]
fn the_other_kind_is_refused_where_one_is_asked_for() {
    let of_kind = |text: &str, kind| Document::parse_kind(text, Dialect::Gcloud, Format::Yaml, Some(kind));
    let found = |document: &Document| document.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>();
    let project = of_kind(REST, PolicyKind::Platform);
    assert_eq!(found(&project), [Code::ProjectPolicy]);
    assert!(!project.is_valid());
    let platform = of_kind("gkePolicy: {}\n", PolicyKind::Singleton);
    assert_eq!(found(&platform), [Code::PlatformPolicy]);
    assert!(!platform.is_valid());
    assert!(of_kind(REST, PolicyKind::Singleton).is_valid());
}

#[test]
fn limits_are_told_where_they_are_passed() {
    let found = |text: &str| -> Vec<(Code, usize)> {
        let document = Document::parse(&format!("{text}{REST}"), Dialect::Gcloud);
        document.diagnostics.iter().map(|d| (d.code, d.span.start.line)).collect()
    };
    let patterns = |count: usize| -> String {
        let lines = (0..count).map(|n| format!("- namePattern: gcr.io/my-project/app{n}@*\n"));
        format!("admissionWhitelistPatterns:\n{}", lines.collect::<String>())
    };
    assert_eq!(found(&patterns(500)), []);
    assert_eq!(found(&patterns(501)), [(Code::ManyPatterns, 502)]);
    let attestors = |count: usize| -> String {
        let lines = (0..count).map(|n| format!("    - projects/my-project/attestors/a{n}\n"));
        format!(
            "clusterAdmissionRules:\n  us-east1.c:\n    evaluationMode: REQUIRE_ATTESTATION\n    \
             enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n{}",
            lines.collect::<String>()
        )
    };
    assert_eq!(found(&attestors(200)), []);
    assert_eq!(found(&attestors(201)), [(Code::TooManyAttestors, 206)]);
    assert_eq!(found(&"# a comment\n".repeat(80_000)), []);
    assert_eq!(found(&"# a comment\n".repeat(90_000)), [(Code::LargePolicy, 1)]);
}

#[test]
fn the_tables_are_large() {
    let count: usize = REFUSED.iter().chain(&TAKEN).map(|(_, rows)| rows.len()).sum();
    assert!(count + BODIES.len() + PUBLISHED.len() >= 120, "{count}");
}

#[test]
fn bodies_are_read_as_the_rest_server_does() {
    let rule = r#""defaultAdmissionRule": {"evaluationMode": "ALWAYS_ALLOW", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}"#;
    for Row { text, expected } in BODIES {
        let document = Document::parse(&text.replace("REST", rule), Dialect::Rest);
        let errors = document.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let found: Vec<String> =
            errors.map(|d| format!("{}:{} {}", d.span.start.line, d.span.start.column, d.code)).collect();
        assert_eq!(found, *expected, "{text}\n{:?}", document.diagnostics);
        assert_eq!(document.is_valid(), expected.is_empty());
    }
}

#[test]
fn every_diagnostic_has_a_row_where_it_fires() {
    let rows = REFUSED.iter().chain(&TAKEN).flat_map(|(_, rows)| *rows).flat_map(|row| row.expected);
    let fired: BTreeSet<&str> = rows.filter_map(|expected| expected.split_once(' ')).map(|(_, code)| code).collect();
    // The limits and the kinds have tests of their own; a byte order mark is refused in JSON alone.
    let elsewhere = [
        Code::TooLarge,
        Code::TooDeep,
        Code::ByteOrderMark,
        Code::PlatformPolicy,
        Code::ProjectPolicy,
        Code::LargePolicy,
        Code::ManyPatterns,
        Code::TooManyAttestors,
        // What only a project tells is in `project_lint/tests.rs`.
        Code::AttestorMissing,
        Code::AttestorUnreadable,
        Code::AttestorWithoutKey,
        Code::AttestorGrant,
        Code::ClusterMissing,
        Code::DeniesRunning,
        Code::PatternUnused,
    ];
    let silent: Vec<&Code> =
        Code::ALL.iter().filter(|code| !fired.contains(code.as_str()) && !elsewhere.contains(code)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// One text, and what the decoder of gcloud 528 made of it.
#[derive(Deserialize)]
struct Recorded {
    text: String,
    /// The policy as JSON, or `refused` or `empty`.
    result: Value,
}

/// What the service refuses and gcloud sends; a repeated key is an error although gcloud goes on.
const BEYOND_GCLOUD: [Code; 20] = [
    Code::SeveralTypes,
    Code::OutOfRange,
    Code::WrongType,
    Code::NoCatchAll,
    Code::DuplicateKey,
    Code::BadTimestamp,
    Code::UnspecifiedValue,
    Code::MissingField,
    Code::NullValue,
    Code::AttestorsRequired,
    Code::AttestorsNotAllowed,
    Code::AttestorName,
    Code::SeveralRuleMaps,
    Code::ClusterKey,
    Code::NamespaceKey,
    Code::ServiceAccountKey,
    Code::ServiceIdentityKey,
    Code::PatternWildcard,
    Code::PatternRegistry,
    Code::PatternBlank,
];

#[test]
fn gclouds_own_decoder_agrees() {
    let recorded: Vec<Recorded> = serde_json::from_str(include_str!("policies/gcloud.json")).unwrap();
    let mut read = 0;
    for Recorded { text, result } in &recorded {
        let document = Document::parse_as(text, Dialect::Gcloud, Format::Yaml);
        let errors: Vec<Code> =
            document.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code).collect();
        match result {
            Value::String(outcome) if outcome == "refused" => assert!(!errors.is_empty(), "{text:?}"),
            Value::String(_) => assert_eq!(errors, [Code::EmptyDocument], "{text:?}"),
            sent => {
                let unexpected = errors.iter().find(|code| !BEYOND_GCLOUD.contains(code));
                assert_eq!(unexpected, None, "{text:?}");
                if let Some(policy) = &document.policy {
                    assert_eq!(set_fields(&serde_json::to_value(policy).unwrap()), set_fields(sent), "{text:?}");
                    read += 1;
                }
            }
        }
    }
    assert!(read > 50, "only {read} of {} were read to the end", recorded.len());
}

#[test]
fn gclouds_own_decoder_agrees_on_platform_policies() {
    let recorded: Vec<Recorded> = serde_json::from_str(include_str!("policies/gcloud-platform.json")).unwrap();
    let mut read = 0;
    for Recorded { text, result } in &recorded {
        let document = Document::parse_kind(text, Dialect::Gcloud, Format::Yaml, Some(PolicyKind::Platform));
        let errors: Vec<Code> =
            document.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code).collect();
        if result == "refused" {
            assert!(!errors.is_empty(), "{text:?}");
            continue;
        }
        let unexpected = errors.iter().find(|code| !BEYOND_GCLOUD.contains(code));
        assert_eq!(unexpected, None, "{text:?}");
        if let Some(policy) = &document.platform_policy {
            assert_eq!(set_fields(&serde_json::to_value(policy).unwrap()), set_fields(result), "{text:?}");
            read += 1;
        }
    }
    assert!(read > 8, "only {read} of {} were read to the end", recorded.len());
}

/// Without fields that hold what the API takes for not set.
fn set_fields(value: &Value) -> Value {
    let is_set = |value: &&Value| {
        !matches!(value.as_str(), Some("" | "GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED"))
            && value.as_object().is_none_or(|map| !map.is_empty())
    };
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().filter(|(_, v)| is_set(v)).map(|(k, v)| (k.clone(), set_fields(v))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(set_fields).collect()),
        other => other.clone(),
    }
}

#[test]
fn published_policies_raise_no_false_alarm() {
    for (text, expected) in PUBLISHED {
        let document = Document::parse(text, Dialect::Gcloud);
        let found: Vec<Code> = document.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(found, *expected, "{text}");
        assert!(document.is_valid());
    }
}

#[test]
fn an_export_is_printed_as_it_was() {
    // Those of the published policies that gcloud printed, keys in its order.
    for (text, _) in [PUBLISHED[0], PUBLISHED[8], PUBLISHED[9]] {
        let policy = Document::parse(text, Dialect::Gcloud).policy.unwrap();
        assert_eq!(document::emit(&policy), *text);
    }
}
