//! What a review asks about: images and pods that there are, with where each comes from.

use std::collections::{BTreeMap, BTreeSet};

use crate::admission::{AttestorEvidence, Evidence, Request, RequestImage};
use crate::image::Digest;
use crate::name::AttestorName;

/// More than any cluster runs; what is beyond is not read.
pub const MAX_ITEMS: usize = 500_000;

/// One pod, or one image as if it were a pod of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InventoryItem {
    pub request: Request,
    pub origin: Origin,
    /// What made the pod, for example `replicaset/web-5d8f`, or the pod itself; empty for an image.
    pub workload: String,
    /// Who looks after it, by its labels ([`owner_of`]); empty where nothing says so.
    pub owner: String,
    /// Who is known to have attested its images, and that nobody else has; `None`: not known.
    pub attested_by: Option<BTreeSet<AttestorName>>,
    /// What Cloud Run resolves the one tag to.
    pub resolved_digest: Option<Digest>,
}

/// How an item came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Origin {
    /// A line of the reviewer's list.
    #[default]
    List,
    /// A manifest of the registry.
    Registry,
    /// A pod that runs now.
    Running,
}

impl Origin {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Registry => "registry",
            Self::Running => "running",
        }
    }
}

/// Labels that name who looks after a workload, the first that is there counts: what teams use most,
/// and Kubernetes' own recommendation for the whole that it is a part of.
const OWNER_LABELS: [&str; 5] =
    ["owner", "team", "app.kubernetes.io/managed-by-team", "app.kubernetes.io/part-of", "app"];

/// Who looks after a workload, by its labels; empty where none of them says so.
pub fn owner_of(labels: &BTreeMap<String, String>) -> &str {
    OWNER_LABELS.iter().find_map(|label| labels.get(*label)).map_or("", String::as_str)
}

impl InventoryItem {
    /// One image, asked about as this pod.
    pub fn image(image: &str, pod: &Request, origin: Origin) -> Self {
        let images = vec![RequestImage { image: image.to_owned(), ..RequestImage::default() }];
        Self { request: Request { images, ..pod.clone() }, origin, ..Self::default() }
    }

    /// Its first image, and how many others there are.
    pub fn title(&self) -> String {
        match self.request.images.as_slice() {
            [] => "a pod without images".to_owned(),
            [only] => only.image.clone(),
            [first, others @ ..] => format!("{} and {} more", first.image, others.len()),
        }
    }

    pub fn namespace(&self) -> &str {
        if self.request.namespace.is_empty() { "default" } else { &self.request.namespace }
    }

    /// What is known for this item: its own list of attestors where it has one, else what is known of
    /// all. `attestors` are those of the policies it is reviewed under.
    pub fn evidence<'e>(&self, known: &'e Evidence, attestors: &[AttestorName]) -> std::borrow::Cow<'e, Evidence> {
        let (assumed, resolved) = match (&self.attested_by, &self.resolved_digest) {
            (None, None) => return std::borrow::Cow::Borrowed(known),
            (assumed, resolved) => (assumed.clone(), resolved),
        };
        let mut evidence = known.clone();
        if let Some(assumed) = assumed {
            evidence.attestors = attestors.iter().map(|name| (name.clone(), AttestorEvidence::AssumedNone)).collect();
            evidence.assumed = assumed;
        }
        if let (Some(digest), Some(image)) = (resolved, self.request.images.first()) {
            evidence.resolved.insert(image.image.clone(), digest.clone());
        }
        std::borrow::Cow::Owned(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_the_first_label_that_says_so() {
        let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(owner_of(&labels(&[("app", "web"), ("team", "shop")])), "shop");
        assert_eq!(owner_of(&labels(&[("tier", "front")])), "");
    }

    #[test]
    fn an_item_with_its_own_attestors_knows_that_there_are_no_others() {
        let [qa, other]: [AttestorName; 2] =
            ["qa", "other"].map(|id| format!("projects/p/attestors/{id}").parse().unwrap());
        let item = InventoryItem { attested_by: Some([qa.clone()].into()), ..InventoryItem::default() };
        let known = Evidence::default();
        let evidence = item.evidence(&known, &[qa.clone(), other.clone()]);
        assert!(evidence.assumed.contains(&qa));
        assert_eq!(evidence.attestors.get(&other), Some(&AttestorEvidence::AssumedNone));
        assert_eq!(*InventoryItem::default().evidence(&known, &[qa]), known);
    }
}
