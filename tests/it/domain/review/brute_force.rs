//! Every pair of policies of a small language, compared by the review and by asking both about every
//! pod of a small universe.

use std::collections::{BTreeMap, BTreeSet};

use countersign::domain::admission::{
    AttestorEvidence, CompiledPolicy, Evidence, Outcome, Request, RequestImage, decide,
};
use countersign::domain::name::AttestorName;
use countersign::domain::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};
use countersign::domain::review::{Comparison, Effect};
use countersign::domain::system_policy::SystemPolicy;

use crate::support::verify::Never;

const A: &str = "projects/p/attestors/a";
const B: &str = "projects/p/attestors/b";
const DIGEST: &str = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn rules() -> Vec<AdmissionRule> {
    let asks = |attestors: &[&str], enforcement_mode| AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: attestors.iter().map(|a| (*a).to_owned()).collect(),
        enforcement_mode,
    };
    let (enforced, dry_run) = (EnforcementMode::Enforced, EnforcementMode::DryRun);
    vec![
        AdmissionRule::always(EvaluationMode::AlwaysAllow, enforced),
        AdmissionRule::always(EvaluationMode::AlwaysAllow, dry_run),
        AdmissionRule::always(EvaluationMode::AlwaysDeny, enforced),
        AdmissionRule::always(EvaluationMode::AlwaysDeny, dry_run),
        asks(&[A], enforced),
        asks(&[A, B], enforced),
        asks(&[B, A, A], enforced),
        asks(&[B], dry_run),
    ]
}

fn with_patterns(rule: &AdmissionRule, patterns: &[&str]) -> Policy {
    let patterns = patterns.iter().map(|p| AdmissionWhitelistPattern { name_pattern: (*p).to_owned() });
    Policy { admission_whitelist_patterns: patterns.collect(), ..Policy::with_default(rule.clone()) }
}

/// One pattern or two of every form under a rule that refuses, and one under others.
fn policies_by_patterns() -> Vec<Policy> {
    let patterns = [
        "h/a", "h/a:b", "h/a*", "h/a**", "h/a[@:]*", "h/a:*", "h/a@*", "h/ab", "h/ab*", "h/a/*", "h/a/**", "h/*",
        "h/**",
    ];
    let rules = rules();
    let mut policies = Vec::new();
    for rule in [&rules[2], &rules[4], &rules[0]] {
        policies.push(with_patterns(rule, &[]));
        for (at, one) in patterns.iter().enumerate() {
            policies.push(with_patterns(rule, &[one]));
            let refuses = rule.evaluation_mode == EvaluationMode::AlwaysDeny;
            let others = patterns.iter().skip(at + 1).filter(|_| refuses);
            policies.extend(others.map(|two| with_patterns(rule, &[one, two])));
        }
    }
    policies
}

/// Every rule as the default, alone and beside one rule of each kind, with and without the system policy.
fn policies_by_rules() -> Vec<Policy> {
    let rules: Vec<AdmissionRule> = rules().into_iter().skip(1).step_by(2).chain(rules().into_iter().take(1)).collect();
    let mut policies = Vec::new();
    for default in &rules {
        for global_policy_evaluation_mode in
            [GlobalPolicyEvaluationMode::Unspecified, GlobalPolicyEvaluationMode::Enable]
        {
            policies.push(Policy { global_policy_evaluation_mode, ..Policy::with_default(default.clone()) });
        }
        for specific in &rules {
            let plain = || Policy::with_default(default.clone());
            let map = |key: &str| BTreeMap::from([(key.to_owned(), specific.clone())]);
            policies.extend([
                Policy { cluster_admission_rules: map("l.c"), ..plain() },
                Policy { kubernetes_namespace_admission_rules: map("n"), ..plain() },
                Policy { kubernetes_namespace_admission_rules: map("default"), ..plain() },
                Policy { kubernetes_service_account_admission_rules: map("n:s"), ..plain() },
                Policy { istio_service_identity_admission_rules: map("spiffe://d/ns/n/sa/s"), ..plain() },
                Policy { istio_service_identity_admission_rules: map("d/ns/n/sa/s"), ..plain() },
            ]);
        }
    }
    policies
}

/// The system policy of this universe.
fn system() -> SystemPolicy {
    SystemPolicy::Service(with_patterns(&rules()[0], &["h/s/*"]))
}

/// All texts of up to four characters behind `h/`, and images that end in a digest.
fn images() -> Vec<String> {
    let alphabet = ["a", "b", "s", "/", ":", "@"];
    let mut texts = vec!["h/".to_owned()];
    let mut last = texts.clone();
    for _ in 0..4 {
        last = last.iter().flat_map(|text| alphabet.map(|c| format!("{text}{c}"))).collect();
        texts.extend(last.clone());
    }
    texts.extend(["other", "h"].map(str::to_owned));
    for name in ["h/a", "h/a:b", "h/ab", "h/b", "h/a/b", "h/a/b/a", "h/s/b", "h/s/b/a", "g/a"] {
        texts.push(format!("{name}{DIGEST}"));
    }
    texts
}

