//! Places in a policy that a decision refers to.

use crate::path::rule_path;
use crate::path::{Path, Segment};
use crate::policy::RuleKind;

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
