//! The texts of `docs/binary-authorization.md`, "Messages", word for word.

use super::*;

const WEBHOOK: &str = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: ";
const LEGACY: &str = "pods \"web-1\" is forbidden: image policy webhook backend denied one or more images: ";
const NO_ATTESTATION: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

fn in_cluster(rule: AdmissionRule) -> (Policy, Request) {
    let mut policy = Policy::with_default(always_allow());
    policy.cluster_admission_rules = [("us-central1-a.prod".to_owned(), rule)].into();
    (policy, Request { cluster: Some("us-central1-a.prod".to_owned()), ..pod(&["nginx"]) })
}

#[test]
fn w1_default_rule_denies_all() {
    let decision = ask(&Policy::with_default(always_deny()), &pod(&["nginx"]), &Evidence::default());
    assert_eq!(
        decision.message,
        format!(
            "{WEBHOOK}Image nginx denied by Binary Authorization default admission rule. Denied by always_deny \
             admission rule"
        )
    );
    assert_eq!(
        decision.denial_text(Generation::Legacy),
        format!("{LEGACY}Denied by default admission rule. Overridden by evaluation mode")
    );
    assert_eq!(decision.causes(), ["'nginx' : Denied by an ALWAYS_DENY admission rule\n"]);
}

#[test]
fn w2_cluster_rule_denies_all() {
    let (policy, request) = in_cluster(always_deny());
    let decision = ask(&policy, &request, &Evidence::default());
    assert_eq!(
        decision.message,
        format!(
            "{WEBHOOK}Image nginx denied by Binary Authorization cluster admission rule for us-central1-a.prod. \
             Denied by always_deny admission rule"
        )
    );
    assert_eq!(
        decision.denial_text(Generation::Legacy),
        format!("{LEGACY}Denied by cluster admission rule for us-central1-a.prod. Overridden by evaluation mode")
    );
}

#[test]
fn w3_no_attestation() {
    let image = by_digest();
    let decision = ask(&Policy::with_default(require(&[QA])), &pod(&[&image]), &none_attested());
    assert_eq!(
        decision.message,
        format!(
            "{WEBHOOK}Image {image} denied by Binary Authorization default admission rule. Image {image} denied by \
             attestor {QA}: {NO_ATTESTATION}"
        )
    );
    assert_eq!(
        decision.denial_text(Generation::Legacy),
        format!(
            "{LEGACY}Denied by default admission rule. Denied by Attestor. Image {image} denied by {QA}: \
             {NO_ATTESTATION}"
        )
    );
    assert_eq!(decision.causes(), [format!("'{image}' : Image {image} denied by attestor {QA}: {NO_ATTESTATION}\n")]);
}

#[test]
fn w4_a_tag_where_a_digest_is_needed() {
    let (policy, request) = in_cluster(require(&[QA]));
    let decision = ask(&policy, &request, &none_attested());
    assert_eq!(
        decision.message,
        format!(
            "{WEBHOOK}Image nginx denied by Binary Authorization cluster admission rule for us-central1-a.prod. Image \
             nginx denied by attestor {QA}: Expected digest with sha256 scheme, but got tag or malformed digest"
        )
    );
    assert_eq!(
        decision.denial_text(Generation::Legacy),
        format!(
            "{LEGACY}Denied by cluster admission rule for us-central1-a.prod. Denied by Attestor. Image nginx denied \
             by {QA}: Attestor cannot attest to an image deployed by tag"
        )
    );
}

#[rstest]
#[case(RuleKind::Namespace, "prod", "kubernetes namespace admission rule for prod")]
#[case(RuleKind::ServiceAccount, "prod:web", "kubernetes service account admission rule for prod:web")]
#[case(RuleKind::ServiceIdentity, "d/ns/prod/sa/web", "istio service identity admission rule for d/ns/prod/sa/web")]
fn w8_other_specific_rules(#[case] kind: RuleKind, #[case] key: &str, #[case] text: &str) {
    let mut policy = Policy::with_default(always_allow());
    let rules = match kind {
        RuleKind::Namespace => &mut policy.kubernetes_namespace_admission_rules,
        RuleKind::ServiceAccount => &mut policy.kubernetes_service_account_admission_rules,
        _ => &mut policy.istio_service_identity_admission_rules,
    };
    rules.insert(key.to_owned(), always_deny());
    let request = Request {
        namespace: "prod".to_owned(),
        service_account: "web".to_owned(),
        service_identity: Some("spiffe://d/ns/prod/sa/web".to_owned()),
        ..pod(&["nginx"])
    };
    let message = ask(&policy, &request, &Evidence::default()).message;
    assert!(message.contains(&format!("denied by Binary Authorization {text}. Denied by always_deny")), "{message}");
}

