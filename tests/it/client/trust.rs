//! Who is trusted, and who gets the token.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::routing::any;
use base64::Engine as _;
use countersign::client::{Client, Connection, Fault, Secret, TokenError, TokenSource};
use countersign::domain::name::ProjectId;
use countersign::wire::container::{Cluster, ControlPlaneEndpointsConfig, DnsEndpointConfig, MasterAuth};
use tokio::sync::Mutex;

use super::server::{Authority, Server, TOKEN, quick};

/// What a server was asked: host, path with query, and `Authorization`.
type Seen = Arc<Mutex<Vec<(String, String, String)>>>;

/// Answers everything with `body` and remembers the question.
async fn witness(body: &'static str) -> (Server, Seen) {
    let seen = Seen::default();
    let remember = Arc::clone(&seen);
    let handler = any(move |uri: Uri, headers: HeaderMap| async move {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let path = uri.path_and_query().unwrap().to_string();
        remember.lock().await.push((header("host"), path, header("authorization")));
        body
    });
    (Server::router(Router::new().fallback(handler)).await, seen)
}

fn project() -> ProjectId {
    "codelab-2018".parse().unwrap()
}

#[tokio::test]
async fn every_host_is_the_sandbox_and_gets_its_token() {
    let (server, seen) = witness("{}").await;
    let client = server.client();
    client.projects().await.unwrap();
    client.repositories("gcr.io").await.unwrap();
    let seen = seen.lock().await;
    let hosts: Vec<_> = seen.iter().map(|(host, _, _)| host.as_str()).collect();
    assert_eq!(hosts, ["cloudresourcemanager.googleapis.com", "gcr.io"]);
    assert!(seen.iter().all(|(_, _, auth)| *auth == format!("Bearer {TOKEN}")));
}

#[tokio::test]
async fn another_authority_is_not_trusted() {
    let (server, seen) = witness("{}").await;
    let connection = Connection::sandbox(server.address, Authority::new().pem, Secret::new(TOKEN));
    let error = Client::new(connection.with_limits(quick())).projects().await.unwrap_err();
    let Fault::Tls { host, reason } = &error.fault else { panic!("{error:?}") };
    assert_eq!(host, "cloudresourcemanager.googleapis.com");
    assert!(reason.contains("invalid peer certificate"), "{reason}");
    assert!(seen.lock().await.is_empty(), "no token before trust");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let (server, seen) = witness("{}").await;
    let error = server.client().repositories("other.example").await.unwrap_err();
    assert!(matches!(error.fault, Fault::Tls { .. }), "{error:?}");
    assert!(seen.lock().await.is_empty());
}

