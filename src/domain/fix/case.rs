//! What is asked for fixes of: a request, what its decision stands on, and what is known besides.

use std::collections::BTreeMap;
use std::fmt;

use crate::admission::{Decision, Evidence, ImageDecision, ImageOutcome, Request};
use crate::attestation::Verify;
use crate::attestor::PublicKey;
use crate::document::Document;
use crate::image::Digest;
use crate::inventory::InventoryItem;
use crate::system_policy::SystemPolicy;

/// More images than any pod has; what is beyond is fixed only by what fixes all.
pub(super) const MOST_IMAGES: usize = 64;

/// A request, and what its decision stands on.
#[derive(Clone, Copy)]
pub struct Denial<'a> {
    /// The text of the policy; its comments and layout are kept.
    pub document: &'a Document,
    /// The system policy. Of its patterns those count, where the policy asks for them.
    pub system: &'a SystemPolicy,
    pub request: &'a Request,
    pub evidence: &'a Evidence,
    pub verify: &'a dyn Verify,
}

impl fmt::Debug for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("request", self.request).finish_non_exhaustive()
    }
}

/// What is known besides, and decides which fixes there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct FixFacts<'a> {
    /// The public keys that could be given to an attestor; `None`: not known.
    pub keys: Option<&'a [KnownKey]>,
    /// What tags mean now, by the image as it is typed.
    pub digests: Option<&'a BTreeMap<String, Digest>>,
    /// The images of the indexes among those of the pod, by the index as it is typed.
    pub children: Option<&'a BTreeMap<String, Vec<Digest>>>,
    /// The images and pods that there are, and what is known of their attestations.
    pub inventory: Option<(&'a [InventoryItem], &'a Evidence)>,
}

/// A public key, and whether its private half is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    pub key: PublicKey,
    pub held: bool,
}

/// The images that are denied, as far as they are looked at.
pub(super) fn denied(decision: &Decision) -> impl Iterator<Item = &ImageDecision> {
    decision.images.iter().filter(|image| matches!(image.outcome, ImageOutcome::Deny(_))).take(MOST_IMAGES)
}
