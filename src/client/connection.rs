//! Where names resolve, which authority is trusted and whose token is sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::Certificate;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy as Redirects;

use super::Secret;
use super::error::Fault;
use super::token::{TokenError, TokenSource};

/// Bounds of one request.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is there; uploads get more, by their size.
    pub total: Duration,
    /// Bytes of an answer's body.
    pub body: usize,
    /// Bytes of all pages of a list together.
    pub list: usize,
    /// How often a request that is safe to repeat is sent at most.
    pub attempts: u32,
    /// The longest pause before a repetition; a server that asks for a longer one is not asked again.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
            body: 32 << 20,
            list: 256 << 20,
            attempts: 4,
            pause: Duration::from_secs(10),
        }
    }
}

/// How a [`super::Client`] reaches its hosts.
#[derive(Debug, Clone)]
pub struct Connection {
    route: Route,
    tokens: Arc<dyn TokenSource>,
    limits: Limits,
}

#[derive(Debug, Clone)]
enum Route {
    /// Every name is this address, and only this authority (PEM) is trusted.
    Sandbox { address: SocketAddr, authority: String, headers: HeaderMap },
    /// Real names under the system's roots.
    Cloud,
}

impl Connection {
    /// Every host is `address`, trusted by the sandbox's own authority alone, and gets `token`.
    pub fn sandbox(address: SocketAddr, authority_pem: impl Into<String>, token: Secret) -> Self {
        let route = Route::Sandbox { address, authority: authority_pem.into(), headers: HeaderMap::new() };
        Self { route, tokens: Arc::new(Fixed(token)), limits: Limits::default() }
    }

    /// A connection to the same hosts, with a token by this source for each request.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<dyn TokenSource>) -> Self {
        self.tokens = tokens;
        self
    }

    /// The real hosts under the system's root certificates.
    pub fn cloud(tokens: Arc<dyn TokenSource>) -> Self {
        Self { route: Route::Cloud, tokens, limits: Limits::default() }
    }

    /// Sends a header with every request, by which the sandbox of the same process knows its own client.
    #[must_use]
    pub fn with_mark(mut self, name: &'static str, mark: &str) -> Self {
        if let (Route::Sandbox { headers, .. }, Ok(mark)) = (&mut self.route, HeaderValue::from_str(mark)) {
            headers.insert(name, mark);
        }
        self
    }

    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) async fn token(&self) -> Result<Secret, TokenError> {
        self.tokens.token().await
    }

    /// Whether a registry at `host` is to be given the connection's token: a Google token goes to
    /// Google's hosts alone.
    pub(super) fn trusts_with_token(&self, host: &str) -> bool {
        match self.route {
            Route::Sandbox { .. } => true,
            Route::Cloud => is_google_registry(host),
        }
    }

    /// Refuses an address that is not the sandbox's: addresses are dialled without asking the resolver.
    pub(super) fn check_host(&self, url: &reqwest::Url) -> Result<(), Fault> {
        let Route::Sandbox { address, .. } = &self.route else { return Ok(()) };
        let host = url.host_str().unwrap_or_default();
        let literal: Option<std::net::IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        match literal {
            Some(ip) if ip != address.ip() => Err(Fault::Request {
                reason: format!("{host} is an address outside the sandbox, which reaches nothing but itself"),
            }),
            _ => Ok(()),
        }
    }

    /// A connection pool; `authority` (PEM) replaces what is trusted otherwise.
    pub(super) async fn build(&self, authority: Option<&str>) -> Result<reqwest::Client, Fault> {
        let connection = self.clone();
        let authority = authority.map(str::to_owned);
        // The system's root certificates are read from files.
        tokio::task::spawn_blocking(move || connection.build_now(authority.as_deref()))
            .await
            .map_err(|error| Fault::Request { reason: format!("the HTTP client could not be built: {error}") })?
    }

    fn build_now(&self, authority: Option<&str>) -> Result<reqwest::Client, Fault> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.limits.connect)
            .https_only(true)
            .redirect(Redirects::none())
            .retry(reqwest::retry::never())
            .tcp_nodelay(true);
        let mut only = authority.map(str::to_owned);
        if let Route::Sandbox { address, authority, headers } = &self.route {
            builder = builder.default_headers(headers.clone()).no_proxy().dns_resolver(Always(*address));
            only.get_or_insert_with(|| authority.clone());
        }
        if let Some(pem) = only {
            let roots = Certificate::from_pem_bundle(pem.as_bytes())
                .map_err(|error| setup("the authority's certificate cannot be read", &error))?;
            if roots.is_empty() {
                return Err(Fault::Request { reason: "the authority's PEM holds no certificate".to_owned() });
            }
            builder = builder.tls_certs_only(roots);
        }
        builder.build().map_err(|error| setup("the HTTP client could not be built", &error))
    }
}

fn setup(what: &str, error: &reqwest::Error) -> Fault {
    Fault::Request { reason: format!("{what}: {}", super::error::chain(error)) }
}

/// The hosts of Container Registry and Artifact Registry.
fn is_google_registry(host: &str) -> bool {
    host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with(".pkg.dev")
}

#[derive(Debug)]
struct Fixed(Secret);

impl TokenSource for Fixed {
    fn token(&self) -> BoxFuture<'_, Result<Secret, TokenError>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// Resolves every name to one address, its port included: a URL without a port then reaches it.
struct Always(SocketAddr);

impl Resolve for Always {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(async { Ok(addresses) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_google_token_goes_to_google_alone() {
        for host in ["gcr.io", "us.gcr.io", "us-docker.pkg.dev"] {
            assert!(is_google_registry(host), "{host}");
        }
        for host in ["evil-gcr.io", "gcr.io.example.com", "docker.io", "pkg.dev.example.com", "localhost:5000"] {
            assert!(!is_google_registry(host), "{host}");
        }
    }

    #[test]
    fn the_sandbox_reaches_nothing_but_itself() {
        let connection = Connection::sandbox("127.0.0.1:9".parse().unwrap(), "", Secret::new("t"));
        for (url, reached) in [
            ("https://34.1.2.3/api", false),
            ("https://[2001:db8::1]/api", false),
            ("https://127.0.0.1:9/api", true),
            ("https://gcr.io/v2/", true),
        ] {
            assert_eq!(connection.check_host(&url.parse().unwrap()).is_ok(), reached, "{url}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let connection = Connection::sandbox("127.0.0.1:9".parse().unwrap(), "", Secret::new("hunter2"));
        assert!(!format!("{connection:?}").contains("hunter2"));
    }
}
