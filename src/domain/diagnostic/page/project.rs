//! Pages on what only the project tells: see [`crate::project_lint`].

super::example::pages! {
    AttestorMissing "An attestor that does not exist"
        why "The service refuses a policy that names an attestor which is not there."
        source "Binary Authorization v1, `AdmissionRule`: an attestor must exist before a policy can reference it."
        wrong InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qb\n", "my-project has the attestor qa");
        right InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n", "my-project has the attestor qa");
    AttestorUnreadable "An attestor that you may not read"
        why "Whoever names an attestor in a policy must be allowed to read it."
        source "The documentation's permissions: `binaryauthorization.attestors.get` on every attestor newly named."
        wrong InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/secret-project/attestors/qa\n", "you may not read attestors of secret-project");
        right InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n", "my-project has the attestor qa");
    AttestorWithoutKey "An attestor without keys"
        why "No attestation can be verified, so the rule refuses every image."
        source "Binary Authorization v1, `UserOwnedGrafeasNote.public_keys`: without keys it never attests."
        wrong InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/new\n", "the attestor new has no key");
        right InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n", "the attestor qa has a key");
    AttestorGrant "An attestor whose attestations may not be read"
        why "The enforcer looks with the attestor's service account; without the grant it finds nothing and refuses every image."
        source "The documentation on multi-project setup: `roles/containeranalysis.notes.occurrences.viewer` on the note."
        wrong InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/other-project/attestors/qa\n", "the service account has no role on the note of other-project");
        right InProject("defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n", "the service account may read the note of my-project");
    ClusterMissing "A cluster that does not exist"
        why "The rule never applies, and the pods of the cluster that was meant are decided by the default rule."
        source "The documentation's console guide; the service takes the key."
        wrong InProject("# …\nclusterAdmissionRules:\n  us-central1-a.prdo: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n", "my-project has the cluster prod in us-central1-a");
        right InProject("# …\nclusterAdmissionRules:\n  us-central1-a.prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n", "my-project has the cluster prod in us-central1-a");
    PatternUnused "A pattern that covers no image"
        why "It is a hole that nothing needs, or it is misspelt and the image that was meant is refused."
        source "The images of the project's registry, as last read."
        wrong InProject("# …\nadmissionWhitelistPatterns:\n- namePattern: us.gcr.io/my-project/hello-wrold@*\n", "my-project has the image us.gcr.io/my-project/hello-world");
        right InProject("# …\nadmissionWhitelistPatterns:\n- namePattern: us.gcr.io/my-project/hello-world@*\n", "my-project has the image us.gcr.io/my-project/hello-world");
    DeniesRunning "A rule that refuses what runs now"
        why "Pods that run stay, until a node is drained or a deployment rolls; then they do not come back."
        source "Each running pod, decided as if it were admitted this minute."
        wrong InProject("globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n", "a pod with us.gcr.io/my-project/hello-world runs");
        right InProject("globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: us.gcr.io/my-project/hello-world@*\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n", "a pod with us.gcr.io/my-project/hello-world runs");
}
