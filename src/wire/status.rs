//! Errors in Google's JSON shape (AIP-193): `{"error": {"code", "message", "status", "details"}}`.

use serde::{Deserialize, Serialize};

/// The canonical codes that this API surface uses, each with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    InvalidArgument,
    FailedPrecondition,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    Aborted,
    ResourceExhausted,
    Internal,
    Unavailable,
}

impl Code {
    const ALL: [(Self, u16, &'static str); 10] = [
        (Self::InvalidArgument, 400, "INVALID_ARGUMENT"),
        (Self::FailedPrecondition, 400, "FAILED_PRECONDITION"),
        (Self::Unauthenticated, 401, "UNAUTHENTICATED"),
        (Self::PermissionDenied, 403, "PERMISSION_DENIED"),
        (Self::NotFound, 404, "NOT_FOUND"),
        (Self::AlreadyExists, 409, "ALREADY_EXISTS"),
        (Self::Aborted, 409, "ABORTED"),
        (Self::ResourceExhausted, 429, "RESOURCE_EXHAUSTED"),
        (Self::Internal, 500, "INTERNAL"),
        (Self::Unavailable, 503, "UNAVAILABLE"),
    ];

    /// The HTTP status that goes with the code (`google/rpc/code.proto`).
    pub fn http(self) -> u16 {
        Self::ALL.iter().find(|row| row.0 == self).map_or(500, |row| row.1)
    }

    /// The name in `google.rpc.Code`.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("INTERNAL", |row| row.2)
    }

    /// The code of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.2 == name).map(|row| row.0)
    }
}

/// The body of an error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: Status,
}

/// What went wrong with a request (`google.rpc.Status` with the HTTP code).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// What happened, for developers, in English.
    pub message: String,
    /// The name of a [`Code`].
    pub status: String,
    /// `google.rpc.ErrorInfo`, `BadRequest`, …, each with its `@type`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<serde_json::Value>,
}

impl Status {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code: code.http(), message: message.into(), status: code.as_str().to_owned(), details: Vec::new() }
    }
}
