//! Kubernetes Engine v1 and v1beta1: clusters, their Binary Authorization mode, and operations.
//!
//! Making a cluster takes a moment, so that what waits for it can be seen to wait: what is stored is
//! when it will be there, and what is answered follows from the time of the question.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::Json;
use jiff::Timestamp;
use rusqlite::Transaction;
use zeroize::Zeroizing;

use super::clients::Clients;
use super::error::ApiError;
use super::kubernetes;
use super::people::Person;
use super::request::{Body, Caller, Names};
use super::route::{self, BoundRow, Needs, Row};
use super::services::{self, KUBERNETES_ENGINE};
use super::state::{ClusterId, State};
use super::store::{Store, StoreError};
use requests::{NewCluster, decode_create, decode_update};
pub use store::ClusterAddress;
use store::{Kind, StoredCluster, StoredOperation};
pub(super) use store::{Meant, SCHEMA};
use wire::base64_bytes;
use wire::container::{ClientKey, Cluster, ClusterList, Operation};

mod requests;
mod store;

/// How long a cluster is being made.
const PROVISIONING: jiff::SignedDuration = jiff::SignedDuration::from_millis(300);

/// What the handlers need beside the store.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    state: State,
    /// `127.0.0.1:PORT`, where the API server of every cluster listens.
    endpoint: Arc<str>,
    /// Base64 of the authority's certificate, PEM.
    authority: Arc<str>,
    clients: Clients,
}

/// The routes of all versions, with their state.
pub(super) fn bound_rows(state: State, addr: SocketAddr, authority_pem: &str, clients: Clients) -> Vec<BoundRow> {
    let engine = Engine {
        state,
        endpoint: addr.to_string().into(),
        authority: base64_bytes::encode(authority_pem.as_bytes()).into(),
        clients,
    };
    route::with_state(rows(), &engine)
}

pub(super) fn rows() -> Vec<Row<Engine>> {
    // `zones` is the older spelling, which the links in the answers still use.
    let mut rows = rows_below(
        "projects/{project}/locations/{location}/clusters",
        "projects/{project}/locations/{location}/clusters/{cluster}",
        "projects/{project}/locations/{location}/operations/{operation}",
    );
    rows.extend(rows_below(
        "projects/{project}/zones/{location}/clusters",
        "projects/{project}/zones/{location}/clusters/{cluster}",
        "projects/{project}/zones/{location}/operations/{operation}",
    ));
    rows
}

fn rows_below(all: &'static str, one: &'static str, operation: &'static str) -> Vec<Row<Engine>> {
    const V: &[&str] = &["v1", "v1beta1"];
    // Grants are on projects: clusters have none of their own.
    let needs = |permission| Needs::On(permission, "projects/{project}");
    vec![
        route::get(V, all, needs("container.clusters.list")).by(list),
        route::post(V, all, needs("container.clusters.create")).body(&requests::CREATE, "").by(create),
        route::get(V, one, needs("container.clusters.get")).by(read),
        route::put(V, one, needs("container.clusters.update")).body(&requests::UPDATE, "").by(update),
        route::delete(V, one, needs("container.clusters.delete")).by(delete),
        route::get(V, operation, needs("container.operations.get")).by(read_operation),
    ]
}

/// The clusters of all projects, the oldest first.
pub async fn cluster_addresses(store: &Store) -> Result<Vec<ClusterAddress>, StoreError> {
    store.read(|tx| Ok(store::addresses(tx)?)).await
}

/// What admission has to know of a cluster, if it is there.
pub(super) fn find(tx: &Transaction<'_>, id: &ClusterId) -> Result<Option<Cluster>, StoreError> {
    let stored = store::find(tx, id)?;
    Ok(stored.map(|stored| Cluster {
        name: stored.id.name,
        location: stored.id.location,
        binary_authorization: stored.binary_authorization,
        ..Cluster::default()
    }))
}

impl Engine {
    fn resource(&self, stored: StoredCluster, now: Timestamp) -> Cluster {
        stored.into_resource(now, &self.endpoint, &self.authority)
    }

    /// With a client certificate that stands for who asks (`masterAuth.clientCertificate`). GKE makes one
    /// only where the cluster was made with `--issue-client-certificate`, for a user without rights.
    fn with_certificate(&self, mut cluster: Cluster, person: &Person) -> Cluster {
        if let (Some(auth), Some((certificate, key))) = (&mut cluster.master_auth, self.clients.client_of(person)) {
            auth.client_certificate = base64_bytes::encode(certificate.as_bytes());
            auth.client_key = Some(ClientKey::new(Zeroizing::new(base64_bytes::encode(key.as_bytes()))));
        }
        cluster
    }
}

async fn list(
    Shared(engine): Shared<Engine>,
    Names((project, location)): Names<(String, String)>,
) -> Result<Json<ClusterList>, ApiError> {
    let now = engine.state.clock.now();
    let read = move |tx: &Transaction<'_>| {
        let project = services::consumer(tx, &project, KUBERNETES_ENGINE)?;
        Ok::<_, ApiError>(store::list(tx, &project.id, &location)?)
    };
    let clusters = engine.state.store.read(read).await?;
    Ok(Json(ClusterList { clusters: clusters.into_iter().map(|stored| engine.resource(stored, now)).collect() }))
}

