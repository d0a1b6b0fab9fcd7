//! Cloud KMS over its wire: keys are made, used, disabled and destroyed; none leaves the sandbox.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::signing::pkix;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::lab::{self, BA, Lab, PROJECT, USAGE};

const KMS: &str = "https://cloudkms.googleapis.com/v1";

async fn lab() -> Lab {
    let lab = Lab::with_project().await;
    let url = format!("{USAGE}/projects/{PROJECT}/services/cloudkms.googleapis.com:enable");
    lab.ok(Method::POST, &url, json!({})).await;
    lab
}

fn rings() -> String {
    format!("{KMS}/projects/{PROJECT}/locations/global/keyRings")
}

async fn make_key(lab: &Lab, algorithm: &str) -> String {
    lab.send(Method::POST, &format!("{}?keyRingId=ring", rings()), json!({})).await;
    let id = algorithm.to_lowercase();
    let body = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": algorithm}});
    let key = lab.ok(Method::POST, &format!("{}/ring/cryptoKeys?cryptoKeyId={id}", rings()), body).await;
    assert_eq!(key["versionTemplate"], json!({"protectionLevel": "SOFTWARE", "algorithm": algorithm}));
    format!("{KMS}/{}", key["name"].as_str().unwrap())
}

#[tokio::test]
async fn rings_and_keys_are_made_once_and_listed() {
    let lab = lab().await;
    let made = lab.ok(Method::POST, &format!("{}?keyRingId=ring", rings()), json!({})).await;
    let name = format!("projects/{PROJECT}/locations/global/keyRings/ring");
    assert_eq!(made["name"], name);
    let again = lab.refused(Method::POST, &format!("{}?keyRingId=ring", rings()), json!({})).await;
    again.is(409, "ALREADY_EXISTS", &format!("KeyRing {name} already exists."));
    assert_eq!(lab.get(&rings()).await["keyRings"], json!([made]));
    let key = make_key(&lab, "EC_SIGN_P256_SHA256").await;
    assert_eq!(lab.get(&format!("{}/ring/cryptoKeys", rings())).await["cryptoKeys"][0], lab.get(&key).await);
    let none = lab.refused(Method::GET, &format!("{}/none", rings()), Value::Null).await;
    none.is(404, "NOT_FOUND", &format!("KeyRing projects/{PROJECT}/locations/global/keyRings/none not found."));
    let disabled = Lab::with_project().await;
    let refused = disabled.refused(Method::GET, &rings(), Value::Null).await;
    assert_eq!((refused.code, &refused.details[0]["reason"]), (403, &json!("SERVICE_DISABLED")));
}

#[tokio::test]
async fn other_keys_are_refused_with_the_reason() {
    let lab = lab().await;
    lab.ok(Method::POST, &format!("{}?keyRingId=ring", rings()), json!({})).await;
    let url = format!("{}/ring/cryptoKeys?cryptoKeyId=k", rings());
    let cases = [
        (json!({"purpose": "ENCRYPT_DECRYPT"}), "signing alone"),
        (json!({"purpose": "ASYMMETRIC_SIGN"}), "needs an algorithm"),
        (
            json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "EC_SIGN_SECP256K1_SHA256"}}),
            "Binary Authorization takes no such keys",
        ),
        (json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "NONE"}}), "TYPE_ENUM"),
        (
            json!({"purpose": "ASYMMETRIC_SIGN",
                   "versionTemplate": {"algorithm": "EC_SIGN_P256_SHA256", "protectionLevel": "HSM"}}),
            "SOFTWARE alone",
        ),
    ];
    for (body, reason) in cases {
        let refused = lab.refused(Method::POST, &url, body).await;
        assert!(refused.code == 400 && refused.message.contains(reason), "{refused:?}");
    }
}

