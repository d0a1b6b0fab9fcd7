//! Cloud Logging v2: the audit entries that admissions left, read as `gcloud logging read` does
//! (`entries.list`). Entries are written by the clusters' admission webhook alone; those of a deleted
//! cluster go with it.

mod compare;
mod filter;

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{Rows, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::decode::{self, FieldKind, Message};
use super::error::ApiError;
use super::page::Page;
use super::projects;
use super::request::{Body, Names};
use super::route::{self, Needs, Row};
use super::state::State;
use filter::Filter;
use wire::status::Code;

const LIST: Message = Message(&[
    (&["resourceNames"], FieldKind::List(&FieldKind::Text)),
    (&["projectIds"], FieldKind::List(&FieldKind::Text)),
    (&["filter"], FieldKind::Text),
    (&["orderBy"], FieldKind::Text),
    (&["pageSize"], FieldKind::Integer),
    (&["pageToken"], FieldKind::Text),
]);

/// The most entries of one page (`ListLogEntriesRequest.page_size`).
const MAX_PAGE: usize = 1000;
const DEFAULT_PAGE: usize = 50;

/// The most resources of one request (`ListLogEntriesRequest.resource_names`).
const MAX_RESOURCES: usize = 100;

/// `ListLogEntriesRequest`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListRequest {
    resource_names: Vec<String>,
    /// Deprecated: what `resource_names` says with `projects/` in front.
    project_ids: Vec<String>,
    filter: String,
    order_by: String,
    page_size: i64,
    page_token: String,
}

/// The order of a page; places only grow with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Oldest,
    Newest,
}

pub(super) fn rows() -> Vec<Row<State>> {
    const V2: &[&str] = &["v2"];
    const PROJECT: &str = "projects/{project}";
    vec![
        route::post(V2, "entries", Needs::Named("logging.logEntries.list")).verb("list").body(&LIST, "").by(list),
        route::get(V2, "projects/{project}/logs", Needs::On("logging.logs.list", PROJECT)).by(log_names),
    ]
}

async fn list(Shared(state): Shared<State>, body: Body) -> Result<Json<Value>, ApiError> {
    let request: ListRequest = body.typed()?;
    let filter = Filter::parse(&request.filter).map_err(|why| unparseable(&why))?;
    let order = order(&request.order_by)?;
    let token = Some(request.page_token.as_str()).filter(|token| !token.is_empty());
    let page = Page::new(request.page_size, token, DEFAULT_PAGE, MAX_PAGE)?;
    let projects = named_in(&request)?;
    state.store.read(move |tx| entries(tx, &projects, &filter, order, page)).await.map(Json)
}

/// The projects whose entries a decoded request wants, by all fields that name any.
pub(super) fn projects_of(request: &Value) -> Result<Vec<String>, ApiError> {
    named_in(&decode::typed(request.clone())?)
}

fn unparseable(why: &str) -> ApiError {
    ApiError::invalid(format!("Unparseable filter: {why}"))
}

fn order(text: &str) -> Result<Order, ApiError> {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] | ["timestamp"] | ["timestamp", "asc"] => Ok(Order::Oldest),
        ["timestamp", "desc"] => Ok(Order::Newest),
        _ => Err(ApiError::invalid_field("order_by", format!("Invalid order: {text:.60}"))),
    }
}

fn named_in(request: &ListRequest) -> Result<Vec<String>, ApiError> {
    let named = request.resource_names.iter().map(|name| {
        let project = name.strip_prefix("projects/").filter(|rest| !rest.is_empty() && !rest.contains('/'));
        project.map(str::to_owned).ok_or_else(|| {
            let what = format!("The sandbox has logs of projects only (`projects/PROJECT`), not of {name:.100}.");
            ApiError::invalid_field("resource_names", what)
        })
    });
    let all: Vec<String> = named.chain(request.project_ids.iter().cloned().map(Ok)).collect::<Result<_, _>>()?;
    if all.is_empty() {
        return Err(ApiError::invalid_field("resource_names", "At least one resource name must be given."));
    }
    if all.len() > MAX_RESOURCES {
        let message = format!("At most {MAX_RESOURCES} resource names may be given.");
        return Err(ApiError::invalid_field("resource_names", message));
    }
    Ok(all)
}

/// The ids of these projects: who may not see one is told no more than that.
fn ids(tx: &Transaction<'_>, keys: &[String]) -> Result<Vec<String>, ApiError> {
    let id = |key: &String| match projects::active(tx, key)? {
        Some(project) => Ok(project.id),
        None => Err(ApiError::new(Code::PermissionDenied, "The caller does not have permission")),
    };
    keys.iter().map(id).collect()
}

fn entries(
    tx: &Transaction<'_>,
    projects: &[String],
    filter: &Filter,
    order: Order,
    page: Page,
) -> Result<Value, ApiError> {
    let projects = ids(tx, projects)?;
    let mut statement = tx.prepare_cached(match order {
        Order::Oldest => {
            "SELECT a.id, c.project, a.entry FROM kubernetes_audit a JOIN kubernetes_cluster c ON c.id = a.cluster
             WHERE a.id > ?1 ORDER BY a.id"
        }
        Order::Newest => {
            "SELECT a.id, c.project, a.entry FROM kubernetes_audit a JOIN kubernetes_cluster c ON c.id = a.cluster
             WHERE ?1 = 0 OR a.id < ?1 ORDER BY a.id DESC"
        }
    })?;
    let mut rows = statement.query(params![page.after])?;
    let found = std::iter::from_fn(|| next_accepted(&mut rows, &projects, filter).transpose());
    let (entries, next) = page.read(found)?;
    let mut answer = json!({});
    if !entries.is_empty() {
        answer["entries"] = entries.into();
    }
    if let Some(next) = next {
        answer["nextPageToken"] = next.into();
    }
    Ok(answer)
}

/// The next entry of one of these projects that the filter lets through, with its place.
fn next_accepted(rows: &mut Rows<'_>, projects: &[String], filter: &Filter) -> Result<Option<(i64, Value)>, ApiError> {
    while let Some(row) = rows.next()? {
        let (id, project): (i64, String) = (row.get(0)?, row.get(1)?);
        if !projects.contains(&project) {
            continue;
        }
        let entry = whole(id, serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?);
        if filter.accepts(&entry) {
            return Ok(Some((id, entry)));
        }
    }
    Ok(None)
}

/// What Logging itself adds to an entry (`LogEntry.insert_id`, `receive_timestamp`).
fn whole(id: i64, mut entry: Value) -> Value {
    entry["insertId"] = format!("{id:012x}").into();
    entry["receiveTimestamp"] = entry["timestamp"].clone();
    entry
}

async fn log_names(Shared(state): Shared<State>, Names(key): Names<String>) -> Result<Json<Value>, ApiError> {
    state.store.read(move |tx| names(tx, &key)).await.map(Json)
}

fn names(tx: &Transaction<'_>, key: &str) -> Result<Value, ApiError> {
    let projects = ids(tx, &[key.to_owned()])?;
    let mut statement = tx.prepare_cached(
        "SELECT count(*) FROM kubernetes_audit a JOIN kubernetes_cluster c ON c.id = a.cluster WHERE c.project = ?1",
    )?;
    let mut answer = json!({});
    for project in projects {
        let count: i64 = statement.query_row([&project], |row| row.get(0))?;
        if count > 0 {
            answer["logNames"] = json!([format!("projects/{project}/logs/cloudaudit.googleapis.com%2Factivity")]);
        }
    }
    Ok(answer)
}
