//! Why an image was refused: the causes behind the few sentences that refusals consist of, ranked, each
//! with what speaks for and against it.
//!
//! Without the project's state a cause is likely or possible, by how often it is behind the sentence
//! (`docs/binary-authorization.md`, "Causes and fixes"). With the same question asked again ([`PresentState`])
//! the decision says what failed, and what it proves is certain; that *it would be admitted now* is an
//! answer too. May use `explain::message`, `admission` and `attestation`.

mod attestors;
mod dates;
mod diagnosis;
mod known;
mod near_misses;
mod proven;
mod tell;

use crate::explain::message::{Finding, Refusal};

pub use self::diagnosis::{Cause, CauseKind, Confidence, Diagnosis, PresentState};
pub use self::tell::{Tell, tell};

/// Ranks what can be behind a finding of a case.
pub fn diagnose(case: &Refusal, finding: &Finding, state: Option<&PresentState<'_>>) -> Diagnosis {
    let mut diagnosis = known::diagnosis(case, finding);
    if let Some(state) = state.filter(|_| case.relative.is_none()) {
        proven::add(&mut diagnosis, case, finding, state);
    }
    // What something speaks against is not certain.
    for cause in diagnosis.causes.iter_mut().filter(|cause| !cause.against.is_empty()) {
        cause.confidence = cause.confidence.max(Confidence::Likely);
    }
    // What is certain first; of equals what was found out before what is guessed.
    diagnosis.causes.sort_by_key(|cause| cause.confidence);
    diagnosis
}

#[cfg(test)]
mod tests;
