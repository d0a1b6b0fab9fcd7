use rstest::rstest;

use super::*;
use crate::attestation::{self, Attestation, Signature, SignatureFault, Verified, Verify};
use crate::attestor::{Attestor, KeyMaterial, PublicKey};
use crate::image::ImageRef;
use crate::name::AttestorName;
use crate::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
    RuleKind,
};
use crate::system_policy::SystemPolicy;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const QA: &str = "projects/p/attestors/qa";
const KEY: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

/// Holds that a signature is `signed:` and the message; the key does not matter.
struct Plain;

impl Verify for Plain {
    fn verify(&self, _: &PublicKey, signature: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        let message = signature.strip_prefix(b"signed:").ok_or(SignatureFault::Bad)?;
        Ok(Verified { message: message.to_vec(), warnings: Vec::new() })
    }
}

fn by_digest() -> String {
    format!("gcr.io/p/app@sha256:{HEX}")
}

fn always_deny() -> AdmissionRule {
    AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced)
}

fn always_allow() -> AdmissionRule {
    AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced)
}

fn require(attestors: &[&str]) -> AdmissionRule {
    AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: attestors.iter().map(|&name| name.to_owned()).collect(),
        enforcement_mode: EnforcementMode::Enforced,
    }
}

fn dry_run(rule: AdmissionRule) -> AdmissionRule {
    AdmissionRule { enforcement_mode: EnforcementMode::DryRun, ..rule }
}

fn allowlist(policy: Policy, patterns: &[&str]) -> Policy {
    let pattern = |text: &&str| AdmissionWhitelistPattern { name_pattern: (*text).to_owned() };
    Policy { admission_whitelist_patterns: patterns.iter().map(pattern).collect(), ..policy }
}

fn pod(images: &[&str]) -> Request {
    let image = |image: &&str| RequestImage { image: (*image).to_owned(), ..RequestImage::default() };
    Request { name: "web-1".to_owned(), images: images.iter().map(image).collect(), ..Request::default() }
}

fn attestor(name: &str) -> Attestor {
    let name: AttestorName = name.parse().unwrap();
    let material = KeyMaterial::Pgp { armor: String::new() };
    Attestor {
        note: format!("projects/{}/notes/{}-note", name.project(), name.id()).parse().unwrap(),
        name,
        description: String::new(),
        keys: vec![PublicKey { id: KEY.to_owned(), comment: String::new(), material }],
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

fn attested(attestor: &Attestor, image: &str) -> Attestation {
    let image: ImageRef = image.parse().unwrap();
    let payload = attestation::payload(&image, image.digest().unwrap());
    Attestation {
        name: "projects/p/occurrences/1".to_owned(),
        note: attestor.note.clone(),
        kind: attestation::ATTESTATION.to_owned(),
        resource_uri: format!("https://{image}"),
        signatures: vec![Signature { public_key_id: KEY.to_owned(), bytes: [b"signed:", &payload[..]].concat() }],
        payload,
        jwts: 0,
        create_time: None,
    }
}

fn found(name: &str, attestations: Attestations) -> Evidence {
    evidence(name, AttestorEvidence::Found { attestor: attestor(name), attestations })
}

fn evidence(name: &str, known: AttestorEvidence) -> Evidence {
    Evidence { attestors: [(name.parse().unwrap(), known)].into(), ..Evidence::default() }
}

fn none_attested() -> Evidence {
    evidence(QA, AttestorEvidence::AssumedNone)
}

/// Evaluates, after checking that the engine without a trace agrees.
fn ask(policy: &Policy, request: &Request, evidence: &Evidence) -> Decision {
    let policy = CompiledPolicy::new(policy, &SystemPolicy::of_sandbox());
    let decision = evaluate(&policy, request, evidence, &Plain);
    assert_eq!(decide(&policy, request, evidence, &Plain), decision.outcome);
    decision
}

mod evidences;
mod exemptions;
mod failures;
mod messages;
mod overrides;
mod rules;
mod traces;
mod unknown;
