//! The read that gets a remote value of the session.

use crate::query::{Query, Source};
use crate::session::Session;
use domain::image::ImageRef;
use domain::name::NoteName;
use domain::policy::Policy;

impl Session {
    /// The read that gets a source now; `None` while something it needs is not chosen.
    pub fn query(&self, source: Source, note: Option<NoteName>, draft: Option<&Policy>) -> Option<Query> {
        let project = self.project.clone();
        Some(match source {
            Source::Projects => Query::Projects,
            Source::SystemPolicy => Query::SystemPolicy { location: self.system_policy_location().to_owned() },
            Source::Keys => Query::Keys,
            Source::Work => Query::Work,
            Source::Services => Query::Services { project: project? },
            Source::Clusters => Query::Clusters { project: project? },
            Source::Images => Query::Images { project: project? },
            Source::Policy => Query::Policy { project: project? },
            Source::Attestors => Query::Attestors { project: project? },
            Source::Notes => Query::Notes { project: project? },
            Source::Attestations => {
                Query::Attestations { note: note?, digest: self.image.as_ref().and_then(ImageRef::digest).cloned() }
            }
            Source::Evidence => {
                Query::Evidence { attestors: self.wanted_attestors(draft), images: self.evidence_images()? }
            }
            Source::Registry => {
                let images = self.registry_images();
                (!images.is_empty()).then_some(Query::Registry { images })?
            }
            // Its digests are the preview's to say.
            Source::Survey => return None,
            Source::Inventory => Query::Inventory {
                path: self.inventory.clone()?,
                pod: Box::new(self.pod()),
                attestors: self.wanted_attestors(draft),
            },
        })
    }
}
