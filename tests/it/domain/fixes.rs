//! Fixes: each one flips the decision and none of its steps is idle, over random policies, pods and
//! evidence; and over a small universe nothing smaller of its kind does.
//!
//! What a step does is written down here a second time, so that both would have to be wrong alike.

mod brute_force;

use std::collections::BTreeMap;

use countersign::domain::admission::{
    Attestations, AttestorEvidence, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION, CompiledPolicy, Evidence,
    Outcome, Platform, Request, decide,
};
use countersign::domain::attestation::{self, Attestation, Signature};
use countersign::domain::attestor::{Attestor, KeyMaterial, PublicKey};
use countersign::domain::document::{Dialect, Document, emit};
use countersign::domain::fix::{Denial, Fix, FixFacts, FixKind, FixStep, KnownKey, fixes};
use countersign::domain::image::{Digest, ImageRef};
use countersign::domain::name::AttestorName;
use countersign::domain::policy::{AdmissionWhitelistPattern, EvaluationMode, Policy, RuleKind};
use countersign::domain::system_policy::SystemPolicy;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::decisions::{Plain, digest, evidence, policy, request};

/// A policy as the service would store it: one map of rules, attestors exactly where they are asked,
/// patterns that are some.
fn stored(policy: Policy) -> Option<Policy> {
    let mut policy = policy;
    let mut filled = false;
    for map in [
        &mut policy.cluster_admission_rules,
        &mut policy.kubernetes_namespace_admission_rules,
        &mut policy.kubernetes_service_account_admission_rules,
        &mut policy.istio_service_identity_admission_rules,
    ] {
        if filled {
            map.clear();
        }
        filled |= !map.is_empty();
        map.values_mut().for_each(valid);
    }
    valid(&mut policy.default_admission_rule);
    policy
        .admission_whitelist_patterns
        .retain(|pattern| countersign::domain::pattern::Pattern::parse(&pattern.name_pattern).is_ok());
    Document::parse(&emit(&policy), Dialect::Gcloud).policy
}

fn valid(rule: &mut countersign::domain::policy::AdmissionRule) {
    rule.require_attestations_by.retain(|name| name.parse::<AttestorName>().is_ok());
    if rule.evaluation_mode != EvaluationMode::RequireAttestation {
        rule.require_attestations_by.clear();
    } else if rule.require_attestations_by.is_empty() {
        rule.evaluation_mode = EvaluationMode::AlwaysDeny;
    }
}

fn key(id: &str) -> PublicKey {
    PublicKey { id: id.to_owned(), comment: String::new(), material: KeyMaterial::Pgp { armor: String::new() } }
}

/// Keys that the evidence's attestations are signed by, and one that nothing is.
fn keys() -> Vec<KnownKey> {
    [("KEY", true), ("key", false), ("MINE", true)].map(|(id, held)| KnownKey { key: key(id), held }).to_vec()
}

/// What the tags of the random pods mean.
fn tags() -> BTreeMap<String, Digest> {
    ["nginx:v1", "r.io/a:v1", "r.io/a/b:v1"].into_iter().map(|tag| (tag.to_owned(), digest(0))).collect()
}

/// A question that can be asked again with changes.
#[derive(Clone)]
struct World {
    policy: Policy,
    request: Request,
    evidence: Evidence,
    /// What tags mean.
    digests: BTreeMap<String, Digest>,
}

impl World {
    fn outcome(&self) -> Outcome {
        let policy = CompiledPolicy::new(&self.policy, &SystemPolicy::of_sandbox());
        decide(&policy, &self.request, &self.evidence, &Plain)
    }

    fn admits(&self) -> bool {
        self.outcome().admits() == Some(true)
    }

    fn fixes(&self) -> Vec<Fix> {
        let (document, keys) = (Document::parse(&emit(&self.policy), Dialect::Gcloud), keys());
        let system = SystemPolicy::of_sandbox();
        let (request, evidence) = (&self.request, &self.evidence);
        let case = Denial { document: &document, system: &system, request, evidence, verify: &Plain };
        fixes(&case, &FixFacts { keys: Some(&keys), digests: Some(&self.digests), ..FixFacts::default() })
    }

    fn with(&self, steps: &[&FixStep]) -> Self {
        let mut world = self.clone();
        for step in steps {
            world.take(step);
        }
        world
    }

