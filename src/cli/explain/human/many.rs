//! Many refusals: how much is refused since when, what changed before it, what is certain; then a block for each cause.
//! Sixty workloads take a screen, four hundred hardly more.

use std::fmt::Write as _;

use super::super::report::Answer;
use crate::cli::styles::{BOLD, RED, Styles, YELLOW};
use crate::cli::terminal::printable;
use domain::explain::cause::Confidence;
use domain::explain::change::stamp;
use domain::explain::incident::{Cause, Guess, Layout, Standing, guesses};

/// Causes that are told with their names; more have a line each, up to [`LINES`].
const BLOCKS: usize = 8;
const LINES: usize = 20;
/// The lines of names that all blocks have together, so that a few causes fit a screen.
const NAMES: usize = 16;
/// Cells of a line of names.
const COLUMNS: usize = 76;
/// What can be behind a cause: how many guesses are told.
const GUESSES: usize = 2;
/// What is proven and what is not known: how many lines of each are told.
const FACTS: usize = 4;

pub(super) fn incident(out: &mut String, answer: &Answer, styles: Styles) {
    let incident = &answer.incident;
    let (mark, style) = match incident.refused().next() {
        Some(_) => ("✗", RED.bold()),
        None => ("·", YELLOW.bold()),
    };
    let _ = writeln!(out, "{}", styles.paint(style, &format!("{mark} {}", printable(&incident.headline()))));
    let mut fact = |name: &str, text: &str| {
        let _ = writeln!(out, "  {} {}", styles.faint(&format!("{name:<8}")), printable(text));
    };
    let besides = incident.besides();
    if !besides.is_empty() {
        fact("besides", &besides);
    }
    changed(answer, &mut fact);
    certain(answer, &mut fact);
    let rows = (NAMES / incident.causes.len().max(1)).clamp(2, 8);
    for (number, cause) in incident.causes.iter().enumerate().take(BLOCKS) {
        out.push('\n');
        block(out, answer, (number, cause), Layout { columns: COLUMNS, rows }, styles);
    }
    if incident.causes.len() > BLOCKS {
        out.push('\n');
    }
    for cause in incident.causes.iter().skip(BLOCKS).take(LINES) {
        let _ = writeln!(out, "{}", title(cause, styles));
    }
    let more = incident.causes.len().saturating_sub(BLOCKS + LINES);
    if more > 0 {
        let _ = writeln!(out, "{}", styles.faint(&format!("and {more} more causes: --format json has them")));
    }
    unknown(out, answer);
    if !answer.all {
        let _ = writeln!(out, "\n{}", styles.faint("--all tells each of them in full, --format json has everything."));
    }
}

/// What changed before the first refusal, and since.
fn changed(answer: &Answer, fact: &mut impl FnMut(&str, &str)) {
    let (changes, since) = (&answer.incident.changes, answer.incident.since());
    for change in &changes.before {
        fact("changed", &change.text(since));
    }
    for change in &changes.after {
        fact("since", &change.text(since));
    }
    if changes.looked_at.is_empty() {
        fact("changed", "what changed before it was not given: --history PATH has the policies of the past,");
        fact("", "entries of the project's audit log in the text have the rest");
    } else if changes.before.is_empty() {
        fact("changed", &format!("nothing before it that is known; looked at: {}", changes.looked_at.join(", ")));
    }
}

/// What is proven, of how many.
fn certain(answer: &Answer, fact: &mut impl FnMut(&str, &str)) {
    let refused: Vec<&Cause> = answer.incident.refused().collect();
    let all: usize = refused.iter().map(|cause| cause.cases.len()).sum();
    let proven: Vec<Guess<'_>> = refused
        .into_iter()
        .flat_map(|cause| guesses(cause, |number| answer.diagnoses(number)))
        .filter(|guess| guess.confidence == Confidence::Certain)
        .collect();
    for guess in proven.iter().take(FACTS) {
        fact("certain", &format!("{} of {all}: {}", guess.count, guess_text(guess)));
    }
    match (proven.is_empty(), answer.policy.is_some()) {
        (true, true) => fact("certain", "nothing: what is known of the policy and its attestors proves no cause"),
        (true, false) => fact("certain", "nothing: messages alone prove no cause; --policy FILE asks again"),
        (false, _) => {}
    }
}

