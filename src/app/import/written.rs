//! The texts of a merge: a policy written in another order, what of it belongs together, one value replaced.
//!
//! Where keys and values stand is read by [`Document`], the reader of the editor too.

use std::ops::Range;

use domain::document::{self, Dialect, Document, Node};
use domain::path::{Path, Segment};
use domain::policy::Policy;

/// The text with another value of a field of the policy, where it has that field.
pub(crate) fn with_value(text: &str, field: &str, value: Option<&str>) -> String {
    let document = Document::parse(text, Dialect::Gcloud);
    let path = Path(vec![Segment::Field(field.to_owned())]);
    let (Some(at), Some(value)) = (document.span_of(&path).map(|spans| spans.value.bytes), value) else {
        return text.to_owned();
    };
    let (before, after) = (text.get(..at.start).unwrap_or_default(), text.get(at.end..).unwrap_or_default());
    format!("{before}{}{after}", serde_json::Value::from(value))
}

/// A policy as gcloud exports it, but with its keys in the order that `document` has them in.
pub(crate) fn written_as(policy: &Policy, document: &Document) -> String {
    let text = document::emit(policy);
    let exported = Document::parse(&text, Dialect::Gcloud);
    let Some((root, order)) = exported.root.as_ref().zip(document.root.as_ref()) else { return text };
    let mut ordered = String::new();
    order_lines(&text, 0..text.len(), root, order, &mut ordered);
    let is_same = Document::parse(&ordered, Dialect::Gcloud).policy.is_some_and(|read| read == *policy);
    if is_same { ordered } else { text }
}

/// Writes the lines of a map of the text, each key with the lines below it, in the order of the keys of
/// `order`; those that it has not stay behind the others.
fn order_lines(text: &str, lines: Range<usize>, map: &Node, order: &Node, out: &mut String) {
    let starts: Vec<usize> = map.entries().iter().map(|entry| line_start(text, entry.key.at.start())).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.end]);
    let place = |name: &str| order.entries().iter().position(|entry| *entry.key.text == *name);
    let mut blocks: Vec<_> = starts.iter().copied().zip(ends).zip(map.entries()).collect();
    blocks.sort_by_key(|(_, entry)| place(&entry.key.text).unwrap_or(usize::MAX));
    let first = starts.first().copied().unwrap_or(lines.end);
    out.push_str(text.get(lines.start..first).unwrap_or_default());
    for ((start, end), entry) in blocks {
        match order.entries().iter().find(|other| other.key.text == entry.key.text) {
            Some(other) => order_lines(text, start..end, &entry.value, &other.value, out),
            None => out.push_str(text.get(start..end).unwrap_or_default()),
        }
    }
}

/// The lines that belong together in a policy as it is exported, by number: those of one rule, of one pattern.
pub(crate) fn units(text: &str) -> Vec<usize> {
    let document = Document::parse(text, Dialect::Gcloud);
    let mut first_lines: Vec<usize> = Vec::new();
    for entry in document.root.as_ref().map(Node::entries).unwrap_or_default() {
        let rules = if entry.key.text.ends_with("AdmissionRules") { entry.value.entries() } else { &[] };
        let parts = entry.value.elements().iter().map(|element| element.at).chain(rules.iter().map(|rule| rule.key.at));
        first_lines.extend([entry.key.at].into_iter().chain(parts).map(|at| document.span(at).start.line));
    }
    (1..=text.lines().count()).map(|line| first_lines.partition_point(|first| *first <= line)).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_written_in_another_order() {
        let text = "\
globalPolicyEvaluationMode: ENABLE
clusterAdmissionRules:
  us-east1.b: {evaluationMode: ALWAYS_DENY, enforcementMode: DRYRUN_AUDIT_LOG_ONLY}
  us-east1.a: {enforcementMode: DRYRUN_AUDIT_LOG_ONLY, evaluationMode: ALWAYS_DENY}
defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: DRYRUN_AUDIT_LOG_ONLY}
";
        let document = Document::parse(text, Dialect::Gcloud);
        insta::assert_snapshot!(written_as(document.policy.as_ref().unwrap(), &document), @r"
        globalPolicyEvaluationMode: ENABLE
        clusterAdmissionRules:
          us-east1.b:
            evaluationMode: ALWAYS_DENY
            enforcementMode: DRYRUN_AUDIT_LOG_ONLY
          us-east1.a:
            enforcementMode: DRYRUN_AUDIT_LOG_ONLY
            evaluationMode: ALWAYS_DENY
        defaultAdmissionRule:
          evaluationMode: ALWAYS_DENY
          enforcementMode: DRYRUN_AUDIT_LOG_ONLY
        ");
    }

    #[test]
    fn a_rule_and_a_pattern_are_a_unit_each() {
        let text = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/a/*
- namePattern: gcr.io/b/*
clusterAdmissionRules:
  us-east1.a:
    enforcementMode: DRYRUN_AUDIT_LOG_ONLY
    evaluationMode: ALWAYS_DENY
  us-east1.b:
    enforcementMode: DRYRUN_AUDIT_LOG_ONLY
    evaluationMode: ALWAYS_DENY
defaultAdmissionRule:
  enforcementMode: DRYRUN_AUDIT_LOG_ONLY
  evaluationMode: REQUIRE_ATTESTATION
  requireAttestationsBy:
  - projects/p/attestors/a
";
        assert_eq!(units(text), [1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7]);
    }
}
