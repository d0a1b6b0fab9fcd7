//! Platform policies (v1 `PlatformPolicy`): sets of checks for GKE, or one rule for Cloud Run.
//!
//! The values of a document that has no errors: the forms of names, ranges and the order of scopes
//! were checked by `lint` when they were read. Serialised as the API has them.

use serde::{Deserialize, Serialize};

use crate::policy::{AdmissionWhitelistPattern, EnforcementMode, EvaluationMode};

/// `projects/P/platforms/PLATFORM/policies/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PlatformPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(flatten)]
    pub platform: Option<PlatformRules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// What decides, by platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PlatformRules {
    GkePolicy(GkePolicy),
    CloudRunPolicy(CloudRunPolicy),
}

/// Check sets, of which exactly one decides about a pod.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GkePolicy {
    #[serde(skip_serializing_if = "ImageAllowlist::is_empty")]
    pub image_allowlist: ImageAllowlist,
    /// None at all admits everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub check_sets: Vec<CheckSet>,
}

/// Checks for the pods of a scope; an image has to pass all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CheckSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `None` covers what no set before it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    #[serde(skip_serializing_if = "ImageAllowlist::is_empty")]
    pub image_allowlist: ImageAllowlist,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// The pods that a check set is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    KubernetesNamespace(String),
    /// `NAMESPACE:SERVICE_ACCOUNT`.
    KubernetesServiceAccount(String),
}

/// Images that are not looked at, by patterns of a dialect of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageAllowlist {
    pub allow_pattern: Vec<String>,
}

impl ImageAllowlist {
    pub fn is_empty(&self) -> bool {
        self.allow_pattern.is_empty()
    }
}

/// One check of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Check {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "ImageAllowlist::is_empty")]
    pub image_allowlist: ImageAllowlist,
    #[serde(flatten)]
    pub kind: Option<CheckKind>,
}

/// What is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckKind {
    AlwaysDeny(bool),
    ImageFreshnessCheck(ImageFreshnessCheck),
    SigstoreSignatureCheck(SigstoreSignatureCheck),
    SimpleSigningAttestationCheck(SimpleSigningAttestationCheck),
    SlsaCheck(SlsaCheck),
    TrustedDirectoryCheck(TrustedDirectoryCheck),
    VulnerabilityCheck(VulnerabilityCheck),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageFreshnessCheck {
    /// More than zero.
    pub max_upload_age_days: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigstoreSignatureCheck {
    /// One of them has to verify the signature.
    pub sigstore_authorities: Vec<SigstoreAuthority>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigstoreAuthority {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    pub public_key_set: SigstorePublicKeySet,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigstorePublicKeySet {
    pub public_keys: Vec<SigstorePublicKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigstorePublicKey {
    pub public_key_pem: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimpleSigningAttestationCheck {
    /// `projects/ID`, at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub container_analysis_attestation_projects: Vec<String>,
    /// One of them has to verify an attestation.
    pub attestation_authenticators: Vec<AttestationAuthenticator>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestationAuthenticator {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkix_public_key_set: Option<PkixPublicKeySet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PkixPublicKeySet {
    pub pkix_public_keys: Vec<PkixPublicKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PkixPublicKey {
    pub public_key_pem: String,
    /// The API's name of the algorithm.
    pub signature_algorithm: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlsaCheck {
    /// An image passes if it fulfils one.
    pub rules: Vec<SlsaRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlsaRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_source: Option<AttestationSource>,
    /// `GOOGLE_CLOUD_BUILD`.
    pub trusted_builder: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_source_repo_patterns: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub config_based_build_required: bool,
    /// An expression in CEL, which is not looked into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_constraints: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttestationSource {
    /// `projects/ID`, at most ten.
    pub container_analysis_attestation_projects: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedDirectoryCheck {
    pub trusted_dir_patterns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilityCheck {
    pub maximum_fixable_severity: MaximumSeverity,
    pub maximum_unfixable_severity: MaximumSeverity,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_cves: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_cves: Vec<String>,
    /// `projects/ID`, at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub container_analysis_vulnerability_projects: Vec<String>,
}

/// The worst vulnerability that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MaximumSeverity {
    BlockAll,
    Minimal,
    Low,
    Medium,
    High,
    Critical,
    AllowAll,
}

/// The policy of a Cloud Run service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudRunPolicy {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowlist_patterns: Vec<AdmissionWhitelistPattern>,
    pub rule: CloudRunRule,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudRunRule {
    pub evaluation_mode: EvaluationMode,
    pub enforcement_mode: EnforcementMode,
    /// All of them must have attested an image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_attestors: Vec<InlineAttestor>,
}

/// An attestor that is written into the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlineAttestor {
    /// Unique in the policy.
    pub id: String,
    /// `projects/P/notes/N`.
    pub attestation_note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<InlineKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InlineKey {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(flatten)]
    pub key: Option<KeyMaterial>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyMaterial {
    PkixPublicKey(PkixPublicKey),
    AsciiArmoredPgpPublicKey(String),
}
