//! The registry's images as Artifact Registry lists them: by host and name, with their tags and times.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::storage;

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

/// The most tags that are listed with an image; the list of tags has all.
const MAX_TAGS: usize = 100;

/// A part of a list: how many entries, after how many others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

/// What names begin with, a slash at its end, as the range in which they lie: `0` is the character after the slash.
fn range(front: &str) -> (String, String) {
    (front.to_owned(), format!("{}0", front.trim_end_matches('/')))
}

/// The hosts and names that hold an image and begin with `front`, in order.
pub(crate) fn names(tx: &Transaction<'_>, front: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let mut statement = tx.prepare_cached(
        "SELECT host, name FROM registry_repository r WHERE name > ?1 AND name < ?2
         AND EXISTS (SELECT 1 FROM registry_manifest m WHERE m.repository = r.id) ORDER BY host, name",
    )?;
    let rows = statement.query_map(range(front), |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Whether a name of this host that begins with `front` holds an image.
pub(crate) fn holds_any(tx: &Transaction<'_>, host: &str, front: &str) -> Result<bool, rusqlite::Error> {
    let (after, before) = range(front);
    tx.prepare_cached(
        "SELECT 1 FROM registry_repository r WHERE host = ?1 AND name > ?2 AND name < ?3
         AND EXISTS (SELECT 1 FROM registry_manifest m WHERE m.repository = r.id)",
    )?
    .exists(params![host, after, before])
}

/// The names of this host that hold an image and begin with `front`, each with the times of its first and its last
/// upload, in order.
pub(crate) fn packages(
    tx: &Transaction<'_>,
    (host, front): (&str, &str),
    part: Part,
) -> Result<Vec<(String, i64, i64)>, rusqlite::Error> {
    let (after, before) = range(front);
    let mut statement = tx.prepare_cached(
        "SELECT r.name, min(m.uploaded), max(m.uploaded) FROM registry_repository r
         JOIN registry_manifest m ON m.repository = r.id
         WHERE r.host = ?1 AND r.name > ?2 AND r.name < ?3 GROUP BY r.name ORDER BY r.name LIMIT ?4 OFFSET ?5",
    )?;
    let rows = statement.query_map(params![host, after, before, part.limit, part.offset], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    rows.collect()
}

/// The times of the first and the last upload of a name; none where it holds no image.
pub(crate) fn uploads(tx: &Transaction<'_>, (host, name): (&str, &str)) -> Result<Option<(i64, i64)>, rusqlite::Error> {
    tx.prepare_cached(
        "SELECT min(m.uploaded), max(m.uploaded) FROM registry_repository r
         JOIN registry_manifest m ON m.repository = r.id WHERE r.host = ?1 AND r.name = ?2",
    )?
    .query_row([host, name], |row| {
        let times: (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok(times.0.zip(times.1))
    })
}

const IMAGES: &str = "SELECT r.name, m.digest, m.media_type, m.image_size, m.created, m.uploaded, m.repository
    FROM registry_repository r JOIN registry_manifest m ON m.repository = r.id WHERE r.host = ?1";

/// The images of a name, the newest first.
pub(crate) fn images(
    tx: &Transaction<'_>,
    (host, name): (&str, &str),
    part: Part,
) -> Result<Vec<Image>, rusqlite::Error> {
    let sql = format!("{IMAGES} AND r.name = ?2 ORDER BY m.uploaded DESC, m.digest LIMIT ?3 OFFSET ?4");
    let found = read_images(tx, &sql, params![host, name, part.limit, part.offset])?;
    Ok(found.into_iter().map(|(_, image)| image).collect())
}

/// The image of a name with this digest.
pub(crate) fn image(
    tx: &Transaction<'_>,
    (host, name): (&str, &str),
    digest: &str,
) -> Result<Option<Image>, rusqlite::Error> {
    let sql = format!("{IMAGES} AND r.name = ?2 AND m.digest = ?3");
    Ok(read_images(tx, &sql, params![host, name, digest])?.pop().map(|(_, image)| image))
}

/// The images of all names of this host that begin with `front`, each with its name.
pub(crate) fn images_below(
    tx: &Transaction<'_>,
    (host, front): (&str, &str),
    part: Part,
) -> Result<Vec<(String, Image)>, rusqlite::Error> {
    let (after, before) = range(front);
    let sql = format!(
        "{IMAGES} AND r.name > ?2 AND r.name < ?3 ORDER BY r.name, m.uploaded DESC, m.digest LIMIT ?4 OFFSET ?5"
    );
    read_images(tx, &sql, params![host, after, before, part.limit, part.offset])
}

fn read_images(
    tx: &Transaction<'_>,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<(String, Image)>, rusqlite::Error> {
    let mut statement = tx.prepare_cached(sql)?;
    let mut tags = tx.prepare_cached(&format!(
        "SELECT tag FROM registry_tag WHERE repository = ?1 AND digest = ?2 ORDER BY tag LIMIT {MAX_TAGS}"
    ))?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (digest, repository): (String, i64) = (row.get(1)?, row.get(6)?);
        let image = Image {
            tags: tags.query_map(params![repository, digest], |row| row.get(0))?.collect::<Result<_, _>>()?,
            digest,
            media_type: row.get(2)?,
            size: row.get(3)?,
            built: row.get(4)?,
            uploaded: row.get(5)?,
        };
        found.push((row.get(0)?, image));
    }
    Ok(found)
}

/// The tags of a name and the digests that they mean, of one digest alone where it is given.
pub(crate) fn tags(
    tx: &Transaction<'_>,
    (host, name): (&str, &str),
    digest: Option<&str>,
    part: Part,
) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(Vec::new()) };
    let mut statement = tx.prepare_cached(
        "SELECT tag, digest FROM registry_tag WHERE repository = ?1 AND (?2 IS NULL OR digest = ?2)
         ORDER BY tag LIMIT ?3 OFFSET ?4",
    )?;
    let rows =
        statement.query_map(params![id.0, digest, part.limit, part.offset], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The digest that a tag of a name means.
pub(crate) fn tagged(
    tx: &Transaction<'_>,
    (host, name): (&str, &str),
    tag: &str,
) -> Result<Option<String>, rusqlite::Error> {
    let Some(id) = storage::find_repository(tx, host, name)? else { return Ok(None) };
    let sql = "SELECT digest FROM registry_tag WHERE repository = ?1 AND tag = ?2";
    tx.prepare_cached(sql)?.query_row(params![id.0, tag], |row| row.get(0)).optional()
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
