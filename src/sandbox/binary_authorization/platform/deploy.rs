//! The attestations that `:evaluate` makes of conformant images (`GENERATE_DEPLOY`;
//! `docs/binary-authorization.md`, "DSSE attestations"): DSSE envelopes of in-toto statements.
//!
//! The service signs with a key of Google's; here it is one of the running process, made when it is
//! first needed and kept nowhere. What the predicate says is not documented and inferred.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

use crate::error::ApiError;
use domain::image::ImageRef;
use wire::status::Code;

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const PREDICATE_TYPE: &str = "https://binaryauthorization.googleapis.com/policy_verification/v0.1";

/// Signs deploy attestations.
#[derive(Debug, Default)]
pub(in crate::binary_authorization) struct Signer(OnceLock<Option<EcdsaKeyPair>>);

impl Signer {
    /// The attestation of an image, web-safe base64; none where it is not named by a digest.
    pub(super) fn attest(&self, policy: &str, image: &str) -> Result<Option<String>, ApiError> {
        let bare = image.split_once("://").map_or(image, |(_, bare)| bare);
        let Ok(image) = bare.parse::<ImageRef>() else { return Ok(None) };
        let Some(digest) = image.digest() else { return Ok(None) };
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": PREDICATE_TYPE,
            "subject": [{"name": image.name(), "digest": {"sha256": digest.hex()}}],
            "predicate": {"policy": policy, "verdict": "CONFORMANT"},
        })
        .to_string();
        let envelope = json!({
            "payloadType": PAYLOAD_TYPE,
            "payload": STANDARD.encode(&statement),
            "signatures": [{"sig": STANDARD.encode(self.sign(&encoded(&statement))?), "keyid": "countersign-sandbox"}],
        });
        Ok(Some(URL_SAFE.encode(envelope.to_string())))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ApiError> {
        let key = self.0.get_or_init(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).ok());
        let signature = key.as_ref().and_then(|key| key.sign(&SystemRandom::new(), message).ok());
        let signature = signature.ok_or_else(|| ApiError::new(Code::Internal, "The sandbox could not sign."))?;
        Ok(signature.as_ref().to_vec())
    }
}

/// What is signed (DSSE's pre-authentication encoding).
fn encoded(payload: &str) -> Vec<u8> {
    format!("DSSEv1 {} {PAYLOAD_TYPE} {} {payload}", PAYLOAD_TYPE.len(), payload.len()).into_bytes()
}
