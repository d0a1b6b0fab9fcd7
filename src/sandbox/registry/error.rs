//! Failures in the distribution-spec's shape: `{"errors": [{"code", "message", "detail"}]}`.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RANGE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::headers::range_so_far;
use crate::store::StoreError;
use domain::image::Digest;
use wire::registry::{ErrorBody, RegistryError};

/// Why a request to the registry failed. The codes are those of distribution-spec 1.1, "Error
/// Codes", and, where gcr.io has its own, gcr.io's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the registry has no such path: it serves /v2/ as distribution-spec 1.1 says")]
    NoSuchPath,
    #[error("the operation is unsupported: {0}")]
    Unsupported(String),
    #[error("invalid repository name {0:?}: path components of a-z, 0-9 and single . _ - between them")]
    NameInvalid(String),
    #[error("repository name {0:?} not known to registry")]
    NameUnknown(String),
    #[error("Repository {0:?} not found")]
    NoRepository(String),
    #[error("manifest tag {0:?} is invalid: up to 128 of A-Z a-z 0-9 _ . -, not starting with . or -")]
    TagInvalid(String),
    #[error("Failed to fetch {0:?}")]
    ManifestUnknown(String),
    #[error("the manifest is of type {0}, and the accept header does not support that")]
    ManifestNotAcceptable(String),
    #[error("manifest invalid: {0}")]
    ManifestInvalid(String),
    #[error("blob unknown to registry")]
    ManifestBlobUnknown(Vec<Digest>),
    #[error("Manifest is still referenced by tag: {0}")]
    DanglingTag(String),
    #[error("Manifest is still referenced by parent image: {0}")]
    DanglingParent(Digest),
    #[error("blob unknown to registry: {0}")]
    BlobUnknown(Digest),
    #[error("blob {0} is still referenced by a manifest of this repository")]
    BlobInUse(Digest),
    #[error("the requested range is not within the blob's {size} bytes")]
    RangeNotSatisfiable { size: u64 },
    #[error("blob upload unknown to registry: it was never started, finished, or expired")]
    UploadUnknown,
    #[error("blob upload invalid: it continues at byte {next}")]
    UploadRange { next: u64 },
    #[error("blob upload invalid: {0}")]
    UploadInvalid(String),
    #[error("{0:?} is not a digest: it must be `sha256:` and 64 lower-case hexadecimal digits")]
    DigestInvalid(String),
    #[error("provided digest {expected} did not match uploaded content {found}")]
    DigestMismatch { expected: Digest, found: Digest },
    #[error("too large: {what} may have at most {max} bytes")]
    TooLarge { what: &'static str, max: u64 },
    #[error("quota exceeded: {0}; delete some first")]
    QuotaExceeded(String),
    #[error("the number of results must be a whole number, not {0:?}")]
    PaginationInvalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Failure {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "UNSUPPORTED"),
            Self::Unsupported(_) => (StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED"),
            Self::NameInvalid(_) => (StatusCode::BAD_REQUEST, "NAME_INVALID"),
            Self::NameUnknown(_) | Self::NoRepository(_) => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
            Self::TagInvalid(_) => (StatusCode::BAD_REQUEST, "TAG_INVALID"),
            Self::ManifestUnknown(_) | Self::ManifestNotAcceptable(_) => (StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN"),
            Self::ManifestInvalid(_) => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
            Self::ManifestBlobUnknown(_) => (StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN"),
            Self::DanglingTag(_) => (StatusCode::BAD_REQUEST, "GOOGLE_MANIFEST_DANGLING_TAG"),
            Self::DanglingParent(_) => (StatusCode::BAD_REQUEST, "GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE"),
            Self::BlobUnknown(_) => (StatusCode::NOT_FOUND, "BLOB_UNKNOWN"),
            Self::BlobInUse(_) => (StatusCode::CONFLICT, "DENIED"),
            Self::RangeNotSatisfiable { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "RANGE_INVALID"),
            Self::UploadUnknown => (StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN"),
            Self::UploadRange { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID"),
            Self::UploadInvalid(_) => (StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID"),
            Self::DigestInvalid(_) | Self::DigestMismatch { .. } => (StatusCode::BAD_REQUEST, "DIGEST_INVALID"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID"),
            Self::QuotaExceeded(_) => (StatusCode::FORBIDDEN, "DENIED"),
            Self::PaginationInvalid(_) => (StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID"),
            Self::Store(_) => (StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN"),
        }
    }

    fn details(&self) -> Vec<Option<Value>> {
        match self {
            Self::ManifestBlobUnknown(missing) => {
                missing.iter().map(|digest| Some(json!({ "Digest": digest.as_str() }))).collect()
            }
            Self::NameUnknown(name) => vec![Some(json!({ "name": name }))],
            _ => vec![None],
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code) = self.kind();
        let message = self.to_string();
        let error = |detail| RegistryError { code: code.to_owned(), message: message.clone(), detail };
        let body = ErrorBody { errors: self.details().into_iter().map(error).collect() };
        let mut response = (status, Json(body)).into_response();
        if let Self::UploadRange { next } = self {
            response.headers_mut().insert(RANGE, range_so_far(next));
        }
        response
    }
}
