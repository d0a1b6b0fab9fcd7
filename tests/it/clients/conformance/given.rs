//! What has to be there before a command: made by requests, not by the clients under test.

use std::path::Path;

use countersign::client::{Blob, Client, Connection, ImageContent, Secret};
use countersign::codelab::image;
use countersign::sandbox::people::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::clients::gcloud::Gcloud;
use crate::clients::skopeo::Layout;
use crate::support::clients::kubectl_directory;
use crate::support::lab::{BA, CA, CRM, GKE, Lab, PROJECT, USAGE};

/// The keys that the recordings used; `public.pgp` made `signature.pgp` over `payload.json`.
const INPUTS: &str = "tests/it/clients/conformance/inputs";
pub(super) const FINGERPRINT: &str = "C81138F34F3ADFAB10143A804B1EC06BE59607CC";
/// The image that the payload names; no registry has it.
const IMAGE: &str =
    "gcr.io/binauthz-lab/hello-world@sha256:abababababababababababababababababababababababababababababababab";
const ATTESTOR: &str = "my-binauthz-attestor";
const NOTE: &str = "my-attestor-note";

/// Something that a command needs. The codelab's project with its services is there unless
/// [`Given::Nothing`] is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// An empty sandbox.
    Nothing,
    /// The project alone, without services.
    Project,
    /// Artifact Registry, without a repository.
    ArtifactRegistry,
    /// Cloud KMS, without a key ring.
    CloudKms,
    /// A policy that was written, so that it has an etag.
    Policy,
    Note,
    /// With its note.
    Attestor,
    /// Another attestor, `other2`, of the same note.
    Other,
    /// The attestor's, with the id [`FINGERPRINT`].
    PgpKey,
    /// The attestor's, with the id `ni:///demo`.
    PkixKey,
    /// Key `key` of key ring `ring` in Cloud KMS, with two versions.
    Kms,
    /// Version 1 of it is a key of the attestor.
    KmsKey,
    /// By the key of [`Given::PgpKey`].
    Attestation,
    PlatformPolicy,
    /// A platform policy that cannot be evaluated here.
    FreshnessPolicy,
    /// A member may read the policy, and one verifies by the attestor.
    Bindings,
    /// A cluster that does not enforce.
    Cluster,
    /// A pod that the cluster refused by the policy.
    Refusal,
    /// The same at the sandbox's own address, whose registry is another.
    ImageHere,
    /// The cluster and the image, and kubectl's settings for them.
    Ready,
    /// The cluster enforces, and the policy denies all.
    Denied,
    /// The cluster enforces, the policy wants the attestor, and Binary Authorization may read its note.
    Required,
    /// A pod `hello-world` of the image.
    Pod,
    /// A Deployment `hello` of the image.
    Deployment,
    /// The codelab's image, as `gcr.io/binauthz-lab/hello-world:latest` and in Artifact Registry.
    Image,
}

/// A fresh sandbox.
pub(super) async fn lab(given: &[Given]) -> Lab {
    if given.contains(&Given::Nothing) { Lab::start().await } else { Lab::with_project().await }
}

/// Makes what is given, in the order of the list.
pub(super) async fn prepare(gcloud: &Gcloud, given: &[Given]) {
    for what in given {
        make(gcloud, *what).await;
    }
}

