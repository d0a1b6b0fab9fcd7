//! The admission webhook of Binary Authorization: asked before a pod is stored, and what is kept of
//! its answers.
//!
//! Denials, and admissions with a mark (break-glass, dry run), leave an entry as Cloud Audit Logs
//! writes it (`docs/binary-authorization.md`, "Audit logs").

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Container, Pod, ReplicationController};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use rusqlite::params;
use serde_json::{Map, Value, json};

use domain::admission::{
    BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL, ContainerKind, Decision, Outcome, Owner, Platform, Request, RequestImage,
};

use crate::enforcer::admit;
use crate::quota;
use crate::store::StoreError;
use wire::kubernetes::{Status, StatusCause, StatusDetails, VIOLATES_POLICY, WEBHOOK, failure};

use super::failure::Failure;
use super::objects::{Cluster, Object};

/// Entries that are kept of one cluster.
const MAX_ENTRIES: i64 = 10_000;

/// How many of the oldest go in one step, where they are too large together.
const TRIMMED_AT_ONCE: i64 = 100;

/// What is done to the pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    /// Its images change.
    Update,
}

/// Fails where Binary Authorization refuses the pod.
pub(super) fn check(cluster: Cluster<'_>, operation: Operation, pod: &Pod) -> Result<(), Failure> {
    let decision = match admit(cluster.tx, cluster.id, request(cluster, pod)?, cluster.admissions) {
        // Nobody decided. A pod that asks for too much is refused, or else asking for too much would let it in.
        Err(StoreError::TooMuch(what)) => return Err(Failure::webhook_failed(what)),
        decision => decision?,
    };
    if decision.rule.is_none() {
        // The cluster does not ask Binary Authorization: there is no webhook that could log.
        return Ok(());
    }
    let marks = marks(pod, &decision);
    let denied = (decision.outcome == Outcome::Deny).then(|| denial(&decision));
    if denied.is_some() || !marks.is_empty() {
        log(cluster, operation, pod, denied.as_ref(), &marks)?;
    }
    match denied {
        None => Ok(()),
        Some(status) => Err(Failure::Denied(Box::new(status))),
    }
}

/// What the webhook is told of the pod.
fn request(cluster: Cluster<'_>, pod: &Pod) -> Result<Request, Failure> {
    let spec = pod.spec.clone().unwrap_or_default();
    let init = spec.init_containers.iter().flatten().map(|container| {
        let sidecar = container.restart_policy.as_deref() == Some("Always");
        image_of(container, if sidecar { ContainerKind::Sidecar } else { ContainerKind::Init })
    });
    let main = spec.containers.iter().map(|container| image_of(container, ContainerKind::Container));
    let ephemeral = spec.ephemeral_containers.iter().flatten().map(|container| RequestImage {
        image: container.image.clone().unwrap_or_default(),
        container: container.name.clone(),
        kind: ContainerKind::Ephemeral,
    });
    Ok(Request {
        platform: Platform::Gke,
        name: pod.name().to_owned(),
        namespace: pod.namespace().to_owned(),
        service_account: spec.service_account_name.clone().unwrap_or_default(),
        labels: pod.metadata.labels.clone().unwrap_or_default(),
        annotations: pod.metadata.annotations.clone().unwrap_or_default(),
        owner: owner(cluster, pod)?,
        images: init.chain(main).chain(ephemeral).collect(),
        ..Request::default()
    })
}

fn image_of(container: &Container, kind: ContainerKind) -> RequestImage {
    RequestImage { image: container.image.clone().unwrap_or_default(), container: container.name.clone(), kind }
}

/// The workload that people know: the Deployment of the ReplicaSet that makes the pod, the `CronJob` of
/// its Job, or else what controls it.
fn owner(cluster: Cluster<'_>, pod: &Pod) -> Result<Option<Owner>, Failure> {
    let namespace = pod.namespace();
    let Some(direct) = controller(pod) else { return Ok(None) };
    let name = direct.name.as_str();
    Ok(match direct.kind.as_str() {
        "ReplicaSet" => match cluster.get::<ReplicaSet>(namespace, name)? {
            Some(set) => Some(above::<Deployment, _>(cluster, &set)?),
            None => None,
        },
        "Job" => match cluster.get::<Job>(namespace, name)? {
            Some(job) => Some(above::<CronJob, _>(cluster, &job)?),
            None => None,
        },
        "StatefulSet" => cluster.get::<StatefulSet>(namespace, name)?.as_ref().map(described),
        "DaemonSet" => cluster.get::<DaemonSet>(namespace, name)?.as_ref().map(described),
        "ReplicationController" => cluster.get::<ReplicationController>(namespace, name)?.as_ref().map(described),
        _ => None,
    })
}

/// The `A` that controls this workload, or else the workload itself.
fn above<A: Object, T: Object>(cluster: Cluster<'_>, workload: &T) -> Result<Owner, Failure> {
    let found = match controller(workload).filter(|owner| owner.kind == A::KIND) {
        Some(owner) => cluster.get::<A>(workload.namespace(), &owner.name)?,
        None => None,
    };
    Ok(found.as_ref().map_or_else(|| described(workload), described))
}

fn described<T: Object>(workload: &T) -> Owner {
    Owner {
        kind: T::KIND.to_owned(),
        labels: workload.metadata().labels.clone().unwrap_or_default(),
        annotations: workload.metadata().annotations.clone().unwrap_or_default(),
    }
}

