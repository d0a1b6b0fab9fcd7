//! The ways in which a fix can go about it.

/// How a fix goes about it, those that leave the policy's demand as it is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixKind {
    /// The pod names the image by its digest.
    DeployByDigest,
    GrantRole,
    /// The note of the attestor was deleted.
    RestoreNote,
    /// The attestor was deleted, and the policy still names it.
    RestoreAttestor,
    /// The pod names an image of the index that was attested.
    DeployAttested,
    /// An attestation that is there, on the attestor's own note.
    CopyAttestation,
    /// An attestation that is there, under the id of the key that made it.
    CorrectKeyId,
    /// An attestation that is there does not hold: the right payload is signed.
    Resign,
    Attest,
    AddKey,
    /// Exempts this image, by its digest.
    AllowImage,
    /// Exempts this image as it is typed, by its tag.
    AllowTag,
    AllowRepository,
    AllowRegistry,
    ServiceIdentityRule,
    ServiceAccountRule,
    NamespaceRule,
    ClusterRule,
    DryRun,
    BreakGlass,
}

impl FixKind {
    pub const ALL: [Self; 20] = [
        Self::DeployByDigest,
        Self::DeployAttested,
        Self::GrantRole,
        Self::RestoreNote,
        Self::RestoreAttestor,
        Self::CopyAttestation,
        Self::CorrectKeyId,
        Self::Resign,
        Self::Attest,
        Self::AddKey,
        Self::AllowImage,
        Self::AllowTag,
        Self::AllowRepository,
        Self::AllowRegistry,
        Self::ServiceIdentityRule,
        Self::ServiceAccountRule,
        Self::NamespaceRule,
        Self::ClusterRule,
        Self::DryRun,
        Self::BreakGlass,
    ];

    /// The name in kebab case, for exports.
    pub fn id(self) -> &'static str {
        match self {
            Self::DeployByDigest => "deploy-by-digest",
            Self::DeployAttested => "deploy-attested",
            Self::CopyAttestation => "copy-attestation",
            Self::RestoreNote => "restore-note",
            Self::RestoreAttestor => "restore-attestor",
            Self::CorrectKeyId => "correct-key-id",
            Self::Resign => "re-sign",
            Self::Attest => "attest",
            Self::GrantRole => "grant-role",
            Self::AddKey => "add-key",
            Self::AllowImage => "allow-image",
            Self::AllowTag => "allow-tag",
            Self::AllowRepository => "allow-repository",
            Self::AllowRegistry => "allow-registry",
            Self::ServiceIdentityRule => "service-identity-rule",
            Self::ServiceAccountRule => "service-account-rule",
            Self::NamespaceRule => "namespace-rule",
            Self::ClusterRule => "cluster-rule",
            Self::DryRun => "dry-run",
            Self::BreakGlass => "break-glass",
        }
    }
}
