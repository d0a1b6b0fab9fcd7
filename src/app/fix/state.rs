//! What would admit the pod that is refused: what is asked, what came out, and the box that lists it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::session::Session;
use crate::shell::remote::Ticket;
use domain::admission::{Evidence, Request};
use domain::attestation::Verify;
use domain::attestor::{KeyMaterial, PublicKey};
use domain::document::{Dialect, Document, emit};
use domain::fix::{Denial, Fix, FixFacts, KnownKey, fixes};
use domain::image::Digest;
use domain::inventory::InventoryItem;
use domain::registry_image::RegistryImage;
use domain::resource::{Image, LocalKey};
use domain::system_policy::SystemPolicy;

/// A refused pod under the live policy, with all that the fixes stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixAsk {
    /// The live policy: as the draft writes it, if that says the same, or else as gcloud exports it.
    pub policy: String,
    pub system: SystemPolicy,
    pub request: Request,
    pub evidence: Evidence,
    pub keys: Vec<KnownKey>,
    /// What tags mean now: those of the pod, and of the project's repositories.
    pub digests: BTreeMap<String, Digest>,
    /// The images of indexes among those of the pod.
    pub children: BTreeMap<String, Vec<Digest>>,
    pub items: Arc<Vec<InventoryItem>>,
    pub inventory: Arc<Evidence>,
}

impl FixAsk {
    /// `None` while no policy is known, or nothing is asked about.
    pub fn from_session(
        session: &Session,
        draft: &Document,
        items: &Arc<Vec<InventoryItem>>,
        inventory: &Arc<Evidence>,
    ) -> Option<Self> {
        let (live, remotes) = (session.live_policy()?, &session.remotes);
        let says_it = draft.policy.as_ref().is_some_and(|policy| policy.says_the_same_as(live));
        let mut digests: BTreeMap<String, Digest> = remotes.images.items().iter().flat_map(tags).collect();
        let registered = session.registry_manifests();
        digests.extend(registered.map(|(image, registered)| (image.to_owned(), registered.digest.clone())));
        Some(Self {
            policy: if says_it { draft.text.clone() } else { emit(live) },
            system: session.system_policy(),
            request: session.request()?,
            evidence: session.assumed_evidence(),
            keys: remotes.keys.items().iter().filter(|key| !key.public.is_empty()).map(known).collect(),
            digests,
            children: session.registry_manifests().filter(|(_, found)| found.is_index()).map(children).collect(),
            items: items.clone(),
            inventory: inventory.clone(),
        })
    }

    /// The fixes; takes up to some hundred milliseconds where the inventory is long.
    pub fn answer(&self, verify: &dyn Verify) -> Vec<Fix> {
        let document = Document::parse(&self.policy, Dialect::Gcloud);
        let (request, evidence) = (&self.request, &self.evidence);
        let case = Denial { document: &document, system: &self.system, request, evidence, verify };
        let known = FixFacts {
            keys: Some(&self.keys),
            digests: Some(&self.digests),
            children: Some(&self.children),
            inventory: Some((&self.items, &self.inventory)),
        };
        fixes(&case, &known)
    }
}

fn known(local: &LocalKey) -> KnownKey {
    let material = KeyMaterial::Pgp { armor: local.public.clone() };
    let key = PublicKey { id: local.fingerprint.clone(), comment: local.user_id.clone(), material };
    KnownKey { key, held: local.can_sign }
}

fn children((image, index): (&str, &RegistryImage)) -> (String, Vec<Digest>) {
    (image.to_owned(), index.children.iter().map(|child| child.digest.clone()).collect())
}

fn tags(image: &Image) -> Vec<(String, Digest)> {
    image.tags.iter().map(|tag| (format!("{}:{tag}", image.repository), image.digest.clone())).collect()
}

/// The fixes of what is refused, as far as they are known.
#[derive(Debug, Default)]
pub struct FixSearch {
    /// What is being worked out now.
    pub ticket: Option<Ticket>,
    pub ask: Option<Arc<FixAsk>>,
    /// The fixes of [`FixSearch::ask`], once they are found.
    pub fixes: Option<Arc<Vec<Fix>>>,
}

/// The box with the fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FixesBox {
    pub selected: usize,
}
