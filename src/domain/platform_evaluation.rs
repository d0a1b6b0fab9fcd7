//! What a platform policy says to the images of a pod: the evaluation behind `gkePolicies:evaluate`,
//! with its full tree of results (`docs/binary-authorization.md`, "Platform policies" and
//! "gkePolicies.evaluate").
//!
//! Pure: what is known of an image comes from an [`Evidence`], signatures are checked by a
//! [`crate::attestation::Verify`]. The rules are those of the comments of v1 `platform_policy.proto`.

mod checks;
mod evidence;
mod pattern;
mod result;

pub use self::evidence::{Build, Evidence, Scan, Severity, SigstoreSignature, Vulnerability, World};
pub use self::result::{
    AllowlistResult, CheckResult, CheckResults, CheckSetResult, Evaluation, EvaluationResult, ImageResult, PodResult,
    Verdict,
};
use crate::image::ImageRef;
use crate::platform_policy::{Check, CheckSet, GkePolicy, ImageAllowlist, Scope};

/// The pod that is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pod {
    pub name: String,
    /// Empty means `default`, as in Kubernetes.
    pub namespace: String,
    /// Empty means `default`.
    pub service_account: String,
    /// As they were written.
    pub images: Vec<String>,
}

/// What the policy says to these pods.
pub fn evaluate(policy: &GkePolicy, pods: &[Pod], world: World<'_>) -> Evaluation {
    let results: Vec<PodResult> = pods.iter().map(|pod| evaluate_pod(policy, pod, world)).collect();
    Evaluation { verdict: worst(results.iter().map(|result| result.verdict)), results }
}

/// The worst of several verdicts; of none, conformance.
fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.max().unwrap_or(Verdict::Conformant)
}

fn evaluate_pod(policy: &GkePolicy, pod: &Pod, world: World<'_>) -> PodResult {
    let or_default = |text: &str| if text.is_empty() { "default".to_owned() } else { text.to_owned() };
    let (namespace, account) = (or_default(&pod.namespace), or_default(&pod.service_account));
    let set = policy.check_sets.iter().enumerate().find(|(_, set)| covers(set, &namespace, &account));
    let image_results: Vec<ImageResult> =
        pod.images.iter().map(|image| evaluate_image(policy, set, image, world)).collect();
    PodResult {
        pod_name: pod.name.clone(),
        kubernetes_namespace: namespace,
        kubernetes_service_account: account,
        verdict: worst(image_results.iter().map(|result| result.verdict)),
        image_results,
    }
}

/// Whether a check set is for the pods of this namespace and service account.
fn covers(set: &CheckSet, namespace: &str, account: &str) -> bool {
    match &set.scope {
        None => true,
        Some(Scope::KubernetesNamespace(name)) => name == namespace,
        Some(Scope::KubernetesServiceAccount(name)) => name.split_once(':') == Some((namespace, account)),
    }
}

fn evaluate_image(policy: &GkePolicy, set: Option<(usize, &CheckSet)>, image: &str, world: World<'_>) -> ImageResult {
    let result = ImageResult {
        image_uri: image.to_owned(),
        verdict: Verdict::Conformant,
        allowlist_result: exempt(&policy.image_allowlist, image),
        check_set_result: None,
        explanation: None,
    };
    match set {
        _ if result.allowlist_result.is_some() => result,
        None => ImageResult { explanation: Some("The policy has no check set for this pod.".to_owned()), ..result },
        Some((index, set)) => {
            let (verdict, set) = evaluate_set(index, set, image, world);
            ImageResult { verdict, check_set_result: Some(set), ..result }
        }
    }
}

fn exempt(allowlist: &ImageAllowlist, image: &str) -> Option<AllowlistResult> {
    let matched = allowlist.allow_pattern.iter().find(|pattern| pattern::allows(pattern, image))?;
    Some(AllowlistResult { matched_pattern: matched.clone() })
}

fn evaluate_set(index: usize, set: &CheckSet, image: &str, world: World<'_>) -> (Verdict, CheckSetResult) {
    let result = CheckSetResult {
        index: index.to_string(),
        display_name: set.display_name.clone(),
        scope: set.scope.clone(),
        allowlist_result: exempt(&set.image_allowlist, image),
        check_results: None,
        explanation: None,
    };
    if result.allowlist_result.is_some() {
        return (Verdict::Conformant, result);
    }
    if set.checks.is_empty() {
        let explanation = Some("The check set has no checks.".to_owned());
        return (Verdict::Conformant, CheckSetResult { explanation, ..result });
    }
    let checks = set.checks.iter().enumerate();
    let results: Vec<CheckResult> = checks.map(|(index, check)| evaluate_check(index, check, image, world)).collect();
    let verdicts = results.iter().filter_map(|result| result.evaluation_result.as_ref().map(|found| found.verdict));
    (worst(verdicts), CheckSetResult { check_results: Some(CheckResults { results }), ..result })
}

fn evaluate_check(index: usize, check: &Check, image: &str, world: World<'_>) -> CheckResult {
    let result = CheckResult {
        index: index.to_string(),
        display_name: check.display_name.clone(),
        kind: check.kind.as_ref().map_or("", checks::name),
        allowlist_result: exempt(&check.image_allowlist, image),
        evaluation_result: None,
        explanation: String::new(),
    };
    if result.allowlist_result.is_some() {
        return result;
    }
    // gcloud passes images as they were typed, also with a scheme.
    let bare = image.split_once("://").map_or(image, |(_, bare)| bare);
    let outcome = match (&check.kind, bare.parse::<ImageRef>()) {
        (None, _) => checks::Outcome::error("The check has no type."),
        (Some(kind), image) => checks::run(kind, image.as_ref().ok(), world),
    };
    let evaluation_result = Some(EvaluationResult { verdict: outcome.verdict });
    CheckResult { evaluation_result, explanation: outcome.explanation, ..result }
}

#[cfg(test)]
mod tests;
