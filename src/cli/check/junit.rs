//! JUnit XML, as build servers read it: a suite for each policy, a case for each test.
//!
//! There is no standard; the elements and attributes are those that Maven's Surefire writes, which
//! every reader takes.

use std::fmt::Write as _;

use super::policy_file::Checked;
use super::policy_tests::{Tested, policy_line, reasons};
use domain::policy_test::{TestResult, Verdict};
use domain::text::is_deceptive;

pub(super) fn report(checked: &[Checked]) -> String {
    let suites: Vec<(&Checked, &Tested)> =
        checked.iter().filter_map(|file| Some((file, file.tests.as_ref()?))).collect();
    let counts =
        suites.iter().map(|(_, tested)| counts(tested)).fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(out, "<testsuites name=\"countersign\" {}>", attributes(counts));
    for (file, tested) in suites {
        suite(&mut out, file, tested);
    }
    out.push_str("</testsuites>\n");
    out
}

/// Tests, failures and errors.
fn counts(tested: &Tested) -> (usize, usize, usize) {
    let all = tested.tests.tests.len();
    let Some(report) = &tested.report else { return (all, 0, all) };
    let count = |wanted: fn(&Verdict) -> bool| report.results.iter().filter(|result| wanted(&result.verdict)).count();
    (all, count(|v| matches!(v, Verdict::Failed(_))), count(|v| matches!(v, Verdict::NotRun(_))))
}

fn attributes((tests, failures, errors): (usize, usize, usize)) -> String {
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"0\"")
}

fn suite(out: &mut String, checked: &Checked, tested: &Tested) {
    let (name, file) = (escaped(&checked.file), escaped(&tested.file));
    let _ = writeln!(out, "  <testsuite name=\"{name}\" file=\"{file}\" {}>", attributes(counts(tested)));
    for (number, test) in tested.tests.tests.iter().enumerate() {
        let _ = write!(
            out,
            "    <testcase classname=\"{name}\" name=\"{}\" file=\"{file}\" line=\"{}\" time=\"0\"",
            escaped(&test.name),
            test.span.start.line
        );
        match tested.report.as_ref().map(|report| report.results.get(number)) {
            Some(Some(result)) if result.passed() => out.push_str("/>\n"),
            Some(Some(result)) => {
                let _ = writeln!(out, ">\n{}    </testcase>", problem(checked, result));
            }
            Some(None) | None => {
                let message = "the policy is not valid, so nothing is decided by it";
                let _ = writeln!(out, ">\n      <error type=\"policy\" message=\"{message}\"/>\n    </testcase>");
            }
        }
    }
    out.push_str("  </testsuite>\n");
}

fn problem(checked: &Checked, result: &TestResult) -> String {
    let element = if matches!(result.verdict, Verdict::NotRun(_)) { "error" } else { "failure" };
    let message = escaped(&reasons(result).join("; "));
    let mut body = String::new();
    if let Some(line) = policy_line(&checked.document, result) {
        let _ = writeln!(body, "decided by {}:{line}", checked.file);
    }
    if let Some(decision) = &result.decision {
        body.push_str(&decision.trace.to_string());
    }
    format!("      <{element} type=\"decision\" message=\"{message}\">{}</{element}>\n", escaped(&body))
}

/// Escapes a text for an attribute or an element. What XML 1.0 cannot hold at all, not even as a reference (its
/// production `Char`), is replaced; line ends and tabs are kept by references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if is_deceptive(c) => out.push('\u{fffd}'),
            ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(escaped("a<b>&\"'\n\t"), "a&lt;b&gt;&amp;&quot;&apos;&#10;&#9;");
        assert_eq!(escaped("\u{0}\u{1b}[2J\u{fffe}🥙"), "\u{fffd}\u{fffd}[2J\u{fffd}🥙");
    }
}
