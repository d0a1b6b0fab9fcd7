//! Manifests and image indexes: push, pull by tag or digest, delete.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rusqlite::{Transaction, params};

use domain::image::Digest;

use super::error::Failure;
use super::headers::CONTENT_DIGEST;
use super::parsed::Manifest;
use super::repository::Repository;
use super::route::Reference;
use super::storage::{self, RepositoryId};
use crate::values;

/// Names the manifest that the pushed one refers to (distribution-spec 1.1, "Pushing Manifests
/// with Subject").
const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");

/// Registries must take 4 MiB (distribution-spec 1.1) and need not take more.
const MAX_MANIFEST_BYTES: usize = 4 << 20;

/// `GET` and `HEAD /v2/NAME/manifests/REFERENCE`. To `HEAD` the server sends no body.
pub(super) async fn get(
    repository: Repository,
    reference: Reference,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let accept = Accept::from_headers(headers);
    let store = repository.store.clone();
    store
        .read(move |tx| {
            let (_, digest) = found(tx, &repository, &reference)?;
            let (media_type, body) = stored(tx, repository.known(tx)?, &digest)?;
            if !accept.allows(&media_type) {
                return Err(Failure::ManifestNotAcceptable(media_type));
            }
            let headers = [
                (CONTENT_TYPE, media_type),
                (CONTENT_LENGTH, body.len().to_string()),
                (ETAG, format!("\"{digest}\"")),
                (CONTENT_DIGEST, digest.to_string()),
            ];
            Ok((headers, Body::from(body)).into_response())
        })
        .await
}

/// `PUT /v2/NAME/manifests/REFERENCE`. Everything that the manifest names must be there already.
pub(super) async fn put(
    repository: Repository,
    reference: Reference,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let body =
        Limited::new(body, MAX_MANIFEST_BYTES).collect().await.map_err(|error| too_large_or_cut(&*error))?.to_bytes();
    if !values::are_few(&body) {
        return Err(Failure::ManifestInvalid(format!("it has more than {} values", values::MAX_VALUES)));
    }
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(without_parameters);
    let manifest = Manifest::parse(&body, declared)?;
    let digest = storage::digest_of_bytes(&body);
    if let Reference::Digest(expected) = &reference
        && *expected != digest
    {
        return Err(Failure::DigestMismatch { expected: expected.clone(), found: digest });
    }
    let location = format!("/v2/{}/manifests/{digest}", repository.name);
    let mut response =
        (StatusCode::CREATED, [(LOCATION, location), (CONTENT_DIGEST, digest.to_string())]).into_response();
    if let Some(subject) = manifest.subject.as_ref().and_then(|subject| subject.as_str().parse().ok()) {
        response.headers_mut().insert(OCI_SUBJECT, subject);
    }
    let store = repository.store.clone();
    store
        .write(move |tx| {
            let id = repository.ensured(tx)?;
            check_references(tx, id, &manifest)?;
            insert(tx, &repository, id, &digest, &manifest, &body)?;
            if let Reference::Tag(tag) = &reference {
                tx.execute(
                    "INSERT INTO registry_tag (repository, tag, digest) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET digest = excluded.digest",
                    params![id.0, tag, digest.as_str()],
                )?;
            }
            storage::check_space(tx)
        })
        .await?;
    Ok(response)
}

/// `DELETE /v2/NAME/manifests/REFERENCE`, as gcr.io does it: a tag goes alone, and a digest only
/// when no tag and no index names it.
pub(super) async fn delete(repository: Repository, reference: Reference) -> Result<Response, Failure> {
    let store = repository.store.clone();
    store
        .write(move |tx| {
            let (id, digest) = found(tx, &repository, &reference)?;
            match &reference {
                Reference::Tag(tag) => {
                    tx.execute("DELETE FROM registry_tag WHERE repository = ?1 AND tag = ?2", params![id.0, tag])?;
                }
                Reference::Digest(_) => {
                    check_unused(tx, id, &digest)?;
                    tx.execute(
                        "DELETE FROM registry_manifest WHERE repository = ?1 AND digest = ?2",
                        params![id.0, digest.as_str()],
                    )?;
                }
            }
            Ok(StatusCode::ACCEPTED.into_response())
        })
        .await
}

fn found(
    tx: &Transaction<'_>,
    repository: &Repository,
    reference: &Reference,
) -> Result<(RepositoryId, Digest), Failure> {
    let id = repository.known(tx)?;
    let digest = storage::resolve_reference(tx, id, reference)?;
    digest.map(|digest| (id, digest)).ok_or_else(|| Failure::ManifestUnknown(reference.as_str().to_owned()))
}

