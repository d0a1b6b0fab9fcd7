//! The decision itself, in the order of `docs/binary-authorization.md`, "Rule selection" and "Decision
//! procedure": is anything enforced; which rule; per image system policy, allowlist, evaluation mode,
//! attestors; then dry run and break-glass.

use std::borrow::Cow;

use super::attestors::{Attested, Judgement};
use super::break_glass::BreakGlass;
use super::break_glass_trace::break_glass_check;
use super::check::{CheckKind, ImageContainer, RuleCheck};
use super::compiled::{CompiledPolicy, CompiledRule};
use super::decision::{AttestorOutcome, Decision, ImageDecision};
use super::evidence::Evidence;
use super::exemption::{DigestsExempt, Exempted};
use super::facts::{Fact, Facts};
use super::message::Generation;
use super::outcome::{DenyCause, ImageOutcome, OtherRule, Outcome};
use super::paths::{attestor_path, rule_field};
use super::request::{Enforcement, Platform, Request};
use super::rule::Candidate;
use super::trace::{Check, Recorder, Silent, Status, Tracer};
use crate::attestation::Verify;
use crate::container::RequestImage;
use crate::image::{Digest, ImageRef};
use crate::policy::{EnforcementMode, EvaluationMode};

/// Decides, with the message, what came of each image, and the whole tree of checks.
pub fn evaluate(policy: &CompiledPolicy, request: &Request, evidence: &Evidence, verify: &dyn Verify) -> Decision {
    let mut recording = Recording::default();
    let case = Case { policy, request, evidence, verify };
    let (answer, rule) = case.run(&mut recording);
    let mut decision = Decision {
        outcome: answer.outcome,
        message: String::new(),
        platform: request.platform,
        name: request.name.clone(),
        rule: rule.map(CompiledRule::reference),
        other_rules: recording.others,
        open: answer.open,
        images: recording.images,
        trace: recording.recorder.finish(),
    };
    if answer.outcome == Outcome::Deny {
        decision.message = decision.denial_text(Generation::Current);
    }
    decision
}

/// The outcome alone; nothing is written down on the way.
pub fn decide(policy: &CompiledPolicy, request: &Request, evidence: &Evidence, verify: &dyn Verify) -> Outcome {
    answer(policy, request, evidence, verify).outcome
}

/// The outcome, and what it hangs on; nothing is written down on the way.
pub fn answer(policy: &CompiledPolicy, request: &Request, evidence: &Evidence, verify: &dyn Verify) -> Answer {
    Case { policy, request, evidence, verify }.run(&mut Silent).0
}

/// An outcome, and what it hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub outcome: Outcome,
    /// The facts that are not known and could turn it; empty exactly where it is decided.
    pub open: Facts,
    /// Those on which it hangs whether a pod that runs is written to the audit log: whatever they are it is
    /// admitted, and not always for the same reason.
    pub differs: Facts,
}

impl Answer {
    fn known(outcome: Outcome) -> Self {
        Self { outcome, open: Facts::NONE, differs: Facts::NONE }
    }
}

/// Keeps what the engine finds, or not.
trait Observer: Tracer {
    fn attestor(&mut self, outcome: impl FnOnce() -> AttestorOutcome);
    /// The attestors since the last image are those of this one.
    fn image(&mut self, decision: impl FnOnce() -> ImageDecision);
    /// A rule that could be the one.
    fn other_rule(&mut self, other: impl FnOnce() -> OtherRule);
    /// Under some rule that could be the one another thing comes of the image with this number.
    fn blur(&mut self, image: usize);
}

impl Observer for Silent {
    fn attestor(&mut self, _outcome: impl FnOnce() -> AttestorOutcome) {}

    fn image(&mut self, _decision: impl FnOnce() -> ImageDecision) {}

    fn other_rule(&mut self, _other: impl FnOnce() -> OtherRule) {}

    fn blur(&mut self, _image: usize) {}
}

#[derive(Debug, Default)]
struct Recording {
    recorder: Recorder,
    attestors: Vec<AttestorOutcome>,
    images: Vec<ImageDecision>,
    others: Vec<OtherRule>,
}

impl Tracer for Recording {
    fn enter(&mut self) {
        self.recorder.enter();
    }

