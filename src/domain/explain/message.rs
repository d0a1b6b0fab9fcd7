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
mod fragment;
mod gathering;
mod kind;
mod medium;
mod objects;
mod place;
mod reason;
mod recognised;
mod refusal;
mod relatives;
mod rule;
mod statement;
mod summary;
mod text;
mod watch;

pub use gathering::Gathering;
pub use kind::RefusalKind;
pub use objects::{bigquery, is_workload, pushed};
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
    let mut reading = objects::read(text).unwrap_or_else(|| {
        let mut words = assemble::prose(text);
        if text.trim_start().starts_with("{\"") && !words.cases.is_empty() {
            words.unknown.push("the text is an object that is not whole, which was read as words".to_owned());
        }
        words
    });
    if let Some(bytes) = cut {
        reading.unread.push(format!("the text has {bytes} bytes; only the first {MAX_BYTES} were read"));
    }
    settled(reading, Some(text))
}

/// What is told of a text, cut to what people read; and the names in it, if nothing else is.
fn settled(mut reading: Reading, text: Option<&str>) -> Reading {
    let found = reading.cases.len();
    reading.cases.truncate(MAX_CASES);
    if found > MAX_CASES {
        reading
            .unknown
            .push(format!("{} more refusals are in the text; the first {MAX_CASES} are told", found - MAX_CASES));
    }
    if !reading.is_explained()
        && !reading.refuses_nothing()
        && let Some(text) = text
    {
        reading.recognised = recognised::read(text);
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
