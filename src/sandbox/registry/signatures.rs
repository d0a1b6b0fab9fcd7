//! What the checks of platform policies ask of the registry: when an image came, and the signatures
//! that cosign put beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_spec::image::ImageManifest;
use rusqlite::{OptionalExtension as _, Transaction};

use super::route::Reference;
use super::storage::{self, RepositoryId};
use crate::store::StoreError;
use domain::image::{Digest, ImageRef};
use domain::platform_evaluation::SigstoreSignature;

/// The annotation of a layer that holds its signature in base64 (cosign's `SIGNATURE_SPEC.md`).
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// The largest payload that is read, in bytes; cosign's have some 250.
const MAX_PAYLOAD: u64 = 64 * 1024;

/// The most signatures of one image that are read.
const MAX_SIGNATURES: usize = 100;

fn repository(tx: &Transaction<'_>, image: &ImageRef) -> Result<Option<RepositoryId>, rusqlite::Error> {
    let Some(registry) = image.registry() else { return Ok(None) };
    storage::find_repository(tx, registry.split(':').next().unwrap_or_default(), image.repository())
}

/// When the manifest with this digest was uploaded, in milliseconds since 1970.
pub(crate) fn uploaded(tx: &Transaction<'_>, image: &ImageRef, digest: &Digest) -> Result<Option<i64>, StoreError> {
    let Some(RepositoryId(repository)) = repository(tx, image)? else { return Ok(None) };
    Ok(tx
        .prepare_cached("SELECT uploaded FROM registry_manifest WHERE repository = ?1 AND digest = ?2")?
        .query_row((repository, digest.as_str()), |row| row.get(0))
        .optional()?)
}

/// The signatures of the image with this digest: the layers of the tag `sha256-….sig`. What is not of
/// cosign's form is no signature.
pub(crate) fn sigstore_signatures(
    tx: &Transaction<'_>,
    image: &ImageRef,
    digest: &Digest,
) -> Result<Vec<SigstoreSignature>, StoreError> {
    let Some(repository) = repository(tx, image)? else { return Ok(Vec::new()) };
    let tag = Reference::Tag(format!("sha256-{}.sig", digest.hex()));
    let Some(found) = storage::resolve_reference(tx, repository, &tag)? else { return Ok(Vec::new()) };
    let body: Vec<u8> = tx
        .prepare_cached("SELECT body FROM registry_manifest WHERE repository = ?1 AND digest = ?2")?
        .query_row((repository.0, found.as_str()), |row| row.get(0))?;
    let Ok(manifest) = serde_json::from_slice::<ImageManifest>(&body) else { return Ok(Vec::new()) };
    let mut signatures = Vec::new();
    for layer in manifest.layers().iter().take(MAX_SIGNATURES) {
        let annotation = layer.annotations().as_ref().and_then(|annotations| annotations.get(SIGNATURE));
        let signature = annotation.and_then(|text| STANDARD.decode(text).ok());
        let payload = payload(tx, repository, layer.digest().as_ref())?;
        signatures.extend(signature.zip(payload).map(|(signature, payload)| SigstoreSignature { payload, signature }));
    }
    Ok(signatures)
}

/// The bytes of a small blob.
fn payload(tx: &Transaction<'_>, repository: RepositoryId, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(digest) = digest.parse::<Digest>() else { return Ok(None) };
    let blob = storage::linked_blob(tx, repository, &digest)?.filter(|blob| blob.size <= MAX_PAYLOAD);
    let Some(blob) = blob else { return Ok(None) };
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(chunk) = storage::chunk_from(tx, blob.content, bytes.len() as u64)? {
        bytes.extend(chunk);
    }
    Ok(Some(bytes))
}
