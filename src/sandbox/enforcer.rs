//! Binary Authorization's enforcer, which the clusters' webhook asks: the core's `evaluate` over what the
//! store holds.
//!
//! What the project's Binary Authorization service agent may not read is not evidence: without
//! `roles/containeranalysis.notes.occurrences.viewer` on the note, or on the note's project, there are
//! no attestations for it. In a single real project the agent can read them from the start, by a role
//! that Google grants; here the grant is always asked for, because granting it is a step of the
//! codelab, and because across projects the cloud asks for it too.

use rusqlite::Transaction;

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
use domain::system_policy;
use signing::openpgp::Verifier;

/// Decides on a pod that wants to run in a cluster. What the request says of the cluster and of its
/// enforcement is replaced by what the store says.
pub(super) fn admit(tx: &Transaction<'_>, cluster: &ClusterId, request: Request) -> Result<Decision, StoreError> {
    let enforced = container::find(tx, cluster)?.is_some_and(|cluster| cluster.enforces_project_policy());
    let request = Request {
        enforcement: if enforced { Enforcement::On } else { Enforcement::Off },
        cluster: Some(format!("{}.{}", cluster.location, cluster.name)),
        ..request
    };
    let policy = current_policy(tx, &cluster.project)?;
    let evidence = if enforced { evidence(tx, &request.images, &policy)? } else { Evidence::default() };
    let compiled = CompiledPolicy::new(&policy, &system_policy::documented_policy("global"));
    Ok(evaluate(&compiled, &request, &evidence, &Verifier::new()))
}

/// What the stores hold for these images of every attestor that the policy names.
fn evidence(tx: &Transaction<'_>, images: &[RequestImage], policy: &Policy) -> Result<Evidence, StoreError> {
    let digests = digests(images);
    let mut evidence = Evidence::default();
    for name in policy.attestors() {
        // The policy was checked when it was stored.
        if let Ok(name) = name.parse::<AttestorName>() {
            let found = attestor_evidence(tx, &name, &digests)?;
            evidence.attestors.insert(name, found);
        }
    }
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
) -> Result<AttestorEvidence, StoreError> {
    let Some(project) = projects::active(tx, name.project())? else { return Ok(AttestorEvidence::NotFound) };
    let Some(stored) = find_attestor(tx, &project.id, name.id())? else { return Ok(AttestorEvidence::NotFound) };
    match Attestor::try_from(stored) {
        Ok(attestor) => {
            let attestations = attestations(tx, &attestor, digests)?;
            Ok(AttestorEvidence::Found { attestor, attestations })
        }
        Err(error) => Ok(AttestorEvidence::Unknown(error.to_string())),
    }
}

fn attestations(tx: &Transaction<'_>, attestor: &Attestor, digests: &[Digest]) -> Result<Attestations, StoreError> {
    let note = &attestor.note;
    if container_analysis::note_kind(tx, note.project(), note.id())?.is_none() {
        return Ok(Attestations::NoteMissing);
    }
    let service_account = attestor.service_account_email.clone().unwrap_or_default();
    if may_read(tx, &service_account, note)? {
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
