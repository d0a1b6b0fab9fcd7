//! The answer to a request, with its reasons.

use super::attestor_fault::AttestorFault;
use super::facts::Facts;
use super::outcome::{ImageOutcome, OtherRule, Outcome, RuleRef};
use super::request::Platform;
use super::trace::Trace;
use crate::container::ContainerKind;

/// What one attestor says of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestorOutcome {
    /// As the policy names it.
    pub name: String,
    /// `None`: not known.
    pub satisfied: Option<bool>,
    /// That is taken to be so, and was not looked up.
    pub assumed: bool,
    /// Where it is not satisfied, word for word the cluster's reason; where it is not known, why.
    pub reason: String,
    /// What is behind the reason.
    pub fault: Option<AttestorFault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDecision {
    /// As the policy saw it: on Cloud Run with its digest, if that is known.
    pub image: String,
    pub container: String,
    pub kind: ContainerKind,
    pub outcome: ImageOutcome,
    /// Every attestor of the rule, in its order; empty where the rule asks for no attestations.
    pub attestors: Vec<AttestorOutcome>,
}

/// The answer, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Word for word what the cluster would print after `Error from server (VIOLATES_POLICY): `
    /// (or Cloud Run after its own prefix); empty where nothing is denied. For the other
    /// generation, and for what a dry run or break-glass overrode, see [`Decision::denial_text`].
    pub message: String,
    pub platform: Platform,
    /// The name of the pod or revision, as [`crate::admission::Request::name`] has it.
    pub name: String,
    /// `None` where enforcement is off and no rule is looked at. Where [`Decision::other_rules`] has
    /// some, the rule that decides if the facts that choose between them are what no key names.
    pub rule: Option<RuleRef>,
    /// The rules that decide instead, if what is not known of the pod is what their keys say.
    pub other_rules: Vec<OtherRule>,
    /// The facts that are not known and could turn it; empty exactly where it is decided.
    pub open: Facts,
    pub images: Vec<ImageDecision>,
    pub trace: Trace,
}

impl Decision {
    /// The rule that decides, where that is known.
    pub fn known_rule(&self) -> Option<&RuleRef> {
        self.rule.as_ref().filter(|_| self.other_rules.is_empty())
    }

    /// The facts that are not known and choose the rule.
    pub fn rule_hangs_on(&self) -> Facts {
        self.other_rules.iter().fold(Facts::NONE, |all, other| all | other.hangs_on)
    }

    /// What is not known and could turn it, in one line; `None` where it is decided.
    pub fn open_line(&self) -> Option<String> {
        (!self.open.is_empty()).then(|| format!("it hangs on {}", self.open))
    }
}
