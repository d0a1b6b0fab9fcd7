//! `create-signature-payload` and `attestations`.

use serde_json::{Value, json};

use super::{ATTESTOR, BA, CA, Gcloud, IMAGE, NOTE, PROJECT, Way};
use reqwest::Method;

const PGP: &str = include_str!("public.pgp");
/// The payload of [`IMAGE`], signed by [`PGP`]'s key.
const SIGNATURE: &str = include_str!("signature.pgp");
const FINGERPRINT: &str = "C81138F34F3ADFAB10143A804B1EC06BE59607CC";
const PAYLOAD: &str = r#"{
  "critical": {
    "identity": {
      "docker-reference": "gcr.io/binauthz-lab/hello-world"
    },
    "image": {
      "docker-manifest-digest": "sha256:abababababababababababababababababababababababababababababababab"
    },
    "type": "Google cloud binauthz container signature"
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_payload_needs_no_service() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    for (track, scheme) in [("gcloud", ""), ("gcloud beta", ""), ("gcloud", "https://")] {
        let run = format!("{track} container binauthz create-signature-payload --artifact-url={scheme}{IMAGE}");
        assert_eq!(gcloud.ok(&run).await, PAYLOAD);
    }
    for (url, said) in [
        ("gcr.io/binauthz-lab/hello-world:latest", "Docker image name must be fully qualified"),
        ("gcr.io/binauthz-lab/hello-world@sha256:abcd", "Invalid digest: sha256:abcd, must be at least 71 characters"),
        (&IMAGE.replace("gcr.io/binauthz-lab/hello-world", "nginx"), "A Docker registry domain must be specified."),
    ] {
        let run = format!("gcloud container binauthz create-signature-payload --artifact-url={url}");
        let found = gcloud.fails(1, &run).await;
        assert!(found.contains(said), "{url}: {found}");
    }
}

impl Gcloud {
    /// The attestor with the key that made the signature, or without.
    async fn attestor_for_signatures(&self, with_key: bool) {
        self.make_attestor().await;
        self.write("signature.pgp", SIGNATURE);
        self.write("payload.json", PAYLOAD);
        if with_key {
            let mut attestor = self.attestor().await;
            attestor["userOwnedGrafeasNote"]["publicKeys"] = json!([{"asciiArmoredPgpPublicKey": PGP}]);
            let url = format!("{BA}/v1/projects/{PROJECT}/attestors/{ATTESTOR}");
            self.lab.ok(Method::PUT, &url, attestor).await;
        }
    }

