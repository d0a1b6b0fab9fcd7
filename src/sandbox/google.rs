//! The Google APIs of the sandbox, each on its own host, and all of them on one for clients whose
//! endpoints are overridden (`CLOUDSDK_API_ENDPOINT_OVERRIDES_…`): their paths do not collide.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Collected, LengthLimitError};

use super::access;
use super::blocking::blocking;
use super::clients::Clients;
use super::decode::{self, Params};
use super::error::ApiError;
use super::kms::{self, Vault};
use super::people::Person;
use super::request::address::Address;
use super::request::{ApiRequest, Decoded};
use super::route::table::{Found, Table};
use super::route::{self, BodyKind, Needs, Route};
use super::state::State;
use super::store::StoreError;
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

/// The routes of all APIs.
#[derive(Debug)]
pub(super) struct Google {
    state: State,
    resource_manager: Table,
    service_usage: Table,
    kubernetes_engine: Table,
    logging: Table,
    kms: Table,
    artifact_registry: Table,
    container_analysis: Table,
    binary_authorization: Table,
    all: Table,
    unknown: Table,
}

impl Google {
    pub(super) fn new(state: &State, vault: Vault, addr: SocketAddr, authority_pem: &str, clients: Clients) -> Self {
        let resource_manager = route::with_state(projects::rows(), state);
        let service_usage = route::with_state(services::rows(), state);
        let operations = route::with_state(operations::rows(), state);
        let kubernetes_engine = container::bound_rows(state.clone(), addr, authority_pem, clients);
        let logging = route::with_state(logging::rows(), state);
        let kms = kms::bound_rows(state.clone(), vault);
        let artifact_registry = route::with_state(artifact_registry::rows(), state);
        let container_analysis = route::with_state(container_analysis::rows(), state);
        let binary_authorization = binary_authorization::bound_rows(state.clone());
        // Artifact Registry's operations before those of Kubernetes Engine, which take every name.
        let apis = [
            &resource_manager,
            &service_usage,
            &operations,
            &artifact_registry,
            &kubernetes_engine,
            &logging,
            &kms,
            &container_analysis,
            &binary_authorization,
        ];
        let all = Table::new(apis.into_iter().flatten().cloned());
        Self {
            state: state.clone(),
            resource_manager: Table::new(resource_manager.into_iter().chain(operations.clone())),
            service_usage: Table::new(service_usage.into_iter().chain(operations)),
            kubernetes_engine: Table::new(kubernetes_engine),
            logging: Table::new(logging),
            kms: Table::new(kms),
            artifact_registry: Table::new(artifact_registry),
            container_analysis: Table::new(container_analysis),
            binary_authorization: Table::new(binary_authorization),
            all,
            unknown: Table::default(),
        }
    }

    fn table(&self, api: GoogleApi) -> &Table {
        match api {
            GoogleApi::ResourceManager => &self.resource_manager,
            GoogleApi::ServiceUsage => &self.service_usage,
            GoogleApi::All => &self.all,
            GoogleApi::KubernetesEngine => &self.kubernetes_engine,
            GoogleApi::Logging => &self.logging,
            GoogleApi::Kms => &self.kms,
            GoogleApi::ArtifactRegistry => &self.artifact_registry,
            GoogleApi::ContainerAnalysis => &self.container_analysis,
            GoogleApi::BinaryAuthorization => &self.binary_authorization,
            GoogleApi::Unknown => &self.unknown,
        }
    }

    /// Answers a request of this person: the one way to every method, by its route and what that needs.
    pub(super) async fn answer(&self, api: GoogleApi, caller: &'static Person, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let address = Address::parse(parts.uri.path());
        let Some(found) = address.and_then(|address| self.table(api).find(parts.method.as_str(), address)) else {
            return no_method(&parts).into_response();
        };
        let Found { row, version, segments, names } = found;
        let params = match Params::read(&parts.uri) {
            Ok(params) => params,
            Err(error) => return error.into_response(),
        };
        let request = ApiRequest { version, segments, names, params, body: Decoded::Nothing, caller };
        match self.admitted(&row.route, request, body).await {
            Ok(request) if row.route.needs == Needs::Visible => {
                access::cut_projects(&self.state, caller, row.answer(request).await).await
            }
            Ok(request) => row.answer(request).await,
            Err(error) => error.into_response(),
        }
    }

    /// The request with its body, if the caller may make it. Who may not by the path is not listened to any
    /// further.
    async fn admitted(&self, route: &Route, mut request: ApiRequest, body: Body) -> Result<ApiRequest, ApiError> {
        access::check_path(&self.state, route, &request).await?;
        request.body = decoded(route.body, body).await?;
        access::check_body(&self.state, route, &mut request).await?;
        Ok(request)
    }
}

/// What a body says, by what its route's is.
async fn decoded(kind: BodyKind, body: Body) -> Result<Decoded, ApiError> {
    match kind {
        BodyKind::Nothing => Ok(Decoded::Nothing),
        BodyKind::Message(message, at) => decode::value(&whole(body).await?, message, at).map(Decoded::Message),
        BodyKind::Document(read) => {
            let bytes = whole(body).await?;
            // A long policy takes milliseconds to read: not on a thread that serves others.
            blocking(move || read(&bytes)).await.map_err(StoreError::from)?
        }
    }
}

/// All of a body, which was limited where it came in.
async fn whole(body: Body) -> Result<Bytes, ApiError> {
    body.collect().await.map(Collected::to_bytes).map_err(|error| {
        let error = error.into_inner();
        if error.is::<LengthLimitError>() {
            ApiError::too_large()
        } else {
            ApiError::invalid(format!("The body of the request broke off: {error}."))
        }
    })
}

/// What is no method of the API. The services themselves answer with a page of HTML.
fn no_method(parts: &Parts) -> ApiError {
    ApiError::new(Code::NotFound, format!("The sandbox has no method {} {}.", parts.method, parts.uri.path()))
}
