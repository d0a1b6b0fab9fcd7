//! A case: one decision with everything that it stood on, redacted, in one file that gives the same
//! decision wherever it is opened.
//!
//! Of attestations it holds what came out for each attestor and image, and no key or signature: the
//! decision depends on nothing else. Uses the rest of the domain, nothing else.

mod file;
mod markdown;
mod redact;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::admission::{
    AttestorEvidence, AttestorOutcome, CompiledPolicy, Decision, Evidence, ImageOutcome, Outcome, Request, evaluate,
};
use crate::attestation::{SignatureFault, Verified, Verify};
use crate::attestor::PublicKey;
use crate::name::AttestorName;
use crate::policy::{AdmissionWhitelistPattern, GlobalPolicyEvaluationMode, Policy};
use crate::system_policy;

pub use file::{CaseError, CaseFile, Checked, MAX_BYTES};
pub use markdown::markdown;
pub use redact::Redaction;

/// What a case is made from.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub policy: &'a Policy,
    /// Whose policy it is, for example `the live policy`.
    pub policy_of: &'a str,
    pub system: &'a Policy,
    pub request: &'a Request,
    pub evidence: &'a Evidence,
    /// The project's number, which is not to be told.
    pub project_number: Option<&'a str>,
    /// What was assumed for the decision, each as a sentence.
    pub assumptions: Vec<String>,
    /// RFC 3339.
    pub at: &'a str,
    /// Name and version of the program.
    pub by: &'a str,
}

/// What was found out about one attestor and one image.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Known {
    pub attestor: String,
    pub image: String,
    /// `None`: not known.
    pub attested: Option<bool>,
    /// Why not, or why it is not known; empty where it is attested.
    pub why: String,
}

/// A case, and what was left out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub file: CaseFile,
    /// The decision of the case, made from the case alone.
    pub decision: Decision,
}

/// Makes the redacted case of a decision. Where redacting what decides would give another decision, it
/// stays as it is, and the case says so.
pub fn make(source: &Source<'_>, verify: &dyn Verify) -> Made {
    let compiled = CompiledPolicy::new(source.policy, source.system);
    let original = evaluate(&compiled, source.request, source.evidence, verify);
    let redacted = redact::everything(source, &original);
    let made = redacted.made(source);
    if same(&redacted.decision, &made.decision) {
        return made;
    }
    redact::texts_alone(source, &original).made(source)
}

/// The parts of a case, before they are a file.
struct Parts {
    policy: Policy,
    system_patterns: Vec<String>,
    request: Request,
    known: Vec<Known>,
    resolved: BTreeMap<String, String>,
    assumptions: Vec<String>,
    redactions: Vec<redact::Redaction>,
    /// The original decision with the same words left out.
    decision: Essence,
}

impl Parts {
    fn made(&self, source: &Source<'_>) -> Made {
        let decision = decide(&self.policy, &self.system_patterns, &self.request, &self.known, &self.resolved);
        Made { file: CaseFile::new(self, &decision, source), decision }
    }
}

/// Decides from what a case holds.
fn decide(
    policy: &Policy,
    system_patterns: &[String],
    request: &Request,
    known: &[Known],
    resolved: &BTreeMap<String, String>,
) -> Decision {
    let pattern = |name: &String| AdmissionWhitelistPattern { name_pattern: name.clone() };
    let patterns = system_patterns.iter().map(pattern).collect();
    let system = Policy { admission_whitelist_patterns: patterns, ..system_policy::documented("global") };
    evaluate(&CompiledPolicy::new(policy, &system), request, &evidence(known, resolved), &Unasked)
}

/// The evidence that leads to what is known.
fn evidence(known: &[Known], resolved: &BTreeMap<String, String>) -> Evidence {
    let mut evidence = Evidence::default();
    for known in known {
        let Ok(name) = known.attestor.parse::<AttestorName>() else { continue };
        let digest = known.image.rsplit_once('@').and_then(|(_, digest)| digest.parse().ok());
        match (known.attested, digest) {
            (Some(attested), Some(digest)) => {
                evidence.surveyed.entry(name).or_default().insert(digest, attested);
            }
            (None, _) => {
                evidence.attestors.insert(name, AttestorEvidence::Unknown(known.why.clone()));
            }
            // Without a digest nobody is asked.
            (Some(_), None) => {}
        }
    }
    let digests = resolved.iter().filter_map(|(image, digest)| Some((image.clone(), digest.parse().ok()?)));
    evidence.resolved = digests.collect();
    evidence
}

/// What was found out, as far as the decision asked for it.
fn known(decision: &Decision) -> Vec<Known> {
    let why = |attestor: &AttestorOutcome| match (attestor.satisfied, &attestor.fault) {
        (Some(true), _) => String::new(),
        (Some(false), Some(fault)) => fault.to_string(),
        _ => attestor.reason.clone(),
    };
    let of_image = |image: &crate::admission::ImageDecision| {
        let name = image.image.clone();
        let known = |attestor: &AttestorOutcome| Known {
            attestor: attestor.name.clone(),
            image: name.clone(),
            attested: attestor.satisfied,
            why: why(attestor),
        };
        image.attestors.iter().map(known).collect::<Vec<_>>()
    };
    decision.images.iter().flat_map(of_image).collect()
}

/// The patterns of the system policy, where the policy asks for them.
fn system_patterns(policy: &Policy, system: &Policy) -> Vec<String> {
    match policy.global_policy_evaluation_mode {
        GlobalPolicyEvaluationMode::Enable => {
            system.admission_whitelist_patterns.iter().map(|pattern| pattern.name_pattern.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// An attestor, and whether it is satisfied.
type Said = (String, Option<bool>);

/// What makes two decisions the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Essence {
    outcome: Outcome,
    message: String,
    rule: Option<(String, String)>,
    /// Image, outcome, and what each attestor says.
    images: Vec<(String, ImageOutcome, Vec<Said>)>,
}

impl Essence {
    fn of(decision: &Decision) -> Self {
        let attestors = |image: &crate::admission::ImageDecision| {
            image.attestors.iter().map(|attestor| (attestor.name.clone(), attestor.satisfied)).collect()
        };
        Self {
            outcome: decision.outcome,
            message: decision.message.clone(),
            rule: decision.rule.as_ref().map(|rule| (format!("{:?}", rule.kind), rule.key.clone())),
            images: decision.images.iter().map(|i| (i.image.clone(), i.outcome.clone(), attestors(i))).collect(),
        }
    }
}

fn same(essence: &Essence, decision: &Decision) -> bool {
    *essence == Essence::of(decision)
}

/// A case holds no signatures.
struct Unasked;

impl Verify for Unasked {
    fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        Err(SignatureFault::Unsigned)
    }
}
