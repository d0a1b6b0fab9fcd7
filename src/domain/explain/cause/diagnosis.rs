//! What is told of a refusal: its causes, how sure they are, and what is not known.

use crate::admission::{Decision, Evidence};
use crate::policy::Policy;

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The project's state proves it.
    Certain,
    Likely,
    Possible,
}

impl Confidence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

macro_rules! cause_kinds {
    ($($(#[$doc:meta])* $name:ident $text:literal)*) => {
        /// What can be behind a refusal, in the order of how much it says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CauseKind {
            $($(#[$doc])* $name,)*
        }

        impl CauseKind {
            /// Every kind, for the test that each is reached.
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// As in the output of `explain`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

cause_kinds! {
    AdmittedNow "admitted-now"
    Enforcer "enforcer-unreachable"
    Tag "tag-without-digest"
    AttestorMissing "attestor-missing"
    NoKeys "attestor-without-keys"
    NoteMissing "note-missing"
    Grant "note-not-readable"
    OtherNote "attested-on-other-note"
    KeyId "key-id-unknown"
    Payload "payload-differs"
    KeyRevoked "key-revoked"
    Signature "signature-does-not-hold"
    Algorithm "key-or-algorithm-unusable"
    NotSigned "attestation-without-signature"
    OtherDigest "attested-other-digest"
    NoAttestation "not-attested"
    SystemPolicyOff "system-policy-off"
    KeyMisspelt "rule-key-misspelt"
    PatternMisses "pattern-misses"
    RuleDeniesAll "rule-denies-all"
    NoAttestors "rule-without-attestors"
    Delay "not-propagated-yet"
    /// A check of continuous validation.
    Check "check-not-passed"
    NotWatched "not-watched"
    /// The message has nothing to do with Binary Authorization, or with an admission.
    Elsewhere "not-binary-authorization"
    /// A reason that nobody knows.
    Unknown "unknown"
}

/// One thing that can be behind a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub kind: CauseKind,
    pub confidence: Confidence,
    /// What it is, in a sentence.
    pub text: String,
    pub evidence: Vec<String>,
    pub against: Vec<String>,
}

impl Cause {
    pub(super) fn new(kind: CauseKind, confidence: Confidence, text: impl Into<String>) -> Self {
        Self { kind, confidence, text: text.into(), evidence: Vec::new(), against: Vec::new() }
    }

    #[must_use]
    pub(super) fn because(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }
}

/// The question of a refusal, asked again.
#[derive(Debug, Clone, Copy)]
pub struct PresentState<'s> {
    /// The decision with its trace ([`crate::admission::evaluate`]).
    pub decision: &'s Decision,
    /// What it was decided by.
    pub policy: &'s Policy,
    pub evidence: &'s Evidence,
    /// Whether it is known that the refusal was where the policy decides
    /// ([`Refusal::is_tied`](crate::explain::message::Refusal::is_tied)); otherwise nothing is certain.
    pub is_here: bool,
}

/// The causes of one finding, the first the one to look at first, and what cannot be known from here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    pub causes: Vec<Cause>,
    pub unknown: Vec<String>,
}
