//! `--tests`: the policy tests beside a policy, read and run.

use std::path::{Path, PathBuf};

use crate::cli::input::{self, InputError};
use crate::cli::terminal::printable;
use domain::document::{self, Document};
use domain::policy_test::{self, Fault, Mismatch, PolicyTests, TestReport, TestResult, Verdict};
use files::manifest;

/// The tests of one policy.
pub(in crate::cli) struct Tested {
    /// The tests file, as given or found.
    pub(super) file: String,
    pub(super) tests: PolicyTests,
    /// `None`: the policy is not valid, so that nothing is decided by it.
    pub(super) report: Option<TestReport>,
}

impl Tested {
    pub(super) fn all_passed(&self) -> bool {
        self.report.as_ref().is_some_and(TestReport::all_passed)
    }
}

/// Why no test was run.
#[derive(Debug, thiserror::Error)]
pub(super) enum TestsFailure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{policy}: a policy from standard input has no file beside it: name the tests, --tests FILE")]
    NoPlace { policy: String },
    #[error("{}", faults.iter().map(|fault| located(file, fault)).collect::<Vec<_>>().join("; "))]
    Faults { file: String, faults: Vec<Fault> },
}

impl TestsFailure {
    /// One text for each thing that is wrong.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Faults { file, faults } => faults.iter().map(|fault| located(file, fault)).collect(),
            Self::Input(_) | Self::NoPlace { .. } => vec![self.to_string()],
        }
    }
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
pub(super) fn policy_line(document: &Document, result: &TestResult) -> Option<usize> {
    let spans = document.span_of(&result.decided_at()?)?;
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
