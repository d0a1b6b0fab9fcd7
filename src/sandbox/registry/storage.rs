//! The registry's tables, and the questions that several of its parts ask them.
//!
//! A blob's bytes are stored once, by digest, and linked to each repository that may serve them.
//! The bytes of an unfinished upload are stored as they come, so that finishing it copies nothing.

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::artifact_registry::canonical;
use crate::quota::Owner;
use crate::store::StoreError;
use domain::image::{Digest, ImageRef};

use super::error::Failure;
use super::route::Reference;

/// Times are in milliseconds since 1970.
pub(crate) const SCHEMA: &str = "
CREATE TABLE registry_repository (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (host, name)
);
CREATE TABLE registry_content (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL);
CREATE TABLE registry_chunk (
    content INTEGER NOT NULL REFERENCES registry_content ON DELETE CASCADE,
    start INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (content, start)
);
CREATE TABLE registry_blob (
    digest TEXT PRIMARY KEY,
    content INTEGER NOT NULL REFERENCES registry_content
) WITHOUT ROWID;
CREATE TABLE registry_link (
    repository INTEGER NOT NULL REFERENCES registry_repository,
    digest TEXT NOT NULL REFERENCES registry_blob,
    linked INTEGER NOT NULL,
    PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX registry_link_by_digest ON registry_link (digest);
CREATE TABLE registry_upload (
    id TEXT PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES registry_repository,
    content INTEGER NOT NULL REFERENCES registry_content,
    touched INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE registry_manifest (
    repository INTEGER NOT NULL REFERENCES registry_repository,
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    body BLOB NOT NULL,
    image_size INTEGER NOT NULL,
    created INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    subject TEXT,
    artifact_type TEXT,
    annotations TEXT,
    PRIMARY KEY (repository, digest)
);
CREATE INDEX registry_manifest_by_subject ON registry_manifest (repository, subject) WHERE subject IS NOT NULL;
CREATE TABLE registry_reference (
    repository INTEGER NOT NULL,
    target TEXT NOT NULL,
    manifest TEXT NOT NULL,
    PRIMARY KEY (repository, target, manifest),
    FOREIGN KEY (repository, manifest) REFERENCES registry_manifest ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE registry_tag (
    repository INTEGER NOT NULL,
    tag TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (repository, tag),
    FOREIGN KEY (repository, digest) REFERENCES registry_manifest
) WITHOUT ROWID;
CREATE INDEX registry_tag_by_digest ON registry_tag (repository, digest);
";

/// How long an unfinished upload, or a blob that no manifest uses, is kept.
const UNUSED_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How often it is looked for what nobody uses, at most: all blobs are looked at.
const COLLECTION_PERIOD_MS: i64 = 60 * 1000;

/// When it was last looked for what nobody uses, in milliseconds since 1970.
pub(crate) const COLLECTION_SCHEMA: &str = "
CREATE TABLE registry_collection (at INTEGER NOT NULL);
INSERT INTO registry_collection VALUES (0);
";

/// A repository of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RepositoryId(pub(super) i64);

/// The repository, if anything was ever pushed to it.
pub(super) fn find_repository(
    tx: &Transaction<'_>,
    host: &str,
    name: &str,
) -> Result<Option<RepositoryId>, rusqlite::Error> {
    tx.prepare_cached("SELECT id FROM registry_repository WHERE host = ?1 AND name = ?2")?
        .query_row([host, name], |row| row.get(0).map(RepositoryId))
        .optional()
}

/// The repository, which must be known.
pub(super) fn repository(tx: &Transaction<'_>, host: &str, name: &str) -> Result<RepositoryId, Failure> {
    find_repository(tx, host, name)?.ok_or_else(|| Failure::NameUnknown(name.to_owned()))
}

/// The repository, made if it is not there.
pub(super) fn ensure_repository(tx: &Transaction<'_>, host: &str, name: &str) -> Result<RepositoryId, Failure> {
    tx.execute("INSERT OR IGNORE INTO registry_repository (host, name) VALUES (?1, ?2)", [host, name])?;
    if Owner::Repositories.is_exceeded(tx)? {
        let limit = Owner::Repositories.limit();
        return Err(Failure::QuotaExceeded(format!("the sandbox has at most {limit} names of images")));
    }
    repository(tx, host, name)
}

/// What was pushed has to fit into what the sandbox keeps of all registries.
pub(super) fn check_space(tx: &Transaction<'_>) -> Result<(), Failure> {
    if !Owner::Registry.is_exceeded(tx)? {
        return Ok(());
    }
    let limit = Owner::Registry.limit();
    Err(Failure::QuotaExceeded(format!("the sandbox's registries hold at most {limit} bytes in all")))
}

/// A blob as a repository has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) content: i64,
    pub(super) size: u64,
}

/// The blob, if this repository may serve it.
pub(super) fn linked_blob(
    tx: &Transaction<'_>,
    repository: RepositoryId,
    digest: &Digest,
) -> Result<Option<Blob>, rusqlite::Error> {
    tx.prepare_cached(
        "SELECT c.id, c.size FROM registry_link l JOIN registry_blob b USING (digest)
         JOIN registry_content c ON c.id = b.content WHERE l.repository = ?1 AND l.digest = ?2",
    )?
    .query_row(params![repository.0, digest.as_str()], |row| {
        Ok(Blob { content: row.get(0)?, size: row.get::<_, i64>(1)?.unsigned_abs() })
    })
    .optional()
}

/// Lets a repository serve a blob.
pub(super) fn link(
    tx: &Transaction<'_>,
    repository: RepositoryId,
    digest: &Digest,
    now_ms: i64,
) -> Result<(), rusqlite::Error> {
    tx.execute(
        "INSERT INTO registry_link (repository, digest, linked) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET linked = excluded.linked",
        params![repository.0, digest.as_str(), now_ms],
    )?;
    Ok(())
}

/// Adds bytes to a content, which must have had `start` of them.
pub(super) fn append(tx: &Transaction<'_>, content: i64, start: u64, bytes: &[u8]) -> Result<bool, rusqlite::Error> {
    let grown = tx.execute(
        "UPDATE registry_content SET size = size + ?3 WHERE id = ?1 AND size = ?2",
        params![content, start.cast_signed(), (bytes.len() as u64).cast_signed()],
    )?;
    if grown == 1 && !bytes.is_empty() {
        tx.execute(
            "INSERT INTO registry_chunk (content, start, bytes) VALUES (?1, ?2, ?3)",
            params![content, start.cast_signed(), bytes],
        )?;
    }
    Ok(grown == 1)
}

/// The chunk that holds the byte `at`, from that byte on; `None` past the end.
pub(super) fn chunk_from(tx: &Transaction<'_>, content: i64, at: u64) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let found: Option<(i64, Vec<u8>)> = tx
        .prepare_cached(
            "SELECT start, bytes FROM registry_chunk WHERE content = ?1 AND start <= ?2 ORDER BY start DESC LIMIT 1",
        )?
        .query_row(params![content, at.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(start, mut bytes)| {
        let skip = usize::try_from(at - start.unsigned_abs()).ok().filter(|skip| *skip < bytes.len())?;
        bytes.drain(..skip);
        Some(bytes)
    }))
}

/// The digest of a content, read chunk by chunk.
pub(super) fn digest_of_content(tx: &Transaction<'_>, content: i64) -> Result<Digest, rusqlite::Error> {
    let mut sha256 = Context::new(&SHA256);
    let mut statement = tx.prepare_cached("SELECT bytes FROM registry_chunk WHERE content = ?1 ORDER BY start")?;
    let mut rows = statement.query([content])?;
    while let Some(row) = rows.next()? {
        sha256.update(row.get_ref(0)?.as_blob()?);
    }
    Ok(finish(sha256))
}

/// The digest of these bytes.
pub(super) fn digest_of_bytes(bytes: &[u8]) -> Digest {
    let mut sha256 = Context::new(&SHA256);
    sha256.update(bytes);
    finish(sha256)
}

fn finish(sha256: Context) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(sha256.finish().as_ref());
    Digest::from_sha256(&bytes)
}

/// Which manifest a reference means in a repository.
pub(super) fn resolve_reference(
    tx: &Transaction<'_>,
    repository: RepositoryId,
    reference: &Reference,
) -> Result<Option<Digest>, rusqlite::Error> {
    let sql = match reference {
        Reference::Tag(_) => "SELECT digest FROM registry_tag WHERE repository = ?1 AND tag = ?2",
        Reference::Digest(_) => "SELECT digest FROM registry_manifest WHERE repository = ?1 AND digest = ?2",
    };
    let found: Option<String> =
        tx.prepare_cached(sql)?.query_row(params![repository.0, reference.as_str()], |row| row.get(0)).optional()?;
    Ok(found.and_then(|digest| digest.parse().ok()))
}

/// What a node would pull for this image: the digest of the manifest or index, if the sandbox's
/// registry has it.
///
/// An image without a host is Docker Hub's, and one without a tag means `latest`, as everywhere in
/// Kubernetes. With both a tag and a digest the digest counts.
pub fn resolve(tx: &Transaction<'_>, image: &ImageRef) -> Result<Option<Digest>, StoreError> {
    let (host, name) = match image.registry() {
        Some(registry) => (registry.split(':').next().unwrap_or_default(), image.repository().to_owned()),
        None if image.repository().contains('/') => ("docker.io", image.repository().to_owned()),
        None => ("docker.io", format!("library/{}", image.repository())),
    };
    let (host, name) = canonical(host.to_owned(), name);
    let Some(repository) = find_repository(tx, &host, &name)? else { return Ok(None) };
    let reference = match image.digest() {
        Some(digest) => Reference::Digest(digest.clone()),
        None => Reference::Tag(image.tag().unwrap_or("latest").to_owned()),
    };
    Ok(resolve_reference(tx, repository, &reference)?)
}

/// Whether it is time to look for what nobody uses any more: there is much, and nobody looked within the last minute.
pub(super) fn is_garbage_due(tx: &Transaction<'_>, now_ms: i64) -> Result<bool, rusqlite::Error> {
    if Owner::Registry.used(tx)? <= Owner::Registry.limit() / 4 * 3 {
        return Ok(false);
    }
    let last: i64 = tx.query_row("SELECT at FROM registry_collection", [], |row| row.get(0))?;
    Ok(now_ms.saturating_sub(last) > COLLECTION_PERIOD_MS)
}

/// Removes what nothing refers to: old unfinished uploads, blobs that no manifest uses, bytes
/// without a blob.
pub(super) fn collect_garbage(tx: &Transaction<'_>, now_ms: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE registry_collection SET at = ?1", [now_ms])?;
    let before = now_ms - UNUSED_KEPT_MS;
    tx.execute("DELETE FROM registry_upload WHERE touched < ?1", [before])?;
    tx.execute(
        "DELETE FROM registry_link WHERE linked < ?1 AND NOT EXISTS (SELECT 1 FROM registry_reference r
         WHERE r.repository = registry_link.repository AND r.target = registry_link.digest)",
        [before],
    )?;
    tx.execute("DELETE FROM registry_blob WHERE digest NOT IN (SELECT digest FROM registry_link)", [])?;
    tx.execute(
        "DELETE FROM registry_content WHERE id NOT IN (SELECT content FROM registry_blob)
         AND id NOT IN (SELECT content FROM registry_upload)",
        [],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::set_used;

    #[tokio::test]
    async fn what_does_not_fit_is_refused_and_garbage_is_looked_for_once_a_minute() {
        let dir = tempfile::tempdir().unwrap();
        let store = crate::open_store(&dir.path().join("s.db")).unwrap();
        let check = |tx: &Transaction<'_>| {
            let limit = Owner::Registry.limit();
            assert!(!is_garbage_due(tx, 100_000)?, "there is little");
            set_used(tx, Owner::Registry, limit);
            check_space(tx)?;
            assert!(is_garbage_due(tx, 100_000)?);
            collect_garbage(tx, 100_000)?;
            assert!(!is_garbage_due(tx, 160_000)?);
            assert!(is_garbage_due(tx, 160_001)?);
            set_used(tx, Owner::Registry, limit + 1);
            assert!(matches!(check_space(tx), Err(Failure::QuotaExceeded(_))));
            set_used(tx, Owner::Repositories, Owner::Repositories.limit());
            assert!(matches!(ensure_repository(tx, "gcr.io", "p/x"), Err(Failure::QuotaExceeded(_))));
            Ok::<_, Failure>(())
        };
        store.write(check).await.unwrap();
    }
}
