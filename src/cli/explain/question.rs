//! A refusal asked again: of the policy that was given, and of those of the past.

use super::report::Explained;
use domain::admission::{AttestorEvidence, CompiledPolicy, Evidence, Request, evaluate};
use domain::document::Document;
use domain::explain::cause::{PresentState, diagnose};
use domain::explain::incident::Cause;
use domain::explain::message::{Open, Place, Refusal, Verdict};
use domain::explain::past;
use domain::fix::{self, Fix, FixFacts, fixes};
use domain::policy::Policy;
use domain::policy_change::Dated;
use domain::system_policy::SystemPolicy;
use signing::openpgp::Verifier;

/// What the flags say besides the text.
pub(super) struct Known {
    pub(super) pod: Request,
    pub(super) clusters: Option<Vec<String>>,
    pub(super) namespace: Option<String>,
    pub(super) system: SystemPolicy,
    pub(super) evidence: Evidence,
    pub(super) verify: Verifier,
}

/// The policy that is asked again.
pub(super) struct Asked<'d> {
    document: &'d Document,
    policy: &'d Policy,
    compiled: CompiledPolicy,
}

impl<'d> Asked<'d> {
    pub(super) fn new(document: &'d Document, system: &SystemPolicy) -> Option<Self> {
        let policy = document.policy.as_ref()?;
        Some(Self { document, policy, compiled: CompiledPolicy::new(policy, system) })
    }
}

/// How much is found out about one refusal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Causes,
    /// Also what would admit it.
    Whole,
}

/// The question that a refusal was about.
fn question(case: &Refusal, known: &Known) -> Request {
    let mut request = case.request();
    request.complete(&known.pod);
    request
}

/// The version of the past that made a refusal of it, for the first refusal of a cause.
pub(super) fn turn(cause: &Cause, cases: &[Refusal], past: &[Dated], known: &Known) -> Option<String> {
    let case = cause.cases.first().and_then(|number| cases.get(*number)).filter(|case| case.relative.is_none())?;
    let request = question(case, known);
    if request.images.is_empty() {
        return None;
    }
    let admits = |policy: &Policy| {
        let open = Open { policy: Some(policy), ..Open::default() };
        let compiled = CompiledPolicy::new(policy, &known.system);
        let is_elsewhere = matches!(case.place(&open), Place::Elsewhere(_));
        evaluate(&compiled, &request, &known.evidence, &known.verify).outcome.admits().filter(|_| !is_elsewhere)
    };
    past::turn(past, cause.since?, admits).map(|turn| turn.text())
}

pub(super) fn explain_case(case: &Refusal, asked: Option<&Asked<'_>>, known: &Known, depth: Depth) -> Explained {
    let evidence = &known.evidence;
    let request = question(case, known);
    let open = Open {
        clusters: known.clusters.as_deref(),
        namespace: known.namespace.as_deref(),
        policy: asked.map(|asked| asked.policy),
        ..Open::default()
    };
    let elsewhere = match case.place(&open) {
        Place::Elsewhere(elsewhere) => Some(elsewhere),
        Place::Here | Place::NotSaid => None,
    };
    // Continuous validation has a policy of its own.
    let is_admission = !matches!(case.verdict, Verdict::Running | Verdict::NotWatched);
    let can_ask = is_admission && case.relative.is_none() && !request.images.is_empty() && elsewhere.is_none();
    let asked = asked.filter(|_| can_ask);
    let again = asked.map(|asked| evaluate(&asked.compiled, &request, evidence, &known.verify));
    let is_here = case.is_tied(&open);
    let state = asked.zip(again.as_ref()).map(|(asked, decision)| PresentState {
        decision,
        policy: asked.policy,
        evidence,
        is_here,
    });
    let diagnoses = case.findings.iter().map(|finding| diagnose(case, finding, state.as_ref())).collect();
    let fixes = match (depth, asked) {
        (Depth::Whole, Some(asked)) => would_admit(asked.document, &request, case, known),
        (Depth::Whole, None) | (Depth::Causes, _) => Vec::new(),
    };
    Explained { elsewhere, again, diagnoses, fixes }
}

/// The attestors that the message says refused are taken to have attested nothing.
fn would_admit(document: &Document, request: &Request, case: &Refusal, known: &Known) -> Vec<Fix> {
    let refused = case.findings.iter().filter_map(|finding| finding.attestor.as_ref()?.parse().ok());
    let mut evidence = known.evidence.clone();
    evidence.attestors.extend(refused.map(|name| (name, AttestorEvidence::AssumedNone)));
    let case = fix::Denial { document, system: &known.system, request, evidence: &evidence, verify: &known.verify };
    fixes(&case, &FixFacts::default())
}