fn controller<T: Object>(object: &T) -> Option<&OwnerReference> {
    let owners = object.metadata().owner_references.as_deref().unwrap_or_default();
    owners.iter().find(|owner| owner.controller == Some(true))
}

/// As whom the controller of this kind of workload makes its pods.
fn principal(pod: &Pod) -> Option<String> {
    let kind = controller(pod)?.kind.to_lowercase();
    // The older kind's name is written apart, the others' are not.
    let kind = if kind == "replicationcontroller" { "replication".to_owned() } else { kind };
    Some(format!("system:serviceaccount:kube-system:{kind}-controller"))
}

/// What the API server answers on a denial.
fn denial(decision: &Decision) -> Status {
    let causes = decision.causes().into_iter().map(|reason| StatusCause { reason: Some(reason), ..Default::default() });
    let details =
        StatusDetails { kind: Some("Pod".to_owned()), causes: Some(causes.collect()), ..StatusDetails::default() };
    Status { details: Some(details), ..failure(400, VIOLATES_POLICY, &decision.message) }
}

/// The labels of the audit log entry of a pod that got in although something was against it, or that
/// asked to (`docs/binary-authorization.md`, "Admitted with a mark").
fn marks(pod: &Pod, decision: &Decision) -> Map<String, Value> {
    let mut marks = Map::new();
    let mut mark = |name: &str, value: String| marks.insert(format!("{WEBHOOK}/{name}"), value.into());
    let yes = || "true".to_owned();
    match decision.outcome {
        Outcome::AdmitDryRun => {
            mark("dry-run", yes());
            mark("overridden-verification-result", decision.causes().concat());
        }
        Outcome::AdmitBreakGlass => {
            mark("break-glass", yes());
            mark("overridden-verification-result", decision.causes().concat());
        }
        // Its use is logged whether or not it was needed.
        Outcome::Admit if asks_for_break_glass(pod) => {
            mark("break-glass", yes());
        }
        // GKE fails open where the enforcer cannot decide (`docs/binary-authorization.md`, "Enabling
        // enforcement").
        Outcome::Undecided => {
            mark("failed-open", yes());
        }
        Outcome::Admit | Outcome::Deny => {}
    }
    marks
}

fn asks_for_break_glass(pod: &Pod) -> bool {
    let says = |values: Option<&std::collections::BTreeMap<String, String>>, key| {
        values.and_then(|values| values.get(key)).is_some_and(|value| value == "true")
    };
    says(pod.metadata.labels.as_ref(), BREAK_GLASS_LABEL)
        || says(pod.metadata.annotations.as_ref(), BREAK_GLASS_ANNOTATION)
}

fn log(
    cluster: Cluster<'_>,
    operation: Operation,
    pod: &Pod,
    denied: Option<&Status>,
    marks: &Map<String, Value>,
) -> Result<(), Failure> {
    let entry = entry(cluster, operation, pod, denied, marks)?;
    cluster.tx.execute(
        "INSERT INTO kubernetes_audit (cluster, at, entry) VALUES (?1, ?2, ?3)",
        params![cluster.row, cluster.now.as_millisecond(), entry.to_string()],
    )?;
    let newest = cluster.tx.last_insert_rowid();
    cluster.tx.execute(
        "DELETE FROM kubernetes_audit WHERE cluster = ?1 AND id <= ?2",
        params![cluster.row, newest - MAX_ENTRIES],
    )?;
    Ok(trim(cluster)?)
}

/// Forgets the oldest entries, as far as the log has become too large.
fn trim(cluster: Cluster<'_>) -> Result<(), rusqlite::Error> {
    while quota::Owner::Log(cluster.row).is_exceeded(cluster.tx)? {
        let gone = cluster.tx.execute(
            "DELETE FROM kubernetes_audit WHERE id IN
             (SELECT id FROM kubernetes_audit WHERE cluster = ?1 ORDER BY id LIMIT ?2)",
            params![cluster.row, TRIMMED_AT_ONCE],
        )?;
        if gone == 0 {
            break;
        }
    }
    Ok(())
}

/// The entry as Cloud Audit Logs has it (`docs/binary-authorization.md`, "Denied pods" and "Admitted
/// with a mark").
fn entry(
    cluster: Cluster<'_>,
    operation: Operation,
    pod: &Pod,
    denied: Option<&Status>,
    marks: &Map<String, Value>,
) -> Result<Value, Failure> {
    let verb = if operation == Operation::Create { "create" } else { "update" };
    let id = cluster.id;
    let mut payload = json!({
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "k8s.io",
        "methodName": format!("io.k8s.core.v1.pods.{verb}"),
        "resourceName": format!("core/v1/namespaces/{}/pods/{}", pod.namespace(), pod.name()),
        "request": serde_json::to_value(pod)?,
        "status": {},
    });
    if let Some(account) = principal(pod) {
        payload["authenticationInfo"] = json!({ "principalEmail": account });
    }
    if let Some(status) = denied {
        payload["response"] = serde_json::to_value(status)?;
        payload["status"] = json!({ "code": 3, "message": status.message });
    }
    Ok(json!({
        "protoPayload": payload,
        "resource": { "type": "k8s_cluster", "labels": {
            "cluster_name": id.name, "location": id.location, "project_id": id.project } },
        "labels": marks,
        "logName": format!("projects/{}/logs/cloudaudit.googleapis.com%2Factivity", id.project),
        "timestamp": cluster.now.to_string(),
    }))
}
