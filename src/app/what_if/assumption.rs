//! The assumptions that are typed: what each is called and how it is written. Uses nothing.

/// An assumption that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    Attestor,
    Cluster,
    Namespace,
    Time,
}

impl Typed {
    pub const ALL: [Self; 4] = [Self::Attestor, Self::Cluster, Self::Namespace, Self::Time];

    /// In the list of what can be assumed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Attestor => "attested by…",
            Self::Cluster => "in another cluster…",
            Self::Namespace => "in another namespace…",
            Self::Time => "at another time…",
        }
    }

    pub fn field(self) -> &'static str {
        match self {
            Self::Attestor => "Attestor",
            Self::Cluster => "Cluster",
            Self::Namespace => "Namespace",
            Self::Time => "Time",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Self::Attestor => "projects/PROJECT/attestors/ATTESTOR",
            Self::Cluster => "LOCATION.NAME",
            Self::Namespace => "lower-case letters, digits and hyphens",
            Self::Time => {
                "UTC: 2026-01-31 14:05, or RFC 3339; what was attested later is not there, the policy is that of then"
            }
        }
    }
}
