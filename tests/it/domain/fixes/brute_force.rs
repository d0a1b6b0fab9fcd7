//! A small universe of policies, pods and evidence: what all sets of steps of a kind can do, tried one by
//! one, against what is proposed.

use std::collections::BTreeMap;

use countersign::domain::admission::{Attestations, AttestorEvidence, Evidence, Outcome, Request, RequestImage};
use countersign::domain::attestation::Attestation;
use countersign::domain::attestor::Attestor;
use countersign::domain::fix::{FixKind, FixStep, KnownKey};
use countersign::domain::image::ImageRef;
use countersign::domain::name::AttestorName;
use countersign::domain::policy::{AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, Policy};

use super::{World, check, digest, good, key, keys};

fn names() -> [AttestorName; 2] {
    ["a", "b"].map(|id| format!("projects/p/attestors/{id}").parse().unwrap())
}

fn policies() -> Vec<Policy> {
    let asks = |ids: &[&str]| AdmissionRule {
        require_attestations_by: ids.iter().map(|id| format!("projects/p/attestors/{id}")).collect(),
        ..AdmissionRule::always(EvaluationMode::RequireAttestation, EnforcementMode::Enforced)
    };
    let deny = AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced);
    let patterns = [vec![], vec!["r.io/a@*"], vec!["r.io/b/**"]];
    let mut policies = Vec::new();
    for rule in [deny, asks(&["a"]), asks(&["a", "b"])] {
        for patterns in &patterns {
            let patterns = patterns.iter().map(|text| AdmissionWhitelistPattern { name_pattern: (*text).to_owned() });
            let admission_whitelist_patterns = patterns.collect();
            policies.push(Policy { admission_whitelist_patterns, ..Policy::with_default(rule.clone()) });
        }
    }
    policies
}

fn pods() -> Vec<Request> {
    let images = [
        format!("r.io/a@{}", digest(0)),
        "r.io/a:v1".to_owned(),
        format!("r.io/b/c@{}", digest(1)),
        format!("s.io/x/y@{}", digest(0)),
        "bare".to_owned(),
    ];
    let pod = |images: &[&String]| Request {
        images: images.iter().map(|i| RequestImage { image: (*i).clone(), ..RequestImage::default() }).collect(),
        cluster: Some("z.c".to_owned()),
        ..Request::default()
    };
    let mut pods = vec![pod(&images.iter().take(4).collect::<Vec<_>>())];
    for (at, one) in images.iter().enumerate() {
        pods.push(pod(&[one]));
        pods.extend(images.iter().skip(at + 1).map(|two| pod(&[one, two])));
    }
    pods
}