fn pods() -> Vec<Request> {
    let mut pods = Vec::new();
    for cluster in [None, Some("l.c"), Some("l.d")] {
        for (namespace, account) in [("n", "s"), ("n", "t"), ("m", "s"), ("default", "default")] {
            for identity in [None, Some(format!("d/ns/{namespace}/sa/{account}"))] {
                pods.push(Request {
                    cluster: cluster.map(str::to_owned),
                    namespace: namespace.to_owned(),
                    service_account: account.to_owned(),
                    service_identity: identity,
                    ..Request::default()
                });
            }
        }
    }
    pods
}

fn evidences() -> Vec<Evidence> {
    let name = |text: &str| text.parse::<AttestorName>().unwrap();
    let attestors: BTreeMap<_, _> = [A, B].map(|a| (name(a), AttestorEvidence::AssumedNone)).into();
    [&[][..], &[A], &[B], &[A, B]]
        .map(|assumed| Evidence {
            attestors: attestors.clone(),
            assumed: assumed.iter().map(|a| name(a)).collect(),
            ..Evidence::default()
        })
        .into()
}

/// What a policy says of every pod, one after the other.
fn decisions(policy: &Policy, requests: &[Request], evidences: &[Evidence]) -> Vec<Outcome> {
    let compiled = CompiledPolicy::new(policy, &system());
    let of = |request: &Request| evidences.iter().map(|e| decide(&compiled, request, e, &Never)).collect::<Vec<_>>();
    requests.iter().flat_map(of).collect()
}

fn requests(pods: &[Request], images: &[String]) -> Vec<Request> {
    let with = |image: &String| RequestImage { image: image.clone(), ..RequestImage::default() };
    let of_pod = |pod: &Request| {
        images.iter().map(|image| Request { images: vec![with(image)], ..pod.clone() }).collect::<Vec<_>>()
    };
    pods.iter().flat_map(of_pod).collect()
}

/// Each witness is decided differently by the engine itself.
fn check_witnesses(comparison: &Comparison, old: &Policy, new: &Policy) {
    let [before, after] = [old, new].map(|policy| CompiledPolicy::new(policy, &system()));
    let shown = comparison.changes.iter().flat_map(|change| change.effect.witnesses());
    for witness in shown.chain(comparison.difference.as_deref()) {
        let outcomes = [&before, &after].map(|policy| witness.decision(policy).outcome);
        assert_eq!(outcomes, [witness.old, witness.new]);
        assert_ne!(witness.old, witness.new, "{old:?} {new:?}");
    }
}

fn agree(policies: &[Policy], requests: &[Request], evidences: &[Evidence]) {
    let decided: Vec<Vec<Outcome>> = policies.iter().map(|policy| decisions(policy, requests, evidences)).collect();
    let mut equivalent = 0;
    for (old, before) in policies.iter().zip(&decided) {
        for (new, after) in policies.iter().zip(&decided) {
            let comparison = Comparison::new(old, new, &system());
            assert_eq!(comparison.is_equivalent(), before == after, "{old:#?}\n{new:#?}\n{comparison:#?}");
            equivalent += usize::from(comparison.is_equivalent());
            check_witnesses(&comparison, old, new);
        }
    }
    assert!(equivalent > policies.len(), "other policies than each itself are equivalent too");
}

#[test]
fn patterns_are_compared_exactly() {
    agree(&policies_by_patterns(), &requests(&pods()[..1], &images()), &evidences()[..2]);
}

#[test]
fn rules_are_compared_exactly() {
    let images = ["h/a", "g/a", "h/s/b"].map(|name| format!("{name}{DIGEST}"));
    let tagged = ["h/a:b".to_owned(), "h/s/b".to_owned()];
    agree(&policies_by_rules(), &requests(&pods(), &[&images[..], &tagged].concat()), &evidences());
}

#[test]
fn a_change_that_does_nothing_says_why() {
    let rule = AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced);
    let (old, new) = (with_patterns(&rule, &["h/a/**"]), with_patterns(&rule, &["h/a/**", "h/a/b*"]));
    let comparison = Comparison::new(&old, &new, &system());
    assert!(comparison.is_equivalent());
    let [change] = &comparison.changes[..] else { panic!("{comparison:?}") };
    assert_eq!(change.effect, Effect::Nothing("other patterns cover the same images".to_owned()));
}

#[test]
fn a_witness_is_an_image_that_exists_where_there_can_be_one() {
    let rule = AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced);
    let cases: BTreeSet<(&str, &str)> =
        [("gcr.io/p/app@*", "gcr.io/p/app[@:]*"), ("gcr.io/p/*", "gcr.io/p/**"), ("gcr.io/p**", "gcr.io/p/**")].into();
    for (one, other) in cases {
        let comparison = Comparison::new(&with_patterns(&rule, &[one]), &with_patterns(&rule, &[other]), &system());
        assert!(comparison.difference.as_ref().is_some_and(|witness| witness.is_reference()), "{comparison:#?}");
    }
    // A tag cannot have a slash: only a text that is no reference tells these two apart.
    let (old, new) = (with_patterns(&rule, &["gcr.io/p/app:*"]), with_patterns(&rule, &["gcr.io/p/app:**"]));
    let comparison = Comparison::new(&old, &new, &system());
    assert!(comparison.difference.as_ref().is_some_and(|witness| !witness.is_reference()), "{comparison:#?}");
}
