//! Break-glass: a pod that asks to be admitted whatever the policy says.
//!
//! Source: `docs/binary-authorization.md`, "Break-glass" (*using break-glass* page; the Kubernetes
//! documentation of `ImagePolicyWebhook` for the annotation).

use super::request::{Platform, Request};
use crate::break_glass::{BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION};

/// How a pod breaks the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakGlass {
    Label,
    Annotation,
    CloudRun,
}

impl BreakGlass {
    /// How the pod of the request breaks the glass, if it does.
    pub(super) fn from_request(request: &Request) -> Option<Self> {
        let label = |key| request.labels.get(key);
        let annotation = |key| request.annotations.get(key);
        match request.platform {
            Platform::Gke if label(BREAK_GLASS_LABEL).is_some_and(|value| is_yes(value)) => Some(Self::Label),
            Platform::Gke if annotation(BREAK_GLASS_ANNOTATION).is_some_and(|value| is_yes(value)) => {
                Some(Self::Annotation)
            }
            Platform::CloudRun if annotation(CLOUD_RUN_BREAK_GLASS_ANNOTATION).is_some_and(|text| is_reason(text)) => {
                Some(Self::CloudRun)
            }
            Platform::Gke | Platform::CloudRun => None,
        }
    }
}

/// Whether a value counts. Only `true` is documented; that other values do nothing is inferred.
fn is_yes(value: &str) -> bool {
    value == "true"
}

/// Cloud Run takes any text as the justification; that an empty one does nothing is inferred.
fn is_reason(value: &str) -> bool {
    !value.is_empty()
}
