//! What every request passes: the token and the limits. Which API it is for is [`super::area`]'s.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use http_body_util::Limited;
use hyper::body::{Body as _, Incoming};
use rusqlite::Transaction;
use rustls::pki_types::CertificateDer;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};
use tower_service::Service as _;

use super::area::{Area, denied, status};
use super::door::{self, Door};
use super::hosts;
use super::log::Coming;
use super::token::{Token, Tokens};
use crate::access::{self, Passed};
use crate::clients::Clients;
use crate::container::Meant;
use crate::google::{self, Google, GoogleApi};
use crate::kms::Vault;
use crate::kubernetes;
use crate::people::Person;
use crate::registry::{self, RegistryCall};
use crate::state::{ClusterId, State};
use crate::store::StoreError;

/// The largest request of an API.
const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;

/// Requests up to this size are read as they come; of larger ones, which a client rarely sends, and of
/// those that do not say their size, only some at once: what is held of bodies is bounded.
const SMALL_BYTES: u64 = 64 * 1024;
const LARGE_AT_ONCE: usize = 8;

/// How long an answer may take to begin, the reading of the request included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// All that the sandbox answers.
#[derive(Debug)]
pub(super) struct Front {
    tokens: Tokens,
    clients: Clients,
    state: State,
    google: Google,
    kubernetes: Router,
    door: Door,
    large: Semaphore,
}

impl Front {
    pub(super) fn new(
        state: &State,
        vault: Vault,
        tokens: Tokens,
        clients: Clients,
        addr: SocketAddr,
        authority_pem: &str,
        door: Door,
    ) -> Self {
        Self {
            tokens,
            state: state.clone(),
            google: Google::new(state, vault, addr, authority_pem, clients.clone()),
            clients,
            kubernetes: kubernetes::router(state.clone()),
            door,
            large: Semaphore::new(LARGE_AT_ONCE),
        }
    }

    pub(super) fn token(&self) -> &Token {
        self.tokens.owner()
    }

    /// Whether a tunnel may be opened: by a client that is not the process's own, then.
    pub(super) fn is_open(&self) -> bool {
        self.door.is_open()
    }

    /// Whose certificate a client has shown.
    pub(super) fn client(&self, certificate: &CertificateDer<'_>) -> Option<&'static Person> {
        self.clients.shown_by(certificate)
    }

    /// The answer to a request that came over a connection to `name` from a `client` with a certificate
    /// (what TLS said).
    pub(super) async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        name: Option<&str>,
        client: Option<&'static Person>,
    ) -> Response {
        let host = host(&request, name);
        let is_own = self.door.is_own(request.headers());
        let shown = if host.starts_with("127.0.0.1") { &host } else { host_without_port(&host) };
        let coming = Coming::new(request.method(), shown, request.uri(), request.headers(), is_own);
        let answer = self.checked(request, &host, is_own, client).await;
        coming.answered(answer.status().as_u16(), self.door.log());
        answer
    }

