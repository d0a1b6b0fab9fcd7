//! Reading remote values: which of the session's sources are asked anew.

use super::Model;
use crate::effect::Effect;
use crate::query::{Query, Source};
use crate::session::Connection;
use crate::shell::remote::Ticket;

impl Model {
    /// Starts reading these sources, as far as what they need is chosen.
    pub(crate) fn load(&mut self, sources: &[Source]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for source in sources {
            let local = matches!(source, Source::Keys | Source::Work | Source::Inventory);
            if !local && !matches!(self.session.connection, Connection::Sandbox(_)) {
                continue;
            }
            let note = self.selected_attestor().map(|attestor| attestor.note.clone());
            let query = if *source == Source::Survey {
                self.survey_query()
            } else {
                self.session.query(*source, note, self.draft.policy())
            };
            let Some(query) = query else { continue };
            let ticket = self.next_ticket();
            self.mark_loading(*source, ticket);
            effects.push(Effect::Load(ticket, query));
        }
        effects
    }

    /// What the attestors are asked about the images of the inventory; `None` where there is nobody or
    /// nothing to ask about.
    fn survey_query(&self) -> Option<Query> {
        let attestors = self.session.wanted_attestors(self.draft.policy());
        let digests = self.preview.digests().clone();
        (!attestors.is_empty() && !digests.is_empty()).then_some(Query::Survey { attestors, digests })
    }

    fn mark_loading(&mut self, source: Source, ticket: Ticket) {
        let r = &mut self.session.remotes;
        match source {
            Source::Projects => r.projects.start(ticket),
            Source::Services => r.services.start(ticket),
            Source::Clusters => r.clusters.start(ticket),
            Source::Images => r.images.start(ticket),
            Source::Policy => r.policy.start(ticket),
            Source::SystemPolicy => r.system_policy.start(ticket),
            Source::Attestors => r.attestors.start(ticket),
            Source::Notes => r.notes.start(ticket),
            Source::Attestations => r.attestations.start(ticket),
            Source::Evidence => r.evidence.start(ticket),
            Source::Registry => r.registry.start(ticket),
            Source::Survey => r.survey.start(ticket),
            Source::Inventory => r.inventory.start(ticket),
            Source::Keys => r.keys.start(ticket),
            Source::Work => r.work.start(ticket),
        }
    }
}
