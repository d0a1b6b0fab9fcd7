//! Counterfactuals: the smallest changes that would admit a denied pod, and what else each would admit.
//!
//! Nothing is proposed on a guess. Each kind of change has a list of candidate steps; the smallest set of
//! them with which the *same* engine admits the pod is the fix of that kind, and where no set does there
//! is none. A fix of the policy is a change of its text, read again before it is shown. Uses the rest of
//! the domain, nothing else.

mod case;
mod commands;
mod exempt;
mod kind;
mod patch;
mod plan;
mod reach;
mod rules;
mod search;
mod step;
mod words;
mod world;

use crate::admission::Outcome;

pub use case::{Denial, FixFacts, KnownKey};
pub use kind::FixKind;
pub use patch::patch;
pub use reach::{Affected, Reach};
pub use step::FixStep;
pub use words::Hunk;

use plan::Plan;
use world::World;

/// One way to have the pod admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub kind: FixKind,
    /// All of them are needed; in the order in which they are done.
    pub steps: Vec<FixStep>,
    /// What is decided with them.
    pub outcome: Outcome,
    /// The text of the policy with its steps made, where there are such.
    pub policy: Option<String>,
    pub reach: Reach,
}

/// Every fix of a denied request, those that let in the least first; none where it is not denied, or the
/// document is no policy.
///
/// Policy changes are tried on the policy itself; the text that comes of them is read and decided again.
pub fn fixes(case: &Denial<'_>, known: &FixFacts<'_>) -> Vec<Fix> {
    let Some(world) = World::new(case).filter(|world| world.outcome(&[]) == Outcome::Deny) else { return Vec::new() };
    let plan = Plan::new(&world, known);
    let mut fixes: Vec<Fix> = Vec::new();
    for kind in FixKind::ALL {
        let (primary, helpers) = plan.candidates(kind);
        let Some(steps) = search::smallest(&world, &primary, &helpers) else { continue };
        if fixes.iter().any(|fix| fix.steps == steps) {
            continue;
        }
        let Some((outcome, policy)) = world.confirmed(&steps) else { continue };
        let reach = reach::reach(&world, known, kind, &steps, policy.as_deref());
        fixes.push(Fix { kind, steps, outcome, policy, reach });
    }
    fixes.sort_by_key(|fix| (fix.rank(known), fix.reach.count(), fix.steps.len(), fix.kind));
    fixes
}

impl Fix {
    /// What comes before what is counted: whether the policy's demand stays, who can do it from here, and
    /// whether the decision is overridden instead of changed.
    fn rank(&self, known: &FixFacts<'_>) -> u8 {
        let from_here = known.keys.is_none() || self.steps.iter().all(FixStep::is_possible_here);
        match self.kind {
            FixKind::DeployByDigest
            | FixKind::GrantRole
            | FixKind::RestoreNote
            | FixKind::RestoreAttestor
            | FixKind::CorrectKeyId
            | FixKind::Resign
            | FixKind::Attest
                if from_here =>
            {
                0
            }
            FixKind::AddKey if from_here => 1,
            FixKind::DeployByDigest
            | FixKind::CorrectKeyId
            | FixKind::Resign
            | FixKind::Attest
            | FixKind::GrantRole
            | FixKind::RestoreNote
            | FixKind::RestoreAttestor
            | FixKind::AddKey => 2,
            FixKind::AllowImage => 3,
            FixKind::AllowTag => 4,
            FixKind::AllowRepository
            | FixKind::AllowRegistry
            | FixKind::ServiceIdentityRule
            | FixKind::ServiceAccountRule
            | FixKind::NamespaceRule
            | FixKind::ClusterRule => 5,
            FixKind::DryRun => 6,
            FixKind::BreakGlass => 7,
        }
    }
}

#[cfg(test)]
mod tests;
