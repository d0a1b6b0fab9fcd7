//! Why an image was refused: the causes behind the few sentences that refusals consist of, ranked, each
//! with what speaks for and against it.
//!
//! Without the project's state a cause is likely or possible, by how often it is behind the sentence
//! (`docs/binary-authorization.md`, "Causes and fixes"). With the same question asked again ([`State`])
//! the decision says what failed, and what it proves is certain; that *it would be admitted now* is an
//! answer too. May use `explain::message`,
//! `admission` and `attestation`.

mod attestors;
mod dates;
mod known;
mod near_misses;
mod proven;

use crate::admission::{Decision, Evidence};
use crate::explain::message::{Case, Finding};
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
            const ALL: &[Self] = &[$(Self::$name),*];

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
    /// It has nothing to do with Binary Authorization, or with an admission.
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
    fn new(kind: CauseKind, confidence: Confidence, text: impl Into<String>) -> Self {
        Self { kind, confidence, text: text.into(), evidence: Vec::new(), against: Vec::new() }
    }

    #[must_use]
    fn because(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }
}

/// The question of a refusal, asked again.
#[derive(Debug, Clone, Copy)]
pub struct State<'s> {
    /// With its trace ([`crate::admission::evaluate`]).
    pub decision: &'s Decision,
    /// What it was decided by.
    pub policy: &'s Policy,
    pub evidence: &'s Evidence,
}

/// The causes of one finding, the first the one to look at first, and what cannot be known from here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    pub causes: Vec<Cause>,
    pub unknown: Vec<String>,
}

/// Ranks what can be behind a finding of a case.
pub fn diagnose(case: &Case, finding: &Finding, state: Option<&State<'_>>) -> Diagnosis {
    let mut diagnosis = known::diagnosis(case, finding);
    if let Some(state) = state.filter(|_| case.relative.is_none()) {
        proven::add(&mut diagnosis, case, finding, state);
    }
    // What is certain first; of equals what says more.
    diagnosis.causes.sort_by_key(|cause| (cause.confidence, !cause.against.is_empty()));
    diagnosis
}

#[cfg(test)]
mod tests;