    fn leave(&mut self, check: impl FnOnce() -> Check) {
        self.recorder.leave(check);
    }

    fn check(&mut self, check: impl FnOnce() -> Check) {
        self.recorder.check(check);
    }
}

impl Observer for Recording {
    fn attestor(&mut self, outcome: impl FnOnce() -> AttestorOutcome) {
        self.attestors.push(outcome());
    }

    fn image(&mut self, decision: impl FnOnce() -> ImageDecision) {
        let attestors = std::mem::take(&mut self.attestors);
        self.images.push(ImageDecision { attestors, ..decision() });
    }

    fn other_rule(&mut self, other: impl FnOnce() -> OtherRule) {
        let other = other();
        self.recorder.check(|| Check::new(Status::Note, RuleCheck::Other(other.clone())));
        self.others.push(other);
    }

    fn blur(&mut self, image: usize) {
        if let Some(image) = self.images.get_mut(image) {
            image.outcome = ImageOutcome::Undecided;
        }
    }
}

/// What came of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Exempt(Exempted),
    Allow,
    Deny(DenyCause),
    /// It hangs on these facts.
    Unknown(Facts),
}

/// What the images of a pod, or the attestors of a rule, add up to: one that is denied outweighs what is
/// not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sum {
    Passes,
    Unknown(Facts),
    Blocked,
}

impl Sum {
    fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blocked, _) | (_, Self::Blocked) => Self::Blocked,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(one | other),
            (Self::Unknown(facts), Self::Passes) | (Self::Passes, Self::Unknown(facts)) => Self::Unknown(facts),
            (Self::Passes, Self::Passes) => Self::Passes,
        }
    }
}

impl From<Verdict> for Sum {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Exempt(_) | Verdict::Allow => Self::Passes,
            Verdict::Unknown(facts) => Self::Unknown(facts),
            Verdict::Deny(_) => Self::Blocked,
        }
    }
}

/// One question.
#[derive(Clone, Copy)]
struct Case<'a> {
    policy: &'a CompiledPolicy,
    request: &'a Request,
    evidence: &'a Evidence,
    verify: &'a dyn Verify,
}

impl<'a> Case<'a> {
    fn run(self, observer: &mut impl Observer) -> (Answer, Option<&'a CompiledRule>) {
        let is_known = self.request.knows(Fact::Enforcement);
        if is_known && self.request.enforcement == Enforcement::Off {
            self.not_enforced(observer);
            return (Answer::known(Outcome::Admit), None);
        }
        observer.check(|| enforced_check(is_known));
        let rule = self.policy.select(self.request);
        let others = self.policy.others(self.request, rule);
        observer.check(|| self.policy.selection_trace(self.request, rule, &others));
        let mut sum = Sum::Passes;
        let mut statuses = Vec::new();
        for image in &self.request.images {
            let verdict = self.image(image, rule, observer);
            sum = sum.add(verdict.into());
            if !others.is_empty() {
                statuses.push(status(verdict));
            }
        }
        let mut answer = self.conclude(sum, rule);
        observer.check(|| enforcement_check(answer.outcome, rule));
        observer.check(|| {
            let used = BreakGlass::from_request(self.request);
            break_glass_check(self.request, used, answer.outcome == Outcome::AdmitBreakGlass)
        });
        if !others.is_empty() {
            answer = self.weigh((rule, answer, &statuses), &others, observer);
        }
        observer.check(|| outcome_check(answer));
        (answer, Some(rule))
    }

