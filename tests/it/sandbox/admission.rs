//! The codelab's thread through all the APIs: what a cluster refuses, and what it takes to let an
//! image in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::lab::{BA, CA, GKE, Lab, PROJECT};
use crate::support::signer::Signer;

const ZONE: &str = "us-central1-a";
const CLUSTER: &str = "binauthz-codelab";
const IMAGE: &str = "gcr.io/binauthz-lab/hello-world";
const DIGEST: &str = "sha256:abababababababababababababababababababababababababababababababab";
const WEBHOOK: &str = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request";
const NO_ATTESTATION: &str = "No attestations found that were valid and signed by a key trusted by the attestor";

/// A project with a cluster that enforces its policy.
struct Codelab {
    lab: Lab,
    /// The API server, by name.
    server: String,
}

impl Codelab {
    async fn start() -> Self {
        let lab = Lab::with_project().await;
        let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/{ZONE}/clusters");
        let mode = json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"});
        lab.ok(Method::POST, &clusters, json!({"cluster": {"name": CLUSTER, "binaryAuthorization": mode}})).await;
        let url = format!("{clusters}/{CLUSTER}");
        let mut cluster = lab.get(&url).await;
        while cluster["status"] != "RUNNING" {
            tokio::task::yield_now().await;
            cluster = lab.get(&url).await;
        }
        let name = cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"].as_str().unwrap();
        Self { server: format!("https://{name}"), lab }
    }

    async fn import(&self, mode: &str, attestors: &[&str]) {
        let mut rule = json!({"evaluationMode": mode, "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"});
        if !attestors.is_empty() {
            rule["requireAttestationsBy"] = json!(attestors);
        }
        let url = format!("{BA}/v1/projects/{PROJECT}/policy");
        self.lab.ok(Method::PUT, &url, json!({"defaultAdmissionRule": rule})).await;
    }

    /// Runs a bare pod, as `kubectl run` does.
    async fn run(&self, name: &str, image: &str) -> (StatusCode, Value) {
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {"containers": [{"name": name, "image": image}]},
        });
        self.lab.send(Method::POST, &format!("{}/api/v1/namespaces/default/pods", self.server), pod).await
    }

    #[track_caller]
    fn denied(&self, image: &str, why: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let (status, body) = self.run("denied", image).await;
            assert_eq!((status.as_u16(), &body["reason"]), (400, &json!("VIOLATES_POLICY")), "{caller}: {body}");
            let rule = "denied by Binary Authorization default admission rule.";
            assert_eq!(body["message"], format!("{WEBHOOK}: Image {image} {rule} {why}"), "{caller}");
        }
    }

    async fn admitted(&self, name: &str, image: &str) {
        let (status, body) = self.run(name, image).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
    }
}

#[tokio::test]
async fn an_image_is_let_in_step_by_step() {
    let codelab = Codelab::start().await;
    let lab = &codelab.lab;
    let image = format!("{IMAGE}@{DIGEST}");
    // Without a policy everything runs; then nothing does.
    codelab.admitted("before", IMAGE).await;
    codelab.import("ALWAYS_DENY", &[]).await;
    codelab.denied(IMAGE, "Denied by always_deny admission rule").await;
    // An attestor without a key, then one with a key, and with an attestation.
    let notes = format!("{CA}/v1/projects/{PROJECT}/notes");
    lab.ok(Method::POST, &format!("{notes}?noteId=note"), json!({"attestation": {}})).await;
    let note = format!("projects/{PROJECT}/notes/note");
    let attestors = format!("{BA}/v1/projects/{PROJECT}/attestors");
    let body = json!({"userOwnedGrafeasNote": {"noteReference": note}});
    let mut attestor = lab.ok(Method::POST, &format!("{attestors}?attestorId=qa"), body).await;
    let name = attestor["name"].as_str().unwrap().to_owned();
    codelab.import("REQUIRE_ATTESTATION", &[&name]).await;
    let by = |image: &str, reason: &str| format!("Image {image} denied by attestor {name}: {reason}");
    let by_tag = "Expected digest with sha256 scheme, but got tag or malformed digest";
    codelab.denied(&format!("{IMAGE}:latest"), &by(&format!("{IMAGE}:latest"), by_tag)).await;
    codelab.denied(&image, &by(&image, NO_ATTESTATION)).await;
    let signer = Signer::new();
    attestor["userOwnedGrafeasNote"]["publicKeys"] = json!([{"asciiArmoredPgpPublicKey": signer.armor()}]);
    lab.ok(Method::PUT, &format!("{attestors}/qa"), attestor.clone()).await;
    let occurrence =
        json!({"noteName": note, "resourceUri": format!("https://{image}"), "attestation": signer.attestation(&image)});
    lab.ok(Method::POST, &format!("{CA}/v1/projects/{PROJECT}/occurrences"), occurrence).await;
    // The attestation is there, but nobody may read it: the step that is most often forgotten.
    codelab.denied(&image, &by(&image, NO_ATTESTATION)).await;
    let agent = attestor["userOwnedGrafeasNote"]["delegationServiceAccountEmail"].as_str().unwrap();
    let role = "roles/containeranalysis.notes.occurrences.viewer";
    let grant = json!({"policy": {"bindings": [{"role": role, "members": [format!("serviceAccount:{agent}")]}]}});
    lab.ok(Method::POST, &format!("{notes}/note:setIamPolicy"), grant).await;
    codelab.admitted("signed", &image).await;
    // Only the digest counts, and only this one.
    codelab.admitted("copy", &format!("docker.io/other/copy@{DIGEST}")).await;
    let other = format!("{IMAGE}@{}", DIGEST.replace("ab", "cd"));
    codelab.denied(&other, &by(&other, NO_ATTESTATION)).await;
    // Without enforcement everything runs again.
    let cluster = format!("{GKE}/v1/projects/{PROJECT}/locations/{ZONE}/clusters/{CLUSTER}");
    let off = json!({"update": {"desiredBinaryAuthorization": {"evaluationMode": "DISABLED"}}});
    lab.ok(Method::PUT, &cluster, off).await;
    codelab.admitted("unenforced", &other).await;
}

#[tokio::test]
async fn a_deleted_cluster_takes_its_pods_along() {
    let codelab = Codelab::start().await;
    codelab.admitted("pod", IMAGE).await;
    let url = format!("https://127.0.0.1:{}/api/v1/namespaces/default/pods", codelab.lab.sandbox.addr().port());
    assert_eq!(codelab.lab.get(&url).await["items"].as_array().unwrap().len(), 1);
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/{ZONE}/clusters");
    codelab.lab.ok(Method::DELETE, &format!("{clusters}/{CLUSTER}"), Value::Null).await;
    assert_eq!(codelab.lab.send(Method::GET, &url, Value::Null).await.0, StatusCode::NOT_FOUND);
    codelab.lab.ok(Method::POST, &clusters, json!({"cluster": {"name": CLUSTER}})).await;
    assert_eq!(codelab.lab.get(&url).await["items"], json!([]));
}
