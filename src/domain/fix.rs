//! Counterfactuals: the smallest changes that would admit a denied pod, and what else each would admit.
//!
//! Nothing is proposed on a guess. Each kind of change has a list of candidate steps; the smallest set of
//! them with which the *same* engine admits the pod is the fix of that kind, and where no set does there
//! is none. A fix of the policy is a change of its text, read again before it is shown. Uses the rest of
//! the domain, nothing else.

mod case;
mod exempt;
mod json;
mod kind;
mod plan;
mod reach;
mod rules;
mod search;
mod step;
mod words;
mod world;

use crate::admission::Outcome;

pub use case::{Case, Known, KnownKey};
pub use json::FixReport;
pub use kind::Kind;
pub use reach::{Affected, Reach};
pub use step::Step;
pub use words::Hunk;

use plan::Plan;
use world::World;

/// One way to have the pod admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub kind: Kind,
    /// All of them are needed; in the order in which they are done.
    pub steps: Vec<Step>,
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
pub fn fixes(case: &Case<'_>, known: &Known<'_>) -> Vec<Fix> {
    let Some(world) = World::new(case).filter(|world| world.outcome(&[]) == Outcome::Deny) else { return Vec::new() };
    let plan = Plan::new(&world, known);
    let mut fixes: Vec<Fix> = Vec::new();
    for kind in Kind::ALL {
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
    fn rank(&self, known: &Known<'_>) -> u8 {
        let from_here = known.keys.is_none() || self.steps.iter().all(Step::is_possible_here);
        match self.kind {
            Kind::DeployByDigest
            | Kind::GrantRole
            | Kind::RestoreNote
            | Kind::RestoreAttestor
            | Kind::CorrectKeyId
            | Kind::Resign
            | Kind::Attest
                if from_here =>
            {
                0
            }
            Kind::AddKey if from_here => 1,
            Kind::DeployByDigest
            | Kind::CorrectKeyId
            | Kind::Resign
            | Kind::Attest
            | Kind::GrantRole
            | Kind::RestoreNote
            | Kind::RestoreAttestor
            | Kind::AddKey => 2,
            Kind::AllowImage => 3,
            Kind::AllowTag => 4,
            Kind::AllowRepository
            | Kind::AllowRegistry
            | Kind::ServiceIdentityRule
            | Kind::ServiceAccountRule
            | Kind::NamespaceRule
            | Kind::ClusterRule => 5,
            Kind::DryRun => 6,
            Kind::BreakGlass => 7,
        }
    }
}

#[cfg(test)]
mod tests;
