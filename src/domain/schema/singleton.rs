//! The project-singleton policy (`Policy`, `AdmissionRule`, `AdmissionWhitelistPattern`).

use super::field::{Field, Message, Names, Role, ValueKind, optional, output, required};
use crate::policy::RuleKind;

pub const POLICY: &Message = &Message { name: "Policy", title: "a policy", fields: POLICY_FIELDS };

const POLICY_FIELDS: &[Field] = &[
    output(
        "name",
        ValueKind::Text(Role::Free),
        "The policy's own name, `projects/PROJECT/policy`. The service sets it: whatever the file says, the policy is imported to the current project.",
    ),
    optional("description", ValueKind::Text(Role::Free), "Free text for people."),
    optional(
        "globalPolicyEvaluationMode",
        ValueKind::Enum(&GLOBAL_POLICY_EVALUATION_MODE),
        "Whether Google's system policy is asked before this one. It exempts the images that Google's own components run, and never denies. Not set means `DISABLE`.",
    ),
    optional(
        "admissionWhitelistPatterns",
        ValueKind::List(&ValueKind::Message(PATTERN)),
        "Images that no rule looks at. Each image of a pod is compared with the patterns as it is written in the pod. (Elsewhere these are called allowlist or exempt images; the API says whitelist.)",
    ),
    optional(
        "clusterAdmissionRules",
        ValueKind::Map(RuleKind::Cluster, &ValueKind::Message(RULE)),
        "Rules by cluster. Keys are `LOCATION.CLUSTER`. A pod in a cluster that has a rule is decided by it alone, not also by the default rule.",
    ),
    optional(
        "kubernetesNamespaceAdmissionRules",
        ValueKind::Map(RuleKind::Namespace, &ValueKind::Message(RULE)),
        "Rules by Kubernetes namespace. A pod in a namespace that has a rule is decided by it alone.",
    ),
    optional(
        "kubernetesServiceAccountAdmissionRules",
        ValueKind::Map(RuleKind::ServiceAccount, &ValueKind::Message(RULE)),
        "Rules by Kubernetes service account. Keys are `NAMESPACE:SERVICE_ACCOUNT`; a pod that names none runs as `default`.",
    ),
    optional(
        "istioServiceIdentityAdmissionRules",
        ValueKind::Map(RuleKind::ServiceIdentity, &ValueKind::Message(RULE)),
        "Rules by the identity of a workload in Cloud Service Mesh. Keys are `DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`, with or without `spiffe://`.",
    ),
    required(
        "defaultAdmissionRule",
        ValueKind::Message(RULE),
        "The rule for everything that no specific rule covers. Required. The only rule that Cloud Run uses.",
    ),
    output(
        "updateTime",
        ValueKind::Timestamp,
        "When the policy was last changed. The service sets it and ignores what a file says.",
    ),
    optional(
        "etag",
        ValueKind::Text(Role::Free),
        "The version that the file was exported from. With it an import fails if somebody changed the policy meanwhile; without it the import overwrites whatever is there.",
    ),
];

pub const RULE: &Message = &Message {
    name: "AdmissionRule",
    title: "a rule",
    fields: &[
        required(
            "evaluationMode",
            ValueKind::Enum(&EVALUATION_MODE),
            "How the images that this rule covers are decided. Required.",
        ),
        optional(
            "requireAttestationsBy",
            ValueKind::List(&ValueKind::Text(Role::Attestor)),
            "The attestors that must all have attested an image. Required with `REQUIRE_ATTESTATION`, not allowed otherwise.",
        ),
        required(
            "enforcementMode",
            ValueKind::Enum(&ENFORCEMENT_MODE),
            "What happens to a pod that the rule does not admit. Required.",
        ),
    ],
};

pub const PATTERN: &Message = &Message {
    name: "AdmissionWhitelistPattern",
    title: "an admission whitelist pattern",
    fields: &[required(
        "namePattern",
        ValueKind::Text(Role::Pattern),
        "An image, exactly; or the start of one, with `*` at the end for anything without a `/`, or `**` for anything.",
    )],
};

pub(super) static GLOBAL_POLICY_EVALUATION_MODE: Names = Names {
    all: &["GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED", "ENABLE", "DISABLE"],
    docs: &["Not set, which means `DISABLE`.", "System images are exempt.", "Only this policy decides."],
};

pub(super) static EVALUATION_MODE: Names = Names {
    all: &["EVALUATION_MODE_UNSPECIFIED", "ALWAYS_ALLOW", "REQUIRE_ATTESTATION", "ALWAYS_DENY"],
    docs: &[
        "Not set; refused.",
        "Every image is admitted.",
        "An image is admitted if every attestor that the rule names attested its digest.",
        "No image is admitted, but for exempt ones.",
    ],
};

pub(super) static ENFORCEMENT_MODE: Names = Names {
    all: &["ENFORCEMENT_MODE_UNSPECIFIED", "ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY"],
    docs: &[
        "Not set; refused.",
        "What is not admitted is blocked, and the audit log says why.",
        "It runs, and the audit log says that it would have been blocked.",
    ],
};