fn attestor(name: &AttestorName, keys: &[&str]) -> Attestor {
    Attestor {
        note: format!("projects/p/notes/{}", name.id()).parse().unwrap(),
        name: name.clone(),
        description: String::new(),
        keys: keys.iter().map(|id| key(id)).collect(),
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

/// Everything that an attestor of this name can be, in as few forms as the steps tell apart.
fn states(name: &AttestorName) -> Vec<AttestorEvidence> {
    let note = |attestation: Attestation| Attestation {
        note: format!("projects/p/notes/{}", name.id()).parse().unwrap(),
        ..attestation
    };
    let under = |n: u8, id: &str| {
        let mut attestation = note(good(n));
        id.clone_into(&mut attestation.signatures[0].public_key_id);
        attestation
    };
    let mut unsound = note(good(0));
    unsound.signatures[0].bytes = b"bad:".to_vec();
    let found = |keys: &[&str], attestations| AttestorEvidence::Found { attestor: attestor(name, keys), attestations };
    let not_permitted = |readable| Attestations::NotPermitted { service_account: "agent@x".to_owned(), readable };
    vec![
        AttestorEvidence::NotFound,
        found(&[], Attestations::Read(vec![note(good(0))])),
        found(&[], Attestations::Read(Vec::new())),
        found(&["KEY"], Attestations::Read(vec![note(good(0)), note(good(1))])),
        found(&["KEY"], Attestations::Read(vec![note(good(0))])),
        found(&["KEY"], Attestations::Read(vec![under(0, "key"), note(good(1))])),
        found(&["OTHER"], Attestations::Read(vec![under(0, "MINE")])),
        found(&["KEY"], Attestations::Read(vec![unsound])),
        found(&["KEY"], not_permitted(vec![note(good(0))])),
        found(&["KEY"], not_permitted(Vec::new())),
        found(&["KEY"], Attestations::NoteMissing),
    ]
}

/// What belongs to the kind, and what it may need besides: every step that there could be.
fn universe(world: &World, kind: FixKind) -> (Vec<FixStep>, Vec<FixStep>) {
    let images: Vec<String> = world.request.images.iter().map(|image| image.image.clone()).collect();
    let allow = |pattern: String| FixStep::AllowPattern { pattern };
    let by_digest = |image: &String| image.contains("@sha256:");
    let exact: Vec<FixStep> = images.iter().map(|image| allow(image.clone())).collect();
    match kind {
        FixKind::AllowImage => (images.iter().filter(|i| by_digest(i)).map(|i| allow(i.clone())).collect(), Vec::new()),
        FixKind::AllowTag => {
            let (digests, tags): (Vec<String>, Vec<String>) = images.into_iter().partition(by_digest);
            (tags.into_iter().map(allow).collect(), digests.into_iter().map(allow).collect())
        }
        FixKind::AllowRepository => {
            let names = images.iter().map(|image| image.parse::<ImageRef>().unwrap().name().to_owned());
            let names: Vec<String> = names.filter(|name| name.contains('/')).collect();
            let tails = ["@*", ":*", "[@:]*"];
            (names.iter().flat_map(|name| tails.map(|tail| allow(format!("{name}{tail}")))).collect(), exact)
        }
        FixKind::AllowRegistry => {
            let hosts = images.iter().filter_map(|image| Some(image.split_once('/')?.0.to_owned()));
            (hosts.map(|host| allow(format!("{host}/**"))).collect(), exact)
        }
        _ => of_evidence(world, kind),
    }
}

/// Every step that concerns digests and attestors.
fn of_evidence(world: &World, kind: FixKind) -> (Vec<FixStep>, Vec<FixStep>) {
    let use_digests: Vec<FixStep> = proposed(world, |step| matches!(step, FixStep::UseDigest { .. }));
    let mut digests: Vec<String> =
        world.request.images.iter().map(|i| i.image.clone()).filter(|i| i.contains('@')).collect();
    digests.extend(use_digests.iter().filter_map(|step| match step {
        FixStep::UseDigest { to, .. } => Some(to.clone()),
        _ => None,
    }));
    let (mut grants, mut new_keys, mut corrections, mut attests) = (vec![], vec![], vec![], vec![]);
    for (name, found) in &world.evidence.attestors {
        let AttestorEvidence::Found { attestor, attestations } = found else { continue };
        let list = match attestations {
            Attestations::Read(list) => list.clone(),
            Attestations::NotPermitted { service_account, readable } => {
                grants.push(FixStep::Grant {
                    attestor: name.clone(),
                    note: attestor.note.clone(),
                    service_account: service_account.clone(),
                });
                readable.clone()
            }
            _ => Vec::new(),
        };
        let all: Vec<KnownKey> = keys();
        new_keys.extend(all.iter().map(|k| FixStep::AddKey { attestor: name.clone(), key: Some(Box::new(k.clone())) }));
        for attestation in list {
            corrections.extend(attestor.keys.iter().map(|key| FixStep::CorrectKeyId {
                attestor: name.clone(),
                attestation: Box::new(attestation.clone()),
                signature: 0,
                key_id: key.id.clone(),
            }));
        }
        attests.extend(digests.iter().map(|image| FixStep::Attest {
            attestor: name.clone(),
            note: None,
            image: image.clone(),
            held: None,
            again: false,
            signers: Vec::new(),
        }));
    }
    let join = |lists: &[&Vec<FixStep>]| lists.iter().flat_map(|list| list.iter().cloned()).collect::<Vec<FixStep>>();
    match kind {
        FixKind::DeployByDigest => (use_digests, Vec::new()),
        FixKind::GrantRole => (grants, join(&[&use_digests, &attests])),
        FixKind::CorrectKeyId => (corrections, join(&[&use_digests, &grants, &attests])),
        FixKind::AddKey => (new_keys, join(&[&use_digests, &attests])),
        _ => (attests, join(&[&use_digests])),
    }
}

/// Steps that some fix has: the digest that stands for one that is not known is only known there.
fn proposed(world: &World, wanted: fn(&FixStep) -> bool) -> Vec<FixStep> {
    let mut steps: Vec<FixStep> = Vec::new();
    for step in world.fixes().into_iter().flat_map(|fix| fix.steps).filter(wanted) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// The size of the smallest set up to `most` with a step of the kind that admits the pod, and none idle.
fn smallest(world: &World, kind: FixKind, most: usize) -> Option<usize> {
    let (of_kind, besides) = universe(world, kind);
    let all: Vec<&FixStep> = of_kind.iter().chain(&besides).collect();
    (1..=most).find(|size| sets(&all, *size, of_kind.len()).iter().any(|set| admits_without_idle(world, set)))
}

fn admits_without_idle(world: &World, set: &[&FixStep]) -> bool {
    let mut ordered = set.to_vec();
    // Attestations are made when the rest is done.
    ordered.sort_by_key(|step| matches!(step, FixStep::Attest { .. } | FixStep::CorrectKeyId { .. }));
    let without = |at: usize| ordered.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, s)| *s).collect::<Vec<_>>();
    world.with(&ordered).admits() && (0..ordered.len()).all(|at| !world.with(&without(at)).admits())
}

/// Every set of this size with at least one of the first `of_kind`.
fn sets<'s>(all: &[&'s FixStep], size: usize, of_kind: usize) -> Vec<Vec<&'s FixStep>> {
    let mut sets: Vec<Vec<&FixStep>> = vec![Vec::new()];
    let mut starts = vec![0];
    for _ in 0..size {
        let (mut longer, mut next) = (Vec::new(), Vec::new());
        for (set, start) in sets.iter().zip(&starts) {
            for (at, step) in all.iter().enumerate().skip(*start) {
                if set.is_empty() && at >= of_kind {
                    break;
                }
                longer.push(set.iter().copied().chain([*step]).collect());
                next.push(at + 1);
            }
        }
        (sets, starts) = (longer, next);
    }
    sets
}

