//! The system policy and the allowlist.

use super::*;

fn deny_all(global: GlobalPolicyEvaluationMode, patterns: &[&str]) -> Policy {
    let policy = Policy { global_policy_evaluation_mode: global, ..Policy::with_default(always_deny()) };
    allowlist(policy, patterns)
}

#[rstest]
#[case(GlobalPolicyEvaluationMode::Enable, Outcome::Admit)]
#[case(GlobalPolicyEvaluationMode::Disable, Outcome::Deny)]
#[case(GlobalPolicyEvaluationMode::Unspecified, Outcome::Deny)]
fn the_system_policy_counts_only_where_it_is_enabled(
    #[case] mode: GlobalPolicyEvaluationMode,
    #[case] outcome: Outcome,
) {
    let request = pod(&["gke.gcr.io/a/b:1"]);
    assert_eq!(ask(&deny_all(mode, &[]), &request, &Evidence::default()).outcome, outcome);
}

#[test]
fn the_system_policy_goes_before_the_allowlist() {
    let policy = deny_all(GlobalPolicyEvaluationMode::Enable, &["gke.gcr.io/**", "nginx"]);
    let decision = ask(&policy, &pod(&["gke.gcr.io/a/b:1", "nginx"]), &Evidence::default());
    let exemptions: Vec<_> = decision.images.into_iter().map(|image| image.outcome).collect();
    assert_eq!(
        exemptions,
        [
            ImageOutcome::Exempt(Exemption::System { pattern: "gke.gcr.io/**".to_owned() }),
            ImageOutcome::Exempt(Exemption::Allowlist { pattern: "nginx".to_owned(), index: 1 }),
        ]
    );
}

#[test]
fn one_image_that_is_not_exempt_is_enough() {
    let policy = deny_all(GlobalPolicyEvaluationMode::Disable, &["gcr.io/p/*"]);
    let decision = ask(&policy, &pod(&["gcr.io/p/a", "gcr.io/p/a/b"]), &Evidence::default());
    assert_eq!(decision.outcome, Outcome::Deny);
    assert!(matches!(decision.images[0].outcome, ImageOutcome::Exempt(_)));
    assert_eq!(decision.images[1].outcome, ImageOutcome::Deny(DenyCause::AlwaysDeny));
}

#[test]
fn what_is_no_pattern_matches_nothing_and_keeps_its_place() {
    let policy = deny_all(GlobalPolicyEvaluationMode::Disable, &["*", "gcr.io/p/*"]);
    let decision = ask(&policy, &pod(&["gcr.io/p/a"]), &Evidence::default());
    let exemption = Exemption::Allowlist { pattern: "gcr.io/p/*".to_owned(), index: 1 };
    assert_eq!(decision.images[0].outcome, ImageOutcome::Exempt(exemption));
    assert_eq!(ask(&policy, &pod(&["nginx"]), &Evidence::default()).outcome, Outcome::Deny);
}

#[test]
fn cloud_run_matches_the_digest_form() {
    let policy = deny_all(GlobalPolicyEvaluationMode::Disable, &["gcr.io/p/app:v1", "gcr.io/p/app@*"]);
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/p/app:v1"]) };
    let digest = format!("sha256:{HEX}").parse().unwrap();
    let evidence = Evidence { resolved: [("gcr.io/p/app:v1".to_owned(), digest)].into(), ..Evidence::default() };
    let decision = ask(&policy, &request, &evidence);
    let exemption = Exemption::Allowlist { pattern: "gcr.io/p/app@*".to_owned(), index: 1 };
    assert_eq!(decision.images[0].outcome, ImageOutcome::Exempt(exemption));
    assert_eq!(decision.images[0].image, by_digest());
}

#[rstest]
#[case(always_allow(), Outcome::Admit)]
#[case(always_deny(), Outcome::Deny)]
#[case(require(&[QA]), Outcome::Undecided)]
fn a_tag_that_cloud_run_was_not_seen_to_resolve(#[case] rule: AdmissionRule, #[case] outcome: Outcome) {
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/p/app:v1"]) };
    assert_eq!(ask(&Policy::with_default(rule), &request, &Evidence::default()).outcome, outcome);
}
