//! Which rule decides.

use super::*;

fn with_rules(kind: RuleKind, key: &str) -> Policy {
    let mut policy = Policy::with_default(always_allow());
    add(&mut policy, kind, key);
    policy
}

fn add(policy: &mut Policy, kind: RuleKind, key: &str) {
    let rules = match kind {
        RuleKind::Cluster => &mut policy.cluster_admission_rules,
        RuleKind::Namespace => &mut policy.kubernetes_namespace_admission_rules,
        RuleKind::ServiceAccount => &mut policy.kubernetes_service_account_admission_rules,
        RuleKind::ServiceIdentity => &mut policy.istio_service_identity_admission_rules,
        RuleKind::Default => unreachable!("the default rule has no key"),
    };
    rules.insert(key.to_owned(), always_deny());
}

fn request() -> Request {
    Request {
        cluster: Some("us-central1-a.prod".to_owned()),
        namespace: "ns".to_owned(),
        service_account: "web".to_owned(),
        service_identity: Some("d.svc.id.goog/ns/ns/sa/web".to_owned()),
        ..pod(&["nginx"])
    }
}

#[rstest]
#[case(RuleKind::Cluster, "us-central1-a.prod", true)]
#[case(RuleKind::Cluster, "us-central1.prod", false)]
#[case(RuleKind::Cluster, "us-central1-a.Prod", false)]
#[case(RuleKind::Namespace, "ns", true)]
#[case(RuleKind::Namespace, "default", false)]
#[case(RuleKind::ServiceAccount, "ns:web", true)]
#[case(RuleKind::ServiceAccount, "ns:default", false)]
#[case(RuleKind::ServiceIdentity, "d.svc.id.goog/ns/ns/sa/web", true)]
#[case(RuleKind::ServiceIdentity, "spiffe://d.svc.id.goog/ns/ns/sa/web", true)]
#[case(RuleKind::ServiceIdentity, "d.svc.id.goog/ns/ns/sa/default", false)]
fn a_specific_rule_applies_by_its_key(#[case] kind: RuleKind, #[case] key: &str, #[case] applies: bool) {
    let decision = ask(&with_rules(kind, key), &request(), &Evidence::default());
    let rule = decision.rule.unwrap();
    let expected = if applies { (kind, key) } else { (RuleKind::Default, "") };
    assert_eq!((rule.kind, rule.key.as_str()), expected);
    assert_eq!(decision.outcome == Outcome::Deny, applies);
}

#[test]
fn a_pod_without_namespace_and_service_account_has_the_defaults() {
    let policy = with_rules(RuleKind::ServiceAccount, "default:default");
    assert_eq!(ask(&policy, &pod(&["nginx"]), &Evidence::default()).outcome, Outcome::Deny);
}

#[test]
fn of_several_filled_maps_the_most_specific_goes_first() {
    let kinds = [
        (RuleKind::Cluster, "us-central1-a.prod"),
        (RuleKind::Namespace, "ns"),
        (RuleKind::ServiceAccount, "ns:web"),
        (RuleKind::ServiceIdentity, "d.svc.id.goog/ns/ns/sa/web"),
    ];
    let mut policy = Policy::with_default(always_allow());
    for (kind, key) in kinds {
        add(&mut policy, kind, key);
        let rule = ask(&policy, &request(), &Evidence::default()).rule.unwrap();
        assert_eq!((rule.kind, rule.key.as_str()), (kind, key));
    }
}

#[test]
fn cloud_run_has_only_the_default_rule() {
    let policy = with_rules(RuleKind::Namespace, "ns");
    let request = Request { platform: Platform::CloudRun, ..request() };
    assert_eq!(ask(&policy, &request, &Evidence::default()).outcome, Outcome::Admit);
}

#[test]
fn a_cluster_that_does_not_enforce_admits_everything() {
    let request = Request { enforcement: Enforcement::Off, ..pod(&["nginx"]) };
    let decision = ask(&Policy::with_default(always_deny()), &request, &Evidence::default());
    assert_eq!((decision.outcome, decision.rule), (Outcome::Admit, None));
}
