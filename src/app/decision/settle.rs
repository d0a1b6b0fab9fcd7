//! What would settle what is not known, by what a person can do here. Uses the domain.

use domain::admission::{Decision, Fact};

/// What a decision hangs on, and what settles it; `None` where it is decided.
pub fn line(decision: &Decision) -> Option<String> {
    if decision.open.is_empty() {
        return None;
    }
    let mut ways: Vec<&str> = decision.open.iter().map(way).collect();
    ways.dedup();
    Some(format!("it hangs on {}: {}", decision.open, ways.join("; ")))
}

fn way(fact: Fact) -> &'static str {
    match fact {
        Fact::Cluster | Fact::Namespace | Fact::ServiceAccount | Fact::ServiceIdentity => "the form of s says it",
        Fact::Enforcement => "the service's annotation run.googleapis.com/binary-authorization says it",
        Fact::Tag => "the digest instead of the tag settles it",
        Fact::Attestations => "r reads the attestors again",
        Fact::SystemPolicy => "r reads the service's own list",
    }
}
