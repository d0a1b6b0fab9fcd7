//! `--tests`: the policy tests beside a policy, run, and told to people.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Checked;
use crate::cli::input::{self, InputError};
use crate::cli::styles::{RED, Styles, of_status};
use crate::cli::terminal::printable;
use domain::document::{self, Document};
use domain::path;
use domain::policy_test::{self, Coverage, Fault, Mismatch, PolicyTests, Report, TestResult, Verdict};
use files::manifest;

/// The tests of one policy.
pub(in crate::cli) struct Tested {
    /// The tests file, as given or found.
    pub(super) file: String,
    pub(super) tests: PolicyTests,
    /// `None`: the policy is not valid, so that nothing is decided by it.
    pub(super) report: Option<Report>,
}

impl Tested {
    pub(super) fn all_passed(&self) -> bool {
        self.report.as_ref().is_some_and(Report::all_passed)
    }
}

/// Why no test was run.
#[derive(Debug, thiserror::Error)]
pub(super) enum TestsFailure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{policy}: a policy from standard input has no file beside it: name the tests, --tests FILE")]
    NoPlace { policy: String },
    #[error("{}", faults.iter().map(|fault| located(file, fault)).collect::<Vec<_>>().join("\ncountersign: "))]
    Faults { file: String, faults: Vec<Fault> },
}

fn located(file: &str, fault: &Fault) -> String {
    let start = fault.span.start;
    format!("{}:{}:{}: {}", printable(file), start.line, start.column, printable(&fault.message))
}

/// Reads the tests of a policy (`named`, or the file beside it) and runs them.
pub(super) fn load(policy: &Path, named: Option<&Path>, document: &Document) -> Result<Tested, TestsFailure> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => beside(policy)?,
    };
    let file = path.display().to_string();
    let text = input::read(&path, document::MAX_BYTES)?;
    let tests = policy_test::parse(&text, &manifest::request)
        .map_err(|faults| TestsFailure::Faults { file: file.clone(), faults })?;
    let report = document.policy.as_ref().map(|policy| policy_test::run(&tests, policy));
    Ok(Tested { file, tests, report })
}

/// `policy.yaml` has its tests in `policy.tests.yaml`.
fn beside(policy: &Path) -> Result<PathBuf, TestsFailure> {
    if policy == Path::new("-") {
        return Err(TestsFailure::NoPlace { policy: policy.display().to_string() });
    }
    Ok(policy_test::beside(policy))
}

/// The line of the policy that decided a test.
pub(super) fn policy_line(checked: &Checked, result: &TestResult) -> Option<usize> {
    let spans = checked.document.span_of(&result.decided_at()?)?;
    Some(spans.best().start.line)
}

/// Why a test did not pass, in one line each.
pub(super) fn reasons(result: &TestResult) -> Vec<String> {
    match &result.verdict {
        Verdict::Passed => Vec::new(),
        Verdict::NotRun(why) => vec![format!("not run: {why}")],
        Verdict::Failed(mismatches) => mismatches.iter().map(reason).collect(),
    }
}

fn reason(mismatch: &Mismatch) -> String {
    format!("{}: expected {}, found {}", mismatch.what, mismatch.expected, mismatch.found)
}

/// Failed tests at length, how many passed, and what no test covers.
pub(super) fn human(out: &mut String, checked: &Checked, tested: &Tested, styles: Styles) {
    // Writing to a string cannot fail, here and below.
    let file = printable(&tested.file);
    let Some(report) = &tested.report else {
        let _ = writeln!(out, "{file}: {} tests not run, as the policy is not valid", tested.tests.tests.len());
        return;
    };
    for result in report.results.iter().filter(|result| !result.passed()) {
        failed(out, checked, &file, result, styles);
    }
    let _ = writeln!(out, "{file}: {} of {} tests passed", report.passed(), report.results.len());
    coverage(out, checked, &report.coverage, styles);
}

fn failed(out: &mut String, checked: &Checked, file: &str, result: &TestResult, styles: Styles) {
    let title = styles.paint(RED.bold(), "failed");
    let _ = writeln!(out, "{file}:{}: {title}: {}", result.line, printable(&result.name));
    for reason in reasons(result) {
        let _ = writeln!(out, "   {}", printable(&reason));
    }
    if let Some(line) = policy_line(checked, result) {
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
    for (line, what) in coverage.uncovered(&checked.document) {
        let place = line.map_or_else(String::new, |line| format!(":{line}"));
        let what = styles.faint(&format!("no test: {}", printable(&what)));
        let _ = writeln!(out, "  {}{place}: {what}", printable(&checked.file));
    }
}
