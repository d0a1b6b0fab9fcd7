//! What makes two refusals the same: the reasons with their attestors, and the rule.

use crate::explain::message::{ReasonKind, Refusal, Relative, RuleSaid, Verdict};
use crate::policy::RuleKind;

/// What came of it, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Binary Authorization refused it.
    Refused,
    /// Something else did, or whoever did is not known.
    Elsewhere(Relative),
    /// It was admitted or runs, with a mark.
    Marked(Verdict),
}

/// What a refusal has in common with others of its cause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CausesKey {
    pub standing: Standing,
    pub rule: Option<RuleSaid>,
    /// Each reason once, with the attestor that gave it, as the message names it.
    pub reasons: Vec<(ReasonKind, Option<String>)>,
    /// The reason word for word, where its kind does not say what it is.
    verbatim: Option<String>,
}

impl CausesKey {
    pub fn of(case: &Refusal) -> Self {
        let standing = match (case.relative, case.verdict) {
            (Some(known), _) => Standing::Elsewhere(known.relative),
            (None, Verdict::Denied) => Standing::Refused,
            (None, verdict) => Standing::Marked(verdict),
        };
        let mut reasons = Vec::new();
        let mut verbatim = None;
        for finding in &case.findings {
            let reason = (finding.reason.kind.clone(), finding.attestor.clone());
            if matches!(reason.0, ReasonKind::Unknown | ReasonKind::Check | ReasonKind::NotWatched) {
                verbatim.get_or_insert_with(|| finding.reason.text.clone());
            }
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Self { standing, rule: case.rule.clone(), reasons, verbatim }
    }

    /// The cause in a few words, without the rule.
    pub fn title(&self) -> String {
        match self.standing {
            Standing::Elsewhere(Relative::ApiServer) => {
                return "by the API server, for a reason that is not told".into();
            }
            Standing::Elsewhere(relative) => return relative.as_str().to_owned(),
            Standing::Marked(verdict) if self.reasons.is_empty() => return verdict.as_str().to_owned(),
            Standing::Marked(_) | Standing::Refused => {}
        }
        let mut kinds: Vec<&ReasonKind> = Vec::new();
        for (kind, _) in &self.reasons {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let parts: Vec<String> = kinds.into_iter().map(|kind| self.part(kind)).collect();
        let reasons = if parts.is_empty() { "no cause told".to_owned() } else { parts.join(", ") };
        match self.standing {
            Standing::Marked(verdict) => format!("{}: {reasons}", verdict.as_str()),
            Standing::Refused | Standing::Elsewhere(_) => reasons,
        }
    }

    /// The cause with the rule that decided, as far as it is told.
    pub fn title_by_rule(&self) -> String {
        match &self.rule {
            Some(rule) => format!("{} · {}", self.title(), rule_title(rule)),
            None => self.title(),
        }
    }

    /// One reason, with everyone who gave it.
    fn part(&self, kind: &ReasonKind) -> String {
        let by: Vec<&str> =
            self.reasons.iter().filter(|(own, _)| own == kind).filter_map(|(_, by)| by.as_deref()).map(id).collect();
        let by = by.join(" and ");
        let with = |text: &str, word: &str| if by.is_empty() { text.to_owned() } else { format!("{text} {word} {by}") };
        match kind {
            ReasonKind::AlwaysDeny => "the rule refuses all".to_owned(),
            ReasonKind::NoDigest => with("no digest", "for"),
            ReasonKind::NoValidAttestation => with("no valid attestation", "by"),
            ReasonKind::UnknownKey(key) => with(&format!("key id {key} is none"), "of"),
            ReasonKind::NotJson => with("no payload was signed", "for"),
            ReasonKind::BadSignature => with("a signature does not hold", "for"),
            ReasonKind::WrongName => with("attested for another repository", "by"),
            ReasonKind::WrongDigest => with("attested for another digest", "by"),
            ReasonKind::BadPayload => with("a payload cannot be read", "for"),
            ReasonKind::NotGiven => "no cause told".to_owned(),
            ReasonKind::AttestorCut => "by an attestor that is not told".to_owned(),
            ReasonKind::Unreachable => "the enforcer does not answer".to_owned(),
            ReasonKind::Other => "for something else".to_owned(),
            ReasonKind::Unknown | ReasonKind::Check | ReasonKind::NotWatched => {
                let text = self.verbatim.as_deref().unwrap_or_default().trim_end_matches('.');
                if by.is_empty() { text.to_owned() } else { format!("{by}: {text}") }
            }
        }
    }
}

/// The last part of an attestor's name.
fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The rule, in as few words as there are.
fn rule_title(rule: &RuleSaid) -> String {
    let key = &rule.key;
    match rule.kind {
        RuleKind::Default => "default rule".to_owned(),
        RuleKind::Cluster => format!("cluster rule for {key}"),
        RuleKind::Namespace => format!("namespace rule for {key}"),
        RuleKind::ServiceAccount => format!("service account rule for {key}"),
        RuleKind::ServiceIdentity => format!("service identity rule for {key}"),
    }
}
