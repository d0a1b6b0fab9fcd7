//! Policies of any content, printed and read again, and texts that were changed.

use countersign::domain::diagnostic::Severity;
use countersign::domain::document::{self, Dialect, Document, Format};
use countersign::domain::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};
use proptest::prelude::*;

fn any_mode() -> impl Strategy<Value = (EvaluationMode, EnforcementMode)> {
    (prop::sample::select(&EvaluationMode::ALL), prop::sample::select(&EnforcementMode::ALL))
}

fn any_rule() -> impl Strategy<Value = AdmissionRule> {
    let attestor = "projects/[a-z: #']{1,20}/attestors/[a-z*&!-]{1,12}";
    (any_mode(), prop::collection::vec(attestor, 1..4)).prop_map(|((evaluation, enforcement), attestors)| {
        let mut rule = AdmissionRule::always(evaluation, enforcement);
        if evaluation == EvaluationMode::RequireAttestation {
            rule.require_attestations_by = attestors;
        }
        rule
    })
}

/// Texts of all kinds: plain, like other scalars, long, with breaks, and any at all.
fn any_text() -> impl Strategy<Value = Option<String>> {
    let tricky =
        prop::sample::select(&["no", "0123", "1:30", "2018-01-01", "~", "<<", "=", "- a", "a: b", "a #b", "'"][..]);
    let text = prop_oneof![
        "[ -~]{1,200}",
        "([a-z]{1,9} ){1,40}[a-z]",
        "([a-z ]{0,9}\n){0,4}[a-z ]{0,9}",
        "\\PC{1,20}",
        any::<String>(),
        tricky.prop_map(str::to_owned),
    ];
    prop::option::of(text.prop_filter("empty means not set", |text| !text.is_empty()))
}

prop_compose! {
    fn any_policy()(
        default in any_rule(),
        name in any_text(),
        description in any_text(),
        etag in any_text(),
        mode in prop::sample::select(&[
            GlobalPolicyEvaluationMode::Unspecified,
            GlobalPolicyEvaluationMode::Enable,
            GlobalPolicyEvaluationMode::Disable,
        ][..]),
        patterns in prop::collection::vec("[a-z.-]{1,9}/[!-)+-Z^-~]{1,90}(|\\*|\\*\\*|\\[@:\\]\\*)", 0..5),
        kind in 0..4,
        rules in prop::collection::btree_map("[a-z]{1,5}|no|on|null|y", any_rule(), 0..4),
    ) -> Policy {
        let mut policy = Policy { name, description, etag, global_policy_evaluation_mode: mode, ..Policy::with_default(default) };
        policy.admission_whitelist_patterns =
            patterns.into_iter().map(|name_pattern| AdmissionWhitelistPattern { name_pattern }).collect();
        let keyed = |form: fn(&str) -> String| rules.iter().map(|(key, rule)| (form(key), rule.clone())).collect();
        match kind {
            0 => policy.cluster_admission_rules = keyed(|key| format!("{key}.'{}: #", key.repeat(30))),
            1 => policy.kubernetes_namespace_admission_rules = keyed(str::to_owned),
            2 => policy.kubernetes_service_account_admission_rules = keyed(|key| format!("12:{key}")),
            _ => policy.istio_service_identity_admission_rules = keyed(|key| format!("spiffe://d/ns/{key}/sa/{key}")),
        }
        policy
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_again(policy in any_policy()) {
        let text = document::emit(&policy);
        let document = Document::parse_as(&text, Dialect::Gcloud, Format::Yaml);
        prop_assert_eq!(document.policy.as_ref(), Some(&policy), "{}\n{:?}", text, document.diagnostics);
        let json = serde_json::to_string(&policy).unwrap();
        for dialect in [Dialect::Gcloud, Dialect::Rest] {
            let document = Document::parse(&json, dialect);
            prop_assert_eq!(document.policy.as_ref(), Some(&policy), "{}\n{:?}", json, document.diagnostics);
        }
    }

    #[test]
    fn a_changed_policy_is_answered_at_places_in_it(
        policy in any_policy(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, "[\\t\\n :#\\-'\"\\[\\]{},&*!|>?a~]{0,3}"), 1..4),
    ) {
        let mut text = document::emit(&policy);
        for (at, removed, inserted) in cuts {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + removed).min(text.len())).max(start);
            text.replace_range(start..end, &inserted);
        }
        for dialect in [Dialect::Gcloud, Dialect::Rest] {
            let document = Document::parse(&text, dialect);
            let errors = document.diagnostics.iter().any(|d| d.severity == Severity::Error);
            prop_assert_eq!(document.is_valid(), !errors);
            for diagnostic in &document.diagnostics {
                prop_assert!(text.get(diagnostic.span.bytes.clone()).is_some(), "{:?}", diagnostic);
                prop_assert!(diagnostic.span.start <= diagnostic.span.end);
            }
        }
    }
}
