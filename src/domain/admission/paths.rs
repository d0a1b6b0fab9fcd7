//! Places in a policy that a decision refers to.

use crate::domain::document::{Path, Segment};
use crate::domain::policy::RuleKind;

/// `admissionWhitelistPatterns[index].namePattern`.
pub fn pattern_path(index: usize) -> Path {
    Path(vec![field("admissionWhitelistPatterns"), Segment::Index(index), field("namePattern")])
}

/// A rule, for example `clusterAdmissionRules[us-central1-a.prod]`; the key as the policy has it.
pub fn rule_path(kind: RuleKind, key: &str) -> Path {
    let mut segments = vec![field(kind.field())];
    if kind != RuleKind::Default {
        segments.push(Segment::Key(key.to_owned()));
    }
    Path(segments)
}

/// A field of a rule.
pub(super) fn rule_field(kind: RuleKind, key: &str, name: &str) -> Path {
    let mut path = rule_path(kind, key);
    path.0.push(field(name));
    path
}

/// One of a rule's attestors.
pub(super) fn attestor_path(kind: RuleKind, key: &str, index: usize) -> Path {
    let mut path = rule_field(kind, key, "requireAttestationsBy");
    path.0.push(Segment::Index(index));
    path
}

/// A field of the policy itself.
pub(super) fn policy_field(name: &str) -> Path {
    Path(vec![field(name)])
}

fn field(name: &str) -> Segment {
    Segment::Field(name.to_owned())
}
