//! A policy made ready for many decisions: patterns indexed, names parsed, keys normalised.

use std::collections::BTreeMap;

use super::outcome::RuleRef;
use crate::name::AttestorName;
use crate::pattern::{Pattern, PatternError, PatternIndex};
use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy, RuleKind};

/// A policy, compiled together with the system policy that goes before it.
#[derive(Debug, Clone)]
pub struct CompiledPolicy {
    pub(crate) global_mode: GlobalPolicyEvaluationMode,
    pub(crate) system: Patterns,
    pub(crate) allowlist: Patterns,
    pub(crate) default: CompiledRule,
    /// The specific rules in the order of [`RuleKind::SPECIFIC`]; the key of a service identity without `spiffe://`.
    pub(crate) specific: [(RuleKind, BTreeMap<String, CompiledRule>); 4],
}

impl CompiledPolicy {
    /// Compiles `policy`; of `system` (see [`crate::system_policy`]) only the patterns count,
    /// and only where the policy's `globalPolicyEvaluationMode` is `ENABLE`.
    ///
    /// A text that is no pattern matches nothing, and the trace says so.
    pub fn new(policy: &Policy, system: &Policy) -> Self {
        Self {
            global_mode: policy.global_policy_evaluation_mode,
            system: Patterns::new(system),
            allowlist: Patterns::new(policy),
            default: CompiledRule::new(RuleKind::Default, "", &policy.default_admission_rule),
            specific: RuleKind::SPECIFIC.map(|kind| (kind, compiled_rules(policy, kind))),
        }
    }

    /// Every rule: the default one, and the specific ones.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &CompiledRule> {
        std::iter::once(&self.default).chain(self.specific.iter().flat_map(|(_, rules)| rules.values()))
    }
}

fn compiled_rules(policy: &Policy, kind: RuleKind) -> BTreeMap<String, CompiledRule> {
    let rules = policy.rules(kind).into_iter().flatten();
    rules.map(|(key, rule)| (normalise_key(kind, key).to_owned(), CompiledRule::new(kind, key, rule))).collect()
}

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
}

/// An attestor that a rule requires.
#[derive(Debug, Clone)]
pub(crate) struct RequiredAttestor {
    pub(crate) text: String,
    /// `None` where the text has not the form of an attestor name, so that no such attestor exists.
    pub(crate) name: Option<AttestorName>,
}

impl CompiledRule {
    fn new(kind: RuleKind, key: &str, rule: &AdmissionRule) -> Self {
        let required = |text: &String| RequiredAttestor { text: text.clone(), name: text.parse().ok() };
        Self {
            kind,
            key: key.to_owned(),
            evaluation: rule.evaluation_mode,
            enforcement: rule.enforcement_mode,
            attestors: rule.require_attestations_by.iter().map(required).collect(),
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
