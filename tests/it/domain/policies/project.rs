//! Policies of projects.

use super::{Row, row};

/// What the service or gcloud refuses.
pub(super) const REFUSED: &[Row] = &[
    // The text.
    row("", &["1:1 empty-document"]),
    row("# only a comment\n", &["1:1 empty-document"]),
    row("---\n", &["1:1 empty-document"]),
    row("null\n", &["1:1 empty-document"]),
    row("{}\n", &["1:1 empty-document"]),
    row("[]\n", &["1:1 empty-document"]),
    row("- namePattern: gcr.io/p/*\n", &["1:1 wrong-type"]),
    row("ALWAYS_DENY\n", &["1:1 wrong-type"]),
    row("name: a\n---\nname: b\n", &["2:1 several-documents"]),
    row("name: a\n---\n", &["2:1 several-documents"]),
    row("defaultAdmissionRule:\n\tevaluationMode: ALWAYS_DENY\n", &["2:1 tab"]),
    row("name:\ta\nREST", &["1:6 tab"]),
    row("name: a\t# a comment\t\nREST", &["1:8 tab"]),
    row("name: a\u{7}\nREST", &["1:8 control-character"]),
    row("description: a\u{2028}b\nREST", &["1:15 line-separator"]),
    row("description: [a\n", &["1:14 syntax"]),
    row("description: \"a\n", &["1:14 syntax"]),
    row("description: a: b\n", &["1:15 syntax"]),
    row("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n enforcementMode: a\n", &["3:2 syntax"]),
    row("name: a\n text\n b: c\n", &["3:3 syntax"]),
    row("admissionWhitelistPatterns:\n- namePattern: *\nREST", &["2:16 syntax"]),
    row("admissionWhitelistPatterns:\n- namePattern: *.gcr.io/p\nREST", &["2:16 bad-alias"]),
    row("name: &a [*a]\nREST", &["1:10 wrong-type", "1:11 bad-alias"]),
    row(
        "kubernetesNamespaceAdmissionRules:\n  a: {<<: 3}\nREST",
        &["2:3 missing-field", "2:3 missing-field", "2:7 bad-merge"],
    ),
    row("name: !secret a\nREST", &["1:7 unsupported-tag"]),
    row("? [a]\n: b\nREST", &["1:3 key-not-text"]),
    // Fields.
    row("foo: 1\nREST", &["1:1 unknown-key"]),
    row("foo: 1\nbar: 2\nREST", &["1:1 unknown-key", "2:1 unknown-key"]),
    row("no: 3\nREST", &["1:1 unknown-key"]),
    row(
        "defaultAdmisionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &["1:1 unknown-key"],
    ),
    row("admissionWhitelistPatterns:\n- foo: 1\n  namePattern: gcr.io/p/*\nREST", &["2:3 unknown-key"]),
    row(
        "clusterAdmissionRules:\n  us-central1-a.c:\n    zzz: 1\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nREST",
        &["3:5 unknown-key"],
    ),
    row(
        "default_admission_rule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nglobalPolicyEvaluationMode: ENABLE\n",
        &["1:1 snake-case"],
    ),
    row("admissionWhitelistPatterns:\n- name_pattern: gcr.io/p/*\nREST", &["2:3 snake-case"]),
    row("userOwnedDrydockNote: {}\nREST", &["1:1 unknown-key"]),
    row("name: a\nname: b\nREST", &["2:1 duplicate-key"]),
    row(
        "REST clusterAdmissionRules:\n  us-east1.b: &r {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  us-east1.b: *r\n",
        &["7:3 duplicate-key"],
    ),
    // Types.
    row("name: 3\nREST", &["1:7 wrong-type"]),
    row("name: true\nREST", &["1:7 wrong-type"]),
    row("name: [a]\nREST", &["1:7 wrong-type"]),
    row("name: {a: b}\nREST", &["1:7 wrong-type"]),
    row("description: no\nREST", &["1:14 scalar-trap"]),
    row("description: y\nREST", &["1:14 scalar-trap"]),
    row("description: 0123\nREST", &["1:14 scalar-trap"]),
    row("description: 12:30\nREST", &["1:14 scalar-trap"]),
    row("description: 1_000\nREST", &["1:14 scalar-trap"]),
    row("description: 2018-01-01\nREST", &["1:14 scalar-trap"]),
    row("etag: =\nREST", &["1:7 scalar-trap"]),
    row("updateTime: 2024-05-12T05:17:42.444479Z\nREST", &["1:13 unquoted-timestamp"]),
    row("updateTime: yesterday\nREST", &["1:13 bad-timestamp"]),
    row("updateTime: 3\nREST", &["1:13 wrong-type"]),
    row("admissionWhitelistPatterns: gcr.io/p/*\nREST", &["1:29 wrong-type"]),
    row("admissionWhitelistPatterns:\n- gcr.io/p/*\nREST", &["2:3 bare-pattern"]),
    row("admissionWhitelistPatterns:\n- [gcr.io/p/*]\nREST", &["2:3 wrong-type"]),
    row("admissionWhitelistPatterns:\n-\nREST", &["2:2 null-value"]),
    row("admissionWhitelistPatterns:\n- namePattern:\nREST", &["2:3 null-value"]),
    row("admissionWhitelistPatterns:\n- {}\nREST", &["2:3 missing-field"]),
    row("admissionWhitelistPatterns:\n- namePattern: 3\nREST", &["2:16 wrong-type"]),
    row("clusterAdmissionRules:\n- us-central1-a.c: {}\nREST", &["2:1 wrong-type"]),
    row("clusterAdmissionRules: 3\nREST", &["1:24 wrong-type"]),
    row("clusterAdmissionRules:\n  us-central1-a.c: ALWAYS_DENY\nREST", &["2:20 wrong-type"]),
    row("clusterAdmissionRules:\n  us-central1-a.c:\nREST", &["2:3 null-value"]),
    row("defaultAdmissionRule: ALWAYS_DENY\n", &["1:23 wrong-type"]),
    row("defaultAdmissionRule: [{evaluationMode: ALWAYS_DENY}]\n", &["1:23 wrong-type"]),
    row("defaultAdmissionRule:\n", &["1:1 null-value"]),
    row("defaultAdmissionRule: ~\n", &["1:23 null-value"]),
    row("defaultAdmissionRule: []\n", &["1:23 null-value"]),
    row(
        "kubernetesNamespaceAdmissionRules:\n  2018-01-01: {evaluationMode: ALWAYS_DENY, enforcementMode: DRYRUN_AUDIT_LOG_ONLY}\nREST",
        &["2:3 key-not-text", "2:62 dry-run"],
    ),
    // Values.
    row(
        "defaultAdmissionRule:\n  evaluationMode: always_deny\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_NOPE\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: 7\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: 0\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: '3'\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:3 null-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: [ALWAYS_DENY]\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 wrong-type"],
    ),
    row(
        "globalPolicyEvaluationMode: enable\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:29 unknown-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: EVALUATION_MODE_UNSPECIFIED\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 unspecified-value"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCEMENT_MODE_UNSPECIFIED\n",
        &["2:19 allows-all", "3:20 unspecified-value"],
    ),
    row("name: projects/p/policy\n", &["1:1 missing-field"]),
    row("defaultAdmissionRule: {}\n", &["1:1 missing-field", "1:1 missing-field"]),
    row("defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n", &["1:1 missing-field", "2:19 allows-all"]),
    row(
        "clusterAdmissionRules:\n  us-central1-a.c:\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\nREST",
        &["2:3 missing-field"],
    ),
    // Attestors.
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["7:21 attestors-required"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy: []\n",
        &["9:28 attestors-required"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n",
        &["9:5 attestors-required"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a\n",
        &["9:5 attestors-not-allowed"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  prod:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - qa\n    - projects/p/notes/qa\n    - 3\n    -\n",
        &["10:7 attestor-name", "11:7 attestor-name", "12:7 wrong-type", "13:6 null-value"],
    ),
    // Rule maps and their keys.
    row(
        "REST clusterAdmissionRules:\n  us-east1.b: &r {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nkubernetesNamespaceAdmissionRules:\n  prod: *r\n",
        &["7:1 several-rule-maps"],
    ),
    row(
        "REST clusterAdmissionRules:\n  nodot: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 cluster-key"],
    ),
    row(
        "REST clusterAdmissionRules:\n  .prod: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 cluster-key"],
    ),
    row(
        "REST kubernetesNamespaceAdmissionRules:\n  Prod: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 namespace-key"],
    ),
    row(
        "REST kubernetesServiceAccountAdmissionRules:\n  web: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-account-key"],
    ),
    row(
        "REST kubernetesServiceAccountAdmissionRules:\n  'prod:': {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-account-key"],
    ),
    row(
        "REST istioServiceIdentityAdmissionRules:\n  prod/web: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-identity-key"],
    ),
    row(
        "REST istioServiceIdentityAdmissionRules:\n  https://example.com/ns/prod/sa/web: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 service-identity-key"],
    ),
    row(
        "kubernetesServiceAccountAdmissionRules:\n  12:30: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 service-account-key", "2:3 key-read"],
    ),
    // Patterns.
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/p/n*x\nREST", &["2:16 pattern-wildcard"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/*/nginx*\nREST", &["2:16 pattern-wildcard"]),
    row("admissionWhitelistPatterns:\n- namePattern: '*'\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: '**'\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io*\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: '*.gcr.io/p/x'\nREST", &["2:16 pattern-registry"]),
    row("admissionWhitelistPatterns:\n- namePattern: ''\nREST", &["2:16 pattern-empty"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/p/[ab]*\nREST", &["2:16 pattern-bracket"]),
    row("admissionWhitelistPatterns:\n- namePattern: gcr.io/p/a b\nREST", &["2:16 pattern-blank"]),
    row(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/p/***\n- namePattern: gcr.io/p/app[:@]*\nREST",
        &["2:16 pattern-wildcard", "3:16 pattern-bracket"],
    ),
    row(
        "REST clusterAdmissionRules:\n  gke_my-project_us-central1-a_prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  projects/p/locations/us-east1/clusters/prod: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["6:3 cluster-key", "7:3 cluster-key"],
    ),
    // What stands around a policy, and what is none.
    row(
        "policy:\n  defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["1:1 wrapped-policy"],
    ),
    row(
        "- defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n",
        &["1:1 wrapped-policy"],
    ),
    row(
        "resource:\n  google_binary_authorization_policy:\n    policy:\n      default_admission_rule: {evaluation_mode: ALWAYS_DENY}\n",
        &["1:1 wrapped-policy"],
    ),
    row(
        "# main.tf\nresource \"google_binary_authorization_policy\" \"policy\" {\n  default_admission_rule {\n  }\n}\n",
        &["2:1 wrapped-policy"],
    ),
    row("resource \"google_container_cluster\" \"c\" {\n}\n", &["1:1 other-tool"]),
    row(
        "apiVersion: binaryauthorization.cnrm.cloud.google.com/v1beta1\nkind: BinaryAuthorizationPolicy\nspec:\n  defaultAdmissionRule: {evaluationMode: ALWAYS_DENY}\n",
        &["2:1 wrapped-policy"],
    ),
    row(
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  policy.yaml: |\n    defaultAdmissionRule:\n      evaluationMode: ALWAYS_DENY\n",
        &["2:1 wrapped-policy"],
    ),
    row("apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n", &["2:1 other-tool"]),
    row("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n", &["2:1 other-tool"]),
    row("apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\n", &["2:1 other-tool"]),
    row("apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\n", &["2:1 other-tool"]),
    row("apiVersion: kritis.grafeas.io/v1beta1\nkind: GenericAttestationPolicy\n", &["2:1 other-tool"]),
    row("apiVersion: apps/v1\nkind: Deployment\n", &["2:1 other-tool"]),
    row("imagePolicy: {kubeConfigFile: /etc/kubeconfig}\n", &["1:1 other-tool"]),
    row("default: [{type: insecureAcceptAnything}]\ntransports: {}\n", &["2:1 other-tool"]),
    row("package kubernetes.admission\n\ndeny[msg] { true }\n", &["1:1 other-tool"]),
    row("userOwnedGrafeasNote: {noteReference: projects/p/notes/n}\n", &["1:1 other-tool"]),
    row(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/[PROJECT_ID]/app@*\nREST",
        &["2:16 placeholder", "2:16 pattern-bracket"],
    ),
    row("admissionWhitelistPatterns:\n- namePattern: {{ image }}\nREST", &["2:16 placeholder", "2:16 wrong-type"]),
];

/// What they take, and a careful reviewer would not; and what is right.
pub(super) const TAKEN: &[Row] = &[
    row("REST", &[]),
    row("---\nREST...\n", &[]),
    row("\u{feff}REST", &[]),
    row("# with a\ttab\ndescription: \"also\tone\" # and \t one\nREST", &[]),
    row("%YAML 1.2\n---\ndescription: no\nREST", &[]),
    row("name: !!str 3\nREST", &[]),
    row("admissionWhitelistPatterns:\nREST", &[]),
    row("clusterAdmissionRules: []\nREST", &[]),
    row("description: ~\netag: ''\nREST", &[]),
    row("etag: '\"Mna+BCqXznjH\"'\nname: projects/other/policy\nupdateTime: '2024-05-12T05:17:42.444479Z'\nREST", &[]),
    row(
        "admissionWhitelistPatterns:\n- namePattern: nginx\n- namePattern: gcr.io/nginx[@:]*\n- namePattern: gcr.io/p/app:v1.*\n- namePattern: gcr.io/p/app@*\n- namePattern: gcr.io/p**\nREST",
        &["2:16 unqualified-image", "4:16 shadowed-pattern", "5:16 shadowed-pattern", "6:16 leaky-prefix"],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  a: &rule {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  b: *rule\n  c: {<<: *rule, evaluationMode: ALWAYS_ALLOW}\nREST",
        &["2:3 rule-like-default", "3:3 rule-like-default"],
    ),
    row(
        "istioServiceIdentityAdmissionRules:\n  spiffe://p.svc.id.goog/ns/prod/sa/web: &rule {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  p.svc.id.goog/ns/prod/sa/api2: *rule\nREST",
        &["2:3 rule-like-default", "3:3 rule-like-default"],
    ),
    row(
        "kubernetesServiceAccountAdmissionRules:\n  prod:default: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nclusterAdmissionRules: {}\nREST",
        &[],
    ),
    row(
        "clusterAdmissionRules:\n  global.my-membership: {evaluationMode: REQUIRE_ATTESTATION, requireAttestationsBy: [projects/other/attestors/a], enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &[],
    ),
    row("admissionWhitelistPatterns: {namePattern: gcr.io/p/*}\nREST", &["1:29 not-a-list"]),
    row(
        "clusterAdmissionRules:\n  us-east1.b: {evaluationMode: REQUIRE_ATTESTATION, requireAttestationsBy: projects/p/attestors/a, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:76 not-a-list"],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  no: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 key-read"],
    ),
    row(
        "globalPolicyEvaluationMode: 1\ndefaultAdmissionRule:\n  evaluationMode: 3\n  enforcementMode: on\n",
        &["1:29 numeric-value", "3:19 numeric-value", "4:20 numeric-value"],
    ),
    row(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/p/*\n- namePattern: gcr.io/p/*\nREST",
        &["3:16 duplicate-pattern"],
    ),
    row(
        "clusterAdmissionRules:\n  us-east1.b:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/p/attestors/a\n    - projects/p/attestors/a\nREST",
        &["7:7 duplicate-attestor"],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  prod2: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 namespace-digits"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:1 system-images"],
    ),
    row(
        "globalPolicyEvaluationMode: DISABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:29 system-images"],
    ),
    row(
        "globalPolicyEvaluationMode: GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["1:29 system-images"],
    ),
    row(
        "defaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n",
        &["2:19 allows-all"],
    ),
    row(
        "globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n",
        &["4:20 dry-run"],
    ),
    // Templates.
    row(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/$PROJECT/app@*\n- namePattern: gcr.io/<project>/app@*\n- namePattern: gcr.io/PROJECT_ID/app@*\nREST",
        &["2:16 placeholder", "3:16 placeholder", "4:16 placeholder-word"],
    ),
    row(
        "clusterAdmissionRules:\n  us-east1.c:\n    evaluationMode: REQUIRE_ATTESTATION\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n    requireAttestationsBy:\n    - projects/${PROJECT_ID}/attestors/qa\n    - projects/my-project/attestors/qa\nREST",
        &["6:7 placeholder"],
    ),
    // Keys.
    row(
        "clusterAdmissionRules:\n  us-centrall-a.c: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  europe-north2.c: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  us-east1-b.C: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 unknown-location", "4:3 unreachable-rule"],
    ),
    row(
        "kubernetesNamespaceAdmissionRules:\n  a.b: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  a-b: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 unreachable-rule"],
    ),
    row(
        "kubernetesServiceAccountAdmissionRules:\n  a.b:web: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  b:web.api: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["2:3 unreachable-rule"],
    ),
    row(
        "istioServiceIdentityAdmissionRules:\n  d.com/ns/a/sa/b: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  spiffe://d.com/ns/a/sa/b: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\nREST",
        &["3:3 unreachable-rule"],
    ),
    // Patterns.
    row(
        "admissionWhitelistPatterns:\n- namePattern: docker.io/**\n- namePattern: us-docker.pkg.dev/p/*\n- namePattern: gcr.io/p/app\n- namePattern: gcr.io/p/app:latest\n- namePattern: registry.k8s.io/*\n- namePattern: gcr.io/p/app:v1\nREST",
        &[
            "2:16 open-registry",
            "3:16 pattern-too-shallow",
            "4:16 bare-name",
            "5:16 mutable-tag",
            "6:16 star-stops-at-slash",
        ],
    ),
    row(
        "admissionWhitelistPatterns:\n- namePattern: gcr.io/p/a/*\n- namePattern: gcr.io/p/a/b@*\n- namePattern: gcr.io/p/a/b/c@*\nREST",
        &["3:16 shadowed-pattern"],
    ),
    row(
        "globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: us-docker.pkg.dev/my-project/**\n- namePattern: us-docker.pkg.dev/base-images/**\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy: [projects/my-project/attestors/qa]\n",
        &["3:16 swallows-attested"],
    ),
    // Effect.
    row(
        "globalPolicyEvaluationMode: ENABLE\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n",
        &["3:19 allows-all", "4:20 dry-run-of-nothing"],
    ),
    // How it is written.
    row(
        "globalPolicyEvaluationMode: ENABLE\r\ndefaultAdmissionRule:\r\n  evaluationMode: ALWAYS_DENY\r\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\r\n",
        &[],
    ),
    row(
        "{\"globalPolicyEvaluationMode\": \"ENABLE\", \"defaultAdmissionRule\": {\"evaluationMode\": \"ALWAYS_DENY\", \"enforcementMode\": \"ENFORCED_BLOCK_AND_AUDIT_LOG\"}}\n",
        &[],
    ),
];