#[tokio::test]
async fn a_signature_verifies_and_checksums_are_checked() {
    let lab = lab().await;
    for (algorithm, hash, field) in [
        ("EC_SIGN_P256_SHA256", &aws_lc_rs::digest::SHA256, "sha256"),
        ("EC_SIGN_P384_SHA384", &aws_lc_rs::digest::SHA384, "sha384"),
        ("RSA_SIGN_PSS_2048_SHA256", &aws_lc_rs::digest::SHA256, "sha256"),
        ("RSA_SIGN_PKCS1_2048_SHA256", &aws_lc_rs::digest::SHA256, "sha256"),
    ] {
        let version = format!("{}/cryptoKeyVersions/1", make_key(&lab, algorithm).await);
        let public = lab.get(&format!("{version}/publicKey")).await;
        assert_eq!(public["algorithm"], algorithm);
        let pem = public["pem"].as_str().unwrap();
        pkix::read(pem, algorithm).unwrap();
        let digest = aws_lc_rs::digest::digest(hash, b"payload");
        let body = json!({"digest": {field: STANDARD.encode(digest.as_ref())}});
        let signed = lab.ok(Method::POST, &format!("{version}:asymmetricSign"), body).await;
        assert!(signed["signatureCrc32c"].is_string() && signed["verifiedDigestCrc32c"].is_null(), "{signed}");
        assert!(version.ends_with(signed["name"].as_str().unwrap()));
        verify(pem, algorithm, &signed);
        let wrong = json!({"digest": {field: STANDARD.encode(digest.as_ref())}, "digestCrc32c": "1"});
        let refused = lab.refused(Method::POST, &format!("{version}:asymmetricSign"), wrong).await;
        let message = "The checksum in field digest_crc32c did not match the data in field digest.";
        refused.is(400, "INVALID_ARGUMENT", message);
        let short = json!({"digest": {field: STANDARD.encode(b"short")}});
        assert_eq!(lab.refused(Method::POST, &format!("{version}:asymmetricSign"), short).await.code, 400);
        // The CRC-32C of "payload", by the check of RFC 3720.
        let data = json!({"data": STANDARD.encode(b"payload"), "dataCrc32c": crc(b"payload")});
        let signed = lab.ok(Method::POST, &format!("{version}:asymmetricSign"), data).await;
        assert_eq!(signed["verifiedDataCrc32c"], true);
        verify(pem, algorithm, &signed);
    }
}

/// Bit by bit, unlike the one that is tested.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0x82F6_3B78 } else { 0 })
    };
    !bytes.iter().fold(!0, step)
}

/// By Binary Authorization's own algorithm of the same name.
fn verify(pem: &str, algorithm: &str, signed: &Value) {
    use countersign::domain::attestation::Verify as _;
    use countersign::domain::attestor::{KeyMaterial, PublicKey};
    let material = KeyMaterial::Pkix { pem: pem.to_owned(), signature_algorithm: algorithm.to_owned() };
    let key = PublicKey { id: String::new(), comment: String::new(), material };
    let signature = STANDARD.decode(signed["signature"].as_str().unwrap()).unwrap();
    let verified = countersign::signing::openpgp::Verifier::new().verify(&key, &signature, b"payload");
    assert!(verified.is_ok(), "{algorithm}: {verified:?}");
}

