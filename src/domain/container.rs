//! The containers of a pod, as far as an admission looks at them. Uses nothing.

/// What kind of container an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContainerKind {
    Init,
    /// An init container with `restartPolicy: Always`.
    Sidecar,
    #[default]
    Container,
    Ephemeral,
}

impl ContainerKind {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init container",
            Self::Sidecar => "sidecar",
            Self::Container => "container",
            Self::Ephemeral => "ephemeral container",
        }
    }
}

/// One image of the pod, exactly as its spec says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestImage {
    pub image: String,
    pub container: String,
    pub kind: ContainerKind,
}