fn stored(tx: &Transaction<'_>, repository: RepositoryId, digest: &Digest) -> Result<(String, Vec<u8>), Failure> {
    Ok(tx
        .prepare_cached("SELECT media_type, body FROM registry_manifest WHERE repository = ?1 AND digest = ?2")?
        .query_row(params![repository.0, digest.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Every blob of the manifest, and every manifest of the index, must be in the repository.
fn check_references(tx: &Transaction<'_>, repository: RepositoryId, manifest: &Manifest) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for (digest, size) in &manifest.blobs {
        match storage::linked_blob(tx, repository, digest)? {
            None => missing.push(digest.clone()),
            Some(blob) if blob.size != *size => {
                let reason = format!("blob {digest} has {} bytes, and the manifest says {size}", blob.size);
                return Err(Failure::ManifestInvalid(reason));
            }
            Some(_) => {}
        }
    }
    for digest in &manifest.children {
        if storage::resolve_reference(tx, repository, &Reference::Digest(digest.clone()))?.is_none() {
            missing.push(digest.clone());
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Failure::ManifestBlobUnknown(missing)) }
}

fn insert(
    tx: &Transaction<'_>,
    repository: &Repository,
    id: RepositoryId,
    digest: &Digest,
    manifest: &Manifest,
    body: &[u8],
) -> Result<(), Failure> {
    let created = match &manifest.config {
        Some(config) => created_ms(tx, id, config)?.unwrap_or(repository.now_ms),
        None => repository.now_ms,
    };
    tx.execute(
        "INSERT INTO registry_manifest (repository, digest, media_type, body, image_size, created, uploaded,
         subject, artifact_type, annotations) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT DO UPDATE SET uploaded = excluded.uploaded",
        params![
            id.0,
            digest.as_str(),
            manifest.media_type,
            body,
            manifest.image_size.cast_signed(),
            created,
            repository.now_ms,
            manifest.subject.as_ref().map(Digest::as_str),
            manifest.artifact_type,
            manifest.annotations,
        ],
    )?;
    let mut reference = tx.prepare_cached(
        "INSERT OR IGNORE INTO registry_reference (repository, target, manifest) VALUES (?1, ?2, ?3)",
    )?;
    for target in manifest.blobs.iter().map(|(digest, _)| digest).chain(&manifest.children) {
        reference.execute(params![id.0, target.as_str(), digest.as_str()])?;
    }
    Ok(())
}

/// When the image was built, by its configuration (image-spec, `created`).
fn created_ms(tx: &Transaction<'_>, repository: RepositoryId, config: &Digest) -> Result<Option<i64>, Failure> {
    let Some(blob) = storage::linked_blob(tx, repository, config)? else { return Ok(None) };
    if blob.size > MAX_MANIFEST_BYTES as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = storage::chunk_from(tx, blob.content, bytes.len() as u64)? {
        bytes.extend(chunk);
    }
    Ok(super::parsed::created_of_config(&bytes).map(jiff::Timestamp::as_millisecond))
}

fn check_unused(tx: &Transaction<'_>, repository: RepositoryId, digest: &Digest) -> Result<(), Failure> {
    let key = params![repository.0, digest.as_str()];
    let first = |sql: &str| {
        let mut statement = tx.prepare_cached(sql)?;
        let mut rows = statement.query(key)?;
        rows.next()?.map(|row| row.get::<_, String>(0)).transpose()
    };
    if let Some(tag) = first("SELECT tag FROM registry_tag WHERE repository = ?1 AND digest = ?2 ORDER BY tag")? {
        return Err(Failure::DanglingTag(tag));
    }
    let parent = first("SELECT manifest FROM registry_reference WHERE repository = ?1 AND target = ?2")?;
    match parent.and_then(|parent| parent.parse().ok()) {
        Some(parent) => Err(Failure::DanglingParent(parent)),
        None => Ok(()),
    }
}

fn too_large_or_cut(error: &(dyn std::error::Error + 'static)) -> Failure {
    if error.is::<LengthLimitError>() {
        Failure::TooLarge { what: "a manifest", max: MAX_MANIFEST_BYTES as u64 }
    } else {
        Failure::ManifestInvalid(format!("the body broke off: {error}"))
    }
}

fn without_parameters(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// The media types that a client takes. Clients send them in one header line or in several.
#[derive(Debug)]
struct Accept(Vec<String>);

impl Accept {
    fn from_headers(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let types = lines.flat_map(|line| line.split(',')).map(|part| without_parameters(part).to_ascii_lowercase());
        Self(types.filter(|media_type| !media_type.is_empty()).collect())
    }

    fn allows(&self, media_type: &str) -> bool {
        let wanted = |accepted: &String| matches!(accepted.as_str(), "*/*" | "application/*") || accepted == media_type;
        self.0.is_empty() || self.0.iter().any(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::registry::{OCI_INDEX, OCI_MANIFEST};

    #[rstest::rstest]
    #[case(&[], true)]
    #[case(&["*/*"], true)]
    #[case(&["application/*;q=0.5"], true)]
    #[case(&[OCI_INDEX], false)]
    #[case(&[OCI_INDEX, OCI_MANIFEST], true)]
    #[case(&["application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json"], true)]
    fn several_lines_are_one(#[case] lines: &[&str], #[case] allowed: bool) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, line.parse().unwrap());
        }
        assert_eq!(Accept::from_headers(&headers).allows(OCI_MANIFEST), allowed);
    }
}