#[tokio::test]
async fn an_authority_that_is_none_is_told_of() {
    for pem in ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let connection = Connection::sandbox("127.0.0.1:9".parse().unwrap(), pem, Secret::new(TOKEN));
        let error = Client::new(connection).policy(&project()).await.unwrap_err();
        assert!(matches!(&error.fault, Fault::Request { .. }), "{pem:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_none_is_told_of_without_it() {
    let (server, seen) = witness("{}").await;
    let connection = Connection::sandbox(server.address, server.authority.clone(), Secret::new("line\nbreak"));
    let client = Client::new(connection);
    let error = client.policy(&project()).await.unwrap_err();
    assert!(matches!(&error.fault, Fault::Request { .. }), "{error:?}");
    assert!(!format!("{error:?} {error} {client:?}").contains("break"));
    assert!(seen.lock().await.is_empty());
}

#[tokio::test]
async fn a_cluster_by_its_dns_name() {
    let (server, seen) = witness(r#"{"items": []}"#).await;
    let dns_endpoint_config =
        DnsEndpointConfig { endpoint: "gke-1.us-central1-a.gke.goog".to_owned(), ..DnsEndpointConfig::default() };
    let cluster = Cluster {
        control_plane_endpoints_config: Some(ControlPlaneEndpointsConfig {
            dns_endpoint_config: Some(dns_endpoint_config),
        }),
        ..Cluster::default()
    };
    assert!(server.client().kubernetes(&cluster).unwrap().namespaces().await.unwrap().is_empty());
    let (host, path, auth) = seen.lock().await[0].clone();
    assert_eq!((host.as_str(), auth), ("gke-1.us-central1-a.gke.goog", format!("Bearer {TOKEN}")));
    assert_eq!(path, "/api/v1/namespaces?limit=500");
}

/// A cluster at this address whose authority is this PEM.
fn by_address(endpoint: String, pem: &str) -> Cluster {
    let cluster_ca_certificate = base64::engine::general_purpose::STANDARD.encode(pem);
    Cluster {
        endpoint,
        master_auth: Some(MasterAuth { cluster_ca_certificate, ..MasterAuth::default() }),
        ..Cluster::default()
    }
}

#[tokio::test]
async fn a_dns_name_that_is_closed_is_used_only_without_an_address() {
    let (server, seen) = witness(r#"{"items": []}"#).await;
    let (api, by_ip) = witness(r#"{"items": []}"#).await;
    let dns_endpoint_config =
        DnsEndpointConfig { endpoint: "gke-1.us-central1-a.gke.goog".to_owned(), allow_external_traffic: Some(false) };
    let mut cluster = by_address(api.address.to_string(), &api.authority);
    cluster.control_plane_endpoints_config =
        Some(ControlPlaneEndpointsConfig { dns_endpoint_config: Some(dns_endpoint_config) });
    server.client().kubernetes(&cluster).unwrap().namespaces().await.unwrap();
    assert_eq!((seen.lock().await.len(), by_ip.lock().await.len()), (0, 1));
    cluster.endpoint.clear();
    server.client().kubernetes(&cluster).unwrap().namespaces().await.unwrap();
    assert_eq!((seen.lock().await.len(), by_ip.lock().await.len()), (1, 1));
}

#[tokio::test]
async fn a_cluster_by_its_address_under_its_own_authority_alone() {
    let (google, _) = witness("{}").await;
    let (api, seen) = witness(r#"{"items": []}"#).await;
    let client = google.client();
    let right = client.kubernetes(&by_address(api.address.to_string(), &api.authority)).unwrap();
    assert!(right.namespaces().await.unwrap().is_empty());
    let wrong = client.kubernetes(&by_address(api.address.to_string(), &google.authority)).unwrap();
    assert!(matches!(wrong.namespaces().await.unwrap_err().fault, Fault::Tls { .. }));
    assert_eq!(seen.lock().await.len(), 1);
}

#[tokio::test]
async fn the_sandbox_never_dials_another_address() {
    let (server, _) = witness("{}").await;
    let client = server.client();
    let cluster = client.kubernetes(&by_address("192.0.2.1".to_owned(), &server.authority)).unwrap();
    let error = cluster.namespaces().await.unwrap_err();
    assert!(matches!(&error.fault, Fault::Request { reason } if reason.contains("192.0.2.1")), "{error:?}");
}

#[tokio::test]
async fn a_cluster_without_a_way_in_is_told_of() {
    let (server, _) = witness("{}").await;
    for cluster in [
        Cluster::default(),
        Cluster { endpoint: "127.0.0.1".to_owned(), ..Cluster::default() },
        by_address("127.0.0.1".to_owned(), ""),
        by_address("user@host/path".to_owned(), "x"),
    ] {
        let result = match server.client().kubernetes(&cluster) {
            Ok(api) => api.namespaces().await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert!(matches!(result.unwrap_err().fault, Fault::Request { .. }), "{cluster:?}");
    }
}

/// A login that gives these tokens one after the other, and then fails.
#[derive(Debug)]
struct Login(std::sync::Mutex<Vec<&'static str>>);

impl TokenSource for Login {
    fn token(&self) -> futures_util::future::BoxFuture<'_, Result<Secret, TokenError>> {
        let next = self.0.lock().unwrap().pop();
        let failed = TokenError { reason: "the login expired".to_owned(), hint: "gcloud auth login".to_owned() };
        Box::pin(async move { next.map(Secret::new).ok_or(failed) })
    }
}

#[tokio::test]
async fn the_cloud_asks_its_login_for_each_request() {
    let (api, seen) = witness(r#"{"items": []}"#).await;
    let login = Login(std::sync::Mutex::new(vec!["second", "first"]));
    let client = Client::new(Connection::cloud(Arc::new(login)).with_limits(quick()));
    let cluster = client.kubernetes(&by_address(api.address.to_string(), &api.authority)).unwrap();
    cluster.namespaces().await.unwrap();
    cluster.namespaces().await.unwrap();
    let error = cluster.namespaces().await.unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("gcloud auth login"));
    assert!(error.was_not_done() && error.to_string().ends_with("no access token: the login expired"), "{error}");
    let tokens: Vec<_> = seen.lock().await.iter().map(|(_, _, auth)| auth.clone()).collect();
    assert_eq!(tokens, ["Bearer first", "Bearer second"]);
}
