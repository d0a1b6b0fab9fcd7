//! The Google APIs of the sandbox, each on its own host, and all of them on one for clients whose
//! endpoints are overridden (`CLOUDSDK_API_ENDPOINT_OVERRIDES_…`): their paths do not collide.

use std::borrow::Cow;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
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

    /// Answers a request whose address is [`routable`].
    pub(super) async fn answer(&self, api: GoogleApi, request: Request) -> Response {
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
pub(super) async fn no_method(request: Request) -> Response {
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

/// The address in a form that access rules and routers read alike: each segment percent-decoded once and
/// written in one way, a custom method in a segment of its own (`…/notes/n:setIamPolicy` to
/// `…/notes/n/@setIamPolicy`), and without a slash at the end (the codelab posts to `…/notes/?noteId=n`).
/// None where no resource is named so: an escape that is none, dots, nothing between two slashes, or a
/// segment that begins as custom methods do here.
pub(super) fn routable(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let (path, verb) = match path.rsplit_once(':').filter(|(_, verb)| VERBS.contains(verb)) {
        Some((path, verb)) => (path, Some(verb)),
        None => (path, None),
    };
    let mut written = String::with_capacity(uri.path().len() + 2);
    for segment in path.split('/') {
        written.push('/');
        if !(path.is_empty() && verb.is_none()) {
            written.extend(utf8_percent_encode(&decoded(segment)?, ESCAPED));
        }
    }
    if let Some(verb) = verb {
        written.extend(["/@", verb]);
    }
    if let Some(query) = uri.query() {
        written.extend(["?", query]);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(written).ok()?);
    Uri::from_parts(parts).ok()
}

/// What is escaped in a decoded segment: all that a router could take for something else.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':').remove(b'@');

/// A segment as it is meant. What still holds a percent sign was encoded twice, or not at all.
fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    let is_name = !matches!(&*text, "" | "." | "..") && !text.starts_with('@');
    (is_name && !text.contains(|c: char| c == '%' || c.is_control())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("/v1/projects/p/notes/?noteId=n", "/v1/projects/p/notes?noteId=n")]
    #[case("/v1/projects/p/notes/n:setIamPolicy", "/v1/projects/p/notes/n/@setIamPolicy")]
    #[case("/v1/projects/p/policy:getIamPolicy?a=b:c", "/v1/projects/p/policy/@getIamPolicy?a=b:c")]
    #[case("/v1/projects/example.com:lab-1", "/v1/projects/example.com:lab-1")]
    #[case("/v1/projects/example.com:lab-1:setIamPolicy", "/v1/projects/example.com:lab-1/@setIamPolicy")]
    #[case("/v1/%70rojects/%50/notes", "/v1/projects/P/notes")]
    #[case("/v1/p/packages/team%2fapp", "/v1/p/packages/team%2Fapp")]
    #[case("/v1/p/team%2Fapp@sha256%3Aab", "/v1/p/team%2Fapp@sha256:ab")]
    #[case("/", "/")]
    fn addresses_become_routable(#[case] from: &str, #[case] to: &str) {
        let uri: Uri = from.parse().unwrap();
        assert_eq!(routable(&uri).map(|uri| uri.to_string()).as_deref(), Some(to));
    }

    #[rstest::rstest]
    #[case("/v1/projects/p/notes/n/@setIamPolicy")]
    #[case("/v1/projects/p/notes/n/%40setIamPolicy")]
    #[case("/v1/projects/%2570")]
    #[case("/v1/projects/%zz")]
    #[case("/v1/projects/p%00")]
    #[case("/v1//projects/p")]
    #[case("/v1/projects/p/../q")]
    #[case("/v1/projects/p/%2e%2E/q")]
    #[case("/v1/projects/:setIamPolicy")]
    fn addresses_of_nothing(#[case] from: &str) {
        let uri: Uri = from.parse().unwrap();
        assert_eq!(routable(&uri), None);
    }
}
