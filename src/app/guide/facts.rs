//! What the checks of the codelab look at, of the session.

use std::collections::BTreeSet;

use crate::session::Session;
use codelab::{Facts, Seen};

impl Session {
    /// What the checks of the codelab look at.
    pub fn facts<'a>(&'a self, seen: &'a BTreeSet<Seen>) -> Facts<'a> {
        let r = &self.remotes;
        Facts {
            project: self.project_info(),
            services: r.services.value().map(Vec::as_slice),
            work: r.work.value().map(|work| &work.directory),
            clusters: r.clusters.value().map(Vec::as_slice),
            images: r.images.value().map(Vec::as_slice),
            workloads: r.workloads.value().map(Vec::as_slice),
            events: r.events.value().map(Vec::as_slice),
            policy: self.live_policy(),
            notes: r.notes.value().map(Vec::as_slice),
            attestors: r.attestors.value().map(Vec::as_slice),
            keys: r.keys.value().map(Vec::as_slice),
            attestations: r.attestations.value().map(Vec::as_slice),
            chosen: self.image.as_ref(),
            signed_by: r.work.value().and_then(|work| work.signed_by.as_deref()),
            seen,
        }
    }
}
