//! What `evaluate-and-sign` leaves: an envelope, and a pod that carries it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::Value;

use super::{Gcloud, IMAGE, Way};

const POLICY: &str = include_str!("../../conformance/inputs/platform.yaml");

#[tokio::test(flavor = "multi_thread")]
async fn evaluated_and_signed() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.write("platform.yaml", POLICY);
    gcloud.write(
        "pod.yaml",
        &format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p1}}\nspec:\n  containers:\n  - name: c\n    image: {IMAGE}\n"
        ),
    );
    gcloud
        .ok("gcloud beta container binauthz policy create my-policy --platform=gke --policy-file=platform.yaml")
        .await;
    let run = "gcloud alpha container binauthz policy evaluate-and-sign my-policy --platform=gke";
    let said = gcloud.ok(&format!("{run} --resource=pod.yaml --no-upload --output-file=out.yaml")).await;
    let attestation = said.lines().nth(1).unwrap().trim_start_matches("- ");
    let envelope: Value = serde_json::from_slice(&URL_SAFE.decode(attestation).unwrap()).unwrap();
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
    let pod = std::fs::read_to_string(gcloud.work().join("out.yaml")).unwrap();
    assert!(pod.contains("binaryauthorization.googleapis.com/attestations"), "{pod}");
}
