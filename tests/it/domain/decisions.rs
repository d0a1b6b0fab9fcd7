//! Properties of decisions, over random policies, pods and evidence drawn from few words, so that
//! patterns match, keys apply and attestations count often.

use std::collections::{BTreeMap, HashMap};

use countersign::domain::admission::trace::{Check, Status};
use countersign::domain::admission::{
    Attestations, AttestorEvidence, BREAK_GLASS_LABEL, CompiledPolicy, Decision, Enforcement, Evidence, ImageOutcome,
    Outcome, Platform, Request, RequestImage, decide, evaluate,
};
use countersign::domain::attestation::{self, Attestation, Signature, SignatureFault, Verified, Verify, parse_payload};
use countersign::domain::attestor::{Attestor, KeyMaterial, PublicKey};
use countersign::domain::image::{Digest, ImageRef};
use countersign::domain::name::AttestorName;
use countersign::domain::pattern::Pattern;
use countersign::domain::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};
use countersign::domain::system_policy::SystemPolicy;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Takes a signature that begins with `good:`; the rest is the message.
pub(super) struct Plain;

impl Verify for Plain {
    fn verify(&self, _: &PublicKey, signature: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        let message = signature.strip_prefix(b"good:").ok_or(SignatureFault::Bad)?;
        Ok(Verified { message: message.to_vec(), warnings: Vec::new() })
    }
}

const ATTESTORS: [&str; 3] = ["projects/p/attestors/a", "projects/p/attestors/b", "projects/p/attestors/c"];

pub(super) fn digest(n: u8) -> Digest {
    Digest::from_sha256(&[n; 32])
}

fn image() -> impl Strategy<Value = String> {
    let name = select(vec!["nginx", "r.io/a", "r.io/a/b", "k8s.gcr.io/x/y"]);
    prop_oneof![
        4 => (name.clone(), 0..2_u8).prop_map(|(name, n)| format!("{name}@{}", digest(n))),
        2 => name.prop_map(|name| format!("{name}:v1")),
        1 => "\\PC{0,12}",
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec!["nginx", "nginx:v1", "r.io/*", "r.io/**", "r.io/a*", "r.io/a[@:]*", "r.io/a/b@*", "x/y", "*", ""])
            .prop_map(str::to_owned),
        1 => "[a-z./:@*\\[\\]]{0,12}",
    ]
}

fn rule() -> impl Strategy<Value = AdmissionRule> {
    let mode = prop_oneof![select(EvaluationMode::ALL.to_vec()), Just(EvaluationMode::RequireAttestation)];
    let attestors = vec(prop_oneof![19 => select(ATTESTORS.to_vec()), 1 => Just("no name")], 0..3);
    (mode, attestors, select(EnforcementMode::ALL.to_vec())).prop_map(
        |(evaluation_mode, attestors, enforcement_mode)| {
            let require_attestations_by = attestors.into_iter().map(str::to_owned).collect();
            AdmissionRule { evaluation_mode, require_attestations_by, enforcement_mode }
        },
    )
}

fn rules(keys: &'static [&'static str]) -> impl Strategy<Value = BTreeMap<String, AdmissionRule>> {
    btree_map(select(keys.to_vec()).prop_map(str::to_owned), rule(), 0..2)
}

pub(super) fn policy() -> impl Strategy<Value = Policy> {
    let modes = [
        GlobalPolicyEvaluationMode::Enable,
        GlobalPolicyEvaluationMode::Disable,
        GlobalPolicyEvaluationMode::Unspecified,
    ];
    let maps =
        (rules(&["z.c", "z.d"]), rules(&["ns", "default"]), rules(&["ns:sa", "ns:default"]), rules(&["d/ns/ns/sa/sa"]));
    (select(modes.to_vec()), vec(pattern(), 0..4), maps, rule()).prop_map(|(mode, patterns, maps, default)| Policy {
        global_policy_evaluation_mode: mode,
        admission_whitelist_patterns: patterns
            .into_iter()
            .map(|name_pattern| AdmissionWhitelistPattern { name_pattern })
            .collect(),
        cluster_admission_rules: maps.0,
        kubernetes_namespace_admission_rules: maps.1,
        kubernetes_service_account_admission_rules: maps.2,
        istio_service_identity_admission_rules: maps.3,
        ..Policy::with_default(default)
    })
}

