//! Namespaces, and the service account that each of them has.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Namespace, NamespaceSpec, NamespaceStatus, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use rusqlite::Transaction;

use super::failure::Failure;
use super::objects::{Cluster, Object};
use super::resources::{RESOURCES, ResourceKind, Scope};
use crate::admissions::Admissions;
use crate::state::ClusterId;

/// The namespaces of every new cluster.
const SYSTEM_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The cluster, made where nobody spoke to it before, with the namespaces that every cluster has.
pub(super) fn open<'t>(
    tx: &'t Transaction<'t>,
    id: &'t ClusterId,
    now: Timestamp,
    admissions: &'t Admissions,
) -> Result<Cluster<'t>, Failure> {
    if let Some(cluster) = Cluster::find(tx, id, now, admissions)? {
        return Ok(cluster);
    }
    let cluster = Cluster::make(tx, id, now, admissions)?;
    for name in SYSTEM_NAMESPACES {
        make(cluster, name)?;
    }
    Ok(cluster)
}

/// Makes one of the cluster's own namespaces.
fn make(cluster: Cluster<'_>, name: &str) -> Result<(), Failure> {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    let mut namespace = Namespace { metadata, ..Namespace::default() };
    complete(&mut namespace);
    create(cluster, &mut namespace)
}

/// Stores a new namespace, and makes its `default` service account.
pub(super) fn create(cluster: Cluster<'_>, namespace: &mut Namespace) -> Result<(), Failure> {
    cluster.create(namespace)?;
    let metadata = ObjectMeta {
        name: Some("default".to_owned()),
        namespace: Some(namespace.name().to_owned()),
        ..ObjectMeta::default()
    };
    cluster.create(&mut ServiceAccount { metadata, ..ServiceAccount::default() })
}

/// What the API server adds to every namespace.
pub(super) fn complete(namespace: &mut Namespace) {
    let name = namespace.name().to_owned();
    let labels = namespace.metadata.labels.get_or_insert_default();
    labels.insert("kubernetes.io/metadata.name".to_owned(), name);
    namespace.spec = Some(NamespaceSpec { finalizers: Some(vec!["kubernetes".to_owned()]) });
    namespace.status = Some(NamespaceStatus { phase: Some("Active".to_owned()), ..NamespaceStatus::default() });
}

/// Removes all that a namespace holds. A cluster takes a while for that; here it is done at once.
pub(super) fn empty(cluster: Cluster<'_>, name: &str) -> Result<(), Failure> {
    if SYSTEM_NAMESPACES.contains(&name) {
        let detail = "this namespace may not be deleted";
        return Err(Failure::forbidden(ResourceKind::Namespace.resource(), name, detail));
    }
    for resource in RESOURCES.iter().filter(|resource| resource.scope == Scope::Namespaced) {
        for stored in cluster.all_stored(resource.kind, Some(name), ("", ""), usize::MAX)? {
            cluster.remove(resource.kind, &stored)?;
        }
    }
    Ok(())
}

/// Fails where the namespace is not there, as the admission plugin `NamespaceLifecycle` does.
pub(super) fn check(cluster: Cluster<'_>, name: &str) -> Result<(), Failure> {
    match cluster.stored(ResourceKind::Namespace, "", name)? {
        Some(_) => Ok(()),
        None => Err(Failure::not_found(ResourceKind::Namespace.resource(), name)),
    }
}
