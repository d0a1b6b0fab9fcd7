//! Platform policies, and what `:evaluate` says by what the sandbox's own stores hold.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::lab::{BA, CA, Lab, PROJECT};

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

fn image() -> String {
    format!("gcr.io/{PROJECT}/app@sha256:{HEX}")
}

fn policies() -> String {
    format!("{BA}/v1/projects/{PROJECT}/platforms/gke/policies")
}

fn policy(checks: &Value) -> Value {
    json!({"gkePolicy": {"checkSets": [{"displayName": "all", "checks": checks}]}})
}

/// A key in the form of a policy, and what signs with it.
struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// RFC 5480's `SubjectPublicKeyInfo` of a point on P-256, in PEM.
    fn pem(&self) -> String {
        const PREFIX: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
        let der = [hex::decode(PREFIX).unwrap(), self.0.public_key().as_ref().to_vec()].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    fn sign(&self, payload: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&SystemRandom::new(), payload).unwrap())
    }
}

fn payload() -> Vec<u8> {
    let image = json!({"docker-manifest-digest": format!("sha256:{HEX}")});
    json!({"critical": {"image": image, "identity": {}, "type": "x"}}).to_string().into_bytes()
}

async fn occurrence(lab: &Lab, note: &str, details: Value) {
    let field = details.as_object().unwrap().keys().next().unwrap().clone();
    let notes = format!("{CA}/v1/projects/{PROJECT}/notes?noteId={note}");
    lab.send(Method::POST, &notes, json!({field: {}})).await;
    let mut body = json!({"resourceUri": image(), "noteName": format!("projects/{PROJECT}/notes/{note}")});
    body.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
    lab.ok(Method::POST, &format!("{CA}/v1/projects/{PROJECT}/occurrences"), body).await;
}

