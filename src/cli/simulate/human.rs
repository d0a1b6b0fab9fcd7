//! The output for people: the verdict, what the cluster would print, and the tree of checks with the lines of the
//! policy.

use std::fmt::Write as _;

use super::report::Answer;
use crate::cli::assumed::settled_by;
use crate::cli::styles::{BOLD, GREEN, MAGENTA, RED, Styles, YELLOW, of_status};
use crate::cli::terminal::printable;
use domain::admission::{Generation, Outcome, Platform};
use domain::fix::Hunk;
use domain::path::Path;

pub(super) fn report(answer: &Answer, styles: Styles) -> String {
    let decision = &answer.decision;
    // Writing to a string cannot fail, here and below.
    let mut out = String::new();
    let _ = writeln!(out, "{}", verdict(decision.outcome, styles));
    if let Some(settled_by) = settled_by(decision.open) {
        let _ = writeln!(out, "  {}", printable(&settled_by));
    }
    let denial = decision.denial_text(Generation::Current);
    if !denial.is_empty() {
        let heading = match (decision.message.is_empty(), decision.platform) {
            (true, _) => "Overridden:",
            (false, Platform::Gke) => "The cluster says:",
            (false, Platform::CloudRun) => "Cloud Run says:",
        };
        let _ = writeln!(out, "\n{heading}\n  {}", printable(&denial));
    }
    let _ = writeln!(out, "\nWhy:");
    let place = |path: &Path| place(answer, path);
    let statuses = decision.trace.flat().into_iter().map(|(_, check)| check.status);
    for (line, status) in decision.trace.lines_at(&place).iter().zip(statuses) {
        let _ = writeln!(out, "  {}", styles.paint(of_status(status), line));
    }
    fixes(answer, styles, &mut out);
    out
}

/// What would admit the pod: what changes, the commands, and what else it lets in.
fn fixes(answer: &Answer, styles: Styles, out: &mut String) {
    if answer.fixes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nWhat would admit it, the least that is let in first:");
    for (number, fix) in answer.fixes.iter().enumerate() {
        let _ = writeln!(out, "  {}. {}", number + 1, styles.paint(BOLD, &printable(&fix.title())));
        for step in fix.steps.iter().filter(|step| !step.is_of_policy()) {
            let _ = writeln!(out, "     {}: {}", step.target(), printable(&step.change()));
            for command in step.commands() {
                let _ = writeln!(out, "       $ {}", printable(&command.to_string()));
            }
        }
        if let Some(after) = &fix.policy {
            let hunk = Hunk::between(&answer.checked.document.text, after);
            let _ = writeln!(out, "     {}:{}", answer.checked.file, hunk.line);
            let lines = |sign: char, lines: &[String]| lines.iter().map(|line| format!("{sign} {line}")).collect();
            let (removed, added): (Vec<String>, Vec<String>) = (lines('-', &hunk.removed), lines('+', &hunk.added));
            for (line, colour) in removed.iter().map(|l| (l, RED)).chain(added.iter().map(|l| (l, GREEN))) {
                let _ = writeln!(out, "       {}", styles.paint(colour, &printable(line)));
            }
        }
        let _ = writeln!(out, "     lets in: {}", printable(&fix.reach.words));
        if let Some(example) = &fix.reach.example {
            let _ = writeln!(out, "     for example: {}", printable(example));
        }
    }
}

fn verdict(outcome: Outcome, styles: Styles) -> String {
    let (style, text) = match outcome {
        Outcome::Admit => (GREEN.bold(), "✓ ADMIT: the pod would run"),
        Outcome::AdmitDryRun => (YELLOW.bold(), "✓ ADMIT_DRY_RUN: the pod would run, as the rule is a dry run"),
        Outcome::AdmitBreakGlass => (YELLOW.bold(), "✓ ADMIT_BREAK_GLASS: the pod would run, as it breaks the glass"),
        Outcome::Deny => (RED.bold(), "✗ DENY: the pod would be refused"),
        Outcome::Undecided => (MAGENTA.bold(), "? UNDECIDED: something that could turn it is not known"),
    };
    styles.paint(style, text)
}

/// The line of the policy, as editors and terminals take it.
fn place(answer: &Answer, path: &Path) -> String {
    match answer.checked.document.span_of(path) {
        Some(spans) => format!("{}:{}", answer.checked.file, spans.best().start.line),
        None => path.to_string(),
    }
}
