//! Statements to cases: which belong to one message. What each message adds up to is [`super::building`]'s.

use std::collections::HashMap;

use super::around;
use super::building::{Found, built};
use super::cursor::{Cursor, EXCERPT, clipped, excerpt};
use super::refusal::{MAX_CASES, Reading, Refusal, Subject};
use super::relatives::Relative;
use super::statement::{self, Statement};
use super::text::{self, BREAK};

/// Decodes a text that is no object: a terminal's, a log's, a mail's.
pub(super) fn prose(text: &str) -> Reading {
    let plain = text::plain(text);
    let mut cases = cases(&plain);
    let mut unknown = Vec::new();
    if cases.is_empty() {
        let excerpt = clipped(&excerpt(&plain), EXCERPT);
        let what =
            if excerpt.is_empty() { "there is no text".to_owned() } else { format!("not understood: `{excerpt}`") };
        unknown.push(what);
    }
    cases = merge_refusals(cases);
    Reading { cases, unknown, ..Reading::default() }
}

/// Makes one of refusals that are the same, with their number; those of Binary Authorization first.
pub(super) fn merge_refusals(cases: Vec<Refusal>) -> Vec<Refusal> {
    let mut kept: Vec<Refusal> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for case in cases {
        let subject = &case.subject;
        let key = format!(
            "{:?}",
            (
                case.kind,
                case.verdict,
                &case.rule,
                &case.findings,
                &case.relative.map(|known| known.relative),
                &subject.namespace,
                &subject.object,
                &subject.revision,
                &subject.cluster
            )
        );
        if let Some(before) = known.get(&key).and_then(|at| kept.get_mut(*at)) {
            before.take(case);
        } else {
            known.insert(key, kept.len());
            kept.push(case);
        }
    }
    kept.sort_by_key(|case| (!case.kind.is_binary_authorization(), !case.is_explained()));
    kept
}

/// The first time of either; what tells only one time has it as the first.
fn first_of(one: &Subject, other: &Subject) -> String {
    let first = |subject: &Subject| {
        let times = [&subject.first_time, &subject.time];
        times.into_iter().find(|time| !time.is_empty()).cloned()
    };
    [first(one), first(other)].into_iter().flatten().min().unwrap_or_default()
}

impl Refusal {
    /// Counts the same refusal, and takes what it says more.
    fn take(&mut self, same: Self) {
        self.times += same.times;
        self.subject.first_time = first_of(&self.subject, &same.subject);
        self.subject.time = same.subject.time.max(std::mem::take(&mut self.subject.time));
    }
}

fn cases(plain: &str) -> Vec<Refusal> {
    let mut messages: Vec<Vec<Found>> = Vec::new();
    for found in statements(plain) {
        match messages.last_mut() {
            Some(message) if !begins(message, &found) || goes_on(plain, message, &found) => message.push(found),
            _ => messages.push(vec![found]),
        }
    }
    let mut around = around::Lines::new(plain);
    let mut cases = Vec::new();
    let mut before = 0;
    for (number, message) in messages.iter().enumerate() {
        let next =
            messages.get(number + 1).and_then(|message| message.first()).map_or(plain.len(), |found| found.start);
        let Some(mut case) = built(plain, message, next) else { continue };
        if let (Some(first), Some(last)) = (message.first(), message.last())
            && number < 2 * MAX_CASES
        {
            around.tell(&mut case, before..first.start, last.end..next);
            before = last.end;
        }
        cases.push(case);
    }
    cases
}

fn statements(plain: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut place = Cursor::new(plain);
    while !place.is_at_end() {
        let read = if place.is_boundary() { statement::read(place) } else { None };
        match read {
            Some((statement, end)) if end.at > place.at => {
                found.push(Found { start: place.at, end: end.at, statement });
                place = end;
            }
            _ => place = place.next(),
        }
    }
    found
}

/// Whether a statement begins another message than the one before it.
fn begins(message: &[Found], found: &Found) -> bool {
    let Some(last) = message.last() else { return true };
    let (rank, last_rank) = (found.statement.rank(), last.statement.rank());
    let is_prefix = |found: &Found| found.statement.rank() <= 3;
    match &found.statement {
        Statement::Relative { .. } => {
            !message.iter().all(is_prefix) || message.iter().any(|f| f.statement.wants_more())
        }
        _ if matches!(last.statement, Statement::Relative { .. }) => true,
        _ if rank < last_rank || rank == last_rank && rank <= 4 => true,
        Statement::ImageRule { image, rule } => message.iter().any(|before| match &before.statement {
            Statement::ImageRule { image: other, rule: known } => other == image || known != rule,
            _ => false,
        }),
        Statement::ContainerImage { image } => message
            .iter()
            .any(|before| matches!(&before.statement, Statement::ContainerImage { image: other } if other == image)),
        Statement::Rule { .. } => message.iter().any(|before| matches!(before.statement, Statement::Rule { .. })),
        _ => false,
    }
}

/// Whether a relative is told in two lines, both with words that are known.
fn goes_on(plain: &str, message: &[Found], found: &Found) -> bool {
    let (Some(last), Statement::Relative { known, .. }) = (message.last(), &found.statement) else { return false };
    let is_same =
        matches!(&last.statement, Statement::Relative { known: before, .. } if before.relative == known.relative);
    is_same && plain.get(last.end..found.start).is_some_and(|between| !between.contains(BREAK) && between.len() < 8)
}

/// Whether a relative says so little that the rest of the text goes before it.
pub(super) fn is_vague(case: &Refusal) -> bool {
    case.relative.is_some_and(|known| known.relative == Relative::ApiServer)
}
