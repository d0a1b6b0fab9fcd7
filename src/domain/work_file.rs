//! The working directory's files that the workbench itself writes. Uses nothing.

/// A file of the working directory that has a fixed name. Any other one is the person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnFile {
    Kubeconfig,
    Policy,
    /// The policy that requires an attestor.
    UpdatedPolicy,
    /// The public half of the key that signs.
    PublicKey,
    /// What is signed.
    Payload,
    /// The payload, signed.
    Signature,
    Dockerfile,
}

impl OwnFile {
    /// Removing the working directory removes these alone.
    pub const ALL: [Self; 7] = [
        Self::Kubeconfig,
        Self::Policy,
        Self::UpdatedPolicy,
        Self::PublicKey,
        Self::Payload,
        Self::Signature,
        Self::Dockerfile,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Kubeconfig => "kubeconfig.yaml",
            Self::Policy => "policy.yaml",
            Self::UpdatedPolicy => "updated_policy.yaml",
            Self::PublicKey => "public.pgp",
            Self::Payload => "payload.json",
            Self::Signature => "signature.pgp",
            Self::Dockerfile => "Dockerfile",
        }
    }
}
