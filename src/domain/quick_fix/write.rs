//! Changes that are asked for, and not found by a diagnostic: one more pattern, a rule as it should be.

use super::change::TextChange;
use super::edit::{Edit, QuickFix};
use super::snippet::Snippet;
use super::spot::Spot;
use crate::document::{Document, Entry, Node, Value};
use crate::policy::{AdmissionRule, RuleKind};

const PATTERNS: &str = "admissionWhitelistPatterns";
const ATTESTORS: &str = "requireAttestationsBy";

/// Adds a pattern behind those of the allowlist; `None` where the text cannot be changed in place.
pub(crate) fn with_pattern(document: &Document, pattern: &str) -> Option<QuickFix> {
    let change = TextChange { document };
    let root = document.root.as_ref()?;
    let element = || Snippet::Map(vec![("namePattern", Snippet::Text(pattern))]);
    let edit = match entry(root, PATTERNS) {
        Some(list) if !list.value.elements().is_empty() => change.append_element(own(&list.value)?, &element()),
        Some(list) => change.give(&spot(document, list)?, &Snippet::List(vec![element()])),
        None => change.prepend(root, PATTERNS, &Snippet::List(vec![element()])),
    }?;
    Some(QuickFix::new(format!("Allow `{pattern}`"), vec![edit]))
}

/// Gives a rule the modes and attestors of `rule`, or adds it; `None` where the text cannot be changed
/// in place.
pub(crate) fn with_rule(document: &Document, kind: RuleKind, key: &str, rule: &AdmissionRule) -> Option<QuickFix> {
    let change = TextChange { document };
    let root = document.root.as_ref()?;
    let edits = match (entry(root, kind.field()), kind) {
        (Some(default), RuleKind::Default) => changed(change, own(&default.value)?, rule)?,
        (None, RuleKind::Default) => vec![change.append(root, kind.field(), &snippet(rule))?],
        (Some(map), _) => match entry(&map.value, key) {
            Some(known) => changed(change, own(&known.value)?, rule)?,
            None if map.value.entries().is_empty() => {
                vec![change.give(&spot(document, map)?, &Snippet::Map(vec![(key, snippet(rule))]))?]
            }
            None => vec![change.append(own(&map.value)?, key, &snippet(rule))?],
        },
        (None, _) => vec![change.append(root, kind.field(), &Snippet::Map(vec![(key, snippet(rule))]))?],
    };
    Some(QuickFix::new(format!("Write the rule {}", kind.field()), edits))
}

/// The edits that give the fields of a rule other values.
fn changed<'d>(change: TextChange<'d>, node: &'d Node, rule: &AdmissionRule) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let modes =
        [("evaluationMode", rule.evaluation_mode.as_str()), ("enforcementMode", rule.enforcement_mode.as_str())];
    for (field, value) in modes {
        let known = entry(node, field)?;
        let is_so = matches!(&known.value.value, Value::Scalar(scalar) if &*scalar.text == value);
        if !is_so {
            edits.push(change.scalar(own(&known.value)?.at.range(), value));
        }
    }
    edits.extend(attestors(change, node, &rule.require_attestations_by)?);
    edits.sort_by_key(|edit| edit.bytes.start);
    Some(edits)
}

/// The edit of the list of attestors, where it needs one; `None` where it cannot be made in place.
fn attestors<'d>(change: TextChange<'d>, node: &'d Node, wanted: &[String]) -> Option<Vec<Edit>> {
    let one = |edit: Edit| vec![edit];
    let Some(list) = entry(node, ATTESTORS) else {
        let texts: Vec<&str> = wanted.iter().map(String::as_str).collect();
        return match texts.as_slice() {
            [] => Some(Vec::new()),
            texts => change.append(node, ATTESTORS, &Snippet::texts(texts)).map(one),
        };
    };
    if wanted.is_empty() {
        return change.delete(&spot(change.document, list)?).map(one);
    }
    let is_wanted =
        |element: &&Node| matches!(&element.value, Value::Scalar(s) if wanted.iter().any(|w| **w == *s.text));
    let (kept, gone): (Vec<&Node>, Vec<&Node>) = list.value.elements().iter().partition(is_wanted);
    match gone.as_slice() {
        [] if kept.len() == wanted.len() => Some(Vec::new()),
        // One less: what is written about the others stays.
        [left_out] if kept.len() == wanted.len() => {
            change.delete(&Spot::find(change.document, &left_out.at.range())?).map(one)
        }
        _ => {
            let texts: Vec<&str> = wanted.iter().map(String::as_str).collect();
            change.give(&spot(change.document, list)?, &Snippet::texts(&texts)).map(one)
        }
    }
}

