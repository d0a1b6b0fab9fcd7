//! A request that is to be sent, and its answer.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;

use super::error::{Error, Fault};
use super::{Secret, record};

/// What is to be sent.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) auth: Auth,
    pub(super) trust: Trust,
    /// Whether sending it twice is as good as once.
    pub(super) repeatable: bool,
}

/// Whose token goes along.
#[derive(Debug, Clone)]
pub(super) enum Auth {
    /// The connection's.
    Connection,
    None,
    /// One that a registry gave.
    Bearer(Secret),
    /// The connection's, as the password of this user.
    Basic(&'static str),
}

/// Which authority the host must be certified by.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// The connection's.
    Connection,
    /// Trusts this authority alone (PEM).
    Authority(String),
}

/// A successful answer, whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    /// `GET` and `HEAD` are taken to be repeatable.
    pub(super) fn new(method: Method, url: Url) -> Self {
        let repeatable = method == Method::GET || method == Method::HEAD;
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            auth: Auth::Connection,
            trust: Trust::Connection,
            repeatable,
        }
    }

    pub(super) fn get(url: Url) -> Self {
        Self::new(Method::GET, url).accept("application/json")
    }

    pub(super) fn accept(mut self, types: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(types) {
            self.headers.append(ACCEPT, value);
        }
        self
    }

    pub(super) fn body(mut self, media_type: &str, body: Bytes) -> Self {
        if let Ok(value) = HeaderValue::from_str(media_type) {
            self.headers.insert(CONTENT_TYPE, value);
        }
        self.body = body;
        self
    }

    pub(super) fn json<T: serde::Serialize>(method: Method, url: Url, body: &T) -> Result<Self, Error> {
        let request = Self::new(method, url).accept("application/json");
        // By way of the value, as the sandbox writes its objects too: what writes Kubernetes' types is large.
        match serde_json::to_value(body) {
            Ok(value) => Ok(request.body("application/json", value.to_string().into())),
            Err(error) => Err(request.error(Fault::Request { reason: error.to_string() })),
        }
    }

    pub(super) fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    pub(super) fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Lets a `POST` that only reads be sent again.
    pub(super) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(super) fn error(&self, fault: Fault) -> Error {
        Error { method: self.method.to_string(), url: record::redact(&self.url), fault }
    }

    pub(super) fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }
}

impl Answer {
    /// The body as a `T`; an empty one is `{}`.
    pub(super) fn json<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Error> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|error| request.error(Fault::unreadable(&error, body)))
    }

    pub(super) fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
