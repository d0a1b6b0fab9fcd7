//! The kubeconfig of a cluster, as `gcloud container clusters get-credentials` names its parts.
//!
//! Uses nothing of the others.

use std::path::Path;

use serde_json::json;

use domain::name::ClusterId;
use wire::container::Cluster;

/// JSON, which is YAML. The token is read from the sandbox's file, so that none is copied.
pub(super) fn text(id: &ClusterId, cluster: &Cluster, token: &Path) -> String {
    let name = format!("gke_{}_{}_{}", id.project, id.location(), id.name());
    let authority = cluster.master_auth.as_ref().map(|auth| auth.cluster_ca_certificate.clone()).unwrap_or_default();
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {
            "server": format!("https://{}", cluster.endpoint),
            "certificate-authority-data": authority,
        }}],
        "users": [{"name": name, "user": {"tokenFile": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    });
    format!("{config:#}\n")
}
