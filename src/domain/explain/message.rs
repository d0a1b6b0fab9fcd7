//! Refusals as people have them: a line of kubectl, an event, an error of Cloud Run, entries of the
//! audit log, whatever a tool printed around it; decoded into findings.
//!
//! [`decode`] takes any text. It recognises every generation of message of
//! `docs/binary-authorization.md`, "Messages" and "Audit logs", in the carriers that they come in, and
//! the relatives that are taken for them. It never guesses: what is not understood is said to be so,
//! beside what was. Pure; uses `policy`, `name` and `attestation` of the domain for their words.

mod around;
mod assemble;
mod cursor;
mod message;
mod objects;
mod reason;
mod recognised;
mod relatives;
mod statement;
mod text;

use crate::policy::RuleKind;

pub use message::{rule_words, says};
pub use reason::{Reason, ReasonKind};
pub use recognised::{Recognised, is_whole};
pub use relatives::{Known, Relative};

/// Of a longer text only the beginning is read.
pub const MAX_BYTES: usize = 8 << 20;
/// More refusals than this in one text are counted, and not told.
pub const MAX_CASES: usize = 500;

/// Who says no, as far as the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The admission webhook of GKE.
    Gke,
    /// The enforcement path of GKE before 1.18.15, 1.19.7 and 1.20.2.
    GkeLegacy,
    CloudRun,
    /// Google Distributed Cloud.
    DistributedCloud,
    /// An entry of the audit log, which has the message with much beside it.
    AuditLog,
    /// gcloud, about a policy file.
    PolicyImport,
    OrgPolicy,
    OtherWebhook,
    /// An API or a tool, about something else than an admission.
    ApiError,
    /// Nothing in the text is recognised.
    Unknown,
}

impl Kind {
    /// As in the output of `explain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gke => "gke",
            Self::GkeLegacy => "gke-legacy",
            Self::CloudRun => "cloud-run",
            Self::DistributedCloud => "distributed-cloud",
            Self::AuditLog => "audit-log",
            Self::PolicyImport => "policy-import",
            Self::OrgPolicy => "org-policy",
            Self::OtherWebhook => "other-webhook",
            Self::ApiError => "api-error",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an admission by Binary Authorization is what it is about.
    pub fn is_binary_authorization(self) -> bool {
        matches!(self, Self::Gke | Self::GkeLegacy | Self::CloudRun | Self::DistributedCloud | Self::AuditLog)
    }
}

/// The names under which GKE and the distributed cloud register their webhooks.
const GKE_WEBHOOK: &str = "imagepolicywebhook.image-policy.k8s.io";
const DISTRIBUTED_WEBHOOK: &str = "binaryauthorization.googleapis.com";

fn is_binary_authorization(webhook: &str) -> bool {
    webhook == GKE_WEBHOOK || webhook == DISTRIBUTED_WEBHOOK
}

/// What came of it, as the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    #[default]
    Denied,
    /// Admitted, as the pod broke the glass.
    BreakGlass,
    /// Admitted, as the rule is a dry run.
    DryRun,
    /// Admitted, as the enforcer could not be asked.
    FailedOpen,
    /// It runs; continuous validation says that it would not be admitted again.
    Running,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::BreakGlass => "admitted by break-glass",
            Self::DryRun => "admitted by a dry run",
            Self::FailedOpen => "admitted without being asked",
            Self::Running => "running, and found by continuous validation",
        }
    }
}

/// The rule that a message names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleSaid {
    pub kind: RuleKind,
    /// Empty for the default rule.
    pub key: String,
}

/// One image that was refused, by one attestor where the message names one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    pub image: Option<String>,
    /// As the message names it.
    pub attestor: Option<String>,
    pub reason: Reason,
}

