//! Who says no: the kinds of messages.

/// Who says no, as far as the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// The admission webhook of GKE.
    Gke,
    /// The enforcement path of GKE before 1.18.15, 1.19.7 and 1.20.2.
    GkeLegacy,
    CloudRun,
    /// Google Distributed Cloud.
    DistributedCloud,
    /// An entry of the audit log, which has the message with much beside it.
    AuditLog,
    /// gcloud, about a policy file.
    PolicyImport,
    OrgPolicy,
    OtherWebhook,
    /// An API or a tool, about something else than an admission.
    ApiError,
    /// Nothing in the text is recognised.
    Unknown,
}

impl RefusalKind {
    /// As in the output of `explain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gke => "gke",
            Self::GkeLegacy => "gke-legacy",
            Self::CloudRun => "cloud-run",
            Self::DistributedCloud => "distributed-cloud",
            Self::AuditLog => "audit-log",
            Self::PolicyImport => "policy-import",
            Self::OrgPolicy => "org-policy",
            Self::OtherWebhook => "other-webhook",
            Self::ApiError => "api-error",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an admission by Binary Authorization is what it is about.
    pub fn is_binary_authorization(self) -> bool {
        matches!(self, Self::Gke | Self::GkeLegacy | Self::CloudRun | Self::DistributedCloud | Self::AuditLog)
    }
}

/// The names under which GKE and the distributed cloud register their webhooks.
const GKE_WEBHOOK: &str = "imagepolicywebhook.image-policy.k8s.io";
pub(super) const DISTRIBUTED_WEBHOOK: &str = "binaryauthorization.googleapis.com";

pub(super) fn is_binary_authorization(webhook: &str) -> bool {
    webhook == GKE_WEBHOOK || webhook == DISTRIBUTED_WEBHOOK
}
