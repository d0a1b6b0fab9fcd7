//! Parsing and checking policy text, next to the bare event scan of the YAML parser.

use std::fmt::Write as _;
use std::hint::black_box;

use countersign::domain::diagnostic::Code;
use countersign::domain::document::{Dialect, Document, Format, emit};
use divan::Bencher;
use divan::counter::BytesCount;
use granit_parser::Parser;

/// The bars are 2 ms for 1,000 lines and 20 ms for 10,000.
const LINES: [usize; 2] = [1_000, 10_000];

/// Half patterns, half cluster rules of five lines, as a large organisation's policy looks.
pub(crate) fn text(lines: usize) -> String {
    let mut text = String::from("globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n");
    for n in 0..lines / 2 {
        let tail = ["/*", "/app:v1.*", "/tools/**", "/web@*", "/api[@:]*", "/job:v2"][n % 6];
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- namePattern: us-central1-docker.pkg.dev/team-{:03}/service-{n}{tail}", n % 97);
    }
    text.push_str("clusterAdmissionRules:\n");
    for n in 0..lines / 10 {
        let _ = write!(
            text,
            "  us-central1-a.cluster-{n}:\n    evaluationMode: REQUIRE_ATTESTATION\n    \
             enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    \
             - projects/team-{:03}/attestors/qa\n",
            n % 97
        );
    }
    text.push_str(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
    );
    text
}

/// Text to tree, policy and diagnostics.
#[divan::bench(args = LINES)]
fn parse_and_lint(bencher: Bencher<'_, '_>, lines: usize) {
    let text = text(lines);
    let document = Document::parse(&text, Dialect::Gcloud);
    let known = [Code::ManyPatterns, Code::TooManyAttestors];
    assert!(document.diagnostics.iter().all(|problem| known.contains(&problem.code)), "only its size is wrong");
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| Document::parse_as(black_box(&text), Dialect::Gcloud, Format::Yaml));
}

/// The same when every line has a problem.
#[divan::bench(args = LINES)]
fn parse_and_lint_bad(bencher: Bencher<'_, '_>, lines: usize) {
    let text = text(lines).replace("namePattern", "namePatern").replace("REQUIRE_ATTESTATION", "require_attestation");
    assert!(!Document::parse(&text, Dialect::Gcloud).is_valid());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| Document::parse_as(black_box(&text), Dialect::Gcloud, Format::Yaml));
}

/// The peer: the parser's events, looked at and thrown away.
#[divan::bench(args = LINES)]
fn bare_scan_peer(bencher: Bencher<'_, '_>, lines: usize) {
    let text = text(lines);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| Parser::new_from_str(black_box(&text)).flatten().count());
}

/// Policy to text.
#[divan::bench(args = LINES)]
fn print(bencher: Bencher<'_, '_>, lines: usize) {
    let text = text(lines).replace("REQUIRE_ATTESTATION", "ALWAYS_DENY").replace("    requireAttestationsBy:\n", "");
    let text: String = text.split_inclusive('\n').filter(|line| !line.contains("- projects/")).collect();
    let policy = Document::parse(&text, Dialect::Gcloud).policy.expect("the text is a policy");
    bencher.bench_local(|| emit(black_box(&policy)));
}
