//! Somebody who signs images with a key of their own.

use countersign::domain::attestation::payload;
use countersign::domain::image::ImageRef;
use countersign::domain::key::Fingerprint;
use countersign::signing::keyring::Keyring;
use countersign::signing::{KeyAlgorithm, KeySpec, Passphrase, generate};
use serde_json::{Value, json};

/// A key of a signer, as real as a user's.
pub(crate) struct Signer {
    keyring: Keyring,
    pub(crate) fingerprint: Fingerprint,
    _dir: tempfile::TempDir,
}

impl Signer {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(dir.path().join("keys")).unwrap();
        let spec = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA".into(), email: "qa@example.com".into() };
        let key = keyring.store(&generate(&spec, &passphrase()).unwrap()).unwrap();
        Self { keyring, fingerprint: key.info.fingerprint, _dir: dir }
    }

    pub(crate) fn armor(&self) -> String {
        self.keyring.export(&self.fingerprint).unwrap()
    }

    /// The armored, attached message.
    pub(crate) fn sign(&self, payload: &[u8]) -> String {
        self.keyring.sign(&self.fingerprint, &passphrase(), payload).unwrap()
    }

    /// The details of an attestation of this image, as they are posted.
    pub(crate) fn attestation(&self, image: &str) -> Value {
        let image: ImageRef = image.parse().unwrap();
        let payload = payload(&image, image.digest().unwrap());
        let signature = self.sign(&payload);
        let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE, bytes);
        let signature = json!({"publicKeyId": self.fingerprint.as_str(), "signature": base64(signature.as_bytes())});
        json!({"serializedPayload": base64(&payload), "signatures": [signature]})
    }
}

fn passphrase() -> Passphrase {
    Passphrase::new("a passphrase".into())
}
