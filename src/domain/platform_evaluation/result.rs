//! The results of an evaluation, as `gkePolicies:evaluate` answers them.

use serde::Serialize;

use crate::platform_policy::Scope;

/// What came of an evaluation. Of several the worst counts: a policy that is not met comes before
/// one that could not be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    Conformant,
    Error,
    NonConformant,
}

/// The answer for all pods of a resource (`EvaluateGkePolicyResponse` without its attestations).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    pub verdict: Verdict,
    pub results: Vec<PodResult>,
}

/// `PodResult`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodResult {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pod_name: String,
    pub kubernetes_namespace: String,
    pub kubernetes_service_account: String,
    pub verdict: Verdict,
    pub image_results: Vec<ImageResult>,
}

/// `ImageResult`: exactly one of the allowlist, the check set and the explanation is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageResult {
    pub image_uri: String,
    pub verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowlist_result: Option<AllowlistResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_set_result: Option<CheckSetResult>,
    /// Why no check set was evaluated, where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// `AllowlistResult`: the pattern that exempted an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowlistResult {
    pub matched_pattern: String,
}

/// `CheckSetResult`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckSetResult {
    /// An int64, which JSON carries as a text.
    pub index: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowlist_result: Option<AllowlistResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_results: Option<CheckResults>,
    /// Why no check was evaluated, where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// `CheckResults`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckResults {
    pub results: Vec<CheckResult>,
}

/// `CheckResult`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// An int64, which JSON carries as a text.
    pub index: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `VulnerabilityCheck`, …
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowlist_result: Option<AllowlistResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation_result: Option<EvaluationResult>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub explanation: String,
}

/// `EvaluationResult`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvaluationResult {
    pub verdict: Verdict,
}
