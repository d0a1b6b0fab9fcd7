//! What a text says: refusals, each with its findings and whom it was about.

use super::kind::RefusalKind;
use super::reason::{Reason, ReasonKind};
use super::recognised::Recognised;
use super::relatives::KnownMessage;
use crate::explain::change::Change;
use crate::policy::RuleKind;

/// More refusals than this in one text are counted, and not told. A cluster of any size that refuses everything tells
/// fewer; each takes some kilobytes.
pub const MAX_CASES: usize = 20_000;

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
    /// The pod runs; continuous validation says that it does not pass its checks.
    Running,
    /// Continuous validation does not watch the cluster as it was set up to; no pod was judged.
    NotWatched,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::BreakGlass => "admitted by break-glass",
            Self::DryRun => "admitted by a dry run",
            Self::FailedOpen => "admitted without being asked",
            Self::Running => "running, and found by continuous validation",
            Self::NotWatched => "not watched by continuous validation",
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
    /// The labels of the pod that asked, where the text has it.
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// Cloud Run's.
    pub revision: String,
    pub service: String,
    /// Who asked.
    pub principal: String,
    /// RFC 3339, as the text has it; of several times the last.
    pub time: String,
    /// The first time, where the text tells it.
    pub first_time: String,
    /// Every image of the pod, where the text has them.
    pub images: Vec<String>,
}

/// One refusal, or one other thing that the text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub verdict: Verdict,
    pub rule: Option<RuleSaid>,
    pub findings: Vec<Finding>,
    pub subject: Subject,
    /// What it is, where it is no refusal of Binary Authorization's.
    pub relative: Option<&'static KnownMessage>,
    /// What was around the message, the outermost first: `kubectl`, `Terraform`.
    pub carriers: Vec<&'static str>,
    /// What the message does not say, or says in words that are not understood.
    pub unknown: Vec<String>,
    /// How often the same was in the text.
    pub times: usize,
    /// The message itself, in one line.
    pub text: String,
    /// Whether the part of the message is there that tells who says it.
    pub has_head: bool,
}

impl Refusal {
    /// One of which nothing is known yet but this.
    pub(super) fn new(kind: RefusalKind, verdict: Verdict, subject: Subject, text: String) -> Self {
        Self {
            kind,
            verdict,
            rule: None,
            findings: Vec::new(),
            subject,
            relative: None,
            carriers: Vec::new(),
            unknown: Vec::new(),
            times: 1,
            text,
            has_head: true,
        }
    }

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
            let has_reason = !matches!(finding.reason.kind, ReasonKind::NotGiven | ReasonKind::Unknown);
            has_reason || finding.image.is_some()
        };
        match self.relative {
            Some(known) => known.relative.is_told(),
            None => self.rule.is_some() || self.findings.iter().any(has_cause),
        }
    }
}

/// Everything that a text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// What Binary Authorization refused first, in the order of the text.
    pub cases: Vec<Refusal>,
    /// What of the text could not be read: told first, as something may be missing.
    pub unread: Vec<String>,
    /// What is not known of the text as a whole.
    pub unknown: Vec<String>,
    /// Objects and entries that were read and refuse nothing.
    pub without_refusal: usize,
    /// What was changed, as entries of an audit log tell it.
    pub changes: Vec<Change>,
    /// Objects that were read and of which nobody knows whether they could tell of a refusal.
    pub strange: usize,
    /// The names that stand in a text of which nothing is explained.
    pub recognised: Recognised,
}

impl Reading {
    /// The kind of the whole: of the first refusal.
    pub fn kind(&self) -> RefusalKind {
        self.cases.first().map_or(RefusalKind::Unknown, |case| case.kind)
    }

    /// Whether anything in the text is explained.
    pub fn is_explained(&self) -> bool {
        self.cases.iter().any(Refusal::is_explained)
    }

    /// Whether all that was read can tell of refusals, and does not.
    pub fn refuses_nothing(&self) -> bool {
        self.cases.is_empty() && self.without_refusal > 0 && self.strange == 0 && self.unread.is_empty()
    }

    /// Whether the text is a refusal of a pod by Binary Authorization, of which more is known than that.
    pub fn is_rejection(&self) -> bool {
        self.cases.iter().any(|case| case.kind.is_binary_authorization() && case.is_explained())
    }
}
