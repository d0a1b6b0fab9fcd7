//! The registry: OCI distribution-spec 1.1 over the store, with gcr.io's ways where clients see them.
//!
//! Repositories are keyed by the host that was asked and their path, so that `gcr.io/p/i` and
//! `us.gcr.io/p/i` are two. Who asks was checked by the same `RegistryCall` that is answered here. A blob
//! can be pulled from a repository if it was pushed there or mounted, as in every registry.

mod blobs;
mod call;
pub(super) mod catalogue;
mod error;
mod headers;
mod lists;
mod manifests;
mod parsed;
mod repository;
mod route;
mod signatures;
mod storage;
mod uploads;

use axum::extract::{Query, Request};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use serde::de::DeserializeOwned;

use super::state::{RegistryHost, State};
use super::store::StoreError;
pub(super) use call::{Place, ROWS, RegistryCall};
use error::Failure;
use headers::API_VERSION;
use repository::Repository;
use route::Route;

pub(super) use signatures::{sigstore_signatures, uploaded};
pub use storage::resolve;
pub(super) use storage::{COLLECTION_SCHEMA, SCHEMA};

/// Serves `/v2/` for the host in the request's [`RegistryHost`], to everybody.
pub fn router(state: State) -> Router<()> {
    let handle = move |Extension(RegistryHost(host)): Extension<RegistryHost>, request: Request| {
        let state = state.clone();
        async move {
            match RegistryCall::read(request.method(), &host, request.uri()) {
                Ok(call) => answer(&state, call, request).await,
                Err(failure) => refused(failure),
            }
        }
    };
    Router::new().fallback(handle)
}

/// Answers a request that was read and that its caller may make.
pub(super) async fn answer(state: &State, call: RegistryCall, request: Request) -> Response {
    marked(serve(state, call, request).await.unwrap_or_else(Failure::into_response))
}

/// The answer to a request that cannot be read.
pub(super) fn refused(failure: Failure) -> Response {
    marked(failure.into_response())
}

fn marked(mut response: Response) -> Response {
    response.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    response
}

/// Removes unfinished uploads and unused blobs that are older than a day. To be called once when
/// the sandbox starts.
pub async fn collect_garbage(state: &State) -> Result<(), StoreError> {
    let now = state.clock.now().as_millisecond();
    state.store.write(move |tx| storage::collect_garbage(tx, now)).await
}

async fn serve(state: &State, call: RegistryCall, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let now_ms = state.clock.now().as_millisecond();
    let RegistryCall { method, route, place, mount, .. } = call;
    let image = Repository { store: state.store.clone(), host: place.host, name: place.name, now_ms };
    match (method, route) {
        (Method::GET | Method::HEAD, Route::Root) => Ok(Json(serde_json::Map::new()).into_response()),
        (Method::GET, Route::Catalog) => lists::catalog(image, query(&parts)?).await,
        (Method::GET, Route::Tags(_)) => lists::tags(image, query(&parts)?).await,
        (Method::GET, Route::Referrers(_, digest)) => {
            let Referrers { artifact_type, last } = query(&parts)?;
            lists::referrers(image, digest, artifact_type, last).await
        }
        (Method::GET | Method::HEAD, Route::Manifest(_, reference)) => manifests::get(image, reference, headers).await,
        (Method::PUT, Route::Manifest(_, reference)) => manifests::put(image, reference, headers, body).await,
        (Method::DELETE, Route::Manifest(_, reference)) => manifests::delete(image, reference).await,
        (Method::HEAD, Route::Blob(_, digest)) => blobs::head(image, digest).await,
        (Method::GET, Route::Blob(_, digest)) => blobs::get(image, digest, headers).await,
        (Method::DELETE, Route::Blob(_, digest)) => blobs::delete(image, digest).await,
        (Method::POST, Route::Uploads(_)) => uploads::start(image, mount, query(&parts)?, body).await,
        (Method::GET, Route::Upload(_, id)) => uploads::progress(image, id).await,
        (Method::PATCH, Route::Upload(_, id)) => uploads::patch(image, id, headers, body).await,
        (Method::PUT, Route::Upload(_, id)) => uploads::finish(image, id, query(&parts)?, headers, body).await,
        (Method::DELETE, Route::Upload(_, id)) => uploads::cancel(image, id).await,
        (method, _) => Err(Failure::Unsupported(format!("{method} {}", parts.uri.path()))),
    }
}

#[derive(Debug, serde::Deserialize)]
struct Referrers {
    #[serde(rename = "artifactType")]
    artifact_type: Option<String>,
    /// The last digest of the page before.
    #[serde(default)]
    last: String,
}

fn query<T: DeserializeOwned>(parts: &axum::http::request::Parts) -> Result<T, Failure> {
    Query::try_from_uri(&parts.uri).map(|Query(query)| query).map_err(|error| Failure::Unsupported(error.to_string()))
}
