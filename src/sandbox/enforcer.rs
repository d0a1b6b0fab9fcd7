//! Binary Authorization's enforcer, which the clusters' webhook asks: the core's `evaluate` over what the
//! store holds.
//!
//! What the project's Binary Authorization service agent may not read is not evidence: without
//! `roles/containeranalysis.notes.occurrences.viewer` on the note, or on the note's project, there are
//! no attestations for it. In a single real project the agent can read them from the start, by a role
//! that Google grants; here the grant is always asked for, because granting it is a step of the
//! codelab, and because across projects the cloud asks for it too.

use std::rc::Rc;

use rusqlite::Transaction;

use super::admissions::{ATTESTOR_BYTES, Admissions, Prepared};
use super::binary_authorization::{current_policy, find_attestor};
use super::state::ClusterId;
use super::store::StoreError;
use super::{container, container_analysis, iam, projects};
use domain::admission::{
    Attestations, AttestorEvidence, CompiledPolicy, Decision, Enforcement, Evidence, Request, RequestImage, evaluate,
};
use domain::attestor::Attestor;
use domain::image::{Digest, ImageRef};
use domain::name::{AttestorName, NoteName};
use domain::policy::Policy;
use domain::system_policy::SystemPolicy;

/// Decides on a pod that wants to run in a cluster. What the request says of the cluster and of its
/// enforcement is replaced by what the store says. All pods of a transaction share what they found out, and what
/// they may cost.
///
/// # Errors
/// The store failed, or the decision would take more than a transaction may: then there is none.
pub(super) fn admit(
    tx: &Transaction<'_>,
    cluster: &ClusterId,
    request: Request,
    admissions: &Admissions,
) -> Result<Decision, StoreError> {
    let enforced = container::find(tx, cluster)?.is_some_and(|cluster| cluster.enforces_project_policy());
    let request = Request {
        enforcement: if enforced { Enforcement::On } else { Enforcement::Off },
        cluster: Some(format!("{}.{}", cluster.location, cluster.name)),
        ..request
    };
    let policy = policy(tx, cluster, admissions)?;
    let evidence = if enforced { evidence(tx, &request.images, &policy.policy, admissions)? } else { Rc::default() };
    let decision = evaluate(&policy.compiled, &request, &evidence, admissions);
    admissions.settle()?;
    Ok(decision)
}

/// The project's policy; a transaction is of one project, and changes no policy where it admits pods.
fn policy(tx: &Transaction<'_>, cluster: &ClusterId, admissions: &Admissions) -> Result<Rc<Prepared>, StoreError> {
    let known = admissions.policy.borrow().clone();
    if let Some(policy) = known {
        return Ok(policy);
    }
    let policy = current_policy(tx, &cluster.project)?;
    let compiled = CompiledPolicy::new(&policy, &SystemPolicy::of_sandbox());
    let prepared = Rc::new(Prepared { policy, compiled });
    *admissions.policy.borrow_mut() = Some(Rc::clone(&prepared));
    Ok(prepared)
}

/// What the stores hold for these images of every attestor that the policy names.
fn evidence(
    tx: &Transaction<'_>,
    images: &[RequestImage],
    policy: &Policy,
    admissions: &Admissions,
) -> Result<Rc<Evidence>, StoreError> {
    let digests = digests(images);
    let known = admissions.evidence.borrow().get(&digests).cloned();
    if let Some(evidence) = known {
        return Ok(evidence);
    }
    let mut evidence = Evidence::default();
    for name in policy.attestors() {
        // The policy was checked when it was stored.
        if let Ok(name) = name.parse::<AttestorName>() {
            let found = attestor_evidence(tx, &name, &digests, admissions)?;
            evidence.attestors.insert(name, found);
        }
    }
    let evidence = Rc::new(evidence);
    admissions.evidence.borrow_mut().insert(digests, Rc::clone(&evidence));
    Ok(evidence)
}

fn digests(images: &[RequestImage]) -> Vec<Digest> {
    let mut digests: Vec<Digest> = images
        .iter()
        .filter_map(|image| image.image.parse::<ImageRef>().ok())
        .filter_map(|image| image.digest().cloned())
        .collect();
    digests.sort();
    digests.dedup();
    digests
}

fn attestor_evidence(
    tx: &Transaction<'_>,
    name: &AttestorName,
    digests: &[Digest],
    admissions: &Admissions,
) -> Result<AttestorEvidence, StoreError> {
    admissions.read(ATTESTOR_BYTES)?;
    let Some(project) = projects::active(tx, name.project())? else { return Ok(AttestorEvidence::NotFound) };
    let Some(stored) = find_attestor(tx, &project.id, name.id())? else { return Ok(AttestorEvidence::NotFound) };
    match Attestor::try_from(stored) {
        Ok(attestor) => {
            let attestations = attestations(tx, &attestor, digests, admissions)?;
            Ok(AttestorEvidence::Found { attestor, attestations })
        }
        Err(error) => Ok(AttestorEvidence::Unknown(error.to_string())),
    }
}

fn attestations(
    tx: &Transaction<'_>,
    attestor: &Attestor,
    digests: &[Digest],
    admissions: &Admissions,
) -> Result<Attestations, StoreError> {
    let note = &attestor.note;
    if container_analysis::note_kind(tx, note.project(), note.id())?.is_none() {
        return Ok(Attestations::NoteMissing);
    }
    let service_account = attestor.service_account_email.clone().unwrap_or_default();
    if may_read(tx, &service_account, note)? {
        // Its length is asked for before it is read.
        let bytes = container_analysis::bytes_of_attestations_on(tx, note, digests, admissions.bytes_left())?;
        admissions.read(bytes)?;
        container_analysis::attestations_on(tx, note, digests).map(Attestations::Read)
    } else {
        Ok(Attestations::NotPermitted { service_account, readable: Vec::new() })
    }
}

/// Whether the account may list the occurrences of a note: by a role on the note or on its project.
fn may_read(tx: &Transaction<'_>, service_account: &str, note: &NoteName) -> Result<bool, StoreError> {
    let member = format!("serviceAccount:{service_account}");
    let resources = [note.to_string(), format!("projects/{}", note.project())];
    for resource in resources {
        if iam::get(tx, &resource)?.grants_reading_occurrences(&member) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