pub(super) fn request() -> impl Strategy<Value = Request> {
    let images = vec(image().prop_map(|image| RequestImage { image, ..RequestImage::default() }), 0..3);
    let place = (
        select(vec![Platform::Gke, Platform::Gke, Platform::CloudRun]),
        select(vec![Enforcement::On, Enforcement::On, Enforcement::On, Enforcement::Off]),
        proptest::option::of(select(vec!["z.c", "z.e"]).prop_map(str::to_owned)),
        select(vec!["ns", ""]),
        select(vec!["sa", ""]),
        proptest::option::of(select(vec!["d/ns/ns/sa/sa", "spiffe://d/ns/ns/sa/sa"]).prop_map(str::to_owned)),
        select(vec!["", "", "true", "yes"]),
    );
    (place, images).prop_map(|((platform, enforcement, cluster, namespace, account, identity, glass), images)| {
        Request {
            platform,
            enforcement,
            cluster,
            namespace: namespace.to_owned(),
            service_account: account.to_owned(),
            service_identity: identity,
            labels: (!glass.is_empty()).then(|| (BREAK_GLASS_LABEL.to_owned(), glass.to_owned())).into_iter().collect(),
            images,
            ..Request::default()
        }
    })
}

/// An attestation that may be wrong in any way, and is often right.
fn attestation(attestor: &'static str) -> impl Strategy<Value = Attestation> {
    let usually = || proptest::bool::weighted(0.9);
    (0..2_u8, usually(), usually(), usually(), usually(), usually()).prop_map(
        move |(of, own_note, own_kind, own_digest, own_key, holds)| {
            let says = if own_digest { of } else { of + 1 };
            let image: ImageRef = format!("r.io/a@{}", digest(says)).parse().unwrap();
            let payload = attestation::payload(&image, &digest(says));
            let note = if own_note { attestor.rsplit('/').next().unwrap() } else { "elsewhere" };
            let seal: &[u8] = if holds { b"good:" } else { b"bad:" };
            let public_key_id = if own_key { "KEY" } else { "key" }.to_owned();
            Attestation {
                name: "projects/p/occurrences/1".to_owned(),
                note: format!("projects/p/notes/{note}").parse().unwrap(),
                kind: if own_kind { attestation::ATTESTATION } else { "BUILD" }.to_owned(),
                resource_uri: format!("https://r.io/a@{}", digest(of)),
                signatures: vec![Signature { public_key_id, bytes: [seal, &payload].concat() }],
                payload,
                jwts: 0,
                create_time: None,
            }
        },
    )
}

