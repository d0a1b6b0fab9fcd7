//! What is told of a change that was only tried: what would be sent, and whether admission lets its pods in.

/// A change of a workload that the API server takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    pub sent: Sent,
    pub pod: PodTrial,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A strategic merge patch.
    Patch(String),
    /// The object that takes the place of the one of this uid and version.
    Replacement { uid: String, version: String, body: String },
}

impl Sent {
    /// The very text.
    pub fn body(&self) -> &str {
        match self {
            Self::Patch(body) | Self::Replacement { body, .. } => body,
        }
    }
}

/// What came of a pod that was asked about as the workload's controller would make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodTrial {
    Admitted,
    /// In the cluster's words.
    Refused(String),
    /// It could not be tried: why.
    NotKnown(String),
}
