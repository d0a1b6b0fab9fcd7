//! What decided, in a few words and with its line: for tables and reports, where a tree is too long.

use crate::admission::{AttestorFault, Decision, DenyCause, Exemption, Facts, ImageDecision, ImageOutcome, RuleRef};
use crate::document::Document;
use crate::name::AttestorName;

use super::changes::rule_label;

/// What decided, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Because {
    /// A few words without the line.
    pub text: String,
    /// The 1-based line of the policy's text, where that is known and something in it decided.
    pub line: Option<usize>,
}

impl Because {
    /// What decided: the first image that is denied, or not known, or else that a rule admits, or
    /// else is exempt.
    pub fn from_decision(decision: &Decision, document: Option<&Document>) -> Self {
        let Some(rule) = &decision.rule else {
            return Self { text: "not enforced here".to_owned(), line: None };
        };
        let rank = |image: &&ImageDecision| match image.outcome {
            ImageOutcome::Deny(_) => 0,
            ImageOutcome::Undecided => 1,
            ImageOutcome::Allow => 2,
            ImageOutcome::Exempt(_) => 3,
        };
        let Some(image) = decision.images.iter().min_by_key(rank) else {
            return Self { text: "no image".to_owned(), line: None };
        };
        let of_rule = |text: String| Self { text, line: document.and_then(|d| d.line_of_rule(rule.kind, &rule.key)) };
        match &image.outcome {
            ImageOutcome::Exempt(Exemption::System { pattern }) => {
                Self { text: format!("system policy {pattern}"), line: None }
            }
            ImageOutcome::Exempt(Exemption::Allowlist { pattern, index }) => {
                Self { text: pattern.clone(), line: document.and_then(|d| d.line_of_pattern(*index)) }
            }
            _ if !decision.open.without(ATTESTED).is_empty() => {
                Self { text: format!("not known: {}", decision.open), line: None }
            }
            _ if decision.known_rule().is_none() => {
                Self { text: format!("the same whatever {} is", decision.rule_hangs_on()), line: None }
            }
            ImageOutcome::Allow | ImageOutcome::Deny(DenyCause::AlwaysDeny) => of_rule(modes(rule)),
            ImageOutcome::Deny(DenyCause::NoAttestors) => of_rule(format!("{} names no attestor", rule_name(rule))),
            ImageOutcome::Deny(DenyCause::Attestors) => of_rule(not_attested(image)),
            ImageOutcome::Undecided => of_rule(not_known(image)),
        }
    }

    /// `line 9: gcr.io/p/*`.
    pub fn with_line(&self) -> String {
        match self.line {
            Some(line) => format!("line {line}: {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// What is told with its attestors or its image.
const ATTESTED: Facts = Facts::of_evidence();

fn rule_name(rule: &RuleRef) -> String {
    let name = rule_label(rule.kind, &rule.key);
    name.strip_prefix("the ").map_or(name.clone(), str::to_owned)
}

fn modes(rule: &RuleRef) -> String {
    format!("{} {}", rule_name(rule), rule.evaluation_mode.as_str())
}

fn not_attested(image: &ImageDecision) -> String {
    let by_tag = image.attestors.iter().any(|attestor| attestor.fault == Some(AttestorFault::NoDigest));
    if by_tag {
        "by tag, and only digests are attested".to_owned()
    } else {
        format!("{} has not attested it", names(image, Some(false)))
    }
}

fn not_known(image: &ImageDecision) -> String {
    match names(image, None).as_str() {
        "" => "its digest is not known".to_owned(),
        names => format!("not known whether {names} attested it"),
    }
}

/// The attestors with this answer, by their ids.
fn names(image: &ImageDecision, satisfied: Option<bool>) -> String {
    let id = |name: &str| name.parse::<AttestorName>().map_or(name.to_owned(), |name| name.id().to_owned());
    let names: Vec<String> = image.attestors.iter().filter(|a| a.satisfied == satisfied).map(|a| id(&a.name)).collect();
    names.join(" and ")
}
