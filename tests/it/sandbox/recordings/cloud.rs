//! What gcloud sends to Resource Manager, Service Usage and Cloud KMS.

use super::{Exceptions, project, replay};

const FILE: &str = include_str!("cloud.json");

/// Where the sandbox answers something else than the recorder's stand-in for the service did:
/// recording, place, and why.
const EXCEPTIONS: Exceptions = &[
    ("*", "/pem", "another pair of keys"),
    ("*", "/pemCrc32c", "Cloud KMS has checksums, and gcloud checks those that are there"),
    ("*", "/signature", "by another key"),
    ("*", "/signatureCrc32c", "Cloud KMS has checksums, and gcloud checks those that are there"),
    ("*", "/protectionLevel", "Cloud KMS says how the key is kept; the stand-in said less"),
    ("*", "/attestation/signatures/0/signature", "answers have bytes in the standard alphabet (proto3 JSON)"),
    ("beta-attestations-sign-and-create-validate", "/result", "the recorded signature is by the recorder's key"),
    ("beta-attestations-sign-and-create-validate", "/denialReason", "the recorded signature is by the recorder's key"),
    ("connect-proxy-public-keys-add-kms", "/updateTime", "this recording's stand-in answered less than the others"),
    ("connect-proxy-public-keys-add-kms", "/etag", "this recording's stand-in answered less than the others"),
    (
        "connect-proxy-public-keys-add-kms",
        "/userOwnedGrafeasNote/delegationServiceAccountEmail",
        "this recording's stand-in answered less than the others",
    ),
    ("*", "/name", "the name for people, which is the id where none was given"),
    ("projects-list", "/projects/0/name", "the name for people, which is the id where none was given"),
    ("services-enable-again", "/response/service/config/title", "the titles of the cloud; the stand-in had none"),
    ("services-list", "/services/0/config/title", "the titles of the cloud; the stand-in had none"),
    ("services-list", "/services/1/config/title", "the titles of the cloud; the stand-in had none"),
    ("services-list", "/services/2/config/title", "the titles of the cloud; the stand-in had none"),
];

#[tokio::test]
async fn the_recorded_requests_get_the_recorded_answers() {
    replay((FILE, 12), EXCEPTIONS, project).await;
}
