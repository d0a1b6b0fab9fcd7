//! The decision that a case leads to: made from what is known of each attestor and image, without keys
//! and signatures.

use std::collections::BTreeMap;

use crate::admission::{
    AttestorEvidence, AttestorOutcome, CompiledPolicy, Decision, Evidence, Facts, ImageDecision, ImageOutcome, Outcome,
    Request, evaluate,
};
use crate::attestation::NothingToVerify;
use crate::name::AttestorName;
use crate::policy::{AdmissionWhitelistPattern, GlobalPolicyEvaluationMode, Policy};
use crate::system_policy::{self, SystemPolicy};

/// What was found out about one attestor and one image.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownAttestor {
    pub attestor: String,
    pub image: String,
    /// `None`: not known.
    pub attested: Option<bool>,
    /// Why not, or why it is not known; empty where it is attested.
    pub why: String,
}

/// Decides from what a case holds.
pub(super) fn decide(
    policy: &Policy,
    system: &SystemPolicy,
    request: &Request,
    known: &[KnownAttestor],
    resolved: &BTreeMap<String, String>,
) -> Decision {
    evaluate(&CompiledPolicy::new(policy, system), request, &evidence(known, resolved), &NothingToVerify)
}

/// The system policy of a case: its patterns, or what is documented where more was not known.
pub(super) fn system_policy(patterns: &[String], is_whole: bool) -> SystemPolicy {
    if !is_whole {
        return SystemPolicy::Documented;
    }
    let pattern = |name: &String| AdmissionWhitelistPattern { name_pattern: name.clone() };
    let patterns = patterns.iter().map(pattern).collect();
    SystemPolicy::Service(Policy {
        admission_whitelist_patterns: patterns,
        ..system_policy::documented_policy("global")
    })
}

/// The evidence that leads to what is known.
fn evidence(known: &[KnownAttestor], resolved: &BTreeMap<String, String>) -> Evidence {
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
            // Without a digest GKE asks nobody; what Cloud Run was told is so for every digest.
            (Some(true), None) => {
                evidence.assumed.insert(name);
            }
            (Some(false), None) => {
                evidence.attestors.entry(name).or_insert(AttestorEvidence::AssumedNone);
            }
        }
    }
    let digests = resolved.iter().filter_map(|(image, digest)| Some((image.clone(), digest.parse().ok()?)));
    evidence.resolved = digests.collect();
    evidence
}

/// What was found out, as far as the decision asked for it.
pub(super) fn known_attestors(decision: &Decision) -> Vec<KnownAttestor> {
    let why = |attestor: &AttestorOutcome| match (attestor.satisfied, &attestor.fault) {
        (Some(true), _) => String::new(),
        (Some(false), Some(fault)) => fault.to_string(),
        _ => attestor.reason.clone(),
    };
    let of_image = |image: &ImageDecision| {
        let name = image.image.clone();
        let known = |attestor: &AttestorOutcome| KnownAttestor {
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
pub(super) fn system_patterns(policy: &Policy, system: &SystemPolicy) -> Vec<String> {
    match policy.global_policy_evaluation_mode {
        GlobalPolicyEvaluationMode::Enable => {
            system.policy().admission_whitelist_patterns.iter().map(|pattern| pattern.name_pattern.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// An attestor, and whether it is satisfied.
type Said = (String, Option<bool>);

/// What makes two decisions the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Essence {
    pub(super) outcome: Outcome,
    pub(super) message: String,
    pub(super) rule: Option<(String, String)>,
    /// On what it hangs.
    pub(super) open: Facts,
    /// Image, outcome, and what each attestor says.
    pub(super) images: Vec<(String, ImageOutcome, Vec<Said>)>,
}

impl Essence {
    pub(super) fn from_decision(decision: &Decision) -> Self {
        let attestors = |image: &ImageDecision| {
            image.attestors.iter().map(|attestor| (attestor.name.clone(), attestor.satisfied)).collect()
        };
        Self {
            outcome: decision.outcome,
            message: decision.message.clone(),
            rule: decision.known_rule().map(|rule| (format!("{:?}", rule.kind), rule.key.clone())),
            open: decision.open,
            images: decision.images.iter().map(|i| (i.image.clone(), i.outcome.clone(), attestors(i))).collect(),
        }
    }
}

pub(super) fn is_same_decision(essence: &Essence, decision: &Decision) -> bool {
    *essence == Essence::from_decision(decision)
}
