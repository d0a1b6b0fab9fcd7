//! What is suggested where the session knows nothing better: names for forms, policies to start from, an image to push.

use domain::built_image::BuiltImage;

/// Suggestions of one walk through the three roles, which fit each other. Given to the model when it is made.
#[derive(Debug, Clone, Copy)]
pub struct Suggestions {
    pub project: &'static str,
    pub cluster: &'static str,
    /// The zone or region of the cluster.
    pub location: &'static str,
    pub note: &'static str,
    /// The note's human readable name.
    pub note_description: &'static str,
    pub attestor: &'static str,
    /// Registry and path of the image, in a project.
    pub repository: fn(project: &str) -> String,
    pub tag: &'static str,
    /// The workload that runs an image by its tag.
    pub workload: &'static str,
    /// The workload that runs a signed image by its digest.
    pub signed_workload: &'static str,
    /// The name in the user id of a key.
    pub key_name: &'static str,
    /// The address in the user id of a key.
    pub key_email: &'static str,
    pub dockerfile: &'static str,
    /// What is pushed.
    pub image: fn() -> BuiltImage,
    /// A policy that refuses everything.
    pub deny_all: &'static str,
    /// A policy of a project that wants an attestation by the attestor.
    pub require_attestor: fn(project: &str) -> String,
}
