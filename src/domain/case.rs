//! A case: one decision with everything that it stood on, redacted, in one file that gives the same
//! decision wherever it is opened.
//!
//! Of attestations it holds what came out for each attestor and image, and no key or signature: the
//! decision depends on nothing else. Uses the rest of the domain, nothing else.

mod decision;
mod file;
mod markdown;
mod parts;
mod redact;
#[cfg(test)]
mod tests;

use crate::admission::{CompiledPolicy, Decision, evaluate};
use crate::attestation::Verify;

pub use decision::KnownAttestor;
pub use file::{CaseError, CaseFile, Checked, MAX_BYTES};
pub use markdown::markdown;
pub use parts::{CaseSource, Redaction};

use decision::{decide, is_same_decision, system_policy};
use parts::Parts;

/// A case, and what was left out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub file: CaseFile,
    /// The decision of the case, made from the case alone.
    pub decision: Decision,
}

/// Makes the redacted case of a decision. Where redacting what decides would give another decision, it
/// stays as it is, and the case says so.
pub fn make(source: &CaseSource<'_>, verify: &dyn Verify) -> Made {
    let compiled = CompiledPolicy::new(source.policy, source.system);
    let original = evaluate(&compiled, source.request, source.evidence, verify);
    let redacted = redact::redact(source, &original);
    let whole = made(&redacted, source);
    if is_same_decision(&redacted.decision, &whole.decision) {
        return whole;
    }
    made(&redact::texts_alone(source, &original), source)
}

fn made(parts: &Parts, source: &CaseSource<'_>) -> Made {
    let system = system_policy(&parts.system_patterns, parts.system_is_whole);
    let decision = decide(&parts.policy, &system, &parts.request, &parts.known, &parts.resolved);
    Made { file: CaseFile::new(parts, &decision, source), decision }
}
