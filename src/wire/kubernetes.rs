//! The Kubernetes types that both sides use, and the `Status` of errors.

pub use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
pub use k8s_openapi::api::core::v1::{Container, Event, Namespace, Pod, PodSpec};
pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Status, StatusCause, StatusDetails};

/// The reason of a denial by the admission webhook; kubectl prints it in parentheses.
pub const VIOLATES_POLICY: &str = "VIOLATES_POLICY";

/// The webhook that refuses pods on GKE; the start of each of its messages.
pub const WEBHOOK: &str = "imagepolicywebhook.image-policy.k8s.io";

/// A failure `Status` with this HTTP code and reason.
pub fn failure(code: u16, reason: &str, message: impl Into<String>) -> Status {
    Status {
        status: Some("Failure".to_owned()),
        message: Some(message.into()),
        reason: Some(reason.to_owned()),
        code: Some(i32::from(code)),
        ..Status::default()
    }
}
