//! One entry decided again.

use std::borrow::Cow;

use super::{Entry, Logged};
use crate::admission::{
    Answer, AttestorEvidence, CompiledPolicy, Decision, Evidence, Facts, ImageDecision, ImageOutcome, Outcome, Request,
    answer, evaluate,
};
use crate::attestation::Verify;
use crate::event_group::refusal;
use crate::image::Digest;
use crate::name::AttestorName;
use crate::policy::Policy;
use crate::policy_change::Dated;
use crate::review::{Because, Standing};
use crate::system_policy::SystemPolicy;

/// A policy that a log is decided under, what is known of attestations, and the policies of the past.
#[derive(Debug)]
pub struct Replayer {
    policy: CompiledPolicy,
    evidence: Evidence,
    /// What is known of pods of which an entry does not tell it.
    pod: Request,
    /// The oldest first.
    past: Vec<(jiff::Timestamp, CompiledPolicy)>,
}

/// What came of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRow {
    pub outcome: Outcome,
    /// The log's verdict against the policy's.
    pub standing: Standing,
    /// What decides now, in a few words, where that is not as logged; else empty.
    pub because: String,
    /// The image that decides, or that was refused then, where that is not as logged.
    pub image: Option<String>,
    pub then: Then,
}

/// Whether the policy of its time gives the verdict that was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// No policy of that time is known, or the entry says no time.
    NoPolicy,
    /// Nobody was asked.
    NotAsked,
    Same,
    /// What decides is not known any more; whatever it was, the log does not contradict it.
    Unknown,
    /// The decisions differ: in a sentence without its full stop.
    Differs(String),
}

impl Replayer {
    /// Compiles everything; of `system` the patterns count, where a policy asks for them.
    pub fn new(policy: &Policy, system: &SystemPolicy, evidence: Evidence, past: &[Dated]) -> Self {
        let compiled = |dated: &Dated| (dated.since, CompiledPolicy::new(&dated.policy, system));
        let mut past: Vec<_> = past.iter().map(compiled).collect();
        past.sort_by_key(|(since, _)| *since);
        Self { policy: CompiledPolicy::new(policy, system), evidence, pod: nothing_known(), past }
    }

    /// What is known of the pods besides, where an entry does not tell it.
    #[must_use]
    pub fn with_pod(self, pod: Request) -> Self {
        Self { pod, ..self }
    }

    /// Decides an entry again.
    pub fn row(&self, entry: &Entry, verify: &dyn Verify) -> ReplayRow {
        let evidence = self.evidence(entry);
        let past = self.policy_at(entry);
        let request = &self.request(entry);
        let (then, evidence) = match past {
            Some(_) if entry.logged == Logged::FailedOpen => (Then::NotAsked, evidence),
            Some(policy) => then(policy, (entry, request), evidence, verify),
            None => (Then::NoPolicy, evidence),
        };
        let now = answer(&self.policy, request, &evidence, verify);
        let standing = standing(entry.logged.outcome(), now);
        let (because, image) = if standing == Standing::Unchanged {
            (String::new(), None)
        } else {
            let decision = evaluate(&self.policy, request, &evidence, verify);
            (Because::from_decision(&decision, None).text, deciding(&decision, entry))
        };
        ReplayRow { outcome: now.outcome, standing, because, image, then }
    }

    /// The pod of an entry, with what is known of it besides.
    fn request<'e>(&self, entry: &'e Entry) -> Cow<'e, Request> {
        if entry.request.not_known.without(self.pod.not_known).is_empty() {
            return Cow::Borrowed(&entry.request);
        }
        let mut request = entry.request.clone();
        request.complete(&self.pod);
        Cow::Owned(request)
    }

    /// The policy that was live at the time of the entry.
    fn policy_at(&self, entry: &Entry) -> Option<&CompiledPolicy> {
        let time = entry.time?;
        let after = self.past.partition_point(|(since, _)| *since <= time);
        self.past.get(after.checked_sub(1)?).map(|(_, policy)| policy)
    }

    /// What is known now, and besides what the entry itself says was not attested: that counts where
    /// nobody knows better.
    fn evidence(&self, entry: &Entry) -> Cow<'_, Evidence> {
        let mut evidence = Cow::Borrowed(&self.evidence);
        for (image, attestor) in &entry.unattested {
            learn(&mut evidence, image, attestor, false);
        }
        evidence
    }
}

