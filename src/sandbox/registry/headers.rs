//! Header fields of the distribution-spec.

use axum::http::{HeaderName, HeaderValue};

pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
pub(super) const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");
pub(super) const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// `Range: 0-END` of an upload that has `size` bytes. With none it is `0-0`, as in every registry:
/// the form cannot say less.
pub(super) fn range_so_far(size: u64) -> HeaderValue {
    let text = format!("0-{}", size.saturating_sub(1));
    HeaderValue::try_from(text).expect("digits and a hyphen are a header value")
}
