//! The items of an inventory under two policies: what flips, and what cannot be said.

use std::ops::Range;
use std::sync::Arc;

use crate::admission::{
    Answer, AttestorOutcome, CompiledPolicy, Decision, Evidence, Fact, Facts, ImageOutcome, Outcome, Platform, answer,
    evaluate,
};
use crate::attestation::Verify;
use crate::inventory::InventoryItem;
use crate::name::AttestorName;
use crate::policy::Policy;
use crate::system_policy::SystemPolicy;

use super::alike::treat_alike;
use super::witness::{Flip, Witness};

/// What two policies decide for one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReviewRow {
    pub old: Outcome,
    pub new: Outcome,
    pub standing: Standing,
}

/// How an item stands after the change, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    NewlyDenied,
    NewlyAdmitted,
    /// Something that decides is not known, and the policies treat it differently.
    Undecided,
    NewlyLogged,
    NoLongerLogged,
    /// Decided alike; also where an outcome is not known, but the same things decide it under both.
    Unchanged,
}

impl Standing {
    pub const ALL: [Self; 6] = [
        Self::NewlyDenied,
        Self::NewlyAdmitted,
        Self::Undecided,
        Self::NewlyLogged,
        Self::NoLongerLogged,
        Self::Unchanged,
    ];

    /// The standing in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewlyDenied => Flip::NewlyDenied.as_str(),
            Self::NewlyAdmitted => Flip::NewlyAdmitted.as_str(),
            Self::NewlyLogged => Flip::NewlyLogged.as_str(),
            Self::NoLongerLogged => Flip::NoLongerLogged.as_str(),
            Self::Undecided => "undecided",
            Self::Unchanged => "unchanged",
        }
    }

    /// The name in kebab case, for flags and exports.
    pub fn id(self) -> &'static str {
        match self {
            Self::NewlyDenied => "newly-denied",
            Self::NewlyAdmitted => "newly-admitted",
            Self::Undecided => "undecided",
            Self::NewlyLogged => "newly-logged",
            Self::NoLongerLogged => "no-longer-logged",
            Self::Unchanged => "unchanged",
        }
    }
}

impl Standing {
    /// How two answers stand to each other; `None` where that hangs on something that is not known.
    pub(crate) fn known(old: Answer, new: Answer) -> Option<Self> {
        let (admitted, admits) = (old.outcome.admits()?, new.outcome.admits()?);
        // Whether a pod that runs is logged is as little known as the rules that say so.
        if admitted && admits && !(old.differs | new.differs).is_empty() {
            return None;
        }
        Some(Flip::from_outcomes(old.outcome, new.outcome).map_or(Self::Unchanged, Self::from))
    }
}

impl From<Flip> for Standing {
    fn from(flip: Flip) -> Self {
        match flip {
            Flip::NewlyDenied => Self::NewlyDenied,
            Flip::NewlyAdmitted => Self::NewlyAdmitted,
            Flip::NewlyLogged => Self::NewlyLogged,
            Flip::NoLongerLogged => Self::NoLongerLogged,
        }
    }
}

impl Witness {
    /// How the pod stands after the change; undecided where what one of the policies does is not known.
    pub fn standing(&self) -> Standing {
        let is_open = self.old.admits().is_none() || self.new.admits().is_none();
        let otherwise = if is_open { Standing::Undecided } else { Standing::Unchanged };
        self.flip().map_or(otherwise, Standing::from)
    }
}

/// Two policies that are asked about many items.
#[derive(Debug)]
pub struct Reviewer {
    old: Arc<CompiledPolicy>,
    new: Arc<CompiledPolicy>,
    attestors: Vec<AttestorName>,
    /// The two are the same policy.
    same: bool,
}

impl Reviewer {
    /// Compiles both; of `system` the patterns count, where a policy asks for them.
    pub fn new(old: &Policy, new: &Policy, system: &SystemPolicy) -> Self {
        let compiled = |policy| Arc::new(CompiledPolicy::new(policy, system));
        Self::from_compiled([old, new], [compiled(old), compiled(new)])
    }

