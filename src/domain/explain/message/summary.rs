//! What a refusal says: in plain words, and as the question that was asked.

use super::kind::RefusalKind;
use super::reason::ReasonKind;
use super::refusal::{Finding, Refusal, RuleSaid, Verdict};
use super::relatives::Relative;
use crate::admission::{Fact, Platform, Request, RequestImage};
use crate::policy::RuleKind;

/// A sentence for who says no and of what, and one for each image and attestor.
pub fn says(case: &Refusal) -> Vec<String> {
    if let Some(known) = case.relative {
        match known.relative {
            Relative::ApiServer => {
                let who = "The API server refused it. Whether that was Binary Authorization is not known.";
                return vec![who.to_owned()];
            }
            Relative::UnnamedWebhook | Relative::ImagePolicyCut => {
                return vec![known.means.to_owned(), "Whether that was Binary Authorization is not known.".to_owned()];
            }
            _ => {}
        }
        let who =
            if case.kind == RefusalKind::PolicyImport { "The import was refused" } else { "Not Binary Authorization" };
        return vec![format!("{who}: this is about {}.", known.relative.as_str()), known.means.to_owned()];
    }
    let mut lines = vec![head(case)];
    lines.extend(case.findings.iter().map(|finding| told(case, finding)));
    lines
}

fn head(case: &Refusal) -> String {
    let who = match case.kind {
        _ if !case.has_head => "Binary Authorization",
        RefusalKind::Gke => "GKE",
        RefusalKind::GkeLegacy => "GKE, by its enforcement path of before 2021,",
        RefusalKind::CloudRun => "Cloud Run",
        RefusalKind::DistributedCloud => "The distributed cloud",
        _ => "The audit log says that the cluster",
    };
    let what = match case.kind {
        _ if !case.has_head => "an image",
        RefusalKind::CloudRun => "a revision",
        _ => "a pod",
    };
    let by = case.rule.as_ref().map_or_else(String::new, |rule| format!(", by {}", rule_words(rule)));
    match case.verdict {
        Verdict::Denied => format!("{who} refused {what}{by}."),
        Verdict::BreakGlass => format!("{who} admitted {what} because it broke the glass{by}."),
        Verdict::DryRun => format!("{who} admitted {what} because the rule is a dry run{by}."),
        Verdict::FailedOpen => format!("{who} admitted {what} because Binary Authorization could not be asked."),
        Verdict::Running => {
            "Continuous validation: a pod that runs does not pass its checks. Nothing was blocked.".to_owned()
        }
        Verdict::NotWatched => {
            "Continuous validation could not watch a cluster. No pod was judged, and nothing was blocked.".to_owned()
        }
    }
}

/// The rule as people speak of it.
pub fn rule_words(rule: &RuleSaid) -> String {
    let key = &rule.key;
    match rule.kind {
        RuleKind::Default => "the default rule of the policy".to_owned(),
        RuleKind::Cluster if key.is_empty() => "the policy's rule for a cluster".to_owned(),
        _ if key.is_empty() => "one of the policy's specific rules".to_owned(),
        RuleKind::Cluster => format!("the policy's rule for cluster {key}"),
        RuleKind::Namespace => format!("the policy's rule for namespace {key}"),
        RuleKind::ServiceAccount => format!("the policy's rule for service account {key}"),
        RuleKind::ServiceIdentity => format!("the policy's rule for service identity {key}"),
    }
}

fn told(case: &Refusal, finding: &Finding) -> String {
    let image = finding.image.as_deref().unwrap_or("an image that the message does not name");
    let attestor = finding.attestor.as_deref().unwrap_or("an attestor");
    match &finding.reason.kind {
        ReasonKind::AlwaysDeny => format!("{image}: the rule refuses every image that no pattern exempts."),
        ReasonKind::NoValidAttestation => {
            format!("{image}: {attestor} has no attestation for its digest that counts.")
        }
        ReasonKind::NoDigest => {
            format!("{image}: {attestor} attests digests, and the image is named by a tag or without a whole digest.")
        }
        ReasonKind::NotJson => {
            format!("{image}: {attestor} found a good signature, over something that is no payload.")
        }
        ReasonKind::UnknownKey(key) => {
            format!("{image}: {attestor} found an attestation by key `{key}`, which is none of its keys.")
        }
        ReasonKind::BadSignature => format!("{image}: {attestor} found a signature that does not hold."),
        ReasonKind::WrongName => format!("{image}: {attestor} found an attestation for another repository."),
        ReasonKind::WrongDigest => format!("{image}: {attestor} found an attestation for another digest."),
        ReasonKind::BadPayload => format!("{image}: {attestor} found an attestation whose payload cannot be read."),
        ReasonKind::NotGiven => format!("{image}: the message names no cause."),
        ReasonKind::AttestorCut => {
            format!("{image}: an attestor refused it; the message ends before it says which one, or why.")
        }
        ReasonKind::NotWatched => finding.reason.text.clone(),
        ReasonKind::Unreachable if case.verdict == Verdict::FailedOpen => {
            "The enforcer did not answer, and GKE admits then.".to_owned()
        }
        ReasonKind::Unreachable => format!("The enforcer did not answer: {}", finding.reason.text),
        ReasonKind::Check | ReasonKind::Other => format!("{image}: {}", finding.reason.text),
        ReasonKind::Unknown => {
            format!("{image}: {attestor} refuses, in words that are not known: {}", finding.reason.text)
        }
    }
}

impl Refusal {
    /// The pod or revision that was refused, as far as the text tells: what to ask a policy again. What the text does
    /// not tell of it is not known.
    pub fn request(&self) -> Request {
        let subject = &self.subject;
        let of_kind = |kind: RuleKind| self.rule.as_ref().filter(move |rule| rule.kind == kind && !rule.key.is_empty());
        let named = |kind: RuleKind| of_kind(kind).map(|rule| rule.key.clone());
        let account = named(RuleKind::ServiceAccount).unwrap_or_default();
        let (namespace, service_account) = account.split_once(':').unwrap_or_default();
        let first = |texts: [&str; 3]| texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
        let has_cluster = !subject.cluster.is_empty() && !subject.location.is_empty();
        let cluster = has_cluster.then(|| format!("{}.{}", subject.location, subject.cluster));
        let is_cloud_run =
            self.kind == RefusalKind::CloudRun || !subject.revision.is_empty() || !subject.service.is_empty();
        let image = |image: &str| RequestImage { image: image.to_owned(), ..RequestImage::default() };
        let mut request = Request {
            platform: if is_cloud_run { Platform::CloudRun } else { Platform::Gke },
            name: first([&subject.pod, &subject.revision, ""]),
            cluster: cluster.or_else(|| named(RuleKind::Cluster)),
            namespace: first([&subject.namespace, namespace, &named(RuleKind::Namespace).unwrap_or_default()]),
            service_account: first([&subject.service_account, service_account, ""]),
            service_identity: named(RuleKind::ServiceIdentity),
            labels: subject.labels.iter().cloned().collect(),
            annotations: subject.annotations.iter().cloned().collect(),
            images: self.images().into_iter().map(image).collect(),
            ..Request::default()
        };
        let not_said = [
            (Fact::Cluster, request.cluster.is_none()),
            (Fact::Namespace, request.namespace.is_empty()),
            (Fact::ServiceAccount, request.service_account.is_empty()),
            (Fact::ServiceIdentity, request.service_identity.is_none()),
        ];
        request.not_known = not_said.into_iter().filter(|(_, missing)| *missing).map(|(fact, _)| fact).collect();
        request
    }
}
