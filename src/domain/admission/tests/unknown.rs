//! What is not known of a request, and what hangs on it.

use super::*;

fn by_cluster(rule: AdmissionRule) -> Policy {
    let mut policy = Policy::with_default(always_allow());
    policy.cluster_admission_rules.insert("europe-west1.prod-eu".to_owned(), rule);
    policy
}

fn bare(images: &[&str]) -> Request {
    Request { not_known: Facts::of_bare_images(), ..pod(images) }
}

fn facts(decision: &Decision) -> Vec<Fact> {
    decision.open.iter().collect()
}

#[test]
fn a_rule_of_a_cluster_that_could_turn_it_leaves_it_open() {
    let decision = ask(&by_cluster(always_deny()), &bare(&["nginx"]), &Evidence::default());
    assert_eq!((decision.outcome, facts(&decision)), (Outcome::Undecided, vec![Fact::Cluster]));
    assert_eq!((decision.known_rule(), decision.message.as_str()), (None, ""));
    assert_eq!(decision.other_rules[0].outcome, Outcome::Deny);
    assert_eq!(decision.images[0].outcome, ImageOutcome::Undecided);
    insta::assert_snapshot!(decision.trace, @r"
    ✓ pass    Binary Authorization is enforced here
    ? unknown which rule decides: it hangs on the cluster; defaultAdmissionRule if no other rule is for that: ALWAYS_ALLOW, ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule]
      · note    the policy has no rules by: service identity, service account, namespace
      ? unknown clusterAdmissionRules (1): the cluster: not known, and it could be one of them
    ✓ pass    image nginx
      - skipped system policy, as globalPolicyEvaluationMode is not ENABLE
      · note    allowlist: it is empty
      ✓ pass    evaluation mode ALWAYS_ALLOW  [defaultAdmissionRule.evaluationMode]
    · note    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule.enforcementMode]
    · note    break-glass: not asked for
    · note    rule clusterAdmissionRules[europe-west1.prod-eu], if it is that cluster: the pod is refused
    ? unknown whether the pod is admitted is not known
      ? unknown not known, and it decides: the cluster
    ");
}

#[test]
fn a_rule_that_comes_to_the_same_leaves_nothing_open() {
    let decision = ask(&by_cluster(always_allow()), &bare(&["nginx"]), &Evidence::default());
    assert_eq!((decision.outcome, decision.open), (Outcome::Admit, Facts::NONE));
    assert_eq!(decision.rule_hangs_on(), Fact::Cluster.into());
    let mut policy = by_cluster(always_deny());
    policy.default_admission_rule = always_deny();
    let decision = ask(&policy, &bare(&["nginx"]), &Evidence::default());
    assert_eq!(decision.outcome, Outcome::Deny);
    assert_eq!(decision.message, "", "which rule it would name is not known");
}

#[test]
fn an_exempt_image_hangs_on_nothing() {
    let policy = allowlist(by_cluster(always_deny()), &["nginx"]);
    let decision = ask(&policy, &bare(&["nginx"]), &Evidence::default());
    assert_eq!((decision.outcome, decision.open), (Outcome::Admit, Facts::NONE));
}

#[test]
fn a_rule_that_cannot_be_reached_is_none() {
    let mut policy = Policy::with_default(always_allow());
    policy.kubernetes_service_account_admission_rules.insert("shop:web".to_owned(), always_allow());
    policy.kubernetes_namespace_admission_rules.insert("shop".to_owned(), always_deny());
    let mut request = bare(&["nginx"]);
    request.service_account = "web".to_owned();
    request.not_known.remove(Fact::ServiceAccount);
    // Whoever is `web` in `shop` has the rule of the account.
    assert_eq!(ask(&policy, &request, &Evidence::default()).outcome, Outcome::Admit);
    request.service_account = "other".to_owned();
    assert_eq!(ask(&policy, &request, &Evidence::default()).open, Fact::Namespace.into());
}

#[rstest]
#[case("web", "web-sa", &[Fact::ServiceIdentity])]
#[case("web", "other", &[])]
#[case("shop", "web-sa", &[])]
fn a_mesh_identity_is_that_of_namespace_and_account(
    #[case] namespace: &str,
    #[case] account: &str,
    #[case] open: &[Fact],
) {
    let mut policy = Policy::with_default(always_allow());
    let key = "acme.svc.id.goog/ns/web/sa/web-sa".to_owned();
    policy.istio_service_identity_admission_rules.insert(key, always_deny());
    let mut request = Request { namespace: namespace.into(), service_account: account.into(), ..bare(&["nginx"]) };
    request.not_known = Facts::from_iter([Fact::Cluster, Fact::ServiceIdentity]);
    assert_eq!(facts(&ask(&policy, &request, &Evidence::default())), open);
}

