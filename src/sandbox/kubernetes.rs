//! The clusters' API servers, with what runs behind a real one: controllers, a scheduler, a node,
//! and Binary Authorization's admission webhook.
//!
//! A request is one transaction. After every write the controllers do what they can
//! (`reconcile`), and before a read they do what has become due by the clock; so nothing runs when
//! nobody looks. Containers are not executed: one whose image the sandbox's registry has counts as
//! running. Left out: the schemas of `/openapi`, and every kind that is not in `resources`.

mod admission;
mod age;
mod api;
mod call;
mod decode;
mod deployments;
mod discovery;
mod events;
mod failure;
mod kinds;
mod kubelet;
mod managed;
mod names;
mod namespaces;
mod objects;
mod patch;
mod pod_spec;
mod pod_summary;
mod pods;
mod protobuf;
mod reconcile;
mod removal;
mod resources;
mod reviews;
mod scale;
mod schedule;
mod selector;
mod services;
mod subresources;
mod suffix;
mod table;
mod template;
mod watch;
mod work;
mod workloads;

use axum::extract::Request;
use axum::http::header::WARNING;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rusqlite::Transaction;

use super::state::{ClusterId, State};
use super::store::StoreError;
use api::Reply;
use call::Call;
use failure::Failure;
use objects::Cluster;
use removal::Wish;

pub use discovery::GIT_VERSION;
pub(super) use objects::SCHEMA;

/// The API server's own limit (`MaxRequestBodyBytes`).
const MAX_BODY_BYTES: usize = 3 << 20;

/// Serves the API of the cluster in the request's [`ClusterId`].
pub fn router(state: State) -> Router<()> {
    let handle = move |Extension(id): Extension<ClusterId>, request: Request| {
        let state = state.clone();
        async move { serve(state, id, request).await.unwrap_or_else(Failure::into_response) }
    };
    Router::new().fallback(handle)
}

/// Forgets all that a cluster held, when the cluster itself is deleted.
pub fn delete_cluster(tx: &Transaction<'_>, id: &ClusterId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM kubernetes_cluster WHERE project = ?1 AND location = ?2 AND name = ?3",
        [&id.project, &id.location, &id.name],
    )?;
    Ok(())
}

async fn serve(state: State, id: ClusterId, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    if let Some(answer) = discovery::answer(&parts) {
        return Ok(answer);
    }
    let call = Call::read(&parts)?;
    let reply = if call.method == Method::GET {
        if call.is_watch() && call.target.name.is_none() {
            return watch::stream(state, id, call).await;
        }
        look(&state, &id, move |cluster| api::read(cluster, &call)).await?
    } else {
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await.map_err(|error| unreadable(&*error))?.to_bytes();
        change(&state, &id, call, body.to_vec()).await?
    };
    Ok(answer(reply))
}

/// Reads from a cluster, after the controllers have done what is due.
async fn look<T: Send + 'static>(
    state: &State,
    id: &ClusterId,
    read: impl Fn(Cluster<'_>) -> Result<T, Failure> + Clone + Send + 'static,
) -> Result<T, Failure> {
    let (now, id) = (state.clock.now(), id.clone());
    let (first, cluster_id) = (read.clone(), id.clone());
    let found = state
        .store
        .read(move |tx| match Cluster::find(tx, &cluster_id, now)? {
            Some(cluster) if !cluster.is_anything_due()? => first(cluster).map(Some),
            _ => Ok(None),
        })
        .await?;
    if let Some(found) = found {
        return Ok(found);
    }
    let write = move |tx: &Transaction<'_>| {
        let cluster = Cluster::open(tx, &id, now)?;
        reconcile::run(cluster)?;
        // A failure to answer must not take the controllers' work back.
        Ok::<_, Failure>(read(cluster))
    };
    state.store.write(write).await?
}

/// Why a transaction is taken back.
enum TakenBack {
    Tried(Reply),
    Failed(Failure),
}

impl From<StoreError> for TakenBack {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Failure> for TakenBack {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Changes a cluster, and lets the controllers do what follows from it.
async fn change(state: &State, id: &ClusterId, call: Call, body: Vec<u8>) -> Result<Reply, Failure> {
    let (now, id) = (state.clock.now(), id.clone());
    let is_trial = call.is_dry_run()? || (call.method == Method::DELETE && Wish::read(&call, &body)?.is_dry_run);
    let write = move |tx: &Transaction<'_>| {
        let cluster = Cluster::open(tx, &id, now)?;
        match api::write(cluster, &call, &body) {
            Ok(reply) if is_trial => Err(TakenBack::Tried(reply)),
            Ok(reply) => {
                reconcile::run(cluster)?;
                Ok(Ok(reply))
            }
            // The record of the denial stays; the webhook is asked before anything is stored.
            Err(denied @ Failure::Denied(_)) if !is_trial => Ok(Err(denied)),
            Err(failure) => Err(TakenBack::Failed(failure)),
        }
    };
    match state.store.write(write).await {
        Ok(result) => result,
        Err(TakenBack::Tried(reply)) => Ok(reply),
        Err(TakenBack::Failed(failure)) => Err(failure),
    }
}

fn unreadable(error: &(dyn std::error::Error + 'static)) -> Failure {
    if error.is::<LengthLimitError>() {
        Failure::too_large(MAX_BODY_BYTES)
    } else {
        Failure::bad_request(format!("the body broke off: {error}"))
    }
}

fn answer(reply: Reply) -> Response {
    let code = StatusCode::from_u16(reply.code).unwrap_or(StatusCode::OK);
    let mut response = (code, Json(reply.body)).into_response();
    for warning in reply.warnings {
        // `299 - "TEXT"` (RFC 7234 section 5.5); the text may hold quotes itself.
        let text = format!("299 - \"{}\"", warning.replace('"', "\\\""));
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().append(WARNING, value);
        }
    }
    response
}