    /// What the step is, done.
    fn take(&mut self, step: &FixStep) {
        match step {
            FixStep::UseDigest { from, to } => {
                self.request
                    .images
                    .iter_mut()
                    .filter(|image| image.image == *from)
                    .for_each(|i| i.image.clone_from(to));
            }
            FixStep::BreakGlass { platform: Platform::Gke, .. } => {
                self.request.labels.insert(BREAK_GLASS_LABEL.to_owned(), "true".to_owned());
            }
            FixStep::BreakGlass { platform: Platform::CloudRun, .. } => {
                self.request.annotations.insert(CLOUD_RUN_BREAK_GLASS_ANNOTATION.to_owned(), "why".to_owned());
            }
            FixStep::AllowPattern { pattern } => {
                let pattern = AdmissionWhitelistPattern { name_pattern: pattern.clone() };
                self.policy.admission_whitelist_patterns.push(pattern);
            }
            FixStep::SetRule { kind, key, rule } => {
                let policy = &mut self.policy;
                let map = match kind {
                    RuleKind::Default => return policy.default_admission_rule = rule.clone(),
                    RuleKind::Cluster => &mut policy.cluster_admission_rules,
                    RuleKind::Namespace => &mut policy.kubernetes_namespace_admission_rules,
                    RuleKind::ServiceAccount => &mut policy.kubernetes_service_account_admission_rules,
                    RuleKind::ServiceIdentity => &mut policy.istio_service_identity_admission_rules,
                };
                map.insert(key.clone(), rule.clone());
            }
            FixStep::AddKey { attestor, key: new } => {
                if let Some(AttestorEvidence::Found { attestor, .. }) = self.evidence.attestors.get_mut(attestor) {
                    attestor.keys.push(new.as_ref().map_or_else(|| key("NEW"), |known| known.key.clone()));
                }
            }
            FixStep::CreateNote { note } => {
                for found in self.evidence.attestors.values_mut() {
                    if let AttestorEvidence::Found { attestor, attestations } = found
                        && attestor.note == *note
                        && *attestations == Attestations::NoteMissing
                    {
                        *attestations = Attestations::Read(Vec::new());
                    }
                }
            }
            FixStep::CreateAttestor { attestor, note } => {
                let made = Attestor {
                    name: attestor.clone(),
                    description: String::new(),
                    note: note.clone(),
                    keys: Vec::new(),
                    service_account_email: None,
                    update_time: None,
                    etag: None,
                };
                let attestations = Attestations::Read(Vec::new());
                let found = AttestorEvidence::Found { attestor: made, attestations };
                self.evidence.attestors.insert(attestor.clone(), found);
            }
            FixStep::Grant { attestor, .. } => {
                if let Some(AttestorEvidence::Found { attestations, .. }) = self.evidence.attestors.get_mut(attestor)
                    && let Attestations::NotPermitted { readable, .. } = attestations.clone()
                {
                    *attestations = Attestations::Read(readable);
                }
            }
            FixStep::CorrectKeyId { attestor, attestation, signature, key_id } => {
                let mut copy = (**attestation).clone();
                copy.signatures[*signature].public_key_id.clone_from(key_id);
                self.store(attestor, copy);
            }
            FixStep::CopyAttestation { attestor, attestation, signature, note } => {
                let mut copy = (**attestation).clone();
                copy.signatures = vec![copy.signatures[*signature].clone()];
                copy.note.clone_from(note);
                self.store(attestor, copy);
            }
            FixStep::Attest { attestor, image, .. } => self.attest(attestor, image),
        }
    }

    /// A good attestation by the attestor's first key; by one that has none, or may not be read, nothing.
    fn attest(&mut self, name: &AttestorName, image: &str) {
        let image: ImageRef = image.parse().unwrap();
        match self.evidence.attestors.get(name) {
            Some(AttestorEvidence::Found { attestor, .. }) if !attestor.keys.is_empty() => {
                let payload = attestation::payload(&image, image.digest().unwrap());
                let bytes = [b"good:", payload.as_slice()].concat();
                let attestation = Attestation {
                    name: "projects/p/occurrences/new".to_owned(),
                    note: attestor.note.clone(),
                    kind: attestation::ATTESTATION.to_owned(),
                    resource_uri: image.to_string(),
                    signatures: vec![Signature { public_key_id: attestor.keys[0].id.clone(), bytes }],
                    payload,
                    jwts: 0,
                    create_time: None,
                };
                self.store(&name.clone(), attestation);
            }
            Some(AttestorEvidence::AssumedNone) => {
                let digests = self.evidence.surveyed.entry(name.clone()).or_default();
                digests.insert(image.digest().unwrap().clone(), true);
            }
            _ => {}
        }
    }

