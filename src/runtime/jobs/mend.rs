//! Jobs on a workload that is mended: tried with `dryRun=All`, and then done.
//!
//! Uses a client of the cluster's API server.

use std::time::Duration;

use serde_json::Value;

use super::result::Done;
use crate::runtime::backend::Backend;
use crate::runtime::error::Error;
use crate::runtime::queries::kubernetes;
use app::fix::trial::{PodTrial, Sent, Trial};
use app::job::JobOutcome;
use app::shell::report::Report;
use client::{Change, Kubernetes, Objects};
use domain::name::ClusterId;
use domain::resource::{WorkloadId, WorkloadKind};
use domain::workload_patch::{PatchWay, WorkloadPatch, pod_of};
use wire::kubernetes::{CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, StatefulSet};

/// How long a deleted object may take to go: a pod has half a minute to end, by default.
const GONE: Duration = Duration::from_secs(90);

/// How often it is looked whether it is gone.
const LOOK: Duration = Duration::from_millis(300);

/// Tries the change: whether the API server takes it, and whether admission lets in a pod that is made of it.
pub async fn try_change(backend: &Backend, id: &ClusterId, patch: &WorkloadPatch) -> Result<Trial, Error> {
    let cluster = kubernetes(backend, id).await?;
    let (of, name) = (objects(&patch.id), patch.id.name.as_str());
    let (sent, object) = match patch.way() {
        PatchWay::InPlace => {
            let body = patch.body();
            let object = cluster.patch(of, name, body.clone(), Change::Tried).await?;
            (Sent::Patch(body), object)
        }
        PatchWay::Replacement => {
            let old = cluster.object(of, name).await?;
            let object = patch.replaced(&old);
            let text = |field: &str| old["metadata"][field].as_str().unwrap_or_default().to_owned();
            let sent =
                Sent::Replacement { uid: text("uid"), version: text("resourceVersion"), body: object.to_string() };
            (sent, object)
        }
    };
    Ok(Trial { sent, pod: try_pod(&cluster, &patch.id, &object).await })
}

/// Asks for a pod as the controller of the object would, and keeps none.
async fn try_pod(cluster: &Kubernetes, id: &WorkloadId, object: &Value) -> PodTrial {
    let Some(pod) = pod_of(id, object) else {
        return PodTrial::NotKnown("the object has no pod template".to_owned());
    };
    match cluster.make(Objects::of::<Pod>(&id.namespace), pod.to_string(), Change::Tried).await {
        Ok(_) => PodTrial::Admitted,
        Err(error) => {
            let text = error.refusal().map_or_else(|| error.to_string(), |refusal| refusal.message.clone());
            if domain::event_group::refusal(&text).is_some() {
                PodTrial::Refused(text)
            } else {
                PodTrial::NotKnown(text)
            }
        }
    }
}

/// Makes the change that was tried.
pub(super) async fn change(backend: &Backend, id: &ClusterId, patch: &WorkloadPatch, sent: Sent) -> Done {
    let cluster = kubernetes(backend, id).await?;
    let (of, name) = (objects(&patch.id), patch.id.name.as_str());
    let object = match sent {
        Sent::Patch(body) => cluster.patch(of, name, body, Change::Kept).await?,
        Sent::Replacement { uid, version, body } => {
            cluster.delete_same(of, name, &uid, &version).await?;
            wait_until_gone(&cluster, of, &patch.id).await?;
            cluster.make(of, body.clone(), Change::Kept).await.map_err(|error| {
                Error::from(error)
                    .with_hint(format!("{} is deleted, and was not made again. It was to be: {body}", patch.id))
            })?
        }
    };
    let meta = &object["metadata"];
    Ok(JobOutcome::Changed {
        uid: meta["uid"].as_str().unwrap_or_default().to_owned(),
        generation: meta["generation"].as_i64().unwrap_or(0),
    })
}

async fn wait_until_gone(cluster: &Kubernetes, of: Objects<'_>, id: &WorkloadId) -> Result<(), Error> {
    let gone = async {
        loop {
            match cluster.object(of, &id.name).await {
                Ok(_) => tokio::time::sleep(LOOK).await,
                Err(error) if error.status() == Some(404) => return Ok(()),
                Err(error) => return Err(Error::from(error)),
            }
        }
    };
    let late = || Report::new(format!("{id} is being deleted, and is still there after {} s", GONE.as_secs()));
    tokio::time::timeout(GONE, gone).await.map_err(|_late| Error::from(late()))?
}

pub(super) fn objects(id: &WorkloadId) -> Objects<'_> {
    let namespace = &id.namespace;
    match id.kind {
        WorkloadKind::Deployment => Objects::of::<Deployment>(namespace),
        WorkloadKind::StatefulSet => Objects::of::<StatefulSet>(namespace),
        WorkloadKind::DaemonSet => Objects::of::<DaemonSet>(namespace),
        WorkloadKind::CronJob => Objects::of::<CronJob>(namespace),
        WorkloadKind::Job => Objects::of::<Job>(namespace),
        WorkloadKind::ReplicaSet => Objects::of::<ReplicaSet>(namespace),
        WorkloadKind::Pod => Objects::of::<Pod>(namespace),
    }
}
