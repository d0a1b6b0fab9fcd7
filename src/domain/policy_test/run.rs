//! Deciding every test, and what differs from what is expected.

use std::collections::BTreeSet;

use super::coverage::Coverage;
use super::{ExemptBy, PolicyTest, PolicyTests, rule_name};
use crate::admission::{
    AttestorEvidence, CompiledPolicy, Decision, Evidence, Exemption, Fact, Facts, Generation, ImageDecision,
    ImageOutcome, Outcome, Platform, evaluate,
};
use crate::attestation::NothingToVerify;
use crate::image::ImageRef;
use crate::name::AttestorName;
use crate::path::{Path, Segment};
use crate::path::{pattern_path, rule_path};
use crate::policy::{Policy, RuleKind};
use crate::system_policy::SystemPolicy;

/// One expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What differs, for example `outcome`, or `exemptBy of gcr.io/p/app:1`.
    pub what: String,
    pub expected: String,
    pub found: String,
}

/// How a test came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    /// What is not as expected; at least one mismatch.
    Failed(Vec<Mismatch>),
    /// The test asks something that this policy has no answer to: why.
    NotRun(String),
}

/// A test after it was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    pub name: String,
    /// The line of the name in the tests file, from 1.
    pub line: usize,
    pub expected: Outcome,
    pub verdict: Verdict,
    /// `None` where it was not run.
    pub decision: Option<Decision>,
}

impl TestResult {
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// The place in the policy that decided: the pattern that exempts every image, or else the rule.
    pub fn decided_at(&self) -> Option<Path> {
        let decision = self.decision.as_ref()?;
        let pattern = |image: &ImageDecision| match image.outcome {
            ImageOutcome::Exempt(Exemption::Allowlist { index, .. }) => Some(Some(pattern_path(index))),
            ImageOutcome::Exempt(Exemption::System { .. }) => Some(None),
            ImageOutcome::Allow | ImageOutcome::Deny(_) | ImageOutcome::Undecided => None,
        };
        let exempted: Option<Vec<Option<Path>>> = decision.images.iter().map(pattern).collect();
        match exempted {
            Some(all) => all.into_iter().find_map(|path| path).or_else(|| Some(field("globalPolicyEvaluationMode"))),
            None => decision.known_rule().map(|rule| rule_path(rule.kind, &rule.key)),
        }
    }
}

fn field(name: &str) -> Path {
    Path(vec![Segment::Field(name.to_owned())])
}

/// The results of one file under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestReport {
    /// The results in the order of the file.
    pub results: Vec<TestResult>,
    pub coverage: Coverage,
}

impl TestReport {
    pub fn count_passed(&self) -> usize {
        self.results.iter().filter(|result| result.passed()).count()
    }

    pub fn all_passed(&self) -> bool {
        self.results.iter().all(TestResult::passed)
    }
}

/// Runs every test under `policy` and the documented system policy, so that a file comes out alike
/// wherever it is run.
pub fn run(tests: &PolicyTests, policy: &Policy) -> TestReport {
    let compiled = CompiledPolicy::new(policy, &SystemPolicy::Documented);
    let known: Vec<AttestorName> = policy.attestors().into_iter().filter_map(|name| name.parse().ok()).collect();
    let mut coverage = Coverage::new(policy);
    let places = coverage.places();
    let results = tests.tests.iter().map(|test| {
        let result = one(test, &compiled, &known);
        if let Some(decision) = &result.decision {
            coverage.count(decision, &places);
        }
        result
    });
    TestReport { results: results.collect(), coverage }
}

fn one(test: &PolicyTest, policy: &CompiledPolicy, known: &[AttestorName]) -> TestResult {
    let line = test.span.start.line;
    let (verdict, decision) = match evidence(test, known) {
        Err(why) => (Verdict::NotRun(why), None),
        Ok(evidence) => {
            let decision = evaluate(policy, &test.request, &evidence, &NothingToVerify);
            let mismatches = mismatches(test, &decision);
            let verdict = if mismatches.is_empty() { Verdict::Passed } else { Verdict::Failed(mismatches) };
            (verdict, Some(decision))
        }
    };
    TestResult { name: test.name.clone(), line, expected: test.expect.outcome, verdict, decision }
}

/// Attestations only where they are assumed, and what Cloud Run resolves a tag to.
fn evidence(test: &PolicyTest, known: &[AttestorName]) -> Result<Evidence, String> {
    let assumed: BTreeSet<AttestorName> =
        test.attested_by.iter().map(|text| attestor(text, known)).collect::<Result<_, _>>()?;
    let none = known.iter().map(|name| (name.clone(), AttestorEvidence::AssumedNone));
    let mut evidence = Evidence { attestors: none.collect(), assumed, ..Evidence::default() };
    if let (Some(digest), Platform::CloudRun) = (&test.resolved, test.request.platform) {
        evidence.resolved.insert(to_resolve(test)?, digest.clone());
    }
    Ok(evidence)
}

/// A whole name stays what it is, whatever the policy says; an id is that of an attestor it names.
fn attestor(text: &str, known: &[AttestorName]) -> Result<AttestorName, String> {
    if let Ok(name) = text.parse() {
        return Ok(name);
    }
    let meant: Vec<&AttestorName> = known.iter().filter(|name| name.id() == text).collect();
    let names = |names: &[&AttestorName]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    match meant[..] {
        [one] => Ok(one.clone()),
        [] if known.is_empty() => Err(format!("no rule of the policy names an attestor `{text}`: it names none")),
        [] => {
            let known = names(&known.iter().collect::<Vec<_>>());
            Err(format!("no rule of the policy names an attestor `{text}`: it names {known}"))
        }
        _ => Err(format!("several attestors have the id `{text}`: write the whole name, {}", names(&meant))),
    }
}

