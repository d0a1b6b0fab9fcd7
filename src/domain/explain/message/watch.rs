//! What continuous validation says where it cannot watch a cluster
//! (`docs/binary-authorization.md`, "Continuous validation events").

use super::cursor::clipped;
use super::kind::RefusalKind;
use super::reason::{Reason, ReasonKind};
use super::refusal::{Finding, Refusal, Subject, Verdict};

/// How much of its words is kept.
const LONGEST: usize = 600;

/// `Cannot monitor cluster 'LOCATION.NAME': Resource projects/P/platforms/gke/policies/X does not exist`.
pub(super) fn not_watched(description: &str, subject: Subject) -> Refusal {
    let mut case = Refusal::new(RefusalKind::AuditLog, Verdict::NotWatched, subject, clipped(description, LONGEST));
    let told = description.split_once("Cannot monitor cluster ").map_or("", |(_, rest)| rest);
    let cluster = told.trim_start_matches(['\'', '"']).split(['\'', '"', ':']).next().unwrap_or_default();
    if let Some((location, name)) = cluster.split_once('.') {
        location.clone_into(&mut case.subject.location);
        name.clone_into(&mut case.subject.cluster);
    }
    let policy = description.split_once("Resource ").and_then(|(_, rest)| rest.split_once(" does not exist"));
    let says = match policy {
        Some((policy, _)) if !cluster.is_empty() => {
            format!("Continuous validation watches cluster {cluster} with policy {policy}, which does not exist.")
        }
        _ => format!("Continuous validation is not set up as it should be: {}", clipped(description, LONGEST)),
    };
    let reason = Reason { kind: ReasonKind::NotWatched, text: says, is_cut: false };
    case.findings = vec![Finding { image: None, attestor: None, reason }];
    case
}
