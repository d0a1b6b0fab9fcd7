//! The remote values of the session: where each is kept, that it is on its way, and how its answer is taken.

use std::sync::Arc;

use jiff::Timestamp;

use crate::query::{Answer, AttestationsPage, Registry, Source, Work};
use crate::shell::remote::{Remote, Ticket};
use crate::shell::report::Report;
use domain::admission::Evidence;
use domain::attestation::Attestation;
use domain::attestor::Attestor;
use domain::inventory::InventoryItem;
use domain::policy::Policy;
use domain::resource::{Cluster, ClusterEvent, Image, LocalKey, Note, Project, Workload};

/// Every remote value; one per [`Source`], and what the watch of the chosen cluster tells.
#[derive(Debug, Default)]
pub struct Remotes {
    pub projects: Remote<Vec<Project>>,
    pub services: Remote<Vec<String>>,
    pub clusters: Remote<Vec<Cluster>>,
    pub images: Remote<Vec<Image>>,
    pub policy: Remote<Box<Policy>>,
    pub system_policy: Remote<Box<Policy>>,
    pub attestors: Remote<Vec<Attestor>>,
    pub notes: Remote<Vec<Note>>,
    pub attestations: Remote<Vec<Attestation>>,
    /// Whether the note has more attestations than were read.
    pub more_attestations: bool,
    pub evidence: Remote<Box<Evidence>>,
    pub registry: Remote<Registry>,
    /// What the attestors say of the images of the inventory.
    pub survey: Remote<Arc<Evidence>>,
    /// The reviewer's list.
    pub inventory: Remote<Arc<Vec<InventoryItem>>>,
    pub workloads: Remote<Vec<Workload>>,
    pub events: Remote<Vec<ClusterEvent>>,
    pub keys: Remote<Vec<LocalKey>>,
    pub work: Remote<Work>,
}

impl Remotes {
    /// The keys that can sign, in the order of the wizard's list.
    pub fn signing_keys(&self) -> Vec<&LocalKey> {
        self.keys.items().iter().filter(|key| key.can_sign).collect()
    }

    /// Whether the attestor's service account may read its note; `None` where that is not known.
    pub fn may_read_note(&self, attestor: &Attestor) -> Option<bool> {
        let note = self.notes.items().iter().find(|note| note.name == attestor.note)?;
        let email = attestor.service_account_email.as_ref()?;
        Some(note.viewers.as_ref()?.contains(&format!("serviceAccount:{email}")))
    }
}

impl Remotes {
    /// Notes that a value is on its way, by the request of this ticket.
    pub(crate) fn start(&mut self, source: Source, ticket: Ticket) {
        match source {
            Source::Projects => self.projects.start(ticket),
            Source::Services => self.services.start(ticket),
            Source::Clusters => self.clusters.start(ticket),
            Source::Images => self.images.start(ticket),
            Source::Policy => self.policy.start(ticket),
            Source::SystemPolicy => self.system_policy.start(ticket),
            Source::Attestors => self.attestors.start(ticket),
            Source::Notes => self.notes.start(ticket),
            Source::Attestations => self.attestations.start(ticket),
            Source::Evidence => self.evidence.start(ticket),
            Source::Registry => self.registry.start(ticket),
            Source::Survey => self.survey.start(ticket),
            Source::Inventory => self.inventory.start(ticket),
            Source::Keys => self.keys.start(ticket),
            Source::Work => self.work.start(ticket),
        }
    }

    /// Takes an answer; false where its request is no longer the one that is waited for.
    pub(crate) fn finish(&mut self, ticket: Ticket, answer: Answer, now: Timestamp) -> bool {
        match answer {
            Answer::Projects(result) => self.projects.finish(ticket, result, now),
            Answer::Services(result) => self.services.finish(ticket, result, now),
            Answer::Clusters(result) => self.clusters.finish(ticket, result, now),
            Answer::Images(result) => self.images.finish(ticket, result, now),
            Answer::Policy(result) => self.policy.finish(ticket, result, now),
            Answer::SystemPolicy(result) => self.system_policy.finish(ticket, result, now),
            Answer::Attestors(result) => self.attestors.finish(ticket, result, now),
            Answer::Notes(result) => self.notes.finish(ticket, result, now),
            Answer::Evidence(result) => self.evidence.finish(ticket, result, now),
            Answer::Registry(result) => self.registry.finish(ticket, result, now),
            Answer::Survey(result) => self.survey.finish(ticket, result, now),
            Answer::Inventory(result) => self.inventory.finish(ticket, result, now),
            Answer::Keys(result) => self.keys.finish(ticket, result, now),
            Answer::Work(result) => self.work.finish(ticket, result, now),
            Answer::Attestations(result) => self.finish_attestations(ticket, result, now),
        }
    }

    fn finish_attestations(&mut self, ticket: Ticket, page: Result<AttestationsPage, Report>, now: Timestamp) -> bool {
        let more = page.as_ref().is_ok_and(|page| page.more);
        let fresh = self.attestations.finish(ticket, page.map(|page| page.attestations), now);
        self.more_attestations = if fresh { more } else { self.more_attestations };
        fresh
    }

    /// Whether any value is on its way.
    pub fn is_loading(&self) -> bool {
        let Self {
            projects,
            services,
            clusters,
            images,
            policy,
            system_policy,
            attestors,
            notes,
            attestations,
            evidence,
            registry,
            survey,
            inventory,
            workloads,
            events,
            keys,
            work,
            more_attestations: _,
        } = self;
        [
            projects.is_loading(),
            services.is_loading(),
            clusters.is_loading(),
            images.is_loading(),
            policy.is_loading(),
            system_policy.is_loading(),
            attestors.is_loading(),
            notes.is_loading(),
            attestations.is_loading(),
            evidence.is_loading(),
            registry.is_loading(),
            survey.is_loading(),
            inventory.is_loading(),
            workloads.is_loading(),
            events.is_loading(),
            keys.is_loading(),
            work.is_loading(),
        ]
        .contains(&true)
    }
}
