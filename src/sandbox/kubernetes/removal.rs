//! Deleting: the object, and what it controls.

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::DeleteOptions;
use serde_json::Value;

use super::call::Call;
use super::events::{Component, Note, record};
use super::failure::Failure;
use super::objects::{Cluster, Object, Stored};
use super::resources::ResourceKind;
use super::{decode, namespaces};
use wire::kubernetes::typed;

/// What becomes of the objects that a deleted one controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dependents {
    /// What the object owns goes too.
    Delete,
    /// What the object owned stays, and nobody controls it.
    Orphan,
}

/// What a client wants when it deletes.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) dependents: Dependents,
    /// The object must still be the one with this uid.
    uid: Option<String>,
    version: Option<String>,
    pub(super) is_dry_run: bool,
}

impl Wish {
    /// Reads the body, if there is one, and the parameters.
    pub(super) fn read(call: &Call, body: &[u8]) -> Result<Self, Failure> {
        let options: DeleteOptions = if body.is_empty() {
            DeleteOptions::default()
        } else {
            typed(&decode::value(call, body)?, &mut |_| {})
                .map_err(|error| Failure::bad_request(format!("the delete options are not readable: {error}")))?
        };
        let policy = options.propagation_policy.as_deref().or(call.options.propagation_policy.as_deref());
        let dependents = match policy {
            None | Some("" | "Background" | "Foreground") if options.orphan_dependents != Some(true) => {
                Dependents::Delete
            }
            None | Some("Orphan") => Dependents::Orphan,
            Some(other) => return Err(Failure::bad_request(format!("invalid propagationPolicy {other:?}"))),
        };
        let preconditions = options.preconditions.unwrap_or_default();
        Ok(Self {
            dependents,
            uid: preconditions.uid,
            version: preconditions.resource_version,
            is_dry_run: options.dry_run.is_some_and(|dry_run| dry_run.iter().any(|value| value == "All")),
        })
    }

    fn check(&self, kind: ResourceKind, stored: &Stored, object: &Value) -> Result<(), Failure> {
        let pairs = [
            ("UID", &self.uid, &object["metadata"]["uid"]),
            ("resourceVersion", &self.version, &object["metadata"]["resourceVersion"]),
        ];
        for (what, wanted, found) in pairs {
            if let Some(wanted) = wanted.as_ref().filter(|wanted| *found != wanted.as_str()) {
                let found = found.as_str().unwrap_or_default();
                let detail =
                    format!("Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}");
                return Err(Failure::conflict(kind.resource(), &stored.name, &detail));
            }
        }
        Ok(())
    }
}

/// Deletes an object as the client wishes, and answers what it was.
pub(super) fn delete(cluster: Cluster<'_>, kind: ResourceKind, stored: &Stored, wish: &Wish) -> Result<Value, Failure> {
    let object = stored.value()?;
    wish.check(kind, stored, &object)?;
    let uid = object["metadata"]["uid"].as_str().unwrap_or_default();
    match kind {
        ResourceKind::Namespace => namespaces::empty(cluster, &stored.name)?,
        _ => all_dependents(cluster, uid, wish.dependents)?,
    }
    remove(cluster, kind, stored)?;
    Ok(object)
}

/// Removes an object and all that it controls.
pub(super) fn remove_with_dependents(
    cluster: Cluster<'_>,
    kind: ResourceKind,
    stored: &Stored,
    uid: &str,
) -> Result<(), Failure> {
    all_dependents(cluster, uid, Dependents::Delete)?;
    remove(cluster, kind, stored)
}

/// What an object controls: only these three kinds are ever controlled.
fn all_dependents(cluster: Cluster<'_>, uid: &str, policy: Dependents) -> Result<(), Failure> {
    dependents::<Job>(cluster, uid, policy)?;
    dependents::<ReplicaSet>(cluster, uid, policy)?;
    dependents::<Pod>(cluster, uid, policy)
}

fn dependents<T: Object>(cluster: Cluster<'_>, uid: &str, policy: Dependents) -> Result<(), Failure> {
    for mut object in cluster.owned::<T>(uid)? {
        if policy == Dependents::Orphan {
            if let Some(owners) = &mut object.metadata_mut().owner_references {
                owners.retain(|owner| owner.uid != uid);
            }
            cluster.update(&mut object)?;
            continue;
        }
        if T::OBJECT_KIND != ResourceKind::Pod {
            dependents::<Pod>(cluster, object.uid(), policy)?;
        }
        if let Some(stored) = cluster.stored(T::OBJECT_KIND, object.namespace(), object.name())? {
            remove(cluster, T::OBJECT_KIND, &stored)?;
        }
    }
    Ok(())
}

/// Removes an object. A pod's node says that it stops the containers; it stops at once.
pub(super) fn remove(cluster: Cluster<'_>, kind: ResourceKind, stored: &Stored) -> Result<(), Failure> {
    if kind == ResourceKind::Pod {
        let pod: Pod = stored.object()?;
        let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref());
        for status in statuses.unwrap_or_default().iter().filter(|status| status.started == Some(true)) {
            let message = format!("Stopping container {}", status.name);
            let note = Note::normal(Component::Kubelet, "Killing", &message);
            record(cluster, &pod, note.of_container(&status.name))?;
        }
    }
    cluster.remove(kind, stored)
}
