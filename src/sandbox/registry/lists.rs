//! Lists: repositories, tags, and the manifests that refer to another.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::response::{IntoResponse, Response};
use rusqlite::{Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use domain::image::Digest;
use wire::registry::{Catalog, ManifestInfo, OCI_INDEX, TagList};

use super::error::Failure;
use super::repository::Repository;
use super::storage::{self, RepositoryId};
use crate::page::written_bytes;

/// The most that one page holds.
const MAX_PAGE: u32 = 1000;

/// The most manifests, and tags of manifests, that gcr.io's list describes at once, for its clients do not page
/// through them.
const MAX_DESCRIBED: u32 = 10_000;

/// What the manifests of one page of referrers have in all, in bytes of JSON, but for the one that goes beyond it.
const MAX_REFERRERS_BYTES: usize = 4 << 20;

/// Which part of a list is asked for (distribution-spec 1.1, "Listing Tags").
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    n: Option<String>,
    /// The last name of the page before.
    #[serde(default)]
    last: String,
}

/// `GET /v2/_catalog`: the repositories of this host that hold an image.
pub(super) async fn catalog(repository: Repository, page: Page) -> Result<Response, Failure> {
    let wanted = page.size()?;
    let (store, host) = (repository.store, repository.host);
    let repositories = store
        .read(move |tx| {
            let mut statement = tx.prepare_cached(
                "SELECT name FROM registry_repository r WHERE host = ?1 AND name > ?2
                 AND EXISTS (SELECT 1 FROM registry_manifest m WHERE m.repository = r.id)
                 ORDER BY name LIMIT ?3",
            )?;
            let rows = statement.query_map(params![host, page.last, wanted + 1], |row| row.get(0))?;
            Ok::<_, Failure>(rows.collect::<Result<Vec<String>, _>>()?)
        })
        .await?;
    let (repositories, link) = cut(repositories, wanted, "/v2/_catalog");
    Ok(with_link(Json(Catalog { repositories }), link))
}

/// `GET /v2/NAME/tags/list`, with gcr.io's `manifest` and `child`. A name that is only the front of
/// others is known too: `gcloud container images list` walks down `child`.
pub(super) async fn tags(repository: Repository, page: Page) -> Result<Response, Failure> {
    let wanted = page.size()?;
    let store = repository.store.clone();
    let path = format!("/v2/{}/tags/list", repository.name);
    let (mut list, tags) = store
        .read(move |tx| {
            let child = children(tx, &repository)?;
            let id = match storage::find_repository(tx, &repository.host, &repository.name)? {
                None if child.is_empty() => return Err(Failure::NameUnknown(repository.name)),
                id => id,
            };
            let mut list = TagList { name: repository.name, child: Some(child), ..TagList::default() };
            let Some(id) = id else {
                list.manifest = Some(BTreeMap::new());
                return Ok((list, Vec::new()));
            };
            list.manifest = Some(manifests(tx, id)?);
            Ok((list, tags_after(tx, id, &page.last, wanted + 1)?))
        })
        .await?;
    let (tags, link) = cut(tags, wanted, &path);
    list.tags = tags;
    Ok(with_link(Json(list), link))
}

/// `GET /v2/NAME/referrers/DIGEST`: an index of the manifests whose subject this is. None at all is
/// an empty index (distribution-spec 1.1, "Listing Referrers").
pub(super) async fn referrers(
    repository: Repository,
    subject: Digest,
    artifact_type: Option<String>,
    last: String,
) -> Result<Response, Failure> {
    let (store, filtered) = (repository.store.clone(), artifact_type.is_some());
    let path = format!("/v2/{}/referrers/{subject}", repository.name);
    let wanted = artifact_type.clone();
    let (manifests, next) = store
        .read(move |tx| match storage::find_repository(tx, &repository.host, &repository.name)? {
            Some(id) => referring(tx, id, &subject, (artifact_type.as_deref(), &last)),
            None => Ok((Vec::new(), None)),
        })
        .await?;
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests });
    let mut response = ([(CONTENT_TYPE, OCI_INDEX)], index.to_string()).into_response();
    if filtered {
        response.headers_mut().insert("OCI-Filters-Applied", HeaderValue::from_static("artifactType"));
    }
    let link = next.map(|last| match wanted {
        Some(artifact_type) => {
            format!("<{path}?artifactType={}&last={last}>; rel=\"next\"", in_query(&artifact_type))
        }
        None => format!("<{path}?last={last}>; rel=\"next\""),
    });
    Ok(with_link(response, link))
}

/// A text as a value of a query: media types have a plus sign and a slash.
fn in_query(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}

impl Page {
    fn size(&self) -> Result<u32, Failure> {
        match &self.n {
            None => Ok(MAX_PAGE),
            Some(text) => {
                let n: Option<u32> = text.parse().ok();
                n.map(|n| n.min(MAX_PAGE)).ok_or_else(|| Failure::PaginationInvalid(text.chars().take(20).collect()))
            }
        }
    }
}

