//! What every request passes: the token and the limits. Which API it is for is [`super::area`]'s.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, EXPECT, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Version};
use axum::response::{IntoResponse, Json, Response};
use futures_util::FutureExt as _;
use hyper::body::{Body as HttpBody, Incoming};
use rusqlite::Transaction;
use rustls::pki_types::CertificateDer;
use serde_json::json;

use super::area::{Area, denied, status};
use super::begun::Begun;
use super::body::{self, Paced};
use super::door::{self, Door};
use super::hosts;
use super::lobby::Guest;
use super::log::Coming;
use super::refusal::Refusal;
use super::rooms::{Place, Room, Rooms, SMALL_BYTES};
use super::token::{Token, Tokens};
use crate::access;
use crate::clients::Clients;
use crate::container::Meant;
use crate::google::Google;
use crate::kms::Vault;
use crate::kubernetes;
use crate::people::Person;
use crate::registry::{self, RegistryCall};
use crate::state::{ClusterId, State};
use crate::store::StoreError;

/// The largest request of an API.
const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;

/// How long an answer may take to begin, the reading of the request included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// All that the sandbox answers.
#[derive(Debug)]
pub(super) struct Front {
    tokens: Tokens,
    clients: Clients,
    state: State,
    google: Google,
    door: Door,
    rooms: Rooms,
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
            door,
            rooms: Rooms::default(),
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
        self: &Arc<Self>,
        request: hyper::Request<Incoming>,
        name: Option<&str>,
        client: Option<&'static Person>,
        guest: &Guest,
    ) -> Response {
        let (parts, body) = request.into_parts();
        // Whatever becomes of the request: what nobody reads of its body is read when this goes.
        let body = Paced::new(body, parts.headers.contains_key(EXPECT));
        let host = host(&parts, name);
        let is_own = self.door.is_own(&parts.headers);
        let shown = if host.starts_with("127.0.0.1") { &host } else { host_without_port(&host) };
        let coming = Coming::new(&parts.method, shown, &parts.uri, &parts.headers, is_own);
        let area = Area::from_request(host_without_port(&host), parts.uri.path());
        let answer = match self.caller(&parts, &area, &host, is_own, client) {
            Ok(caller) => {
                let room = self.rooms.of(caller.0, is_own);
                self.seated(guest, room, &area, (parts, body), caller).await
            }
            Err(refused) => *refused,
        };
        coming.answered(answer.status().as_u16(), self.door.log());
        answer
    }

    /// Who asks, if it may ask at all.
    fn caller(
        &self,
        parts: &Parts,
        area: &Area,
        host: &str,
        is_own: bool,
        client: Option<&'static Person>,
    ) -> Result<(&'static Person, &Token), Box<Response>> {
        if let Some(fault) = fault(parts) {
            return Err(Box::new(Refusal::Malformed(fault).answer(area)));
        }
        let bare = host_without_port(host);
        if !hosts::stands_for(bare) {
            return Err(Box::new(area.forbidden(&hosts::refusal(bare))));
        }
        if parts.headers.get(ORIGIN).is_some_and(|origin| is_foreign(origin, host)) {
            return Err(Box::new(area.forbidden("The Countersign sandbox does not answer pages of other origins")));
        }
        let header = parts.headers.get(AUTHORIZATION);
        // A certificate counts at the API servers alone, and where no token is shown.
        let client = client.filter(|_| header.is_none() && matches!(area, Area::Kubernetes(_)));
        let by_certificate = client.map(|person| (person, self.tokens.token_of(person)));
        let shown = header.and_then(|header| self.tokens.shown_by(header)).or(by_certificate);
        let caller = shown.ok_or_else(|| Box::new(area.unauthorized(host)))?;
        if !is_own && !self.door.is_open() {
            return Err(Box::new(area.forbidden(door::CLOSED)));
        }
        Ok(caller)
    }

    /// Answers somebody who is known, over a connection that has a seat or gets one.
    async fn seated(
        self: &Arc<Self>,
        guest: &Guest,
        room: &Room,
        area: &Area,
        request: (Parts, Paced<Incoming>),
        caller: (&'static Person, &Token),
    ) -> Response {
        if !guest.is_seated() {
            let Some(seat) = room.connection() else { return Refusal::TooMany("connections").answer(area) };
            guest.seat(seat);
        }
        guarded(area, self.placed(room, area, request, caller)).await
    }

    /// Answers when there is room for the request, which it keeps until a large answer was sent. What has been begun
    /// keeps it also when the client is gone or was told that it takes too long: the work goes on, with all that it
    /// holds.
    async fn placed<B>(
        self: &Arc<Self>,
        room: &Room,
        area: &Area,
        (parts, body): (Parts, Paced<B>),
        (person, token): (&'static Person, &Token),
    ) -> Result<Response, Refusal>
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let kind = place(area, &parts, body.size_hint().upper());
        let (body, room_of_body) = if matches!(area, Area::Registry(_)) {
            // It has limits of its own: clients push a layer in one request, however large it is.
            (Body::new(body), None)
        } else {
            // A body that is on its way takes no place from requests that are there.
            let most = if matches!(area, Area::Kubernetes(_)) { kubernetes::MAX_BODY_BYTES } else { MAX_JSON_BYTES };
            let room = room.body(body.size_hint().upper(), most).await;
            (Body::from(body::whole(body, most).await?), room)
        };
        let place = room.place(kind).await.map_err(|_full| Refusal::TooMany("watches"))?;
        let (front, area, token) = (Arc::clone(self), area.clone(), token.clone());
        let answering = Begun::new(async move {
            let answer = front.route(area, Request::from_parts(parts, body), (person, &token)).await;
            drop(room_of_body);
            let is_small = answer.body().size_hint().exact().is_some_and(|size| size <= SMALL_BYTES);
            if is_small { answer } else { answer.map(|body| body::held(body, place)) }
        });
        Ok(answering.await)
    }

    async fn route(&self, area: Area, request: Request, (person, token): (&'static Person, &Token)) -> Response {
        match area {
            Area::Google(api) => self.google.answer(api, person, request).await,
            Area::Registry(_) if request.uri().path() == "/v2/token" => registry_token(token),
            Area::Registry(host) => match RegistryCall::read(request.method(), &host, request.uri()) {
                Ok(call) => match access::registry(&self.state, person, call).await {
                    Ok(call) => registry::answer(&self.state, call, request).await,
                    Err(message) => denied(message),
                },
                Err(failure) => registry::refused(failure),
            },
            Area::Kubernetes(host) => match self.cluster(host).await {
                Ok(cluster) => kubernetes::answer(self.state.clone(), cluster, person, request).await,
                Err(answer) => answer,
            },
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
                return Err(status(500, "InternalError", error.to_string()));
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

/// The answer of an area; also where making it takes too long, or panics.
async fn guarded(area: &Area, answer: impl Future<Output = Result<Response, Refusal>>) -> Response {
    let refusal = |refusal: Refusal| refusal.answer(area);
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, answer);
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(Ok(answer)) => answer.unwrap_or_else(refusal),
        Ok(Err(_elapsed)) => refusal(Refusal::Late),
        Err(panic) => {
            let what =
                panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            tracing::error!("a handler panicked: {}", what.unwrap_or("it says no more"));
            refusal(Refusal::Panicked)
        }
    }
}

/// Which place a request takes.
fn place(area: &Area, parts: &Parts, size: Option<u64>) -> Place {
    let is_small = size.is_some_and(|size| size <= SMALL_BYTES);
    match area {
        Area::Kubernetes(_) if parts.method == Method::GET && kubernetes::is_watch(&parts.uri) => Place::Watch,
        Area::Registry(_) if !is_small => Place::Upload,
        _ => Place::Request,
    }
}

/// What is wrong with a request's head, as far as two readers of it could understand different things
/// (RFC 9112, sections 3.2 and 3.2.2).
fn fault(parts: &Parts) -> Option<&'static str> {
    let is_double = |name: &HeaderName| parts.headers.get_all(name).iter().nth(1).is_some();
    if let Some(double) = [HOST, AUTHORIZATION, ORIGIN].iter().position(is_double) {
        return ["it has two Host headers", "it has two Authorization headers", "it has two Origin headers"]
            .get(double)
            .copied();
    }
    let host = parts.headers.get(HOST);
    if host.is_none() && parts.version == Version::HTTP_11 {
        return Some("it has no Host header");
    }
    let other = |authority: &axum::http::uri::Authority| {
        host.is_some_and(|host| !host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()))
    };
    parts.uri.authority().is_some_and(other).then_some("its address and its Host header name two hosts")
}

