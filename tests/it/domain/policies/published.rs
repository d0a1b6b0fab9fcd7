//! Policies that Google publishes.

use countersign::domain::diagnostic::Code;

/// Policies that Google publishes: the documentation's reference page and tutorials, the codelab of
/// 2018 and today's, and the default policy. Warnings are what the example itself is about.
pub(super) const PUBLISHED: &[(&str, &[Code])] = &[
    // The default policy (configuring-policy-cli).
    (
        "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: ALWAYS_ALLOW\nglobalPolicyEvaluationMode: ENABLE\nname: projects/PROJECT_ID/policy\n",
        &[Code::AllowsAll],
    ),
    // The codelab of 2018: policy.yaml and updated_policy.yaml.
    (
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/google_containers/*\n- namePattern: gcr.io/google-containers/*\n- namePattern: k8s.gcr.io/*\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &[Code::StarStopsAtSlash],
    ),
    (
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/google_containers/*\n- namePattern: k8s.gcr.io/*\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/my-binauthz-attestor\n",
        &[Code::StarStopsAtSlash],
    ),
    // Today's codelab: a rule for one cluster.
    (
        "globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: docker.io/istio/*\nclusterAdmissionRules:\n  us-central1.prod-cluster:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/P/attestors/vulnz-attestor\n    - projects/P/attestors/qa-attestor\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &[],
    ),
    // The reference page: a namespace, a service account, a mesh identity, a fleet membership.
    (
        "globalPolicyEvaluationMode: ENABLE\nkubernetesNamespaceAdmissionRules:\n  prod-ns:\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &[Code::AllowsAll],
    ),
    (
        "kubernetesServiceAccountAdmissionRules:\n  test-ns:default:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &[],
    ),
    (
        "istioServiceIdentityAdmissionRules:\n  PROJECT_ID.svc.id.goog/ns/prod-ns/sa/prod-sa:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &[Code::PlaceholderWord],
    ),
    (
        "clusterAdmissionRules:\n  global.my-membership:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &[],
    ),
    // Dry run (enabling-dry-run).
    (
        "defaultAdmissionRule:\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n  evaluationMode: ALWAYS_DENY\nglobalPolicyEvaluationMode: ENABLE\nname: projects/PROJECT_ID/policy\n",
        &[Code::DryRun],
    ),
    // An export of 2024, with etag and time.
    (
        "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: REQUIRE_ATTESTATION\n  requireAttestationsBy:\n  - projects/my-project/attestors/manually-verified\netag: '\"Mna+BCqXznjH\"'\nglobalPolicyEvaluationMode: ENABLE\nname: projects/my-project/policy\nupdateTime: '2024-05-12T05:17:42.444479Z'\n",
        &[],
    ),
];
