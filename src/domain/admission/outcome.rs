//! What can come of a request and of each of its images, and the rule that was applied.

use super::facts::Facts;
use crate::policy::{EnforcementMode, EvaluationMode, RuleKind};

/// A decision in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Admit,
    Deny,
    /// The rule is a dry run, and would deny or could not be evaluated.
    AdmitDryRun,
    /// The pod breaks the glass, and the policy would deny or could not be evaluated.
    AdmitBreakGlass,
    /// Something that decides was not known.
    Undecided,
}

impl Outcome {
    /// Whether the pod runs; `None` where that is not known.
    pub fn admits(self) -> Option<bool> {
        match self {
            Self::Admit | Self::AdmitDryRun | Self::AdmitBreakGlass => Some(true),
            Self::Deny => Some(false),
            Self::Undecided => None,
        }
    }

    /// A sentence about the pod, without its full stop.
    pub fn words(self) -> &'static str {
        match self {
            Self::Admit => "the pod is admitted",
            Self::AdmitDryRun => "the pod is admitted, as the rule is a dry run",
            Self::AdmitBreakGlass => "the pod is admitted, as it breaks the glass",
            Self::Deny => "the pod is refused",
            Self::Undecided => "whether the pod is admitted is not known",
        }
    }

    /// As in the output of `simulate`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "ADMIT",
            Self::Deny => "DENY",
            Self::AdmitDryRun => "ADMIT_DRY_RUN",
            Self::AdmitBreakGlass => "ADMIT_BREAK_GLASS",
            Self::Undecided => "UNDECIDED",
        }
    }
}

/// The rule that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRef {
    pub kind: RuleKind,
    /// As it stands in the policy; empty for the default rule.
    pub key: String,
    pub evaluation_mode: EvaluationMode,
    pub enforcement_mode: EnforcementMode,
}

/// A rule that decides instead, if what is not known of the pod is what its key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRule {
    pub rule: RuleRef,
    /// What is decided then.
    pub outcome: Outcome,
    /// The facts that are not known and choose it.
    pub hangs_on: Facts,
}

/// Which list exempted an image, and by which pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exemption {
    System {
        pattern: String,
    },
    /// `index` counts `admissionWhitelistPatterns` from 0.
    Allowlist {
        pattern: String,
        index: usize,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageOutcome {
    Exempt(Exemption),
    Allow,
    Deny(DenyCause),
    Undecided,
}

impl ImageOutcome {
    /// As in the output of `simulate`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Exempt(_) => "EXEMPT",
            Self::Allow => "ALLOW",
            Self::Deny(_) => "DENY",
            Self::Undecided => "UNDECIDED",
        }
    }
}

/// Why a rule denies an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyCause {
    AlwaysDeny,
    /// At least one of [`ImageDecision::attestors`](super::ImageDecision::attestors) is not satisfied.
    Attestors,
    /// The rule requires attestations and names no attestor, which the service refuses to store.
    NoAttestors,
}
