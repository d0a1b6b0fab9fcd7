//! The output for people: what it says, whom it is about, the causes with what speaks for and against them, and what
//! is not known.

use std::fmt::Write as _;

use super::report::{Answer, Explained};
use crate::cli::assumed::settled_by;
use crate::cli::styles::{BOLD, FAINT, MAGENTA, RED, Styles, YELLOW};
use crate::cli::terminal::printable;
use domain::explain::cause::{Cause, Confidence};
use domain::explain::message::{Refusal, RefusalKind, Verdict, is_whole, says};

/// How many causes of one finding are told; more is for the JSON.
const CAUSES: usize = 6;

pub(super) fn report(answer: &Answer, styles: Styles) -> String {
    // Writing to a string cannot fail, here and below.
    let mut out = String::new();
    if !answer.reading.is_explained() {
        let text = match (answer.reading.cases.is_empty(), answer.reading.without_refusal) {
            (true, 0) => "? This is no refusal that is known.",
            (true, _) => "✓ There is no refusal in it.",
            (false, _) => "? Not explained: only a part of it is recognised.",
        };
        let _ = writeln!(out, "{}", styles.paint(MAGENTA.bold(), text));
    }
    for (number, explained) in answer.cases.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        case(&mut out, explained, answer, styles);
    }
    let recognised = &answer.reading.recognised;
    if !recognised.is_empty() {
        let _ = writeln!(out, "\nRecognised in it, by their form alone:");
    }
    for (what, name) in recognised.iter() {
        let cut = if what == "image" && !is_whole(name) { "  (its digest is not whole)" } else { "" };
        let _ = writeln!(out, "  {} {}{cut}", styles.faint(&format!("{what:<10}")), printable(name));
    }
    for text in &answer.reading.unknown {
        let _ = writeln!(out, "  {} {}", styles.paint(MAGENTA, "?"), printable(text));
    }
    out
}

fn case(out: &mut String, explained: &Explained, answer: &Answer, styles: Styles) {
    let case = &explained.case;
    let mut lines = says(case).into_iter();
    let head = lines.next().unwrap_or_default();
    let (style, mark) = match (case.relative.is_some(), case.verdict) {
        (true, _) => (YELLOW.bold(), "·"),
        (false, Verdict::Denied) => (RED.bold(), "✗"),
        (false, _) => (YELLOW.bold(), "✓"),
    };
    let times = if case.times > 1 { format!("  ({} times)", case.times) } else { String::new() };
    let _ = writeln!(out, "{}{times}", styles.paint(style, &format!("{mark} {}", printable(&head))));
    for line in lines {
        let _ = writeln!(out, "  {}", printable(&line));
    }
    facts(out, case, styles);
    if let Some(elsewhere) = &explained.elsewhere {
        let _ = writeln!(out, "\n{}", styles.paint(MAGENTA, &printable(&elsewhere.text())));
    }
    if let Some(decision) = &explained.again {
        let file = answer.policy.as_ref().map(|checked| checked.file.as_str()).unwrap_or_default();
        let _ = writeln!(out, "\nAsked again under {file}: {}", styles.paint(BOLD, decision.outcome.as_str()));
        if let Some(settled_by) = settled_by(decision.open) {
            let _ = writeln!(out, "  {}", printable(&settled_by));
        }
    }
    if case.relative.is_none() {
        causes(out, explained, styles);
    }
    if !explained.fixes.is_empty() {
        let _ = writeln!(out, "\nWhat would admit it, the least that is let in first (--format json has the changes):");
    }
    for (number, fix) in explained.fixes.iter().enumerate() {
        let _ = writeln!(out, "  {}. {}", number + 1, styles.paint(BOLD, &printable(&fix.title())));
        let _ = writeln!(out, "     lets in: {}", printable(&fix.reach.words));
    }
    let mut unknown: Vec<&String> = case.unknown.iter().collect();
    unknown.extend(explained.diagnoses.iter().flat_map(|found| &found.unknown));
    unknown.dedup();
    if !unknown.is_empty() {
        let _ = writeln!(out, "\nNot known from here:");
    }
    for text in unknown {
        let _ = writeln!(out, "  {} {}", styles.paint(MAGENTA, "?"), printable(text));
    }
}

/// What was recognised, a line for each.
fn facts(out: &mut String, case: &Refusal, styles: Styles) {
    let subject = &case.subject;
    let request = case.request();
    let rule = case.rule.as_ref().map(|rule| match rule.key.as_str() {
        "" => rule.kind.field().to_owned(),
        key => format!("{}.{key}", rule.kind.field()),
    });
    let rows = [
        ("kind", case.kind.as_str().to_owned()),
        ("in", case.carriers.join(", ")),
        ("rule", rule.unwrap_or_default()),
        ("cluster", request.cluster.unwrap_or_default()),
        ("namespace", subject.namespace.clone()),
        ("pod", subject.pod.clone()),
        ("revision", subject.revision.clone()),
        ("service", subject.service.clone()),
        ("of", subject.object.clone()),
        ("by", subject.principal.clone()),
        ("at", subject.time.clone()),
        (
            "message",
            if case.kind == RefusalKind::Unknown || case.relative.is_some() {
                case.text.clone()
            } else {
                String::new()
            },
        ),
    ];
    out.push('\n');
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "  {} {}", styles.faint(&format!("{name:<10}")), printable(&value));
    }
}

fn causes(out: &mut String, explained: &Explained, styles: Styles) {
    let several = explained.case.findings.len() > 1;
    for (finding, found) in explained.case.findings.iter().zip(&explained.diagnoses) {
        let of = match (&finding.image, &finding.attestor) {
            (Some(image), Some(attestor)) if several => format!(" of {image} by {attestor}"),
            (Some(image), None) if several => format!(" of {image}"),
            _ => String::new(),
        };
        let _ = writeln!(out, "\nWhat can be behind it{}:", printable(&of));
        for cause in found.causes.iter().take(CAUSES) {
            told(out, cause, styles);
        }
        let more = found.causes.len().saturating_sub(CAUSES);
        if more > 0 {
            let _ = writeln!(out, "  {}", styles.faint(&format!("and {more} more: --format json has them")));
        }
    }
}

fn told(out: &mut String, cause: &Cause, styles: Styles) {
    let style = match cause.confidence {
        Confidence::Certain => RED.bold(),
        Confidence::Likely => YELLOW,
        Confidence::Possible => FAINT,
    };
    let word = styles.paint(style, &format!("{:<8}", cause.confidence.as_str()));
    let _ = writeln!(out, "  {word} {}", printable(&cause.text));
    for text in &cause.evidence {
        let _ = writeln!(out, "             for      {}", printable(text));
    }
    for text in &cause.against {
        let _ = writeln!(out, "             against  {}", printable(text));
    }
}
