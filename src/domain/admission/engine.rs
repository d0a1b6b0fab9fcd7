//! The decision itself, in the order of `docs/binary-authorization.md`, "Rule selection" and "Decision
//! procedure": is anything enforced; which rule; per image system policy, allowlist, evaluation mode,
//! attestors; then dry run and break-glass.

use std::borrow::Cow;

use super::attestors::Judgement;
use super::break_glass::BreakGlass;
use super::break_glass_trace::break_glass_check;
use super::check::{CheckKind, ImageContainer, RuleCheck};
use super::compiled::{CompiledPolicy, CompiledRule};
use super::decision::{AttestorOutcome, Decision, ImageDecision};
use super::evidence::Evidence;
use super::exemption::Exempted;
use super::message::Generation;
use super::outcome::{DenyCause, ImageOutcome, Outcome};
use super::paths::{attestor_path, rule_field};
use super::request::{Enforcement, Platform, Request, RequestImage};
use super::trace::{Check, Recorder, Silent, Status, Tracer};
use crate::attestation::Verify;
use crate::image::{Digest, ImageRef};
use crate::policy::{EnforcementMode, EvaluationMode};

/// Decides, with the message, what came of each image, and the whole tree of checks.
pub fn evaluate(policy: &CompiledPolicy, request: &Request, evidence: &Evidence, verify: &dyn Verify) -> Decision {
    let mut recording = Recording::default();
    let case = Case { policy, request, evidence, verify };
    let (outcome, rule) = case.run(&mut recording);
    let mut decision = Decision {
        outcome,
        message: String::new(),
        platform: request.platform,
        name: request.name.clone(),
        rule: rule.map(CompiledRule::reference),
        images: recording.images,
        trace: recording.recorder.finish(),
    };
    if outcome == Outcome::Deny {
        decision.message = decision.denial_text(Generation::Current);
    }
    decision
}

/// The outcome alone; nothing is written down on the way.
pub fn decide(policy: &CompiledPolicy, request: &Request, evidence: &Evidence, verify: &dyn Verify) -> Outcome {
    Case { policy, request, evidence, verify }.run(&mut Silent).0
}

/// Keeps what the engine finds, or not.
trait Observer: Tracer {
    fn attestor(&mut self, outcome: impl FnOnce() -> AttestorOutcome);
    /// The attestors since the last image are those of this one.
    fn image(&mut self, decision: impl FnOnce() -> ImageDecision);
}

impl Observer for Silent {
    fn attestor(&mut self, _outcome: impl FnOnce() -> AttestorOutcome) {}

    fn image(&mut self, _decision: impl FnOnce() -> ImageDecision) {}
}

#[derive(Debug, Default)]
struct Recording {
    recorder: Recorder,
    attestors: Vec<AttestorOutcome>,
    images: Vec<ImageDecision>,
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
}

/// What came of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Exempt(Exempted),
    Allow,
    Deny(DenyCause),
    Unknown,
}

/// What the images of a pod add up to: one that is denied outweighs what is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sum {
    Passes,
    Unknown,
    Blocked,
}