    /// What is decided where other rules could be the one: what all of them come to, or else nothing.
    fn weigh(
        self,
        (rule, selected, statuses): (&CompiledRule, Answer, &[Status]),
        others: &[Candidate<'_>],
        observer: &mut impl Observer,
    ) -> Answer {
        // Many rules, and few that do not do the same.
        let mut ways = vec![(rule.class, selected)];
        let mut chosen: Vec<(usize, Facts)> = Vec::with_capacity(others.len() + 1);
        for Candidate { rule, hangs_on } in others {
            let way = ways.iter().position(|(class, _)| *class == rule.class).unwrap_or_else(|| {
                ways.push((rule.class, self.alone(rule, statuses, observer)));
                ways.len() - 1
            });
            chosen.push((way, *hangs_on));
            let outcome = ways.get(way).map_or(Outcome::Undecided, |(_, answer)| answer.outcome);
            observer.other_rule(|| OtherRule { rule: rule.reference(), outcome, hangs_on: *hangs_on });
        }
        chosen.push((0, Facts::NONE));
        let answers: Vec<Answer> = ways.into_iter().map(|(_, answer)| answer).collect();
        combined(&answers, &chosen)
    }

    /// What comes of the request under one of the rules that could be the one; `statuses`: what came of
    /// its images under the one that was selected.
    fn alone(self, rule: &CompiledRule, statuses: &[Status], observer: &mut impl Observer) -> Answer {
        let mut sum = Sum::Passes;
        for (number, image) in self.request.images.iter().enumerate() {
            let verdict = self.image(image, rule, &mut Silent);
            sum = sum.add(verdict.into());
            if statuses.get(number) != Some(&status(verdict)) {
                observer.blur(number);
            }
        }
        self.conclude(sum, rule)
    }

    fn not_enforced(self, observer: &mut impl Observer) {
        observer.check(|| Check::new(Status::Note, CheckKind::Enforcement(Enforcement::Off)));
        for image in &self.request.images {
            observer.check(|| {
                Check::new(Status::Skipped, CheckKind::Image { image: image.image.clone(), container: None })
            });
            observer.image(|| image_decision(image, image.image.clone(), ImageOutcome::Allow));
        }
    }

    fn image(self, image: &RequestImage, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
        observer.enter();
        let subject = self.subject(image);
        let verdict = match &subject {
            Some(subject) => self.verdict(subject, rule, observer),
            None => self.unresolved(image, rule, observer),
        };
        let name = subject.as_deref().unwrap_or(&image.image);
        observer.leave(|| image_check(name, image, verdict));
        observer.image(|| image_decision(image, name.to_owned(), self.outcome(verdict)));
        verdict
    }

    /// A tag of Cloud Run that nobody resolved: what comes of every digest that it could mean.
    fn unresolved(self, image: &RequestImage, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
        observer.check(|| Check::new(Status::Unknown, CheckKind::UnresolvedDigest { image: image.image.clone() }));
        let exempt = match image.image.parse::<ImageRef>() {
            Ok(reference) => self.policy.exempts_digests(reference.name()),
            Err(_) => DigestsExempt::Perhaps(Fact::Tag.into()),
        };
        let perhaps = match exempt {
            DigestsExempt::Always(exempted) => {
                observer.check(|| self.policy.every_digest_trace(exempted));
                observer.check(|| mode_check(Status::Skipped, rule));
                return Verdict::Exempt(exempted);
            }
            DigestsExempt::Never => Facts::NONE,
            DigestsExempt::Perhaps(facts) => facts,
        };
        perhaps_exempt(self.by_rule(Attested::NotResolved, rule, observer), perhaps)
    }

    /// The string that is compared with patterns and named in messages. GKE takes the pod's own;
    /// Cloud Run resolves a tag to a digest first (`None`: not known to which), and drops the tag.
    fn subject(self, image: &RequestImage) -> Option<Cow<'_, str>> {
        if self.request.platform == Platform::Gke {
            return Some(Cow::Borrowed(&image.image));
        }
        let reference: ImageRef = image.image.parse().ok()?;
        let digest = self.evidence.resolved.get(&image.image).or_else(|| reference.digest())?;
        Some(Cow::Owned(reference.with_digest(digest).as_str().to_owned()))
    }

    fn verdict(self, subject: &str, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
        if let Some(exempted) = self.policy.exempts(subject, observer) {
            observer.check(|| mode_check(Status::Skipped, rule));
            return Verdict::Exempt(exempted);
        }
        let digest = digest_of(subject, rule);
        let verdict = self.by_rule(Attested::new(digest.as_ref()), rule, observer);
        let is_open = !matches!(verdict, Verdict::Allow) && self.policy.may_be_of_system(subject).is_some();
        if is_open { perhaps_exempt(verdict, Fact::SystemPolicy.into()) } else { verdict }
    }

