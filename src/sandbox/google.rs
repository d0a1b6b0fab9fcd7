//! The Google APIs of the sandbox, each on its own host, and all of them on one for clients whose
//! endpoints are overridden (`CLOUDSDK_API_ENDPOINT_OVERRIDES_…`): their paths do not collide.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use tower_service::Service as _;

use super::clients::Clients;
use super::error::ApiError;
use super::kms::{self, Vault};
use super::state::State;
use super::{
    artifact_registry, binary_authorization, container, container_analysis, logging, operations, projects, services,
};
use wire::status::Code;

/// One API, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GoogleApi {
    BinaryAuthorization,
    ContainerAnalysis,
    ResourceManager,
    ServiceUsage,
    KubernetesEngine,
    Logging,
    Kms,
    ArtifactRegistry,
    /// All by path, for overridden endpoints.
    All,
    /// A host that the sandbox does not stand for.
    Unknown,
}

impl GoogleApi {
    const HOSTS: [(&str, Self); 8] = [
        ("binaryauthorization.googleapis.com", Self::BinaryAuthorization),
        ("containeranalysis.googleapis.com", Self::ContainerAnalysis),
        ("cloudresourcemanager.googleapis.com", Self::ResourceManager),
        ("serviceusage.googleapis.com", Self::ServiceUsage),
        ("container.googleapis.com", Self::KubernetesEngine),
        ("logging.googleapis.com", Self::Logging),
        ("cloudkms.googleapis.com", Self::Kms),
        ("artifactregistry.googleapis.com", Self::ArtifactRegistry),
    ];

    /// The hosts of the APIs.
    pub(super) fn hosts() -> impl Iterator<Item = &'static str> {
        Self::HOSTS.iter().map(|(host, _)| *host)
    }

    /// The API of this host; [`Self::Unknown`] for others of Google's.
    pub(super) fn of_host(host: &str) -> Option<Self> {
        let known = Self::HOSTS.iter().find(|(name, _)| *name == host).map(|(_, api)| *api);
        known.or_else(|| host.ends_with(".googleapis.com").then_some(Self::Unknown))
    }
}

/// The routers of all APIs.
#[derive(Debug)]
pub(super) struct Google {
    resource_manager: Router,
    service_usage: Router,
    kubernetes_engine: Router,
    logging: Router,
    kms: Router,
    artifact_registry: Router,
    container_analysis: Router,
    binary_authorization: Router,
    all: Router,
    unknown: Router,
}

impl Google {
    pub(super) fn new(state: &State, vault: Vault, addr: SocketAddr, authority_pem: &str, clients: Clients) -> Self {
        let resource_manager = projects::router(state.clone());
        let service_usage = services::router(state.clone());
        let kubernetes_engine = container::router(state.clone(), addr, authority_pem, clients);
        let container_analysis = container_analysis::router(state.clone());
        let binary_authorization = binary_authorization::router(state);
        let logging = logging::router(state.clone());
        let artifact_registry = artifact_registry::router(state.clone());
        let kms = kms::router(state.clone(), vault);
        let operations = operations::router(state.clone());
        let all = resource_manager
            .clone()
            .merge(service_usage.clone())
            .merge(kubernetes_engine.clone())
            .merge(logging.clone())
            .merge(kms.clone())
            .merge(artifact_registry.clone())
            .merge(container_analysis.clone())
            .merge(binary_authorization.clone())
            .merge(operations.clone());
        Self {
            resource_manager: finish(resource_manager.merge(operations.clone())),
            service_usage: finish(service_usage.merge(operations)),
            kubernetes_engine: finish(kubernetes_engine),
            logging: finish(logging),
            kms: finish(kms),
            artifact_registry: finish(artifact_registry.merge(artifact_registry::operations(state.clone()))),
            container_analysis: finish(container_analysis),
            binary_authorization: finish(binary_authorization),
            all: finish(all),
            unknown: finish(Router::new()),
        }
    }

    pub(super) async fn answer(&self, api: GoogleApi, mut request: Request) -> Response {
        let router = match api {
            GoogleApi::ResourceManager => &self.resource_manager,
            GoogleApi::ServiceUsage => &self.service_usage,
            GoogleApi::All if artifact_registry::is_operation(request.uri().path()) => &self.artifact_registry,
            GoogleApi::All => &self.all,
            GoogleApi::KubernetesEngine => &self.kubernetes_engine,
            GoogleApi::Logging => &self.logging,
            GoogleApi::Kms => &self.kms,
            GoogleApi::ArtifactRegistry => &self.artifact_registry,
            GoogleApi::ContainerAnalysis => &self.container_analysis,
            GoogleApi::BinaryAuthorization => &self.binary_authorization,
            GoogleApi::Unknown => &self.unknown,
        };
        if let Some(uri) = routable(request.uri()) {
            *request.uri_mut() = uri;
        }
        let Ok(answer) = router.clone().call(request).await;
        // What cuts a body off says so in plain text.
        if answer.status() == StatusCode::PAYLOAD_TOO_LARGE { ApiError::too_large().into_response() } else { answer }
    }
}

/// What all APIs have in common. The body's limit is set where requests come in.
fn finish(router: Router) -> Router {
    router.fallback(no_method).method_not_allowed_fallback(no_method).layer(DefaultBodyLimit::disable())
}

/// What is no method of the API. The services themselves answer with a page of HTML.
async fn no_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    ApiError::new(Code::NotFound, format!("The sandbox has no method {method} {path}.")).into_response()
}

/// The custom methods of the served APIs (AIP-136).
const VERBS: &[&str] = &[
    "asymmetricSign",
    "batchCreate",
    "batchEnable",
    "batchGet",
    "destroy",
    "disable",
    "enable",
    "evaluate",
    "getAncestry",
    "getIamPolicy",
    "list",
    "restore",
    "setIamPolicy",
    "testIamPermissions",
    "undelete",
    "validateAttestationOccurrence",
    "vulnerabilitySummary",
];

/// The address in a form that a router can tell apart: a custom method becomes a segment of its own
/// (`…/notes/n:setIamPolicy` to `…/notes/n/@setIamPolicy`), and a slash at the end is taken off (the codelab posts to
/// `…/notes/?noteId=n`).
fn routable(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let verb = trimmed.rsplit_once(':').filter(|(_, verb)| VERBS.contains(verb));
    let path = match verb {
        Some((resource, verb)) => format!("{resource}/@{verb}"),
        None if trimmed.len() < path.len() => trimmed.to_owned(),
        None => return None,
    };
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("/v1/projects/p/notes/?noteId=n", "/v1/projects/p/notes?noteId=n")]
    #[case("/v1/projects/p/notes/n:setIamPolicy", "/v1/projects/p/notes/n/@setIamPolicy")]
    #[case("/v1/projects/p/policy:getIamPolicy?a=b:c", "/v1/projects/p/policy/@getIamPolicy?a=b:c")]
    #[case("/v1/projects/example.com:lab-1", "/v1/projects/example.com:lab-1")]
    #[case("/", "/")]
    fn addresses_become_routable(#[case] from: &str, #[case] to: &str) {
        let uri: Uri = from.parse().unwrap();
        assert_eq!(routable(&uri).unwrap_or(uri).to_string(), to);
    }
}
