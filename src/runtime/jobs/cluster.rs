//! Jobs on clusters: made, changed and deleted by operations that take their time, and entered.
//!
//! Uses the client, and the working directory for the kubeconfig.

use super::result::{Done, Progress, done};
use super::{kubeconfig, work_directory};
use crate::runtime::backend::Backend;
use domain::admission::Enforcement;
use domain::name::ClusterId;
use domain::work_file::OwnFile;
use wire::container::{Cluster, Operation};

/// Nodes of a new cluster: what `gcloud container clusters create` asks for.
const NODES: u32 = 3;

pub(super) async fn create(backend: &Backend, id: &ClusterId, progress: &Progress) -> Done {
    let (client, project) = (backend.client()?, &id.project);
    let cluster = Cluster {
        name: id.name().to_owned(),
        location: id.location().to_owned(),
        initial_node_count: Some(NODES),
        ..Cluster::default()
    };
    wait(backend, id, client.create_cluster(project, cluster).await?, progress).await
}

pub(super) async fn enforce(backend: &Backend, id: &ClusterId, on: bool, progress: &Progress) -> Done {
    let (client, project) = (backend.client()?, &id.project);
    let enforcement = if on { Enforcement::On } else { Enforcement::Off };
    let operation = client.set_cluster_enforcement(project, id.location(), id.name(), enforcement).await?;
    wait(backend, id, operation, progress).await
}

pub(super) async fn delete(backend: &Backend, id: &ClusterId, progress: &Progress) -> Done {
    let (client, project) = (backend.client()?, &id.project);
    let operation = client.delete_cluster(project, id.location(), id.name()).await?;
    wait(backend, id, operation, progress).await
}

/// Waits until the operation has done what it was started for.
async fn wait(backend: &Backend, id: &ClusterId, operation: Operation, progress: &Progress) -> Done {
    let tell = |operation: &Operation| {
        progress(format!("{} is {}", operation.operation_type, operation.status));
    };
    done(backend.client()?.wait_for_cluster(&id.project, id.location(), operation, tell).await)
}

/// Writes a kubeconfig, as `gcloud container clusters get-credentials` does.
pub(super) async fn write_kubeconfig(backend: &Backend, id: &ClusterId) -> Done {
    let cluster = backend.client()?.cluster(&id.project, id.location(), id.name()).await?;
    let text = kubeconfig::text(id, &cluster, &backend.files.sandbox_token());
    work_directory::write(backend, OwnFile::Kubeconfig.name().to_owned(), text).await
}
