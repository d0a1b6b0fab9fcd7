//! How a pod or a service says that it breaks the glass. Decisions read it, commands write it.

/// The label of today, on the pod.
pub const BREAK_GLASS_LABEL: &str = "image-policy.k8s.io/break-glass";
/// The annotation of 2018, on the pod; still honoured.
pub const BREAK_GLASS_ANNOTATION: &str = "alpha.image-policy.k8s.io/break-glass";
/// Cloud Run's annotation, on the service; its value is the justification.
pub const CLOUD_RUN_BREAK_GLASS_ANNOTATION: &str = "run.googleapis.com/binary-authorization-breakglass";
