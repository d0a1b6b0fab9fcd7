//! How the one rule that decides was chosen.

use super::Words;
use crate::admission::facts::Facts;
use crate::admission::outcome::{OtherRule, RuleRef};
use crate::path::rule_path;
use crate::policy::RuleKind;
use crate::text::clip;

/// A check about the rules of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleCheck {
    /// The rule that decides.
    Chosen(RuleRef),
    /// Which rule decides hangs on facts that are not known; `otherwise` does if they are what no key names.
    NotKnown { otherwise: RuleRef, hangs_on: Facts },
    /// A rule that decides if what is not known is what its key says, and what came of it.
    Other(OtherRule),
    /// Cloud Run looks into no map of rules.
    DefaultOnly,
    /// One map of the policy was looked into, which has this many rules.
    Lookup { kind: RuleKind, rules: usize, result: RuleLookup },
    /// Maps that would go before the chosen rule and are not in the policy, with the key under which
    /// each would have the request's rule.
    EmptyMaps(Vec<(RuleKind, Option<String>)>),
    /// The rule asks for attestations and names no attestor.
    NoAttestors,
}

/// What came of looking into a map of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleLookup {
    /// The rule with this key, as it stands in the policy.
    Found(String),
    /// The request names nothing that such a rule could be for.
    NotNamed,
    /// No rule has the request's key; `similar` is a key that was probably meant to be it.
    NoSuchKey { key: String, similar: Option<String> },
    /// These facts are not known, and this many of the rules could be the pod's.
    NotKnown { facts: Facts, possible: usize },
}

impl RuleCheck {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Chosen(rule) => {
                Words::new(format!("rule {}", rule_path(rule.kind, &rule.key))).with_found(modes(rule))
            }
            Self::NotKnown { otherwise, hangs_on } => {
                let rule = rule_path(otherwise.kind, &otherwise.key);
                Words::new("which rule decides").with_found(format!(
                    "it hangs on {hangs_on}; {rule} if no other rule is for that: {}",
                    modes(otherwise)
                ))
            }
            Self::Other(other) => Words::new(format!(
                "rule {}, if it is that {}",
                rule_path(other.rule.kind, &other.rule.key),
                noun(other.rule.kind)
            ))
            .with_found(other.outcome.words()),
            Self::DefaultOnly => Words::new("Cloud Run uses the default rule only"),
            Self::Lookup { kind, rules, result } => {
                Words::new(format!("{} ({rules})", kind.field())).with_found(result.text(*kind))
            }
            Self::EmptyMaps(maps) => {
                let keys: Vec<String> = maps.iter().map(|(kind, key)| wanted(*kind, key.as_deref())).collect();
                Words::new("the policy has no rules by").with_found(keys.join(", "))
            }
            Self::NoAttestors => Words::new("attestors of the rule").with_expected("at least one").with_found("none"),
        }
    }
}

impl RuleLookup {
    fn text(&self, kind: RuleKind) -> String {
        match self {
            Self::Found(key) => key.clone(),
            Self::NotNamed => format!("the request names no {}, so none of them applies", noun(kind)),
            Self::NoSuchKey { key, similar } => {
                let hint = similar.as_ref().map(|other| format!("; `{other}` is similar")).unwrap_or_default();
                format!("none for {} `{key}`{hint}", noun(kind))
            }
            Self::NotKnown { facts, possible: 0 } => format!("{facts}: not known, and it could be none of them"),
            Self::NotKnown { facts, possible: 1 } => format!("{facts}: not known, and it could be one of them"),
            Self::NotKnown { facts, possible } => format!("{facts}: not known, and it could be {possible} of them"),
        }
    }
}

fn modes(rule: &RuleRef) -> String {
    format!("{}, {}", rule.evaluation_mode.as_str(), rule.enforcement_mode.as_str())
}

/// The name that a rule for the request would have.
fn wanted(kind: RuleKind, key: Option<&str>) -> String {
    key.map_or_else(|| noun(kind).to_owned(), |key| format!("{} `{}`", noun(kind), clip(key)))
}

fn noun(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Default => "rule",
        RuleKind::Cluster => "cluster",
        RuleKind::Namespace => "namespace",
        RuleKind::ServiceAccount => "service account",
        RuleKind::ServiceIdentity => "service identity",
    }
}