/// What one check says of the image: verdict and explanation.
async fn verdict(lab: &Lab, check: &Value) -> (String, String) {
    lab.send(Method::DELETE, &format!("{}/one", policies()), Value::Null).await;
    lab.ok(Method::POST, &format!("{}?policyId=one", policies()), policy(&json!([check]))).await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": ""},
        "spec": {"containers": [{"image": image()}]}});
    let answer = lab.ok(Method::POST, &format!("{}/one:evaluate", policies()), json!({"resource": pod})).await;
    let result = &answer["results"][0]["imageResults"][0]["checkSetResult"]["checkResults"]["results"][0];
    (answer["verdict"].as_str().unwrap().to_owned(), result["explanation"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_policy_from_its_making_to_its_end() {
    let lab = Lab::with_project().await;
    assert_eq!(lab.get(&policies()).await, json!({}));
    let made =
        lab.ok(Method::POST, &format!("{}?policyId=p", policies()), policy(&json!([{"alwaysDeny": true}]))).await;
    assert_eq!(made["name"], format!("projects/{PROJECT}/platforms/gke/policies/p"));
    let one = format!("{}/p", policies());
    assert_eq!(lab.get(&one).await, made);
    assert_eq!(lab.get(&policies()).await, json!({"platformPolicies": [made]}));
    let again = lab.refused(Method::POST, &format!("{}?policyId=p", policies()), policy(&json!([]))).await;
    again.is(409, "ALREADY_EXISTS", "Requested entity already exists");
    let mut changed = made.clone();
    changed["description"] = "second".into();
    let put = lab.ok(Method::PUT, &one, changed.clone()).await;
    assert_eq!(put["description"], "second");
    assert_ne!(put["etag"], made["etag"]);
    assert_eq!(lab.refused(Method::PUT, &one, changed).await.status, "ABORTED");
    let stale = format!("{one}?etag=%22old%22");
    assert_eq!(lab.refused(Method::DELETE, &stale, Value::Null).await.status, "ABORTED");
    assert_eq!(lab.ok(Method::DELETE, &one, Value::Null).await, json!({}));
    for method in [Method::GET, Method::DELETE] {
        lab.refused(method, &one, Value::Null).await.is(404, "NOT_FOUND", "Requested entity was not found.");
    }
    assert_eq!(lab.refused(Method::PUT, &one, policy(&json!([]))).await.code, 404);
    let platforms = lab.get(&format!("{BA}/v1/projects/{PROJECT}/platforms")).await;
    assert_eq!(platforms["platforms"][0]["name"], format!("projects/{PROJECT}/platforms/gke"));
}

#[tokio::test]
async fn what_is_no_platform_policy() {
    let lab = Lab::with_project().await;
    let scoped = json!({"gkePolicy": {"checkSets": [{"scope": {"kubernetesNamespace": "a"}, "checks": []}]}});
    for (query, body, text) in [
        ("", policy(&json!([])), "policyId"),
        ("?policyId=a%2Fb", policy(&json!([])), ""),
        ("?policyId=p", json!({"defaultAdmissionRule": {}}), "project"),
        ("?policyId=p", policy(&json!([{"alwaysDeny": true, "colour": 1}])), "Unknown name \"colour\""),
        ("?policyId=p", policy(&json!([{"imageFreshnessCheck": {"maxUploadAgeDays": 0}}])), "max_upload_age_days"),
        ("?policyId=p", scoped, "must be for everything"),
        (
            "?policyId=p",
            json!({"cloudRunPolicy": {"rule": {"evaluationMode": "ALWAYS_DENY",
            "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}}}),
            "gkePolicy",
        ),
    ] {
        let refusal = lab.refused(Method::POST, &format!("{}{query}", policies()), body).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"), "{query} {text}");
        let said = format!("{} {}", refusal.message, refusal.details);
        assert!(said.contains(text), "{text}: {said}");
    }
    let elsewhere = format!("{BA}/v1/projects/{PROJECT}/platforms/fargate/policies");
    assert_eq!(lab.refused(Method::GET, &elsewhere, Value::Null).await.code, 404);
    let one = format!("{}/one:evaluate", policies());
    assert_eq!(lab.refused(Method::POST, &one, json!({"resource": {}})).await.code, 400);
    assert_eq!(lab.refused(Method::POST, &one, json!({})).await.code, 400);
}

#[tokio::test]
async fn scans_and_builds_in_container_analysis() {
    let lab = Lab::with_project().await;
    let scan = json!({"vulnerabilityCheck": {"maximumFixableSeverity": "LOW", "maximumUnfixableSeverity": "HIGH"}});
    assert_eq!(verdict(&lab, &scan).await.0, "ERROR");
    occurrence(&lab, "scan", json!({"discovery": {"analysisStatus": "FINISHED_SUCCESS"}})).await;
    assert_eq!(verdict(&lab, &scan).await.0, "CONFORMANT");
    let details = json!({"vulnerability": {"effectiveSeverity": "HIGH", "fixAvailable": true}});
    occurrence(&lab, "CVE-2021-20305", details).await;
    let (found, explanation) = verdict(&lab, &scan).await;
    assert_eq!(found, "NON_CONFORMANT");
    assert!(explanation.contains("CVE-2021-20305 (HIGH, fixable)"), "{explanation}");

    let slsa = json!({"slsaCheck": {"rules": [
        {"trustedBuilder": "GOOGLE_CLOUD_BUILD", "trustedSourceRepoPatterns": ["github.com/me/*"]}]}});
    assert_eq!(verdict(&lab, &slsa).await.0, "NON_CONFORMANT");
    let statement = json!({"slsaProvenance": {
        "builder": {"id": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"},
        "materials": [{"uri": "https://github.com/me/app"}]}});
    occurrence(&lab, "build", json!({"build": {"intotoStatement": statement}})).await;
    assert_eq!(verdict(&lab, &slsa).await.0, "CONFORMANT");
}

#[tokio::test]
async fn attestations_by_keys_of_the_policy() {
    let lab = Lab::with_project().await;
    let (key, other) = (Key::new(), Key::new());
    let check = |key: &Key| {
        let keys = json!([{"publicKeyPem": key.pem(), "signatureAlgorithm": "ECDSA_P256_SHA256", "keyId": "a:b"}]);
        json!({"simpleSigningAttestationCheck": {"attestationAuthenticators": [
            {"displayName": "release", "pkixPublicKeySet": {"pkixPublicKeys": keys}}]}})
    };
    assert_eq!(verdict(&lab, &check(&key)).await, ("NON_CONFORMANT".to_owned(), "No attestations found".to_owned()));
    let signature = json!({"publicKeyId": "a:b", "signature": key.sign(&payload())});
    let details = json!({"serializedPayload": STANDARD.encode(payload()), "signatures": [signature]});
    occurrence(&lab, "n", json!({"attestation": details})).await;
    let (found, explanation) = verdict(&lab, &check(&key)).await;
    assert_eq!((found.as_str(), explanation.ends_with("by release")), ("CONFORMANT", true), "{explanation}");
    assert_eq!(verdict(&lab, &check(&other)).await.0, "NON_CONFORMANT");
}

/// The upload time and cosign's signatures, from the registry.
#[tokio::test]
async fn what_the_registry_knows() {
    let lab = Lab::with_project().await;
    let url = |path: &str| format!("https://gcr.io/v2/{PROJECT}/app/{path}");
    let digest = |bytes: &[u8]| {
        let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        format!("sha256:{}", hex::encode(sha256))
    };
    let upload = async |bytes: &[u8]| {
        let address = format!("{}?digest={}", url("blobs/uploads/"), digest(bytes));
        let sent = lab.request(Method::POST, &address).body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(sent.status(), 201, "{address}");
        digest(bytes)
    };
    let push = async |reference: &str, manifest: &Value| {
        let sent = lab.request(Method::PUT, &url(&format!("manifests/{reference}")));
        let sent = sent.header("content-type", "application/vnd.oci.image.manifest.v1+json");
        let body = manifest.to_string();
        assert_eq!(sent.body(body.clone()).send().await.unwrap().status(), 201);
        digest(body.as_bytes())
    };
    let config = upload(b"{}").await;
    let descriptor = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2});
    let manifest = |layers: &Value| {
        json!({"schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": descriptor, "layers": layers})
    };
    let pushed = push("latest", &manifest(&json!([]))).await;

    let evaluate = async |check: &Value| {
        lab.send(Method::DELETE, &format!("{}/one", policies()), Value::Null).await;
        lab.ok(Method::POST, &format!("{}?policyId=one", policies()), policy(&json!([check]))).await;
        let image = format!("gcr.io/{PROJECT}/app@{pushed}");
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
            "spec": {"containers": [{"name": "c", "image": image}]}});
        let question = json!({"resource": pod, "attestationMode": "GENERATE_DEPLOY"});
        lab.ok(Method::POST, &format!("{}/one:evaluate", policies()), question).await
    };
    let fresh = json!({"imageFreshnessCheck": {"maxUploadAgeDays": 1}});
    assert_eq!(verdict(&lab, &fresh).await.0, "ERROR");
    assert_eq!(evaluate(&fresh).await["verdict"], "CONFORMANT");

    let key = Key::new();
    let check = json!({"sigstoreSignatureCheck": {"sigstoreAuthorities": [
        {"displayName": "release", "publicKeySet": {"publicKeys": [{"publicKeyPem": key.pem()}]}}]}});
    let refused = evaluate(&check).await;
    assert_eq!((&refused["verdict"], refused.get("attestations")), (&json!("NON_CONFORMANT"), None));
    let payload = json!({"critical": {"image": {"docker-manifest-digest": pushed}}}).to_string().into_bytes();
    let layer = json!({"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
        "digest": upload(&payload).await, "size": payload.len(),
        "annotations": {"dev.cosignproject.cosign/signature": key.sign(&payload)}});
    push(&format!("{}.sig", pushed.replace(':', "-")), &manifest(&json!([layer]))).await;
    let passed = evaluate(&check).await;
    assert_eq!(passed["verdict"], "CONFORMANT", "{passed}");

    // The attestation of a conformant image is an in-toto statement about it, in a DSSE envelope.
    let envelope = URL_SAFE.decode(passed["attestations"][0].as_str().unwrap()).unwrap();
    let envelope: Value = serde_json::from_slice(&envelope).unwrap();
    let statement = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let statement: Value = serde_json::from_slice(&statement).unwrap();
    assert_eq!(statement["subject"][0]["digest"]["sha256"], pushed.split_once(':').unwrap().1);
    assert_eq!(statement["subject"][0]["name"], format!("gcr.io/{PROJECT}/app"));
}
