//! What the session knows of the project, for the draft's diagnostics.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::review::inventory;
use crate::session::Session;
use domain::admission::{Attestations, AttestorEvidence, Evidence, Request};
use domain::attestation::Verify;
use domain::attestor::Attestor;
use domain::inventory::Origin;
use domain::name::{AttestorName, ClusterKey, ProjectId};
use domain::project_lint::{AttestorFact, ProjectFacts, Running};
use domain::system_policy::SystemPolicy;

/// What facts stand on: as long as it is the same, so are they.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    project: Option<ProjectId>,
    cluster: Option<ClusterKey>,
    /// When each of the values was read.
    read: [Option<Timestamp>; 7],
}

/// What is borrowed for the facts, besides the session.
#[derive(Debug)]
pub struct Ground<'a> {
    system: SystemPolicy,
    evidence: &'a Evidence,
}

impl Basis {
    pub fn from_session(session: &Session) -> Self {
        let r = &session.remotes;
        Self {
            project: session.project.clone(),
            cluster: session.cluster.clone(),
            read: [
                r.attestors.read_at(),
                r.evidence.read_at(),
                r.survey.read_at(),
                r.clusters.read_at(),
                r.images.read_at(),
                r.workloads.read_at(),
                r.system_policy.read_at(),
            ],
        }
    }
}

impl<'e> Ground<'e> {
    pub fn from_session(session: &Session, evidence: &'e Evidence) -> Self {
        Self { system: session.system_policy(), evidence }
    }

    /// The facts; what was not read is unknown.
    pub fn facts<'a>(&'a self, session: &'a Session, verify: &'a dyn Verify) -> ProjectFacts<'a> {
        let r = &session.remotes;
        ProjectFacts {
            project: session.project.as_ref().map(ProjectId::as_str),
            own_attestors: r.attestors.value().map(|attestors| self.own_attestors(attestors)),
            other_attestors: self.evidence.attestors.iter().filter_map(fact_of).collect(),
            clusters: r.clusters.value().map(Vec::as_slice),
            images: r.images.value().map(Vec::as_slice),
            running: running(session).map(|pods| Running {
                pods,
                system: &self.system,
                evidence: self.evidence,
                verify,
            }),
        }
    }

    /// The project's attestors; whether their attestations can be read, the evidence says.
    fn own_attestors(&self, attestors: &[Attestor]) -> BTreeMap<AttestorName, AttestorFact> {
        let fact = |attestor: &Attestor| {
            let evidence = self.evidence.attestors.get_key_value(&attestor.name).and_then(fact_of);
            let not_permitted = match evidence {
                Some((_, AttestorFact::Exists { not_permitted, .. })) => not_permitted,
                _ => None,
            };
            (attestor.name.clone(), AttestorFact::Exists { keys: attestor.keys.len(), not_permitted })
        };
        attestors.iter().map(fact).collect()
    }
}

fn fact_of((name, evidence): (&AttestorName, &AttestorEvidence)) -> Option<(AttestorName, AttestorFact)> {
    let fact = match evidence {
        AttestorEvidence::Found { attestor, attestations } => {
            let not_permitted = match attestations {
                Attestations::NotPermitted { service_account, .. } => Some(service_account.clone()),
                Attestations::Read(_) | Attestations::NoteMissing | Attestations::Unknown(_) => None,
            };
            AttestorFact::Exists { keys: attestor.keys.len(), not_permitted }
        }
        AttestorEvidence::NotFound => AttestorFact::Missing,
        AttestorEvidence::NotReadable(_) => AttestorFact::Unreadable,
        AttestorEvidence::Unknown(_) | AttestorEvidence::AssumedNone => return None,
    };
    Some((name.clone(), fact))
}

/// The pods that run in a cluster which asks Binary Authorization; `None` where that is not known.
fn running(session: &Session) -> Option<Vec<Request>> {
    session.remotes.workloads.value()?;
    session.cluster_info().filter(|cluster| cluster.enforced)?;
    let pods = inventory::items(session).into_iter().filter(|item| item.origin == Origin::Running);
    let named = |name: String, request: Request| {
        let name = name.strip_prefix("pod/").unwrap_or(&name).to_owned();
        Request { name, ..request }
    };
    Some(pods.map(|item| named(item.workload, item.request)).collect())
}
