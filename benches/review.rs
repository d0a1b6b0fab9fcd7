//! Reviews: 100,000 images under two policies of some 10,000 lines, on all cores; the exact comparison
//! of the two.
//!
//! The peer of the review is the plain decision, one image after the other under each policy.

use std::hint::black_box;

use countersign::domain::admission::{CompiledPolicy, Evidence, Request, decide};
use countersign::domain::inventory::{InventoryItem, Origin};
use countersign::domain::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};
use countersign::domain::review::{Comparison, Reviewer};
use countersign::domain::system_policy::SystemPolicy;
use countersign::runtime::review::{self as runtime_review, Progress};
use countersign::signing::openpgp::Verifier;
use divan::Bencher;

const IMAGES: usize = 100_000;
/// Each takes one line, and each of the 200 cluster rules five.
const PATTERNS: usize = 9_000;

fn pattern(n: usize) -> String {
    let tail = ["/*", "/app:v1.*", "/tools/**", "/web@*", "/api[@:]*", "/job:v2"][n % 6];
    format!("us-central1-docker.pkg.dev/team-{:03}/service-{n}{tail}", n % 97)
}

fn rule(attestor: &str) -> AdmissionRule {
    AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: vec![format!("projects/codelab/attestors/{attestor}")],
        enforcement_mode: EnforcementMode::Enforced,
    }
}

fn old() -> Policy {
    Policy {
        global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Enable,
        admission_whitelist_patterns: (0..PATTERNS)
            .map(|n| AdmissionWhitelistPattern { name_pattern: pattern(n) })
            .collect(),
        cluster_admission_rules: (0..200).map(|n| (format!("us-central1-a.cluster-{n}"), rule("qa"))).collect(),
        ..Policy::with_default(AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced))
    }
}

/// A tenth of the patterns gone, a rule changed.
fn new() -> Policy {
    let mut new = old();
    let mut at = 0;
    new.admission_whitelist_patterns.retain(|_| {
        at += 1;
        at % 10 != 0
    });
    new.cluster_admission_rules.insert("us-central1-a.cluster-7".to_owned(), rule("vulnz"));
    new
}

/// Two thirds are exempt under the old policy.
fn items() -> Vec<InventoryItem> {
    let digest = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
    let image = |n: usize| {
        let pod = Request {
            cluster: Some(format!("us-central1-a.cluster-{}", n % 400)),
            namespace: format!("namespace-{}", n % 50),
            ..Request::default()
        };
        let service = n % (PATTERNS * 3 / 2);
        let name = format!("us-central1-docker.pkg.dev/team-{:03}/service-{service}/web@{digest}", service % 97);
        InventoryItem::image(&name, &pod, Origin::Running)
    };
    (0..IMAGES).map(image).collect()
}

/// The bar is one second on two cores.
#[divan::bench(sample_count = 10)]
fn inventory(bencher: Bencher<'_, '_>) {
    let (items, evidence, verifier) = (items(), Evidence::default(), Verifier::default());
    bencher.bench_local(|| {
        let reviewer = Reviewer::new(&old(), &new(), &SystemPolicy::Documented);
        runtime_review::rows(&reviewer, black_box(&items), &evidence, &verifier, &Progress::default())
    });
}

/// The peer: the bare decisions on one core.
#[divan::bench(sample_count = 10)]
fn decisions_peer(bencher: Bencher<'_, '_>) {
    let (items, evidence, verifier) = (items(), Evidence::default(), Verifier::default());
    let policies = [old(), new()].map(|policy| CompiledPolicy::new(&policy, &SystemPolicy::Documented));
    bencher.bench_local(|| {
        policies
            .iter()
            .flat_map(|policy| items.iter().map(|item| decide(policy, &item.request, &evidence, &verifier)))
            .fold(0, |count, outcome| count + usize::from(outcome.admits() == Some(true)))
    });
}

/// The exact comparison of the two: 900 patterns are gone, one rule of 200 is another.
#[divan::bench(sample_count = 10)]
fn comparison(bencher: Bencher<'_, '_>) {
    let (old, new, system) = (old(), new(), SystemPolicy::Documented);
    bencher.bench_local(|| Comparison::new(black_box(&old), black_box(&new), &system));
}

/// The same where every pattern is another.
#[divan::bench(sample_count = 10)]
fn comparison_of_strangers(bencher: Bencher<'_, '_>) {
    let (old, system) = (old(), SystemPolicy::Documented);
    let patterns = (0..PATTERNS).map(|n| AdmissionWhitelistPattern { name_pattern: pattern(n + PATTERNS) }).collect();
    let new = Policy { admission_whitelist_patterns: patterns, ..old.clone() };
    bencher.bench_local(|| Comparison::new(black_box(&old), black_box(&new), &system));
}
