//! A policy made ready for many decisions: patterns indexed, names parsed, keys normalised.

use std::collections::BTreeMap;

use super::outcome::RuleRef;
use crate::name::AttestorName;
use crate::pattern::{Pattern, PatternError, PatternIndex};
use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy, RuleKind};
use crate::system_policy::SystemPolicy;

/// A policy, compiled together with the system policy that goes before it.
#[derive(Debug, Clone)]
pub struct CompiledPolicy {
    pub(crate) global_mode: GlobalPolicyEvaluationMode,
    pub(crate) system: Patterns,
    /// Whether [`CompiledPolicy::system`] is all that the service has.
    pub(crate) system_is_whole: bool,
    pub(crate) allowlist: Patterns,
    pub(crate) default: CompiledRule,
    /// The specific rules in the order of [`RuleKind::SPECIFIC`]; the key of a service identity without `spiffe://`.
    pub(crate) specific: [(RuleKind, BTreeMap<String, CompiledRule>); 4],
}

impl CompiledPolicy {
    /// Compiles `policy`; of `system` only the patterns count, and only where the policy's
    /// `globalPolicyEvaluationMode` is `ENABLE`.
    ///
    /// A text that is no pattern matches nothing, and the trace says so.
    pub fn new(policy: &Policy, system: &SystemPolicy) -> Self {
        let mut classes = Classes::default();
        Self {
            global_mode: policy.global_policy_evaluation_mode,
            system: Patterns::new(&system.policy()),
            system_is_whole: system.is_whole(),
            allowlist: Patterns::new(policy),
            default: CompiledRule::new(RuleKind::Default, "", &policy.default_admission_rule, &mut classes),
            specific: RuleKind::SPECIFIC.map(|kind| (kind, compiled_rules(policy, kind, &mut classes))),
        }
    }

    /// Every rule: the default one, and the specific ones.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &CompiledRule> {
        std::iter::once(&self.default).chain(self.specific.iter().flat_map(|(_, rules)| rules.values()))
    }
}

fn compiled_rules<'p>(policy: &'p Policy, kind: RuleKind, classes: &mut Classes<'p>) -> BTreeMap<String, CompiledRule> {
    let rules = policy.rules(kind).into_iter().flatten();
    rules
        .map(|(key, rule)| (normalise_key(kind, key).to_owned(), CompiledRule::new(kind, key, rule, classes)))
        .collect()
}

/// The ways in which rules of a policy decide, numbered as they come.
type Classes<'p> = BTreeMap<(&'static str, &'static str, &'p [String]), usize>;

/// `spiffe://` before a service identity is optional (`resources.proto`); other keys stay as they are.
pub(crate) fn normalise_key(kind: RuleKind, key: &str) -> &str {
    match kind {
        RuleKind::ServiceIdentity => key.strip_prefix("spiffe://").unwrap_or(key),
        RuleKind::Default | RuleKind::Cluster | RuleKind::Namespace | RuleKind::ServiceAccount => key,
    }
}

/// One rule, with where it stands.
#[derive(Debug, Clone)]
pub(crate) struct CompiledRule {
    pub(crate) kind: RuleKind,
    /// As it stands in the policy.
    pub(crate) key: String,
    pub(crate) evaluation: EvaluationMode,
    pub(crate) enforcement: EnforcementMode,
    pub(crate) attestors: Vec<RequiredAttestor>,
    /// The same for rules of the policy that do the same to every pod.
    pub(crate) class: usize,
}

/// An attestor that a rule requires.
#[derive(Debug, Clone)]
pub(crate) struct RequiredAttestor {
    pub(crate) text: String,
    /// `None` where the text has not the form of an attestor name, so that no such attestor exists.
    pub(crate) name: Option<AttestorName>,
}

impl CompiledRule {
    fn new<'p>(kind: RuleKind, key: &str, rule: &'p AdmissionRule, classes: &mut Classes<'p>) -> Self {
        let number = classes.len();
        let way = (rule.evaluation_mode.as_str(), rule.enforcement_mode.as_str(), &*rule.require_attestations_by);
        let required = |text: &String| RequiredAttestor { text: text.clone(), name: text.parse().ok() };
        Self {
            kind,
            key: key.to_owned(),
            evaluation: rule.evaluation_mode,
            enforcement: rule.enforcement_mode,
            attestors: rule.require_attestations_by.iter().map(required).collect(),
            class: *classes.entry(way).or_insert(number),
        }
    }

    pub(crate) fn reference(&self) -> RuleRef {
        RuleRef {
            kind: self.kind,
            key: self.key.clone(),
            evaluation_mode: self.evaluation,
            enforcement_mode: self.enforcement,
        }
    }
}

/// The patterns of one policy.
#[derive(Debug, Clone)]
pub(crate) struct Patterns {
    /// As written, in the order of the policy.
    pub(crate) texts: Vec<String>,
    pub(crate) index: PatternIndex,
    /// The texts that are no patterns, by position.
    pub(crate) invalid: Vec<(usize, PatternError)>,
}

impl Patterns {
    fn new(policy: &Policy) -> Self {
        let texts: Vec<String> = policy.admission_whitelist_patterns.iter().map(|p| p.name_pattern.clone()).collect();
        let (mut valid, mut invalid) = (Vec::new(), Vec::new());
        for (index, text) in texts.iter().enumerate() {
            match Pattern::parse(text) {
                Ok(pattern) => valid.push((index, pattern)),
                Err(error) => invalid.push((index, error)),
            }
        }
        let index = PatternIndex::from_indexed(valid.iter().map(|(index, pattern)| (*index, pattern)));
        Self { texts, index, invalid }
    }

    pub(crate) fn text(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", String::as_str)
    }
}
