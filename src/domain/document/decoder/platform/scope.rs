//! The order of check sets: exactly one decides about a pod, the first whose scope fits.

use std::collections::HashMap;

use crate::diagnostic::Code;
use crate::document::decoder::{DecodeStep, Decoder, Fields, place, start};
use crate::document::node::Node;
use crate::span::Bytes;

/// The pods that a check set is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scope<'a> {
    Everything,
    Namespace(&'a str),
    ServiceAccount(&'a str),
    /// The scope was not understood, which was reported.
    Broken,
}

impl<'a> Scope<'a> {
    fn from_node(set: &'a Node) -> Self {
        let entry = |node: &'a Node, name: &str| {
            node.entries().iter().find(|entry| &*entry.key.text == name).filter(|entry| entry.is_set())
        };
        let Some(scope) = entry(set, "scope") else { return Self::Everything };
        let text = |name| entry(&scope.value, name).and_then(|entry| entry.value.as_text());
        match (text("kubernetesNamespace"), text("kubernetesServiceAccount")) {
            (Some(namespace), None) => Self::Namespace(namespace),
            (None, Some(account)) => Self::ServiceAccount(account),
            _ => Self::Broken,
        }
    }

    fn namespace(self) -> Option<&'a str> {
        match self {
            Self::ServiceAccount(account) => account.split_once(':').map(|(namespace, _)| namespace),
            Self::Everything | Self::Namespace(_) | Self::Broken => None,
        }
    }
}

impl<'a> Decoder<'a, '_, '_> {
    /// The rules that the service enforces: what is more specific comes first, and the last set is
    /// for everything. That a second set of one scope is taken is inferred.
    pub(super) fn check_scopes(&mut self, fields: &Fields<'a>, key: Bytes) {
        let Some((_, entry)) = fields.get("checkSets").filter(|(_, entry)| entry.is_set()) else {
            let at = fields.get("checkSets").map_or(key, |(_, entry)| place(entry.key.at, &entry.value));
            return self.report(Code::NoChecks, at, "a policy without check sets admits every image".to_owned());
        };
        let sets = entry.value.elements();
        let mut first_of: HashMap<Scope<'a>, usize> = HashMap::new();
        for (index, set) in sets.iter().enumerate() {
            let scope = Scope::from_node(set);
            let last = index + 1 == sets.len();
            self.within(DecodeStep::Field("checkSets"), |this| {
                this.within(DecodeStep::Index(index), |this| this.check_scope(scope, set, last, &first_of));
            });
            first_of.entry(scope).or_insert(index);
        }
    }

    fn check_scope(&mut self, scope: Scope<'a>, set: &'a Node, last: bool, before: &HashMap<Scope<'a>, usize>) {
        let at = scope_at(set);
        match scope {
            Scope::Broken => return,
            Scope::Everything if !last => {
                let text = "a set without a scope decides about everything, so the sets behind it never do";
                return self.report(Code::ScopeOrder, at, text.to_owned());
            }
            _ => {}
        }
        if let Some(first) = before.get(&scope) {
            let text = format!("check set {} has the same scope, so this one never decides", first + 1);
            self.report(Code::RepeatedScope, at, text);
        } else if let Some(wider) = scope.namespace().and_then(|name| before.get(&Scope::Namespace(name))) {
            let text = format!("check set {} is for the whole namespace, so this one never decides", wider + 1);
            self.report(Code::ScopeOrder, at, text);
        }
        if last && scope != Scope::Everything {
            let text = "the last check set must be for everything: it has a scope".to_owned();
            self.report(Code::NoCatchAll, at, text);
        }
    }
}

/// The scope's value, or where the set begins.
fn scope_at(set: &Node) -> Bytes {
    let scope = set.entries().iter().find(|entry| &*entry.key.text == "scope");
    scope.map_or_else(|| start(set), |entry| entry.key.at)
}