    async fn checked(
        &self,
        request: hyper::Request<Incoming>,
        host: &str,
        is_own: bool,
        client: Option<&'static Person>,
    ) -> Response {
        let bare = host_without_port(host);
        let area = Area::from_request(bare, request.uri().path());
        if !hosts::stands_for(bare) {
            return area.forbidden(&hosts::refusal(bare));
        }
        if request.headers().get(ORIGIN).is_some_and(|origin| is_foreign(origin, host)) {
            return area.forbidden("The Countersign sandbox does not answer pages of other origins");
        }
        let header = request.headers().get(AUTHORIZATION);
        // A certificate counts at the API servers alone, and where no token is shown.
        let client = client.filter(|_| header.is_none() && matches!(area, Area::Kubernetes(_)));
        let by_certificate = client.map(|person| (person, self.tokens.token_of(person)));
        let Some((person, token)) = header.and_then(|header| self.tokens.shown_by(header)).or(by_certificate) else {
            return area.unauthorized(host);
        };
        if !is_own && !self.door.is_open() {
            return area.forbidden(door::CLOSED);
        }
        // The registry has limits of its own: clients push a layer in one request, however large it is.
        let request = match area {
            Area::Registry(_) => request.map(Body::new),
            _ => request.map(|body| Body::new(Limited::new(body, MAX_JSON_BYTES))),
        };
        let answer = async {
            let _room = self.room(&area, request.body().size_hint().upper()).await;
            self.route(area, request, (person, token)).await
        };
        match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
            Ok(answer) => answer,
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        }
    }

    /// Waits until there is room for a large body; none is needed for a small one.
    async fn room(&self, area: &Area, size: Option<u64>) -> Option<SemaphorePermit<'_>> {
        let is_small = size.is_some_and(|size| size <= SMALL_BYTES);
        if is_small || matches!(area, Area::Registry(_)) {
            return None;
        }
        self.large.acquire().await.ok()
    }

    async fn route(&self, area: Area, mut request: Request, (person, token): (&'static Person, &Token)) -> Response {
        match area {
            Area::Google(api) => {
                let Some(uri) = google::routable(request.uri()) else { return google::no_method(request).await };
                *request.uri_mut() = uri;
                if person.is_owner() {
                    self.google.answer(api, request).await
                } else {
                    self.google_as(person, api, request).await
                }
            }
            Area::Registry(_) if request.uri().path() == "/v2/token" => registry_token(token),
            Area::Registry(host) => match RegistryCall::read(request.method(), &host, request.uri()) {
                Ok(call) => match access::registry(&self.state, person, call).await {
                    Ok(call) => registry::answer(&self.state, call, request).await,
                    Err(message) => denied(message),
                },
                Err(failure) => registry::refused(failure),
            },
            Area::Kubernetes(host) => match self.cluster(host).await {
                Ok(cluster) => {
                    if !person.is_owner() {
                        let watch = kubernetes::is_watch(request.uri());
                        let asked = (request.method(), request.uri().path(), watch);
                        let allowed = access::kubernetes(&self.state, person, &cluster.project, asked).await;
                        if let Err(message) = allowed {
                            return status(403, "Forbidden", message);
                        }
                        request.extensions_mut().insert(person);
                    }
                    request.extensions_mut().insert(cluster);
                    call(&self.kubernetes, request).await
                }
                Err(answer) => answer,
            },
        }
    }

    /// Answers a person who may not do everything.
    async fn google_as(&self, person: &'static Person, api: GoogleApi, mut request: Request) -> Response {
        request.extensions_mut().insert(person);
        match access::google(&self.state, person, request).await {
            Passed::On(request) => self.google.answer(api, request).await,
            Passed::AndCut(request) => {
                let answer = self.google.answer(api, request).await;
                access::cut_projects(&self.state, person, answer).await
            }
            Passed::Refused(answer) => answer,
        }
    }

    /// The cluster whose API server is at this host; without one, the only cluster.
    async fn cluster(&self, host: Option<String>) -> Result<ClusterId, Response> {
        let find = move |tx: &Transaction<'_>| Ok::<_, StoreError>(Meant::find(tx, host.as_deref())?);
        let message = match self.state.store.read(find).await {
            Ok(Meant::Cluster(cluster)) => return Ok(cluster),
            Ok(Meant::Nothing) => "the sandbox has no such cluster: make one first".to_owned(),
            Ok(Meant::OneOf(count)) => {
                format!("the sandbox has {count} clusters: reach each at its own name (its DNS endpoint)")
            }
            Err(error) => {
                tracing::error!(%error, "the sandbox's store failed");
                return Err(status(500, "InternalError", "the sandbox could not read its store".to_owned()));
            }
        };
        Err(status(404, "NotFound", message))
    }
}

/// The token flow of registries (Docker registry v2 authentication, token endpoint): who got here has
/// shown a token, and gets it as a bearer token.
fn registry_token(token: &Token) -> Response {
    let token = token.expose();
    Json(json!({"token": token, "access_token": token, "expires_in": 3600})).into_response()
}

async fn call(router: &Router, request: Request) -> Response {
    let Ok(answer) = router.clone().call(request).await;
    answer
}

/// The host with its port, in lower case: that of the request, or else that of the connection.
fn host<B>(request: &hyper::Request<B>, name: Option<&str>) -> String {
    let named = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let authority = || request.uri().authority().map(axum::http::uri::Authority::as_str);
    let host = named.or_else(authority).or(name).unwrap_or("localhost");
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether an `Origin` (RFC 6454, section 7) is another host than the one that is asked: only browsers
/// say one, for pages.
fn is_foreign(origin: &HeaderValue, host: &str) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("https://"));
    !origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host))
}

fn host_without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("https://127.0.0.1:8443", false)]
    #[case("https://127.0.0.1", true)]
    #[case("http://127.0.0.1:8443", true)]
    #[case("https://evil.example", true)]
    #[case("null", true)]
    fn origins(#[case] origin: &str, #[case] foreign: bool) {
        assert_eq!(is_foreign(&HeaderValue::from_str(origin).unwrap(), "127.0.0.1:8443"), foreign);
    }

    #[rstest::rstest]
    #[case("gcr.io:443", "gcr.io")]
    #[case("gcr.io", "gcr.io")]
    #[case("127.0.0.1:8080", "127.0.0.1")]
    #[case("[::1]:8080", "[::1]")]
    #[case("[::1]", "[::1]")]
    fn ports_do_not_count(#[case] host: &str, #[case] name: &str) {
        assert_eq!(host_without_port(host), name);
    }
}
