//! Statements to cases: which belong to one message. What each message adds up to is [`super::building`]'s.

use std::collections::HashMap;

use super::around;
use super::building::{Found, built};
use super::cursor::{Cursor, EXCERPT, clipped, excerpt};
use super::fragment;
use super::kind::is_binary_authorization;
use super::refusal::{Reading, Refusal, Subject};
use super::statement::{self, Statement};
use super::text::{self, BREAK, WRAP};

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
    let mut merge = Merge::default();
    for case in cases {
        merge.take(case);
    }
    merge.finish().0
}

/// More different refusals are counted alone.
const MOST: usize = 20_000;

/// Refusals as they come, each kept once.
#[derive(Debug, Default)]
pub(super) struct Merge {
    kept: Vec<Refusal>,
    known: HashMap<String, usize>,
    left_out: usize,
}

impl Merge {
    pub(super) fn take(&mut self, case: Refusal) {
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
        if let Some(before) = self.known.get(&key).and_then(|at| self.kept.get_mut(*at)) {
            before.take(case);
        } else if self.kept.len() < MOST {
            self.known.insert(key, self.kept.len());
            self.kept.push(case);
        } else {
            self.left_out += 1;
        }
    }

    /// What is kept, and how many are left out.
    pub(super) fn finish(mut self) -> (Vec<Refusal>, usize) {
        self.kept.sort_by_key(|case| (!case.kind.is_binary_authorization(), !case.is_explained()));
        (self.kept, self.left_out)
    }
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
    cases_of(plain, &messages(plain), plain.len())
}

/// The statements of a text, those of one message together.
fn messages(plain: &str) -> Vec<Vec<Found>> {
    let mut messages: Vec<Vec<Found>> = Vec::new();
    for found in statements(plain) {
        match messages.last_mut() {
            Some(message) if !begins(message, &found) || goes_on(plain, message, &found) => message.push(found),
            _ => messages.push(vec![found]),
        }
    }
    messages
}

/// The refusals that begin before a place; what follows it tells only what is around them.
fn cases_of(plain: &str, messages: &[Vec<Found>], end: usize) -> Vec<Refusal> {
    let mut around = around::Lines::new(plain);
    let mut cases = Vec::new();
    let mut before = 0;
    let starts = |message: &Vec<Found>| message.first().map_or(plain.len(), |found| found.start);
    for (number, message) in messages.iter().enumerate().take_while(|(_, message)| starts(message) < end) {
        let next = messages.get(number + 1).map_or(plain.len(), starts);
        let Some(mut case) = built(plain, message, next) else { continue };
        if let (Some(first), Some(last)) = (message.first(), message.last())
            && number < MOST
        {
            around.tell(&mut case, before..first.start, last.end..next);
            before = last.end;
        }
        cases.push(case);
    }
    cases
}

/// A long text that comes in pieces, each up to the end of a line.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// The end of what came, in plain text: a message may go on behind it.
    rest: String,
}

/// No message is longer.
const CARRY: usize = 16 << 10;

impl Pieces {
    /// The refusals that are whole now.
    pub(super) fn take(&mut self, piece: &str) -> Vec<Refusal> {
        if !self.rest.is_empty() {
            self.rest.push(WRAP);
        }
        self.rest.push_str(&text::plain(piece));
        let messages = messages(&self.rest);
        // The last message waits, with all behind it and with its line, which tells of what it is.
        let last = messages.last().and_then(|message| message.first()).map_or(self.rest.len(), |found| found.start);
        let line = self.rest.get(..last).and_then(|before| before.rfind([WRAP, BREAK])).map_or(0, |at| at + 1);
        let is_near = |at: &usize| self.rest.len() - at < CARRY;
        let waits = [line, last].into_iter().find(is_near).unwrap_or(self.rest.len());
        let cases = cases_of(&self.rest, &messages, waits);
        self.rest.drain(..waits);
        cases
    }

    /// The last ones.
    pub(super) fn finish(self) -> Vec<Refusal> {
        cases(&self.rest)
    }
}

fn statements(plain: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut place = Cursor::new(plain);
    while !place.is_at_end() {
        let read = if place.is_boundary() { statement::read(place).or_else(|| fragment::read(place)) } else { None };
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
        Statement::NotWatched { .. } => true,
        _ if matches!(last.statement, Statement::Relative { .. } | Statement::NotWatched { .. }) => true,
        _ if rank < last_rank || rank == last_rank && rank <= 4 => true,
        Statement::ImageRule { image, rule } => message.iter().any(|before| match &before.statement {
            Statement::ImageRule { image: other, rule: known } => {
                image.name().is_some() && other == image || known != rule
            }
            _ => false,
        }),
        Statement::ContainerImage { image } => message
            .iter()
            .any(|before| matches!(&before.statement, Statement::ContainerImage { image: other } if other == image)),
        Statement::Rule { .. } => message.iter().any(|before| matches!(before.statement, Statement::Rule { .. })),
        _ => false,
    }
}

/// Whether a relative is told in two lines, both with words that are known, or by Binary Authorization's own webhook.
fn goes_on(plain: &str, message: &[Found], found: &Found) -> bool {
    let (Some(last), Statement::Relative { known, .. }) = (message.last(), &found.statement) else { return false };
    // What Binary Authorization's webhook answers in place of a verdict is on its line.
    if let Statement::Webhook { name } = &last.statement
        && is_binary_authorization(name)
    {
        return plain.get(last.end..found.start).is_some_and(|between| !between.contains([WRAP, BREAK]));
    }
    let is_same =
        matches!(&last.statement, Statement::Relative { known: before, .. } if before.relative == known.relative);
    is_same && plain.get(last.end..found.start).is_some_and(|between| !between.contains(BREAK) && between.len() < 8)
}

/// Whether a relative says so little that the rest of the text goes before it.
pub(super) fn is_vague(case: &Refusal) -> bool {
    case.relative.is_some_and(|known| !known.relative.is_told())
}
