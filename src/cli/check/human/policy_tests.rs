//! The tests of a policy, told to people.

use std::fmt::Write as _;

use crate::cli::check::policy_file::Checked;
use crate::cli::check::policy_tests::{Tested, policy_line, reasons};
use crate::cli::styles::{RED, Styles, of_status};
use crate::cli::terminal::printable;
use domain::document::Document;
use domain::path;
use domain::policy_test::{Coverage, TestResult};

/// Failed tests at length, how many passed, and what no test covers.
pub(super) fn report(out: &mut String, checked: &Checked, tested: &Tested, styles: Styles) {
    // Writing to a string cannot fail, here and below.
    let file = printable(&tested.file);
    let Some(report) = &tested.report else {
        let _ = writeln!(out, "{file}: {} tests not run, as the policy is not valid", tested.tests.tests.len());
        return;
    };
    for result in report.results.iter().filter(|result| !result.passed()) {
        failed(out, checked, &file, result, styles);
    }
    let _ = writeln!(out, "{file}: {} of {} tests passed", report.count_passed(), report.results.len());
    coverage(out, checked, &report.coverage, styles);
}

fn failed(out: &mut String, checked: &Checked, file: &str, result: &TestResult, styles: Styles) {
    let title = styles.paint(RED.bold(), "failed");
    let _ = writeln!(out, "{file}:{}: {title}: {}", result.line, printable(&result.name));
    for reason in reasons(result) {
        let _ = writeln!(out, "   {}", printable(&reason));
    }
    if let Some(line) = policy_line(&checked.document, result) {
        let text = document_line(&checked.document, line);
        let _ = writeln!(out, "   decided by {}:{line}: {}", printable(&checked.file), printable(text.trim()));
    }
    if let Some(decision) = &result.decision {
        let place = |path: &path::Path| match checked.document.span_of(path) {
            Some(spans) => format!("{}:{}", checked.file, spans.best().start.line),
            None => path.to_string(),
        };
        let statuses = decision.trace.flat().into_iter().map(|(_, check)| check.status);
        for (line, status) in decision.trace.lines_at(&place).iter().zip(statuses) {
            let _ = writeln!(out, "     {}", styles.paint(of_status(status), line));
        }
    }
    let _ = writeln!(out);
}

fn document_line(document: &Document, line: usize) -> &str {
    document.text.get(document.lines().line_bytes(&document.text, line)).unwrap_or_default()
}

/// How much is covered, and each rule and pattern that is not, with its line.
fn coverage(out: &mut String, checked: &Checked, coverage: &Coverage, styles: Styles) {
    let ((rules, of_rules), (patterns, of_patterns)) = (coverage.of_rules(), coverage.of_patterns());
    let _ = writeln!(
        out,
        "coverage: {} % (rules {rules} of {of_rules}, patterns {patterns} of {of_patterns})",
        coverage.percent()
    );
    for (line, what) in coverage.uncovered_parts(&checked.document) {
        let place = line.map_or_else(String::new, |line| format!(":{line}"));
        let what = styles.faint(&format!("no test: {}", printable(&what)));
        let _ = writeln!(out, "  {}{place}: {what}", printable(&checked.file));
    }
}
