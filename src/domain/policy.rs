//! The project-singleton policy: the v1 `Policy` resource (`resources.proto`).
//!
//! A [`Policy`] is one that the service would accept in shape: modes are set and there is a default
//! rule. Text that is not yet a policy is a [`crate::document::Document`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `projects/{project}/policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Output only: the server overwrites it with the name from the URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "GlobalPolicyEvaluationMode::is_unspecified")]
    pub global_policy_evaluation_mode: GlobalPolicyEvaluationMode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub admission_whitelist_patterns: Vec<AdmissionWhitelistPattern>,
    /// Keys are `LOCATION.CLUSTER`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cluster_admission_rules: BTreeMap<String, AdmissionRule>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kubernetes_namespace_admission_rules: BTreeMap<String, AdmissionRule>,
    /// Keys are `NAMESPACE:SERVICE_ACCOUNT`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kubernetes_service_account_admission_rules: BTreeMap<String, AdmissionRule>,
    /// Keys are `DOMAIN/ns/NS/sa/SA`, with or without `spiffe://`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub istio_service_identity_admission_rules: BTreeMap<String, AdmissionRule>,
    pub default_admission_rule: AdmissionRule,
    /// Output only, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
    /// AIP-154: absent means an unconditional write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// Which of the two policies of Binary Authorization it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PolicyKind {
    /// The project-singleton policy.
    #[default]
    Singleton,
    /// A check-based platform policy.
    Platform,
}

impl PolicyKind {
    /// The name in the contracts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Singleton => "singleton",
            Self::Platform => "platform",
        }
    }
}

/// One entry of `admissionWhitelistPatterns`; the matching rules are in
/// [`crate::pattern`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionWhitelistPattern {
    pub name_pattern: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionRule {
    pub evaluation_mode: EvaluationMode,
    /// `projects/*/attestors/*`; not empty exactly when the mode is `REQUIRE_ATTESTATION`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require_attestations_by: Vec<String>,
    pub enforcement_mode: EnforcementMode,
}

impl AdmissionRule {
    /// A rule that asks for no attestations.
    pub fn always(evaluation_mode: EvaluationMode, enforcement_mode: EnforcementMode) -> Self {
        Self { evaluation_mode, require_attestations_by: Vec::new(), enforcement_mode }
    }
}

/// Whether Google's system policy is looked at first. Unspecified is treated as `DISABLE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GlobalPolicyEvaluationMode {
    #[default]
    #[serde(rename = "GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED")]
    Unspecified,
    Enable,
    Disable,
}

impl GlobalPolicyEvaluationMode {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_unspecified(&self) -> bool {
        *self == Self::Unspecified
    }
}

/// How images that a rule covers are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvaluationMode {
    AlwaysAllow,
    RequireAttestation,
    AlwaysDeny,
}

impl EvaluationMode {
    pub const ALL: [Self; 3] = [Self::AlwaysAllow, Self::RequireAttestation, Self::AlwaysDeny];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlwaysAllow => "ALWAYS_ALLOW",
            Self::RequireAttestation => "REQUIRE_ATTESTATION",
            Self::AlwaysDeny => "ALWAYS_DENY",
        }
    }
}

/// What happens to a pod that a rule does not admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnforcementMode {
    #[serde(rename = "ENFORCED_BLOCK_AND_AUDIT_LOG")]
    Enforced,
    #[serde(rename = "DRYRUN_AUDIT_LOG_ONLY")]
    DryRun,
}

impl EnforcementMode {
    pub const ALL: [Self; 2] = [Self::Enforced, Self::DryRun];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "ENFORCED_BLOCK_AND_AUDIT_LOG",
            Self::DryRun => "DRYRUN_AUDIT_LOG_ONLY",
        }
    }
}

/// The four maps of specific rules, and the default rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RuleKind {
    Default,
    Cluster,
    Namespace,
    ServiceAccount,
    ServiceIdentity,
}

impl RuleKind {
    /// The four maps, the most specific first: the order in which a policy with several filled maps
    /// (which v1 refuses) is read. Inferred; see [`crate::admission`].
    pub const SPECIFIC: [Self; 4] = [Self::ServiceIdentity, Self::ServiceAccount, Self::Namespace, Self::Cluster];

    /// The field of the policy.
    pub fn field(self) -> &'static str {
        match self {
            Self::Default => "defaultAdmissionRule",
            Self::Cluster => "clusterAdmissionRules",
            Self::Namespace => "kubernetesNamespaceAdmissionRules",
            Self::ServiceAccount => "kubernetesServiceAccountAdmissionRules",
            Self::ServiceIdentity => "istioServiceIdentityAdmissionRules",
        }
    }
}

impl Policy {
    /// What `policy.get` answers for a project that never stored one (`service.proto`): everything
    /// is allowed.
    pub fn default_for(project: &str) -> Self {
        Self {
            name: Some(format!("projects/{project}/policy")),
            global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Enable,
            ..Self::with_default(AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced))
        }
    }

    /// Whether both decide and describe the same: the fields that only the server sets
    /// (`name`, `updateTime`, `etag`) do not count.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.said() == other.said()
    }

    /// The policy without the fields that only the server sets.
    #[must_use]
    pub fn said(&self) -> Self {
        Self { name: None, update_time: None, etag: None, ..self.clone() }
    }

    /// A policy with only a default rule.
    pub fn with_default(default_admission_rule: AdmissionRule) -> Self {
        Self {
            name: None,
            description: None,
            global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Unspecified,
            admission_whitelist_patterns: Vec::new(),
            cluster_admission_rules: BTreeMap::new(),
            kubernetes_namespace_admission_rules: BTreeMap::new(),
            kubernetes_service_account_admission_rules: BTreeMap::new(),
            istio_service_identity_admission_rules: BTreeMap::new(),
            default_admission_rule,
            update_time: None,
            etag: None,
        }
    }

    /// The map of specific rules of this kind; `None` for the default rule, which is no map.
    pub fn rules(&self, kind: RuleKind) -> Option<&BTreeMap<String, AdmissionRule>> {
        match kind {
            RuleKind::Default => None,
            RuleKind::Cluster => Some(&self.cluster_admission_rules),
            RuleKind::Namespace => Some(&self.kubernetes_namespace_admission_rules),
            RuleKind::ServiceAccount => Some(&self.kubernetes_service_account_admission_rules),
            RuleKind::ServiceIdentity => Some(&self.istio_service_identity_admission_rules),
        }
    }

    /// Every rule with its kind and key (empty for the default rule).
    pub fn all_rules(&self) -> impl Iterator<Item = (RuleKind, &str, &AdmissionRule)> {
        let specific = RuleKind::SPECIFIC
            .into_iter()
            .rev()
            .flat_map(|kind| self.rules(kind).into_iter().flatten().map(move |(key, rule)| (kind, key.as_str(), rule)));
        std::iter::once((RuleKind::Default, "", &self.default_admission_rule)).chain(specific)
    }

    /// Every attestor that some rule names, once, in the order of first mention.
    pub fn attestors(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (_, _, rule) in self.all_rules() {
            for name in &rule.require_attestations_by {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }
}
