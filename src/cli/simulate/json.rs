//! The contract: `{outcome, message, rule, otherRules, notKnown, images, fixes}`.

use serde::Serialize;

use super::report::Answer;
use crate::cli::assumed::settled_by;
use crate::cli::fix::FixReport;
use domain::admission::{AttestorOutcome, Exemption, Fact, Facts, ImageDecision, ImageOutcome, RuleRef};
use domain::document::Document;
use domain::policy::RuleKind;
use domain::text::plain_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    outcome: &'static str,
    message: &'a str,
    /// Where `otherRules` has some: the rule that decides if what is not known is what no key names.
    rule: Option<Rule<'a>>,
    /// The rules that decide if what is not known is what their keys say.
    other_rules: Vec<OtherRule<'a>>,
    not_known: NotKnown,
    images: Vec<ImageRow<'a>>,
    fixes: Vec<FixReport<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    kind: RuleKind,
    key: &'a str,
    line: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtherRule<'a> {
    #[serde(flatten)]
    rule: Rule<'a>,
    /// What is decided then.
    outcome: &'static str,
    hangs_on: Vec<&'static str>,
}

/// The facts that are not known and could turn the decision; empty where it is decided.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotKnown {
    facts: Vec<&'static str>,
    settled_by: Option<String>,
}

fn ids(facts: Facts) -> Vec<&'static str> {
    facts.iter().map(Fact::id).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageRow<'a> {
    image: &'a str,
    outcome: &'static str,
    exempt_by: Option<ExemptBy<'a>>,
    attestors: Vec<Attestor<'a>>,
}

#[derive(Serialize)]
struct ExemptBy<'a> {
    source: &'static str,
    pattern: &'a str,
    /// The line of the policy; the system policy is in none of its lines.
    line: Option<usize>,
}

/// `satisfied` is null where it is not known; `assumed` is there where a flag says it, and nothing else.
#[derive(Serialize)]
struct Attestor<'a> {
    name: &'a str,
    satisfied: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    assumed: bool,
    reason: &'a str,
}

pub(super) fn report<'a>(answer: &'a Answer) -> String {
    let (decision, document) = (&answer.decision, &answer.checked.document);
    let rule =
        |rule: &'a RuleRef| Rule { kind: rule.kind, key: &rule.key, line: document.line_of_rule(rule.kind, &rule.key) };
    let other = |other: &'a domain::admission::OtherRule| OtherRule {
        rule: rule(&other.rule),
        outcome: other.outcome.as_str(),
        hangs_on: ids(other.hangs_on),
    };
    let report = Report {
        outcome: decision.outcome.as_str(),
        message: &decision.message,
        rule: decision.rule.as_ref().map(rule),
        other_rules: decision.other_rules.iter().map(other).collect(),
        not_known: NotKnown { facts: ids(decision.open), settled_by: settled_by(decision.open) },
        images: decision.images.iter().map(|image| ImageRow::new(image, document)).collect(),
        fixes: answer.fixes.iter().map(|fix| FixReport::new(fix, &document.text)).collect(),
    };
    let text = serde_json::to_string_pretty(&report).expect("texts, numbers and booleans are always JSON");
    plain_json(&text) + "\n"
}

impl<'a> ImageRow<'a> {
    fn new(decision: &'a ImageDecision, document: &Document) -> Self {
        let exempt_by = match &decision.outcome {
            ImageOutcome::Exempt(exemption) => Some(ExemptBy::new(exemption, document)),
            ImageOutcome::Allow | ImageOutcome::Deny(_) | ImageOutcome::Undecided => None,
        };
        Self {
            image: &decision.image,
            outcome: decision.outcome.as_str(),
            exempt_by,
            attestors: decision.attestors.iter().map(Attestor::new).collect(),
        }
    }
}

impl<'a> ExemptBy<'a> {
    fn new(exemption: &'a Exemption, document: &Document) -> Self {
        match exemption {
            Exemption::System { pattern } => Self { source: "system", pattern, line: None },
            Exemption::Allowlist { pattern, index } => {
                Self { source: "allowlist", pattern, line: document.line_of_pattern(*index) }
            }
        }
    }
}

impl<'a> Attestor<'a> {
    fn new(outcome: &'a AttestorOutcome) -> Self {
        let AttestorOutcome { name, satisfied, assumed, reason, .. } = outcome;
        Self { name, satisfied: *satisfied, assumed: *assumed, reason }
    }
}
