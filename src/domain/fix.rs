//! Counterfactuals: the smallest changes that would admit a denied pod, and what else each would admit.
//!
//! Nothing is proposed on a guess. Each kind of change has a list of candidate steps; the smallest set of
//! them with which the *same* engine admits the pod is the fix of that kind, and where no set does there
//! is none. A fix of the policy is a change of its text, read again before it is shown. Uses the rest of
//! the domain, nothing else.

mod exempt;
mod json;
mod plan;
mod reach;
mod rules;
mod search;
mod step;
mod words;
mod world;

use std::collections::BTreeMap;
use std::fmt;

use crate::admission::{Evidence, Outcome, Request};
use crate::attestation::Verify;
use crate::attestor::PublicKey;
use crate::document::Document;
use crate::image::Digest;
use crate::inventory::Item;
use crate::policy::Policy;

pub use json::FixReport;
pub use reach::{Affected, Reach};
pub use step::Step;
pub use words::Hunk;

use plan::Plan;
use world::World;

/// A request, and what its decision stands on.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The text of the policy; its comments and layout are kept.
    pub document: &'a Document,
    /// Of its patterns those count, where the policy asks for them (see
    /// [`crate::system_policy`]).
    pub system: &'a Policy,
    pub request: &'a Request,
    pub evidence: &'a Evidence,
    pub verify: &'a dyn Verify,
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("request", self.request).finish_non_exhaustive()
    }
}

/// What is known besides, and decides which fixes there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The public keys that could be given to an attestor; `None`: not known.
    pub keys: Option<&'a [KnownKey]>,
    /// What tags mean now, by the image as it is typed.
    pub digests: Option<&'a BTreeMap<String, Digest>>,
    /// The images and pods that there are, and what is known of their attestations.
    pub inventory: Option<(&'a [Item], &'a Evidence)>,
}

/// A public key, and whether its private half is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    pub key: PublicKey,
    pub held: bool,
}

/// How a fix goes about it, those that leave the policy's demand as it is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The pod names the image by its digest.
    DeployByDigest,
    GrantRole,
    /// The note of the attestor was deleted.
    RestoreNote,
    /// The attestor was deleted, and the policy still names it.
    RestoreAttestor,
    /// An attestation that is there, under the id of the key that made it.
    CorrectKeyId,
    /// An attestation that is there does not hold: the right payload is signed.
    Resign,
    Attest,
    AddKey,
    /// This image, by its digest.
    AllowImage,
    /// This image as it is typed, by its tag.
    AllowTag,
    AllowRepository,
    AllowRegistry,
    ServiceIdentityRule,
    ServiceAccountRule,
    NamespaceRule,
    ClusterRule,
    DryRun,
    BreakGlass,
}

impl Kind {
    pub const ALL: [Self; 18] = [
        Self::DeployByDigest,
        Self::GrantRole,
        Self::RestoreNote,
        Self::RestoreAttestor,
        Self::CorrectKeyId,
        Self::Resign,
        Self::Attest,
        Self::AddKey,
        Self::AllowImage,
        Self::AllowTag,
        Self::AllowRepository,
        Self::AllowRegistry,
        Self::ServiceIdentityRule,
        Self::ServiceAccountRule,
        Self::NamespaceRule,
        Self::ClusterRule,
        Self::DryRun,
        Self::BreakGlass,
    ];

    /// In kebab case, for exports.
    pub fn id(self) -> &'static str {
        match self {
            Self::DeployByDigest => "deploy-by-digest",
            Self::RestoreNote => "restore-note",
            Self::RestoreAttestor => "restore-attestor",
            Self::CorrectKeyId => "correct-key-id",
            Self::Resign => "re-sign",
            Self::Attest => "attest",
            Self::GrantRole => "grant-role",
            Self::AddKey => "add-key",
            Self::AllowImage => "allow-image",
            Self::AllowTag => "allow-tag",
            Self::AllowRepository => "allow-repository",
            Self::AllowRegistry => "allow-registry",
            Self::ServiceIdentityRule => "service-identity-rule",
            Self::ServiceAccountRule => "service-account-rule",
            Self::NamespaceRule => "namespace-rule",
            Self::ClusterRule => "cluster-rule",
            Self::DryRun => "dry-run",
            Self::BreakGlass => "break-glass",
        }
    }
}

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
