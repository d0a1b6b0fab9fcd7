//! The clusters' API servers, with what runs behind a real one: controllers, a scheduler, a node,
//! and Binary Authorization's admission webhook.
//!
//! A request is one transaction. After every write the controllers do what they can
//! (`reconcile`), and before a read they do what has become due by the clock; so nothing runs when
//! nobody looks. Containers are not executed: one whose image the sandbox's registry has counts as
//! running. Left out: the schemas of `/openapi`, and every kind that is not in `resources`.

mod age;
mod api;
pub(super) mod call;
mod caller;
mod decode;
mod deployments;
mod discovery;
mod editing;
mod events;
mod failure;
mod form;
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
pub(super) mod resources;
mod reviews;
mod scale;
mod schedule;
mod selector;
mod services;
mod subresources;
mod suffix;
mod table;
pub(super) mod target;
mod template;
mod transaction;
pub(super) mod verb;
mod watch;
mod webhook;
mod work;
mod workloads;

use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, WARNING};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::access;
use super::people::Person;
use super::state::{ClusterId, State};
use call::Call;
pub(super) use call::is_watch;
use editing::Reply;
use failure::Failure;
use transaction::{change, look};
use verb::Verb;

pub use crate::cluster_version::GIT_VERSION;
pub(super) use objects::SCHEMA;
pub use objects::delete_cluster;

/// The API server's own limit (`MaxRequestBodyBytes`).
pub(super) const MAX_BODY_BYTES: usize = 3 << 20;

/// Serves the API of the cluster in the request's [`ClusterId`], to the owner.
pub fn router(state: State) -> Router<()> {
    let handle = move |Extension(id): Extension<ClusterId>, request: Request| {
        let state = state.clone();
        async move { answer(state, id, Person::owner(), request).await }
    };
    Router::new().fallback(handle)
}

/// Answers a request of this person to a cluster's API server.
pub(super) async fn answer(state: State, id: ClusterId, person: &'static Person, request: Request) -> Response {
    serve(state, id, person, request).await.unwrap_or_else(Failure::into_response)
}

async fn serve(state: State, id: ClusterId, person: &'static Person, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    // Discovery is everybody's, as in every cluster.
    if let Some(answer) = discovery::answer(&parts) {
        return Ok(answer);
    }
    let call = Call::read(&parts, person)?;
    access::kubernetes(&state, person, &id.project, &call)
        .await
        .map_err(|message| Failure::new(403, "Forbidden", message))?;
    let reply = if call.method == Method::GET {
        if call.verb == Verb::Watch {
            return watch::stream(state, id, call).await;
        }
        look(&state, &id, move |cluster| api::read(cluster, &call)).await?
    } else {
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await.map_err(|error| unreadable(&*error))?.to_bytes();
        change(&state, &id, call, body.to_vec()).await?
    };
    Ok(response(reply))
}

fn unreadable(error: &(dyn std::error::Error + 'static)) -> Failure {
    if error.is::<LengthLimitError>() {
        Failure::too_large(MAX_BODY_BYTES)
    } else {
        Failure::bad_request(format!("the body broke off: {error}"))
    }
}

/// The most bytes of `Warning` headers in one answer; what does not fit any more is left out (the API server's
/// `WithWarningRecorder` stops at about as much).
const MAX_WARNING_BYTES: usize = 4096;

/// The most `Warning` headers in one answer: clients take a hundred headers in all.
const MAX_WARNINGS: usize = 50;

fn response(reply: Reply) -> Response {
    let code = StatusCode::from_u16(reply.code).unwrap_or(StatusCode::OK);
    let mut response = match reply.text {
        Some(text) => (code, [(CONTENT_TYPE, "application/json")], text).into_response(),
        None => (code, Json(reply.body)).into_response(),
    };
    let mut left = MAX_WARNING_BYTES;
    for warning in reply.warnings.into_iter().take(MAX_WARNINGS) {
        let Some(rest) = left.checked_sub(warning.len()) else { break };
        left = rest;
        // `299 - "TEXT"` (RFC 7234 section 5.5); the text may hold quotes itself.
        let text = format!("299 - \"{}\"", warning.replace('"', "\\\""));
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().append(WARNING, value);
        }
    }
    response
}
