//! What else a fix would let in: in words by what it is, exactly by a pod that only the changed policy
//! admits, and counted over the images and pods that there are.

use super::case::FixFacts;
use super::kind::FixKind;
use super::step::{FixStep, shown};
use super::world::{World, changed_evidence};
use crate::admission::{Evidence, Outcome, answer};
use crate::document::Document;
use crate::inventory::InventoryItem;
use crate::name::AttestorName;
use crate::policy::{EvaluationMode, Policy, RuleKind};
use crate::review::{Comparison, Flip, Reviewer, Witness};

/// How many images and pods are named.
const FIRST: usize = 5;

/// What else a fix would let in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// One sentence.
    pub words: String,
    /// A made-up pod that is refused now and admitted then; only where the policy changes.
    pub example: Option<String>,
    /// Over what there is, where that is known.
    pub inventory: Option<Affected>,
}

/// The images and pods besides the case's own that are refused now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Affected {
    /// How many would be admitted.
    pub admits: usize,
    /// Of how many it is not known.
    pub unknown: usize,
    /// How many were looked at.
    pub of: usize,
    /// The first of those that would be admitted.
    pub first: Vec<String>,
}

impl Reach {
    /// What is counted, 0 where nothing is.
    pub(super) fn count(&self) -> usize {
        self.inventory.as_ref().map_or(0, |affected| affected.admits)
    }
}

/// What is said where there is nothing to count.
pub const NO_IMAGES: &str = "no images known";

impl Affected {
    /// `2 of 31 known images and pods: a, b`.
    pub fn text(&self) -> String {
        if self.of == 0 {
            return NO_IMAGES.to_owned();
        }
        let mut text = match self.admits {
            0 => format!("none of {} known images and pods", self.of),
            count => format!("{count} of {} known images and pods: {}", self.of, self.first.join(", ")),
        };
        if self.admits > self.first.len() {
            text.push_str(", …");
        }
        if self.unknown > 0 {
            text.push_str(&format!("; of {} it is not known", self.unknown));
        }
        text
    }
}

/// What the steps of a fix let in besides the case itself; `policy` is the changed text.
pub(super) fn reach(
    world: &World<'_>,
    known: &FixFacts<'_>,
    kind: FixKind,
    steps: &[FixStep],
    policy: Option<&str>,
) -> Reach {
    let case = world.case;
    let changed = policy.and_then(|text| Document::parse(text, case.document.dialect).policy);
    let example = changed.as_ref().and_then(|changed| example(world, changed));
    let inventory = known.inventory.map(|(items, evidence)| {
        let others = Others { world, items, evidence };
        others.affected(steps, changed.as_ref().unwrap_or(world.policy))
    });
    Reach { words: words(kind, steps), example, inventory }
}

/// A pod that only the changed policy admits, and that is not the case's own.
fn example(world: &World<'_>, changed: &Policy) -> Option<String> {
    let comparison = Comparison::new(world.policy, changed, world.case.system);
    let own = |witness: &Witness| world.case.request.images.iter().any(|image| image.image == witness.image());
    let lets_in = |witness: &&Witness| matches!(witness.flip(), Some(Flip::NewlyAdmitted | Flip::NewlyLogged));
    let admitted = |witness: &&Witness| witness.old == Outcome::Deny && !own(witness);
    let witnesses = comparison.changes.iter().flat_map(|change| change.effect.witnesses());
    witnesses.chain(comparison.difference.as_deref()).filter(lets_in).find(admitted).map(Witness::text)
}

struct Others<'a> {
    world: &'a World<'a>,
    items: &'a [InventoryItem],
    evidence: &'a Evidence,
}

impl Others<'_> {
    fn affected(&self, steps: &[FixStep], policy: &Policy) -> Affected {
        let steps: Vec<&FixStep> = steps.iter().collect();
        let (system, verify) = (self.world.case.system, self.world.case.verify);
        let reviewer = Reviewer::new(self.world.policy, policy, system);
        let attestors: Vec<AttestorName> =
            policy.attestors().into_iter().filter_map(|name| name.parse().ok()).collect();
        let then = changed_evidence(self.evidence, &steps);
        let mut affected = Affected::default();
        for item in self.items.iter().filter(|item| !self.is_own(item)) {
            affected.of += 1;
            let now = answer(reviewer.old(), &item.request, &item.evidence(self.evidence, &attestors), verify);
            if now.outcome.admits() == Some(true) {
                continue;
            }
            let after = answer(reviewer.new_policy(), &item.request, &item.evidence(&then, &attestors), verify);
            match (now.outcome.admits(), after.outcome.admits()) {
                (Some(false), Some(true)) => {
                    affected.admits += 1;
                    if affected.first.len() < FIRST {
                        affected.first.push(item.title());
                    }
                }
                (_, Some(false)) => {}
                // What is not known is so under both, and the fix changes nothing of it.
                (None, None) if now == after && reviewer.treat_alike(item) => {}
                _ => affected.unknown += 1,
            }
        }
        affected
    }

    /// Whether the item is what is to be admitted.
    fn is_own(&self, item: &InventoryItem) -> bool {
        let (own, other) = (self.world.case.request, &item.request);
        let images = |request: &crate::admission::Request| {
            request.images.iter().map(|image| image.image.clone()).collect::<Vec<String>>()
        };
        let default = |text: &str| if text.is_empty() { "default".to_owned() } else { text.to_owned() };
        images(own) == images(other)
            && own.not_known == other.not_known
            && own.cluster == other.cluster
            && default(&own.namespace) == default(&other.namespace)
    }
}