async fn make(gcloud: &Gcloud, what: Given) {
    let lab = &gcloud.lab;
    let project = format!("projects/{PROJECT}");
    match what {
        Given::Nothing => {}
        Given::Project => {
            lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": PROJECT})).await;
        }
        Given::ArtifactRegistry => enable(lab, "artifactregistry").await,
        Given::CloudKms => enable(lab, "cloudkms").await,
        Given::Policy => {
            let rule = json!({"evaluationMode": "ALWAYS_ALLOW", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"});
            lab.ok(Method::PUT, &format!("{BA}/v1/{project}/policy"), json!({"defaultAdmissionRule": rule})).await;
        }
        Given::Note => {
            let hint = json!({"attestation": {"hint": {"humanReadableName": "This note represents an attestation authority"}}});
            lab.ok(Method::POST, &format!("{CA}/v1/{project}/notes?noteId={NOTE}"), hint).await;
        }
        Given::Attestor => {
            Box::pin(make(gcloud, Given::Note)).await;
            attestor(lab, ATTESTOR).await;
        }
        Given::Other => attestor(lab, "other2").await,
        Given::PgpKey => {
            add_key(lab, json!({"asciiArmoredPgpPublicKey": input("public.pgp"), "comment": "demo"})).await;
        }
        Given::PkixKey => {
            let pkix = json!({"publicKeyPem": input("ec.pub"), "signatureAlgorithm": "ECDSA_P256_SHA256"});
            add_key(lab, json!({"id": "ni:///demo", "pkixPublicKey": pkix})).await;
        }
        Given::Kms => kms(lab).await,
        Given::KmsKey => {
            let version = format!("{project}/locations/global/keyRings/ring/cryptoKeys/key/cryptoKeyVersions/1");
            let key = lab.get(&format!("https://cloudkms.googleapis.com/v1/{version}/publicKey")).await;
            let pkix = json!({"publicKeyPem": key["pem"], "signatureAlgorithm": "ECDSA_P256_SHA256"});
            add_key(lab, json!({"id": format!("//cloudkms.googleapis.com/v1/{version}"), "pkixPublicKey": pkix})).await;
        }
        Given::Attestation => attestation(lab).await,
        Given::PlatformPolicy => platform(lab, "platform.yaml").await,
        Given::FreshnessPolicy => platform(lab, "platform_freshness.yaml").await,
        Given::Bindings => bindings(lab).await,
        Given::Cluster => {
            let cluster = json!({"cluster": {"name": CLUSTER, "initialNodeCount": 3}});
            let zone = format!("{GKE}/v1/{project}/zones/us-central1-a");
            let operation = lab.ok(Method::POST, &format!("{zone}/clusters"), cluster).await;
            let done = format!("{zone}/operations/{}", operation["name"].as_str().unwrap());
            while lab.get(&done).await["status"] != "DONE" {
                tokio::task::yield_now().await;
            }
        }
        Given::Refusal => {
            enforce(lab, json!({"evaluationMode": "ALWAYS_DENY"})).await;
            let answer = pod(lab, IMAGE).await;
            assert!(answer["message"].as_str().unwrap().contains("denied by Binary Authorization"), "{answer}");
        }
        Given::Image => images(lab).await,
        Given::ImageHere => {
            let name = format!("{}/{PROJECT}/hello-world:latest", lab.sandbox.addr());
            push(lab, &name, &image::build().unwrap()).await;
        }
        Given::Ready => {
            Box::pin(make(gcloud, Given::Cluster)).await;
            images(lab).await;
            gcloud.settings().await;
        }
        Given::Denied => enforce(lab, json!({"evaluationMode": "ALWAYS_DENY"})).await,
        Given::Required => {
            let attestors = [format!("projects/{PROJECT}/attestors/{ATTESTOR}")];
            let rule = json!({"evaluationMode": "REQUIRE_ATTESTATION", "requireAttestationsBy": attestors});
            enforce(lab, rule).await;
            let number = lab.project_number().await;
            let agent = format!("serviceAccount:service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com");
            let viewer = json!({"role": "roles/containeranalysis.notes.occurrences.viewer", "members": [agent]});
            let grant = format!("{CA}/v1/projects/{PROJECT}/notes/{NOTE}:setIamPolicy");
            lab.ok(Method::POST, &grant, json!({"policy": {"bindings": [viewer]}})).await;
        }
        Given::Pod => {
            let made = pod(lab, &format!("gcr.io/{PROJECT}/hello-world")).await;
            assert_eq!(made["kind"], "Pod", "{made}");
        }
        Given::Deployment => deployment(lab).await,
    }
}

async fn attestor(lab: &Lab, name: &str) {
    let note = json!({"userOwnedGrafeasNote": {"noteReference": format!("projects/{PROJECT}/notes/{NOTE}")}});
    lab.ok(Method::POST, &format!("{BA}/v1/projects/{PROJECT}/attestors?attestorId={name}"), note).await;
}

async fn add_key(lab: &Lab, key: Value) {
    let url = format!("{BA}/v1/projects/{PROJECT}/attestors/{ATTESTOR}");
    let mut attestor = lab.get(&url).await;
    let note = &mut attestor["userOwnedGrafeasNote"];
    let mut keys = note["publicKeys"].as_array().cloned().unwrap_or_default();
    keys.push(key);
    note["publicKeys"] = keys.into();
    lab.ok(Method::PUT, &url, attestor).await;
}

async fn enable(lab: &Lab, service: &str) {
    let enable = format!("{USAGE}/projects/{PROJECT}/services/{service}.googleapis.com:enable");
    lab.ok(Method::POST, &enable, json!({})).await;
}

async fn kms(lab: &Lab) {
    enable(lab, "cloudkms").await;
    let rings = format!("https://cloudkms.googleapis.com/v1/projects/{PROJECT}/locations/global/keyRings");
    lab.ok(Method::POST, &format!("{rings}?keyRingId=ring"), json!({})).await;
    let key = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "EC_SIGN_P256_SHA256"}});
    lab.ok(Method::POST, &format!("{rings}/ring/cryptoKeys?cryptoKeyId=key"), key).await;
    lab.ok(Method::POST, &format!("{rings}/ring/cryptoKeys/key/cryptoKeyVersions"), json!({})).await;
}

