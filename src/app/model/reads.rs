//! Reading remote values: which of the session's sources are asked anew.

use super::Model;
use crate::effect::Effect;
use crate::query::{Query, Source};
use crate::session::Connection;

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
            if let Query::SystemPolicy { location } = &query {
                self.decisions.system_policy_read_for.clone_from(location);
            }
            let ticket = self.next_ticket();
            self.session.remotes.start(*source, ticket);
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
}