fn words(kind: FixKind, steps: &[FixStep]) -> String {
    match kind {
        FixKind::DeployByDigest | FixKind::DeployAttested => {
            "Nothing else: the policy admits this digest already.".to_owned()
        }
        FixKind::CopyAttestation | FixKind::CorrectKeyId | FixKind::Resign | FixKind::Attest | FixKind::RestoreNote => {
            format!("Only this digest, also in other repositories, wherever a rule asks {}.", asked(steps))
        }
        FixKind::GrantRole => format!("Every image that is validly attested, wherever a rule asks {}.", asked(steps)),
        FixKind::AddKey | FixKind::RestoreAttestor => {
            format!("Every image that this key signed or will sign, wherever a rule asks {}.", asked(steps))
        }
        FixKind::AllowImage => "Only this digest in this repository, under every rule, attested or not.".to_owned(),
        FixKind::AllowTag => {
            format!("Whatever {} means now and later, under every rule, attested or not.", patterns(steps))
        }
        FixKind::AllowRepository | FixKind::AllowRegistry => {
            format!("Every image that {} covers, under every rule, attested or not.", patterns(steps))
        }
        FixKind::ServiceIdentityRule | FixKind::ServiceAccountRule | FixKind::NamespaceRule | FixKind::ClusterRule => {
            steps.iter().find_map(of_rule).unwrap_or_default()
        }
        FixKind::DryRun => steps.iter().find_map(of_dry_run).unwrap_or_default(),
        FixKind::BreakGlass => {
            "Every image of this pod, whatever it is; the policy is overridden, and each use is logged.".to_owned()
        }
    }
}

/// The attestors that the steps are about, by their ids.
fn asked(steps: &[FixStep]) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for step in steps {
        let attestor = match step {
            FixStep::AddKey { attestor, .. }
            | FixStep::Grant { attestor, .. }
            | FixStep::CreateAttestor { attestor, .. }
            | FixStep::CorrectKeyId { attestor, .. }
            | FixStep::CopyAttestation { attestor, .. }
            | FixStep::Attest { attestor, .. } => attestor.id(),
            FixStep::UseDigest { .. }
            | FixStep::AllowPattern { .. }
            | FixStep::SetRule { .. }
            | FixStep::BreakGlass { .. }
            | FixStep::CreateNote { .. } => continue,
        };
        if !ids.contains(&attestor) {
            ids.push(attestor);
        }
    }
    ids.join(" or ")
}

fn patterns(steps: &[FixStep]) -> String {
    let pattern = |step: &FixStep| {
        let FixStep::AllowPattern { pattern } = step else { return None };
        Some(shown(pattern))
    };
    steps.iter().filter_map(pattern).collect::<Vec<_>>().join(" or ")
}

fn of_rule(step: &FixStep) -> Option<String> {
    let FixStep::SetRule { kind, key, rule } = step else { return None };
    let place = place(*kind, key);
    Some(match rule.evaluation_mode {
        EvaluationMode::RequireAttestation => {
            let names = rule.require_attestations_by.iter().filter_map(|name| name.parse::<AttestorName>().ok());
            let ids: Vec<String> = names.map(|name| name.id().to_owned()).collect();
            format!("Every image that {} attested, {place}.", ids.join(" and "))
        }
        EvaluationMode::AlwaysAllow | EvaluationMode::AlwaysDeny => format!("Every image, {place}."),
    })
}

fn of_dry_run(step: &FixStep) -> Option<String> {
    let FixStep::SetRule { kind, key, .. } = step else { return None };
    Some(format!("Every image, {}: what the rule denies is only logged.", place(*kind, key)))
}

/// Where a rule applies.
pub(super) fn place(kind: RuleKind, key: &str) -> String {
    match kind {
        RuleKind::Default => "wherever the default rule decides".to_owned(),
        RuleKind::Cluster => format!("in cluster {key}"),
        RuleKind::Namespace => format!("in namespace {key}, of every cluster"),
        RuleKind::ServiceAccount => format!("for service account {key}, in every cluster"),
        RuleKind::ServiceIdentity => format!("for service identity {key}, in every cluster"),
    }
}
