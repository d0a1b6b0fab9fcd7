//! Refusals that no API makes, each in the shape that the clients of the area read.

use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Json, Response};

use super::area::{Area, status};
use crate::error::ApiError;
use wire::registry::{ErrorBody, RegistryError};
use wire::status::Code;

/// Why a request is not handed on, or came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("The request is malformed: {0}")]
    Malformed(&'static str),
    #[error("Request entity too large: limit is {most}")]
    TooLarge { most: usize },
    #[error("The request's body came too slowly: send it again at once")]
    SlowBody,
    #[error("The request's body broke off: {0}")]
    BrokenBody(String),
    #[error("The sandbox did not answer in time: ask for less at once, or try again")]
    Late,
    #[error("Too many {0} of one person at once: end one first")]
    TooMany(&'static str),
    #[error("The sandbox failed to answer this request, and goes on; its log says where")]
    Panicked,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::BrokenBody(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SlowBody | Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer of an area.
    pub(super) fn answer(&self, area: &Area) -> Response {
        let mut answer = match area {
            Area::Google(_) => self.google(),
            Area::Registry(_) => self.registry(),
            Area::Kubernetes(_) => status(self.status().as_u16(), self.kubernetes_reason(), self.to_string()),
        };
        // What a request was cut off from must not be read as the next one.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        answer
    }

    fn google(&self) -> Response {
        let code = match self {
            Self::TooLarge { .. } => return ApiError::too_large().into_response(),
            Self::Malformed(_) | Self::BrokenBody(_) => Code::InvalidArgument,
            Self::SlowBody | Self::Late => Code::Aborted,
            Self::TooMany(_) => Code::ResourceExhausted,
            Self::Panicked => Code::Internal,
        };
        ApiError::with_http(self.status(), code, format!("{self}.")).into_response()
    }

    fn registry(&self) -> Response {
        let code = match self {
            Self::Malformed(_) | Self::BrokenBody(_) => "UNSUPPORTED",
            Self::TooLarge { .. } => "SIZE_INVALID",
            Self::TooMany(_) => "TOOMANYREQUESTS",
            Self::SlowBody | Self::Late | Self::Panicked => "UNKNOWN",
        };
        let error = RegistryError { code: code.to_owned(), message: self.to_string(), detail: None };
        (self.status(), Json(ErrorBody { errors: vec![error] })).into_response()
    }

    fn kubernetes_reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::BrokenBody(_) => "BadRequest",
            Self::TooLarge { .. } => "RequestEntityTooLarge",
            Self::SlowBody | Self::Late => "Timeout",
            Self::TooMany(_) => "TooManyRequests",
            Self::Panicked => "InternalError",
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::Value;

    use super::*;
    use crate::google::GoogleApi;

    async fn body(refusal: &Refusal, area: &Area) -> (u16, Value) {
        let answer = refusal.answer(area);
        let code = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (code, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn each_area_says_it_in_its_own_shape() {
        let (code, google) = body(&Refusal::TooMany("requests"), &Area::Google(GoogleApi::All)).await;
        assert_eq!((code, &google["error"]["status"]), (429, &"RESOURCE_EXHAUSTED".into()));
        let (code, registry) = body(&Refusal::Panicked, &Area::Registry("gcr.io".into())).await;
        assert_eq!((code, &registry["errors"][0]["code"]), (500, &"UNKNOWN".into()));
        let (code, kubernetes) = body(&Refusal::TooLarge { most: 3_145_728 }, &Area::Kubernetes(None)).await;
        assert_eq!((code, &kubernetes["reason"]), (413, &"RequestEntityTooLarge".into()));
        assert_eq!(kubernetes["message"], "Request entity too large: limit is 3145728");
    }
}