/// Whom it was about; empty where the text does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    pub project: String,
    pub location: String,
    pub cluster: String,
    pub namespace: String,
    /// The pod's name; that of the template's where the pod never got one.
    pub pod: String,
    /// `replicaset/web-5d8f`: what the event is about.
    pub object: String,
    pub service_account: String,
    /// Of the pod that asked, where the text has it.
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// Cloud Run's.
    pub revision: String,
    pub service: String,
    /// Who asked.
    pub principal: String,
    /// RFC 3339, as the text has it.
    pub time: String,
    /// Every image of the pod, where the text has them.
    pub images: Vec<String>,
}

/// One refusal, or one other thing that the text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub kind: Kind,
    pub verdict: Verdict,
    pub rule: Option<RuleSaid>,
    pub findings: Vec<Finding>,
    pub subject: Subject,
    /// What it is, where it is no refusal of Binary Authorization's.
    pub relative: Option<&'static Known>,
    /// What was around the message, the outermost first: `kubectl`, `Terraform`.
    pub carriers: Vec<&'static str>,
    /// What the message does not say, or says in words that are not understood.
    pub unknown: Vec<String>,
    /// How often the same was in the text.
    pub times: usize,
    /// The message itself, in one line.
    pub text: String,
}

impl Case {
    /// Every image it names: those that were refused first.
    pub fn images(&self) -> Vec<&str> {
        let mut images: Vec<&str> = Vec::new();
        let refused = self.findings.iter().filter_map(|finding| finding.image.as_deref());
        for image in refused.chain(self.subject.images.iter().map(String::as_str)) {
            if !images.contains(&image) {
                images.push(image);
            }
        }
        images
    }

    /// Whether more is known than who says no.
    pub fn is_explained(&self) -> bool {
        let has_cause = |finding: &Finding| {
            !matches!(finding.reason.kind, ReasonKind::NotGiven | ReasonKind::Unknown) || finding.image.is_some()
        };
        match self.relative {
            Some(known) => known.relative != Relative::ApiServer,
            None => self.rule.is_some() || self.findings.iter().any(has_cause),
        }
    }
}

/// Everything that a text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// What Binary Authorization refused first, in the order of the text.
    pub cases: Vec<Case>,
    /// What is not known of the text as a whole.
    pub unknown: Vec<String>,
    /// Objects and entries that were read and refuse nothing.
    pub without_refusal: usize,
    /// The names that stand in a text of which nothing is explained.
    pub recognised: Recognised,
}

impl Reading {
    /// The kind of the whole: of the first refusal.
    pub fn kind(&self) -> Kind {
        self.cases.first().map_or(Kind::Unknown, |case| case.kind)
    }

    /// Whether anything in the text is explained.
    pub fn is_explained(&self) -> bool {
        self.cases.iter().any(Case::is_explained)
    }

    /// Whether the text is a refusal of a pod by Binary Authorization, of which more is known than that.
    pub fn is_rejection(&self) -> bool {
        self.cases.iter().any(|case| case.kind.is_binary_authorization() && case.is_explained())
    }
}

/// Decodes a text: never fails, never takes longer than in proportion to its length.
pub fn decode(text: &str) -> Reading {
    let (text, cut) = beginning(text);
    let mut reading = match objects::read(text) {
        Some(reading) => reading,
        None => assemble::prose(text),
    };
    let found = reading.cases.len();
    reading.cases.truncate(MAX_CASES);
    if found > MAX_CASES {
        reading
            .unknown
            .push(format!("{} more refusals are in the text; the first {MAX_CASES} are told", found - MAX_CASES));
    }
    if !reading.is_explained() && reading.without_refusal == 0 {
        reading.recognised = recognised::read(text);
    }
    if let Some(bytes) = cut {
        reading.unknown.push(format!("the text has {bytes} bytes; only the first {MAX_BYTES} were read"));
    }
    reading
}

/// As much of the text as is read, and its length where that is not all.
fn beginning(text: &str) -> (&str, Option<usize>) {
    if text.len() <= MAX_BYTES {
        return (text, None);
    }
    let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (text.get(..end).unwrap_or_default(), Some(text.len()))
}

#[cfg(test)]
mod tests;