async fn attestation(lab: &Lab) {
    use base64::Engine as _;
    let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let occurrence = json!({
        "noteName": format!("projects/{PROJECT}/notes/{NOTE}"),
        "resourceUri": IMAGE,
        "attestation": {
            "serializedPayload": encode(input("payload.json")),
            "signatures": [{"publicKeyId": FINGERPRINT, "signature": encode(input("signature.pgp"))}],
        },
    });
    lab.ok(Method::POST, &format!("{CA}/v1/projects/{PROJECT}/occurrences"), occurrence).await;
}

async fn platform(lab: &Lab, file: &str) {
    let policy: Value = serde_saphyr::from_str(&input(file)).unwrap();
    let url = format!("{BA}/v1/projects/{PROJECT}/platforms/gke/policies?policyId=my-policy");
    lab.ok(Method::POST, &url, policy).await;
}

async fn bindings(lab: &Lab) {
    let bind = |role: &str, member: String| json!({"policy": {"bindings": [{"role": role, "members": [member]}]}});
    let project = format!("{BA}/v1/projects/{PROJECT}");
    let viewer = bind("roles/binaryauthorization.policyViewer", "user:dev@example.com".to_owned());
    lab.ok(Method::POST, &format!("{project}/policy:setIamPolicy"), viewer).await;
    let number = lab.project_number().await;
    let agent = format!("serviceAccount:service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com");
    let verifier = bind("roles/binaryauthorization.attestorsVerifier", agent);
    lab.ok(Method::POST, &format!("{project}/attestors/{ATTESTOR}:setIamPolicy"), verifier).await;
}

const CLUSTER: &str = "binauthz-codelab";

/// Where the cluster's API server is.
pub(crate) async fn server(lab: &Lab) -> Option<String> {
    let url = format!("{GKE}/v1/projects/{PROJECT}/zones/us-central1-a/clusters/{CLUSTER}");
    let (_, cluster) = lab.send(Method::GET, &url, Value::Null).await;
    let endpoint = cluster.pointer("/controlPlaneEndpointsConfig/dnsEndpointConfig/endpoint")?;
    Some(format!("https://{}", endpoint.as_str()?))
}

/// Has the cluster enforce a policy of one rule.
async fn enforce(lab: &Lab, mut rule: Value) {
    let cluster = format!("{GKE}/v1/projects/{PROJECT}/zones/us-central1-a/clusters/{CLUSTER}");
    let enforced = json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"});
    let update = json!({"update": {"desiredBinaryAuthorization": enforced}});
    lab.ok(Method::PUT, &cluster, update).await;
    let is_done = |cluster: &Value| cluster["binaryAuthorization"] == enforced && cluster["status"] == "RUNNING";
    while !is_done(&lab.get(&cluster).await) {
        tokio::task::yield_now().await;
    }
    rule["enforcementMode"] = "ENFORCED_BLOCK_AND_AUDIT_LOG".into();
    lab.ok(Method::PUT, &format!("{BA}/v1/projects/{PROJECT}/policy"), json!({"defaultAdmissionRule": rule})).await;
}

