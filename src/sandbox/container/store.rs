//! Clusters and their operations as they are stored.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use crate::cluster_version::GIT_VERSION;
use crate::state::{ClusterId, rfc3339};
use wire::container::{
    BinaryAuthorization, Cluster, ControlPlaneEndpointsConfig, DnsEndpointConfig, MasterAuth, NodeConfig, NodePool,
    Operation,
};

/// The tables of clusters; times are milliseconds since 1970.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE clusters (
        place INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        location TEXT NOT NULL,
        name TEXT NOT NULL,
        dns_endpoint TEXT NOT NULL UNIQUE,
        node_count INTEGER NOT NULL,
        create_time INTEGER NOT NULL,
        running_time INTEGER NOT NULL,
        -- JSON; none where the request said nothing.
        binary_authorization TEXT,
        UNIQUE (project, location, name)
    ) STRICT;
    CREATE TABLE cluster_operations (
        name TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        project TEXT NOT NULL,
        location TEXT NOT NULL,
        cluster TEXT NOT NULL,
        start_time INTEGER NOT NULL,
        end_time INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// The version of all clusters, which their API servers report as well.
fn version() -> String {
    GIT_VERSION.trim_start_matches('v').to_owned()
}

/// A cluster and the name of its API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterAddress {
    pub id: ClusterId,
    /// `gke-….LOCATION.gke.goog`.
    pub dns_endpoint: String,
}

const MACHINE_TYPE: &str = "e2-medium";
/// What every project has, and its subnets are called alike.
const NETWORK: &str = "default";

#[derive(Debug)]
pub(super) struct StoredCluster {
    pub(super) id: ClusterId,
    pub(super) dns_endpoint: String,
    pub(super) node_count: u32,
    pub(super) create_time: Timestamp,
    pub(super) running_time: Timestamp,
    pub(super) binary_authorization: Option<BinaryAuthorization>,
}

const COLUMNS: &str =
    "SELECT project, location, name, dns_endpoint, node_count, create_time, running_time, binary_authorization
     FROM clusters";

impl StoredCluster {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mode: Option<String> = row.get(7)?;
        Ok(Self {
            id: ClusterId { project: row.get(0)?, location: row.get(1)?, name: row.get(2)? },
            dns_endpoint: row.get(3)?,
            node_count: row.get(4)?,
            create_time: time(row, 5)?,
            running_time: time(row, 6)?,
            binary_authorization: mode.and_then(|mode| serde_json::from_str(&mode).ok()),
        })
    }

    /// As the API shows it at this time.
    pub(super) fn into_resource(self, now: Timestamp, endpoint: &str, authority: &str) -> Cluster {
        let status = if self.running_time > now { "PROVISIONING" } else { "RUNNING" };
        let pool = NodePool {
            name: "default-pool".to_owned(),
            initial_node_count: Some(self.node_count),
            config: Some(NodeConfig { machine_type: MACHINE_TYPE.to_owned() }),
            version: version(),
            status: status.to_owned(),
        };
        let dns_endpoint = DnsEndpointConfig { endpoint: self.dns_endpoint, allow_external_traffic: Some(true) };
        Cluster {
            self_link: format!("https://container.googleapis.com/v1/{}", link_path(&self.id)),
            name: self.id.name,
            zone: self.id.location.clone(),
            locations: vec![self.id.location.clone()],
            location: self.id.location,
            status: status.to_owned(),
            endpoint: endpoint.to_owned(),
            network: NETWORK.to_owned(),
            subnetwork: NETWORK.to_owned(),
            control_plane_endpoints_config: Some(ControlPlaneEndpointsConfig {
                dns_endpoint_config: Some(dns_endpoint),
            }),
            master_auth: Some(MasterAuth { cluster_ca_certificate: authority.to_owned(), ..MasterAuth::default() }),
            binary_authorization: self.binary_authorization,
            initial_cluster_version: version(),
            current_master_version: version(),
            current_node_version: version(),
            current_node_count: Some(self.node_count),
            initial_node_count: Some(self.node_count),
            node_pools: vec![pool],
            create_time: Some(self.create_time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()),
        }
    }
}

