//! The tests of the draft: the file beside it, and how they come out now.

use crate::draft::state::Draft;
use domain::admission::{Decision, Exemption, ImageOutcome, Outcome, Platform, Request};
use domain::image::{Digest, ImageRef};
use domain::policy::Policy;
use domain::policy_test::{
    ExemptBy, Expectation, Fault, PodReader, PolicyTest, PolicyTests, TestReport, TestResult, Verdict, append, parse,
    run,
};
use domain::span::Span;

/// How many tests are run between a key and its frame.
const AT_ONCE: usize = 200;

/// Whether a key may come at any moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    Goes,
    Pauses,
}

/// What was read of the tests file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestsFile {
    pub path: String,
    /// `None`: there is no such file.
    pub text: Option<String>,
    /// Why it could not be read.
    pub failure: Option<String>,
}

/// A change of the tests file: what it was made from, and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What the file said; `None` where there was none.
    pub before: Option<String>,
    pub after: String,
}

/// The tests and their results; kept up to date by `update`.
#[derive(Debug, Default)]
pub struct Tests {
    pub file: TestsFile,
    pub tests: PolicyTests,
    /// Why the file gives no tests.
    pub faults: Vec<Fault>,
    /// `None` while the draft is not a policy, or there is no test.
    pub report: Option<TestReport>,
    /// Counts the files that were read.
    read: u64,
    /// The draft's revision and the file's that the report is of.
    ran: Option<(u64, u64)>,
}

impl Tests {
    /// Takes what was read.
    pub fn load(&mut self, file: TestsFile, pod: &PodReader) {
        let parsed = file.text.as_deref().map(|text| parse(text, pod));
        (self.tests, self.faults) = match parsed {
            Some(Ok(tests)) => (tests, Vec::new()),
            Some(Err(faults)) => (PolicyTests::default(), faults),
            None => (PolicyTests::default(), Vec::new()),
        };
        self.file = file;
        self.read += 1;
    }

    /// Runs the tests again if they or the draft changed; many of them only at a pause in typing, so that
    /// no key waits for them.
    pub fn refresh(&mut self, draft: &Draft, typing: Typing) {
        let now = Some((draft.revision_read(), self.read));
        let late = typing == Typing::Goes && self.tests.tests.len() > AT_ONCE;
        if self.ran != now && !late {
            self.ran = now;
            let policy = draft.policy().filter(|_| !self.tests.tests.is_empty());
            self.report = policy.map(|policy| run(&self.tests, policy));
        }
    }

    /// `tests 12/13`, for a frame; nothing where there are no tests.
    pub fn summary(&self) -> Option<(String, bool)> {
        if self.file.failure.is_some() || !self.faults.is_empty() {
            return Some(("tests unreadable".to_owned(), false));
        }
        let all = self.tests.tests.len();
        if all == 0 {
            return None;
        }
        Some(match &self.report {
            Some(report) => (format!("tests {}/{all}", report.count_passed()), report.all_passed()),
            None => (format!("tests ?/{all}"), false),
        })
    }

    /// How many rows the box has: the tests, or else why the file holds none.
    pub fn count_listed(&self) -> usize {
        if self.faults.is_empty() { self.tests.tests.len() } else { self.faults.len() }
    }

    /// The result of a test by its number.
    pub fn result(&self, number: usize) -> Option<&TestResult> {
        self.report.as_ref()?.results.get(number)
    }
}

/// The box with the tests of the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TestsBox {
    pub selected: usize,
}

/// How a test came out, in a line.
pub fn outcome_line(result: &TestResult) -> String {
    match &result.verdict {
        Verdict::Passed => result.expected.as_str().to_owned(),
        Verdict::NotRun(why) => format!("not run: {why}"),
        Verdict::Failed(mismatches) => {
            let line =
                |m: &domain::policy_test::Mismatch| format!("{}: expected {}, found {}", m.what, m.expected, m.found);
            mismatches.iter().map(line).collect::<Vec<_>>().join("; ")
        }
    }
}

/// A test that holds what `policy` decided, and the text of the file with it at its end.
pub fn with_decision(
    tests: &Tests,
    request: Request,
    (policy, decision): (&Policy, &Decision),
    pod: &PodReader,
) -> Result<(PolicyTest, String), String> {
    if decision.outcome == Outcome::Undecided {
        return Err("nothing is decided yet: something that decides is not known".to_owned());
    }
    if let Some(failure) = &tests.file.failure {
        return Err(format!("{} cannot be read ({failure}), and is left as it is", tests.file.path));
    }
    let test = test_of(request, decision, &tests.tests);
    // Evidence can say what a test cannot assume; such a test would fail at once.
    let alone = run(&PolicyTests { tests: vec![test.clone()] }, policy);
    if let Some(result) = alone.results.first().filter(|result| !result.passed()) {
        return Err(format!("the decision stands on more than a test can assume ({})", outcome_line(result)));
    }
    let text = tests.file.text.clone().unwrap_or_default();
    let text = append(&text, &test, pod).map_err(|error| error.to_string())?;
    Ok((test, text))
}

