//! Pages on admission rules and on what a policy does.

super::example::pages! {
    AttestorsRequired "REQUIRE_ATTESTATION without attestors"
        why "With nobody to ask, the rule would have no meaning."
        source "Binary Authorization v1, `AdmissionRule.require_attestations_by`."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n");
    AttestorsNotAllowed "Attestors that nobody asks"
        why "A rule with attestors looks as if it checked images, and with this mode it would not."
        source "Binary Authorization v1, `AdmissionRule.require_attestations_by`."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    AttestorName "Not the name of an attestor"
        why "The id alone does not say in which project the attestor is."
        source "Binary Authorization v1, `resources.proto`."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - qa\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n");
    SeveralRuleMaps "Specific rules of two kinds"
        why "It would be open which of two rules decides about a pod that both fit."
        source "Binary Authorization v1, `resources.proto`: at most one of the maps may be non-empty."
        wrong Policy("# …\nclusterAdmissionRules:\n  us-east1.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nkubernetesNamespaceAdmissionRules:\n  prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    ClusterKey "Not the key of a cluster"
        why "Clusters in different places may have one name, so the place is part of the key."
        source "Binary Authorization v1, `Policy.cluster_admission_rules`; that other keys are refused is inferred."
        wrong Policy("# …\nclusterAdmissionRules:\n  prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nclusterAdmissionRules:\n  us-central1-a.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    NamespaceKey "Not the name of a namespace"
        why "No pod is in a namespace with such a name."
        source "Binary Authorization v1, `Policy.kubernetes_namespace_admission_rules`: `[a-z.-]+`."
        wrong Policy("# …\nkubernetesNamespaceAdmissionRules:\n  Prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    ServiceAccountKey "Not the key of a service account"
        why "Each namespace has service accounts of its own, so the namespace is part of the key."
        source "Binary Authorization v1, `Policy.kubernetes_service_account_admission_rules`."
        wrong Policy("# …\nkubernetesServiceAccountAdmissionRules:\n  web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesServiceAccountAdmissionRules:\n  prod:web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    ServiceIdentityKey "Not a service identity"
        why "The mesh names a workload by its domain, namespace and service account, and compares the whole."
        source "Binary Authorization v1, `Policy.istio_service_identity_admission_rules`."
        wrong Policy("# …\nistioServiceIdentityAdmissionRules:\n  prod/web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nistioServiceIdentityAdmissionRules:\n  my-project.svc.id.goog/ns/prod/sa/web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    TooManyAttestors "More attestors than the quota"
        why "The service refuses the policy as a whole, not only the rule that is one too many."
        source "cloud.google.com/binary-authorization/quotas."
        wrong Words("201 entries in the `requireAttestationsBy` of all rules together.");
        right Words("Fewer rules: the default rule can name the attestors that most clusters share.");
    DuplicateAttestor "The same attestor twice"
        why "It looks as if two had to attest, and one attestation is enough."
        source "Binary Authorization v1, `AdmissionRule`; that the service takes it is inferred."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n  - projects/my-project/attestors/qa\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n  - projects/my-project/attestors/security\n");
    NamespaceDigits "Digits in the name of a namespace"
        why "Kubernetes allows them and the documented form of the key does not, so it is open whether the rule is taken."
        source "Binary Authorization v1, `resources.proto`: `[a-z.-]+`; RFC 1123."
        wrong Policy("# …\nkubernetesNamespaceAdmissionRules:\n  team2: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  team-two: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    UnknownLocation "A place that is not known"
        why "The key fits no cluster, and pods there are decided by the default rule, whatever this rule says."
        source "Google Cloud's regions and zones; the list of gcloud 528 and later ones."
        wrong Policy("# …\nclusterAdmissionRules:\n  us-centrall-a.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nclusterAdmissionRules:\n  us-central1-a.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    UnreachableRule "A rule that can never apply"
        why "It protects nothing, although a reader believes that it does."
        source "RFC 1123 and the names of Kubernetes and GKE."
        wrong Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod.web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod-web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    RuleLikeDefault "A rule that says what the default rule says"
        why "The policy is longer than what it does."
        source "Binary Authorization v1, `Policy.default_admission_rule`."
        wrong Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    SystemImages "Google's own images are not exempt"
        why "The pods that GKE itself runs in `kube-system` are refused like any others, and the cluster stops working bit by bit."
        source "Binary Authorization v1, `Policy.global_policy_evaluation_mode`; the documentation's key concepts."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    AllowsAll "Everything is admitted"
        why "Binary Authorization is switched on and blocks nothing."
        source "Binary Authorization v1, `AdmissionRule.EvaluationMode`."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    DryRun "A dry run"
        why "It is meant for a while, and stays: images that the rule refuses run all the same."
        source "Binary Authorization v1, `AdmissionRule.EnforcementMode`."
        wrong Policy("globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n");
        right Policy("globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    DryRunOfNothing "A dry run of a rule that refuses nothing"
        why "It reads as if something were being tried out, and the log stays empty."
        source "Binary Authorization v1, `AdmissionRule`."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n");
        right Policy("globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n");
}
