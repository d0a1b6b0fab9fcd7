//! Whole trees, as they are read.

use super::*;

#[test]
fn a_refused_pod() {
    let mut policy = allowlist(Policy::with_default(always_allow()), &["gcr.io/p/tools/*", "gcr.io/other"]);
    policy.global_policy_evaluation_mode = GlobalPolicyEvaluationMode::Enable;
    policy.cluster_admission_rules =
        [("us-central1-a.prod".to_owned(), require(&[QA, "projects/p/attestors/b"]))].into();
    let request = Request {
        cluster: Some("us-central1-a.prod".to_owned()),
        images: vec![
            RequestImage {
                image: "gke.gcr.io/x:1".to_owned(),
                container: "init".to_owned(),
                kind: ContainerKind::Init,
            },
            RequestImage { image: by_digest(), container: "web".to_owned(), kind: ContainerKind::Container },
        ],
        ..pod(&[])
    };
    let attestation = attested(&attestor(QA), &by_digest());
    let mut evidence = found(QA, Attestations::Read(vec![attestation]));
    let b = attestor("projects/p/attestors/b");
    let attestations = Attestations::NotPermitted { service_account: "agent@x".to_owned(), readable: Vec::new() };
    evidence.attestors.insert(b.name.clone(), AttestorEvidence::Found { attestor: b, attestations });
    insta::assert_snapshot!(ask(&policy, &request, &evidence).trace, @r"
    ✓ pass    Binary Authorization is enforced here
    · note    rule clusterAdmissionRules[us-central1-a.prod]: REQUIRE_ATTESTATION, ENFORCED_BLOCK_AND_AUDIT_LOG  [clusterAdmissionRules[us-central1-a.prod]]
      · note    the policy has no rules by: service identity, service account `default:default`, namespace `default`
      ✓ pass    clusterAdmissionRules (1): us-central1-a.prod
    ✓ pass    image gke.gcr.io/x:1: init container init
      ✓ pass    exempt by the system policy: gke.gcr.io/**  [globalPolicyEvaluationMode]
      - skipped allowlist
      - skipped evaluation mode REQUIRE_ATTESTATION  [clusterAdmissionRules[us-central1-a.prod].evaluationMode]
    ✗ fail    image gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567: container web
      · note    system policy: none of its 6 patterns matches
        · note    closest pattern gcr.io/google_containers/*: it stops matching at character 8, after `gcr.io/`: the image has `p` and the pattern `g`
      · note    allowlist: none of 2 patterns matches
        · note    closest pattern gcr.io/p/tools/*: it stops matching at character 10, after `gcr.io/p/`: the image has `a` and the pattern `t`  [admissionWhitelistPatterns[0].namePattern]
      ✗ fail    evaluation mode REQUIRE_ATTESTATION  [clusterAdmissionRules[us-central1-a.prod].evaluationMode]
        ✓ pass    attestor projects/p/attestors/qa  [clusterAdmissionRules[us-central1-a.prod].requireAttestationsBy[0]]
          · note    public key of the attestor: 1
            · note    0123456789ABCDEF0123456789ABCDEF01234567: OpenPGP
          ✓ pass    attestation projects/p/occurrences/1
            ✓ pass    note: projects/p/notes/qa-note
            ✓ pass    kind: ATTESTATION
            ✓ pass    resource: https://gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567
            ✓ pass    signatures: 1
            ✓ pass    signature by 0123456789ABCDEF0123456789ABCDEF01234567
              ✓ pass    key id is one of the attestor's keys: 0123456789ABCDEF0123456789ABCDEF01234567
              ✓ pass    signature
              ✓ pass    signed message is the payload
              ✓ pass    payload is JSON
              ✓ pass    critical.image.docker-manifest-digest: sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567
              · note    docker-reference, which decides nothing: gcr.io/p/app
        ✗ fail    attestor projects/p/attestors/b  [clusterAdmissionRules[us-central1-a.prod].requireAttestationsBy[1]]
          ✗ fail    attestations on projects/p/notes/b-note can be read: no such grant, which to the cluster looks like no attestations; expected roles/containeranalysis.notes.occurrences.viewer for serviceAccount:agent@x on projects/p/notes/b-note
    ✗ fail    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [clusterAdmissionRules[us-central1-a.prod].enforcementMode]
    · note    break-glass: not asked for
    ✗ fail    the pod is refused
    ");
}

#[test]
fn an_attestation_by_an_unknown_key() {
    let mut attestation = attested(&attestor(QA), &by_digest());
    attestation.signatures[0].public_key_id = KEY.to_lowercase();
    let decision = ask(
        &Policy::with_default(require(&[QA])),
        &pod(&[&by_digest()]),
        &found(QA, Attestations::Read(vec![attestation])),
    );
    insta::assert_snapshot!(decision.trace, @r"
    ✓ pass    Binary Authorization is enforced here
    · note    rule defaultAdmissionRule: REQUIRE_ATTESTATION, ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule]
      · note    the policy has no rules by: service identity, service account `default:default`, namespace `default`, cluster
    ✗ fail    image gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567
      - skipped system policy, as globalPolicyEvaluationMode is not ENABLE
      · note    allowlist: it is empty
      ✗ fail    evaluation mode REQUIRE_ATTESTATION  [defaultAdmissionRule.evaluationMode]
        ✗ fail    attestor projects/p/attestors/qa  [defaultAdmissionRule.requireAttestationsBy[0]]
          · note    public key of the attestor: 1
            · note    0123456789ABCDEF0123456789ABCDEF01234567: OpenPGP
          ✗ fail    attestation projects/p/occurrences/1
            ✓ pass    note: projects/p/notes/qa-note
            ✓ pass    kind: ATTESTATION
            ✓ pass    resource: https://gcr.io/p/app@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567
            ✓ pass    signatures: 1
            ✗ fail    signature by 0123456789abcdef0123456789abcdef01234567
              ✗ fail    key id is one of the attestor's keys: 0123456789abcdef0123456789abcdef01234567, which differs only in upper and lower case from 0123456789ABCDEF0123456789ABCDEF01234567; expected 0123456789ABCDEF0123456789ABCDEF01234567
              - skipped signature
              - skipped signed message is the payload
              - skipped payload is JSON
              - skipped critical.image.docker-manifest-digest
    ✗ fail    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule.enforcementMode]
    · note    break-glass: not asked for
    ✗ fail    the pod is refused
    ");
}

#[test]
fn a_key_and_a_pattern_that_almost_fit() {
    let mut policy = allowlist(Policy::with_default(always_deny()), &["gcr.io/p/*", "*"]);
    policy.cluster_admission_rules = [("us-central1.prod".to_owned(), always_allow())].into();
    let request = Request {
        cluster: Some("us-central1-a.prod".to_owned()),
        labels: [(BREAK_GLASS_LABEL.to_owned(), "yes".to_owned())].into(),
        ..pod(&["gcr.io/p/team/app:v1"])
    };
    insta::assert_snapshot!(ask(&policy, &request, &Evidence::default()).trace, @r#"
    ✓ pass    Binary Authorization is enforced here
    · note    rule defaultAdmissionRule: ALWAYS_DENY, ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule]
      · note    the policy has no rules by: service identity, service account `default:default`, namespace `default`
      · note    clusterAdmissionRules (1): none for cluster `us-central1-a.prod`; `us-central1.prod` is similar
    ✗ fail    image gcr.io/p/team/app:v1
      - skipped system policy, as globalPolicyEvaluationMode is not ENABLE
      · note    allowlist: none of 2 patterns matches
        · note    not a pattern, so it matches nothing: a wildcard may not be in the registry part: put it after `registry/`, for example `gcr.io/my-project/*`  [admissionWhitelistPatterns[1].namePattern]
        · note    closest pattern gcr.io/p/*: it stops matching at character 14 of the image, `/`; `*` does not cross the `/` in `team/app:v1`; `**` would  [admissionWhitelistPatterns[0].namePattern]
      ✗ fail    evaluation mode ALWAYS_DENY  [defaultAdmissionRule.evaluationMode]
    ✗ fail    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule.enforcementMode]
    · note    break-glass: not asked for
      · note    label image-policy.k8s.io/break-glass does not break the glass: "yes"; expected label image-policy.k8s.io/break-glass: "true"
    ✗ fail    the pod is refused
    "#);
}

#[test]
fn what_is_not_known_is_never_shown_as_a_pass() {
    let request = Request { platform: Platform::CloudRun, ..pod(&["gcr.io/p/app:v1"]) };
    insta::assert_snapshot!(ask(&Policy::with_default(require(&[QA])), &request, &Evidence::default()).trace, @r"
    ✓ pass    Binary Authorization is enforced here
    · note    rule defaultAdmissionRule: REQUIRE_ATTESTATION, ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule]
      · note    Cloud Run uses the default rule only
    ? unknown image gcr.io/p/app:v1
      ? unknown digest that Cloud Run resolves the image to: not known for gcr.io/p/app:v1
      ? unknown evaluation mode REQUIRE_ATTESTATION  [defaultAdmissionRule.evaluationMode]
        ? unknown attestor projects/p/attestors/qa  [defaultAdmissionRule.requireAttestationsBy[0]]
          ? unknown attestor: the digest that it would have to be for is not known
    · note    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule.enforcementMode]
    · note    break-glass: not asked for
    ? unknown whether the pod is admitted is not known
      ? unknown not known, and it decides: the digest that the tag means and who attested it
    ");
}

#[test]
fn nothing_is_enforced() {
    let request = Request { enforcement: Enforcement::Off, ..pod(&["nginx"]) };
    insta::assert_snapshot!(ask(&Policy::with_default(always_deny()), &request, &Evidence::default()).trace, @r"
    · note    Binary Authorization is not enforced here, so every pod is admitted: DISABLED; expected the evaluation mode PROJECT_SINGLETON_POLICY_ENFORCE on the cluster
    - skipped image nginx
    ");
}
