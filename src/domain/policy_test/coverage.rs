//! Which rules and patterns of a policy decided something in some test.

use std::collections::HashMap;

use crate::admission::{Decision, Exemption, ImageOutcome};
use crate::document::Document;
use crate::policy::{Policy, RuleKind};

use super::rule_name;

/// A rule, and how many tests it decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredRule {
    pub kind: RuleKind,
    /// Empty for the default rule.
    pub key: String,
    pub tests: usize,
}

/// A pattern of the allowlist, and in how many tests it exempted an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredPattern {
    /// The place in `admissionWhitelistPatterns`, from 0.
    pub index: usize,
    pub pattern: String,
    pub tests: usize,
}

/// Every rule and pattern of a policy, in its order. The system policy's are not the project's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    pub rules: Vec<CoveredRule>,
    pub patterns: Vec<CoveredPattern>,
}

/// Rules by kind and key, with their numbers in [`Coverage::rules`].
pub(super) type RulePlaces = HashMap<(RuleKind, String), usize>;

impl Coverage {
    /// The coverage of a policy that nothing was asked of yet.
    pub(super) fn new(policy: &Policy) -> Self {
        let rule = |(kind, key, _): (RuleKind, &str, _)| CoveredRule { kind, key: key.to_owned(), tests: 0 };
        let patterns = policy.admission_whitelist_patterns.iter().enumerate();
        Self {
            rules: policy.all_rules().map(rule).collect(),
            patterns: patterns
                .map(|(index, pattern)| CoveredPattern { index, pattern: pattern.name_pattern.clone(), tests: 0 })
                .collect(),
        }
    }

    /// Where each rule stands in the list.
    pub(super) fn places(&self) -> RulePlaces {
        let numbered = self.rules.iter().enumerate();
        numbered.map(|(number, rule)| ((rule.kind, rule.key.clone()), number)).collect()
    }

    /// Counts what decided one test: a rule where it was asked about an image, a pattern where it
    /// exempted one.
    pub(super) fn count(&mut self, decision: &Decision, places: &RulePlaces) {
        let mut exempted: Vec<usize> = Vec::new();
        let mut asked = false;
        for image in &decision.images {
            match &image.outcome {
                ImageOutcome::Exempt(Exemption::Allowlist { index, .. }) => exempted.push(*index),
                ImageOutcome::Exempt(Exemption::System { .. }) => {}
                ImageOutcome::Allow | ImageOutcome::Deny(_) | ImageOutcome::Undecided => asked = true,
            }
        }
        exempted.sort_unstable();
        exempted.dedup();
        for index in exempted {
            if let Some(pattern) = self.patterns.get_mut(index) {
                pattern.tests += 1;
            }
        }
        if let (Some(rule), true) = (decision.known_rule(), asked) {
            let place = places.get(&(rule.kind, rule.key.clone()));
            if let Some(covered) = place.and_then(|place| self.rules.get_mut(*place)) {
                covered.tests += 1;
            }
        }
    }

    /// How many rules decided something, and of how many.
    pub fn of_rules(&self) -> (usize, usize) {
        (self.rules.iter().filter(|rule| rule.tests > 0).count(), self.rules.len())
    }

    /// How many patterns exempted something, and of how many.
    pub fn of_patterns(&self) -> (usize, usize) {
        (self.patterns.iter().filter(|pattern| pattern.tests > 0).count(), self.patterns.len())
    }

    /// What decided nothing in any test, with its line, in the order of the text.
    pub fn uncovered_parts(&self, document: &Document) -> Vec<(Option<usize>, String)> {
        let rules = self.rules.iter().filter(|rule| rule.tests == 0);
        let rules = rules.map(|rule| {
            let name = format!("rule {}", rule_name(rule.kind, &rule.key));
            (document.line_of_rule(rule.kind, &rule.key), name)
        });
        let patterns = self.patterns.iter().filter(|pattern| pattern.tests == 0);
        let patterns = patterns.map(|p| (document.line_of_pattern(p.index), format!("pattern {}", p.pattern)));
        let mut all: Vec<_> = rules.chain(patterns).collect();
        all.sort();
        all
    }

    /// Rules and patterns together, rounded down: 100 only where every one decided something.
    pub fn percent(&self) -> usize {
        let ((rules, all_rules), (patterns, all_patterns)) = (self.of_rules(), self.of_patterns());
        percent(rules + patterns, all_rules + all_patterns)
    }
}

/// `some` of `all` in percent, rounded down; all of nothing is everything.
pub(super) fn percent(some: usize, all: usize) -> usize {
    (some * 100).checked_div(all).unwrap_or(100)
}