async fn read(
    Shared(engine): Shared<Engine>,
    Names(path): Names<(String, String, String)>,
    Caller(person): Caller,
) -> Result<Json<Cluster>, ApiError> {
    let now = engine.state.clock.now();
    let stored = engine.state.store.read(move |tx| existing(tx, path)).await?;
    Ok(Json(engine.with_certificate(engine.resource(stored, now), person)))
}

/// The cluster at a path of project, location and name.
fn existing(
    tx: &Transaction<'_>,
    (project, location, name): (String, String, String),
) -> Result<StoredCluster, ApiError> {
    let project = services::consumer(tx, &project, KUBERNETES_ENGINE)?.id;
    let id = ClusterId { project, location, name };
    store::find(tx, &id)?.ok_or_else(|| requests::not_found(&id))
}

async fn create(
    Shared(engine): Shared<Engine>,
    Names((project, location)): Names<(String, String)>,
    body: Body,
) -> Result<Json<Operation>, ApiError> {
    requests::check_location(&location)?;
    let wanted = decode_create(&body.value())?;
    let now = engine.state.clock.now();
    engine.state.store.write(move |tx| create_in(tx, &project, location, wanted, now)).await.map(Json)
}

fn create_in(
    tx: &Transaction<'_>,
    project: &str,
    location: String,
    wanted: NewCluster,
    now: Timestamp,
) -> Result<Operation, ApiError> {
    let project = services::consumer(tx, project, KUBERNETES_ENGINE)?;
    let id = ClusterId { project: project.id, location, name: wanted.name };
    if store::find(tx, &id)?.is_some() {
        return Err(requests::already_exists(&id));
    }
    let hex: String = uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
    let cluster = StoredCluster {
        dns_endpoint: format!("gke-{hex}-{}.{}.gke.goog", project.number, id.location),
        id,
        node_count: wanted.node_count,
        create_time: now,
        running_time: now + PROVISIONING,
        binary_authorization: wanted.binary_authorization,
    };
    store::insert(tx, &cluster)?;
    let operation = StoredOperation::new(Kind::Create, cluster.id, now, cluster.running_time);
    operation.insert(tx)?;
    Ok(operation.into_resource(project.number, now))
}

async fn update(
    Shared(engine): Shared<Engine>,
    Names(path): Names<(String, String, String)>,
    body: Body,
) -> Result<Json<Operation>, ApiError> {
    let wanted = decode_update(&body.value())?;
    let now = engine.state.clock.now();
    let write = move |tx: &Transaction<'_>| {
        let cluster = settled(tx, path, now)?;
        store::set_binary_authorization(tx, &cluster.id, &wanted)?;
        at_once(tx, Kind::Update, cluster.id, now)
    };
    engine.state.store.write(write).await.map(Json)
}

async fn delete(
    Shared(engine): Shared<Engine>,
    Names(path): Names<(String, String, String)>,
) -> Result<Json<Operation>, ApiError> {
    let now = engine.state.clock.now();
    let write = move |tx: &Transaction<'_>| {
        let cluster = settled(tx, path, now)?;
        store::delete(tx, &cluster.id)?;
        kubernetes::delete_cluster(tx, &cluster.id)?;
        at_once(tx, Kind::Delete, cluster.id, now)
    };
    engine.state.store.write(write).await.map(Json)
}

/// The cluster, if nothing is being done with it.
fn settled(tx: &Transaction<'_>, path: (String, String, String), now: Timestamp) -> Result<StoredCluster, ApiError> {
    let cluster = existing(tx, path)?;
    if cluster.running_time > now {
        return Err(requests::incompatible_operation(&cluster.id));
    }
    Ok(cluster)
}

/// An operation that is over as soon as it began.
fn at_once(tx: &Transaction<'_>, kind: Kind, id: ClusterId, now: Timestamp) -> Result<Operation, ApiError> {
    let project = services::consumer(tx, &id.project, KUBERNETES_ENGINE)?;
    let operation = StoredOperation::new(kind, id, now, now);
    operation.insert(tx)?;
    Ok(operation.into_resource(project.number, now))
}

async fn read_operation(
    Shared(engine): Shared<Engine>,
    Names((project, location, name)): Names<(String, String, String)>,
) -> Result<Json<Operation>, ApiError> {
    let now = engine.state.clock.now();
    let read = move |tx: &Transaction<'_>| {
        let project = services::consumer(tx, &project, KUBERNETES_ENGINE)?;
        let found = StoredOperation::find(tx, &project.id, &location, &name)?;
        let operation = found.ok_or_else(|| requests::operation_not_found(&project.id, &location, &name))?;
        Ok::<_, ApiError>(operation.into_resource(project.number, now))
    };
    engine.state.store.read(read).await.map(Json)
}
