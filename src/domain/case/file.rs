//! The file of a case: JSON, with a hash of each part, so that what was changed since is told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::decision::{KnownAttestor, decide, system_policy};
use super::parts::{CaseSource, Parts, Redaction};
use crate::admission::{ContainerKind, Decision, Enforcement, Fact, Platform, Request, RequestImage};
use crate::policy::Policy;
use crate::text::plain_json;

/// More than a large policy and a pod with every container there can be.
pub const MAX_BYTES: usize = 16 << 20;

/// The version of the format.
const FORMAT: u32 = 1;

/// Why a text is no case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    #[error("the file has more than the {MAX_BYTES} bytes that are read")]
    TooLarge,
    #[error("line {line}, column {column}: {message}")]
    Json { line: usize, column: usize, message: String },
    #[error("a case of format {0}, and this program reads format {FORMAT}: use a newer one")]
    Format(u32),
}

/// A case as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseFile {
    pub countersign_case: u32,
    /// When and by which version.
    pub made_at: String,
    pub made_by: String,
    /// Whose policy it is.
    pub policy_of: String,
    pub request: CaseRequest,
    pub policy: Policy,
    /// The patterns of Google's system policy, where the policy asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_patterns: Vec<String>,
    /// Only the documented part of the system policy was known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system_policy_in_part: bool,
    pub evidence: Vec<KnownAttestor>,
    /// What Cloud Run resolves tags to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resolved: BTreeMap<String, String>,
    /// What was assumed, each as a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    pub decision: CaseDecision,
    pub redacted: Vec<Redaction>,
    pub sha256: Hashes,
}

/// A request, by the names of `simulate`'s flags.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseRequest {
    /// `gke` or `cloud-run`.
    pub platform: String,
    /// Whether the cluster asks for the policy at all.
    pub enforced: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    #[serde(default)]
    pub namespace: String,
    #[serde(default)]
    pub service_account: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_identity: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    pub images: Vec<CaseImage>,
    /// What nobody said of it, by the names of [`Fact::id`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_known: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseImage {
    pub image: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub container: String,
    /// `container`, `init`, `sidecar` or `ephemeral`; empty means the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// The decision as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseDecision {
    /// As in the output of `simulate`.
    pub outcome: String,
    /// What the cluster would print.
    pub message: String,
    /// `default`, or the kind and key of the rule; empty where nothing is enforced.
    pub rule: String,
    /// The tree of checks, a line for each.
    pub trace: Vec<String>,
}

/// SHA-256 of each part as compact JSON, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hashes {
    pub request: String,
    pub policy: String,
    pub evidence: String,
    pub decision: String,
}

/// What opening a case gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The decision, made again.
    pub decision: Decision,
    /// What is not as it was: parts that were changed since, and where the decision differs.
    pub differences: Vec<String>,
}

impl CaseFile {
    pub(super) fn new(parts: &Parts, decision: &Decision, source: &CaseSource<'_>) -> Self {
        let mut file = Self {
            countersign_case: FORMAT,
            made_at: source.at.to_owned(),
            made_by: source.by.to_owned(),
            policy_of: source.policy_of.to_owned(),
            request: CaseRequest::from(&parts.request),
            policy: parts.policy.clone(),
            system_patterns: parts.system_patterns.clone(),
            system_policy_in_part: !parts.system_is_whole,
            evidence: parts.known.clone(),
            resolved: parts.resolved.clone(),
            assumptions: parts.assumptions.clone(),
            decision: CaseDecision::from(decision),
            redacted: parts.redactions.clone(),
            sha256: Hashes::default(),
        };
        file.sha256 = file.hashes();
        file
    }