/// `projects/P/zones/Z/clusters/C`, or with `locations` for a region.
pub(super) fn link_path(id: &ClusterId) -> String {
    let (project, location, name) = (&id.project, &id.location, &id.name);
    format!("projects/{project}/{}/{location}/clusters/{name}", collection(location))
}

/// Zones have one part more than regions.
fn collection(location: &str) -> &'static str {
    if location.matches('-').count() > 1 { "zones" } else { "locations" }
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let stored: i64 = row.get(column)?;
    Timestamp::from_millisecond(stored).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Integer, error.into())
    })
}

pub(super) fn find(tx: &Transaction<'_>, id: &ClusterId) -> Result<Option<StoredCluster>, rusqlite::Error> {
    tx.prepare_cached(&format!("{COLUMNS} WHERE project = ?1 AND location = ?2 AND name = ?3"))?
        .query_row((&id.project, &id.location, &id.name), StoredCluster::from_row)
        .optional()
}

/// The clusters of a project in one location, or in all (`-`).
pub(super) fn list(tx: &Transaction<'_>, project: &str, location: &str) -> Result<Vec<StoredCluster>, rusqlite::Error> {
    let sql = format!("{COLUMNS} WHERE project = ?1 AND (?2 = '-' OR location = ?2) ORDER BY location, name");
    tx.prepare_cached(&sql)?.query_map((project, location), StoredCluster::from_row)?.collect()
}

pub(super) fn insert(tx: &Transaction<'_>, cluster: &StoredCluster) -> Result<(), rusqlite::Error> {
    tx.prepare_cached(
        "INSERT INTO clusters (project, location, name, dns_endpoint, node_count, create_time, running_time,
            binary_authorization) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        &cluster.id.project,
        &cluster.id.location,
        &cluster.id.name,
        &cluster.dns_endpoint,
        cluster.node_count,
        cluster.create_time.as_millisecond(),
        cluster.running_time.as_millisecond(),
        cluster.binary_authorization.as_ref().map(json),
    ))?;
    Ok(())
}

fn json(mode: &BinaryAuthorization) -> String {
    serde_json::to_string(mode).expect("plain fields become JSON")
}

pub(super) fn set_binary_authorization(
    tx: &Transaction<'_>,
    id: &ClusterId,
    mode: &BinaryAuthorization,
) -> Result<(), rusqlite::Error> {
    tx.prepare_cached(
        "UPDATE clusters SET binary_authorization = ?4 WHERE project = ?1 AND location = ?2 AND name = ?3",
    )?
    .execute((&id.project, &id.location, &id.name, json(mode)))?;
    Ok(())
}

pub(super) fn delete(tx: &Transaction<'_>, id: &ClusterId) -> Result<(), rusqlite::Error> {
    tx.prepare_cached("DELETE FROM clusters WHERE project = ?1 AND location = ?2 AND name = ?3")?.execute((
        &id.project,
        &id.location,
        &id.name,
    ))?;
    Ok(())
}

/// The cluster whose API server has this name.
fn by_dns_endpoint(tx: &Transaction<'_>, host: &str) -> Result<Option<ClusterId>, rusqlite::Error> {
    tx.prepare_cached(&format!("{COLUMNS} WHERE dns_endpoint = ?1"))?
        .query_row([host], |row| StoredCluster::from_row(row).map(|cluster| cluster.id))
        .optional()
}

/// The clusters of all projects, the oldest first.
pub(super) fn addresses(tx: &Transaction<'_>) -> Result<Vec<ClusterAddress>, rusqlite::Error> {
    let mut statement = tx.prepare_cached(&format!("{COLUMNS} ORDER BY place"))?;
    let address = |row: &Row<'_>| {
        let cluster = StoredCluster::from_row(row)?;
        Ok(ClusterAddress { id: cluster.id, dns_endpoint: cluster.dns_endpoint })
    };
    statement.query_map([], address)?.collect()
}

