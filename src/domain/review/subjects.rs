//! Which kinds of pods two policies can tell apart: by cluster, namespace, service account and mesh
//! identity.
//!
//! For each key of either policy there is a pod that has it, and there is one that has none of them.
//! A pod in the mesh has the identity of its own namespace and service account, so that the made-up
//! pods are such as could exist.

use std::collections::BTreeSet;

use crate::admission::{CompiledPolicy, Request, normalise_key};
use crate::policy::RuleKind;

/// A pod, but for its cluster: that is looked at last, and combines with every pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PodKind {
    namespace: String,
    service_account: String,
    service_identity: Option<String>,
}

impl PodKind {
    /// The pod in this cluster, without images.
    pub(super) fn request(&self, cluster: Option<&str>) -> Request {
        Request {
            cluster: cluster.map(str::to_owned),
            namespace: self.namespace.clone(),
            service_account: self.service_account.clone(),
            service_identity: self.service_identity.clone(),
            ..Request::default()
        }
    }
}

/// The pods that the keys of these policies are about; the first one is about none of them.
pub(super) fn pods(policies: [&CompiledPolicy; 2]) -> Vec<PodKind> {
    let keys = |kind| keys(policies, kind);
    let mut named: BTreeSet<PodKind> = BTreeSet::new();
    let mut accounts = Vec::new();
    for namespace in keys(RuleKind::Namespace) {
        named.insert(PodKind { namespace, service_account: "default".to_owned(), service_identity: None });
    }
    for key in keys(RuleKind::ServiceAccount) {
        if let Some((namespace, account)) = key.split_once(':') {
            accounts.push(account.to_owned());
            named.insert(pod(namespace, account, None));
        }
    }
    for key in keys(RuleKind::ServiceIdentity) {
        let (namespace, account) = parts(&key);
        named.insert(pod(&namespace, &account, None));
        named.insert(pod(&namespace, &account, Some(key)));
        accounts.push(account);
    }
    // An account that no key names, in each namespace that some key names.
    let namespaces: BTreeSet<String> = named.iter().map(|pod| pod.namespace.clone()).collect();
    let accounts: BTreeSet<String> = accounts.into_iter().collect();
    let (namespace, account) = (free_name("default", "other", &namespaces), free_name("default", "other", &accounts));
    named.extend(namespaces.iter().map(|namespace| pod(namespace, &account, None)));
    let plain = pod(&namespace, &account, None);
    named.remove(&plain);
    std::iter::once(plain).chain(named).collect()
}

/// The clusters that the keys of these policies name, and in front one that none of them names: no
/// cluster in particular where no key names one.
pub(super) fn clusters(policies: [&CompiledPolicy; 2]) -> Vec<Option<String>> {
    let named: BTreeSet<String> = keys(policies, RuleKind::Cluster).into_iter().collect();
    let other = (!named.is_empty()).then(|| free_name("us-central1.other", "us-central1.other", &named));
    std::iter::once(other).chain(named.into_iter().map(Some)).collect()
}

fn pod(namespace: &str, account: &str, identity: Option<String>) -> PodKind {
    PodKind { namespace: namespace.to_owned(), service_account: account.to_owned(), service_identity: identity }
}

fn keys(policies: [&CompiledPolicy; 2], kind: RuleKind) -> Vec<String> {
    let of_kind = |policy: &CompiledPolicy| {
        let rules = policy.specific.iter().filter(|(other, _)| *other == kind).flat_map(|(_, rules)| rules.keys());
        rules.map(|key| normalise_key(kind, key).to_owned()).collect::<Vec<_>>()
    };
    policies.into_iter().flat_map(of_kind).collect()
}

/// Namespace and service account of a mesh identity, `DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`.
fn parts(identity: &str) -> (String, String) {
    let mut parts = identity.split('/').skip(2).step_by(2);
    let mut next = || parts.next().filter(|part| !part.is_empty()).unwrap_or("default").to_owned();
    (next(), next())
}

/// `usual`, or else `stem` with the first number that makes it another than all of `taken`.
pub(super) fn free_name(usual: &str, stem: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (1..).map(|number: usize| format!("{stem}-{number}"));
    let mut candidates = [usual.to_owned(), stem.to_owned()].into_iter().chain(numbered);
    // There are more numbers than names that are taken.
    candidates.find(|name| !taken.contains(name)).unwrap_or_default()
}