fn attestor(name: &str, keys: usize) -> Attestor {
    let name: AttestorName = name.parse().unwrap();
    let key =
        PublicKey { id: "KEY".to_owned(), comment: String::new(), material: KeyMaterial::Pgp { armor: String::new() } };
    Attestor {
        note: format!("projects/p/notes/{}", name.id()).parse().unwrap(),
        name,
        description: String::new(),
        keys: vec![key; keys],
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

fn attestor_evidence(name: &'static str) -> impl Strategy<Value = AttestorEvidence> {
    let attestations = prop_oneof![
        12 => vec(attestation(name), 0..5).prop_map(Attestations::Read),
        1 => Just(Attestations::NotPermitted { service_account: "agent@x".to_owned(), readable: Vec::new() }),
        1 => Just(Attestations::NoteMissing),
        1 => Just(Attestations::Unknown("no answer".to_owned())),
    ];
    prop_oneof![
        12 => (select(vec![0, 1, 1, 2]), attestations)
            .prop_map(move |(keys, attestations)| AttestorEvidence::Found { attestor: attestor(name, keys), attestations }),
        1 => Just(AttestorEvidence::AssumedNone),
        1 => Just(AttestorEvidence::NotFound),
        1 => Just(AttestorEvidence::Unknown("no answer".to_owned())),
    ]
}

pub(super) fn evidence() -> impl Strategy<Value = Evidence> {
    let each = ATTESTORS.map(|name| proptest::option::weighted(0.9, attestor_evidence(name)));
    let resolved = proptest::option::of(0..3_u8);
    (each, proptest::option::weighted(0.2, select(ATTESTORS.to_vec())), resolved).prop_map(
        |(each, assumed, resolved)| Evidence {
            attestors: ATTESTORS
                .into_iter()
                .zip(each)
                .filter_map(|(name, known)| Some((name.parse().unwrap(), known?)))
                .collect(),
            assumed: assumed.into_iter().map(|name| name.parse().unwrap()).collect(),
            resolved: resolved.into_iter().map(|n| ("r.io/a:v1".to_owned(), digest(n))).collect(),
            ..Evidence::default()
        },
    )
}

fn ask(policy: &Policy, request: &Request, evidence: &Evidence) -> Decision {
    let policy = CompiledPolicy::new(policy, &SystemPolicy::of_sandbox());
    evaluate(&policy, request, evidence, &Plain)
}

/// How far a decision is from a refusal.
fn leniency(outcome: Outcome) -> u8 {
    match outcome.admits() {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    }
}

fn statuses(check: &Check, status: Status) -> usize {
    usize::from(check.status == status) + check.children.iter().map(|child| statuses(child, status)).sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_trace_changes_nothing(policy in policy(), request in request(), evidence in evidence()) {
        let compiled = CompiledPolicy::new(&policy, &SystemPolicy::of_sandbox());
        let decision = evaluate(&compiled, &request, &evidence, &Plain);
        prop_assert_eq!(decide(&compiled, &request, &evidence, &Plain), decision.outcome);
    }

    #[test]
    fn a_decision_agrees_with_itself(policy in policy(), request in request(), evidence in evidence()) {
        let decision = ask(&policy, &request, &evidence);
        prop_assert_eq!(decision.images.len(), request.images.len());
        prop_assert_eq!(decision.message.is_empty(), decision.outcome != Outcome::Deny);
        let denied = decision.images.iter().any(|image| matches!(image.outcome, ImageOutcome::Deny(_)));
        let unknown = decision.images.iter().any(|image| image.outcome == ImageOutcome::Undecided);
        prop_assert_eq!(decision.outcome == Outcome::Admit, !denied && !unknown);
        prop_assert!(decision.outcome != Outcome::Deny || denied);
        prop_assert!(decision.outcome != Outcome::Undecided || (unknown && !denied));
        // What is not known is in the trace as such.
        let shown: usize = decision.trace.checks.iter().map(|check| statuses(check, Status::Unknown)).sum();
        prop_assert!(!unknown || shown > 0, "{}", decision.trace);
        prop_assert!(!denied || decision.trace.first_failure().is_some(), "{}", decision.trace);
    }

    #[test]
    fn an_allowlist_pattern_more_never_turns_an_admit_into_a_deny(
        policy in policy(), request in request(), evidence in evidence(), more in pattern(), at in 0..5_usize,
    ) {
        let before = ask(&policy, &request, &evidence).outcome;
        let mut longer = policy;
        let at = at.min(longer.admission_whitelist_patterns.len());
        longer.admission_whitelist_patterns.insert(at, AdmissionWhitelistPattern { name_pattern: more });
        let after = ask(&longer, &request, &evidence).outcome;
        prop_assert!(leniency(after) >= leniency(before), "{before:?} became {after:?}");
    }

    #[test]
    fn an_attestation_less_never_turns_a_deny_into_an_admit(
        policy in policy(), request in request(), evidence in evidence(),
    ) {
        let before = ask(&policy, &request, &evidence).outcome;
        for poorer in with_one_attestation_less(&evidence) {
            let after = ask(&policy, &request, &poorer).outcome;
            prop_assert!(leniency(after) <= leniency(before), "{before:?} became {after:?}");
        }
    }

    #[test]
    fn any_text_is_matched_without_panic(pattern in "\\PC{0,20}", image in "\\PC{0,20}") {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            let _ = pattern.matches(&image);
        }
        let policy = Policy {
            admission_whitelist_patterns: vec![AdmissionWhitelistPattern { name_pattern: pattern }],
            ..Policy::with_default(AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced))
        };
        let request = Request {
            images: vec![RequestImage { image, ..RequestImage::default() }],
            ..Request::default()
        };
        let _ = ask(&policy, &request, &Evidence::default()).trace.to_string();
    }

    #[test]
    fn any_bytes_are_read_as_a_payload_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = parse_payload(&bytes);
    }
}

fn with_one_attestation_less(evidence: &Evidence) -> Vec<Evidence> {
    let mut all = Vec::new();
    for (name, known) in &evidence.attestors {
        let AttestorEvidence::Found { attestor, attestations: Attestations::Read(list) } = known else { continue };
        for removed in 0..list.len() {
            let mut shorter = list.clone();
            shorter.remove(removed);
            let attestations = Attestations::Read(shorter);
            let known = AttestorEvidence::Found { attestor: attestor.clone(), attestations };
            let mut poorer = evidence.clone();
            poorer.attestors.insert(name.clone(), known);
            all.push(poorer);
        }
    }
    all
}

/// The properties say something only if the cases reach what they speak of.
#[test]
fn the_random_cases_reach_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let mut seen: HashMap<Outcome, usize> = HashMap::new();
    let (mut pattern_mattered, mut attestation_mattered) = (0, 0);
    for _ in 0..2_000 {
        let (policy, request, evidence, more) =
            (policy(), request(), evidence(), pattern()).new_tree(&mut runner).unwrap().current();
        let before = ask(&policy, &request, &evidence).outcome;
        *seen.entry(before).or_default() += 1;
        let less = with_one_attestation_less(&evidence);
        attestation_mattered += usize::from(less.iter().any(|less| ask(&policy, &request, less).outcome != before));
        let mut longer = policy;
        longer.admission_whitelist_patterns.push(AdmissionWhitelistPattern { name_pattern: more });
        pattern_mattered += usize::from(ask(&longer, &request, &evidence).outcome != before);
    }
    assert!(seen.len() == 5 && seen.values().all(|count| *count >= 10), "{seen:?}");
    assert!(pattern_mattered >= 20 && attestation_mattered >= 5, "{pattern_mattered}, {attestation_mattered}");
}
