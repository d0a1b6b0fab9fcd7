//! What can go wrong with a request, where, and what to do about it.

mod hint;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;

/// A request that did not give what it was made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method} {url}: {fault}")]
pub struct Error {
    pub method: String,
    /// Redacted, as in the API log.
    pub url: String,
    pub fault: Fault,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing was sent.
    #[error("cannot connect to {host}: {reason}")]
    Connect { host: String, reason: String },
    /// Nothing was sent: the server is not who it should be.
    #[error("cannot trust {host}: {reason}")]
    Tls { host: String, reason: String },
    #[error("no answer within {} s", after.as_secs_f32())]
    Timeout { after: Duration },
    /// The connection ended before the answer did.
    #[error("the connection broke: {reason}")]
    CutOff { reason: String },
    #[error(transparent)]
    Status(Box<Refusal>),
    #[error("the answer cannot be read: {reason}, at line {line} column {column}: {excerpt:?}")]
    Unreadable { reason: String, line: usize, column: usize, excerpt: String },
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the content is {found}, not {expected}")]
    Digest { expected: String, found: String },
    #[error("no access token: {0}")]
    Token(#[from] super::token::TokenError),
    /// The request could not even be sent.
    #[error("{reason}")]
    Request { reason: String },
    /// An operation that was started and then failed.
    #[error("operation {name} failed: {message}")]
    Operation { name: String, message: String },
}

/// A server's no, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", if reason.is_empty() { format!("HTTP {code}") } else { format!("{reason} ({code})") })]
pub struct Refusal {
    /// The HTTP status.
    pub code: u16,
    /// `PERMISSION_DENIED` (Google), `MANIFEST_UNKNOWN` (registry), `VIOLATES_POLICY` (Kubernetes);
    /// empty where the server gave none.
    pub reason: String,
    /// Word for word.
    pub message: String,
    /// `reason` of Google's `ErrorInfo`, such as `SERVICE_DISABLED`.
    pub detail: Option<String>,
    /// The service that `ErrorInfo` names.
    pub service: Option<String>,
    pub retry_after: Option<Duration>,
    /// Where a redirect led.
    pub location: Option<String>,
    /// `WWW-Authenticate`: how a registry wants to be asked.
    pub challenge: Option<String>,
}

impl Error {
    /// The server's no, if that is what it is.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.fault {
            Fault::Status(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.code)
    }

    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The server answered 409: something is there already, or it changed meanwhile.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// What was to be made is there already (`ALREADY_EXISTS` of AIP-193, `AlreadyExists` of Kubernetes).
    pub fn is_already_there(&self) -> bool {
        self.refusal().is_some_and(Refusal::says_already_there)
    }

    /// The resource changed since it was read, and the change was made to what is no longer (AIP-154). Google's
    /// services say so by 409 with `ABORTED`, others by 412.
    pub fn is_stale(&self) -> bool {
        matches!(self.status(), Some(409 | 412)) && !self.is_already_there()
    }

    /// Whether the server certainly did not act on the request.
    pub fn was_not_done(&self) -> bool {
        match &self.fault {
            Fault::Connect { .. } | Fault::Tls { .. } | Fault::Token(_) | Fault::Request { .. } => true,
            Fault::Status(refusal) => refusal.code < 500,
            Fault::Timeout { .. }
            | Fault::CutOff { .. }
            | Fault::Unreadable { .. }
            | Fault::TooLarge { .. }
            | Fault::Digest { .. }
            | Fault::Operation { .. } => false,
        }
    }
}

impl Refusal {
    pub(super) fn says_already_there(&self) -> bool {
        self.code == 409 && matches!(self.reason.as_str(), "ALREADY_EXISTS" | "AlreadyExists")
    }