/// Which cluster a request to an API server is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meant {
    Cluster(ClusterId),
    /// No cluster has the name, or there is none at all.
    Nothing,
    /// The request names none, and there are this many.
    OneOf(usize),
}

impl Meant {
    /// The cluster whose API server has this name; where none is named, the only one of all projects.
    pub(crate) fn find(tx: &Transaction<'_>, host: Option<&str>) -> Result<Self, rusqlite::Error> {
        if let Some(host) = host {
            return Ok(by_dns_endpoint(tx, host)?.map_or(Self::Nothing, Self::Cluster));
        }
        let mut clusters = addresses(tx)?;
        Ok(match (clusters.pop(), clusters.len()) {
            (None, _) => Self::Nothing,
            (Some(only), 0) => Self::Cluster(only.id),
            (Some(_), others) => Self::OneOf(others + 1),
        })
    }
}

/// What is done with a cluster.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Create,
    Update,
    Delete,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE_CLUSTER",
            Self::Update => "UPDATE_CLUSTER",
            Self::Delete => "DELETE_CLUSTER",
        }
    }
}

#[derive(Debug)]
pub(super) struct StoredOperation {
    name: String,
    kind: String,
    cluster: ClusterId,
    start_time: Timestamp,
    end_time: Timestamp,
}

impl StoredOperation {
    pub(super) fn new(kind: Kind, cluster: ClusterId, start_time: Timestamp, end_time: Timestamp) -> Self {
        let name = format!("operation-{}-{}", start_time.as_millisecond(), uuid::Uuid::new_v4());
        Self { name, kind: kind.as_str().to_owned(), cluster, start_time, end_time }
    }

    pub(super) fn insert(&self, tx: &Transaction<'_>) -> Result<(), rusqlite::Error> {
        tx.prepare_cached(
            "INSERT INTO cluster_operations (name, kind, project, location, cluster, start_time, end_time)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            &self.name,
            &self.kind,
            &self.cluster.project,
            &self.cluster.location,
            &self.cluster.name,
            self.start_time.as_millisecond(),
            self.end_time.as_millisecond(),
        ))?;
        Ok(())
    }

    pub(super) fn find(
        tx: &Transaction<'_>,
        project: &str,
        location: &str,
        name: &str,
    ) -> Result<Option<Self>, rusqlite::Error> {
        let from_row = |row: &Row<'_>| {
            Ok(Self {
                name: row.get(0)?,
                kind: row.get(1)?,
                cluster: ClusterId { project: row.get(2)?, location: row.get(3)?, name: row.get(4)? },
                start_time: time(row, 5)?,
                end_time: time(row, 6)?,
            })
        };
        tx.prepare_cached(
            "SELECT name, kind, project, location, cluster, start_time, end_time FROM cluster_operations
             WHERE name = ?1 AND project = ?2 AND location = ?3",
        )?
        .query_row((name, project, location), from_row)
        .optional()
    }

    /// As the API shows it at this time; its links have the project's number.
    pub(super) fn into_resource(self, project_number: i64, now: Timestamp) -> Operation {
        let location = &self.cluster.location;
        let numbered = ClusterId { project: project_number.to_string(), ..self.cluster.clone() };
        let base = "https://container.googleapis.com/v1";
        let done = self.end_time <= now;
        Operation {
            self_link: format!(
                "{base}/projects/{project_number}/{}/{location}/operations/{}",
                collection(location),
                self.name
            ),
            target_link: format!("{base}/{}", link_path(&numbered)),
            zone: location.clone(),
            location: location.clone(),
            operation_type: self.kind,
            status: if done { "DONE" } else { "RUNNING" }.to_owned(),
            start_time: Some(rfc3339(self.start_time)),
            end_time: done.then(|| rfc3339(self.end_time)),
            name: self.name,
            error: None,
        }
    }
}
