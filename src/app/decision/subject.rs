//! For whom an admission is simulated. Uses the domain.

use domain::admission::{Fact, Facts, Owner, Platform, Request};

/// The namespace, and in each namespace the service account, of what names none.
const DEFAULT: &str = "default";

/// For whom an admission is simulated, besides the images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// `LOCATION.CLUSTER`, where it is another cluster than the chosen one.
    pub cluster: Option<String>,
    pub namespace: String,
    pub service_account: String,
    pub service_identity: String,
    /// `KEY=VALUE` of the pod.
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    pub platform: Platform,
    /// The name of a bare pod or a revision; may be empty.
    pub name: String,
    /// What makes the pod, if it is known.
    pub owner: Option<Owner>,
    /// Which of these nobody said. What stands there is what a form begins with, and decides nothing. Of the
    /// cluster: the pod is not asked about in the chosen one either.
    pub not_known: Facts,
}

impl Default for Subject {
    fn default() -> Self {
        Self {
            cluster: None,
            namespace: DEFAULT.into(),
            service_account: DEFAULT.into(),
            service_identity: String::new(),
            labels: Vec::new(),
            annotations: Vec::new(),
            platform: Platform::Gke,
            name: String::new(),
            owner: None,
            not_known: of_an_image(),
        }
    }
}

/// What is not known of an image that was chosen alone: it is asked about in the chosen cluster.
fn of_an_image() -> Facts {
    Facts::of_bare_images().without(Fact::Cluster.into())
}

impl Subject {
    /// The text, where somebody said it.
    pub fn said<'s>(&self, fact: Fact, text: &'s str) -> Option<&'s str> {
        (!self.not_known.contains(fact)).then_some(text)
    }

    pub(crate) fn from_request(request: &Request) -> Self {
        let or_default = |text: &str| if text.is_empty() { DEFAULT.to_owned() } else { text.to_owned() };
        Self {
            cluster: request.cluster.clone(),
            namespace: or_default(&request.namespace),
            service_account: or_default(&request.service_account),
            service_identity: request.service_identity.clone().unwrap_or_default(),
            labels: request.labels.clone().into_iter().collect(),
            annotations: request.annotations.clone().into_iter().collect(),
            platform: request.platform,
            name: request.name.clone(),
            owner: request.owner.clone(),
            not_known: request.not_known.without(Fact::Cluster.into()),
        }
    }
}
