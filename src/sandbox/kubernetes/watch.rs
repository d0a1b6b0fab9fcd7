//! Watches: a list that goes on, one line of JSON for each change.
//!
//! The store is asked again and again; what was deleted lately it still knows.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rusqlite::params;
use serde_json::json;

use crate::state::{ClusterId, State};

use super::call::Call;
use super::failure::Failure;
use super::form::formed;
use super::objects::{Cluster, Stored};
use super::selector::Selector;
use super::transaction::look;
use super::verb::Verb;

/// How often the store is asked.
const PERIOD: Duration = Duration::from_millis(300);

/// A look tells of as much as this, and of the change that goes beyond it: a watch that begins is told of all that
/// there is, which is held in memory only as far as it goes out.
const PART_BYTES: usize = 1 << 20;

/// How long a watch lasts if the client does not say, and at most.
const USUAL_SECONDS: u64 = 300;
const MOST_SECONDS: u64 = 3600;

/// A watch that goes on.
struct Watch {
    state: State,
    id: ClusterId,
    call: Call,
    selector: Selector,
    seen: Seen,
    ends: tokio::time::Instant,
}

/// What a watch has told of.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The version up to which everything was told; `None` at the beginning without one.
    upto: Option<i64>,
    /// The version at which a watch without one began: what is there by then is all new to the client.
    began: i64,
    /// The version from which the parts go that are told now: an object that was made since may stand in one of them
    /// with a later change, and is new to the client all the same.
    from: i64,
}

/// A part of what there is to tell.
struct Part {
    seen: Seen,
    lines: String,
    /// Whether there is more at once.
    more: bool,
}

/// Answers `?watch=true` with a stream.
pub(super) async fn stream(state: State, id: ClusterId, call: Call) -> Result<Response, Failure> {
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
    let seen = Seen { upto: seen, began: 0, from: seen.unwrap_or(0) };
    let mut watch = Watch { state, id, call, selector, seen, ends };
    // The first look tells whether the watch is possible at all.
    let first = watch.look().await?;
    let lines = stream::try_unfold((watch, Some(first)), |(mut watch, first)| async move {
        // The first part, or the one behind the last if there was more at once.
        let (mut text, mut more) = first.unwrap_or_default();
        while text.is_empty() {
            if tokio::time::Instant::now() >= watch.ends {
                return Ok::<_, Failure>(None);
            }
            if !more {
                tokio::time::sleep(PERIOD).await;
            }
            (text, more) = watch.look().await?;
        }
        Ok(Some((Bytes::from(text), (watch, Some((String::new(), more))))))
    });
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response())
}

impl Watch {
    /// The lines of what changed since the last look, or of a part of it; and whether there is more.
    async fn look(&mut self) -> Result<(String, bool), Failure> {
        let (id, call, selector, seen) = (self.id.clone(), self.call.clone(), self.selector.clone(), self.seen);
        let part = look(&self.state, &id, move |cluster| changes(cluster, &call, &selector, seen)).await?;
        self.seen = part.seen;
        Ok((part.lines, part.more))
    }
}

/// What happened since `seen`, in its order, as far as one part goes.
fn changes(cluster: Cluster<'_>, call: &Call, selector: &Selector, seen: Seen) -> Result<Part, Failure> {
    let now = cluster.version()?;
    let since = seen.upto.unwrap_or(0);
    if since > now {
        return Err(expired(format!("Too large resource version: {since}, current: {now}")));
    }
    let began = if seen.upto.is_none() { now } else { seen.began };
    let (kind, namespace) = (call.target.resource.kind, call.target.namespace.as_deref());
    // What was deleted before the watch began the client never knew of.
    let deleted_since = since.max(began);
    cluster.check_remembered(deleted_since)?;
    let key = params![cluster.row, kind.resource().plural, namespace, since];
    let deleted_key = params![cluster.row, kind.resource().plural, namespace, deleted_since];
    let mut changed = cluster.tx.prepare_cached(CHANGED)?;
    let mut changed = changed.query_map(key, Stored::from_row)?.peekable();
    let mut deleted = cluster.tx.prepare_cached(DELETED)?;
    let mut deleted = deleted.query_map(deleted_key, Stored::from_row)?.peekable();
    let mut lines = String::new();
    loop {
        let is_deleted = match (changed.peek(), deleted.peek()) {
            (Some(Ok(change)), Some(Ok(deletion))) => deletion.version < change.version,
            (changed, _) => changed.is_none(),
        };
        let Some(stored) = (if is_deleted { deleted.next() } else { changed.next() }).transpose()? else { break };
        let is_new = stored.created > seen.from || stored.version <= began;
        let what = if is_deleted {
            "DELETED"
        } else if is_new {
            "ADDED"
        } else {
            "MODIFIED"
        };
        let object = stored.value()?;
        if selector.matches(&object) {
            let object = formed(cluster, call, object)?;
            lines.push_str(&json!({ "type": what, "object": object }).to_string());
            lines.push('\n');
        }
        if lines.len() >= PART_BYTES {
            return Ok(Part { seen: Seen { upto: Some(stored.version), began, from: seen.from }, lines, more: true });
        }
    }
    Ok(Part { seen: Seen { upto: Some(now), began, from: now }, lines, more: false })
}

fn expired(message: String) -> Failure {
    Failure::new(410, "Expired", message)
}

const CHANGED: &str = "SELECT namespace, name, created, version, body FROM kubernetes_object
    WHERE cluster = ?1 AND resource = ?2 AND (?3 IS NULL OR namespace = ?3) AND version > ?4 ORDER BY version";

const DELETED: &str = "SELECT namespace, '', 0, version, body FROM kubernetes_deleted
    WHERE cluster = ?1 AND resource = ?2 AND (?3 IS NULL OR namespace = ?3) AND version > ?4 ORDER BY version";

impl Cluster<'_> {
    /// Fails where something that was deleted since is no longer remembered.
    fn check_remembered(self, since: i64) -> Result<(), Failure> {
        let forgotten: i64 =
            self.tx
                .query_row("SELECT forgotten FROM kubernetes_cluster WHERE id = ?1", [self.row], |row| row.get(0))?;
        if since < forgotten {
            return Err(expired(format!("too old resource version: {since} ({forgotten})")));
        }
        Ok(())
    }
}
