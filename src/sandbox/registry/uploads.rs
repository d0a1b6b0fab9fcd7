//! Pushing a blob: in one request, in chunks, or from another repository
//! (distribution-spec 1.1, "Pushing blobs").

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::header::{CONTENT_RANGE, LOCATION, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Deserialize;

use domain::image::Digest;

use super::call::Mount;
use super::error::Failure;
use super::headers::{CONTENT_DIGEST, UPLOAD_ID, range_so_far};
use super::repository::Repository;
use super::route::digest_of;
use super::storage::{self, RepositoryId};

/// No blob is larger: what a teaching registry needs, and less than a disk.
const MAX_BLOB_BYTES: u64 = 1 << 30;

/// Bytes are stored in chunks of about this size, each in a transaction of its own.
const CHUNK_BYTES: usize = 1 << 20;

/// What may stand behind `?` on the paths of uploads.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    /// The digest of the blob that this request completes.
    digest: Option<String>,
}

/// `POST /v2/NAME/blobs/uploads/`: begins an upload, or does all of it.
pub(super) async fn start(
    repository: Repository,
    from: Option<Mount>,
    query: Parameters,
    body: Body,
) -> Result<Response, Failure> {
    if let Some(from) = from
        && mount(&repository, from.clone()).await?
    {
        return Ok(created(&repository, &from.digest));
    }
    let whole = query.digest.as_deref().map(digest_of).transpose()?;
    collect_garbage(&repository).await?;
    let id = uuid::Uuid::new_v4().to_string();
    let (asked, new_id) = (repository.clone(), id.clone());
    repository
        .store
        .write(move |tx| {
            let into = asked.ensured(tx)?;
            tx.execute("INSERT INTO registry_content (size) VALUES (0)", [])?;
            tx.execute(
                "INSERT INTO registry_upload (id, repository, content, touched) VALUES (?1, ?2, ?3, ?4)",
                params![new_id, into.0, tx.last_insert_rowid(), asked.now_ms],
            )?;
            storage::check_space(tx)
        })
        .await?;
    match whole {
        None => Ok(accepted(StatusCode::ACCEPTED, &repository, &id, 0)),
        Some(digest) => {
            receive(&repository, &id, body.into_data_stream(), None).await?;
            complete(&repository, &id, digest).await
        }
    }
}

/// Makes room, where there is little and something can go.
async fn collect_garbage(repository: &Repository) -> Result<(), Failure> {
    let (store, now_ms) = (&repository.store, repository.now_ms);
    if store.read(move |tx| storage::is_garbage_due(tx, now_ms).map_err(Failure::from)).await? {
        store.write(move |tx| storage::collect_garbage(tx, now_ms).map_err(Failure::from)).await?;
    }
    Ok(())
}

/// `PATCH /v2/NAME/blobs/uploads/ID`: the next bytes.
pub(super) async fn patch(
    repository: Repository,
    id: String,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let size = receive(&repository, &id, body.into_data_stream(), range_start(headers)?).await?;
    Ok(accepted(StatusCode::ACCEPTED, &repository, &id, size))
}

/// `PUT /v2/NAME/blobs/uploads/ID?digest=…`: the last bytes, if any are missing, and the end.
pub(super) async fn finish(
    repository: Repository,
    id: String,
    query: Parameters,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let digest = query.digest.ok_or_else(|| Failure::DigestInvalid(String::new()))?;
    let digest = digest_of(&digest)?;
    receive(&repository, &id, body.into_data_stream(), range_start(headers)?).await?;
    complete(&repository, &id, digest).await
}

/// `GET /v2/NAME/blobs/uploads/ID`: how far it came.
pub(super) async fn progress(repository: Repository, id: String) -> Result<Response, Failure> {
    let upload = find(&repository, &id).await?;
    Ok(accepted(StatusCode::NO_CONTENT, &repository, &id, upload.size))
}

/// `DELETE /v2/NAME/blobs/uploads/ID`.
pub(super) async fn cancel(repository: Repository, id: String) -> Result<Response, Failure> {
    let store = repository.store.clone();
    store
        .write(move |tx| {
            let upload = find_in(tx, repository.known(tx)?, &id)?;
            discard(tx, &id, upload.content)?;
            Ok(StatusCode::NO_CONTENT.into_response())
        })
        .await
}

/// An upload that has begun.
#[derive(Debug, Clone, Copy)]
struct Upload {
    content: i64,
    size: u64,
}

fn find_in(tx: &Transaction<'_>, repository: RepositoryId, id: &str) -> Result<Upload, Failure> {
    tx.prepare_cached(
        "SELECT c.id, c.size FROM registry_upload u JOIN registry_content c ON c.id = u.content
         WHERE u.id = ?1 AND u.repository = ?2",
    )?
    .query_row(params![id, repository.0], |row| {
        Ok(Upload { content: row.get(0)?, size: row.get::<_, i64>(1)?.unsigned_abs() })
    })
    .optional()?
    .ok_or(Failure::UploadUnknown)
}

async fn find(repository: &Repository, id: &str) -> Result<Upload, Failure> {
    let (asked, id) = (repository.clone(), id.to_owned());
    repository.store.read(move |tx| find_in(tx, asked.known(tx)?, &id)).await
}