    /// Compares policies that are compiled already.
    pub fn from_compiled([old, new]: [&Policy; 2], [old_compiled, new_compiled]: [Arc<CompiledPolicy>; 2]) -> Self {
        let mut attestors: Vec<AttestorName> =
            [old, new].into_iter().flat_map(Policy::attestors).filter_map(|name| name.parse().ok()).collect();
        attestors.sort();
        attestors.dedup();
        Self { old: old_compiled, new: new_compiled, attestors, same: old.says_the_same_as(new) }
    }

    /// Whether it asks these very policies, in this order.
    pub fn is_of(&self, [old, new]: &[Arc<CompiledPolicy>; 2]) -> bool {
        Arc::ptr_eq(&self.old, old) && Arc::ptr_eq(&self.new, new)
    }

    /// Whether it asks this policy as the old one.
    pub fn is_from(&self, old: &Arc<CompiledPolicy>) -> bool {
        Arc::ptr_eq(&self.old, old)
    }

    pub(crate) fn old(&self) -> &CompiledPolicy {
        &self.old
    }

    pub(crate) fn new_policy(&self) -> &CompiledPolicy {
        &self.new
    }

    /// Every attestor that a rule of either policy names, in order.
    pub fn attestors(&self) -> &[AttestorName] {
        &self.attestors
    }

    /// What both decide for an item, without the reasons.
    pub fn row(&self, item: &InventoryItem, evidence: &Evidence, verify: &dyn Verify) -> ReviewRow {
        let evidence = item.evidence(evidence, &self.attestors);
        let asked = |policy: &CompiledPolicy| answer(policy, &item.request, &evidence, verify);
        let (old, new) = (asked(&self.old), asked(&self.new));
        let standing = Standing::known(old, new)
            .unwrap_or_else(|| if self.treat_alike(item) { Standing::Unchanged } else { Standing::Undecided });
        ReviewRow { old: old.outcome, new: new.outcome, standing }
    }

    /// The rows of a part of an inventory, so that several threads can share the work.
    pub fn rows(
        &self,
        items: &[InventoryItem],
        part: Range<usize>,
        evidence: &Evidence,
        verify: &dyn Verify,
    ) -> Vec<ReviewRow> {
        items.get(part).unwrap_or_default().iter().map(|item| self.row(item, evidence, verify)).collect()
    }

    /// Both decisions with their trees.
    pub fn decisions(&self, item: &InventoryItem, evidence: &Evidence, verify: &dyn Verify) -> [Decision; 2] {
        let evidence = item.evidence(evidence, &self.attestors);
        [&self.old, &self.new].map(|policy| evaluate(policy, &item.request, &evidence, verify))
    }

    /// Whether each image of the pod meets the same under both policies, whatever is not known.
    pub(crate) fn treat_alike(&self, item: &InventoryItem) -> bool {
        if self.same || item.request.platform == Platform::CloudRun {
            return self.same;
        }
        treat_alike([&self.old, &self.new], &item.request)
    }
}

/// What would have to be known to decide an item: the facts that it hangs on, and of attestations those of
/// each attestor of which they are not known, each with what is not known.
pub(super) fn missing(decision: &Decision) -> Vec<String> {
    let facts = decision.open.without(Facts::of_evidence()).iter().map(|fact| fact.as_str().to_owned());
    let unknown = |outcome: &&AttestorOutcome| outcome.satisfied.is_none();
    let of_image = |image: &crate::admission::ImageDecision| {
        let attestors = image.attestors.iter().filter(unknown);
        let mut lines: Vec<String> = attestors
            .map(|attestor| format!("whether {} attested {}: {}", attestor.name, image.image, attestor.reason))
            .collect();
        if decision.open.contains(Fact::Tag) && image.outcome == ImageOutcome::Undecided {
            let digest = format!("the digest that Cloud Run resolves {} to", image.image);
            lines =
                if decision.open.contains(Fact::Attestations) { [vec![digest], lines].concat() } else { vec![digest] };
        }
        lines
    };
    facts.chain(decision.images.iter().flat_map(of_image)).collect()
}