fn guess_text(guess: &Guess<'_>) -> String {
    let example = if guess.is_alike { "" } else { " (the first of them)" };
    format!("{}{example}", guess.example.text)
}

fn title(cause: &Cause, styles: Styles) -> String {
    let (mark, style) = match cause.key.standing {
        Standing::Refused => ("✗", RED.bold()),
        Standing::Elsewhere(_) => ("·", YELLOW.bold()),
        Standing::Marked(_) => ("✓", YELLOW.bold()),
    };
    styles.paint(style, &format!("{mark} {} × {}", cause.count(), printable(&cause.key.title_by_rule())))
}

/// One cause: its names, what can be behind it, the smallest act.
fn block(out: &mut String, answer: &Answer, (number, cause): (usize, &Cause), layout: Layout, styles: Styles) {
    let since = cause.since.map_or_else(String::new, |since| format!(" since {}", stamp(since)));
    let times = if cause.times == 1 { "once".to_owned() } else { format!("{} times", cause.times) };
    let _ = writeln!(out, "{}  {}", title(cause, styles), styles.faint(&format!("{times}{since}")));
    for line in cause.lists(layout) {
        let _ = writeln!(out, "  {}", printable(&line));
    }
    let found = guesses(cause, |number| answer.diagnoses(number));
    let shown = found.iter().filter(|guess| guess.confidence != Confidence::Possible).count().clamp(1, GUESSES);
    for guess in found.iter().take(shown) {
        let of = if guess.count < cause.cases.len() { format!("{} of them: ", guess.count) } else { String::new() };
        let word = styles.faint(&format!("{:<8}", guess.confidence.as_str()));
        let _ = writeln!(out, "  {word} {of}{}", printable(&guess_text(guess)));
    }
    let more = found.len().saturating_sub(shown);
    if more > 0 {
        let _ = writeln!(out, "  {}", styles.faint(&format!("and {more} more that can be behind it")));
    }
    if let Some(Some(turn)) = answer.turns.get(number) {
        let _ = writeln!(out, "  {}", printable(turn));
    }
    let first = cause.cases.first().and_then(|first| answer.cases.get(*first));
    if let Some(elsewhere) = first.and_then(|first| first.elsewhere.as_ref()) {
        let _ = writeln!(out, "  {}", printable(&elsewhere.text()));
    }
    if let Some(again) = again(answer, cause) {
        let _ = writeln!(out, "  {again}");
    }
    if let Some(fix) = first.and_then(|first| first.fixes.first()) {
        let act = styles.paint(BOLD, &printable(&fix.title()));
        let _ = writeln!(out, "  smallest {act}  (lets in: {})", printable(&fix.reach.words));
    }
}

/// What the policy that was given decides now, by how many.
fn again(answer: &Answer, cause: &Cause) -> Option<String> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    let decisions = cause.cases.iter().filter_map(|number| answer.cases.get(*number)?.again.as_ref());
    for outcome in decisions.map(|decision| decision.outcome.as_str()) {
        match counts.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, count)) => *count += 1,
            None => counts.push((outcome, 1)),
        }
    }
    let counts: Vec<String> = counts.into_iter().map(|(outcome, count)| format!("{count} × {outcome}")).collect();
    (!counts.is_empty()).then(|| format!("now      {} under {}", counts.join(", "), printable(answer.file())))
}

/// What is not known of the refusals, each text once.
fn unknown(out: &mut String, answer: &Answer) {
    let mut texts: Vec<&str> = Vec::new();
    for (case, explained) in answer.told() {
        let told = case.unknown.iter().chain(explained.diagnoses.iter().flat_map(|found| &found.unknown));
        for text in told {
            if texts.len() <= FACTS && !texts.contains(&text.as_str()) {
                texts.push(text);
            }
        }
    }
    if !texts.is_empty() {
        let _ = writeln!(out, "\nNot known from here:");
    }
    for text in texts.iter().take(FACTS) {
        let _ = writeln!(out, "  ? {}", printable(text));
    }
    if texts.len() > FACTS {
        let _ = writeln!(out, "  ? and more, which --all tells");
    }
}
