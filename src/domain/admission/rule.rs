//! Which one rule decides for a pod.

use super::compiled::{CompiledPolicy, CompiledRule, normalised};
use super::request::{Platform, Request};
use crate::document::rule_path;
use crate::policy::RuleKind;
use crate::trace::{Check, Status, clipped};

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
            rules.get(normalised(*kind, &key))
        });
        found.unwrap_or(&self.default)
    }

    /// How the rule was chosen, for the trace.
    pub(crate) fn selection_trace(&self, request: &Request, rule: &CompiledRule) -> Check {
        let modes = format!("{}, {}", rule.evaluation.as_str(), rule.enforcement.as_str());
        Check::new(Status::Note, format!("rule {}", rule_path(rule.kind, &rule.key)))
            .found(modes)
            .at(rule_path(rule.kind, &rule.key))
            .children(self.considered(request, rule))
    }

    /// Each map that was looked into, up to the one that had the rule: those without rules in one line.
    fn considered(&self, request: &Request, rule: &CompiledRule) -> Vec<Check> {
        if request.platform == Platform::CloudRun {
            return vec![Check::new(Status::Note, "Cloud Run uses the default rule only")];
        }
        let mut checks = Vec::new();
        checks.extend(self.empty(request, rule));
        for (kind, rules) in self.specific.iter().filter(|(_, rules)| !rules.is_empty()) {
            let label = format!("{} ({})", kind.field(), rules.len());
            if *kind == rule.kind {
                checks.push(Check::new(Status::Pass, label).found(rule.key.clone()));
                break;
            }
            let found = match key_of(*kind, request) {
                None => format!("the request names no {}, so none of them applies", noun(*kind)),
                Some(key) => {
                    let similar = rules.values().find(|other| is_similar(*kind, &key, &other.key));
                    let hint = similar.map(|other| format!("; `{}` is similar", other.key)).unwrap_or_default();
                    format!("none for {} `{key}`{hint}", noun(*kind))
                }
            };
            checks.push(Check::new(Status::Note, label).found(found));
        }
        checks
    }

    /// More specific than the rule, and not in the policy at all: what it would have been looked up by.
    fn empty(&self, request: &Request, rule: &CompiledRule) -> Option<Check> {
        let more_specific = self.specific.iter().take_while(|(kind, _)| *kind != rule.kind);
        let empty = more_specific.filter(|(_, rules)| rules.is_empty());
        let named: Vec<String> = empty.map(|(kind, _)| looked_for(*kind, request)).collect();
        (!named.is_empty()).then(|| Check::new(Status::Note, "the policy has no rules by").found(named.join(", ")))
    }
}

/// The name that a rule for the request would have, in words.
fn looked_for(kind: RuleKind, request: &Request) -> String {
    key_of(kind, request).map_or_else(|| noun(kind).to_owned(), |key| format!("{} `{}`", noun(kind), clipped(&key)))
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

fn noun(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Default => "rule",
        RuleKind::Cluster => "cluster",
        RuleKind::Namespace => "namespace",
        RuleKind::ServiceAccount => "service account",
        RuleKind::ServiceIdentity => "service identity",
    }
}

/// A key that was probably meant: other case or white space, or the same cluster in another place
/// (a zone for its region).
fn is_similar(kind: RuleKind, wanted: &str, key: &str) -> bool {
    let same_letters = wanted.trim().eq_ignore_ascii_case(key.trim());
    let name = |key: &str| key.split_once('.').map(|(_, cluster)| cluster.to_owned());
    same_letters || (kind == RuleKind::Cluster && name(wanted).is_some_and(|cluster| name(key) == Some(cluster)))
}
