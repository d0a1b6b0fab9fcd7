//! What a check of a decision is about, with the values that it was made on.
//!
//! The kind is the fact, and its words are made from it: whoever needs a fact reads the kind.

mod attestation;
mod attestor;
mod break_glass;
mod exemption;
mod rule;
mod words;

use super::facts::Facts;
use super::outcome::Outcome;
use super::request::Enforcement;
use crate::container::ContainerKind;
use crate::policy::{EnforcementMode, EvaluationMode};
use crate::text::clip;

pub use attestation::{AttestationCheck, StageResult};
pub use attestor::AttestorCheck;
pub use break_glass::{BreakGlassCheck, MetadataKind};
pub use exemption::{ClosestPattern, ExemptionCheck};
pub use rule::{RuleCheck, RuleLookup};
pub use words::Words;

/// What a check is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckKind {
    /// Whether Binary Authorization is asked where the pod would run.
    Enforcement(Enforcement),
    /// Nobody said whether it is.
    EnforcementNotKnown,
    /// Which rule decides.
    Rule(RuleCheck),
    /// Everything about one image, as the policy sees it.
    Image { image: String, container: Option<ImageContainer> },
    /// The digest that Cloud Run resolves an image to, which is not known.
    UnresolvedDigest { image: String },
    /// Whether a list exempts the image from every rule.
    Exemption(ExemptionCheck),
    /// What the rule's evaluation mode says to the image.
    EvaluationMode(EvaluationMode),
    /// Whether an attestor vouches for the image.
    Attestor(AttestorCheck),
    /// Whether one attestation counts.
    Attestation(AttestationCheck),
    /// What the rule's enforcement mode makes of the verdict; `overrides`: it admits a pod that would
    /// be refused.
    EnforcementMode { mode: EnforcementMode, overrides: bool },
    /// Whether the pod asks to be admitted whatever the policy says.
    BreakGlass(BreakGlassCheck),
    /// The facts that are not known and could turn the decision.
    HangsOn(Facts),
    /// What came out.
    Outcome(Outcome),
}

/// The container that an image is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageContainer {
    pub kind: ContainerKind,
    pub name: String,
}

impl CheckKind {
    fn words(&self) -> Words {
        match self {
            Self::Enforcement(Enforcement::On) => Words::new("Binary Authorization is enforced here"),
            Self::Enforcement(Enforcement::Off) => {
                Words::new("Binary Authorization is not enforced here, so every pod is admitted")
                    .with_expected("the evaluation mode PROJECT_SINGLETON_POLICY_ENFORCE on the cluster")
                    .with_found("DISABLED")
            }
            Self::Rule(check) => check.words(),
            Self::Image { image, container } => image_words(image, container.as_ref()),
            Self::UnresolvedDigest { image } => Words::new("digest that Cloud Run resolves the image to")
                .with_found(format!("not known for {}", clip(image))),
            Self::Exemption(check) => check.words(),
            Self::EvaluationMode(mode) => Words::new(format!("evaluation mode {}", mode.as_str())),
            Self::Attestor(check) => check.words(),
            Self::Attestation(check) => check.words(),
            Self::EnforcementMode { mode, overrides } => enforcement_words(*mode, *overrides),
            Self::BreakGlass(check) => check.words(),
            Self::EnforcementNotKnown => {
                Words::new("whether Binary Authorization is enforced here").with_found("not known")
            }
            Self::HangsOn(facts) => Words::new("not known, and it decides").with_found(facts.to_string()),
            Self::Outcome(outcome) => Words::new(outcome.words()),
        }
    }
}

fn image_words(image: &str, container: Option<&ImageContainer>) -> Words {
    let words = Words::new(format!("image {}", clip(image)));
    match container {
        None => words,
        Some(container) => words.with_found(format!("{} {}", container.kind.as_str(), clip(&container.name))),
    }
}

fn enforcement_words(mode: EnforcementMode, overrides: bool) -> Words {
    let label = match (mode, overrides) {
        (EnforcementMode::DryRun, true) => "dry run: what would be refused is admitted, and logged",
        (EnforcementMode::DryRun, false) => "dry run: nothing would be refused",
        (EnforcementMode::Enforced, _) => "the rule is enforced",
    };
    Words::new(label).with_found(mode.as_str())
}

/// The words in which the checks of a trace are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wording {
    #[default]
    English,
    /// The words are the same for every kind: with them, tests prove that no code reads a fact from words.
    #[cfg(test)]
    Uniform,
}

impl Wording {
    /// What a check of this kind says.
    pub(super) fn words(self, kind: &CheckKind) -> Words {
        match self {
            Self::English => kind.words(),
            #[cfg(test)]
            Self::Uniform => Words::new("a check").with_expected("something").with_found("something else"),
        }
    }
}

impl From<RuleCheck> for CheckKind {
    fn from(check: RuleCheck) -> Self {
        Self::Rule(check)
    }
}

impl From<ExemptionCheck> for CheckKind {
    fn from(check: ExemptionCheck) -> Self {
        Self::Exemption(check)
    }
}

impl From<AttestorCheck> for CheckKind {
    fn from(check: AttestorCheck) -> Self {
        Self::Attestor(check)
    }
}

impl From<AttestationCheck> for CheckKind {
    fn from(check: AttestationCheck) -> Self {
        Self::Attestation(check)
    }
}

impl From<BreakGlassCheck> for CheckKind {
    fn from(check: BreakGlassCheck) -> Self {
        Self::BreakGlass(check)
    }
}
