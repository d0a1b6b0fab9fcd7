//! `gcloud container binauthz` by endpoint overrides, and what signs by a key of the running sandbox;
//! every other command is in `conformance.rs`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Gcloud, Way};
use crate::support::lab::{BA, CA, PROJECT};

mod platform;

/// The codelab's deny-all policy.
const POLICY: &str = include_str!("../conformance/inputs/policy.yaml");
const ATTESTOR: &str = "my-binauthz-attestor";
const IMAGE: &str =
    "gcr.io/binauthz-lab/hello-world@sha256:abababababababababababababababababababababababababababababababab";

impl Gcloud {
    /// The note of the codelab.
    async fn make_note(&self) {
        let hint = json!({"attestation": {"hint": {"humanReadableName": "a note"}}});
        let url = format!("{CA}/v1/projects/{PROJECT}/notes?noteId=my-attestor-note");
        self.lab.ok(Method::POST, &url, hint).await;
    }

    /// The policy as it is now.
    async fn policy(&self) -> Value {
        self.lab.get(&format!("{BA}/v1/projects/{PROJECT}/policy")).await
    }
}

/// Each command of the codelab's kind works by the overrides as well as through the proxy.
#[tokio::test(flavor = "multi_thread")]
async fn by_overrides() {
    let Some(gcloud) = Gcloud::start(Way::Overrides).await else { return };
    gcloud.make_note().await;
    let base = "gcloud container binauthz";
    let flags = "--attestation-authority-note=my-attestor-note --attestation-authority-note-project=binauthz-lab";
    assert_eq!(gcloud.ok(&format!("{base} attestors create {ATTESTOR} {flags}")).await, "");
    assert!(gcloud.ok(&format!("{base} attestors list")).await.contains(ATTESTOR));
    gcloud.write("policy.yaml", POLICY);
    assert!(gcloud.ok(&format!("{base} policy import policy.yaml")).await.contains("evaluationMode: ALWAYS_DENY"));
    assert_eq!(gcloud.policy().await["defaultAdmissionRule"]["evaluationMode"], "ALWAYS_DENY");
    let listed = gcloud.ok("gcloud beta container binauthz policy list gke").await;
    assert_eq!(listed, "");
    assert_eq!(gcloud.ok(&format!("{base} attestations list --attestor={ATTESTOR}")).await, "");
}
