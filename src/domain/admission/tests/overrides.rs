//! Dry run and break-glass.

use super::*;

fn labelled(key: &str, value: &str) -> Request {
    Request { labels: [(key.to_owned(), value.to_owned())].into(), ..pod(&["nginx"]) }
}

fn annotated(key: &str, value: &str) -> Request {
    Request { annotations: [(key.to_owned(), value.to_owned())].into(), ..pod(&["nginx"]) }
}

#[rstest]
#[case::label(labelled(BREAK_GLASS_LABEL, "true"), true)]
#[case::annotation(annotated(BREAK_GLASS_ANNOTATION, "true"), true)]
#[case::other_value(labelled(BREAK_GLASS_LABEL, "True"), false)]
#[case::a_reason(annotated(BREAK_GLASS_ANNOTATION, "the pager went off"), false)]
#[case::the_label_as_annotation(annotated(BREAK_GLASS_LABEL, "true"), false)]
#[case::the_annotation_as_label(labelled(BREAK_GLASS_ANNOTATION, "true"), false)]
#[case::cloud_runs(annotated(CLOUD_RUN_BREAK_GLASS_ANNOTATION, "true"), false)]
fn break_glass(#[case] request: Request, #[case] breaks: bool) {
    let decision = ask(&Policy::with_default(always_deny()), &request, &Evidence::default());
    let expected = if breaks { Outcome::AdmitBreakGlass } else { Outcome::Deny };
    assert_eq!(decision.outcome, expected);
    let noted = decision.trace.to_string().contains("does not break the glass");
    assert_eq!(noted, !breaks, "{}", decision.trace);
}

#[test]
fn break_glass_on_the_deployment_itself_has_no_effect() {
    let owner = Owner {
        kind: "Deployment".to_owned(),
        labels: [(BREAK_GLASS_LABEL.to_owned(), "true".to_owned())].into(),
        ..Owner::default()
    };
    let request = Request { owner: Some(owner), ..pod(&["nginx"]) };
    let decision = ask(&Policy::with_default(always_deny()), &request, &Evidence::default());
    assert_eq!(decision.outcome, Outcome::Deny);
    assert!(decision.trace.to_string().contains("on the Deployment itself has no effect"), "{}", decision.trace);
}

#[rstest]
#[case("the pager went off", Outcome::AdmitBreakGlass)]
#[case("", Outcome::Deny)]
fn cloud_run_takes_any_justification(#[case] text: &str, #[case] outcome: Outcome) {
    let request = Request {
        platform: Platform::CloudRun,
        annotations: [(CLOUD_RUN_BREAK_GLASS_ANNOTATION.to_owned(), text.to_owned())].into(),
        ..pod(&[&by_digest()])
    };
    assert_eq!(ask(&Policy::with_default(always_deny()), &request, &Evidence::default()).outcome, outcome);
}

#[rstest]
#[case::not_needed(always_allow(), Outcome::Admit)]
#[case::not_known(require(&[QA]), Outcome::AdmitBreakGlass)]
#[case::a_dry_run_leaves_nothing_to_override(dry_run(always_deny()), Outcome::AdmitDryRun)]
fn break_glass_with(#[case] rule: AdmissionRule, #[case] outcome: Outcome) {
    let request = Request { images: pod(&[&by_digest()]).images, ..labelled(BREAK_GLASS_LABEL, "true") };
    assert_eq!(ask(&Policy::with_default(rule), &request, &Evidence::default()).outcome, outcome);
}

#[rstest]
#[case::denied(always_deny(), Outcome::AdmitDryRun)]
#[case::not_known(require(&[QA]), Outcome::AdmitDryRun)]
#[case::satisfied(always_allow(), Outcome::Admit)]
fn a_dry_run_admits(#[case] rule: AdmissionRule, #[case] outcome: Outcome) {
    let policy = Policy::with_default(dry_run(rule));
    assert_eq!(ask(&policy, &pod(&[&by_digest()]), &Evidence::default()).outcome, outcome);
}

#[test]
fn a_dry_run_of_one_cluster_leaves_the_others_alone() {
    let mut policy = Policy::with_default(always_deny());
    policy.cluster_admission_rules = [("us-east1.test".to_owned(), dry_run(always_deny()))].into();
    let in_cluster = |name: &str| Request { cluster: Some(name.to_owned()), ..pod(&["nginx"]) };
    assert_eq!(ask(&policy, &in_cluster("us-east1.test"), &Evidence::default()).outcome, Outcome::AdmitDryRun);
    assert_eq!(ask(&policy, &in_cluster("us-east1.prod"), &Evidence::default()).outcome, Outcome::Deny);
}
