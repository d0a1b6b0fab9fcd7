//! Lists as tables: what `kubectl get` asks for and prints (kubernetes,
//! `pkg/printers/internalversion/printers.go`).

mod cell;
mod workloads;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Event, Namespace, Pod, ReplicationController, Service, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, Time};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::age::since;
use super::failure::Failure;
use super::pod_summary;
use super::resources::ResourceKind;
use cell::{AGE, Column, NAME, age, images, name, names, selected};
use wire::kubernetes;

fn columns(kind: ResourceKind) -> &'static [Column] {
    match kind {
        ResourceKind::Pod => &[
            NAME,
            ("Ready", "string", 0),
            ("Status", "string", 0),
            ("Restarts", "string", 0),
            AGE,
            ("IP", "string", 1),
            ("Node", "string", 1),
            ("Nominated Node", "string", 1),
            ("Readiness Gates", "string", 1),
        ],
        ResourceKind::Deployment => &[
            NAME,
            ("Ready", "string", 0),
            ("Up-to-date", "string", 0),
            ("Available", "string", 0),
            AGE,
            ("Containers", "string", 1),
            ("Images", "string", 1),
            ("Selector", "string", 1),
        ],
        ResourceKind::ReplicaSet | ResourceKind::ReplicationController => &[
            NAME,
            ("Desired", "integer", 0),
            ("Current", "integer", 0),
            ("Ready", "integer", 0),
            AGE,
            ("Containers", "string", 1),
            ("Images", "string", 1),
            ("Selector", "string", 1),
        ],
        ResourceKind::Event => &[
            ("Last Seen", "string", 0),
            ("Type", "string", 0),
            ("Reason", "string", 0),
            ("Object", "string", 0),
            ("Subobject", "string", 1),
            ("Source", "string", 1),
            ("Message", "string", 0),
            ("First Seen", "string", 1),
            ("Count", "string", 1),
            ("Name", "string", 1),
        ],
        ResourceKind::Namespace => &[NAME, ("Status", "string", 0), AGE],
        ResourceKind::Service => &[
            NAME,
            ("Type", "string", 0),
            ("Cluster-IP", "string", 0),
            ("External-IP", "string", 0),
            ("Port(s)", "string", 0),
            AGE,
            ("Selector", "string", 1),
        ],
        ResourceKind::ServiceAccount => &[NAME, ("Secrets", "string", 0), AGE],
        ResourceKind::StatefulSet => workloads::STATEFUL_SET,
        ResourceKind::DaemonSet => workloads::DAEMON_SET,
        ResourceKind::Job => workloads::JOB,
        ResourceKind::CronJob => workloads::CRON_JOB,
        ResourceKind::Review => &[NAME],
    }
}

/// What stands in `object` of each row, as the client asks with `includeObject`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Include {
    Nothing,
    Metadata,
    Object,
}

impl Include {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, Failure> {
        match text {
            None | Some("" | "Metadata") => Ok(Self::Metadata),
            Some("None") => Ok(Self::Nothing),
            Some("Object") => Ok(Self::Object),
            Some(other) => Err(Failure::bad_request(format!("unrecognized includeObject value: {other:?}"))),
        }
    }
}

/// The table of these objects, with the list's `metadata`.
pub(super) fn table(
    kind: ResourceKind,
    objects: &[Value],
    metadata: &Value,
    include: Include,
    now: Timestamp,
) -> Result<Value, Failure> {
    let definition = |(name, type_, priority): &Column| {
        let format = if *name == "Name" { "name" } else { "" };
        json!({ "name": name, "type": type_, "format": format, "description": name, "priority": priority })
    };
    let definitions: Vec<Value> = columns(kind).iter().map(definition).collect();
    let rows: Vec<Value> = objects.iter().map(|object| row(kind, object, include, now)).collect::<Result<_, _>>()?;
    Ok(json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": definitions,
        "rows": rows,
    }))
}

pub(super) fn row(kind: ResourceKind, object: &Value, include: Include, now: Timestamp) -> Result<Value, Failure> {
    let shown = match include {
        Include::Nothing => Value::Null,
        Include::Object => object.clone(),
        Include::Metadata => json!({ "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"] }),
    };
    Ok(json!({ "cells": cells(kind, object, now)?, "object": shown }))
}

fn cells(kind: ResourceKind, object: &Value, now: Timestamp) -> Result<Vec<Value>, Failure> {
    Ok(match kind {
        ResourceKind::Pod => pod(&typed(object)?, now),
        ResourceKind::Deployment => deployment(&typed(object)?, now),
        ResourceKind::ReplicaSet => replica_set(&typed(object)?, now),
        ResourceKind::Event => event(&typed(object)?, now),
        ResourceKind::Namespace => namespace(&typed(object)?, now),
        ResourceKind::ServiceAccount => service_account(&typed(object)?, now),
        ResourceKind::Service => service(&typed(object)?, now),
        ResourceKind::ReplicationController => replication_controller(&typed(object)?, now),
        ResourceKind::StatefulSet => workloads::stateful_set(&typed(object)?, now),
        ResourceKind::DaemonSet => workloads::daemon_set(&typed(object)?, now),
        ResourceKind::Job => workloads::job(&typed(object)?, now),
        ResourceKind::CronJob => workloads::cron_job(&typed(object)?, now),
        // They are not stored.
        ResourceKind::Review => Vec::new(),
    })
}

fn typed<T: DeserializeOwned>(object: &Value) -> Result<T, Failure> {
    Ok(kubernetes::typed(object, &mut |_| {})?)
}

