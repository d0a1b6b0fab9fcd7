//! Workflow commands that GitHub Actions turns into annotations of a pull request
//! (docs.github.com, "Workflow commands").

use std::fmt::Write as _;

use super::policy_file::Checked;
use super::policy_tests::{policy_line, reasons};
use domain::diagnostic::{Diagnostic, Severity};

pub(super) fn report(checked: &[Checked]) -> String {
    let mut out = String::new();
    for file in checked {
        for diagnostic in file.diagnostics() {
            annotation(&mut out, &file.file, diagnostic);
        }
        failed_tests(&mut out, file);
    }
    out
}

fn annotation(out: &mut String, file: &str, diagnostic: &Diagnostic) {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let (start, end) = (diagnostic.span.start, diagnostic.span.end);
    let place = format!("file={},line={},endLine={}", property(file), start.line, end.line);
    // GitHub takes columns only within one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column.max(start.column + 1) - 1)
    } else {
        String::new()
    };
    let message = data(&format!("{}. {}", diagnostic.message, diagnostic.help));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "::{command} {place}{columns},title={}::{message}", diagnostic.code);
}

/// An error at each test that did not pass.
fn failed_tests(out: &mut String, file: &Checked) {
    let Some(tested) = &file.tests else { return };
    let Some(report) = &tested.report else { return };
    for result in report.results.iter().filter(|result| !result.passed()) {
        let mut message = format!("{}: {}", result.name, reasons(result).join("; "));
        if let Some(line) = policy_line(&file.document, result) {
            let _ = write!(message, " (decided by {}:{line})", file.file);
        }
        let (test, line, message) = (property(&tested.file), result.line, data(&message));
        let _ = writeln!(out, "::error file={test},line={line},title=policy-test::{message}");
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_are_made_of_is_escaped() {
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
        assert_eq!(data("a,b:c%\n"), "a,b:c%25%0A");
    }
}
