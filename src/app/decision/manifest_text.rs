//! The manifest that was last asked about.

/// What was last given, so that the box shows it again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManifestText {
    pub text: String,
    pub file: String,
}
