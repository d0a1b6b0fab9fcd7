//! Errors of the Google APIs, as they go over the wire (AIP-193; `docs/binary-authorization.md`,
//! "Google API errors").

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::store::StoreError;
use wire::status::{Code, ErrorBody, Status};

/// An answer that refuses.
#[derive(Debug, Clone)]
pub(super) struct ApiError(Status);

impl ApiError {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Status::new(code, message))
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// An invalid value of one field; `field` is its path in the request.
    pub(super) fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid_fields([(field.to_owned(), message.into())])
    }

    /// Several invalid fields with what is wrong with each; the first is the message.
    pub(super) fn invalid_fields(violations: impl IntoIterator<Item = (String, String)>) -> Self {
        let violations: Vec<(String, String)> = violations.into_iter().collect();
        let message = violations.first().map_or("Request contains an invalid argument.", |(_, message)| message);
        let described: Vec<_> =
            violations.iter().map(|(field, description)| json!({"field": field, "description": description})).collect();
        Self::invalid(message).with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": described,
        }))
    }

    /// A body over the server's limit: 413, for which `google.rpc.Code` has no name of its own.
    pub(super) fn too_large() -> Self {
        const MESSAGE: &str = "Request payload size exceeds the limit.";
        Self::with_http(StatusCode::PAYLOAD_TOO_LARGE, Code::InvalidArgument, MESSAGE)
    }

    /// An error with another HTTP status than its code has.
    pub(super) fn with_http(http: StatusCode, code: Code, message: impl Into<String>) -> Self {
        let mut status = Status::new(code, message);
        status.code = http.as_u16();
        Self(status)
    }

    /// What the services answer where they say no more (`google.rpc.Code.NOT_FOUND`).
    pub(super) fn not_found() -> Self {
        Self::new(Code::NotFound, "Requested entity was not found.")
    }

    pub(super) fn already_exists() -> Self {
        Self::new(Code::AlreadyExists, "Requested entity already exists")
    }

    /// A `google.rpc.ErrorInfo` beside the message.
    #[must_use]
    pub(super) fn with_info(self, reason: &str, domain: &str, metadata: &serde_json::Value) -> Self {
        self.with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": domain,
            "metadata": metadata,
        }))
    }

    fn with_detail(mut self, detail: serde_json::Value) -> Self {
        self.0.details.push(detail);
        self
    }

    #[cfg(test)]
    pub(super) fn message(&self) -> &str {
        &self.0.message
    }
}

impl From<StoreError> for ApiError {
    /// It is said to who asked, not only logged: the log lies on the same disk.
    fn from(error: StoreError) -> Self {
        if let StoreError::TooMuch(what) = error {
            return Self::new(Code::ResourceExhausted, format!("Too much at once: {what}."));
        }
        tracing::error!(%error, "the sandbox's store failed");
        Self::new(Code::Internal, format!("The request failed: {error}."))
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(ErrorBody { error: self.0 })).into_response()
    }
}