/// The page, and where the next one is if there is more.
fn cut(mut names: Vec<String>, wanted: u32, path: &str) -> (Vec<String>, Option<String>) {
    let more = names.len() > wanted as usize;
    names.truncate(wanted as usize);
    let link = names.last().filter(|_| more).map(|last| format!("<{path}?n={wanted}&last={last}>; rel=\"next\""));
    (names, link)
}

fn with_link(body: impl IntoResponse, link: Option<String>) -> Response {
    let mut response = body.into_response();
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    response
}

/// The next path components below this name, of the repositories that hold an image.
fn children(tx: &Transaction<'_>, repository: &Repository) -> Result<Vec<String>, Failure> {
    let front = format!("{}/", repository.name);
    // `0` is the character after `/`, so the range holds what begins with `NAME/`.
    let end = format!("{}0", repository.name);
    let mut statement = tx.prepare_cached(
        "SELECT name FROM registry_repository r WHERE host = ?1 AND name > ?2 AND name < ?3
         AND EXISTS (SELECT 1 FROM registry_manifest m WHERE m.repository = r.id)",
    )?;
    let names = statement.query_map(params![repository.host, front, end], |row| row.get::<_, String>(0))?;
    let mut children = BTreeSet::new();
    for name in names {
        let name = name?;
        children.extend(name.strip_prefix(&front).and_then(|below| below.split('/').next()).map(str::to_owned));
    }
    Ok(children.into_iter().collect())
}

fn tags_after(tx: &Transaction<'_>, id: RepositoryId, last: &str, limit: u32) -> Result<Vec<String>, Failure> {
    let mut statement =
        tx.prepare_cached("SELECT tag FROM registry_tag WHERE repository = ?1 AND tag > ?2 ORDER BY tag LIMIT ?3")?;
    let rows = statement.query_map(params![id.0, last, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What gcr.io says of each manifest, by digest; of the newest, where there are very many.
fn manifests(tx: &Transaction<'_>, id: RepositoryId) -> Result<BTreeMap<String, ManifestInfo>, Failure> {
    let mut statement = tx.prepare_cached(
        "SELECT digest, media_type, image_size, created, uploaded FROM registry_manifest WHERE repository = ?1
         ORDER BY uploaded DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![id.0, MAX_DESCRIBED], |row| {
        let info = ManifestInfo {
            media_type: row.get(1)?,
            image_size_bytes: row.get::<_, i64>(2)?.to_string(),
            time_created_ms: row.get::<_, i64>(3)?.to_string(),
            time_uploaded_ms: row.get::<_, i64>(4)?.to_string(),
            tag: Vec::new(),
        };
        Ok((row.get(0)?, info))
    })?;
    let mut manifests: BTreeMap<String, ManifestInfo> = rows.collect::<Result<_, _>>()?;
    let sql = "SELECT digest, tag FROM registry_tag WHERE repository = ?1 ORDER BY tag LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.0, MAX_DESCRIBED])?;
    while let Some(row) = rows.next()? {
        let digest: String = row.get(0)?;
        if let Some(info) = manifests.get_mut(&digest) {
            info.tag.push(row.get(1)?);
        }
    }
    Ok(manifests)
}

fn referring(
    tx: &Transaction<'_>,
    id: RepositoryId,
    subject: &Digest,
    (artifact_type, after): (Option<&str>, &str),
) -> Result<(Vec<Value>, Option<String>), Failure> {
    let mut statement = tx.prepare_cached(
        "SELECT media_type, digest, length(body), artifact_type, annotations FROM registry_manifest
         WHERE repository = ?1 AND subject = ?2 AND (?3 IS NULL OR artifact_type = ?3) AND digest > ?4
         ORDER BY digest",
    )?;
    let rows = statement.query_map(params![id.0, subject.as_str(), artifact_type, after], |row| {
        let (media_type, digest, size): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut descriptor = json!({ "mediaType": media_type, "digest": digest, "size": size });
        if let Some(artifact_type) = row.get::<_, Option<String>>(3)? {
            descriptor["artifactType"] = artifact_type.into();
        }
        let annotations = row.get::<_, Option<String>>(4)?.and_then(|text| serde_json::from_str(&text).ok());
        if let Some(annotations) = annotations {
            descriptor["annotations"] = annotations;
        }
        Ok(descriptor)
    })?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for descriptor in rows {
        let descriptor = descriptor?;
        if bytes >= MAX_REFERRERS_BYTES {
            let last = found.last().and_then(|last: &Value| last["digest"].as_str()).map(str::to_owned);
            return Ok((found, last));
        }
        bytes += written_bytes(&descriptor);
        found.push(descriptor);
    }
    Ok((found, None))
}
