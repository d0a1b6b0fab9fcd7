//! The parts of objects that have their own path: `log`, `exec`, `scale`, `ephemeralcontainers`.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::autoscaling::v1::Scale;
use k8s_openapi::api::core::v1::{Pod, ReplicationController};
use serde_json::Value;

use super::call::Call;
use super::decode::{self, Decoded};
use super::editing::{Reply, existing, patched, update};
use super::failure::Failure;
use super::objects::{Cluster, Object};
use super::resources::{ResourceKind, Subresource};
use super::scale::{self, Scalable};
use super::{patch, pods};
use axum::http::Method;
use wire::kubernetes::typed;

/// `GET …/pods/NAME/log`. There are no logs: containers are not executed. What a cluster says of a
/// container that waits is said here too.
pub(super) fn log(cluster: Cluster<'_>, call: &Call) -> Result<Value, Failure> {
    let pod = existing::<Pod>(cluster, call)?;
    let spec = pod.spec.clone().unwrap_or_default();
    let names: Vec<String> =
        spec.init_containers.into_iter().flatten().chain(spec.containers).map(|container| container.name).collect();
    let wanted = match (&call.options.container, names.as_slice()) {
        (Some(wanted), _) => wanted.clone(),
        (None, [only]) => only.clone(),
        (None, several) => {
            let message = format!(
                "a container name must be specified for pod {}, choose one of: [{}]",
                pod.name(),
                several.join(" ")
            );
            return Err(Failure::bad_request(message));
        }
    };
    if !names.contains(&wanted) {
        return Err(Failure::bad_request(format!("container {wanted} is not valid for pod {}", pod.name())));
    }
    let status = pod.status.clone().unwrap_or_default();
    let mut statuses =
        status.init_container_statuses.into_iter().flatten().chain(status.container_statuses.into_iter().flatten());
    let waiting = statuses.find(|status| status.name == wanted).and_then(|status| status.state?.waiting?.reason);
    Err(Failure::bad_request(match waiting {
        Some(reason) => {
            format!("container {wanted:?} in pod {:?} is waiting to start: {reason}", pod.name())
        }
        None => format!("container {wanted:?} in pod {:?} has no logs: the sandbox executes no containers", pod.name()),
    }))
}

/// `exec`, `attach` and `portforward`.
pub(super) fn inside(cluster: Cluster<'_>, call: &Call) -> Result<Reply, Failure> {
    let pod = existing::<Pod>(cluster, call)?;
    let what = call.target.subresource.map_or("", |row| row.name);
    let message = format!("{what}: pod {:?} has nothing to reach: the sandbox executes no containers", pod.name());
    Err(Failure::bad_request(message))
}

/// `GET …/NAME/scale`.
pub(super) fn scale(cluster: Cluster<'_>, call: &Call) -> Result<Value, Failure> {
    match call.target.resource.kind {
        ResourceKind::ReplicaSet => scale_of::<ReplicaSet>(cluster, call),
        ResourceKind::StatefulSet => scale_of::<StatefulSet>(cluster, call),
        ResourceKind::ReplicationController => scale_of::<ReplicationController>(cluster, call),
        _ => scale_of::<Deployment>(cluster, call),
    }
}

fn scale_of<T: Scalable>(cluster: Cluster<'_>, call: &Call) -> Result<Value, Failure> {
    Ok(serde_json::to_value(scale::read_scale(&existing::<T>(cluster, call)?))?)
}

/// `PUT` and `PATCH` of a subresource.
pub(super) fn write(
    cluster: Cluster<'_>,
    call: &Call,
    subresource: Subresource,
    body: &[u8],
) -> Result<Reply, Failure> {
    match (subresource, call.target.resource.kind) {
        (Subresource::Scale, ResourceKind::ReplicaSet) => write_scale::<ReplicaSet>(cluster, call, body),
        (Subresource::Scale, ResourceKind::StatefulSet) => write_scale::<StatefulSet>(cluster, call, body),
        (Subresource::Scale, ResourceKind::ReplicationController) => {
            write_scale::<ReplicationController>(cluster, call, body)
        }
        (Subresource::Scale, _) => write_scale::<Deployment>(cluster, call, body),
        (Subresource::EphemeralContainers, _) => write_ephemeral(cluster, call, body),
        (Subresource::Inside, _) => inside(cluster, call),
        (Subresource::Log | Subresource::Status, _) => Err(Failure::method_not_allowed()),
    }
}

fn write_scale<T: Scalable>(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Reply, Failure> {
    let old = existing::<T>(cluster, call)?;
    let value = if call.method == Method::PUT {
        decode::value(call, body)?
    } else {
        let mut value = serde_json::to_value(scale::read_scale(&old))?;
        patch::apply(&mut value, patch::Kind::from_content_type(&call.content_type)?, body)?;
        value
    };
    let scale: Scale = typed(&value, &mut |_| {}).map_err(|error| {
        Failure::bad_request(format!("Scale in version \"v1\" cannot be handled as a Scale: {error}"))
    })?;
    let new = Decoded { object: scale::scaled(&old, &scale), warnings: Vec::new() };
    update(cluster, call, &old, new, T::check_update)?;
    scale_of::<T>(cluster, call).map(Reply::ok)
}

fn write_ephemeral(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Reply, Failure> {
    let old = existing::<Pod>(cluster, call)?;
    let new = if call.method == Method::PUT {
        decode::object::<Pod>(&decode::value(call, body)?, call.field_validation()?)?
    } else {
        patched(call, &old, body)?
    };
    update(cluster, call, &old, new, |cluster, old, new| {
        new.status.clone_from(&old.status);
        pods::check_ephemeral(cluster, old, new)
    })
}
