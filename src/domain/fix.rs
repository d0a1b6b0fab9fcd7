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
pub use reach::{Affected, NO_IMAGES, Reach};
pub use step::{FixStep, Signer};
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

/// Every fix of a denied request, those that can be done from here and let in the least first; none where it is not denied, or the
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
    /// What comes before what is counted: first what can be done from here and leaves the policy's demand as it is,
    /// then what can be done from here and lets in more, last what somebody else has to do.
    fn rank(&self, known: &FixFacts<'_>) -> u8 {
        if known.keys.is_some() && !self.is_possible_here() {
            return 5;
        }
        match self.kind {
            FixKind::DeployByDigest
            | FixKind::DeployAttested
            | FixKind::GrantRole
            | FixKind::RestoreNote
            | FixKind::RestoreAttestor
            | FixKind::CopyAttestation
            | FixKind::CorrectKeyId
            | FixKind::Resign
            | FixKind::Attest => 0,
            FixKind::BreakGlass if self.moves_the_label() => 0,
            FixKind::AddKey => 1,
            FixKind::AllowImage => 2,
            FixKind::AllowTag => 3,
            FixKind::AllowRepository
            | FixKind::AllowRegistry
            | FixKind::ServiceIdentityRule
            | FixKind::ServiceAccountRule
            | FixKind::NamespaceRule
            | FixKind::ClusterRule
            | FixKind::DryRun
            | FixKind::BreakGlass => 4,
        }
    }

    /// Whether the keys of this machine are enough for it.
    pub fn is_possible_here(&self) -> bool {
        self.steps.iter().all(FixStep::is_possible_here)
    }

    /// Whether somebody meant to break the glass, and the label only stands in the wrong place.
    fn moves_the_label(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, FixStep::BreakGlass { misplaced: Some(_), .. }))
    }
}

#[cfg(test)]
mod tests;
