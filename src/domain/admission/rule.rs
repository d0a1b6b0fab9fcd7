//! Which one rule decides for a pod.

use std::collections::BTreeMap;

use super::check::{RuleCheck, RuleLookup};
use super::compiled::{CompiledPolicy, CompiledRule, normalise_key};
use super::facts::{Fact, Facts};
use super::request::{Platform, Request};
use super::trace::{Check, Status};
use crate::path::rule_path;
use crate::policy::RuleKind;

/// A rule that decides if what is not known of the pod is what its key says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'p> {
    pub(crate) rule: &'p CompiledRule,
    /// The facts that are not known and choose it.
    pub(crate) hangs_on: Facts,
}

impl CompiledPolicy {
    /// The entry of the specific map whose key is the pod's, otherwise the default rule, which is
    /// then the only one that counts. Cloud Run has only the default rule (key concepts page).
    ///
    /// Where facts are not known by which a rule is chosen, it is the rule that decides if they are
    /// what no key names; [`CompiledPolicy::others`] has the rest.
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

    /// The rules that decide instead of `rule`, the one that is selected, if what is not known of the
    /// pod is what their keys say: in the order in which the service looks for them.
    pub(crate) fn others(&self, request: &Request, rule: &CompiledRule) -> Vec<Candidate<'_>> {
        if request.not_known.is_empty() || request.platform == Platform::CloudRun {
            return Vec::new();
        }
        let is_mixed = self.specific.iter().filter(|(_, rules)| !rules.is_empty()).count() > 1;
        let before = self.specific.iter().take_while(|(kind, _)| *kind != rule.kind);
        let mut others = Vec::new();
        for (kind, rules) in before.filter(|(kind, rules)| !rules.is_empty() && !is_key_known(*kind, request)) {
            let hangs_on = Facts::of_rule(*kind).and(request.not_known);
            let possible = rules.iter().filter(|(key, _)| is_possible(*kind, key, request));
            let reached = possible.filter(|(key, rule)| !is_mixed || self.reaches(request, *kind, key, rule));
            others.extend(reached.map(|(_, rule)| Candidate { rule, hangs_on }));
        }
        others
    }

    /// Whether no rule that is looked for earlier decides for every pod that has this key.
    fn reaches(&self, request: &Request, kind: RuleKind, key: &str, rule: &CompiledRule) -> bool {
        let mut pod = Request { images: Vec::new(), ..request.clone() };
        match (kind, key.split_once(':')) {
            (RuleKind::Namespace, _) => key.clone_into(&mut pod.namespace),
            (RuleKind::ServiceAccount, Some((namespace, account))) => {
                namespace.clone_into(&mut pod.namespace);
                account.clone_into(&mut pod.service_account);
            }
            (RuleKind::Cluster, _) => pod.cluster = Some(key.to_owned()),
            (RuleKind::ServiceIdentity, _) => pod.service_identity = Some(key.to_owned()),
            (RuleKind::Default | RuleKind::ServiceAccount, _) => {}
        }
        pod.not_known = pod.not_known.without(Facts::of_rule(kind));
        std::ptr::eq(self.select(&pod), rule)
    }

    /// How the rule was chosen, for the trace; `others` are those that could be the one instead.
    pub(crate) fn selection_trace(&self, request: &Request, rule: &CompiledRule, others: &[Candidate<'_>]) -> Check {
        let check = if others.is_empty() {
            Check::new(Status::Note, RuleCheck::Chosen(rule.reference()))
        } else {
            let hangs_on = others.iter().fold(Facts::NONE, |all, other| all | other.hangs_on);
            Check::new(Status::Unknown, RuleCheck::NotKnown { otherwise: rule.reference(), hangs_on })
        };
        check.with_path(rule_path(rule.kind, &rule.key)).children(self.lookups(request, rule, others))
    }

    /// Each map that was looked into, up to the one that had the rule: those without rules in one line.
    fn lookups(&self, request: &Request, rule: &CompiledRule, others: &[Candidate<'_>]) -> Vec<Check> {
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
            let possible = others.iter().filter(|other| other.rule.kind == *kind).count();
            if possible > 0 {
                let facts = Facts::of_rule(*kind).and(request.not_known);
                checks.push(Check::new(Status::Unknown, lookup(RuleLookup::NotKnown { facts, possible })));
                continue;
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

/// Whether everything is known by which a rule of this kind is chosen. A mesh identity says it all.
fn is_key_known(kind: RuleKind, request: &Request) -> bool {
    match kind {
        RuleKind::ServiceIdentity => request.knows(Fact::ServiceIdentity),
        _ => Facts::of_rule(kind).and(request.not_known).is_empty(),
    }
}

/// Whether a pod of which this is known can have the key, where its key is not known.
fn is_possible(kind: RuleKind, key: &str, request: &Request) -> bool {
    let may_be = |fact, known: &str, wanted: &str| !request.knows(fact) || or_default(known) == wanted;
    let of_account = |namespace, account| {
        may_be(Fact::Namespace, &request.namespace, namespace)
            && may_be(Fact::ServiceAccount, &request.service_account, account)
    };
    match kind {
        RuleKind::Default => false,
        RuleKind::Cluster => true,
        RuleKind::Namespace => may_be(Fact::Namespace, &request.namespace, key),
        RuleKind::ServiceAccount => {
            key.split_once(':').is_some_and(|(namespace, account)| of_account(namespace, account))
        }
        // A key of another form is no identity that a workload is known to get; it may be one all the same.
        RuleKind::ServiceIdentity => {
            identity_parts(key).is_none_or(|(namespace, account)| of_account(namespace, account))
        }
    }
}

/// Namespace and service account of a mesh identity, `DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`.
fn identity_parts(identity: &str) -> Option<(&str, &str)> {
    let (_, rest) = identity.split_once("/ns/")?;
    rest.split_once("/sa/")
}

/// An empty name of a namespace or a service account means `default`, as in Kubernetes.
fn or_default(name: &str) -> &str {
    if name.is_empty() { "default" } else { name }
}

/// Why a map that has rules has none for the request.
fn missed(kind: RuleKind, rules: &BTreeMap<String, CompiledRule>, request: &Request) -> RuleLookup {
    if !is_key_known(kind, request) {
        return RuleLookup::NotKnown { facts: Facts::of_rule(kind).and(request.not_known), possible: 0 };
    }
    let Some(key) = key_of(kind, request) else { return RuleLookup::NotNamed };
    let similar = rules.values().find(|other| is_similar(kind, &key, &other.key)).map(|other| other.key.clone());
    RuleLookup::NoSuchKey { key, similar }
}

/// The key under which a map of this kind would have the rule of the request; `None` where it has none,
/// or none is known.
pub(crate) fn key_of(kind: RuleKind, request: &Request) -> Option<String> {
    if !is_key_known(kind, request) {
        return None;
    }
    match kind {
        RuleKind::Default => None,
        RuleKind::Cluster => request.cluster.clone(),
        RuleKind::Namespace => Some(or_default(&request.namespace).to_owned()),
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