    async fn occurrences(&self) -> Vec<Value> {
        let listed = self.lab.get(&format!("{CA}/v1/{NOTE}/occurrences")).await;
        listed["occurrences"].as_array().cloned().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn made_and_listed() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.attestor_for_signatures(true).await;
    let by = format!("--attestor={ATTESTOR} --attestor-project=binauthz-lab");
    let signed = format!("--signature-file=./signature.pgp --public-key-id={FINGERPRINT}");
    let create = format!("container binauthz attestations create --artifact-url={IMAGE}");
    for (track, version) in [("gcloud", ""), ("gcloud beta", "")] {
        assert_eq!(gcloud.ok(&format!("{track} {create} {by} {signed} --validate{version}")).await, "");
        let made = gcloud.occurrences().await;
        assert_eq!(made.len(), 1);
        assert_eq!((&made[0]["resourceUri"], &made[0]["noteName"]), (&json!(IMAGE), &json!(NOTE)));
        let said = gcloud.fails(1, &format!("{track} {create} --note={NOTE} {signed}")).await;
        assert!(said.contains("is the subject of a conflict: occurrence ID \""), "{said}");
        let list = format!("{track} container binauthz attestations list");
        let all = gcloud.ok(&format!("{list} {by}")).await;
        assert!(
            all.starts_with("---\nattestation:\n  serializedPayload: ") || all.starts_with("attestation:\n"),
            "{all}"
        );
        assert!(all.contains(&format!("publicKeyId: {FINGERPRINT}\n")), "{all}");
        assert_eq!(gcloud.ok(&format!("{list} {by} --artifact-url={IMAGE}")).await, all);
        assert_eq!(gcloud.ok(&list).await, all);
        let other = IMAGE.replace("abab", "cdcd");
        assert_eq!(gcloud.ok(&format!("{list} {by} --artifact-url={other}")).await, "");
        let limited = gcloud.ok(&format!("{list} {by} --limit=1 --page-size=1 --format='value(name)'")).await;
        assert_eq!(limited.trim(), made[0]["name"]);
        let url = format!("{CA}/v1/{}", made[0]["name"].as_str().unwrap());
        gcloud.lab.ok(Method::DELETE, &url, Value::Null).await;
    }
    let another = "--signature-file=./signature.pgp --payload-file=./payload.json --public-key-id=ni:///demo";
    let full = format!("--attestor=projects/binauthz-lab/attestors/{ATTESTOR}");
    assert_eq!(gcloud.ok(&format!("gcloud {create} {full} {another}")).await, "");
    assert_eq!(gcloud.occurrences().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_made() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.attestor_for_signatures(false).await;
    let by = format!("--attestor={ATTESTOR} --attestor-project=binauthz-lab");
    let signed = format!("--signature-file=./signature.pgp --public-key-id={FINGERPRINT}");
    let create = "gcloud container binauthz attestations create";
    for (code, line, said) in [
        (1, format!("{create} --artifact-url={IMAGE} {signed}"), "One of --attestor or --note must be provided."),
        (1, format!("{create} --artifact-url=gcr.io/p/i:latest {by} {signed}"), "must be fully qualified"),
        (
            2,
            format!(
                "gcloud beta container binauthz attestations create --artifact-url={IMAGE} {by} \
            --signature-file=./signature.pgp --pgp-key-fingerprint={FINGERPRINT}"
            ),
            "unrecognized arguments",
        ),
        (2, "gcloud container binauthz attestations sign-and-create".to_owned(), "Invalid choice: 'sign-and-create'."),
        (
            1,
            format!(
                "unset CLOUDSDK_CORE_DISABLE_PROMPTS; echo n | {create} --artifact-url={IMAGE} {by} {signed} --validate"
            ),
            "Aborted by user.",
        ),
    ] {
        let found = gcloud.fails(code, &line).await;
        assert!(found.contains(said), "{line}: {found}");
    }
    assert_eq!(gcloud.occurrences().await.len(), 0);
    // With prompts off gcloud warns, and makes it.
    let ran = gcloud.run(&format!("{create} --artifact-url={IMAGE} {by} {signed} --validate")).await;
    assert_eq!(ran.code, 0);
    assert!(
        ran.stderr.starts_with("WARNING: Attestation could not be validated! (Attestation(s) found, but"),
        "{}",
        ran.stderr
    );
    assert_eq!(gcloud.occurrences().await.len(), 1);
}

/// By a key of Cloud KMS, which the attestor knows by its full name or by another one.
#[tokio::test(flavor = "multi_thread")]
async fn signed_by_a_key_of_cloud_kms() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.make_attestor().await;
    let enable = format!("{}/projects/{PROJECT}/services/cloudkms.googleapis.com:enable", crate::sandbox::USAGE);
    gcloud.lab.ok(Method::POST, &enable, json!({})).await;
    let kms = format!("https://cloudkms.googleapis.com/v1/projects/{PROJECT}/locations/global/keyRings");
    gcloud.lab.ok(Method::POST, &format!("{kms}?keyRingId=ring"), json!({})).await;
    let key = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "EC_SIGN_P256_SHA256"}});
    gcloud.lab.ok(Method::POST, &format!("{kms}/ring/cryptoKeys?cryptoKeyId=key"), key).await;
    let version = "--keyversion-project=binauthz-lab --keyversion-location=global --keyversion-keyring=ring \
        --keyversion-key=key --keyversion=1";
    let id = "//cloudkms.googleapis.com/v1/projects/binauthz-lab/locations/global/keyRings/ring/cryptoKeys/key/\
        cryptoKeyVersions/1";
    let add = format!("container binauthz attestors public-keys add --attestor={ATTESTOR} {version}");
    let printed = gcloud.ok(&format!("gcloud {add}")).await;
    assert!(printed.starts_with(&format!("id: {id}\npkixPublicKey:\n")), "{printed}");
    assert!(printed.ends_with("  signatureAlgorithm: ECDSA_P256_SHA256\n"), "{printed}");
    let said = gcloud.fails(1, &format!("gcloud beta {add}")).await;
    assert!(said.contains(&format!("Public key with ID [{id}] already present on attestor")), "{said}");
    let printed = gcloud.ok(&format!("gcloud beta {add} --public-key-id-override=ni:///demo")).await;
    assert!(printed.starts_with("id: ni:///demo\n"), "{printed}");
    let sign = format!(
        "container binauthz attestations sign-and-create --artifact-url={IMAGE} --attestor={ATTESTOR} \
        --attestor-project=binauthz-lab {version}"
    );
    assert_eq!(gcloud.ok(&format!("gcloud beta {sign} --validate")).await, "");
    let made = gcloud.occurrences().await;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["attestation"]["signatures"][0]["publicKeyId"], id);
    gcloud.lab.ok(Method::DELETE, &format!("{CA}/v1/{}", made[0]["name"].as_str().unwrap()), Value::Null).await;
    assert_eq!(gcloud.ok(&format!("gcloud alpha {sign}")).await, "");
    assert_eq!(gcloud.occurrences().await.len(), 1);
}
