//! Pages on platform policies.

super::example::pages! {
    SeveralTypes "Two things where one belongs"
        why "A check is of one type, a scope is for one thing, a policy is for one platform; which of two would count is not defined."
        source "Binary Authorization v1, `platform_policy.proto`: `oneof`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: true\n      imageFreshnessCheck: {maxUploadAgeDays: 30}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: true\n    - imageFreshnessCheck: {maxUploadAgeDays: 30}\n");
    ScopeOrder "Check sets in the wrong order"
        why "Only one set decides about a pod, so a set behind a wider one would never be used."
        source "Binary Authorization v1, `GkePolicy.check_sets`: enforced by the server."
        wrong Policy("gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 30}}]\n  - scope: {kubernetesServiceAccount: 'prod:web'}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 7}}]\n  - checks: [{alwaysDeny: true}]\n");
        right Policy("gkePolicy:\n  checkSets:\n  - scope: {kubernetesServiceAccount: 'prod:web'}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 7}}]\n  - scope: {kubernetesNamespace: prod}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 30}}]\n  - checks: [{alwaysDeny: true}]\n");
    NoCatchAll "No check set for everything else"
        why "A pod that no scope fits would not be decided."
        source "Binary Authorization v1, `GkePolicy.check_sets`: the last one must have no scope."
        wrong Policy("gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{alwaysDeny: true}]\n");
        right Policy("gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 30}}]\n  - checks: [{alwaysDeny: true}]\n");
    OutOfRange "A number that is out of range"
        why "An age of no days would refuse every image; the service refuses the policy instead."
        source "Binary Authorization v1, `ImageFreshnessCheck.max_upload_age_days`: greater than zero."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: 0}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: 30}\n");
    TooManyProjects "More than ten projects in a check"
        why "Each project is asked for every image, so their number is limited."
        source "Binary Authorization v1, `platform_policy.proto`, and the quotas' page."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: LOW\n        maximumUnfixableSeverity: HIGH\n        containerAnalysisVulnerabilityProjects: [projects/scans-1, projects/scans-2, projects/scans-3, projects/scans-4, projects/scans-5, projects/scans-6, projects/scans-7, projects/scans-8, projects/scans-9, projects/scans-10, projects/scans-11]\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: LOW\n        maximumUnfixableSeverity: HIGH\n        containerAnalysisVulnerabilityProjects: [projects/scans-1]\n");
    ProjectName "Not the name of a project"
        why "Projects are resources like others here; a number is another name that these fields do not take."
        source "Binary Authorization v1, `SimpleSigningAttestationCheck`: a project id, in the form `projects/ID`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH, containerAnalysisVulnerabilityProjects: [my-project]}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH, containerAnalysisVulnerabilityProjects: [projects/my-project]}\n");
    NoteName "Not the name of a note"
        why "An inline attestor has attestations by its note; an attestor of a project is another resource."
        source "Binary Authorization v1, `InlineAttestor.attestation_note`."
        wrong Policy("cloudRunPolicy:\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - {id: qa, attestationNote: projects/my-project/attestors/qa}\n");
        right Policy("cloudRunPolicy:\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - {id: qa, attestationNote: projects/my-project/notes/qa}\n");
    AttestorId "Two attestors with one id"
        why "A refusal names the attestor by its id, which then says nothing."
        source "Binary Authorization v1, `InlineAttestor.id`: unique within the policy."
        wrong Policy("cloudRunPolicy:\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - {id: qa, attestationNote: projects/my-project/notes/qa}\n    - {id: qa, attestationNote: projects/my-project/notes/security}\n");
        right Policy("cloudRunPolicy:\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - {id: qa, attestationNote: projects/my-project/notes/qa}\n    - {id: security, attestationNote: projects/my-project/notes/security}\n");
    BadKey "Not a public key"
        why "Without a key that can be read nothing is ever verified. A private key must not be in a policy at all: everybody who may read the policy has it then."
        source "RFC 7468, section 13; Binary Authorization v1, `PkixPublicKey`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - sigstoreSignatureCheck:\n        sigstoreAuthorities:\n        - publicKeySet: {publicKeys: [{publicKeyPem: cosign.pub}]}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - sigstoreSignatureCheck:\n        sigstoreAuthorities:\n        - publicKeySet:\n            publicKeys:\n            - publicKeyPem: |\n                -----BEGIN PUBLIC KEY-----\n                MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVJWb5u1XhbCXZoNoVxC3RTA8bHWz\n                VNBHcfRZBQLK/dIbhw0dgLUQ8zaGQWaVJH4yFyd+8rLGOTBPHiWjhXKVqg==\n                -----END PUBLIC KEY-----\n");
    AllowPattern "A pattern of another dialect"
        why "Patterns of the project's policy look alike and mean something else: there `app` is one text, here it is every tag and digest of the image."
        source "The documentation on check-based platform policies."
        wrong Policy("gkePolicy:\n  imageAllowlist: {allowPattern: ['gcr.io/my-project/app:*']}\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n");
        right Policy("gkePolicy:\n  imageAllowlist: {allowPattern: [gcr.io/my-project/app]}\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n");
    DirectoryPattern "Not a directory of a registry"
        why "A host that is open at its end could be anybody's."
        source "Binary Authorization v1, `TrustedDirectoryCheck`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - trustedDirectoryCheck: {trustedDirPatterns: ['*pkg.dev/my-project/base']}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - trustedDirectoryCheck: {trustedDirPatterns: ['*-docker.pkg.dev/my-project/base']}\n");
    SourcePattern "Not a repository of source code"
        why "The pattern is compared with the address behind the scheme, so one with a scheme matches nothing."
        source "Binary Authorization v1, `VerificationRule.trusted_source_repo_patterns`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - slsaCheck: {rules: [{trustedBuilder: GOOGLE_CLOUD_BUILD, trustedSourceRepoPatterns: ['https://github.com/my-org/app']}]}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - slsaCheck: {rules: [{trustedBuilder: GOOGLE_CLOUD_BUILD, trustedSourceRepoPatterns: [github.com/my-org/app]}]}\n");
    RepeatedScope "Two check sets of one scope"
        why "The checks of the second look as if they were made, and never are."
        source "Binary Authorization v1, `GkePolicy.check_sets`: the first match decides; that the service takes it is inferred."
        wrong Policy("gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 30}}]\n  - scope: {kubernetesNamespace: prod}\n    checks: [{trustedDirectoryCheck: {trustedDirPatterns: [gcr.io/my-project]}}]\n  - checks: [{alwaysDeny: true}]\n");
        right Policy("gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: 30}\n    - trustedDirectoryCheck: {trustedDirPatterns: [gcr.io/my-project]}\n  - checks: [{alwaysDeny: true}]\n");
    NoChecks "Nothing is checked"
        why "An empty list of checks is one that every image passes."
        source "Binary Authorization v1, `CheckSet.checks` and `GkePolicy.check_sets`: empty means always allow."
        wrong Policy("gkePolicy:\n  checkSets:\n  - displayName: everything\n");
        right Policy("gkePolicy:\n  checkSets:\n  - displayName: everything\n    checks: [{alwaysDeny: true}]\n");
    IdleCheck "A check that does nothing"
        why "`false` does not mean \"never deny\": other checks of the set still count."
        source "Binary Authorization v1, `Check.always_deny`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: false\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: true\n");
    VulnerabilityId "Not the id of a vulnerability"
        why "The id is compared with the notes' names exactly, so a vulnerability that should be allowed or blocked is not."
        source "Binary Authorization v1, `VulnerabilityCheck.allowed_cves`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH, allowedCves: [cve-2021-20305]}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH, allowedCves: [CVE-2021-20305]}\n");
    AllowedAndBlocked "A vulnerability that is allowed and blocked"
        why "One of the two was not meant, and which one counts is not documented."
        source "Binary Authorization v1, `VulnerabilityCheck`."
        wrong Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH, allowedCves: [CVE-2021-20305], blockedCves: [CVE-2021-20305]}\n");
        right Policy("gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH, allowedCves: [CVE-2021-20305]}\n");
}
