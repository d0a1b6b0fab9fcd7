//! Why `countersign simulate` decides nothing.

use crate::cli::answer::PolicyFailure;
use crate::cli::assumed::AssumedFailure;
use crate::cli::exit::Exit;
use crate::cli::input::InputError;
use files::manifest::ManifestError;

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Policy(#[from] PolicyFailure),
    #[error(transparent)]
    Assumed(#[from] AssumedFailure),
    #[error("{file}: {error}")]
    Manifest { file: String, error: ManifestError },
    #[error("{file}: {count} pods in one manifest; choose one with --pod-name: {names}")]
    SeveralPods { file: String, count: usize, names: String },
    #[error("{file}: no pod of the manifest is {name:?}; it has {names}")]
    NoSuchPod { file: String, name: String, names: String },
    #[error("standard input can be the policy, the pod or the system policy, not several of them")]
    StandardInputTwice,
    #[error("an image is empty")]
    EmptyImage,
    #[error("--resolved-digest is for --platform cloud-run: GKE takes the image as it stands in the pod")]
    ResolvedOnGke,
    #[error("--resolved-digest names one digest, and {count} images have none: simulate one at a time")]
    SeveralToResolve { count: usize },
    #[error("--resolved-digest is given, and no image needs one")]
    NothingToResolve,
}

impl Failure {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Policy(PolicyFailure::Platform { .. }) => Exit::Undecided,
            _ => Exit::Unusable,
        }
    }
}
