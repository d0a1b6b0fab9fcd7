//! The contract: `[{file, kind, valid, diagnostics: […]}]`.

use serde::Serialize;

use super::policy_file::Checked;
use super::policy_tests::{Tested, policy_line, reasons};
use domain::diagnostic::Diagnostic;
use domain::document::Document;
use domain::policy::RuleKind;
use domain::policy_test::{self, Coverage, CoveredPattern, CoveredRule, TestResult};
use domain::text::plain_json;

#[derive(Serialize)]
struct Report<'a> {
    file: &'a str,
    kind: &'static str,
    valid: bool,
    diagnostics: Vec<Row<'a>>,
    /// What the tests say; only with `--tests`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Tests<'a>>,
}

/// The tests of a policy.
#[derive(Serialize)]
struct Tests<'a> {
    file: &'a str,
    total: usize,
    passed: usize,
    results: Vec<Test<'a>>,
    coverage: Option<Covered<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    name: &'a str,
    /// The line of the tests file.
    line: usize,
    passed: bool,
    expected: &'static str,
    /// `null` where it was not run.
    found: Option<&'static str>,
    /// The line of the policy that decided.
    policy_line: Option<usize>,
    reasons: Vec<String>,
}

/// What is covered, in percent, rounded down; and each rule and pattern with how many tests it decided.
#[derive(Serialize)]
struct Covered<'a> {
    percent: usize,
    rules: Vec<Rule<'a>>,
    patterns: Vec<Pattern<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    kind: RuleKind,
    key: &'a str,
    line: Option<usize>,
    tests: usize,
}

#[derive(Serialize)]
struct Pattern<'a> {
    #[serde(rename = "pattern")]
    text: &'a str,
    line: Option<usize>,
    tests: usize,
}

/// Lines and columns count from 1; the end is exclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    code: &'static str,
    severity: &'static str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    path: String,
    message: &'a str,
    help: &'static str,
}

pub(super) fn report(checked: &[Checked]) -> String {
    let reports: Vec<Report<'_>> = checked.iter().map(Report::new).collect();
    let text = serde_json::to_string_pretty(&reports).expect("texts and numbers are always JSON");
    plain_json(&text) + "\n"
}

impl<'a> Report<'a> {
    fn new(checked: &'a Checked) -> Self {
        Self {
            file: &checked.file,
            kind: checked.document.kind.as_str(),
            valid: checked.document.is_valid(),
            diagnostics: checked.diagnostics().iter().map(Row::new).collect(),
            tests: checked.tests.as_ref().map(|tested| Tests::new(checked, tested)),
        }
    }
}

impl<'a> Tests<'a> {
    fn new(checked: &'a Checked, tested: &'a Tested) -> Self {
        let report = tested.report.as_ref();
        let results = report.map(|report| report.results.iter().map(|result| Test::new(checked, result)).collect());
        Self {
            file: &tested.file,
            total: tested.tests.tests.len(),
            passed: report.map_or(0, policy_test::TestReport::count_passed),
            results: results.unwrap_or_default(),
            coverage: report.map(|report| Covered::new(&checked.document, &report.coverage)),
        }
    }
}

impl<'a> Test<'a> {
    fn new(checked: &Checked, result: &'a TestResult) -> Self {
        Self {
            name: &result.name,
            line: result.line,
            passed: result.passed(),
            expected: result.expected.as_str(),
            found: result.decision.as_ref().map(|decision| decision.outcome.as_str()),
            policy_line: policy_line(&checked.document, result),
            reasons: reasons(result),
        }
    }
}

impl<'a> Covered<'a> {
    fn new(document: &Document, coverage: &'a Coverage) -> Self {
        let rule = |covered: &'a CoveredRule| Rule {
            kind: covered.kind,
            key: &covered.key,
            line: document.line_of_rule(covered.kind, &covered.key),
            tests: covered.tests,
        };
        let pattern = |covered: &'a CoveredPattern| Pattern {
            text: &covered.pattern,
            line: document.line_of_pattern(covered.index),
            tests: covered.tests,
        };
        Self {
            percent: coverage.percent(),
            rules: coverage.rules.iter().map(rule).collect(),
            patterns: coverage.patterns.iter().map(pattern).collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn new(diagnostic: &'a Diagnostic) -> Self {
        let (start, end) = (diagnostic.span.start, diagnostic.span.end);
        Self {
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity.as_str(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            path: diagnostic.path.to_string(),
            message: &diagnostic.message,
            help: diagnostic.help,
        }
    }
}
