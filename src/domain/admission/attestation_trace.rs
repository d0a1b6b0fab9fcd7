//! The checks of one attestation, as a tree.

use super::check::{AttestationCheck, StageResult};
use super::trace::{Check, Status};
use crate::attestation::{Accepted, Attestation, AttestationFault, Examined, Signature, Stage};

/// A trace stays readable, however many signatures an occurrence has.
const SIGNATURES_SHOWN: usize = 20;

/// The check of an attestation, with the stages that were not reached as skipped.
pub(crate) fn attestation_check(attestation: &Attestation, examined: &Examined) -> Check {
    let status = if examined.accepted().is_some() { Status::Pass } else { Status::Fail };
    let mut children =
        stages(&Stage::OCCURRENCE, examined.fault.as_ref(), |stage| occurrence_value(attestation, stage));
    let looked_at = examined.signatures.iter().map(Some).chain(std::iter::repeat(None));
    let signatures = attestation.signatures.iter().zip(looked_at).take(SIGNATURES_SHOWN);
    children.extend(signatures.map(|(signature, result)| signature_check(signature, result)));
    Check::new(status, AttestationCheck::Attestation { name: attestation.name.clone() }).children(children)
}

/// What the occurrence has for a stage.
fn occurrence_value(attestation: &Attestation, stage: Stage) -> Option<String> {
    match stage {
        Stage::Note => Some(attestation.note.to_string()),
        Stage::Kind => Some(attestation.kind.clone()),
        Stage::Resource => Some(attestation.resource_uri.clone()),
        Stage::Signed => Some(attestation.signatures.len().to_string()),
        Stage::KeyId | Stage::Signature | Stage::Message | Stage::Payload | Stage::Digest => None,
    }
}

/// The check of one signature. Without a result an earlier signature held, or the occurrence itself failed.
fn signature_check(signature: &Signature, result: Option<&Result<Accepted, AttestationFault>>) -> Check {
    let kind = AttestationCheck::Signature { key_id: signature.public_key_id.clone() };
    match result {
        None => Check::new(Status::Skipped, kind),
        Some(Err(fault)) => Check::new(Status::Fail, kind).children(stages(&Stage::SIGNATURE, Some(fault), |_| None)),
        Some(Ok(accepted)) => {
            let mut children = stages(&Stage::SIGNATURE, None, |stage| accepted_value(accepted, stage));
            children.extend(remarks(accepted));
            Check::new(Status::Pass, kind).children(children)
        }
    }
}

/// What a signature that holds has for a stage.
fn accepted_value(accepted: &Accepted, stage: Stage) -> Option<String> {
    match stage {
        Stage::KeyId => Some(accepted.key.clone()),
        Stage::Digest => accepted.payload.digest.clone(),
        Stage::Note
        | Stage::Kind
        | Stage::Resource
        | Stage::Signed
        | Stage::Signature
        | Stage::Message
        | Stage::Payload => None,
    }
}

/// What decides nothing.
fn remarks(accepted: &Accepted) -> impl Iterator<Item = Check> {
    let reference = AttestationCheck::DockerReference(accepted.payload.docker_reference.clone());
    let kind =
        (!accepted.payload.has_standard_type()).then(|| AttestationCheck::PayloadType(accepted.payload.kind.clone()));
    let warnings = accepted.warnings.iter().cloned().map(AttestationCheck::Warning);
    std::iter::once(reference).chain(kind).chain(warnings).map(|check| Check::new(Status::Note, check))
}

/// The stages up to the fault as passed, the one of the fault as failed, the others as skipped.
fn stages(stages: &[Stage], fault: Option<&AttestationFault>, value: impl Fn(Stage) -> Option<String>) -> Vec<Check> {
    let check = |stage: &Stage| {
        let (status, result) = match fault {
            Some(fault) if fault.stage() == *stage => (Status::Fail, StageResult::Failed(Box::new(fault.clone()))),
            Some(fault) if fault.stage() < *stage => (Status::Skipped, StageResult::Skipped),
            _ => (Status::Pass, StageResult::Passed(value(*stage).filter(|value| !value.is_empty()))),
        };
        Check::new(status, AttestationCheck::Stage { stage: *stage, result })
    };
    stages.iter().map(check).collect()
}