fn discard(tx: &Transaction<'_>, id: &str, content: i64) -> Result<(), rusqlite::Error> {
    tx.execute("DELETE FROM registry_upload WHERE id = ?1", [id])?;
    tx.execute("DELETE FROM registry_content WHERE id = ?1", [content])?;
    Ok(())
}

/// Stores what comes, and answers how many bytes there are now. What was stored before a
/// connection broke stays, so that the client can go on from there.
async fn receive(
    repository: &Repository,
    id: &str,
    mut body: BodyDataStream,
    start: Option<u64>,
) -> Result<u64, Failure> {
    let mut next = find(repository, id).await?.size;
    if start.is_some_and(|start| start != next) {
        return Err(Failure::UploadRange { next });
    }
    let mut waiting = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| Failure::UploadInvalid(format!("the body broke off: {error}")))?;
        waiting.extend_from_slice(&part);
        if next + waiting.len() as u64 > MAX_BLOB_BYTES {
            return Err(Failure::TooLarge { what: "a blob", max: MAX_BLOB_BYTES });
        }
        if waiting.len() >= CHUNK_BYTES {
            next = append(repository, id, next, std::mem::take(&mut waiting).into()).await?;
        }
    }
    append(repository, id, next, waiting.into()).await
}

async fn append(repository: &Repository, id: &str, start: u64, bytes: Bytes) -> Result<u64, Failure> {
    let (asked, id) = (repository.clone(), id.to_owned());
    repository
        .store
        .write(move |tx| {
            let upload = find_in(tx, asked.known(tx)?, &id)?;
            if !storage::append(tx, upload.content, start, &bytes)? {
                return Err(Failure::UploadRange { next: upload.size });
            }
            tx.execute("UPDATE registry_upload SET touched = ?2 WHERE id = ?1", params![id, asked.now_ms])?;
            storage::check_space(tx)?;
            Ok(start + bytes.len() as u64)
        })
        .await
}

/// Makes an upload the blob of this digest. A wrong digest ends the upload: its bytes are not what
/// the client thinks they are.
async fn complete(repository: &Repository, id: &str, expected: Digest) -> Result<Response, Failure> {
    let upload = find(repository, id).await?;
    let found =
        repository.store.read(move |tx| storage::digest_of_content(tx, upload.content).map_err(Failure::from)).await?;
    if found != expected {
        cancel(repository.clone(), id.to_owned()).await?;
        return Err(Failure::DigestMismatch { expected, found });
    }
    let (asked, id, digest) = (repository.clone(), id.to_owned(), expected.clone());
    repository
        .store
        .write(move |tx| {
            let into = asked.known(tx)?;
            let now = find_in(tx, into, &id)?;
            if now.size != upload.size {
                return Err(Failure::UploadRange { next: now.size });
            }
            let stored = tx.execute(
                "INSERT OR IGNORE INTO registry_blob (digest, content) VALUES (?1, ?2)",
                params![digest.as_str(), upload.content],
            )?;
            tx.execute("DELETE FROM registry_upload WHERE id = ?1", [&id])?;
            if stored == 0 {
                tx.execute("DELETE FROM registry_content WHERE id = ?1", [upload.content])?;
            }
            storage::link(tx, into, &digest, asked.now_ms)?;
            Ok(())
        })
        .await?;
    Ok(created(repository, &expected))
}

/// Takes a blob over from another repository; `false` where that has none.
async fn mount(repository: &Repository, Mount { digest, from }: Mount) -> Result<bool, Failure> {
    let asked = repository.clone();
    repository
        .store
        .write(move |tx| {
            let Some(source) = storage::find_repository(tx, &from.host, &from.name)? else { return Ok(false) };
            if storage::linked_blob(tx, source, &digest)?.is_none() {
                return Ok(false);
            }
            storage::link(tx, asked.ensured(tx)?, &digest, asked.now_ms)?;
            storage::check_space(tx)?;
            Ok(true)
        })
        .await
}

/// The first byte that `Content-Range: START-END` announces (the spec writes no unit).
fn range_start(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get(CONTENT_RANGE) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let start = text.trim_start_matches("bytes").trim_start_matches(['=', ' ']).split('-').next();
    match start.and_then(|start| start.parse().ok()) {
        Some(start) => Ok(Some(start)),
        None => Err(Failure::UploadInvalid(format!("Content-Range {text:?} is not of the form START-END"))),
    }
}

fn accepted(status: StatusCode, repository: &Repository, id: &str, size: u64) -> Response {
    let location = format!("/v2/{}/blobs/uploads/{id}", repository.name);
    let mut response = (status, [(LOCATION, location), (UPLOAD_ID, id.to_owned())]).into_response();
    response.headers_mut().insert(RANGE, range_so_far(size));
    response
}

fn created(repository: &Repository, digest: &Digest) -> Response {
    let location = format!("/v2/{}/blobs/{digest}", repository.name);
    (StatusCode::CREATED, [(LOCATION, location), (CONTENT_DIGEST, digest.to_string())]).into_response()
}
