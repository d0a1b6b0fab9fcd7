//! For whom an admission is simulated. Uses the domain.

use domain::admission::{Owner, Platform, Request};

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
        }
    }
}

impl Subject {
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
        }
    }
}
