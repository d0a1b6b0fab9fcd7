//! Refusals as people have them: a line of kubectl, an event, an error of Cloud Run, entries of the
//! audit log, whatever a tool printed around it; decoded into findings.
//!
//! [`decode`] takes any text. It recognises every generation of message of
//! `docs/binary-authorization.md`, "Messages" and "Audit logs", in the carriers that they come in, and
//! the relatives that are taken for them. It never guesses: what is not understood is said to be so,
//! beside what was. Pure; uses `policy`, `name` and `attestation` of the domain for their words.

mod around;
mod assemble;
mod building;
mod cursor;
mod kind;
mod objects;
mod place;
mod reason;
mod recognised;
mod refusal;
mod relatives;
mod statement;
mod summary;
mod text;

pub use kind::RefusalKind;
pub use objects::is_workload;
pub use place::{Elsewhere, Open, Place};
pub use reason::{Reason, ReasonKind};
pub use recognised::{Recognised, is_whole};
pub use refusal::{Finding, MAX_CASES, Reading, Refusal, RuleSaid, Subject, Verdict};
pub use relatives::{KnownMessage, Relative};
pub use summary::{rule_words, says};

/// The most that is read, in bytes: of a longer text only the beginning counts.
pub const MAX_BYTES: usize = 8 << 20;
/// Decodes a text: never fails, never takes longer than in proportion to its length.
pub fn decode(text: &str) -> Reading {
    let (text, cut) = beginning(text);
    let mut reading = match objects::read(text) {
        Some(reading) => reading,
        None => assemble::prose(text),
    };
    let found = reading.cases.len();
    reading.cases.truncate(MAX_CASES);
    if found > MAX_CASES {
        reading
            .unknown
            .push(format!("{} more refusals are in the text; the first {MAX_CASES} are told", found - MAX_CASES));
    }
    if !reading.is_explained() && reading.without_refusal == 0 {
        reading.recognised = recognised::read(text);
    }
    if let Some(bytes) = cut {
        reading.unknown.push(format!("the text has {bytes} bytes; only the first {MAX_BYTES} were read"));
    }
    reading
}

/// As much of the text as is read, and its length where that is not all.
fn beginning(text: &str) -> (&str, Option<usize>) {
    if text.len() <= MAX_BYTES {
        return (text, None);
    }
    let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (text.get(..end).unwrap_or_default(), Some(text.len()))
}

#[cfg(test)]
mod tests;