/// What the cluster answers to a pod of this image, in the form that kubectl runs it.
async fn pod(lab: &Lab, image: &str) -> Value {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "hello-world", "labels": {"run": "hello-world"}},
        "spec": {"containers": [{"name": "hello-world", "image": image}]},
    });
    let server = server(lab).await.unwrap();
    lab.send(Method::POST, &format!("{server}/api/v1/namespaces/default/pods"), pod).await.1
}

async fn deployment(lab: &Lab) {
    let labels = json!({"app": "hello"});
    let image = format!("gcr.io/{PROJECT}/hello-world");
    let template =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "hello-world", "image": image}]}});
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello", "labels": labels},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    });
    let server = server(lab).await.unwrap();
    let url = format!("{server}/apis/apps/v1/namespaces/default/deployments");
    let (status, made) = lab.send(Method::POST, &url, deployment).await;
    assert_eq!(status, 201, "{made}");
}

pub(crate) async fn images(lab: &Lab) {
    enable(lab, "artifactregistry").await;
    let repositories =
        format!("https://artifactregistry.googleapis.com/v1/projects/{PROJECT}/locations/us-central1/repositories");
    lab.ok(Method::POST, &format!("{repositories}?repositoryId=repo"), json!({"format": "DOCKER"})).await;
    for repository in [format!("gcr.io/{PROJECT}"), format!("us-central1-docker.pkg.dev/{PROJECT}/repo")] {
        push(lab, &format!("{repository}/hello-world:latest"), &image::build().unwrap()).await;
    }
}

async fn push(lab: &Lab, name: &str, image: &image::Image) {
    let token = Secret::new(lab.sandbox.token().expose());
    let client = Client::new(Connection::sandbox(lab.sandbox.addr(), lab.sandbox.authority_pem(), token));
    let content = ImageContent {
        blobs: image.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: image.manifest.bytes.clone().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    client.push_image(&name.parse().unwrap(), &content, |_| {}).await.unwrap();
}

/// The digest of the codelab's image.
fn digest() -> String {
    image::build().unwrap().digest().as_str().to_owned()
}

fn inputs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(INPUTS)
}

fn input(name: &str) -> String {
    std::fs::read_to_string(inputs().join(name)).unwrap()
}

/// The project's number; nothing where there is no project.
pub(super) async fn number(gcloud: &Gcloud) -> String {
    let (_, project) = gcloud.lab.send(Method::GET, &format!("{CRM}/projects/{PROJECT}"), Value::Null).await;
    project["projectNumber"].as_str().unwrap_or_default().to_owned()
}

/// Assignments in front of a line.
pub(super) async fn environment(gcloud: &Gcloud) -> String {
    let number = number(gcloud).await;
    let version = "--keyversion-project=binauthz-lab --keyversion-location=global --keyversion-keyring=ring \
        --keyversion-key=key";
    let newcomer = gcloud.lab.sandbox.files().token_of(Person::from_name("newcomer").unwrap()).display().to_string();
    let port = gcloud.lab.sandbox.addr().port();
    let sdk = kubectl_directory().map_or_else(String::new, |directory| directory.display().to_string());
    format!(
        "IMAGE={IMAGE} SDK={sdk} PORT={port} DIGEST={0} PUSHED=gcr.io/{PROJECT}/hello-world@{0} FINGERPRINT={FINGERPRINT} NUMBER={number} \
        KEY='{version}' NEWCOMER={newcomer} TOKEN=$(cat $CLOUDSDK_AUTH_ACCESS_TOKEN_FILE)\n",
        digest()
    )
}

/// The files of the recordings, with the project's number and the policy's etag.
pub(super) async fn write_inputs(gcloud: &Gcloud) {
    let number = number(gcloud).await;
    let (_, policy) = gcloud.lab.send(Method::GET, &format!("{BA}/v1/projects/{PROJECT}/policy"), Value::Null).await;
    let etag = policy["etag"].as_str().unwrap_or_default();
    for entry in std::fs::read_dir(inputs()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        gcloud.write(&name, &input(&name).replace("{NUMBER}", &number).replace("{ETAG}", etag));
    }
    Layout::of_codelab(gcloud.work().join("image"));
}