fn test_of(mut request: Request, decision: &Decision, others: &PolicyTests) -> PolicyTest {
    request.namespace = if request.namespace == "default" { String::new() } else { request.namespace };
    request.service_account =
        if request.service_account == "default" { String::new() } else { request.service_account };
    let attested = decision.images.iter().flat_map(|image| &image.attestors);
    let exempt = decision.images.iter().find_map(|image| match &image.outcome {
        ImageOutcome::Exempt(Exemption::System { pattern } | Exemption::Allowlist { pattern, .. }) => {
            Some(pattern.clone())
        }
        ImageOutcome::Allow | ImageOutcome::Deny(_) | ImageOutcome::Undecided => None,
    });
    let rule = decision.known_rule().filter(|_| exempt.is_none()).map(|rule| (rule.kind, rule.key.clone()));
    let start = domain::span::Position { line: 1, column: 1 };
    PolicyTest {
        name: free_name(&request, decision.outcome, others),
        span: Span { bytes: 0..0, start, end: start },
        attested_by: attested.filter(|a| a.satisfied == Some(true)).map(|a| a.name.clone()).collect(),
        resolved: resolved(&request, decision),
        request,
        expect: Expectation {
            outcome: decision.outcome,
            rule,
            exempt_by: exempt.map_or(ExemptBy::Any, |pattern| ExemptBy::Every(Some(pattern))),
            message: None,
        },
    }
}

/// What Cloud Run resolved the image's tag to.
fn resolved(request: &Request, decision: &Decision) -> Option<Digest> {
    let digest = |image: &str| image.parse::<ImageRef>().ok().and_then(|image| image.digest().cloned());
    let asked = digest(&request.images.first()?.image);
    if request.platform == Platform::Gke || asked.is_some() {
        return None;
    }
    digest(&decision.images.first()?.image)
}

/// A name such as `hello-world is denied in prod`; with a number where another test has the name.
fn free_name(request: &Request, outcome: Outcome, others: &PolicyTests) -> String {
    let image = request.images.first().map(|image| image.image.as_str()).unwrap_or_default();
    let last = image.rsplit('/').next().unwrap_or(image);
    let short = last.split(['@', ':']).next().unwrap_or(last);
    let verb = match outcome {
        Outcome::Admit => "is admitted",
        Outcome::Deny => "is denied",
        Outcome::AdmitDryRun => "is admitted by a dry run",
        Outcome::AdmitBreakGlass => "is admitted by break-glass",
        Outcome::Undecided => "is not decided",
    };
    let place = request.cluster.as_deref().map(|cluster| format!(" in {cluster}")).unwrap_or_default();
    let name = format!("{short} {verb}{place}");
    let taken = |name: &str| others.tests.iter().any(|test| test.name == name);
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::editor::EditorCommand;

    fn tests(count: usize) -> Tests {
        let test = |n: usize| format!("- {{name: t{n}, request: {{images: [a]}}, expect: DENY}}\n");
        let text = format!("tests:\n{}", (0..count).map(test).collect::<String>());
        let mut tests = Tests::default();
        tests.load(TestsFile { text: Some(text), ..TestsFile::default() }, &|_| unreachable!("no manifest"));
        tests
    }

    const DENY: &str =
        "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n";

    #[test]
    fn many_tests_wait_for_a_pause() {
        let mut draft = Draft::new(Some(DENY.to_owned()));
        for (count, at_once) in [(AT_ONCE, true), (AT_ONCE + 1, false)] {
            let mut tests = tests(count);
            tests.refresh(&draft, Typing::Pauses);
            assert_eq!(tests.summary(), Some((format!("tests {count}/{count}"), true)));
            draft.editor.input(EditorCommand::Text("x".to_owned()));
            draft.read_now();
            tests.refresh(&draft, Typing::Goes);
            assert_eq!(tests.report.is_none(), at_once);
            tests.refresh(&draft, Typing::Pauses);
            assert_eq!(tests.report, None);
            draft.replace(DENY);
        }
    }
}