    fn store(&mut self, attestor: &AttestorName, attestation: Attestation) {
        if let Some(AttestorEvidence::Found { attestations: Attestations::Read(list), .. }) =
            self.evidence.attestors.get_mut(attestor)
        {
            list.push(attestation);
        }
    }
}

/// Whether the fix does what it says: it admits, also as it is written, and nothing of it is idle.
fn check(world: &World, fix: &Fix) {
    let steps: Vec<&FixStep> = fix.steps.iter().collect();
    let then = world.with(&steps);
    assert_eq!(then.outcome(), fix.outcome, "{fix:#?}");
    assert!(then.admits(), "{fix:#?}");
    if let Some(text) = &fix.policy {
        let written = Document::parse(text, Dialect::Gcloud).policy.unwrap();
        assert!(written.says_the_same_as(&then.policy), "{fix:#?}");
    }
    for left_out in 0..steps.len() {
        let fewer: Vec<&FixStep> =
            steps.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, s)| *s).collect();
        assert!(!world.with(&fewer).admits(), "{left_out} is idle in {fix:#?}");
    }
}

/// Evidence with notes of which something can be read without the grant.
fn with_readable(evidence: Evidence, readable: &[Attestation]) -> Evidence {
    let mut evidence = evidence;
    for found in evidence.attestors.values_mut() {
        if let AttestorEvidence::Found { attestor, attestations: Attestations::NotPermitted { readable: list, .. } } =
            found
        {
            list.extend(readable.iter().map(|one| Attestation { note: attestor.note.clone(), ..one.clone() }));
        }
    }
    evidence
}

fn good(n: u8) -> Attestation {
    let image: ImageRef = format!("r.io/a@{}", digest(n)).parse().unwrap();
    let payload = attestation::payload(&image, &digest(n));
    Attestation {
        name: "projects/p/occurrences/1".to_owned(),
        note: "projects/p/notes/a".parse().unwrap(),
        kind: attestation::ATTESTATION.to_owned(),
        resource_uri: image.to_string(),
        signatures: vec![Signature { public_key_id: "KEY".to_owned(), bytes: [b"good:", payload.as_slice()].concat() }],
        payload,
        jwts: 0,
        create_time: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_fix_flips_the_decision_and_has_no_idle_step(
        policy in policy(), request in request(), evidence in evidence(), readable in any::<bool>(),
    ) {
        let readable = if readable { vec![good(0), good(1)] } else { Vec::new() };
        let Some(policy) = stored(policy) else { return Ok(()) };
        let world = World { policy, request, evidence: with_readable(evidence, &readable), digests: tags() };
        let fixes = world.fixes();
        prop_assert_eq!(fixes.is_empty(), world.outcome() != Outcome::Deny);
        for fix in &fixes {
            check(&world, fix);
        }
        for (at, fix) in fixes.iter().enumerate() {
            prop_assert!(fixes.iter().skip(at + 1).all(|other| other.kind != fix.kind && other.steps != fix.steps));
        }
    }
}

/// The property says something only if the cases reach every kind.
#[test]
fn the_random_cases_reach_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<FixKind, usize> = BTreeMap::new();
    for _ in 0..2_500 {
        let (policy, request, evidence) = (policy(), request(), evidence()).new_tree(&mut runner).unwrap().current();
        let Some(policy) = stored(policy) else { continue };
        let world = World { policy, request, evidence: with_readable(evidence, &[good(0), good(1)]), digests: tags() };
        for fix in world.fixes() {
            *seen.entry(fix.kind).or_default() += 1;
        }
    }
    // No image of a random case is an index: `src/domain/fix/tests.rs` has one.
    let missing: Vec<FixKind> = FixKind::ALL.into_iter().filter(|kind| !seen.contains_key(kind)).collect();
    assert_eq!(missing, [FixKind::DeployAttested], "{seen:?}");
}