impl From<Verdict> for Sum {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Exempt(_) | Verdict::Allow => Self::Passes,
            Verdict::Unknown => Self::Unknown,
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
    fn run(self, observer: &mut impl Observer) -> (Outcome, Option<&'a CompiledRule>) {
        if self.request.enforcement == Enforcement::Off {
            self.not_enforced(observer);
            return (Outcome::Admit, None);
        }
        observer.check(|| Check::new(Status::Pass, CheckKind::Enforcement(Enforcement::On)));
        let rule = self.policy.select(self.request);
        observer.check(|| self.policy.selection_trace(self.request, rule));
        let mut sum = Sum::Passes;
        for image in &self.request.images {
            sum = sum.max(self.image(image, rule, observer).into());
        }
        (self.conclude(sum, rule, observer), Some(rule))
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
            None => unresolved(image, rule, observer),
        };
        let name = subject.as_deref().unwrap_or(&image.image);
        observer.leave(|| image_check(name, image, verdict));
        observer.image(|| image_decision(image, name.to_owned(), self.outcome(verdict)));
        verdict
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
        match rule.evaluation {
            EvaluationMode::AlwaysAllow => {
                observer.check(|| mode_check(Status::Pass, rule));
                Verdict::Allow
            }
            EvaluationMode::AlwaysDeny => {
                observer.check(|| mode_check(Status::Fail, rule));
                Verdict::Deny(DenyCause::AlwaysDeny)
            }
            EvaluationMode::RequireAttestation => self.attested(subject, rule, observer),
        }
    }

    /// Every attestor is asked, also after one has refused: the message names them all. That a cluster
    /// does not stop at the first is inferred (`docs/binary-authorization.md`, "Decision procedure").
    fn attested(self, subject: &str, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
        observer.enter();
        let digest = digest_of(subject);
        let mut sum = Sum::Passes;
        for (index, required) in rule.attestors.iter().enumerate() {
            let judgement = Judgement::new(required, digest.as_ref(), self.evidence, self.verify);
            sum = sum.max(match judgement.satisfied() {
                Some(true) => Sum::Passes,
                Some(false) => Sum::Blocked,
                None => Sum::Unknown,
            });
            observer.check(|| judgement.trace(required).with_path(attestor_path(rule.kind, &rule.key, index)));
            observer.attestor(|| judgement.outcome(&required.text));
        }
        let verdict = match sum {
            _ if rule.attestors.is_empty() => Verdict::Deny(DenyCause::NoAttestors),
            Sum::Passes => Verdict::Allow,
            Sum::Unknown => Verdict::Unknown,
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
    fn conclude(self, sum: Sum, rule: &CompiledRule, observer: &mut impl Observer) -> Outcome {
        let break_glass = BreakGlass::from_request(self.request);
        let dry_run = rule.enforcement == EnforcementMode::DryRun;
        let outcome = match sum {
            Sum::Passes => Outcome::Admit,
            _ if dry_run => Outcome::AdmitDryRun,
            _ if break_glass.is_some() => Outcome::AdmitBreakGlass,
            Sum::Unknown => Outcome::Undecided,
            Sum::Blocked => Outcome::Deny,
        };
        observer.check(|| enforcement_check(outcome, rule));
        observer.check(|| break_glass_check(self.request, break_glass, outcome == Outcome::AdmitBreakGlass));
        observer.check(|| outcome_check(outcome));
        outcome
    }

    fn outcome(self, verdict: Verdict) -> ImageOutcome {
        match verdict {
            Verdict::Exempt(exempted) => ImageOutcome::Exempt(self.policy.exemption(exempted)),
            Verdict::Allow => ImageOutcome::Allow,
            Verdict::Deny(cause) => ImageOutcome::Deny(cause),
            Verdict::Unknown => ImageOutcome::Undecided,
        }
    }
}

/// A tag of Cloud Run that nobody resolved: a pattern could still match its digest form, so only a
/// rule that allows everything is certain.
fn unresolved(image: &RequestImage, rule: &CompiledRule, observer: &mut impl Observer) -> Verdict {
    observer.check(|| Check::new(Status::Unknown, CheckKind::UnresolvedDigest { image: image.image.clone() }));
    if rule.evaluation == EvaluationMode::AlwaysAllow {
        observer.check(|| mode_check(Status::Pass, rule));
        return Verdict::Allow;
    }
    observer.check(|| mode_check(Status::Unknown, rule));
    Verdict::Unknown
}

/// The digest in an image string. `name:tag@sha256:…` counts as one (inferred).
fn digest_of(subject: &str) -> Option<Digest> {
    subject.rsplit_once('@')?.1.parse().ok()
}

fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Exempt(_) | Verdict::Allow => Status::Pass,
        Verdict::Deny(_) => Status::Fail,
        Verdict::Unknown => Status::Unknown,
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

fn outcome_check(outcome: Outcome) -> Check {
    let status = match outcome {
        Outcome::Admit | Outcome::AdmitDryRun | Outcome::AdmitBreakGlass => Status::Pass,
        Outcome::Deny => Status::Fail,
        Outcome::Undecided => Status::Unknown,
    };
    Check::new(status, CheckKind::Outcome(outcome))
}