fn snippet(rule: &AdmissionRule) -> Snippet<'_> {
    let mut fields = vec![
        ("evaluationMode", Snippet::Text(rule.evaluation_mode.as_str())),
        ("enforcementMode", Snippet::Text(rule.enforcement_mode.as_str())),
    ];
    if !rule.require_attestations_by.is_empty() {
        let texts = rule.require_attestations_by.iter().map(|name| Snippet::Text(name)).collect();
        fields.push((ATTESTORS, Snippet::List(texts)));
    }
    Snippet::Map(fields)
}

fn entry<'d>(node: &'d Node, key: &str) -> Option<&'d Entry> {
    node.entries().iter().find(|entry| !entry.merged && &*entry.key.text == key)
}

fn spot<'d>(document: &'d Document, entry: &Entry) -> Option<Spot<'d>> {
    Spot::find(document, &entry.key.at.range())
}

/// What stands here itself: a change of an alias would change another place.
fn own(node: &Node) -> Option<&Node> {
    (!node.is_alias).then_some(node)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::document::Dialect;
    use crate::policy::{EnforcementMode, EvaluationMode};

    const DENY: &str =
        "defaultAdmissionRule: # why\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";

    #[rstest]
    #[case::none(DENY.to_owned(), format!("admissionWhitelistPatterns:\n- namePattern: r.io/a@*\n{DENY}"))]
    #[case::some(
        format!("admissionWhitelistPatterns: # mine\n  - namePattern: r.io/b # one\n# more\n{DENY}"),
        format!("admissionWhitelistPatterns: # mine\n  - namePattern: r.io/b # one\n  - namePattern: r.io/a@*\n# more\n{DENY}")
    )]
    #[case::flow(
        format!("admissionWhitelistPatterns: [{{namePattern: r.io/b}}]\n{DENY}"),
        format!("admissionWhitelistPatterns: [{{namePattern: r.io/b}}, {{namePattern: r.io/a@*}}]\n{DENY}")
    )]
    #[case::null(
        format!("admissionWhitelistPatterns:\n{DENY}"),
        format!("admissionWhitelistPatterns:\n- namePattern: r.io/a@*\n{DENY}")
    )]
    fn a_pattern_is_added(#[case] text: String, #[case] expected: String) {
        let document = Document::parse(&text, Dialect::Gcloud);
        assert_eq!(with_pattern(&document, "r.io/a@*").unwrap().apply(&text), expected);
    }

    fn asks(ids: &[&str]) -> AdmissionRule {
        AdmissionRule {
            require_attestations_by: ids.iter().map(|id| format!("projects/p/attestors/{id}")).collect(),
            ..AdmissionRule::always(EvaluationMode::RequireAttestation, EnforcementMode::Enforced)
        }
    }

    #[rstest]
    #[case::added(
        RuleKind::Namespace, "prod", AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced),
        DENY.to_owned(),
        format!("{DENY}kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n")
    )]
    #[case::dry_run(
        RuleKind::Default, "", AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::DryRun),
        DENY.to_owned(), DENY.replace("ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY")
    )]
    #[case::one_less(
        RuleKind::Namespace, "prod", asks(&["a"]),
        format!("{DENY}kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a # first\n    - projects/p/attestors/b\n"),
        format!("{DENY}kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a # first\n")
    )]
    #[case::allowed(
        RuleKind::Namespace, "prod", AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced),
        format!("{DENY}kubernetesNamespaceAdmissionRules:\n  prod: {{evaluationMode: REQUIRE_ATTESTATION, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG, requireAttestationsBy: [projects/p/attestors/a]}}\n"),
        format!("{DENY}kubernetesNamespaceAdmissionRules:\n  prod: {{evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}}\n")
    )]
    #[case::another_key(
        RuleKind::Cluster, "l.b", asks(&["a"]),
        format!("clusterAdmissionRules:\n  l.a: {{evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}}\n{DENY}"),
        format!("clusterAdmissionRules:\n  l.a: {{evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}}\n  l.b:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a\n{DENY}")
    )]
    fn a_rule_is_written(
        #[case] kind: RuleKind,
        #[case] key: &str,
        #[case] rule: AdmissionRule,
        #[case] text: String,
        #[case] expected: String,
    ) {
        let document = Document::parse(&text, Dialect::Gcloud);
        let written = with_rule(&document, kind, key, &rule).unwrap().apply(&text);
        assert_eq!(written, expected);
        let policy = Document::parse(&written, Dialect::Gcloud).policy.unwrap();
        let found = policy.all_rules().find(|(k, name, _)| (*k, *name) == (kind, key)).unwrap().2;
        assert_eq!(*found, rule);
    }
}