/// The largest sets that are tried out.
const MOST: usize = 2;

const KINDS: [FixKind; 9] = [
    FixKind::DeployByDigest,
    FixKind::GrantRole,
    FixKind::CorrectKeyId,
    FixKind::Attest,
    FixKind::AddKey,
    FixKind::AllowImage,
    FixKind::AllowTag,
    FixKind::AllowRepository,
    FixKind::AllowRegistry,
];

/// Compares in every world of these pods, policies and states of the two attestors that `wanted` picks by how
/// many attestors are asked and its number; how often each kind was met.
fn explore(
    policies: &[Policy],
    pods: &[Request],
    states: [&[AttestorEvidence]; 2],
    mut wanted: impl FnMut(usize) -> bool,
) -> BTreeMap<FixKind, usize> {
    let [a, b] = names();
    let mut denied: BTreeMap<FixKind, usize> = BTreeMap::new();
    for policy in policies {
        // Where nobody is asked it makes no difference what is known of them.
        let asked = policy.attestors().len();
        let [first, second] =
            [0, 1].map(|number| states[number].iter().take(if asked > number { usize::MAX } else { 1 }));
        for request in pods {
            for first in first.clone() {
                for second in second.clone().filter(|_| wanted(asked)) {
                    let attestors = [(a.clone(), first.clone()), (b.clone(), second.clone())].into();
                    let evidence = Evidence { attestors, ..Evidence::default() };
                    let world =
                        World { policy: policy.clone(), request: request.clone(), evidence, digests: BTreeMap::new() };
                    if world.outcome() == Outcome::Deny {
                        compare(&world, &mut denied);
                    }
                }
            }
        }
    }
    denied
}

/// Without exception: an image by digest, by tag, and two, under every rule and in every state of the first
/// attestor, with the second asked too in three of its states.
#[test]
fn no_smaller_fix_of_its_kind_is_in_a_small_universe() {
    let [a, b] = names();
    let is_small_policy = |policy: &Policy| match policy.admission_whitelist_patterns.as_slice() {
        [] => true,
        // By its digest an image is exempt, and by its tag not.
        [only] => only.name_pattern == "r.io/a@*" && policy.attestors().is_empty(),
        _ => false,
    };
    let policies: Vec<Policy> = policies().into_iter().filter(is_small_policy).collect();
    let pods: Vec<Request> = pods().into_iter().filter(is_small).collect();
    assert_eq!((policies.len(), pods.len()), (4, 3));
    let of_second: Vec<AttestorEvidence> = states(&b).into_iter().skip(2).take(3).collect();
    let denied = explore(&policies, &pods, [&states(&a), &of_second], |_| true);
    let met = |kind: &FixKind| denied.contains_key(kind);
    assert!(KINDS.iter().all(met), "{denied:?}");
}

/// `r.io/a` by digest or by tag, and the two images that have digests and one registry.
fn is_small(pod: &Request) -> bool {
    let images: Vec<&str> = pod.images.iter().map(|image| image.image.as_str()).collect();
    match images.as_slice() {
        [one] => one.starts_with("r.io/a"),
        [one, two] => one.starts_with("r.io/a@") && two.starts_with("r.io/b"),
        _ => false,
    }
}

/// Of a larger universe, a part that is spread over all of it.
#[test]
fn no_smaller_fix_of_its_kind_is_found_by_trying_many() {
    let [a, b] = names();
    let mut number = 0;
    let wanted = |asked: usize| {
        number += 1;
        number % [3, 29, 67].get(asked).copied().unwrap_or(1) == 0
    };
    let denied = explore(&policies(), &pods(), [&states(&a), &states(&b)], wanted);
    assert!(KINDS.iter().all(|kind| denied.get(kind).is_some_and(|count| *count >= 3)), "{denied:?}");
}

fn compare(world: &World, seen: &mut BTreeMap<FixKind, usize>) {
    let fixes = world.fixes();
    for fix in &fixes {
        check(world, fix);
    }
    for kind in KINDS {
        let fix = fixes.iter().find(|fix| fix.kind == kind);
        let Some(fix) = fix else { continue };
        *seen.entry(kind).or_default() += 1;
        let smaller = smallest(world, kind, MOST.min(fix.steps.len() - 1));
        assert_eq!(smaller, None, "{kind:?} of {} steps in {:#?}", fix.steps.len(), world.request);
    }
    // What can be done at all with one or two steps is proposed, under this kind or another one.
    let shortest = fixes.iter().map(|fix| fix.steps.len()).min();
    for kind in KINDS {
        if let Some(size) = smallest(world, kind, 1) {
            assert!(shortest.is_some_and(|shortest| shortest <= size), "{kind:?} in {:#?}", world.request);
        }
    }
}