#[test]
fn whether_it_is_asked_at_all_turns_only_a_refusal() {
    let unknown = Request { not_known: Fact::Enforcement.into(), ..pod(&["nginx"]) };
    let deny = ask(&Policy::with_default(always_deny()), &unknown, &Evidence::default());
    assert_eq!((deny.outcome, deny.open), (Outcome::Undecided, Fact::Enforcement.into()));
    assert_eq!(ask(&Policy::with_default(always_allow()), &unknown, &Evidence::default()).outcome, Outcome::Admit);
}

#[rstest]
#[case::exempt_whatever_it_is(&["gcr.io/p/*"], always_deny(), Some(Outcome::Admit))]
#[case::no_digest_is_exempt(&["gcr.io/p/other@*", "gcr.io/p/app:v1"], always_deny(), Some(Outcome::Deny))]
#[case::perhaps_this_one(&["gcr.io/p/app@sha256:37*"], always_deny(), None)]
#[case::nobody_attests_any(&[], require(&[QA]), Some(Outcome::Deny))]
fn a_tag_of_cloud_run_is_decided_by_what_all_its_digests_come_to(
    #[case] patterns: &[&str],
    #[case] rule: AdmissionRule,
    #[case] outcome: Option<Outcome>,
) {
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/p/app:v1"]) };
    let decision = ask(&allowlist(Policy::with_default(rule), patterns), &request, &none_attested());
    assert_eq!(decision.outcome, outcome.unwrap_or(Outcome::Undecided));
    assert_eq!(decision.open, if outcome.is_none() { Fact::Tag.into() } else { Facts::NONE });
}

#[test]
fn a_digest_and_the_system_policy_can_both_be_missing() {
    let policy = Policy {
        global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Enable,
        ..allowlist(Policy::with_default(always_deny()), &["gcr.io/gke-release/x@sha256:0*"])
    };
    let compiled = CompiledPolicy::new(&policy, &SystemPolicy::Documented);
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/gke-release/x:1"]) };
    let decision = evaluate(&compiled, &request, &Evidence::default(), &Plain);
    assert_eq!(facts(&decision), [Fact::Tag, Fact::SystemPolicy]);
}

#[test]
fn who_attested_it_is_open_only_where_nobody_else_refuses() {
    let image = by_digest();
    let unknown = ask(&Policy::with_default(require(&[QA])), &pod(&[&image]), &Evidence::default());
    assert_eq!(unknown.open, Fact::Attestations.into());
    let other = "projects/p/attestors/other";
    let refused = ask(&Policy::with_default(require(&[QA, other])), &pod(&[&image]), &none_attested());
    assert_eq!((refused.outcome, refused.open), (Outcome::Deny, Facts::NONE));
}

#[test]
fn whether_a_dry_run_is_logged_hangs_on_what_would_be_refused() {
    let short = |rule: AdmissionRule, evidence: &Evidence| {
        let policy = CompiledPolicy::new(&Policy::with_default(rule), &SystemPolicy::of_sandbox());
        let answer = answer(&policy, &pod(&[&by_digest()]), evidence, &Plain);
        (answer.outcome, answer.open, answer.differs)
    };
    let unknown = short(dry_run(require(&[QA])), &Evidence::default());
    assert_eq!(unknown, (Outcome::AdmitDryRun, Facts::NONE, Fact::Attestations.into()));
    assert_eq!(short(dry_run(require(&[QA])), &none_attested()), (Outcome::AdmitDryRun, Facts::NONE, Facts::NONE));
    assert_eq!(short(dry_run(always_deny()), &Evidence::default()).2, Facts::NONE);
}

#[test]
fn a_tag_alone_settles_nothing_where_nobody_knows_who_attested() {
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/p/app:v1"]) };
    let open = |evidence: &Evidence| ask(&Policy::with_default(require(&[QA])), &request, evidence).open;
    assert_eq!(open(&Evidence::default()), Facts::of_evidence());
    assert_eq!(open(&found(QA, Attestations::Unknown("503".into()))), Facts::of_evidence());
    assert_eq!(open(&found(QA, Attestations::Read(Vec::new()))), Fact::Tag.into());
}

#[test]
fn whether_cloud_run_asks_its_annotation_says_or_nobody() {
    let mut request = Request { platform: Platform::CloudRun, ..pod(&["nginx"]) };
    request.settle_enforcement();
    assert!(!request.knows(Fact::Enforcement));
    let asked = ("run.googleapis.com/binary-authorization".to_owned(), "default".to_owned());
    request.annotations.extend([asked]);
    request.settle_enforcement();
    assert!(request.knows(Fact::Enforcement));
    request.annotations.clear();
    request.platform = Platform::Gke;
    request.settle_enforcement();
    assert!(request.knows(Fact::Enforcement), "of a cluster its setting is asked, and not the pod");
}