    /// What the rule says to an image that no list exempts.
    fn by_rule(self, attested: Attested<'_>, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
        match rule.evaluation {
            EvaluationMode::AlwaysAllow => {
                observer.check(|| mode_check(Status::Pass, rule));
                Verdict::Allow
            }
            EvaluationMode::AlwaysDeny => {
                observer.check(|| mode_check(Status::Fail, rule));
                Verdict::Deny(DenyCause::AlwaysDeny)
            }
            EvaluationMode::RequireAttestation => self.attested(attested, rule, observer),
        }
    }

    /// Every attestor is asked, also after one has refused: the message names them all. That a cluster
    /// does not stop at the first is inferred (`docs/binary-authorization.md`, "Decision procedure").
    fn attested(self, attested: Attested<'_>, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
        observer.enter();
        let mut sum = Sum::Passes;
        for (index, required) in rule.attestors.iter().enumerate() {
            let judgement = Judgement::new(required, attested, self.evidence, self.verify);
            sum = sum.add(match judgement.satisfied() {
                Some(true) => Sum::Passes,
                Some(false) => Sum::Blocked,
                None => Sum::Unknown(judgement.open()),
            });
            observer.check(|| judgement.trace(required).with_path(attestor_path(rule.kind, &rule.key, index)));
            observer.attestor(|| judgement.outcome(&required.text));
        }
        let verdict = match sum {
            _ if rule.attestors.is_empty() => Verdict::Deny(DenyCause::NoAttestors),
            Sum::Passes => Verdict::Allow,
            Sum::Unknown(facts) => Verdict::Unknown(facts),
            Sum::Blocked => Verdict::Deny(DenyCause::Attestors),
        };
        if rule.attestors.is_empty() {
            observer.check(|| Check::new(Status::Fail, RuleCheck::NoAttestors));
        }
        observer.leave(|| mode_check(status(verdict), rule));
        verdict
    }

    /// Dry run first: it leaves nothing to override (`docs/binary-authorization.md`, "Rule selection",
    /// steps 5 and 6).
    fn conclude(self, sum: Sum, rule: &CompiledRule) -> Answer {
        let dry_run = rule.enforcement == EnforcementMode::DryRun;
        let outcome = match sum {
            Sum::Passes => Outcome::Admit,
            _ if dry_run => Outcome::AdmitDryRun,
            _ if BreakGlass::from_request(self.request).is_some() => Outcome::AdmitBreakGlass,
            Sum::Unknown(_) => Outcome::Undecided,
            Sum::Blocked => Outcome::Deny,
        };
        let perhaps_off = !self.request.knows(Fact::Enforcement);
        let open = match (outcome, sum) {
            (Outcome::Undecided, Sum::Unknown(facts)) if perhaps_off => facts | Fact::Enforcement.into(),
            (Outcome::Undecided, Sum::Unknown(facts)) => facts,
            (Outcome::Deny, _) if perhaps_off => {
                return Answer { outcome: Outcome::Undecided, open: Fact::Enforcement.into(), differs: Facts::NONE };
            }
            _ => Facts::NONE,
        };
        let mut differs = Facts::NONE;
        if matches!(outcome, Outcome::AdmitDryRun | Outcome::AdmitBreakGlass) {
            // What would pass is not overridden and logged; nor is anything where nobody is asked.
            if let Sum::Unknown(facts) = sum {
                differs |= facts;
            }
            if perhaps_off {
                differs.insert(Fact::Enforcement);
            }
        }
        Answer { outcome, open, differs }
    }

    fn outcome(self, verdict: Verdict) -> ImageOutcome {
        match verdict {
            Verdict::Exempt(exempted) => ImageOutcome::Exempt(self.policy.exemption(exempted)),
            Verdict::Allow => ImageOutcome::Allow,
            Verdict::Deny(cause) => ImageOutcome::Deny(cause),
            Verdict::Unknown(_) => ImageOutcome::Undecided,
        }
    }
}

