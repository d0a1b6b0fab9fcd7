//! Whether two policies do the same to a pod of which not everything is known, whatever it is.

use std::collections::BTreeMap;

use super::behaviour::Behaviour;
use crate::admission::{Candidate, CompiledPolicy, CompiledRule, Request, RequestImage};
use crate::policy::RuleKind;

/// Whether each image of the pod meets the same under both policies, whatever is not known of the pod and of
/// attestations. Where it is not certain, they do not.
pub(super) fn treat_alike(policies: [&CompiledPolicy; 2], request: &Request) -> bool {
    let rules = policies.map(|policy| Rules::new(policy, request));
    let pairs = pairs(&rules);
    request.images.iter().all(|image| {
        let meets = |[old, new]: &[&Behaviour; 2]| {
            let [old_policy, new_policy] = policies;
            Met::new(old_policy, image, old) == Met::new(new_policy, image, new)
        };
        pairs.iter().all(meets)
    })
}

/// What the rules do that could be the pod's under one policy.
struct Rules<'p> {
    otherwise: Behaviour,
    by_key: BTreeMap<(RuleKind, &'p str), Behaviour>,
}

impl<'p> Rules<'p> {
    fn new(policy: &'p CompiledPolicy, request: &Request) -> Self {
        let rule: &CompiledRule = policy.select(request);
        let keyed = |Candidate { rule, .. }: Candidate<'p>| {
            let key = crate::admission::normalise_key(rule.kind, &rule.key);
            ((rule.kind, key), Behaviour::from_rule(rule))
        };
        let by_key = policy.others(request, rule).into_iter().map(keyed).collect();
        Self { otherwise: Behaviour::from_rule(rule), by_key }
    }

    /// The one kind of rule that there is, if there is one alone.
    fn kind(&self) -> Option<RuleKind> {
        let kind = self.by_key.keys().next()?.0;
        self.by_key.keys().all(|(other, _)| *other == kind).then_some(kind)
    }
}

/// What the pod can meet under the two policies: each pair of rules that can be its own at the same time.
fn pairs<'r>(rules: &'r [Rules<'_>; 2]) -> Vec<[&'r Behaviour; 2]> {
    let [old, new] = rules;
    let otherwise = [&old.otherwise, &new.otherwise];
    let is_of_one_kind = match (old.by_key.is_empty(), new.by_key.is_empty()) {
        (true, _) => new.by_key.is_empty() || new.kind().is_some(),
        (_, true) => old.kind().is_some(),
        (false, false) => old.kind().is_some() && old.kind() == new.kind(),
    };
    // One key for both: a rule of the one policy meets that of the other with the same key, or what else there is.
    if is_of_one_kind || old.by_key == new.by_key {
        let keys = old.by_key.keys().chain(new.by_key.keys());
        let pair = |key| [old.by_key.get(key).unwrap_or(&old.otherwise), new.by_key.get(key).unwrap_or(&new.otherwise)];
        return keys.map(pair).chain([otherwise]).collect();
    }
    // Keys of several kinds can come together in every way.
    let all = |rules: &'r Rules<'_>| rules.by_key.values().chain([&rules.otherwise]).collect::<Vec<_>>();
    let (old, new) = (all(old), all(new));
    old.iter().flat_map(|old| new.iter().map(move |new| [*old, *new])).collect()
}

/// What an image meets under a policy.
#[derive(Debug, PartialEq, Eq)]
struct Met<'b> {
    behaviour: &'b Behaviour,
    /// The part of the system policy that is not known may exempt it.
    may_be_exempt: bool,
}

impl<'b> Met<'b> {
    fn new(policy: &CompiledPolicy, image: &RequestImage, rule: &'b Behaviour) -> Self {
        if *rule == Behaviour::Admits || policy.is_exempt(&image.image) {
            return Self { behaviour: &Behaviour::Admits, may_be_exempt: false };
        }
        Self { behaviour: rule, may_be_exempt: policy.may_be_of_system(&image.image).is_some() }
    }
}