/// The host with its port, in lower case: that of the request, or else that of the connection.
fn host(parts: &Parts, name: Option<&str>) -> String {
    let named = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = || parts.uri.authority().map(axum::http::uri::Authority::as_str);
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
    use super::super::{Files, Kept};
    use super::*;
    use crate::google::GoogleApi;
    use crate::state::Clock;

    #[rstest::rstest]
    #[case("https://127.0.0.1:8443", false)]
    #[case("https://127.0.0.1", true)]
    #[case("http://127.0.0.1:8443", true)]
    #[case("https://evil.example", true)]
    #[case("null", true)]
    fn origins(#[case] origin: &str, #[case] foreign: bool) {
        assert_eq!(is_foreign(&HeaderValue::from_str(origin).unwrap(), "127.0.0.1:8443"), foreign);
    }

    /// A front with nothing behind it, and what it keeps.
    fn front(dir: &std::path::Path) -> (Arc<Front>, State) {
        let files = Files::new(dir);
        let kept = Kept::open(&files, jiff::Timestamp::now()).unwrap();
        let state = State { store: kept.store, clock: Clock::system() };
        let pem = kept.authority.certificate_pem().to_owned();
        let (door, addr) = (Door::new(kept.lease, files, 0), SocketAddr::from(([127, 0, 0, 1], 1)));
        (Arc::new(Front::new(&state, kept.vault, kept.tokens, kept.clients, addr, &pem, door)), state)
    }

    /// Clients that close their connections as soon as they have sent all: the writer is held by another, so that
    /// their requests cannot end.
    #[tokio::test]
    async fn who_goes_away_leaves_room_only_when_the_work_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let (front, state) = front(dir.path());
        let (entered, has_entered) = tokio::sync::oneshot::channel();
        let (let_go, is_let_go) = std::sync::mpsc::channel::<()>();
        let holder = tokio::spawn(async move {
            let hold = move |_: &Transaction<'_>| {
                let _ = entered.send(());
                let _ = is_let_go.recv();
                Ok::<_, StoreError>(())
            };
            state.store.write(hold).await
        });
        has_entered.await.unwrap();

        let owner = Person::owner();
        let (room, token) = (front.rooms.of(owner, false), front.token());
        let area = Area::Google(GoogleApi::All);
        let size = 3 << 20;
        for n in 0..20 {
            let mut body = format!("{{\"projectId\":\"project-{n}\"}}").into_bytes();
            body.resize(size, b' ');
            let parts = Request::post("/v1/projects").body(()).unwrap().into_parts().0;
            let request = (parts, Paced::new(Body::from(body), false));
            let answer = Box::pin(front.placed(room, &area, request, (owner, token)));
            assert!(answer.now_or_never().is_none(), "it waits, and is given up");
            tokio::task::yield_now().await;
        }
        let another = || room.body(Some(size as u64), MAX_JSON_BYTES);
        assert!(another().now_or_never().is_none(), "what was begun holds its body still");
        drop(let_go);
        holder.await.unwrap().unwrap();
        let freed = tokio::time::timeout(Duration::from_secs(60), another()).await;
        assert!(freed.is_ok_and(|room| room.is_some()), "and leaves it at its end");
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        for area in [Area::Google(GoogleApi::All), Area::Registry("gcr.io".into()), Area::Kubernetes(None)] {
            let answer = guarded(&area, async { panic!("as it was told to") }).await;
            assert_eq!(answer.status().as_u16(), 500, "{area:?}");
        }
    }

    #[rstest::rstest]
    #[case("/", &[("host", "gcr.io")], None)]
    #[case("https://gcr.io/", &[("host", "GCR.io")], None)]
    #[case("https://gcr.io/", &[("host", "us.gcr.io")], Some("its address and its Host header name two hosts"))]
    #[case("/", &[("host", "gcr.io"), ("host", "gcr.io")], Some("it has two Host headers"))]
    #[case("/", &[("host", "a"), ("authorization", "x"), ("authorization", "y")], Some("it has two Authorization headers"))]
    #[case("/", &[("host", "a"), ("origin", "x"), ("origin", "y")], Some("it has two Origin headers"))]
    #[case("/", &[], Some("it has no Host header"))]
    fn heads_that_mean_two_things(#[case] uri: &str, #[case] headers: &[(&str, &str)], #[case] expected: Option<&str>) {
        let request =
            headers.iter().fold(Request::builder().uri(uri), |request, (name, value)| request.header(*name, *value));
        assert_eq!(fault(&request.body(()).unwrap().into_parts().0), expected);
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
