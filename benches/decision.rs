//! Decisions: with and without the trace, and as the allowlist grows.
//!
//! No signature is verified here. The peer of the index is the plain matcher, in the same run.

use std::hint::black_box;

use countersign::domain::admission::{CompiledPolicy, Evidence, Outcome, Request, RequestImage, decide, evaluate};
use countersign::domain::pattern::{Pattern, PatternIndex};
use countersign::domain::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};
use countersign::domain::system_policy::SystemPolicy;
use divan::Bencher;

use crate::verify::Never;

const ATTESTOR: &str = "projects/codelab/attestors/qa";
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// Patterns as teams write them: each project with its own mixture of forms.
fn pattern(n: usize) -> String {
    let tail = ["/*", "/app:v1.*", "/tools/**", "/web@*", "/api[@:]*", "/job:v2"][n % 6];
    format!("us-central1-docker.pkg.dev/team-{:03}/service-{n}{tail}", n % 97)
}

fn rule() -> AdmissionRule {
    AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: vec![ATTESTOR.to_owned()],
        enforcement_mode: EnforcementMode::Enforced,
    }
}

/// As many patterns as asked for, 200 cluster rules, the system policy in front.
fn policy(patterns: usize) -> CompiledPolicy {
    let policy = Policy {
        global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Enable,
        admission_whitelist_patterns: (0..patterns)
            .map(|n| AdmissionWhitelistPattern { name_pattern: pattern(n) })
            .collect(),
        cluster_admission_rules: (0..200).map(|n| (format!("us-central1-a.cluster-{n}"), rule())).collect(),
        ..Policy::with_default(rule())
    };
    CompiledPolicy::new(&policy, &SystemPolicy::Documented)
}

/// One image that a pattern of every size covers, one of the system policy, and one that needs an
/// attestation and is close to many patterns.
fn request() -> Request {
    let digest = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
    let image = |image: String, container: &str| RequestImage {
        image,
        container: container.to_owned(),
        ..RequestImage::default()
    };
    Request {
        cluster: Some("us-central1-a.cluster-123".to_owned()),
        namespace: "prod".to_owned(),
        images: vec![
            image(format!("us-central1-docker.pkg.dev/team-003/service-3/web@{digest}"), "web"),
            image("gke.gcr.io/proxy/sidecar:v1".to_owned(), "sidecar"),
            image(format!("us-central1-docker.pkg.dev/team-004/service-4-new/app@{digest}"), "app"),
        ],
        ..Request::default()
    }
}

fn evidence() -> Evidence {
    Evidence { assumed: [ATTESTOR.parse().expect("an attestor name")].into(), ..Evidence::default() }
}

/// 3 images, 1,000 patterns, 200 rules: the bar is 2 microseconds.
#[divan::bench]
fn without_trace(bencher: Bencher<'_, '_>) {
    flat(bencher, 1_000);
}

/// The same with the whole tree of checks: the bar is 15 microseconds.
#[divan::bench]
fn with_trace(bencher: Bencher<'_, '_>) {
    let (policy, request, evidence) = (policy(1_000), request(), evidence());
    assert_eq!(evaluate(&policy, &request, &evidence, &Never).outcome, Outcome::Admit);
    bencher.bench_local(|| evaluate(black_box(&policy), black_box(&request), &evidence, &Never));
}

/// The same without a trace as the allowlist grows: it stays flat.
#[divan::bench(args = SIZES)]
fn flat(bencher: Bencher<'_, '_>, patterns: usize) {
    let (policy, request, evidence) = (policy(patterns), request(), evidence());
    assert_eq!(decide(&policy, &request, &evidence, &Never), Outcome::Admit);
    bencher.bench_local(|| decide(black_box(&policy), black_box(&request), &evidence, &Never));
}

/// Three images against the index alone.
#[divan::bench(args = SIZES)]
fn index(bencher: Bencher<'_, '_>, patterns: usize) {
    let (index, images) = (PatternIndex::new(&compiled(patterns)), images());
    bencher.bench_local(|| images.iter().filter(|image| black_box(&index).first_match(image).is_some()).count());
}

/// The peer: three images against the list, one pattern after the other.
#[divan::bench(args = SIZES)]
fn linear_peer(bencher: Bencher<'_, '_>, patterns: usize) {
    let (patterns, images) = (compiled(patterns), images());
    bencher.bench_local(|| {
        images.iter().filter(|image| black_box(&patterns).iter().any(|pattern| pattern.matches(image))).count()
    });
}

fn compiled(patterns: usize) -> Vec<Pattern> {
    (0..patterns).map(|n| pattern(n).parse().expect("a pattern")).collect()
}

fn images() -> Vec<String> {
    request().images.into_iter().map(|image| image.image).collect()
}