    /// Reads a case.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Format {
            countersign_case: u32,
        }
        if text.len() > MAX_BYTES {
            return Err(CaseError::TooLarge);
        }
        let format: Format = serde_json::from_str(text).map_err(|error| json_error(&error))?;
        if format.countersign_case != FORMAT {
            return Err(CaseError::Format(format.countersign_case));
        }
        serde_json::from_str(text).map_err(|error| json_error(&error))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts, numbers and booleans are always JSON");
        plain_json(&text) + "\n"
    }

    /// Decides again, and says what is not as it was.
    pub fn check(&self) -> Checked {
        let request = Request::from(&self.request);
        let system = system_policy(&self.system_patterns, !self.system_policy_in_part);
        let decision = decide(&self.policy, &system, &request, &self.evidence, &self.resolved);
        let mut differences = Vec::new();
        for id in self.request.not_known.iter().filter(|id| Fact::from_id(id).is_none()) {
            differences.push(format!("the request is said not to know {id:?}, and this version knows no such fact"));
        }
        let (now, then) = (self.hashes(), &self.sha256);
        let parts = [
            ("request", &now.request, &then.request),
            ("policy", &now.policy, &then.policy),
            ("evidence", &now.evidence, &then.evidence),
            ("decision", &now.decision, &then.decision),
        ];
        for (part, _, _) in parts.into_iter().filter(|(_, now, then)| now != then) {
            differences.push(format!("the {part} is not the one that the case was made of: its hash is another"));
        }
        let again = CaseDecision::from(&decision);
        for (what, now, then) in [
            ("outcome", &again.outcome, &self.decision.outcome),
            ("rule", &again.rule, &self.decision.rule),
            ("message", &again.message, &self.decision.message),
        ] {
            if now != then {
                differences.push(format!("the {what} is {now:?}, and was {then:?}"));
            }
        }
        Checked { decision, differences }
    }

    fn hashes(&self) -> Hashes {
        Hashes {
            request: hash(&self.request),
            // As it was before there was a word for it, where the whole is known.
            policy: if self.system_policy_in_part {
                hash(&(&self.policy, &self.system_patterns, "in part"))
            } else {
                hash(&(&self.policy, &self.system_patterns))
            },
            evidence: hash(&(&self.evidence, &self.resolved, &self.assumptions)),
            decision: hash(&self.decision),
        }
    }
}

fn hash<T: Serialize>(part: &T) -> String {
    let bytes = serde_json::to_vec(part).expect("texts, numbers and booleans are always JSON");
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes))
}

fn json_error(error: &serde_json::Error) -> CaseError {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
    CaseError::Json { line: error.line(), column: error.column(), message }
}

impl From<&Request> for CaseRequest {
    fn from(request: &Request) -> Self {
        let image = |image: &RequestImage| CaseImage {
            image: image.image.clone(),
            container: image.container.clone(),
            kind: match image.kind {
                ContainerKind::Container => String::new(),
                ContainerKind::Init => "init".to_owned(),
                ContainerKind::Sidecar => "sidecar".to_owned(),
                ContainerKind::Ephemeral => "ephemeral".to_owned(),
            },
        };
        let platform = match request.platform {
            Platform::Gke => "gke",
            Platform::CloudRun => "cloud-run",
        };
        Self {
            platform: platform.to_owned(),
            enforced: request.enforcement == Enforcement::On,
            name: request.name.clone(),
            cluster: request.cluster.clone(),
            namespace: request.namespace.clone(),
            service_account: request.service_account.clone(),
            service_identity: request.service_identity.clone(),
            labels: request.labels.clone(),
            annotations: request.annotations.clone(),
            images: request.images.iter().map(image).collect(),
            not_known: request.not_known.iter().map(|fact| fact.id().to_owned()).collect(),
        }
    }
}

impl From<&CaseRequest> for Request {
    fn from(request: &CaseRequest) -> Self {
        let image = |image: &CaseImage| RequestImage {
            image: image.image.clone(),
            container: image.container.clone(),
            kind: match image.kind.as_str() {
                "init" => ContainerKind::Init,
                "sidecar" => ContainerKind::Sidecar,
                "ephemeral" => ContainerKind::Ephemeral,
                _ => ContainerKind::Container,
            },
        };
        Self {
            platform: if request.platform == "cloud-run" { Platform::CloudRun } else { Platform::Gke },
            enforcement: if request.enforced { Enforcement::On } else { Enforcement::Off },
            name: request.name.clone(),
            cluster: request.cluster.clone(),
            namespace: request.namespace.clone(),
            service_account: request.service_account.clone(),
            service_identity: request.service_identity.clone(),
            labels: request.labels.clone(),
            annotations: request.annotations.clone(),
            owner: None,
            images: request.images.iter().map(image).collect(),
            not_known: request.not_known.iter().filter_map(|id| Fact::from_id(id)).collect(),
        }
    }
}

impl From<&Decision> for CaseDecision {
    fn from(decision: &Decision) -> Self {
        let rule = match decision.known_rule() {
            None if decision.rule.is_some() => Some(format!("not known, it hangs on {}", decision.rule_hangs_on())),
            rule => rule.map(|rule| crate::review::rule_label(rule.kind, &rule.key)),
        };
        Self {
            outcome: decision.outcome.as_str().to_owned(),
            message: decision.message.clone(),
            rule: rule.unwrap_or_default(),
            trace: decision.trace.lines(),
        }
    }
}
