//! What a request is for, by its host and its path, and how each area refuses.

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Json, Response};

use crate::error::ApiError;
use crate::google::GoogleApi;
use wire::kubernetes::failure;
use wire::registry::{ErrorBody, RegistryError};
use wire::status::Code;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Area {
    Google(GoogleApi),
    /// The registry of this host.
    Registry(String),
    /// The API server with this name; none: that of the only cluster.
    Kubernetes(Option<String>),
}

impl Area {
    /// What a path at a host is for.
    pub(super) fn from_request(host: &str, path: &str) -> Self {
        let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        if let Some(api) = GoogleApi::of_host(host) {
            return Self::Google(api);
        }
        if host.ends_with(".gke.goog") {
            return Self::Kubernetes(Some(host.to_owned()));
        }
        let first = path.split('/').nth(1).unwrap_or_default();
        match first {
            // Logging's version is the registry's as well.
            "v2" if local && path.starts_with("/v2/entries:") => Self::Google(GoogleApi::All),
            "v2" => Self::Registry(host.to_owned()),
            "api" | "apis" | "version" | "openapi" | "healthz" | "livez" | "readyz" if local => Self::Kubernetes(None),
            _ if local => Self::Google(GoogleApi::All),
            _ => Self::Google(GoogleApi::Unknown),
        }
    }

    /// The refusal of a request that no credentials would make right.
    pub(super) fn forbidden(&self, message: &str) -> Response {
        match self {
            Self::Google(_) => ApiError::new(Code::PermissionDenied, format!("{message}.")).into_response(),
            Self::Registry(_) => denied(format!("{message}.")),
            Self::Kubernetes(_) => status(403, "Forbidden", format!("{message}.")),
        }
    }

    /// The refusal of a request without the token, in the shape that the clients of this area read.
    pub(super) fn unauthorized(&self, host: &str) -> Response {
        const STATUS: StatusCode = StatusCode::UNAUTHORIZED;
        match self {
            Self::Google(_) => ApiError::new(
                Code::Unauthenticated,
                "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie \
                 or other valid authentication credential. See \
                 https://developers.google.com/identity/sign-in/web/devconsole-project.",
            )
            .into_response(),
            Self::Registry(_) => {
                let error = RegistryError {
                    code: "UNAUTHORIZED".to_owned(),
                    message: "You need the sandbox's token: `countersign sandbox env` says how.".to_owned(),
                    detail: None,
                };
                let challenge = format!("Bearer realm=\"https://{host}/v2/token\",service=\"{host}\"");
                let mut answer = (STATUS, Json(ErrorBody { errors: vec![error] })).into_response();
                // A host that is no header value got here by no client that reads this.
                if let Ok(challenge) = HeaderValue::from_str(&challenge) {
                    answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                }
                answer
                    .headers_mut()
                    .insert("Docker-Distribution-Api-Version", HeaderValue::from_static("registry/2.0"));
                answer
            }
            Self::Kubernetes(_) => status(401, "Unauthorized", "Unauthorized".to_owned()),
        }
    }
}

/// What a registry says to who may not.
pub(super) fn denied(message: String) -> Response {
    let error = RegistryError { code: "DENIED".to_owned(), message, detail: None };
    (StatusCode::FORBIDDEN, Json(ErrorBody { errors: vec![error] })).into_response()
}

/// A failure as API servers say it.
pub(super) fn status(code: u16, reason: &str, message: String) -> Response {
    let http = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (http, Json(failure(code, reason, message))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("gcr.io", "/v2/", Area::Registry("gcr.io".into()))]
    #[case("us-docker.pkg.dev", "/v2/p/r/i/manifests/x", Area::Registry("us-docker.pkg.dev".into()))]
    #[case("127.0.0.1", "/v2/token", Area::Registry("127.0.0.1".into()))]
    #[case("binaryauthorization.googleapis.com", "/v2/", Area::Google(GoogleApi::BinaryAuthorization))]
    #[case("gke-0123456789ab-1.us-central1-a.gke.goog", "/api", Area::Kubernetes(Some("gke-0123456789ab-1.us-central1-a.gke.goog".into())))]
    #[case("127.0.0.1", "/version", Area::Kubernetes(None))]
    #[case("localhost", "/v2/entries:list", Area::Google(GoogleApi::All))]
    #[case("localhost", "/v1/projects", Area::Google(GoogleApi::All))]
    #[case("example.com", "/api", Area::Google(GoogleApi::Unknown))]
    #[case("evilgoogleapis.com", "/v1/projects", Area::Google(GoogleApi::Unknown))]
    fn what_a_host_is_for(#[case] host: &str, #[case] path: &str, #[case] area: Area) {
        assert_eq!(Area::from_request(host, path), area);
    }
}
