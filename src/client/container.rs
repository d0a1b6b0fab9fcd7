//! Kubernetes Engine v1: clusters, their Binary Authorization mode, and the operations on them.

use reqwest::{Method, Url};

use super::Client;
use super::error::Error;
use super::google::{self, CONTAINER};
use super::polling::Pauses;
use domain::name::ProjectId;
use wire::container::{
    BinaryAuthorization, Cluster, ClusterList, ClusterUpdate, CreateCluster, Operation,
    PROJECT_SINGLETON_POLICY_ENFORCE, UpdateCluster,
};

impl Client {
    /// The clusters of all locations.
    pub async fn clusters(&self, project: &ProjectId) -> Result<Vec<Cluster>, Error> {
        let list: ClusterList = self.get(clusters_url(project, "-", None)?).await?;
        Ok(list.clusters)
    }

    pub async fn cluster(&self, project: &ProjectId, location: &str, name: &str) -> Result<Cluster, Error> {
        self.get(clusters_url(project, location, Some(name))?).await
    }

    /// Starts to create `cluster` in its location.
    pub async fn create_cluster(&self, project: &ProjectId, cluster: Cluster) -> Result<Operation, Error> {
        let url = clusters_url(project, &cluster.location, None)?;
        self.write(Method::POST, url, &CreateCluster { cluster }).await
    }

    /// Starts to turn the enforcement of the project's policy on or off.
    pub async fn set_cluster_enforcement(
        &self,
        project: &ProjectId,
        location: &str,
        name: &str,
        enforcement: domain::admission::Enforcement,
    ) -> Result<Operation, Error> {
        use domain::admission::Enforcement;
        let evaluation_mode = match enforcement {
            Enforcement::On => PROJECT_SINGLETON_POLICY_ENFORCE,
            Enforcement::Off => "DISABLED",
        };
        let mode = BinaryAuthorization { enabled: None, evaluation_mode: evaluation_mode.to_owned() };
        let body = UpdateCluster { update: ClusterUpdate { desired_binary_authorization: Some(mode) } };
        self.write(Method::PUT, clusters_url(project, location, Some(name))?, &body).await
    }

    /// Starts to delete a cluster.
    pub async fn delete_cluster(&self, project: &ProjectId, location: &str, name: &str) -> Result<Operation, Error> {
        let url = clusters_url(project, location, Some(name))?;
        self.fetch(super::request::Request::new(Method::DELETE, url).accept("application/json")).await
    }

    pub async fn cluster_operation(&self, project: &ProjectId, location: &str, name: &str) -> Result<Operation, Error> {
        let segments = ["v1", "projects", project.as_str(), "locations", location, "operations", name];
        self.get(google::url(CONTAINER, &segments)?).await
    }

    /// Waits until an operation on a cluster in `location` is done; `progress` sees each look at it.
    pub async fn wait_for_cluster(
        &self,
        project: &ProjectId,
        location: &str,
        mut operation: Operation,
        mut progress: impl FnMut(&Operation) + Send,
    ) -> Result<Operation, Error> {
        let mut pauses = Pauses::new();
        progress(&operation);
        while operation.status != "DONE" {
            pauses.next().await;
            operation = self.cluster_operation(project, location, &operation.name).await?;
            progress(&operation);
        }
        match &operation.error {
            Some(error) => Err(super::resources::failed_operation(CONTAINER, &operation.name, error)),
            None => Ok(operation),
        }
    }
}

fn clusters_url(project: &ProjectId, location: &str, name: Option<&str>) -> Result<Url, Error> {
    let mut segments = vec!["v1", "projects", project.as_str(), "locations", location, "clusters"];
    segments.extend(name);
    google::url(CONTAINER, &segments)
}
