//! Watches: a list that goes on, one line of JSON for each change.
//!
//! The store is asked again and again; what was deleted lately it still knows.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rusqlite::params;
use serde_json::{Value, json};

use crate::state::{ClusterId, State};

use super::call::Call;
use super::failure::Failure;
use super::form::formed;
use super::objects::{Cluster, Stored};
use super::resources::ResourceKind;
use super::selector::Selector;
use super::transaction::look;
use super::verb::Verb;

/// How often the store is asked.
const PERIOD: Duration = Duration::from_millis(300);

/// How long a watch lasts if the client does not say, and at most.
const USUAL_SECONDS: u64 = 300;
const MOST_SECONDS: u64 = 3600;

/// A watch that goes on.
struct Watch {
    state: State,
    id: ClusterId,
    call: Call,
    selector: Selector,
    /// The version up to which everything was told; `None` at the beginning without one.
    seen: Option<i64>,
    ends: tokio::time::Instant,
}

/// Answers `?watch=true` with a stream.
pub(super) async fn stream(state: State, id: ClusterId, call: Call) -> Result<Response, Failure> {
    if !call.target.resource.verbs.contains(&Verb::Watch) {
        return Err(Failure::method_not_allowed());
    }
    call.caller.check(&call.target, Verb::Watch)?;
    let selector = Selector::parse(&call.options.label_selector, &call.options.field_selector)?;
    let seconds = call.timeout_seconds()?.unwrap_or(USUAL_SECONDS).min(MOST_SECONDS);
    let seen = match call.options.resource_version.as_str() {
        "" | "0" => None,
        version => match version.parse() {
            Ok(version) => Some(version),
            Err(_) => return Err(Failure::bad_request(format!("invalid resource version: {version:?}"))),
        },
    };
    let ends = tokio::time::Instant::now() + Duration::from_secs(seconds);
    let mut watch = Watch { state, id, call, selector, seen, ends };
    // The first look tells whether the watch is possible at all.
    let first = watch.look().await?;
    let lines = stream::try_unfold((watch, Some(first)), |(mut watch, first)| async move {
        let mut text = first.unwrap_or_default();
        while text.is_empty() {
            if tokio::time::Instant::now() >= watch.ends {
                return Ok::<_, Failure>(None);
            }
            tokio::time::sleep(PERIOD).await;
            text = watch.look().await?;
        }
        Ok(Some((Bytes::from(text), (watch, None))))
    });
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response())
}

impl Watch {
    /// The lines of everything that changed since the last look.
    async fn look(&mut self) -> Result<String, Failure> {
        let (id, call, selector, seen) = (self.id.clone(), self.call.clone(), self.selector.clone(), self.seen);
        let changes = look(&self.state, &id, move |cluster| changes(cluster, &call, &selector, seen)).await?;
        self.seen = Some(changes.0);
        Ok(changes.1)
    }
}

/// The version now, and the lines since `seen`, in the order in which they happened.
fn changes(
    cluster: Cluster<'_>,
    call: &Call,
    selector: &Selector,
    seen: Option<i64>,
) -> Result<(i64, String), Failure> {
    let now = cluster.version()?;
    let since = seen.unwrap_or(0);
    if since > now {
        return Err(expired(format!("Too large resource version: {since}, current: {now}")));
    }
    let (kind, namespace) = (call.target.resource.kind, call.target.namespace.as_deref());
    let mut changes: Vec<(i64, &str, Value)> = Vec::new();
    for stored in cluster.changed_since(kind, namespace, since)? {
        let what = if seen.is_none() || stored.created > since { "ADDED" } else { "MODIFIED" };
        changes.push((stored.version, what, stored.value()?));
    }
    if seen.is_some() {
        for stored in cluster.deleted_since(kind, namespace, since)? {
            // Made and deleted since: the client never knew of it.
            changes.push((stored.version, "DELETED", stored.value()?));
        }
    }
    changes.sort_by_key(|(version, ..)| *version);
    let mut lines = String::new();
    for (_, what, object) in changes.into_iter().filter(|(.., object)| selector.matches(object)) {
        let object = formed(cluster, call, object)?;
        lines.push_str(&json!({ "type": what, "object": object }).to_string());
        lines.push('\n');
    }
    Ok((now, lines))
}

fn expired(message: String) -> Failure {
    Failure::new(410, "Expired", message)
}

impl Cluster<'_> {
    fn changed_since(self, kind: ResourceKind, namespace: Option<&str>, since: i64) -> Result<Vec<Stored>, Failure> {
        let sql = format!(
            "SELECT {} FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2
             AND (?3 IS NULL OR namespace = ?3) AND version > ?4",
            Stored::COLUMNS
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params![self.row, kind.resource().plural, namespace, since], Stored::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn deleted_since(self, kind: ResourceKind, namespace: Option<&str>, since: i64) -> Result<Vec<Stored>, Failure> {
        let forgotten: i64 =
            self.tx
                .query_row("SELECT forgotten FROM kubernetes_cluster WHERE id = ?1", [self.row], |row| row.get(0))?;
        if since < forgotten {
            return Err(expired(format!("too old resource version: {since} ({forgotten})")));
        }
        let mut statement = self.tx.prepare_cached(
            "SELECT namespace, '', 0, version, body FROM kubernetes_deleted WHERE cluster = ?1 AND resource = ?2
             AND (?3 IS NULL OR namespace = ?3) AND version > ?4",
        )?;
        let rows =
            statement.query_map(params![self.row, kind.resource().plural, namespace, since], Stored::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