fn pod(pod: &Pod, now: Timestamp) -> Vec<Value> {
    let summary = pod_summary::summarise(pod);
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).unwrap_or("<none>");
    let restarts = summary.restarts.to_string();
    let nothing = "<none>";
    let ready = format!("{}/{}", summary.ready, summary.containers);
    let age = age(&pod.metadata, now);
    [name(&pod.metadata), &ready, &summary.status, &restarts, &age, nothing, node, nothing, nothing]
        .map(Value::from)
        .to_vec()
}

fn deployment(deployment: &Deployment, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (deployment.spec.clone().unwrap_or_default(), deployment.status.clone().unwrap_or_default());
    let number = |count: Option<i32>| count.unwrap_or(0).to_string();
    let ready = format!("{}/{}", number(status.ready_replicas), spec.replicas.unwrap_or(1));
    let containers = spec.template.spec.map(|spec| spec.containers).unwrap_or_default();
    vec![
        name(&deployment.metadata).into(),
        ready.into(),
        number(status.updated_replicas).into(),
        number(status.available_replicas).into(),
        age(&deployment.metadata, now).into(),
        names(&containers).into(),
        images(&containers).into(),
        selected(&spec.selector).into(),
    ]
}

fn replica_set(set: &ReplicaSet, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (set.spec.clone().unwrap_or_default(), set.status.clone().unwrap_or_default());
    let template = spec.template.unwrap_or_default();
    let containers = template.spec.map(|spec| spec.containers).unwrap_or_default();
    vec![
        name(&set.metadata).into(),
        spec.replicas.unwrap_or(1).into(),
        status.replicas.into(),
        status.ready_replicas.unwrap_or(0).into(),
        age(&set.metadata, now).into(),
        names(&containers).into(),
        images(&containers).into(),
        selected(&spec.selector).into(),
    ]
}

fn replication_controller(controller: &ReplicationController, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (controller.spec.clone().unwrap_or_default(), controller.status.clone().unwrap_or_default());
    let containers = spec.template.and_then(|template| template.spec).map(|spec| spec.containers).unwrap_or_default();
    let selector = LabelSelector { match_labels: spec.selector, match_expressions: None };
    vec![
        name(&controller.metadata).into(),
        spec.replicas.unwrap_or(1).into(),
        status.replicas.into(),
        status.ready_replicas.unwrap_or(0).into(),
        age(&controller.metadata, now).into(),
        names(&containers).into(),
        images(&containers).into(),
        selected(&selector).into(),
    ]
}

fn service(service: &Service, now: Timestamp) -> Vec<Value> {
    let spec = service.spec.clone().unwrap_or_default();
    let port = |port: &k8s_openapi::api::core::v1::ServicePort| {
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        match port.node_port {
            Some(node) => format!("{}:{node}/{protocol}", port.port),
            None => format!("{}/{protocol}", port.port),
        }
    };
    let ports: Vec<String> = spec.ports.iter().flatten().map(port).collect();
    let external = match (spec.type_.as_deref(), spec.external_name, spec.external_ips) {
        (Some("ExternalName"), Some(name), _) => name,
        (_, _, Some(addresses)) => addresses.join(","),
        // Nothing in the sandbox hands out addresses of the internet.
        (Some("LoadBalancer"), ..) => "<pending>".to_owned(),
        _ => "<none>".to_owned(),
    };
    let selector = LabelSelector { match_labels: spec.selector, match_expressions: None };
    vec![
        name(&service.metadata).into(),
        spec.type_.into(),
        spec.cluster_ip.filter(|ip| !ip.is_empty()).unwrap_or_else(|| "<none>".to_owned()).into(),
        external.into(),
        if ports.is_empty() { "<none>".to_owned() } else { ports.join(",") }.into(),
        age(&service.metadata, now).into(),
        selected(&selector).into(),
    ]
}

fn event(event: &Event, now: Timestamp) -> Vec<Value> {
    let time = |time: &Option<Time>| time.as_ref().map(|time| time.0);
    let (first, last) = (since(time(&event.first_timestamp), now), since(time(&event.last_timestamp), now));
    let count = event.count.unwrap_or(1);
    let last_seen = if count > 1 { format!("{last} (x{count} over {first})") } else { last };
    let about = &event.involved_object;
    let kind = about.kind.as_deref().unwrap_or_default().to_lowercase();
    let object = format!("{kind}/{}", about.name.as_deref().unwrap_or_default());
    let source = event.source.clone().unwrap_or_default();
    let from: Vec<String> = [source.component, source.host].into_iter().flatten().collect();
    vec![
        last_seen.into(),
        event.type_.clone().into(),
        event.reason.clone().into(),
        object.into(),
        about.field_path.clone().unwrap_or_default().into(),
        from.join(", ").into(),
        event.message.as_deref().unwrap_or_default().trim().into(),
        first.into(),
        count.to_string().into(),
        name(&event.metadata).into(),
    ]
}

fn namespace(namespace: &Namespace, now: Timestamp) -> Vec<Value> {
    let phase = namespace.status.as_ref().and_then(|status| status.phase.clone());
    vec![name(&namespace.metadata).into(), phase.into(), age(&namespace.metadata, now).into()]
}

fn service_account(account: &ServiceAccount, now: Timestamp) -> Vec<Value> {
    let secrets = account.secrets.as_ref().map_or(0, Vec::len);
    vec![name(&account.metadata).into(), secrets.to_string().into(), age(&account.metadata, now).into()]
}