/// The image that is refused or undecided now; else the one that was refused then.
fn deciding(decision: &Decision, entry: &Entry) -> Option<String> {
    let of = |is: fn(&ImageOutcome) -> bool| decision.images.iter().find(|image| is(&image.outcome));
    let now = of(|outcome| matches!(outcome, ImageOutcome::Deny(_)));
    let now = now.or_else(|| of(|outcome| matches!(outcome, ImageOutcome::Undecided)));
    if let Some(image) = now {
        return Some(image.image.clone());
    }
    // There are many entries, so that the message is read no further than its first image.
    let said = entry.message.split_once("Image ").and_then(|(_, rest)| Some(rest.split_once(" denied by ")?.0));
    let said = said.filter(|image| !image.contains(' ')).map(|image| image.trim_matches('\'').to_owned());
    said.or_else(|| of(|outcome| matches!(outcome, ImageOutcome::Allow)).map(|image| image.image.clone()))
}

/// A pod of which nothing is known besides what an entry tells.
fn nothing_known() -> Request {
    Request { not_known: Facts::of_bare_images(), ..Request::default() }
}

/// Takes what the log tells, unless the attestor was asked or something is assumed of it.
fn learn(evidence: &mut Cow<'_, Evidence>, image: &str, attestor: &str, attested: bool) {
    let digest = image.rsplit_once('@').and_then(|(_, digest)| digest.parse::<Digest>().ok());
    let (Some(digest), Ok(name)) = (digest, attestor.parse::<AttestorName>()) else { return };
    let is_known = evidence.assumed.contains(&name)
        || evidence
            .attestors
            .get(&name)
            .is_some_and(|found| !matches!(found, AttestorEvidence::NotReadable(_) | AttestorEvidence::Unknown(_)))
        || evidence.surveyed.get(&name).is_some_and(|digests| digests.contains_key(&digest));
    if !is_known {
        evidence.to_mut().surveyed.entry(name).or_default().insert(digest, attested);
    }
}

/// The verdict of the policy of its time; and what follows from the log under it: of a pod that was
/// admitted without a mark, every attestor that was asked had attested the images.
fn then<'e>(
    policy: &CompiledPolicy,
    (entry, request): (&Entry, &Request),
    mut evidence: Cow<'e, Evidence>,
    verify: &dyn Verify,
) -> (Then, Cow<'e, Evidence>) {
    let decision = evaluate(policy, request, &evidence, verify);
    if entry.logged == Logged::Admitted && decision.outcome == Outcome::Undecided {
        // Who was asked is known only where the rule is.
        let asked = decision.images.iter().filter(|_| decision.known_rule().is_some());
        for (image, attestor) in unknown(asked) {
            learn(&mut evidence, image, attestor, true);
        }
        return (Then::Unknown, evidence);
    }
    (compared(entry, &decision), evidence)
}

/// Images with the attestors of which it is not known whether they attested them.
fn unknown<'d>(images: impl Iterator<Item = &'d ImageDecision>) -> impl Iterator<Item = (&'d str, &'d str)> {
    images.flat_map(|image| {
        let unknown = image.attestors.iter().filter(|attestor| attestor.satisfied.is_none());
        unknown.map(move |attestor| (image.image.as_str(), attestor.name.as_str()))
    })
}

fn compared(entry: &Entry, decision: &Decision) -> Then {
    let logged = entry.logged.outcome();
    if decision.outcome == Outcome::Undecided {
        return Then::Unknown;
    }
    let may_log = decision.outcome.admits() == Some(true) && decision.other_rules.iter().any(|o| o.outcome == logged);
    if decision.outcome != logged && !may_log {
        let because = Because::from_decision(decision, None).text;
        let (was, is) = (entry.logged.as_str(), decision.outcome.as_str());
        return Then::Differs(format!("logged as {was}, and the policy of that time gives {is}: {because}"));
    }
    // The same verdict for another reason is not the same.
    match (refusal(&entry.message), refusal(&decision.message)) {
        (Some(was), Some(is)) if was != is => {
            Then::Differs(format!("logged as denied by “{was}”, and the policy of that time denies by “{is}”"))
        }
        _ => Then::Same,
    }
}

fn standing(logged: Outcome, now: Answer) -> Standing {
    let logged = Answer { outcome: logged, open: Facts::NONE, differs: Facts::NONE };
    Standing::known(logged, now).unwrap_or(Standing::Undecided)
}
