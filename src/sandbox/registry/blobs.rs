//! Blobs: read whole or in part, ask for, unlink.

use std::ops::RangeInclusive;

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rusqlite::{Transaction, params};

use crate::store::{Store, StoreError};
use domain::image::Digest;

use super::error::Failure;
use super::headers::CONTENT_DIGEST;
use super::repository::Repository;
use super::storage::{self, Blob};

/// `HEAD /v2/NAME/blobs/DIGEST`.
pub(super) async fn head(repository: Repository, digest: Digest) -> Result<Response, Failure> {
    let blob = find(&repository, &digest).await?;
    Ok((headers(&digest, blob.size), Body::empty()).into_response())
}

/// `GET /v2/NAME/blobs/DIGEST`, with a `Range` of bytes or without.
pub(super) async fn get(repository: Repository, digest: Digest, request: &HeaderMap) -> Result<Response, Failure> {
    let blob = find(&repository, &digest).await?;
    let asked = request.get(RANGE).and_then(|value| value.to_str().ok());
    match asked.map_or(Wanted::Whole, |text| byte_range(text, blob.size)) {
        Wanted::Whole => {
            let body = stream_of(repository.store, blob.content, 0, blob.size);
            Ok((headers(&digest, blob.size), body).into_response())
        }
        Wanted::Outside => Err(Failure::RangeNotSatisfiable { size: blob.size }),
        Wanted::Part(range) => {
            let (first, end) = (*range.start(), *range.end() + 1);
            let shown = format!("bytes {first}-{}/{}", range.end(), blob.size);
            let body = stream_of(repository.store, blob.content, first, end);
            let headers = (headers(&digest, end - first), [(CONTENT_RANGE, shown)]);
            Ok((StatusCode::PARTIAL_CONTENT, headers.0, headers.1, body).into_response())
        }
    }
}

/// `DELETE /v2/NAME/blobs/DIGEST`: this repository no longer serves it. A blob that a manifest of
/// the repository uses stays: without it the image would be damaged.
pub(super) async fn delete(repository: Repository, digest: Digest) -> Result<Response, Failure> {
    let store = repository.store.clone();
    store
        .write(move |tx| {
            let id = repository.known(tx)?;
            if storage::linked_blob(tx, id, &digest)?.is_none() {
                return Err(Failure::BlobUnknown(digest));
            }
            if is_referenced(tx, id, &digest)? {
                return Err(Failure::BlobInUse(digest));
            }
            tx.execute(
                "DELETE FROM registry_link WHERE repository = ?1 AND digest = ?2",
                params![id.0, digest.as_str()],
            )?;
            Ok(StatusCode::ACCEPTED.into_response())
        })
        .await
}

/// Whether a manifest of the repository names this digest.
pub(super) fn is_referenced(
    tx: &Transaction<'_>,
    repository: storage::RepositoryId,
    digest: &Digest,
) -> Result<bool, rusqlite::Error> {
    tx.prepare_cached("SELECT 1 FROM registry_reference WHERE repository = ?1 AND target = ?2")?
        .exists(params![repository.0, digest.as_str()])
}

async fn find(repository: &Repository, digest: &Digest) -> Result<Blob, Failure> {
    let (asked, digest) = (repository.clone(), digest.clone());
    repository
        .store
        .read(move |tx| {
            let id = asked.known(tx)?;
            storage::linked_blob(tx, id, &digest)?.ok_or(Failure::BlobUnknown(digest))
        })
        .await
}

fn headers(digest: &Digest, length: u64) -> [(axum::http::HeaderName, String); 4] {
    [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, length.to_string()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CONTENT_DIGEST, digest.to_string()),
    ]
}

/// The bytes of a content from `at` to before `end`, one stored chunk at a time.
fn stream_of(store: Store, content: i64, at: u64, end: u64) -> Body {
    Body::from_stream(stream::try_unfold(at, move |at| {
        let store = store.clone();
        async move {
            if at >= end {
                return Ok::<_, StoreError>(None);
            }
            let chunk = store.read(move |tx| storage::chunk_from(tx, content, at).map_err(StoreError::from)).await?;
            // Deleted and collected meanwhile: the connection ends early, and the client knows by the length.
            let mut chunk = chunk.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            chunk.truncate(usize::try_from(end - at).unwrap_or(usize::MAX));
            let next = at + chunk.len() as u64;
            Ok(Some((Bytes::from(chunk), next)))
        }
    }))
}

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// The header is none that is understood, which is to be ignored.
    Whole,
    Part(RangeInclusive<u64>),
    /// The range cannot be satisfied.
    Outside,
}

/// Reads a `Range` header (RFC 9110 section 14.2) with one range of bytes.
fn byte_range(text: &str, size: u64) -> Wanted {
    let parts = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let range = match parts {
        Some(("", last)) => last.parse().ok().map(|wanted: u64| (size.saturating_sub(wanted), u64::MAX, wanted > 0)),
        Some((first, "")) => first.parse().ok().map(|first| (first, u64::MAX, true)),
        Some((first, last)) => first.parse().ok().zip(last.parse().ok()).map(|(first, last)| (first, last, true)),
        None => None,
    };
    match range {
        Some((first, last, true)) if first <= last && first < size => Wanted::Part(first..=last.min(size - 1)),
        Some((first, last, _)) if first <= last => Wanted::Outside,
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bytes=0-0", 10, Wanted::Part(0..=0))]
    #[case("bytes=2-", 10, Wanted::Part(2..=9))]
    #[case("bytes=2-99", 10, Wanted::Part(2..=9))]
    #[case("bytes=-3", 10, Wanted::Part(7..=9))]
    #[case("bytes=-30", 10, Wanted::Part(0..=9))]
    #[case("bytes=10-", 10, Wanted::Outside)]
    #[case("bytes=0-", 0, Wanted::Outside)]
    #[case("bytes=-1", 0, Wanted::Outside)]
    #[case("bytes=-0", 10, Wanted::Outside)]
    #[case("bytes=5-4", 10, Wanted::Whole)]
    #[case("bytes=0-1,3-4", 10, Wanted::Whole)]
    #[case("lines=1-2", 10, Wanted::Whole)]
    fn ranges(#[case] text: &str, #[case] size: u64, #[case] expected: Wanted) {
        assert_eq!(byte_range(text, size), expected);
    }
}