/// The one image without a digest.
fn to_resolve(test: &PolicyTest) -> Result<String, String> {
    let has_digest = |image: &str| image.parse::<ImageRef>().is_ok_and(|image| image.digest().is_some());
    let images = test.request.images.iter().map(|image| image.image.as_str());
    let by_tag: BTreeSet<&str> = images.filter(|image| !has_digest(image)).collect();
    match by_tag.first() {
        Some(one) if by_tag.len() == 1 => Ok((*one).to_owned()),
        Some(_) => Err(format!("`resolvedDigest` names one digest, and {} images have none", by_tag.len())),
        None => Err("`resolvedDigest` is given, and no image needs one".to_owned()),
    }
}

fn mismatches(test: &PolicyTest, decision: &Decision) -> Vec<Mismatch> {
    let mut found = Vec::new();
    if decision.outcome != test.expect.outcome {
        found.push(mismatch("outcome", test.expect.outcome.as_str(), &outcome(decision)));
    }
    if let Some((kind, key)) = &test.expect.rule {
        let applied = decision.known_rule().map(|rule| (rule.kind, rule.key.as_str()));
        if !applied.is_some_and(|applied| is_same_rule(applied, (*kind, key))) {
            let applied = match applied {
                Some((kind, key)) => rule_name(kind, key),
                None if decision.rule.is_some() => not_said(decision.rule_hangs_on()),
                None => "none".to_owned(),
            };
            found.push(mismatch("rule", &rule_name(*kind, key), &applied));
        }
    }
    found.extend(exemptions(test, decision));
    if let Some(part) = &test.expect.message {
        let message = decision.denial_text(Generation::Current);
        if !message.contains(part) {
            let message = match decision.known_rule() {
                None if decision.rule.is_some() => not_said(decision.rule_hangs_on()),
                _ if message.is_empty() => "no message".to_owned(),
                _ => message,
            };
            found.push(mismatch("message", part, &message));
        }
    }
    found
}

/// The outcome; where there is none, what a test would have to say for one.
fn outcome(decision: &Decision) -> String {
    match decision.outcome {
        Outcome::Undecided => format!("{}, {}", decision.outcome.as_str(), not_said(decision.open)),
        outcome => outcome.as_str().to_owned(),
    }
}

/// `not known: the test does not say the cluster`.
fn not_said(open: Facts) -> String {
    let by_test = open.without(Fact::SystemPolicy.into());
    let said = (!by_test.is_empty()).then(|| format!("the test does not say {by_test}"));
    let system = open
        .contains(Fact::SystemPolicy)
        .then(|| "only a part of the system policy is documented, and the image may be in the rest".to_owned());
    let all: Vec<String> = said.into_iter().chain(system).collect();
    format!("not known: {}", all.join("; "))
}

fn mismatch(what: &str, expected: &str, found: &str) -> Mismatch {
    Mismatch { what: what.to_owned(), expected: expected.to_owned(), found: found.to_owned() }
}

/// `spiffe://` before a service identity is optional (`resources.proto`).
fn is_same_rule(a: (RuleKind, &str), b: (RuleKind, &str)) -> bool {
    let bare = |key: &str| key.strip_prefix("spiffe://").unwrap_or(key).to_owned();
    a == b || (a.0 == RuleKind::ServiceIdentity && a.0 == b.0 && bare(a.1) == bare(b.1))
}

/// The images of a decision are those of the request, in its order.
fn exemptions(test: &PolicyTest, decision: &Decision) -> Vec<Mismatch> {
    match &test.expect.exempt_by {
        ExemptBy::Any => Vec::new(),
        ExemptBy::Every(pattern) => {
            decision.images.iter().filter_map(|image| exemption(image, pattern.as_deref())).collect()
        }
        ExemptBy::Each(each) => {
            let asked = || test.request.images.iter().zip(&decision.images);
            let of = |(image, pattern): (&String, &Option<String>)| {
                if !asked().any(|(asked, _)| asked.image == *image) {
                    let what = format!("exemptBy of {image}");
                    return vec![mismatch(&what, "an image of the request", "the request has no such image")];
                }
                let here = asked().filter(|(asked, _)| asked.image == *image);
                here.filter_map(|(_, decided)| exemption(decided, pattern.as_deref())).collect()
            };
            each.iter().flat_map(of).collect()
        }
    }
}

fn exemption(image: &ImageDecision, expected: Option<&str>) -> Option<Mismatch> {
    let found = match &image.outcome {
        ImageOutcome::Exempt(Exemption::System { pattern } | Exemption::Allowlist { pattern, .. }) => {
            Some(pattern.as_str())
        }
        ImageOutcome::Allow | ImageOutcome::Deny(_) | ImageOutcome::Undecided => None,
    };
    let shown = |pattern: Option<&str>| pattern.unwrap_or("no pattern").to_owned();
    (found != expected).then(|| mismatch(&format!("exemptBy of {}", image.image), &shown(expected), &shown(found)))
}
