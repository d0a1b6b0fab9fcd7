//! The case with some steps taken: what would be decided then.

use std::borrow::Cow;

use super::case::Denial;
use super::step::FixStep;
use crate::admission::{AttestorEvidence, CompiledPolicy, Decision, Evidence, Outcome, Request, decide, evaluate};
use crate::document::{Document, Format, emit};
use crate::name::AttestorName;
use crate::policy::Policy;
use crate::quick_fix::{with_pattern, with_rule};

/// A case that can be asked again.
pub(super) struct World<'a> {
    pub(super) case: &'a Denial<'a>,
    pub(super) policy: &'a Policy,
    compiled: CompiledPolicy,
}

impl<'a> World<'a> {
    /// `None` where the document is no policy.
    pub(super) fn new(case: &'a Denial<'a>) -> Option<Self> {
        let policy = case.document.policy.as_ref()?;
        Some(Self { case, policy, compiled: CompiledPolicy::new(policy, case.system) })
    }

    pub(super) fn outcome(&self, steps: &[&FixStep]) -> Outcome {
        let (request, evidence) = (self.request(steps), changed_evidence(self.case.evidence, steps));
        decide(&self.compiled(steps), &request, &evidence, self.case.verify)
    }

    pub(super) fn decision(&self, steps: &[&FixStep]) -> Decision {
        let (request, evidence) = (self.request(steps), changed_evidence(self.case.evidence, steps));
        evaluate(&self.compiled(steps), &request, &evidence, self.case.verify)
    }

    pub(super) fn admits(&self, steps: &[&FixStep]) -> bool {
        self.outcome(steps).admits() == Some(true)
    }

    pub(super) fn evidence(&self, steps: &[&FixStep]) -> Cow<'a, Evidence> {
        changed_evidence(self.case.evidence, steps)
    }

    pub(super) fn changed_policy(&self, steps: &[&FixStep]) -> Cow<'a, Policy> {
        if !steps.iter().any(|step| step.is_of_policy()) {
            return Cow::Borrowed(self.policy);
        }
        let mut policy = self.policy.clone();
        for step in steps {
            step.change_policy(&mut policy);
        }
        Cow::Owned(policy)
    }

    fn compiled(&self, steps: &[&FixStep]) -> Cow<'_, CompiledPolicy> {
        match self.changed_policy(steps) {
            Cow::Borrowed(_) => Cow::Borrowed(&self.compiled),
            Cow::Owned(policy) => Cow::Owned(CompiledPolicy::new(&policy, self.case.system)),
        }
    }

    fn request(&self, steps: &[&FixStep]) -> Cow<'a, Request> {
        if !steps.iter().any(|step| step.is_of_pod()) {
            return Cow::Borrowed(self.case.request);
        }
        let mut request = self.case.request.clone();
        for step in steps {
            step.change_request(&mut request);
        }
        Cow::Owned(request)
    }

    /// What is decided with the steps, and the policy's text with them, read and decided again; `None`
    /// where the service would refuse that text, or it does not admit.
    pub(super) fn confirmed(&self, steps: &[FixStep]) -> Option<(Outcome, Option<String>)> {
        let steps: Vec<&FixStep> = steps.iter().collect();
        if !steps.iter().any(|step| step.is_of_policy()) {
            let outcome = self.outcome(&steps);
            return (outcome.admits() == Some(true)).then_some((outcome, None));
        }
        let document = self.written(&steps)?;
        let policy = document.policy.as_ref().filter(|policy| !self.names_a_missing_attestor(policy))?;
        let (request, evidence) = (self.request(&steps), self.evidence(&steps));
        let outcome = decide(&CompiledPolicy::new(policy, self.case.system), &request, &evidence, self.case.verify);
        (outcome.admits() == Some(true)).then_some((outcome, Some(document.text)))
    }

    /// Whether the service would refuse the policy, as an attestor has to exist for a policy to name it
    /// (`docs/binary-authorization.md`, "Refused policies").
    fn names_a_missing_attestor(&self, policy: &Policy) -> bool {
        let known = &self.case.evidence.attestors;
        let is_missing = |name: &str| {
            let name = name.parse::<AttestorName>().ok();
            name.is_some_and(|name| matches!(known.get(&name), Some(AttestorEvidence::NotFound)))
        };
        policy.attestors().into_iter().any(is_missing)
    }

    /// The policy's text with the steps made, one after the other; where it cannot be changed in place
    /// (aliases), the whole policy as gcloud writes it.
    fn written(&self, steps: &[&FixStep]) -> Option<Document> {
        let wanted = self.changed_policy(steps);
        let parse_as = |text: &str, format| {
            let document = Document::parse_as(text, self.case.document.dialect, format);
            document.policy.is_some().then_some(document)
        };
        let parse = |text: &str| parse_as(text, self.case.document.format);
        let whole = || parse_as(&emit(&wanted), Format::Yaml);
        let mut document = Cow::Borrowed(self.case.document);
        for step in steps.iter().filter(|step| step.is_of_policy()) {
            let fix = match step {
                FixStep::AllowPattern { pattern } => with_pattern(&document, pattern),
                FixStep::SetRule { kind, key, rule } => with_rule(&document, *kind, key, rule),
                FixStep::UseDigest { .. }
                | FixStep::BreakGlass { .. }
                | FixStep::AddKey { .. }
                | FixStep::CreateNote { .. }
                | FixStep::CreateAttestor { .. }
                | FixStep::Grant { .. }
                | FixStep::CorrectKeyId { .. }
                | FixStep::CopyAttestation { .. }
                | FixStep::Attest { .. } => None,
            };
            match fix.and_then(|fix| parse(&fix.apply(&document.text))) {
                Some(changed) => document = Cow::Owned(changed),
                None => return whole(),
            }
        }
        let says_it = document.policy.as_ref().is_some_and(|policy| policy.says_the_same_as(&wanted));
        if says_it { Some(document.into_owned()) } else { whole() }
    }
}

/// What would be known after the steps.
pub(super) fn changed_evidence<'e>(evidence: &'e Evidence, steps: &[&FixStep]) -> Cow<'e, Evidence> {
    if steps.iter().all(|step| step.is_of_policy() || step.is_of_pod()) {
        return Cow::Borrowed(evidence);
    }
    let mut steps = steps.to_vec();
    steps.sort_by_key(|step| step.order());
    let mut evidence = evidence.clone();
    for step in steps {
        step.change_evidence(&mut evidence);
    }
    Cow::Owned(evidence)
}
