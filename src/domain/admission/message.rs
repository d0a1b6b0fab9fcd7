//! The texts of a denial, word for word (`docs/binary-authorization.md`, "Messages"; the ids below are
//! of its tables).

use super::attestor_fault::AttestorFault;
use super::attestors::NO_DIGEST_LEGACY;
use super::decision::{AttestorOutcome, Decision, ImageDecision};
use super::outcome::{DenyCause, ImageOutcome, RuleRef};
use super::request::Platform;
use crate::policy::RuleKind;

/// Which enforcement path of GKE speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// The admission webhook; masters from 1.18.15-gke, 1.19.7-gke and 1.20.2-gke on.
    Current,
    /// `ImagePolicyWebhook`, as in the codelab of 2018.
    Legacy,
}

impl Decision {
    /// What is said of the images that the policy denies, whether or not that was overridden; empty
    /// where there are none, and where it is not known which rule denies them. Cloud Run has one
    /// generation.
    ///
    /// Without kubectl's prefix (`Error from server (VIOLATES_POLICY): `, formerly `(Forbidden)`).
    pub fn denial_text(&self, generation: Generation) -> String {
        let denied: Vec<_> = self.denied().collect();
        let Some(rule) = self.known_rule().filter(|_| !denied.is_empty()) else { return String::new() };
        match (self.platform, generation) {
            (Platform::CloudRun, _) => cloud_run_text(&denied, &self.name),
            (Platform::Gke, Generation::Current) => current_text(&denied, rule),
            (Platform::Gke, Generation::Legacy) => legacy_text(&denied, rule, &self.name),
        }
    }

    /// The `details.causes[].reason` of a denial's audit log entry, each with its line feed
    /// (`docs/binary-authorization.md`, "Denied pods"). That there is one for each image and attestor
    /// is inferred.
    pub fn causes(&self) -> Vec<String> {
        let one = |(image, cause): (&ImageDecision, DenyCause)| -> Vec<String> {
            let texts = match cause {
                DenyCause::AlwaysDeny => vec!["Denied by an ALWAYS_DENY admission rule".to_owned()],
                DenyCause::Attestors => refusals(image).map(|attestor| refusal(image, attestor)).collect(),
                DenyCause::NoAttestors => vec![String::new()],
            };
            texts.into_iter().map(|text| format!("'{}' : {text}\n", image.image)).collect()
        };
        self.denied().flat_map(one).collect()
    }

    fn denied(&self) -> impl Iterator<Item = (&ImageDecision, DenyCause)> {
        self.images.iter().filter_map(|image| match image.outcome {
            ImageOutcome::Deny(cause) => Some((image, cause)),
            ImageOutcome::Exempt(_) | ImageOutcome::Allow | ImageOutcome::Undecided => None,
        })
    }
}

type Denied<'d> = [(&'d ImageDecision, DenyCause)];

/// The text of the admission webhook (W1 to W4 and W9). How several images and attestors are joined is
/// inferred from the old generation:
/// whole sentences, one after the other, in the order of the pod and the rule.
fn current_text(denied: &Denied<'_>, rule: &RuleRef) -> String {
    let rule = rule_text(rule);
    let one = |(image, cause): &(&ImageDecision, DenyCause)| {
        let why = match cause {
            DenyCause::AlwaysDeny => "Denied by always_deny admission rule".to_owned(),
            DenyCause::Attestors => join(refusals(image).map(|attestor| refusal(image, attestor))),
            DenyCause::NoAttestors => String::new(),
        };
        format!("Image {} denied by Binary Authorization {rule}. {why}", image.image)
    };
    let images = join(denied.iter().map(one));
    format!("admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: {images}")
}

/// The text of the legacy path (G1 to G5).
fn legacy_text(denied: &Denied<'_>, rule: &RuleRef, pod: &str) -> String {
    let attestors = denied.iter().flat_map(|(image, _)| refusals(image).map(move |attestor| (image, attestor)));
    let why = match denied.first() {
        Some((_, DenyCause::Attestors)) => {
            let one = |(image, attestor): (&&ImageDecision, &AttestorOutcome)| {
                let reason =
                    if attestor.fault == Some(AttestorFault::NoDigest) { NO_DIGEST_LEGACY } else { &attestor.reason };
                format!("Image {} denied by {}: {reason}", image.image, attestor.name)
            };
            format!("Denied by Attestor. {}", join(attestors.map(one)))
        }
        _ => "Overridden by evaluation mode".to_owned(),
    };
    let rule = rule_text(rule);
    format!(
        "pods \"{pod}\" is forbidden: image policy webhook backend denied one or more images: Denied by {rule}. {why}"
    )
}

/// The text of Cloud Run (C1 and C2). How several containers are joined is inferred.
fn cloud_run_text(denied: &Denied<'_>, revision: &str) -> String {
    let one = |(image, cause): &(&ImageDecision, DenyCause)| {
        let name = &image.image;
        let why = match cause {
            DenyCause::AlwaysDeny => "Denied by an ALWAYS_DENY admission rule".to_owned(),
            DenyCause::Attestors => {
                join(refusals(image).map(|by| format!("Image '{name}' denied by attestor {}: {}", by.name, by.reason)))
            }
            DenyCause::NoAttestors => String::new(),
        };
        format!("Container image '{name}' is not authorized by policy. {why}")
    };
    // Only the text for ALWAYS_DENY was seen with the revision in it.
    let names_revision = !revision.is_empty() && denied.iter().all(|(_, cause)| *cause == DenyCause::AlwaysDeny);
    let revision =
        if names_revision { format!("Revision {revision} uses unauthorized container image. ") } else { String::new() };
    let images = join(denied.iter().map(one));
    format!("Service update rejected by Binary Authorization policy: {revision}{images}")
}

/// The rule in the words of a message. Those for rules of a namespace, a service account and a service
/// identity were never seen; these are inferred (W8).
fn rule_text(rule: &RuleRef) -> String {
    match rule.kind {
        RuleKind::Default => "default admission rule".to_owned(),
        RuleKind::Cluster => format!("cluster admission rule for {}", rule.key),
        RuleKind::Namespace => format!("kubernetes namespace admission rule for {}", rule.key),
        RuleKind::ServiceAccount => format!("kubernetes service account admission rule for {}", rule.key),
        RuleKind::ServiceIdentity => format!("istio service identity admission rule for {}", rule.key),
    }
}

fn refusals(image: &ImageDecision) -> impl Iterator<Item = &AttestorOutcome> {
    image.attestors.iter().filter(|attestor| attestor.satisfied == Some(false))
}

fn refusal(image: &ImageDecision, attestor: &AttestorOutcome) -> String {
    format!("Image {} denied by attestor {}: {}", image.image, attestor.name, attestor.reason)
}

fn join(sentences: impl Iterator<Item = String>) -> String {
    sentences.collect::<Vec<_>>().join(". ")
}
