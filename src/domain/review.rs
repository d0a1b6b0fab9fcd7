//! Two policies compared: exactly, for every pod there could be ([`Comparison`]), and for the pods and
//! images that there are ([`Review`]).
//!
//! The language of policies is small enough that nothing has to be guessed: `compare` proves that two
//! policies decide alike, or finds a pod that they decide differently and asks both about it. Uses the
//! rest of the domain, nothing else.

mod alike;
mod because;
mod behaviour;
mod changes;
mod compare;
mod json;
mod landscape;
mod markdown;
mod outcomes;
mod report;
mod sarif;
mod subjects;
mod witness;

pub use because::Because;
pub use changes::{ChangeKind, Effect, PolicyChange, rule_label};
pub use compare::Side;
pub use json::{Source, json};
pub use markdown::markdown;
pub use outcomes::{ReviewRow, Reviewer, Standing};
pub use report::{Detail, Group, MAX_DETAILS, Review};
pub use sarif::sarif;
pub use witness::{Flip, Witness};

use changes::Texts;
use compare::Pair;

use crate::admission::{CompiledPolicy, Facts};
use crate::policy::Policy;
use crate::system_policy::SystemPolicy;

/// What is different between two policies, whatever the pods are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// What is written differently, each with what it does.
    pub changes: Vec<PolicyChange>,
    /// A pod that the two decide differently, for certain if there is one. `None`: there is none, and none is possible,
    /// unless something is not known.
    pub difference: Option<Box<Witness>>,
    /// What is not known and could make a difference that no pod shows.
    pub open: Facts,
}

impl Comparison {
    /// Compares two policies; of `system` the patterns count, where a policy asks for them.
    pub fn new(old: &Policy, new: &Policy, system: &SystemPolicy) -> Self {
        let (old_compiled, new_compiled) = (CompiledPolicy::new(old, system), CompiledPolicy::new(new, system));
        let pair = Pair::new(&old_compiled, &new_compiled);
        let changes = Texts { old, new, pair: &pair }.changes();
        let shown = changes.iter().flat_map(|change| change.effect.witnesses());
        // A pod with an image that exists says more than one with a text that is none.
        let is_worse = |witness: &&Witness| (witness.standing() == Standing::Undecided, !witness.is_reference());
        let best = shown.min_by_key(is_worse).cloned();
        let difference = best.or_else(|| pair.first_departure()).map(Box::new);
        Self { changes, difference, open: pair.open() }
    }

    /// Whether the two policies admit, deny and log the same, whatever the pod and its attestations.
    pub fn is_equivalent(&self) -> bool {
        self.differs() == Some(false)
    }

    /// Whether some pod is decided differently; `None` where that hangs on what is not known.
    pub fn differs(&self) -> Option<bool> {
        match &self.difference {
            Some(witness) if witness.standing() != Standing::Undecided => Some(true),
            None if self.open.is_empty() => Some(false),
            _ => None,
        }
    }
}
