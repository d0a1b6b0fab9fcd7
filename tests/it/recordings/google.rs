//! What gcloud and curl send to Binary Authorization and Container Analysis.

use super::{Exception, Recordings};
use crate::sandbox::Lab;

const FILE: &str = include_str!("google.json");

/// Where the sandbox answers something else than the recorder's stand-in for the service did.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        recording: "attestations-create-payload-file",
        at: "/attestation/signatures/0/signature",
        why: "answers have bytes in the standard alphabet (proto3 JSON); the stand-in echoed gcloud's",
    },
    Exception {
        recording: "attestations-create-validate-denied*",
        at: "/result",
        why: "the attestation is a good one; the stand-in was told to refuse it",
    },
    Exception {
        recording: "attestations-create-validate-denied*",
        at: "/denialReason",
        why: "the attestation is a good one; the stand-in was told to refuse it",
    },
    Exception {
        recording: "policy-import-empty",
        at: "status",
        why: "a policy needs its defaultAdmissionRule (facts 1.4); the stand-in looked at nothing",
    },
    Exception {
        recording: "policy-import-full",
        at: "status",
        why: "only one of the four maps of rules may be there (facts 1.1 and 1.4)",
    },
];

#[tokio::test]
async fn the_recorded_requests_get_the_recorded_answers() {
    let recordings = Recordings::read(FILE);
    assert!(recordings.names().count() > 30);
    let fresh = || async {
        let lab = Lab::with_project().await;
        let number = lab.project_number().await;
        (lab, vec![("PROJECT_NUMBER", number)])
    };
    recordings.replay(EXCEPTIONS, fresh).await;
}
