//! Rules of their own, and the dry run of the rule that decides.
//!
//! A valid policy fills at most one of its four maps of rules (`resources.proto`), so a rule of its own
//! is proposed only where it goes into that one, or there is none.

use std::collections::BTreeSet;

use super::kind::FixKind;
use super::step::{FixStep, known_attestors};
use super::world::World;
use crate::admission::{Platform, key_of};
use crate::name::AttestorName;
use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy, RuleKind};

/// The steps of this kind, the narrowest first; one at most is needed.
pub(super) fn candidates(world: &World<'_>, kind: FixKind) -> Vec<FixStep> {
    let kind = match kind {
        FixKind::ServiceIdentityRule => RuleKind::ServiceIdentity,
        FixKind::ServiceAccountRule => RuleKind::ServiceAccount,
        FixKind::NamespaceRule => RuleKind::Namespace,
        FixKind::ClusterRule => RuleKind::Cluster,
        FixKind::DryRun => return dry_run(world).into_iter().collect(),
        FixKind::DeployByDigest
        | FixKind::DeployAttested
        | FixKind::CopyAttestation
        | FixKind::GrantRole
        | FixKind::RestoreNote
        | FixKind::RestoreAttestor
        | FixKind::CorrectKeyId
        | FixKind::Resign
        | FixKind::Attest
        | FixKind::AddKey
        | FixKind::AllowImage
        | FixKind::AllowTag
        | FixKind::AllowRepository
        | FixKind::AllowRegistry
        | FixKind::BreakGlass => return Vec::new(),
    };
    own_rule(world, kind)
}

fn dry_run(world: &World<'_>) -> Option<FixStep> {
    let reference = world.decision(&[]).known_rule().cloned()?;
    let (_, key, rule) =
        world.policy.all_rules().find(|(k, key, _)| (*k, *key) == (reference.kind, &*reference.key))?;
    let rule = AdmissionRule { enforcement_mode: EnforcementMode::DryRun, ..rule.clone() };
    Some(FixStep::SetRule { kind: reference.kind, key: key.to_owned(), rule })
}

fn own_rule(world: &World<'_>, kind: RuleKind) -> Vec<FixStep> {
    let request = world.case.request;
    let others = RuleKind::SPECIFIC.into_iter().filter(|other| *other != kind);
    let is_taken = others.into_iter().any(|other| world.policy.rules(other).is_some_and(|rules| !rules.is_empty()));
    let Some(key) = key_of(kind, request).filter(|_| !is_taken && request.platform == Platform::Gke) else {
        return Vec::new();
    };
    let rules = world.policy.rules(kind);
    // The rule of a service identity may be there under the other form of its key.
    let same =
        |known: &&String| crate::admission::normalise_key(kind, known) == crate::admission::normalise_key(kind, &key);
    let known = rules.and_then(|rules| rules.keys().find(same));
    let key = known.cloned().unwrap_or(key);
    let step = |rule: AdmissionRule| FixStep::SetRule { kind, key: key.clone(), rule };
    let own = rules.and_then(|rules| rules.get(&key));
    let asked = |names: Vec<String>| {
        let attesting = satisfied(world, names, &step);
        (!attesting.is_empty()).then(|| step(asks(attesting)))
    };
    let attesting = own.and_then(|rule| asked(rule.require_attestations_by.clone()));
    let attesting = attesting.or_else(|| asked(everyone(world.policy, world)));
    let allows = step(AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced));
    attesting.into_iter().chain([allows]).collect()
}

fn asks(require_attestations_by: Vec<String>) -> AdmissionRule {
    AdmissionRule {
        require_attestations_by,
        ..AdmissionRule::always(EvaluationMode::RequireAttestation, EnforcementMode::Enforced)
    }
}

/// The attestors with whom alone the rule would admit the pod: together they ask the most that the pod can show.
fn satisfied(world: &World<'_>, names: Vec<String>, step: &dyn Fn(AdmissionRule) -> FixStep) -> Vec<String> {
    names.into_iter().filter(|name| world.admits(&[&step(asks(vec![name.clone()]))])).collect()
}

/// Every attestor that the policy names or something is known of.
fn everyone(policy: &Policy, world: &World<'_>) -> Vec<String> {
    let named = policy.attestors().into_iter().filter_map(|name| name.parse().ok());
    let all: BTreeSet<AttestorName> = named.chain(known_attestors(world.case.evidence)).collect();
    all.iter().map(ToString::to_string).collect()
}
