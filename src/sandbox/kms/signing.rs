//! Public keys and signatures, with the checksums by which both sides see that nothing was damaged.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::algorithm::Algorithm;
use super::api::Api;
use super::protection::SOFTWARE;
use super::versions::{self, VersionPath};
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::request::{Body, Names};
use crate::state::rfc3339;
use wire::base64_bytes;

const DIGEST: Message =
    Message(&[(&["sha256"], FieldKind::Bytes), (&["sha384"], FieldKind::Bytes), (&["sha512"], FieldKind::Bytes)]);
pub(super) const SIGN: Message = Message(&[
    (&["digest"], FieldKind::Message(&DIGEST)),
    (&["digestCrc32c"], FieldKind::Integer),
    (&["data"], FieldKind::Bytes),
    (&["dataCrc32c"], FieldKind::Integer),
]);

/// The most bytes that are hashed here (`AsymmetricSignRequest.data`).
const MAX_DATA: usize = 64 * 1024;

pub(super) async fn public_key(
    Shared(api): Shared<Api>,
    Names(path): Names<VersionPath>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let format = params.get("publicKeyFormat").map(str::to_owned);
    if let Some(other) = format.as_deref().filter(|format| !["PEM", "PUBLIC_KEY_FORMAT_UNSPECIFIED"].contains(format)) {
        let message = format!("The public key of this version has format PEM, not {other:.40}.");
        return Err(ApiError::invalid_field("public_key_format", message));
    }
    let now = rfc3339(api.state.clock.now());
    let version = api.state.store.read(move |tx| versions::existing(tx, &path, &now)?.enabled()).await?;
    let crc = crc32c::crc32c(version.pem.as_bytes()).to_string();
    let mut answer = json!({
        "pem": version.pem,
        "algorithm": version.algorithm,
        "pemCrc32c": crc,
        "name": version.name,
        "protectionLevel": SOFTWARE,
    });
    // The newer form, for who asks for it.
    if let Some(format) = format {
        answer["publicKeyFormat"] = format.into();
        answer["publicKey"] = json!({"data": base64_bytes::encode(version.pem.as_bytes()), "crc32cChecksum": crc});
    }
    Ok(Json(answer))
}

/// What is to be signed, and which of its checksums came with it.
enum Question {
    /// A digest that the caller made, with its field.
    Digest { field: String, bytes: Vec<u8>, checked: bool },
    /// A message that is hashed here.
    Data { bytes: Vec<u8>, checked: bool },
}

impl Question {
    fn parse(request: &Value) -> Result<Self, ApiError> {
        let bytes = |value: &Value| value.as_str().and_then(|text| base64_bytes::decode(text).ok());
        let digests: Vec<(&String, &Value)> = request["digest"].as_object().into_iter().flatten().collect();
        let data = bytes(&request["data"]).filter(|data| !data.is_empty());
        match (digests.as_slice(), data) {
            ([(field, value)], None) => {
                let bytes = bytes(value).unwrap_or_default();
                let checked = check("digest", &bytes, &request["digestCrc32c"])?;
                Ok(Self::Digest { field: (*field).clone(), bytes, checked })
            }
            ([], Some(bytes)) if bytes.len() > MAX_DATA => {
                let message = format!("The data has {} bytes, more than {MAX_DATA}.", bytes.len());
                Err(ApiError::invalid_field("data", message))
            }
            ([], Some(bytes)) => {
                let checked = check("data", &bytes, &request["dataCrc32c"])?;
                Ok(Self::Data { bytes, checked })
            }
            ([], None) => Err(ApiError::invalid_field("digest", "A digest or data is required.")),
            ([_, ..], Some(_)) => Err(ApiError::invalid_field("data", "A digest and data cannot both be given.")),
            ([_, _, ..], None) => Err(ApiError::invalid_field("digest", "One digest is signed, not several.")),
        }
    }
}

/// Whether a checksum came; a wrong one is refused.
fn check(field: &str, bytes: &[u8], crc: &Value) -> Result<bool, ApiError> {
    match crc.as_i64() {
        None => Ok(false),
        Some(crc) if crc == i64::from(crc32c::crc32c(bytes)) => Ok(true),
        Some(_) => {
            let message = format!("The checksum in field {field}_crc32c did not match the data in field {field}.");
            Err(ApiError::invalid_field(&format!("{field}_crc32c"), message))
        }
    }
}

pub(super) async fn asymmetric_sign(
    Shared(api): Shared<Api>,
    Names(path): Names<VersionPath>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let question = Question::parse(&body.value())?;
    let now = rfc3339(api.state.clock.now());
    let vault = api.vault.clone();
    // On the store's thread, which may block: RSA takes milliseconds.
    let sign = move |tx: &Transaction<'_>| {
        let version = versions::existing(tx, &path, &now)?.enabled()?;
        let algorithm = Algorithm::from_name(&version.algorithm, "name")?;
        let digest = match &question {
            Question::Data { bytes, .. } => algorithm.digest(bytes),
            Question::Digest { field, bytes, .. } => imported(algorithm, field, bytes)?,
        };
        let signature = algorithm.sign(&version.private(&vault)?, &digest)?;
        Ok::<_, ApiError>(answer(&version.name, &signature, &question))
    };
    api.state.store.read(sign).await.map(Json)
}

fn imported(algorithm: &Algorithm, field: &str, bytes: &[u8]) -> Result<aws_lc_rs::digest::Digest, ApiError> {
    let expected = algorithm.digest_field;
    let at = format!("digest.{field}");
    if field != expected {
        let message = format!("A key of algorithm {} signs digest.{expected}, not {at}.", algorithm.name);
        return Err(ApiError::invalid_field(&at, message));
    }
    algorithm.imported(bytes).ok_or_else(|| {
        ApiError::invalid_field(&at, format!("A {expected} digest does not have {} bytes.", bytes.len()))
    })
}

fn answer(name: &str, signature: &[u8], question: &Question) -> Value {
    let mut answer = json!({
        "signature": base64_bytes::encode(signature),
        "signatureCrc32c": crc32c::crc32c(signature).to_string(),
        "name": name,
        "protectionLevel": SOFTWARE,
    });
    // False is left out, as proto3 JSON has it.
    match question {
        Question::Digest { checked: true, .. } => answer["verifiedDigestCrc32c"] = true.into(),
        Question::Data { checked: true, .. } => answer["verifiedDataCrc32c"] = true.into(),
        _ => {}
    }
    answer
}

#[cfg(test)]
mod tests {
    /// The vectors of RFC 3720, appendix B.4, and the check value of the algorithm.
    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(crc32c::crc32c(b""), 0);
        assert_eq!(crc32c::crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c::crc32c(&[0xFF; 32]), 0x62A8_AB43);
        let ascending: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c::crc32c(&ascending), 0x46DD_794E);
    }
}
