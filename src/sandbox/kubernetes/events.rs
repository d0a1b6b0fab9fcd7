//! Events: what the controllers and the node say about objects.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::SignedDuration;
use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::failure::Failure;
use super::objects::{Cluster, Object};

/// Events vanish an hour after they were last seen (kube-apiserver, `--event-ttl`).
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Whether an event tells of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Normal,
    Warning,
}

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Component {
    DeploymentController,
    ReplicaSetController,
    ReplicationController,
    StatefulSetController,
    DaemonSetController,
    JobController,
    CronJobController,
    Scheduler,
    Kubelet,
}

impl Component {
    fn name(self) -> &'static str {
        match self {
            Self::DeploymentController => "deployment-controller",
            Self::ReplicaSetController => "replicaset-controller",
            Self::ReplicationController => "replication-controller",
            Self::StatefulSetController => "statefulset-controller",
            Self::DaemonSetController => "daemonset-controller",
            Self::JobController => "job-controller",
            Self::CronJobController => "cronjob-controller",
            Self::Scheduler => "default-scheduler",
            Self::Kubelet => "kubelet",
        }
    }
}

/// One thing to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note<'n> {
    pub(super) by: Component,
    pub(super) severity: Severity,
    pub(super) reason: &'static str,
    pub(super) message: &'n str,
    /// The container of a pod that it is about.
    pub(super) container: Option<&'n str>,
}

impl<'n> Note<'n> {
    pub(super) fn normal(by: Component, reason: &'static str, message: &'n str) -> Self {
        Self { by, severity: Severity::Normal, reason, message, container: None }
    }

    pub(super) fn warning(by: Component, reason: &'static str, message: &'n str) -> Self {
        Self { by, severity: Severity::Warning, reason, message, container: None }
    }

    pub(super) fn of_container(self, container: &'n str) -> Self {
        Self { container: Some(container), ..self }
    }
}

/// Says it of an object. The same thing said again is counted, not repeated
/// (client-go, `EventCorrelator`).
pub(super) fn record<T: Object>(cluster: Cluster<'_>, about: &T, note: Note<'_>) -> Result<(), Failure> {
    let namespace = about.namespace();
    let field = note.container.map(|container| format!("spec.containers{{{container}}}"));
    let low = fingerprint(about.uid(), field.as_deref(), note);
    let names = cluster.names_below(Event::OBJECT_KIND, namespace, &format!("{}.", about.name()))?;
    let mut event = if let Some(mut event) = said(cluster, about, note, field.as_deref(), (&names, low))? {
        event.count = Some(event.count.unwrap_or(1).saturating_add(1));
        event.last_timestamp = Some(cluster.time());
        cluster.update(&mut event)?;
        event
    } else {
        let name = format!("{}.{}", about.name(), moment(cluster, &names, low));
        first(cluster, about, note, field, name)?
    };
    event.last_timestamp = Some(cluster.time());
    cluster.expire(&event, cluster.now + KEPT)?;
    Ok(())
}

fn first<T: Object>(
    cluster: Cluster<'_>,
    about: &T,
    note: Note<'_>,
    field: Option<String>,
    name: String,
) -> Result<Event, Failure> {
    let on_node = matches!(note.by, Component::Kubelet).then(|| super::pods::node_name(cluster.id));
    let mut event = Event {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: Some(about.namespace().to_owned()),
            ..ObjectMeta::default()
        },
        involved_object: ObjectReference {
            api_version: Some(T::API_VERSION.to_owned()),
            kind: Some(T::KIND.to_owned()),
            namespace: Some(about.namespace().to_owned()),
            name: Some(about.name().to_owned()),
            uid: Some(about.uid().to_owned()),
            resource_version: about.metadata().resource_version.clone(),
            field_path: field,
        },
        type_: Some(if note.severity == Severity::Normal { "Normal" } else { "Warning" }.to_owned()),
        reason: Some(note.reason.to_owned()),
        message: Some(note.message.to_owned()),
        count: Some(1),
        first_timestamp: Some(cluster.time()),
        last_timestamp: Some(cluster.time()),
        source: Some(EventSource { component: Some(note.by.name().to_owned()), host: on_node.clone() }),
        reporting_component: Some(note.by.name().to_owned()),
        reporting_instance: Some(on_node.unwrap_or_default()),
        ..Event::default()
    };
    cluster.create(&mut event)?;
    Ok(event)
}

/// The event that says the same of the same object, among those of these names.
fn said<T: Object>(
    cluster: Cluster<'_>,
    about: &T,
    note: Note<'_>,
    field: Option<&str>,
    (names, low): (&[String], u16),
) -> Result<Option<Event>, Failure> {
    let ending = format!("{low:04x}");
    for name in names.iter().filter(|name| name.ends_with(&ending)) {
        let Some(event) = cluster.get::<Event>(about.namespace(), name)? else { continue };
        let source = event.source.as_ref().and_then(|source| source.component.as_deref());
        let is_same = event.involved_object.uid.as_deref() == Some(about.uid())
            && event.involved_object.field_path.as_deref() == field
            && (source, event.reason.as_deref(), event.message.as_deref())
                == (Some(note.by.name()), Some(note.reason), Some(note.message));
        if is_same {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// Sixteen hexadecimal digits: the time in nanoseconds, as client-go ends the names of events, so that a
/// list has those of an object in their order. Two that are said in one transaction, at one time, are so
/// as well: each is behind those of `names`. The lowest four digits tell what is said.
fn moment(cluster: Cluster<'_>, names: &[String], low: u16) -> String {
    let now = u64::try_from(cluster.now.as_nanosecond()).unwrap_or_default() >> 16;
    let digits = names.iter().filter_map(|name| u64::from_str_radix(name.rsplit('.').next()?, 16).ok());
    let behind = digits.max().map_or(0, |last| (last >> 16).saturating_add(1));
    format!("{:012x}{low:04x}", now.max(behind))
}

/// Sixteen bits that are the same for the same thing said of the same object, so that it is found again.
fn fingerprint(uid: &str, field: Option<&str>, note: Note<'_>) -> u16 {
    let field = field.unwrap_or_default();
    let text = [uid, field, note.by.name(), note.reason, note.message].join("\n");
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().first_chunk::<2>().map_or(0, |bytes| u16::from_be_bytes(*bytes))
}
