//! The registry: OCI distribution-spec 1.1 over the store, with gcr.io's ways where clients see them.
//!
//! Repositories are keyed by the host that was asked and their path, so that `gcr.io/p/i` and
//! `us.gcr.io/p/i` are two. The server checks who asks; here everybody may push and pull. A blob
//! can be pulled from a repository if it was pushed there or mounted, as in every registry.

mod blobs;
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

use super::artifact_registry::canonical;
use super::state::{RegistryHost, State};
use super::store::StoreError;
use error::Failure;
use headers::API_VERSION;
use repository::Repository;
use route::Route;

pub(super) use signatures::{sigstore_signatures, uploaded};
pub(super) use storage::SCHEMA;
pub use storage::resolve;

/// Serves `/v2/` for the host in the request's [`RegistryHost`].
pub fn router(state: State) -> Router<()> {
    let handle = move |Extension(RegistryHost(host)): Extension<RegistryHost>, request: Request| {
        let state = state.clone();
        async move {
            let mut response = serve(&state, host, request).await.unwrap_or_else(Failure::into_response);
            response.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
            response
        }
    };
    Router::new().fallback(handle)
}

/// Removes unfinished uploads and unused blobs that are older than a day. To be called once when
/// the sandbox starts.
pub async fn collect_garbage(state: &State) -> Result<(), StoreError> {
    let now = state.clock.now().as_millisecond();
    state.store.write(move |tx| storage::collect_garbage(tx, now)).await
}

async fn serve(state: &State, host: String, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let rest = match parts.uri.path() {
        "/v2" => "",
        path => path.strip_prefix("/v2/").ok_or(Failure::NoSuchPath)?,
    };
    // The names' grammar needs no percent signs; some clients escape the colon of a digest.
    let route = Route::parse(&rest.replace("%3A", ":").replace("%3a", ":"))?;
    let (method, headers) = (parts.method.clone(), &parts.headers);
    let now_ms = state.clock.now().as_millisecond();
    let at = |name: String| {
        let (host, name) = canonical(host, name);
        Repository { store: state.store.clone(), host, name, now_ms }
    };
    match (method, route) {
        (Method::GET | Method::HEAD, Route::Root) => Ok(Json(serde_json::Map::new()).into_response()),
        (Method::GET, Route::Catalog) => lists::catalog(at(String::new()), query(&parts)?).await,
        (Method::GET, Route::Tags(name)) => lists::tags(at(name), query(&parts)?).await,
        (Method::GET, Route::Referrers(name, digest)) => {
            lists::referrers(at(name), digest, query::<Referrers>(&parts)?.artifact_type).await
        }
        (Method::GET | Method::HEAD, Route::Manifest(name, reference)) => {
            manifests::get(at(name), reference, headers).await
        }
        (Method::PUT, Route::Manifest(name, reference)) => manifests::put(at(name), reference, headers, body).await,
        (Method::DELETE, Route::Manifest(name, reference)) => manifests::delete(at(name), reference).await,
        (Method::HEAD, Route::Blob(name, digest)) => blobs::head(at(name), digest).await,
        (Method::GET, Route::Blob(name, digest)) => blobs::get(at(name), digest, headers).await,
        (Method::DELETE, Route::Blob(name, digest)) => blobs::delete(at(name), digest).await,
        (Method::POST, Route::Uploads(name)) => uploads::start(at(name), query(&parts)?, body).await,
        (Method::GET, Route::Upload(name, id)) => uploads::progress(at(name), id).await,
        (Method::PATCH, Route::Upload(name, id)) => uploads::patch(at(name), id, headers, body).await,
        (Method::PUT, Route::Upload(name, id)) => uploads::finish(at(name), id, query(&parts)?, headers, body).await,
        (Method::DELETE, Route::Upload(name, id)) => uploads::cancel(at(name), id).await,
        (method, _) => Err(Failure::Unsupported(format!("{method} {}", parts.uri.path()))),
    }
}

#[derive(Debug, serde::Deserialize)]
struct Referrers {
    #[serde(rename = "artifactType")]
    artifact_type: Option<String>,
}

fn query<T: DeserializeOwned>(parts: &axum::http::request::Parts) -> Result<T, Failure> {
    Query::try_from_uri(&parts.uri).map(|Query(query)| query).map_err(|error| Failure::Unsupported(error.to_string()))
}
