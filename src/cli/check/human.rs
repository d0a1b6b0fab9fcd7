//! The output for people: each problem with its line, a caret, and the help.

mod policy_tests;

use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use super::policy_file::Checked;
use crate::cli::styles::{CYAN, RED, Styles, YELLOW};
use crate::cli::terminal::{printable, printed};
use domain::diagnostic::{Diagnostic, Severity};
use domain::document::Document;

/// A line of a policy is cut to about this many columns around the problem.
const COLUMNS: usize = 120;

/// What stays of a line in front of the problem.
const BEFORE: usize = 40;

fn paint(styles: Styles, severity: Severity, text: &str) -> String {
    let style = match severity {
        Severity::Error => RED.bold(),
        Severity::Warning => YELLOW.bold(),
        Severity::Hint => CYAN.bold(),
    };
    styles.paint(style, text)
}

pub(in crate::cli) fn report(checked: &[Checked], styles: Styles) -> String {
    let mut out = String::new();
    for file in checked {
        for diagnostic in file.diagnostics() {
            problem(&mut out, file, diagnostic, styles);
        }
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "{}: {}", printable(&file.file), summary(file));
        if let Some(tested) = &file.tests {
            policy_tests::report(&mut out, file, tested, styles);
        }
    }
    out
}

/// `valid`, or how many problems of each kind.
fn summary(file: &Checked) -> String {
    let counts = [Severity::Error, Severity::Warning, Severity::Hint].map(|severity| (severity, file.count(severity)));
    let mut some: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(s, count)| counted(*s, *count)).collect();
    if file.document.unlisted > 0 {
        some.push(format!("and {} more problems", file.document.unlisted));
    }
    let verdict = if file.document.is_valid() { "valid" } else { "not valid" };
    if some.is_empty() { verdict.to_owned() } else { format!("{verdict}, {}", some.join(", ")) }
}

fn counted(severity: Severity, count: usize) -> String {
    if count == 1 { format!("1 {severity}") } else { format!("{count} {severity}s") }
}

fn problem(out: &mut String, file: &Checked, diagnostic: &Diagnostic, styles: Styles) {
    let start = diagnostic.span.start;
    let title = paint(styles, diagnostic.severity, &format!("{}[{}]", diagnostic.severity, diagnostic.code));
    let place = format!("{}:{}:{}", printable(&file.file), start.line, start.column);
    let _ = writeln!(out, "{place}: {title}: {}", printable(&diagnostic.message));
    let margin = " ".repeat(start.line.to_string().len());
    let (line, marks) = excerpt(&file.document, diagnostic);
    if !line.is_empty() {
        let _ = writeln!(out, "{} {line}", styles.faint(&format!(" {} |", start.line)));
        let marks = paint(styles, diagnostic.severity, &marks);
        let _ = writeln!(out, "{} {marks}", styles.faint(&format!(" {margin} |")));
    }
    let _ = writeln!(out, "{} {}\n", styles.faint(&format!(" {margin} =")), diagnostic.help);
}

/// The line where the problem starts, and carets below it.
fn excerpt(document: &Document, diagnostic: &Diagnostic) -> (String, String) {
    let text = document.text.as_str();
    let line = document.lines().line_bytes(text, diagnostic.span.start.line);
    let span = diagnostic.span.bytes.start.clamp(line.start, line.end)..diagnostic.span.bytes.end.min(line.end);
    let before = tail(slice(text, line.start..span.start), BEFORE);
    let within = slice(text, span.start..span.end.max(span.start));
    let after = slice(text, span.end.max(span.start)..line.end);
    let cut = if before.len() < span.start - line.start { "…" } else { "" };
    let shown: String = before.chars().chain(within.chars()).chain(after.chars()).take(COLUMNS).collect();
    let marked: String = within.chars().take(COLUMNS.saturating_sub(before.chars().count())).collect();
    let indent = width(cut) + width(before);
    let carets = "^".repeat(width(&marked).max(1));
    (format!("{cut}{}", printable(&shown)), format!("{:indent$}{carets}", ""))
}

fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The last `count` characters.
fn tail(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    slice(text, start..text.len())
}

/// The columns that `text` takes once it is [`printable`].
fn width(text: &str) -> usize {
    text.chars().map(|c| printed(c).width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::document::Dialect;

    fn checked(text: &str) -> Checked {
        Checked { file: "p.yaml".to_owned(), document: Document::parse(text, Dialect::Gcloud), tests: None }
    }

    #[test]
    fn a_problem_is_marked_in_its_line() {
        let out = report(&[checked("nämé: 1\n")], Styles::Plain);
        assert!(out.starts_with("p.yaml:1:1: error[unknown-key]: `nämé` is not a field of a policy"), "{out}");
        assert!(out.contains("\n 1 | nämé: 1\n   | ^^^^\n   = gcloud refuses keys"), "{out}");
        assert!(out.ends_with("p.yaml: not valid, 2 errors\n"), "{out}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_problem() {
        let text = format!("{{\"name\": \"{}\", \"zzz\": \"{}\"}}", "x".repeat(500), "y".repeat(500));
        let file = checked(&text);
        let unknown = file.diagnostics().iter().find(|d| d.message.contains("zzz")).unwrap();
        let (line, marks) = excerpt(&file.document, unknown);
        assert!(width(&line) <= COLUMNS + 1, "{line}");
        assert_eq!(marks.trim(), "^^^^^");
        assert_eq!(line.find("\"zzz\"").map(|at| width(line.get(..at).unwrap())), marks.find('^'));
    }

    #[test]
    fn wide_characters_are_two_columns() {
        let file = checked("description: 図 # x\nzzz: 1\n\"図\": 2\n");
        let unknown = file.diagnostics().iter().find(|d| d.message.contains('図')).unwrap();
        assert_eq!(excerpt(&file.document, unknown).1, "^^^^");
    }

    #[test]
    fn a_terminal_is_not_given_what_it_would_obey() {
        let out = report(&[checked("\u{1b}[2J: \u{202e}\n")], Styles::Plain);
        assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out}");
    }

    #[test]
    fn colours_are_asked_for() {
        assert!(report(&[checked("a: 1\n")], Styles::Coloured).contains("\u{1b}[1m\u{1b}[31merror[unknown-key]"));
    }
}