    /// Reads the body of an error answer in Google's, the registry's or Kubernetes' shape; of anything
    /// else the start is the message.
    pub(super) fn read(code: u16, body: &[u8]) -> Self {
        let mut refusal = Self {
            code,
            reason: String::new(),
            message: String::new(),
            detail: None,
            service: None,
            retry_after: None,
            location: None,
            challenge: None,
        };
        match serde_json::from_slice::<Value>(body) {
            Ok(json) if json.get("error").is_some_and(Value::is_object) => refusal.read_google(&json),
            Ok(json) if json.get("errors").is_some_and(Value::is_array) => refusal.read_registry(&json),
            Ok(json) if json.get("kind").is_some_and(|kind| kind == "Status") => refusal.read_kubernetes(&json),
            _ => {}
        }
        if refusal.message.is_empty() {
            refusal.message = start(body);
        }
        if refusal.message.is_empty() {
            let name = reqwest::StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason());
            name.unwrap_or("no message").clone_into(&mut refusal.message);
        }
        refusal
    }

    /// `{"error": {"code", "message", "status", "details"}}` (AIP-193).
    fn read_google(&mut self, json: &Value) {
        self.reason = text(json, "/error/status").unwrap_or_default();
        self.message = text(json, "/error/message").unwrap_or_default();
        let details = json.pointer("/error/details").and_then(Value::as_array);
        if let Some(info) = details.into_iter().flatten().find(|detail| detail.get("reason").is_some()) {
            self.detail = text(info, "/reason");
            self.service = text(info, "/metadata/service");
        }
    }

    /// `{"errors": [{"code", "message", "detail"}]}` (OCI distribution-spec 1.1).
    fn read_registry(&mut self, json: &Value) {
        let errors = json.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        self.reason = errors.iter().find_map(|error| text(error, "/code")).unwrap_or_default();
        let messages: Vec<_> = errors.iter().filter_map(|error| text(error, "/message")).collect();
        self.message = messages.join("; ");
    }

    /// A Kubernetes `Status`.
    fn read_kubernetes(&mut self, json: &Value) {
        self.reason = text(json, "/reason").unwrap_or_default();
        self.message = text(json, "/message").unwrap_or_default();
    }
}

impl Fault {
    /// What `reqwest` says, in our kinds.
    pub(super) fn from_reqwest(error: &reqwest::Error, host: &str, limit: Duration) -> Self {
        let host = host.to_owned();
        if let Some(reason) = tls_reason(error) {
            return Self::Tls { host, reason };
        }
        if error.is_connect() {
            let reason = if error.is_dns() {
                format!("the name does not resolve ({})", root(error))
            } else if error.is_timeout() {
                "no answer in time".to_owned()
            } else {
                root(error)
            };
            return Self::Connect { host, reason };
        }
        if error.is_timeout() {
            return Self::Timeout { after: limit };
        }
        if error.is_builder() {
            return Self::Request { reason: chain(error) };
        }
        Self::CutOff { reason: root(error) }
    }

    /// Why `body` is not a `T`, with the place.
    pub(super) fn unreadable(error: &serde_json::Error, body: &[u8]) -> Self {
        Self::Unreadable {
            reason: without_place(error),
            line: error.line(),
            column: error.column(),
            excerpt: excerpt(body, error.line(), error.column()),
        }
    }

    /// An answer that is JSON and yet not what it should be.
    pub(super) fn unexpected(reason: impl Into<String>) -> Self {
        Self::Unreadable { reason: reason.into(), line: 1, column: 1, excerpt: String::new() }
    }
}

fn text(json: &Value, pointer: &str) -> Option<String> {
    json.pointer(pointer)?.as_str().map(str::to_owned)
}

/// rustls' reason, if that is what ended the connection.
fn tls_reason(error: &reqwest::Error) -> Option<String> {
    sources(error).find_map(tls).map(ToString::to_string)
}

/// The TLS error that this error is or wraps: IO errors nest, and `source` skips what they hold.
fn tls<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    match error.downcast_ref::<std::io::Error>() {
        Some(io) => tls(io.get_ref()?),
        None => error.downcast_ref(),
    }
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

/// The innermost reason.
fn root(error: &reqwest::Error) -> String {
    sources(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

/// All reasons, outermost first, without the URL (it may hold what is not to be shown).
pub(super) fn chain(error: &reqwest::Error) -> String {
    let reasons: Vec<_> = sources(error).map(ToString::to_string).collect();
    if reasons.is_empty() { error.to_string() } else { reasons.join(": ") }
}

/// serde's message without its own ` at line 1 column 2`.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

/// About 60 characters around the place.
fn excerpt(body: &[u8], line: usize, column: usize) -> String {
    let text = body.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let from = column.saturating_sub(40).min(text.len());
    let to = from.saturating_add(60).min(text.len());
    String::from_utf8_lossy(text.get(from..to).unwrap_or_default()).into_owned()
}

/// The first line of a body that has no known shape.
fn start(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..400).unwrap_or(body)).into_owned();
    text.lines().next().unwrap_or_default().trim().to_owned()
}
