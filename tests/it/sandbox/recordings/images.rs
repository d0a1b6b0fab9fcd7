//! What gcloud and skopeo send about images: to the registry, and to Artifact Registry's API.
//!
//! The image is the codelab's: the recorder's layers are not in the recordings.

use countersign::codelab::image;

use super::{Exceptions, Fresh, replay};
use crate::support::lab::Lab;

const FILE: &str = include_str!("images.json");

/// Where the sandbox answers something else than the recorder's stand-in for the services did:
/// recording, place, and why.
const EXCEPTIONS: Exceptions = &[
    ("artifacts-docker-images-describe-*", "/metadata/mediaType", "the codelab's image is an OCI image"),
    ("artifacts-docker-images-describe-*", "/config/title", "the titles of the cloud; the stand-in had none"),
    ("artifacts-docker-images-describe-*", "/state", "the service is enabled here; the stand-in said that it is not"),
    ("*", "content-type", "JSON is UTF-8 (RFC 8259, section 8.1), and has no charset parameter (section 11)"),
    ("*", "/config/size", "the codelab's image is another one"),
    ("*", "/config/Cmd*", "the codelab's image is another one"),
    ("*", "/layers/0/size", "the codelab's image is another one"),
    ("*", "/rootfs/diff_ids/0", "the codelab's image is another one"),
    ("*", "/manifest/*", "the codelab's image is another one, and the recorder had pushed a second one"),
    ("*", "/tags/1", "the recorder had pushed a second one"),
];

#[tokio::test]
async fn the_recorded_requests_get_the_recorded_answers() {
    replay((FILE, 9), EXCEPTIONS, fresh).await;
}

async fn fresh() -> Fresh {
    let lab = Lab::with_project().await;
    crate::clients::conformance::images(&lab).await;
    let image = image::build().unwrap();
    let hex = |digest: &str| digest.trim_start_matches("sha256:").to_owned();
    let manifest = String::from_utf8(image.manifest.bytes.clone()).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let values = vec![
        ("PROJECT_NUMBER", lab.project_number().await),
        ("HEX", hex(image.digest().as_str())),
        ("CONFIG", hex(parsed["config"]["digest"].as_str().unwrap())),
        ("LAYER", hex(parsed["layers"][0]["digest"].as_str().unwrap())),
        ("MANIFEST", manifest),
    ];
    (lab, values)
}
