//! What a policy says about a project that is known: attestors, clusters, images and running pods.
//!
//! Every fact may be unknown, and then nothing is said about it. Pure: what is known is a value.

mod facts;
mod inventory;
mod running;

use std::collections::BTreeMap;

pub use self::facts::{AttestorFact, ProjectFacts, Running};

use crate::diagnostic::{Code, Diagnostic, Problems, excerpt};
use crate::document::{Document, Entry, Node};
use crate::name::{AttestorName, ClusterKey};
use crate::path::{Path, Segment};
use crate::policy::{PolicyKind, RuleKind};
use crate::resource::Cluster;
use crate::schema::{POLICY, ValueKind};
use crate::spelling::{nearest, suggestion};

/// What the facts say about the document, in the order of its text.
pub fn check_project(document: &Document, facts: &ProjectFacts<'_>) -> Vec<Diagnostic> {
    let mut problems = Problems::new(&document.text, document.lines());
    if let (Some(root), PolicyKind::Singleton) = (&document.root, document.kind) {
        let mut check = Check { facts, problems: &mut problems };
        check.rules(root);
        inventory::check(root, facts, check.problems);
        running::check(document, facts, check.problems);
    }
    problems.into_sorted()
}

struct Check<'f, 'p, 't> {
    facts: &'f ProjectFacts<'f>,
    problems: &'p mut Problems<'t>,
}

impl Check<'_, '_, '_> {
    /// Every rule in the tree, also where the text around it is not whole yet.
    fn rules(&mut self, root: &Node) {
        for entry in root.entries() {
            let name = &entry.key.text;
            let path = Path(vec![Segment::Field(name.to_string())]);
            match POLICY.field(name).map(|field| field.kind) {
                Some(ValueKind::Message(_)) => self.attestors(&path, &entry.value),
                Some(ValueKind::Map(kind, _)) => {
                    for rule in entry.value.entries() {
                        let mut path = path.clone();
                        path.0.push(Segment::Key(rule.key.text.to_string()));
                        self.cluster(kind, &path, rule);
                        self.attestors(&path, &rule.value);
                    }
                }
                _ => {}
            }
        }
    }

    fn attestors(&mut self, rule: &Path, value: &Node) {
        let list = value.entries().iter().find(|entry| &*entry.key.text == "requireAttestationsBy" && !entry.merged);
        let Some(list) = list.filter(|_| !value.is_alias) else { return };
        for (index, node) in list.value.elements().iter().enumerate() {
            let Some((code, message)) = node.as_text().and_then(|name| self.attestor(name)) else { continue };
            let mut path = rule.clone();
            path.0.extend([Segment::Field(list.key.text.to_string()), Segment::Index(index)]);
            self.problems.push(code, node.at, path, message);
        }
    }

    fn attestor(&self, text: &str) -> Option<(Code, String)> {
        let name: AttestorName = text.parse().ok()?;
        let own = self.facts.project == Some(name.project());
        let known = match &self.facts.own_attestors {
            Some(attestors) if own => attestors.get(&name).unwrap_or(&AttestorFact::Missing),
            _ => self.facts.other_attestors.get(&name)?,
        };
        match known {
            AttestorFact::Missing => {
                let ids = self.facts.own_attestors.iter().flat_map(BTreeMap::keys).map(AttestorName::id);
                let near = if own { nearest(name.id(), ids) } else { None };
                let near = near.map(|id| format!("projects/{}/attestors/{id}", name.project()));
                let text = format!("there is no attestor `{}`{}", excerpt(text), suggestion(near.as_deref()));
                Some((Code::AttestorMissing, text))
            }
            AttestorFact::Unreadable => Some((Code::AttestorUnreadable, "you may not read this attestor".to_owned())),
            AttestorFact::Exists { keys: 0, .. } => {
                Some((Code::AttestorWithoutKey, "this attestor has no key, so nothing is ever attested".to_owned()))
            }
            AttestorFact::Exists { not_permitted: Some(account), .. } => {
                let text = format!("{} may not read this attestor's attestations", excerpt(account));
                Some((Code::AttestorGrant, text))
            }
            AttestorFact::Exists { .. } => None,
        }
    }

    /// Fleet memberships (`global`) are not clusters of the project, and were not read.
    fn cluster(&mut self, kind: RuleKind, path: &Path, rule: &Entry) {
        let (RuleKind::Cluster, Some(clusters)) = (kind, self.facts.clusters) else { return };
        let key = rule.key.text.parse::<ClusterKey>().ok().filter(|key| key.location() != "global");
        let Some(key) = key.filter(|_| !rule.merged) else { return };
        if clusters.iter().any(|cluster| cluster.location == key.location() && cluster.name == key.cluster()) {
            return;
        }
        let keys: Vec<String> = clusters.iter().filter_map(Cluster::key).map(|key| key.to_string()).collect();
        let near = suggestion(nearest(&rule.key.text, keys.iter().map(String::as_str)));
        let text =
            format!("the project has no cluster `{}` in {}{near}", excerpt(key.cluster()), excerpt(key.location()));
        self.problems.push(Code::ClusterMissing, rule.key.at, path.clone(), text);
    }
}

#[cfg(test)]
mod tests;
