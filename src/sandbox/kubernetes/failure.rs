//! Failures as the API server's `Status`, word for word where clients or people read them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::store::StoreError;
use wire::kubernetes::{Status, StatusCause, StatusDetails, WEBHOOK, failure};

use super::resources::Resource;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{}", .0.message.as_deref().unwrap_or_default())]
    Status(Box<Status>),
    /// The admission webhook refused. Unlike other failures this one leaves a record.
    #[error("{}", .0.message.as_deref().unwrap_or_default())]
    Denied(Box<Status>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

/// One fault of an object: what kind of fault, where, and how the API server says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldError {
    /// `FieldValueRequired`, `FieldValueInvalid`, ….
    pub(super) reason: &'static str,
    pub(super) field: String,
    pub(super) message: String,
}

impl FieldError {
    pub(super) fn required(field: impl Into<String>, detail: &str) -> Self {
        let message = if detail.is_empty() { "Required value".to_owned() } else { format!("Required value: {detail}") };
        Self { reason: "FieldValueRequired", field: field.into(), message }
    }

    pub(super) fn invalid(field: impl Into<String>, value: &impl serde::Serialize, detail: &str) -> Self {
        let value = serde_json::to_string(value).unwrap_or_default();
        Self { reason: "FieldValueInvalid", field: field.into(), message: format!("Invalid value: {value}: {detail}") }
    }

    pub(super) fn not_supported(field: impl Into<String>, value: &str, supported: &[&str]) -> Self {
        let supported: Vec<_> = supported.iter().map(|value| format!("{value:?}")).collect();
        let message = format!("Unsupported value: {value:?}: supported values: {}", supported.join(", "));
        Self { reason: "FieldValueNotSupported", field: field.into(), message }
    }

    pub(super) fn duplicate(field: impl Into<String>, value: &str) -> Self {
        let message = format!("Duplicate value: {value:?}");
        Self { reason: "FieldValueDuplicate", field: field.into(), message }
    }

    pub(super) fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        Self { reason: "FieldValueForbidden", field: field.into(), message: format!("Forbidden: {detail}") }
    }
}

impl Failure {
    pub(super) fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self::Status(Box::new(failure(code, reason, message)))
    }

    fn about(code: u16, reason: &str, message: String, resource: &Resource, name: &str) -> Self {
        let mut status = failure(code, reason, message);
        status.details = Some(details(resource.plural, resource.group, name));
        Self::Status(Box::new(status))
    }

    /// The path means nothing.
    pub(super) fn no_such_path() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource")
    }

    pub(super) fn not_found(resource: &Resource, name: &str) -> Self {
        let message = format!("{} {name:?} not found", resource.qualified());
        Self::about(404, "NotFound", message, resource, name)
    }

    pub(super) fn already_exists(resource: &Resource, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", resource.qualified());
        Self::about(409, "AlreadyExists", message, resource, name)
    }

    /// The object was changed since the client read it.
    pub(super) fn modified(resource: &Resource, name: &str) -> Self {
        let detail = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(resource, name, detail)
    }

    pub(super) fn conflict(resource: &Resource, name: &str, detail: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {detail}", resource.qualified());
        Self::about(409, "Conflict", message, resource, name)
    }

    /// Server-side apply met fields that others have set: who, and where.
    pub(super) fn apply_conflict(message: String, causes: Vec<(String, String)>) -> Self {
        let mut status = failure(409, "Conflict", message);
        let cause = |(manager, field): (String, String)| StatusCause {
            reason: Some("FieldManagerConflict".to_owned()),
            message: Some(format!("conflict with {manager}")),
            field: Some(field),
        };
        let causes = causes.into_iter().map(cause).collect();
        status.details = Some(StatusDetails { causes: Some(causes), ..StatusDetails::default() });
        Self::Status(Box::new(status))
    }

    pub(super) fn forbidden(resource: &Resource, name: &str, detail: &str) -> Self {
        let message = format!("{} {name:?} is forbidden: {detail}", resource.qualified());
        Self::about(403, "Forbidden", message, resource, name)
    }

    /// The caller may not do it: to an object, or to all of a kind.
    pub(super) fn forbidden_at(resource: &Resource, name: Option<&str>, detail: &str) -> Self {
        if let Some(name) = name {
            return Self::forbidden(resource, name, detail);
        }
        let message = format!("{} is forbidden: {detail}", resource.qualified());
        Self::about(403, "Forbidden", message, resource, "")
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    pub(super) fn unsupported_media_type(accepted: &str) -> Self {
        let message =
            format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
        Self::new(415, "UnsupportedMediaType", message)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::entity_too_large(&format!("limit is {limit}"))
    }

    /// The request asks for more than a request may (`NewRequestEntityTooLargeError`).
    pub(super) fn entity_too_large(what: &str) -> Self {
        Self::new(413, "RequestEntityTooLarge", format!("Request entity too large: {what}"))
    }

    /// The object is larger than etcd stores, in the words in which API servers hand that on
    /// (github.com/kubernetes/kubernetes/issues/74600).
    pub(super) fn object_too_large() -> Self {
        Self::without_reason("etcdserver: request is too large".to_owned())
    }

    /// The cluster holds as much as it may, in the words of an etcd that does
    /// (github.com/etcd-io/etcd, `ErrNoSpace`).
    pub(super) fn no_space() -> Self {
        Self::without_reason("etcdserver: mvcc: database space exceeded".to_owned())
    }

    /// The admission webhook could not answer.
    pub(super) fn webhook_failed(why: &str) -> Self {
        let message = format!("Internal error occurred: failed calling webhook {WEBHOOK:?}: {why}");
        Self::new(500, "InternalError", message)
    }

    /// A list of what is applied names an element twice, which structured-merge-diff does not take.
    pub(super) fn duplicate_entries(list: &str) -> Self {
        Self::without_reason(format!("failed to create typed patch object: .{list}: duplicate entries for key"))
    }

    /// An error of the server's own parts, which API servers hand on as it is.
    fn without_reason(message: String) -> Self {
        let mut status = failure(500, "", message);
        status.reason = None;
        Self::Status(Box::new(status))
    }

    /// The object has faults; there must be at least one.
    pub(super) fn invalid(resource: &Resource, name: &str, errors: Vec<FieldError>) -> Self {
        let texts: Vec<_> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        let text = if texts.len() == 1 { texts.concat() } else { format!("[{}]", texts.join(", ")) };
        let message = format!("{} {name:?} is invalid: {text}", resource.qualified_kind());
        let mut status = failure(422, "Invalid", message);
        let causes = errors.into_iter().map(|error| StatusCause {
            reason: Some(error.reason.to_owned()),
            message: Some(error.message),
            field: Some(error.field),
        });
        let mut details = details(resource.kind_name, resource.group, name);
        details.causes = Some(causes.collect());
        status.details = Some(details);
        Self::Status(Box::new(status))
    }

    fn into_status(self) -> Status {
        match self {
            Self::Status(status) | Self::Denied(status) => *status,
            Self::Store(error) => failure(500, "InternalError", format!("Internal error occurred: {error}")),
        }
    }
}

fn details(kind: &str, group: &str, name: &str) -> StatusDetails {
    StatusDetails {
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        group: Some(group.to_owned()).filter(|group| !group.is_empty()),
        kind: Some(kind.to_owned()),
        ..StatusDetails::default()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.into_status();
        let code = status.code.and_then(|code| u16::try_from(code).ok());
        let code = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (code, Json(status)).into_response()
    }
}