#[test]
fn w9_no_cause_to_name() {
    let decision = ask(&Policy::with_default(require(&[])), &pod(&["ubuntu"]), &Evidence::default());
    assert_eq!(
        decision.message,
        format!("{WEBHOOK}Image ubuntu denied by Binary Authorization default admission rule. ")
    );
    assert_eq!(decision.trace.first_failure().unwrap().text(), "attestors of the rule: none; expected at least one");
}

#[test]
fn g5_several_images_and_attestors_in_the_order_of_the_pod_and_the_rule() {
    let decision = ask(
        &Policy::with_default(require(&[QA, "projects/p/attestors/b"])),
        &pod(&["one", "two"]),
        &Evidence::default(),
    );
    insta::assert_snapshot!(decision.denial_text(Generation::Legacy), @r#"pods "web-1" is forbidden: image policy webhook backend denied one or more images: Denied by default admission rule. Denied by Attestor. Image one denied by projects/p/attestors/qa: Attestor cannot attest to an image deployed by tag. Image one denied by projects/p/attestors/b: Attestor cannot attest to an image deployed by tag. Image two denied by projects/p/attestors/qa: Attestor cannot attest to an image deployed by tag. Image two denied by projects/p/attestors/b: Attestor cannot attest to an image deployed by tag"#);
    insta::assert_snapshot!(decision.message, @r#"admission webhook "imagepolicywebhook.image-policy.k8s.io" denied the request: Image one denied by Binary Authorization default admission rule. Image one denied by attestor projects/p/attestors/qa: Expected digest with sha256 scheme, but got tag or malformed digest. Image one denied by attestor projects/p/attestors/b: Expected digest with sha256 scheme, but got tag or malformed digest. Image two denied by Binary Authorization default admission rule. Image two denied by attestor projects/p/attestors/qa: Expected digest with sha256 scheme, but got tag or malformed digest. Image two denied by attestor projects/p/attestors/b: Expected digest with sha256 scheme, but got tag or malformed digest"#);
}

#[test]
fn c1_cloud_run_default_rule_denies_all() {
    let image = by_digest();
    let request = Request { platform: Platform::CloudRun, name: "web-00001-abc".to_owned(), ..pod(&[&image]) };
    let decision = ask(&Policy::with_default(always_deny()), &request, &Evidence::default());
    assert_eq!(
        decision.message,
        format!(
            "Service update rejected by Binary Authorization policy: Revision web-00001-abc uses unauthorized \
             container image. Container image '{image}' is not authorized by policy. Denied by an ALWAYS_DENY \
             admission rule"
        )
    );
}

#[test]
fn c2_cloud_run_no_attestation() {
    let image = by_digest();
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/p/app:v1"]) };
    let resolved = [("gcr.io/p/app:v1".to_owned(), image.parse::<ImageRef>().unwrap().digest().unwrap().clone())];
    let decision = ask(
        &Policy::with_default(require(&[QA])),
        &request,
        &Evidence { resolved: resolved.into(), ..none_attested() },
    );
    assert_eq!(
        decision.message,
        format!(
            "Service update rejected by Binary Authorization policy: Container image '{image}' is not authorized by \
             policy. Image '{image}' denied by attestor {QA}: {NO_ATTESTATION}"
        )
    );
}

#[test]
fn nothing_is_said_of_what_is_admitted() {
    let decision = ask(&Policy::with_default(always_allow()), &pod(&["nginx"]), &Evidence::default());
    assert_eq!((decision.message.as_str(), decision.denial_text(Generation::Legacy).as_str()), ("", ""));
    let decision = ask(&Policy::with_default(dry_run(always_deny())), &pod(&["nginx"]), &Evidence::default());
    assert_eq!(decision.message, "");
    assert!(decision.denial_text(Generation::Current).ends_with("Denied by always_deny admission rule"));
}
