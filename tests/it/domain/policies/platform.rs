//! Platform policies.

use super::{Row, row};

/// What gcloud or the service refuses.
pub(super) const REFUSED: &[Row] = &[
    // Fields and types; each was executed against the decoder of gcloud 528.
    row("gke_policy: {}\n", &["1:1 snake-case", "1:1 no-checks"]),
    row("gkePolicy: 3\n", &["1:12 wrong-type"]),
    row("gkePolicy: a\n", &["1:12 wrong-type"]),
    row("gkePolicy: [{}]\n", &["1:12 wrong-type"]),
    row(
        "gkePolicy: {imageAllowlist: [{allowPattern: a/b}], checkSets: [{checks: [{alwaysDeny: true}]}]}\n",
        &["1:29 wrong-type"],
    ),
    row(
        "gkePolicy: {imageAllowlist: {allowPattern: [3]}, checkSets: [{checks: [{alwaysDeny: true}]}]}\n",
        &["1:45 wrong-type"],
    ),
    row("gkePolicy:\n  checkSets:\n  -\n", &["3:4 null-value"]),
    row("gkePolicy:\n  checkSets:\n  - [{displayName: a}]\n", &["3:5 wrong-type"]),
    row("gkePolicy:\n  checkSets:\n  - foo: 1\n    checks: [{alwaysDeny: true}]\n", &["3:5 unknown-key"]),
    row("gkePolicy:\n  checkSets:\n  - displayName: no\n    checks: [{alwaysDeny: true}]\n", &["3:18 scalar-trap"]),
    row("gkePolicy:\n  checkSets:\n  - scope: prod\n    checks: [{alwaysDeny: true}]\n", &["3:12 wrong-type"]),
    row("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: 'true'\n", &["4:19 wrong-type"]),
    row("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: 1\n", &["4:19 wrong-type"]),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: 3.5}\n",
        &["4:47 wrong-type"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: a week}\n",
        &["4:47 wrong-type"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: true}\n",
        &["4:47 wrong-type"],
    ),
    row(
        "updateTime: 2024-05-12T05:17:42.444479Z\ngkePolicy:\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n",
        &["1:13 unquoted-timestamp"],
    ),
    row("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDenny: true\n", &["4:7 unknown-key"]),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: low\n        maximumUnfixableSeverity: CRITICAL\n",
        &["5:33 unknown-value"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: MAXIMUM_ALLOWED_SEVERITY_UNSPECIFIED\n        maximumUnfixableSeverity: CRITICAL\n",
        &["5:33 unspecified-value"],
    ),
    row("checkSets:\n- checks:\n  - alwaysDeny: true\n", &["1:1 unknown-key", "1:1 missing-field"]),
    row("gkePolcy:\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n", &["1:1 unknown-key"]),
    // What the service enforces.
    row(
        "gkePolicy:\n  checkSets: [{checks: [{alwaysDeny: true}]}]\ncloudRunPolicy:\n  rule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["3:1 several-types"],
    ),
    row("gkePolicy:\n  checkSets:\n  - checks:\n    - {}\n", &["4:7 missing-field"]),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - displayName: fresh and scanned\n      imageFreshnessCheck: {maxUploadAgeDays: 30}\n      vulnerabilityCheck: {maximumFixableSeverity: LOW, maximumUnfixableSeverity: HIGH}\n",
        &["6:7 several-types"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: 0}\n",
        &["4:47 out-of-range"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: -3}\n",
        &["4:47 out-of-range"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: 99999999999}\n",
        &["4:47 out-of-range"],
    ),
    row("gkePolicy:\n  checkSets:\n  - checks:\n    - imageFreshnessCheck: {}\n", &["4:7 missing-field"]),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck: {maximumFixableSeverity: LOW}\n",
        &["4:7 missing-field"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{alwaysDeny: true}]\n",
        &["3:5 no-catch-all"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks: [{alwaysDeny: true}]\n  - scope: {kubernetesNamespace: prod}\n    checks: [{alwaysDeny: true}]\n  - checks: [{alwaysDeny: true}]\n",
        &["3:5 scope-order", "6:5 repeated-scope"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{alwaysDeny: true}]\n  - scope: {kubernetesServiceAccount: 'prod:web'}\n    checks: [{alwaysDeny: true}]\n  - checks: [{alwaysDeny: true}]\n",
        &["5:5 scope-order"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod, kubernetesServiceAccount: 'prod:web'}\n    checks: [{alwaysDeny: true}]\n  - checks: [{alwaysDeny: true}]\n",
        &["3:40 several-types"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {}\n    checks: [{alwaysDeny: true}]\n  - checks: [{alwaysDeny: true}]\n",
        &["3:5 missing-field"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: Prod}\n    checks: [{alwaysDeny: true}]\n  - checks: [{alwaysDeny: true}]\n",
        &["3:34 namespace-key"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {kubernetesServiceAccount: web}\n    checks: [{alwaysDeny: true}]\n  - checks: [{alwaysDeny: true}]\n",
        &["3:39 service-account-key"],
    ),
    // Dialects of patterns.
    row(
        "gkePolicy:\n  imageAllowlist:\n    allowPattern:\n    - gcr.io/p/app**\n    - gcr.io/p/app:*\n    - gcr.io/p/app[@:]*\n    - '**'\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n",
        &["4:7 allow-pattern", "5:7 allow-pattern", "6:7 allow-pattern", "7:7 allow-pattern"],
    ),
    row(
        "gkePolicy:\n  imageAllowlist: {allowPattern: []}\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n",
        &["2:34 null-value"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - trustedDirectoryCheck:\n        trustedDirPatterns: ['*pkg.dev/p/r', gcr.i*, https://gcr.io/p]\n",
        &["5:30 directory-pattern", "5:46 directory-pattern", "5:54 directory-pattern"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - slsaCheck:\n        rules:\n        - trustedBuilder: GOOGLE_CLOUD_BUILD\n          trustedSourceRepoPatterns: [https://github.com/o/r, github.com/o*]\n",
        &["7:39 source-pattern", "7:63 source-pattern"],
    ),
    // Projects, notes and keys.
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: LOW\n        maximumUnfixableSeverity: HIGH\n        containerAnalysisVulnerabilityProjects: [my-project, projects/123456789012]\n",
        &["7:50 project-name", "7:62 project-name"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: LOW\n        maximumUnfixableSeverity: HIGH\n        containerAnalysisVulnerabilityProjects:\n        - projects/scans-01\n        - projects/scans-02\n        - projects/scans-03\n        - projects/scans-04\n        - projects/scans-05\n        - projects/scans-06\n        - projects/scans-07\n        - projects/scans-08\n        - projects/scans-09\n        - projects/scans-10\n        - projects/scans-11\n",
        &["18:11 too-many-projects"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - simpleSigningAttestationCheck:\n        attestationAuthenticators:\n        - pkixPublicKeySet:\n            pkixPublicKeys:\n            - publicKeyPem: PEM\n              signatureAlgorithm: ECDSA_P256_SHA256\n",
        &["8:29 bad-key"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - sigstoreSignatureCheck:\n        sigstoreAuthorities:\n        - publicKeySet:\n            publicKeys:\n            - publicKeyPem: |\n                -----BEGIN PRIVATE KEY-----\n",
        &["9:17 bad-key"],
    ),
    // Cloud Run.
    row("cloudRunPolicy: {}\n", &["1:1 missing-field"]),
    row("cloudRunPolicy:\n  rule: {}\n", &["2:3 missing-field", "2:3 missing-field"]),
    row(
        "cloudRunPolicy:\n  allowlistPatterns: [gcr.io/a/*]\n  rule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["2:23 wrong-type"],
    ),
    row(
        "cloudRunPolicy:\n  allowlistPatterns: [{namePattern: '*'}]\n  rule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["2:37 pattern-registry"],
    ),
    row(
        "cloudRunPolicy:\n  rule: {evaluationMode: REQUIRE_ATTESTATION, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["2:26 attestors-required"],
    ),
    row(
        "cloudRunPolicy:\n  rule:\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - id: qa\n      attestationNote: projects/my-project/notes/qa\n",
        &["5:5 attestors-not-allowed"],
    ),
    row(
        "cloudRunPolicy:\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - id: qa\n      attestationNote: projects/my-project/attestors/qa\n    - id: qa\n      attestationNote: projects/my-project/notes/qa2\n",
        &["7:24 note-name", "8:11 attestor-id"],
    ),
    row(
        "cloudRunPolicy:\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - id: qa\n      attestationNote: projects/my-project/notes/qa\n      publicKeys:\n      - comment: no key\n",
        &["9:9 missing-field"],
    ),
];

/// What they take, and a careful reviewer would not; and what is right.
pub(super) const TAKEN: &[Row] = &[
    row("gkePolicy: {}\n", &["1:1 no-checks"]),
    row("gkePolicy:\n  checkSets: []\n", &["2:14 no-checks"]),
    row("gkePolicy:\n  checkSets:\n  - displayName: all\n", &["3:5 no-checks"]),
    row("gkePolicy:\n  checkSets:\n  - checks: {alwaysDeny: yes}\n", &["3:13 not-a-list"]),
    row(
        "gkePolicy:\n  imageAllowlist: {allowPattern: gcr.io/p/*}\n  checkSets: [{checks: [{alwaysDeny: true}]}]\n",
        &["2:34 not-a-list"],
    ),
    row(
        "gkePolicy:\n  imageAllowlist:\n  checkSets:\n  - scope: ~\n    checks:\n    - imageFreshnessCheck: {maxUploadAgeDays: '30'}\n",
        &[],
    ),
    row("gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: false\n", &["4:19 idle-check"]),
    row(
        "gkePolicy:\n  checkSets:\n  - scope: {kubernetesNamespace: prod}\n    checks: [{alwaysDeny: true}]\n  - scope: {kubernetesNamespace: prod}\n    checks: [{imageFreshnessCheck: {maxUploadAgeDays: 30}}]\n  - checks: [{alwaysDeny: true}]\n",
        &["5:5 repeated-scope"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: 3\n        maximumUnfixableSeverity: HIGH\n",
        &["5:33 numeric-value"],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - checks:\n    - vulnerabilityCheck:\n        maximumFixableSeverity: LOW\n        maximumUnfixableSeverity: HIGH\n        allowedCves: [CVE-2021-20305, cve-2021-20306]\n        blockedCves: [CVE-2021-20305]\n",
        &["7:23 allowed-and-blocked", "7:39 vulnerability-id"],
    ),
    // Right ones, after the examples of the documentation.
    row(
        "description: right\netag: '\"pp1\"'\ngkePolicy:\n  imageAllowlist:\n    allowPattern:\n    - gcr.io/my-project/app\n    - gcr.io/my-project/app:v1\n    - us-docker.pkg.dev/my-project/**\n  checkSets:\n  - displayName: web\n    scope: {kubernetesServiceAccount: 'prod:web'}\n    checks:\n    - displayName: fresh\n      imageFreshnessCheck: {maxUploadAgeDays: 30}\n      imageAllowlist: {allowPattern: [gcr.io/my-project/base/*]}\n  - displayName: prod\n    scope: {kubernetesNamespace: prod}\n    checks:\n    - trustedDirectoryCheck:\n        trustedDirPatterns: ['*-docker.pkg.dev/my-project/my-repo', '*.gcr.io/my-project', gcr.io/my-project/**]\n    - slsaCheck:\n        rules:\n        - trustedBuilder: GOOGLE_CLOUD_BUILD\n          attestationSource: {containerAnalysisAttestationProjects: [projects/my-project]}\n          trustedSourceRepoPatterns: [github.com/my-org/*, source.cloud.google.com/my-project/my-repo]\n          configBasedBuildRequired: true\n          customConstraints: \"payload.predicate.buildType != ''\"\n    - vulnerabilityCheck:\n        maximumFixableSeverity: MEDIUM\n        maximumUnfixableSeverity: HIGH\n        allowedCves: [CVE-2021-20305]\n        blockedCves: [CVE-2020-10543]\n        containerAnalysisVulnerabilityProjects: [projects/my-project]\n  - displayName: everything else\n    checks:\n    - alwaysDeny: true\n",
        &[],
    ),
    row(
        "gkePolicy:\n  checkSets:\n  - displayName: default\n    checks:\n    - simpleSigningAttestationCheck:\n        containerAnalysisAttestationProjects: [projects/my-project]\n        attestationAuthenticators:\n        - displayName: qa\n          pkixPublicKeySet:\n            pkixPublicKeys:\n            - publicKeyPem: |\n                -----BEGIN PUBLIC KEY-----\n                MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVJWb5u1XhbCXZoNoVxC3RTA8bHWz\n                VNBHcfRZBQLK/dIbhw0dgLUQ8zaGQWaVJH4yFyd+8rLGOTBPHiWjhXKVqg==\n                -----END PUBLIC KEY-----\n              signatureAlgorithm: ECDSA_P256_SHA256\n",
        &[],
    ),
    row("{\"gkePolicy\": {\"checkSets\": [{\"checks\": [{\"alwaysDeny\": true}]}]}}\n", &[]),
    row("gkePolicy:\r\n  checkSets:\r\n  - checks:\r\n    - alwaysDeny: true\r\n", &[]),
    row(
        "cloudRunPolicy:\n  allowlistPatterns:\n  - namePattern: gcr.io/my-project/app@*\n  - namePattern: gcr.io/nginx[@:]*\n  rule:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requiredAttestors:\n    - id: qa\n      description: the testers\n      attestationNote: projects/my-project/notes/qa\n      publicKeys:\n      - asciiArmoredPgpPublicKey: |\n          -----BEGIN PGP PUBLIC KEY BLOCK-----\n\n          mQENBF==\n          -----END PGP PUBLIC KEY BLOCK-----\n",
        &[],
    ),
    row(
        "cloudRunPolicy:\n  rule:\n    evaluationMode: ALWAYS_ALLOW\n    enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n",
        &["3:21 allows-all", "4:22 dry-run"],
    ),
];
