//! The names, files and the image of the codelab, as what the workbench suggests: the only place that hands them over.

use crate::shell::suggestion::Suggestions;
use codelab::{files, image, names};

/// What the codelab would have people fill in.
pub const CODELAB: Suggestions = Suggestions {
    project: names::PROJECT,
    cluster: names::CLUSTER,
    location: names::LOCATION,
    note: names::NOTE,
    note_description: names::NOTE_DESCRIPTION,
    attestor: names::ATTESTOR,
    repository: names::image_path,
    tag: names::TAG,
    workload: names::WORKLOAD,
    signed_workload: names::SIGNED_WORKLOAD,
    key_name: names::KEY_NAME,
    key_email: names::KEY_EMAIL,
    dockerfile: files::DOCKERFILE,
    image: image::built,
    deny_all: files::DENY_ALL,
    require_attestor: files::updated_policy,
};
