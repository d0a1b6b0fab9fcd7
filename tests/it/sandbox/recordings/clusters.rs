//! What gcloud sends for clusters.

use super::{Exceptions, project, replay};

const FILE: &str = include_str!("clusters.json");

/// Where the sandbox answers something else than the recorder's stand-in for the service did:
/// recording, place, and why.
const EXCEPTIONS: Exceptions = &[
    ("*", "/endpoint", "the sandbox's own address, with its port"),
    ("*", "/clusters/0/endpoint", "the sandbox's own address, with its port"),
    ("*", "/masterAuth/clusterCaCertificate", "the sandbox's own authority; the recorder cut its out"),
    ("*", "/masterAuth/clientCertificate", "the caller's own; the recorder cut its out"),
    ("*", "/masterAuth/clientKey", "the caller's own; the recorder cut its out"),
    ("*", "/config/title", "the titles of the cloud; the stand-in had none"),
    ("*", "/status", "an operation takes a moment; the stand-in's was done at once"),
    ("*", "/endTime", "an operation takes a moment; the stand-in's was done at once"),
    ("clusters-create*", "/state", "the service is enabled here; the stand-in said that it is not"),
];

#[tokio::test]
async fn the_recorded_requests_get_the_recorded_answers() {
    replay((FILE, 20), EXCEPTIONS, project).await;
}