#[tokio::test]
async fn a_version_is_disabled_destroyed_and_brought_back() {
    let lab = lab().await;
    let key = make_key(&lab, "EC_SIGN_P256_SHA256").await;
    let version = format!("{key}/cryptoKeyVersions/1");
    let patch = |state: &'static str| {
        let url = format!("{version}?updateMask=state");
        let lab = &lab;
        async move { lab.ok(Method::PATCH, &url, json!({"state": state})).await["state"].clone() }
    };
    assert_eq!(patch("DISABLED").await, "DISABLED");
    let name = version.strip_prefix(&format!("{KMS}/")).unwrap();
    for (method, url) in
        [(Method::GET, format!("{version}/publicKey")), (Method::POST, format!("{version}:asymmetricSign"))]
    {
        let body = if method == Method::GET { Value::Null } else { json!({"data": "AAAA"}) };
        let refused = lab.refused(method, &url, body).await;
        let message = format!("{name} is not enabled, current state is: DISABLED.");
        refused.is(400, "FAILED_PRECONDITION", &message);
    }
    assert_eq!(patch("ENABLED").await, "ENABLED");
    let doomed = lab.ok(Method::POST, &format!("{version}:destroy"), json!({})).await;
    assert_eq!(doomed["state"], "DESTROY_SCHEDULED");
    assert!(doomed["destroyTime"].is_string());
    assert_eq!(lab.refused(Method::POST, &format!("{version}:destroy"), json!({})).await.code, 400);
    let restored = lab.ok(Method::POST, &format!("{version}:restore"), json!({})).await;
    assert_eq!((&restored["state"], &restored["destroyTime"]), (&json!("DISABLED"), &Value::Null));
    let second = lab.ok(Method::POST, &format!("{key}/cryptoKeyVersions"), json!({})).await;
    assert!(second["name"].as_str().unwrap().ends_with("/cryptoKeyVersions/2"));
    let list = lab.get(&format!("{key}/cryptoKeyVersions?filter=state=ENABLED")).await;
    assert_eq!(list["cryptoKeyVersions"], json!([second]));
}

#[tokio::test]
async fn private_keys_lie_sealed_and_survive_a_restart() {
    let lab = lab().await;
    let version = format!("{}/cryptoKeyVersions/1", make_key(&lab, "EC_SIGN_P256_SHA256").await);
    let sandbox = lab.sandbox.files().directory().to_owned();
    let lab = lab.restart().await;
    lab.ok(Method::POST, &format!("{version}:asymmetricSign"), json!({"data": "AAAA"})).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(sandbox.join("kms.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // PKCS #8 of an elliptic-curve key begins with the identifier of its kind (RFC 5915); the public
    // key is stored as PEM, so that no such bytes may be anywhere.
    let identifier = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    for file in ["sandbox.db", "sandbox.db-wal"] {
        let bytes = std::fs::read(sandbox.join(file)).unwrap_or_default();
        assert!(!bytes.windows(identifier.len()).any(|window| window == identifier), "{file}");
    }
    // With another key file nothing is signed, and nobody is told why but in words.
    lab.sandbox.shutdown().await.unwrap();
    let other = STANDARD.encode([7; 32]);
    std::fs::write(sandbox.join("kms.key"), other).unwrap();
    let lab = Lab::start_in(lab.dir).await;
    let refused = lab.refused(Method::POST, &format!("{version}:asymmetricSign"), json!({"data": "AAAA"})).await;
    assert!(refused.code == 400 && refused.message.contains("cannot be read"), "{refused:?}");
}

/// What `public-keys add --keyversion` sends with an overridden endpoint.
#[tokio::test]
async fn a_key_id_with_the_sandboxs_address_is_the_services() {
    let lab = lab().await;
    let version = format!("{}/cryptoKeyVersions/1", make_key(&lab, "EC_SIGN_P256_SHA256").await);
    let pem = lab.get(&format!("{version}/publicKey")).await["pem"].clone();
    let name = version.strip_prefix(&format!("{KMS}/")).unwrap();
    let note = format!("{}/v1/projects/{PROJECT}/notes?noteId=n", lab::CA);
    lab.ok(Method::POST, &note, json!({"attestation": {"hint": {"humanReadableName": "n"}}})).await;
    let key = json!({"id": format!("//127.0.0.1:40001/v1/{name}"),
                     "pkixPublicKey": {"publicKeyPem": pem, "signatureAlgorithm": "ECDSA_P256_SHA256"}});
    let note = json!({"noteReference": format!("projects/{PROJECT}/notes/n"), "publicKeys": [key]});
    let url = format!("{BA}/v1/projects/{PROJECT}/attestors?attestorId=a");
    let attestor = lab.ok(Method::POST, &url, json!({"userOwnedGrafeasNote": note})).await;
    let id = &attestor["userOwnedGrafeasNote"]["publicKeys"][0]["id"];
    assert_eq!(*id, format!("//cloudkms.googleapis.com/v1/{name}"));
}
