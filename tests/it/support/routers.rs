//! The sandbox's routers without a server: a store of the test's own and a clock that it sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use countersign::sandbox::open_store;
use countersign::sandbox::state::{Clock, State};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A store in a directory of its own.
pub(crate) struct Fixture {
    pub(crate) state: State,
    now: Arc<AtomicI64>,
    _directory: tempfile::TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open_store(&directory.path().join("sandbox.db")).unwrap();
        // 2025-06-20T12:00:00Z
        let now = Arc::new(AtomicI64::new(1_750_420_800_000));
        let read = Arc::clone(&now);
        let clock = Clock::from_fn(move || jiff::Timestamp::from_millisecond(read.load(Ordering::Relaxed)).unwrap());
        Self { state: State { store, clock }, now, _directory: directory }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }
}

/// Calls a router as the server does, with `extension` saying whom it stands for.
pub(crate) async fn call<E: Clone + Send + Sync + 'static>(
    router: &Router,
    extension: &E,
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(uri).extension(extension.clone());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}
