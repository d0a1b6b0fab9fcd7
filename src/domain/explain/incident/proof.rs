//! What can be behind a cause of an incident: the diagnoses of its refusals, put together by kind.

use super::Cause;
use crate::explain::cause::{self, CauseKind, Confidence, Diagnosis};

/// What can be behind several refusals alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess<'d> {
    pub kind: CauseKind,
    pub confidence: Confidence,
    /// Of how many refusals it is told with this confidence.
    pub count: usize,
    /// The first of them.
    pub example: &'d cause::Cause,
    /// All of them are told in the same words.
    pub is_alike: bool,
}

/// What can be behind the refusals of a cause, the surest first; `diagnoses` has those of each refusal by its number.
pub fn guesses<'d>(cause: &Cause, diagnoses: impl Fn(usize) -> &'d [Diagnosis]) -> Vec<Guess<'d>> {
    let mut found: Vec<Guess<'d>> = Vec::new();
    for number in &cause.cases {
        let mut seen: Vec<(CauseKind, Confidence)> = Vec::new();
        for told in diagnoses(*number).iter().flat_map(|diagnosis| &diagnosis.causes) {
            let is_first = !seen.contains(&(told.kind, told.confidence));
            seen.push((told.kind, told.confidence));
            match found.iter_mut().find(|guess| guess.kind == told.kind && guess.confidence == told.confidence) {
                Some(guess) => {
                    guess.count += usize::from(is_first);
                    guess.is_alike &= guess.example.text == told.text;
                }
                None => found.push(Guess {
                    kind: told.kind,
                    confidence: told.confidence,
                    count: 1,
                    example: told,
                    is_alike: true,
                }),
            }
        }
    }
    found.sort_by_key(|guess| (guess.confidence, std::cmp::Reverse(guess.count)));
    found
}
