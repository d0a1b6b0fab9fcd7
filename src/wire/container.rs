//! Kubernetes Engine (container v1): clusters and their operations, as far as Binary Authorization
//! needs them.

use serde::{Deserialize, Serialize};

/// A cluster (`google.container.v1.Cluster`), as far as it is read here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cluster {
    /// Unique within its project and location.
    pub name: String,
    /// A zone or a region.
    pub location: String,
    /// Deprecated in the API, and still what gcloud prints.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zone: String,
    /// `PROVISIONING`, `RUNNING`, `RECONCILING`, `STOPPING`, `ERROR`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// `host[:port]` of the API server, by address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub endpoint: String,
    /// The VPC network, and the part of it in the cluster's region.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// The part of the network.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subnetwork: String,
    /// How the API server is reached beside its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_plane_endpoints_config: Option<ControlPlaneEndpointsConfig>,
    /// What a client trusts, and may show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_auth: Option<MasterAuth>,
    /// Whether the policy is enforced; none means not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary_authorization: Option<BinaryAuthorization>,
    /// The version that it was made with.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub initial_cluster_version: String,
    /// The version of the API server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_master_version: String,
    /// The version of the nodes; deprecated in the API, and still what gcloud prints.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_node_version: String,
    /// Nodes of all pools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_node_count: Option<u32>,
    /// Nodes that it was made with, per zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_node_count: Option<u32>,
    /// The nodes, by kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub node_pools: Vec<NodePool>,
    /// The zones of the nodes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<String>,
    /// When it was made (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// Its address as the server names it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub self_link: String,
}

/// Nodes of one kind; gcloud's tables show the first pool's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodePool {
    /// Unique within the cluster.
    pub name: String,
    /// Nodes that it was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_node_count: Option<u32>,
    /// What its nodes are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<NodeConfig>,
    /// The version of its nodes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// As for a cluster.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status: String,
}

/// What the nodes of a pool are (`NodeConfig`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeConfig {
    /// The type of the machines, for example `e2-medium`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub machine_type: String,
}

/// The ways to an API server (`ControlPlaneEndpointsConfig`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ControlPlaneEndpointsConfig {
    /// How the cluster is reached by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_endpoint_config: Option<DnsEndpointConfig>,
}

/// The API server by name (`gke-….LOCATION.gke.goog`), under a publicly trusted certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DnsEndpointConfig {
    /// `gke-….LOCATION.gke.goog`.
    pub endpoint: String,
    /// Whether the name works from outside of the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_external_traffic: Option<bool>,
}

/// What a client of the API server needs (`MasterAuth`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MasterAuth {
    /// Base64 of the PEM.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cluster_ca_certificate: String,
    /// Base64 of the PEM; a client authenticates with it to the API server. Only the sandbox writes it and
    /// its key: our client has no use for them and does not keep them.
    #[serde(skip_serializing_if = "String::is_empty", skip_deserializing)]
    pub client_certificate: String,
    /// Base64 of the PEM.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub client_key: Option<ClientKey>,
}

/// A private key on the wire: wiped when dropped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientKey(zeroize::Zeroizing<String>);

impl Serialize for ClientKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl ClientKey {
    /// A key as base64 of PEM.
    pub fn new(text: zeroize::Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientKey(…)")
    }
}

/// Whether a cluster enforces policies (`google.container.v1.BinaryAuthorization`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BinaryAuthorization {
    /// Deprecated: `true` is `PROJECT_SINGLETON_POLICY_ENFORCE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `DISABLED`, `PROJECT_SINGLETON_POLICY_ENFORCE`, ….
    #[serde(skip_serializing_if = "String::is_empty")]
    pub evaluation_mode: String,
}

/// The mode in which the project's policy is enforced.
pub const PROJECT_SINGLETON_POLICY_ENFORCE: &str = "PROJECT_SINGLETON_POLICY_ENFORCE";

impl Cluster {
    /// Whether admission asks Binary Authorization for the project's policy.
    pub fn enforces_project_policy(&self) -> bool {
        self.binary_authorization.as_ref().is_some_and(|b| {
            b.evaluation_mode.contains(PROJECT_SINGLETON_POLICY_ENFORCE)
                || (b.evaluation_mode.is_empty() && b.enabled == Some(true))
        })
    }

    /// The name by which the API server is to be reached: if it has one that is open to traffic from
    /// outside Google's network, or that is all it has.
    pub fn dns_endpoint(&self) -> Option<&str> {
        let config = self.control_plane_endpoints_config.as_ref()?.dns_endpoint_config.as_ref()?;
        let open = config.allow_external_traffic == Some(true) || self.endpoint.is_empty();
        (open && !config.endpoint.is_empty()).then_some(config.endpoint.as_str())
    }
}

/// The answer of `clusters.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterList {
    /// The clusters of one location, or of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
}

/// The body of `clusters.create`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateCluster {
    /// As it is wanted.
    pub cluster: Cluster,
}

/// The body of `clusters.update`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateCluster {
    /// One change.
    pub update: ClusterUpdate,
}

/// A change of a cluster; the API takes one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterUpdate {
    /// As it is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_binary_authorization: Option<BinaryAuthorization>,
}

/// An operation on a cluster; not the long-running kind of the other services.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Operation {
    /// `operation-…`, unique within its location.
    pub name: String,
    /// `CREATE_CLUSTER`, `UPDATE_CLUSTER`, `DELETE_CLUSTER`.
    pub operation_type: String,
    /// `PENDING`, `RUNNING`, `DONE`.
    pub status: String,
    /// Its own address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub self_link: String,
    /// The address of the cluster that it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target_link: String,
    /// Deprecated in the API, and still what gcloud reads.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zone: String,
    /// A zone or a region.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub location: String,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// RFC 3339; none while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// A `google.rpc.Status` where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<serde_json::Value>,
}
