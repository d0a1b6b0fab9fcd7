//! Which one rule decides for a pod.

use std::collections::BTreeMap;

use super::check::{RuleCheck, RuleLookup};
use super::compiled::{CompiledPolicy, CompiledRule, normalise_key};
use super::request::{Platform, Request};
use super::trace::{Check, Status};
use crate::path::rule_path;
use crate::policy::RuleKind;

impl CompiledPolicy {
    /// The entry of the specific map whose key is the pod's, otherwise the default rule, which is
    /// then the only one that counts. Cloud Run has only the default rule (key concepts page).
    ///
    /// A valid v1 policy fills at most one map. Where several are filled (old v1beta1 documents), the
    /// most specific goes first: service identity, service account, namespace, cluster. That order is
    /// inferred (`docs/binary-authorization.md`, "Rule selection").
    pub(crate) fn select(&self, request: &Request) -> &CompiledRule {
        if request.platform == Platform::CloudRun {
            return &self.default;
        }
        let found = self.specific.iter().filter(|(_, rules)| !rules.is_empty()).find_map(|(kind, rules)| {
            let key = key_of(*kind, request)?;
            rules.get(normalise_key(*kind, &key))
        });
        found.unwrap_or(&self.default)
    }

    /// How the rule was chosen, for the trace.
    pub(crate) fn selection_trace(&self, request: &Request, rule: &CompiledRule) -> Check {
        Check::new(Status::Note, RuleCheck::Chosen(rule.reference()))
            .with_path(rule_path(rule.kind, &rule.key))
            .children(self.lookups(request, rule))
    }

    /// Each map that was looked into, up to the one that had the rule: those without rules in one line.
    fn lookups(&self, request: &Request, rule: &CompiledRule) -> Vec<Check> {
        if request.platform == Platform::CloudRun {
            return vec![Check::new(Status::Note, RuleCheck::DefaultOnly)];
        }
        let mut checks = Vec::new();
        checks.extend(self.empty_maps(request, rule));
        for (kind, rules) in self.specific.iter().filter(|(_, rules)| !rules.is_empty()) {
            let lookup = |result| RuleCheck::Lookup { kind: *kind, rules: rules.len(), result };
            if *kind == rule.kind {
                checks.push(Check::new(Status::Pass, lookup(RuleLookup::Found(rule.key.clone()))));
                break;
            }
            checks.push(Check::new(Status::Note, lookup(missed(*kind, rules, request))));
        }
        checks
    }

    /// More specific than the rule, and not in the policy at all: what it would have been looked up by.
    fn empty_maps(&self, request: &Request, rule: &CompiledRule) -> Option<Check> {
        let more_specific = self.specific.iter().take_while(|(kind, _)| *kind != rule.kind);
        let empty = more_specific.filter(|(_, rules)| rules.is_empty());
        let maps: Vec<_> = empty.map(|(kind, _)| (*kind, key_of(*kind, request))).collect();
        (!maps.is_empty()).then(|| Check::new(Status::Note, RuleCheck::EmptyMaps(maps)))
    }
}

/// Why a map that has rules has none for the request.
fn missed(kind: RuleKind, rules: &BTreeMap<String, CompiledRule>, request: &Request) -> RuleLookup {
    let Some(key) = key_of(kind, request) else { return RuleLookup::NotNamed };
    let similar = rules.values().find(|other| is_similar(kind, &key, &other.key)).map(|other| other.key.clone());
    RuleLookup::NoSuchKey { key, similar }
}

/// The key under which a map of this kind would have the rule of the request.
pub(crate) fn key_of(kind: RuleKind, request: &Request) -> Option<String> {
    let or_default = |text: &str| if text.is_empty() { "default".to_owned() } else { text.to_owned() };
    match kind {
        RuleKind::Default => None,
        RuleKind::Cluster => request.cluster.clone(),
        RuleKind::Namespace => Some(or_default(&request.namespace)),
        RuleKind::ServiceAccount => {
            Some(format!("{}:{}", or_default(&request.namespace), or_default(&request.service_account)))
        }
        RuleKind::ServiceIdentity => request.service_identity.clone(),
    }
}

/// A key that was probably meant: other case or white space, or the same cluster in another place
/// (a zone for its region).
fn is_similar(kind: RuleKind, wanted: &str, key: &str) -> bool {
    let same_letters = wanted.trim().eq_ignore_ascii_case(key.trim());
    let name = |key: &str| key.split_once('.').map(|(_, cluster)| cluster.to_owned());
    same_letters || (kind == RuleKind::Cluster && name(wanted).is_some_and(|cluster| name(key) == Some(cluster)))
}