/// What rules that could be the one come to. `answers` has what comes of each way to decide, `chosen` in
/// the order in which the service looks for rules the way of each, with the facts that choose it.
fn combined(answers: &[Answer], chosen: &[(usize, Facts)]) -> Answer {
    let open = answers.iter().fold(Facts::NONE, |all, answer| all | answer.open);
    let differs = answers.iter().fold(Facts::NONE, |all, answer| all | answer.differs);
    let mut all = Answer { outcome: Outcome::Undecided, open, differs };
    let outcome = |way: usize| answers.get(way).map_or(Outcome::Undecided, |answer| answer.outcome);
    let is_alike = |one: usize, other: usize| match (outcome(one).admits(), outcome(other).admits()) {
        (None, None) => one == other,
        (one, other) => one == other,
    };
    // A rule matters where one that is looked for later comes to something else.
    let mut later: Vec<usize> = Vec::with_capacity(answers.len());
    for (way, hangs_on) in chosen.iter().rev() {
        if later.iter().any(|other| !is_alike(*way, *other)) {
            all.open |= *hangs_on;
        }
        if later.iter().any(|other| outcome(*other) != outcome(*way)) {
            all.differs |= *hangs_on;
        }
        if !later.contains(way) {
            later.push(*way);
        }
    }
    if all.open.is_empty() {
        let is_admitted = later.iter().any(|way| outcome(*way) == Outcome::Admit);
        all.outcome = if is_admitted { Outcome::Admit } else { outcome(0) };
    }
    all
}

/// What comes of an image that these facts may exempt.
fn perhaps_exempt(verdict: Verdict, perhaps: Facts) -> Verdict {
    match verdict {
        _ if perhaps.is_empty() => verdict,
        Verdict::Exempt(_) | Verdict::Allow => verdict,
        Verdict::Deny(_) => Verdict::Unknown(perhaps),
        Verdict::Unknown(facts) => Verdict::Unknown(facts | perhaps),
    }
}

/// The digest in an image string, where the rule asks for it. `name:tag@sha256:…` counts as one (inferred).
fn digest_of(subject: &str, rule: &CompiledRule) -> Option<Digest> {
    if rule.evaluation != EvaluationMode::RequireAttestation {
        return None;
    }
    subject.rsplit_once('@')?.1.parse().ok()
}

fn enforced_check(is_known: bool) -> Check {
    if is_known {
        Check::new(Status::Pass, CheckKind::Enforcement(Enforcement::On))
    } else {
        Check::new(Status::Unknown, CheckKind::EnforcementNotKnown)
    }
}

fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Exempt(_) | Verdict::Allow => Status::Pass,
        Verdict::Deny(_) => Status::Fail,
        Verdict::Unknown(_) => Status::Unknown,
    }
}

fn image_check(name: &str, image: &RequestImage, verdict: Verdict) -> Check {
    let container =
        (!image.container.is_empty()).then(|| ImageContainer { kind: image.kind, name: image.container.clone() });
    Check::new(status(verdict), CheckKind::Image { image: name.to_owned(), container })
}

fn image_decision(image: &RequestImage, name: String, outcome: ImageOutcome) -> ImageDecision {
    ImageDecision { image: name, container: image.container.clone(), kind: image.kind, outcome, attestors: Vec::new() }
}

fn mode_check(status: Status, rule: &CompiledRule) -> Check {
    let kind = CheckKind::EvaluationMode(rule.evaluation);
    Check::new(status, kind).with_path(rule_field(rule.kind, &rule.key, "evaluationMode"))
}

fn enforcement_check(outcome: Outcome, rule: &CompiledRule) -> Check {
    let overrides = rule.enforcement == EnforcementMode::DryRun && outcome == Outcome::AdmitDryRun;
    let status = match rule.enforcement {
        EnforcementMode::DryRun if overrides => Status::Pass,
        EnforcementMode::Enforced if outcome == Outcome::Deny => Status::Fail,
        EnforcementMode::DryRun | EnforcementMode::Enforced => Status::Note,
    };
    let kind = CheckKind::EnforcementMode { mode: rule.enforcement, overrides };
    Check::new(status, kind).with_path(rule_field(rule.kind, &rule.key, "enforcementMode"))
}

fn outcome_check(answer: Answer) -> Check {
    let status = match answer.outcome {
        Outcome::Admit | Outcome::AdmitDryRun | Outcome::AdmitBreakGlass => Status::Pass,
        Outcome::Deny => Status::Fail,
        Outcome::Undecided => Status::Unknown,
    };
    let open = (!answer.open.is_empty()).then(|| Check::new(Status::Unknown, CheckKind::HangsOn(answer.open)));
    Check::new(status, CheckKind::Outcome(answer.outcome)).children(open.into_iter().collect())
}
