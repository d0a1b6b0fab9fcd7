//! The registry's images as Artifact Registry lists them: by host and name, with their tags and times.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::storage::{self, RepositoryId};

/// An image, or an index of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// `sha256:…`.
    pub(crate) digest: String,
    pub(crate) media_type: String,
    /// Bytes of its blobs.
    pub(crate) size: i64,
    /// Milliseconds since 1970.
    pub(crate) built: i64,
    pub(crate) uploaded: i64,
    pub(crate) tags: Vec<String>,
}

/// What became of a request to take an image away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deleted {
    Yes,
    Missing,
    /// A tag, or an index, still names it.
    Referenced(String),
}

/// The hosts and names that hold an image and begin with `front`, in order.
pub(crate) fn names(tx: &Transaction<'_>, front: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let mut statement = tx.prepare_cached(
        "SELECT host, name FROM registry_repository r WHERE substr(name, 1, length(?1)) = ?1
         AND EXISTS (SELECT 1 FROM registry_manifest m WHERE m.repository = r.id) ORDER BY host, name",
    )?;
    let rows = statement.query_map([front], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The images of a name, the newest first.
pub(crate) fn images(tx: &Transaction<'_>, host: &str, name: &str) -> Result<Vec<Image>, rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(Vec::new()) };
    let mut statement = tx.prepare_cached(
        "SELECT digest, media_type, image_size, created, uploaded FROM registry_manifest WHERE repository = ?1
         ORDER BY uploaded DESC, digest",
    )?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Image {
            digest: row.get(0)?,
            media_type: row.get(1)?,
            size: row.get(2)?,
            built: row.get(3)?,
            uploaded: row.get(4)?,
            tags: Vec::new(),
        })
    })?;
    let mut images: Vec<Image> = rows.collect::<Result<_, _>>()?;
    for (tag, digest) in tags_of(tx, id)? {
        if let Some(image) = images.iter_mut().find(|image| image.digest == digest) {
            image.tags.push(tag);
        }
    }
    Ok(images)
}

/// The tags of a name and the digests that they mean.
pub(crate) fn tags(tx: &Transaction<'_>, host: &str, name: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
    storage::find_repository(tx, host, name)?.map_or_else(|| Ok(Vec::new()), |id| tags_of(tx, id))
}

fn tags_of(tx: &Transaction<'_>, id: RepositoryId) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let sql = "SELECT tag, digest FROM registry_tag WHERE repository = ?1 ORDER BY tag";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Makes a tag mean this image, which has to be there; says whether it is.
pub(crate) fn set_tag(
    tx: &Transaction<'_>,
    (host, name): (&str, &str),
    tag: &str,
    digest: &str,
) -> Result<bool, rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(false) };
    let sql = "SELECT 1 FROM registry_manifest WHERE repository = ?1 AND digest = ?2";
    if !tx.prepare_cached(sql)?.exists(params![id.0, digest])? {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO registry_tag (repository, tag, digest) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET digest = excluded.digest",
    )?
    .execute(params![id.0, tag, digest])?;
    Ok(true)
}

/// Takes a tag away; says whether it was there.
pub(crate) fn delete_tag(tx: &Transaction<'_>, (host, name): (&str, &str), tag: &str) -> Result<bool, rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(false) };
    let sql = "DELETE FROM registry_tag WHERE repository = ?1 AND tag = ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![id.0, tag])? == 1)
}

/// Takes an image away; with `force` also the tags that name it, but never from under an index.
pub(crate) fn delete_image(
    tx: &Transaction<'_>,
    (host, name): (&str, &str),
    digest: &str,
    force: bool,
) -> Result<Deleted, rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(Deleted::Missing) };
    let key = params![id.0, digest];
    let first = |sql: &str| tx.prepare_cached(sql)?.query_row(key, |row| row.get::<_, String>(0)).optional();
    if let Some(index) = first("SELECT manifest FROM registry_reference WHERE repository = ?1 AND target = ?2")? {
        return Ok(Deleted::Referenced(index));
    }
    let tag = first("SELECT tag FROM registry_tag WHERE repository = ?1 AND digest = ?2 ORDER BY tag")?;
    if let Some(tag) = tag.filter(|_| !force) {
        return Ok(Deleted::Referenced(tag));
    }
    tx.prepare_cached("DELETE FROM registry_tag WHERE repository = ?1 AND digest = ?2")?.execute(key)?;
    let sql = "DELETE FROM registry_manifest WHERE repository = ?1 AND digest = ?2";
    let gone = tx.prepare_cached(sql)?.execute(key)?;
    Ok(if gone == 1 { Deleted::Yes } else { Deleted::Missing })
}

/// Takes all images of a name away, whatever names them.
pub(crate) fn delete_all(tx: &Transaction<'_>, host: &str, name: &str) -> Result<(), rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(()) };
    tx.prepare_cached("DELETE FROM registry_tag WHERE repository = ?1")?.execute([id.0])?;
    tx.prepare_cached("DELETE FROM registry_manifest WHERE repository = ?1")?.execute([id.0])?;
    Ok(())
}
