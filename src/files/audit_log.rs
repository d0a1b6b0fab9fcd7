//! Audit log entries as `gcloud logging read --format=json` prints them, or one a line: the admissions
//! among them (`docs/binary-authorization.md`, "Audit logs").
//!
//! [`export::Export`] finds where each entry begins and ends, so that many can be read at once and one
//! that is broken costs only itself; [`read`] reads one, also as other carriers have it: YAML, a row of `BigQuery`, a
//! message of Pub/Sub. Pure; may use `domain`.

mod carried;
mod documents;
pub mod export;
pub mod split;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::manifest::Object;
use domain::admission::{Enforcement, Fact, Facts, Platform, Request};
use domain::explain::message::bigquery::column;
use domain::inventory::owner_of;
use domain::replay::{Entry, Logged};

/// What marks an entry, as a Kubernetes audit annotation that Cloud Logging shows as a label
/// (`docs/binary-authorization.md`, "Admitted with a mark" and "Distributed Cloud logs").
const BREAK_GLASS: [&str; 2] =
    ["imagepolicywebhook.image-policy.k8s.io/break-glass", "binaryauthorization.googleapis.com/break-glass"];
const DRY_RUN: [&str; 2] =
    ["imagepolicywebhook.image-policy.k8s.io/dry-run", "binaryauthorization.googleapis.com/dry-run"];
const FAILED_OPEN: [&str; 3] = [
    "image-policy.k8s.io/failed-open",
    "imagepolicywebhook.image-policy.k8s.io/failed-open",
    "failed-open.validating.webhook.admission.k8s.io",
];
const OVERRIDDEN: &str = "imagepolicywebhook.image-policy.k8s.io/overridden-verification-result";

/// Why an entry gives no admission, though it is about one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("{message}, at line {line} column {column} of the entry")]
    Json { line: usize, column: usize, message: String },
    #[error("the pod it asks about cannot be read: {0}")]
    Pod(String),
    #[error("it is no YAML: {0}")]
    Yaml(String),
}

/// Reads one entry; `None` where it tells of something else than an admission.
pub fn read(bytes: &[u8]) -> Result<Option<Entry>, EntryError> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return carried::yaml(bytes).map_err(EntryError::Yaml).and_then(|json| read_json(&json));
    }
    match read_json(bytes) {
        Ok(Some(entry)) => Ok(Some(entry)),
        other => carried::entry(bytes).map_or(other, |json| read_json(&json)),
    }
}

fn read_json(bytes: &[u8]) -> Result<Option<Entry>, EntryError> {
    let log: Log = match serde_json::from_slice(bytes) {
        Ok(log) => log,
        // A request of another kind may have fields of other types.
        Err(_) if is_of_something_else(bytes) => return Ok(None),
        Err(error) => return Err(json_error(&error)),
    };
    if log.is_gke_admission() {
        return log.gke();
    }
    if log.is_cloud_run() {
        return log.cloud_run();
    }
    Ok(None)
}

fn json_error(error: &serde_json::Error) -> EntryError {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
    EntryError::Json { line: error.line(), column: error.column(), message }
}

/// Whether it is an entry, and no admission.
fn is_of_something_else(bytes: &[u8]) -> bool {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Probe {
        proto_payload: Option<Method>,
        resource: Resource,
    }
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Method {
        method_name: String,
    }
    let Ok(probe) = serde_json::from_slice::<Probe>(bytes) else { return false };
    let method = probe.proto_payload.map(|payload| payload.method_name).unwrap_or_default();
    !is_pod_method(&method) && probe.resource.kind != CLOUD_RUN
}

/// A pod is created, or its spec is written anew. What a patch says is a part of a pod only.
fn is_pod_method(method: &str) -> bool {
    matches!(method, "io.k8s.core.v1.pods.create" | "io.k8s.core.v1.pods.update")
}

const CLOUD_RUN: &str = "cloud_run_revision";

/// A `LogEntry`, as far as it is looked at.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a log entry")]
struct Log {
    proto_payload: Option<Payload>,
    resource: Resource,
    labels: Option<BTreeMap<String, String>>,
    timestamp: Option<String>,
    insert_id: Option<String>,
    #[serde(rename = "logName")]
    of: Option<String>,
}

/// An `AuditLog`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Payload {
    method_name: String,
    resource_name: String,
    request: Option<Object>,
    response: Option<Response>,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    labels: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: i64,
    message: String,
}

/// A Kubernetes `Status`, the pod that was made, or Cloud Run's object.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Response {
    kind: String,
    reason: String,
    message: String,
    status: Standing,
    spec: Option<serde_json::Value>,
}

/// A word for a `Status`, an object with conditions for others.
#[derive(Default)]
struct Standing {
    word: String,
    conditions: Vec<Condition>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition {
    reason: String,
    message: String,
}

impl<'de> Deserialize<'de> for Standing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StandingVisitor)
    }
}

struct StandingVisitor;

impl<'de> Visitor<'de> for StandingVisitor {
    type Value = Standing;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status")
    }

    fn visit_unit<E>(self) -> Result<Standing, E> {
        Ok(Standing::default())
    }

    fn visit_str<E>(self, word: &str) -> Result<Standing, E> {
        Ok(Standing { word: word.to_owned(), conditions: Vec::new() })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Standing, M::Error> {
        let mut standing = Standing::default();
        while let Some(key) = map.next_key::<String>()? {
            if key == "conditions" {
                standing.conditions = map.next_value::<Option<Vec<Condition>>>()?.unwrap_or_default();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(standing)
    }
}

impl Log {
    fn is_gke_admission(&self) -> bool {
        self.proto_payload.as_ref().is_some_and(|payload| is_pod_method(&payload.method_name))
    }

    fn is_cloud_run(&self) -> bool {
        self.resource.kind == CLOUD_RUN && self.proto_payload.is_some()
    }

    /// Sections 11.1 and 11.2, and 11.3 of the distributed cloud.
    fn gke(self) -> Result<Option<Entry>, EntryError> {
        let marked = |labels: &[&str]| labels.iter().any(|l| self.label(l).is_some_and(|value| value == "true"));
        let payload = self.proto_payload.as_ref();
        let response = payload.and_then(|payload| payload.response.as_ref());
        let refused = payload.is_some_and(Payload::is_refused);
        if !refused && payload.is_some_and(Payload::has_failed) {
            // Another plugin, a quota or the server itself said no: what the policy said is not told.
            return Ok(None);
        }
        let overridden = self.label(OVERRIDDEN).cloned().unwrap_or_default();
        let (logged, message) = match () {
            () if refused => (Logged::Denied, response.map(|r| r.message.clone()).unwrap_or_default()),
            () if marked(&DRY_RUN) => (Logged::DryRun, overridden),
            () if marked(&BREAK_GLASS) => (Logged::BreakGlass, overridden),
            () if marked(&FAILED_OPEN) => (Logged::FailedOpen, String::new()),
            () => (Logged::Admitted, String::new()),
        };
        let message = match payload.and_then(|payload| payload.status.as_ref()) {
            Some(status) if message.is_empty() && refused => status.message.clone(),
            _ => message,
        };
        let (time, id) = (self.time(), self.id());
        let cluster = self.cluster();
        let payload = self.proto_payload.unwrap_or_default();
        let namespace = namespace(&payload.resource_name).to_owned();
        let object = payload.request.ok_or_else(|| EntryError::Pod("the entry has no request".to_owned()))?;
        let pod = object.pod().map_err(|error| EntryError::Pod(error.to_string()))?;
        let pod = pod.ok_or_else(|| EntryError::Pod("the request is no Pod".to_owned()))?;
        let (workload, owner) = (object.workload(), owner_of(&pod.labels).to_owned());
        let known = [(Fact::Cluster, cluster.is_some()), (Fact::Namespace, !namespace.is_empty())];
        let of_entry = Request {
            cluster,
            namespace,
            not_known: Facts::of_bare_images()
                .without(known.into_iter().filter(|(_, is)| *is).map(|(f, _)| f).collect()),
            ..Request::default()
        };
        let mut request = Request { enforcement: Enforcement::On, ..pod.into_request() };
        request.complete(&of_entry);
        let unattested = unattested(&message);
        Ok(Some(Entry { id, time, request, workload, owner, logged, message, unattested, ..Entry::default() }))
    }

    /// An entry of Cloud Run (`docs/binary-authorization.md`, "Cloud Run logs"). Its shape is inferred
    /// from the query there: the service, or the revision, is the response, and its conditions tell.
    fn cloud_run(self) -> Result<Option<Entry>, EntryError> {
        let (time, id) = (self.time(), self.id());
        let payload = self.proto_payload.unwrap_or_default();
        let response = payload.response.unwrap_or_default();
        let conditions = &response.status.conditions;
        let refusal = conditions.iter().find(|condition| condition.reason == "ContainerImageUnauthorized");
        let says = |text: &str| conditions.iter().find(|c| c.message.to_lowercase().contains(text));
        let (logged, message) = match (refusal, says("dry run"), says("breakglass").or_else(|| says("break-glass"))) {
            (Some(refusal), _, _) => (Logged::Denied, refusal.message.clone()),
            (None, Some(told), _) => (Logged::DryRun, told.message.clone()),
            (None, None, Some(told)) => (Logged::BreakGlass, told.message.clone()),
            (None, None, None) => return Ok(None),
        };
        let images = images(response.spec.as_ref());
        if images.is_empty() {
            return Err(EntryError::Pod(format!("the {} has no image", named(&response.kind))));
        }
        let name = payload.resource_name.rsplit('/').next().unwrap_or_default().to_owned();
        let workload = format!("{}/{name}", named(&response.kind));
        let image = |image: String| domain::admission::RequestImage { image, ..Default::default() };
        let request = Request {
            platform: Platform::CloudRun,
            name,
            namespace: self.resource.labels.get("location").cloned().unwrap_or_default(),
            images: images.into_iter().map(image).collect(),
            ..Request::default()
        };
        let unattested = unattested(&message);
        Ok(Some(Entry { id, time, request, workload, logged, message, unattested, ..Entry::default() }))
    }

    fn label(&self, name: &str) -> Option<&String> {
        let labels = self.labels.as_ref()?;
        labels.get(name).or_else(|| labels.get(&column(name)))
    }

    /// What the same entry has wherever it is exported to: Cloud Logging takes two of these for one.
    fn id(&self) -> Option<u64> {
        let insert_id = self.insert_id.as_ref().filter(|id| !id.is_empty())?;
        let mut hasher = DefaultHasher::new();
        (insert_id, &self.timestamp, &self.of).hash(&mut hasher);
        Some(hasher.finish())
    }

    fn time(&self) -> Option<Timestamp> {
        self.timestamp.as_ref()?.parse().ok()
    }

    /// `LOCATION.NAME`.
    fn cluster(&self) -> Option<String> {
        let label = |name: &str| self.resource.labels.get(name).filter(|value| !value.is_empty());
        Some(format!("{}.{}", label("location")?, label("cluster_name")?))
    }
}

fn named(kind: &str) -> String {
    if kind.is_empty() { "revision".to_owned() } else { kind.to_lowercase() }
}

impl Payload {
    fn has_failed(&self) -> bool {
        let code = self.status.as_ref().map_or(0, |status| status.code);
        code != 0 || self.response.as_ref().is_some_and(|response| response.status.word == "Failure")
    }

    /// Refused by admission, and not for another reason such as a quota
    /// (`docs/binary-authorization.md`, "Reading an entry").
    fn is_refused(&self) -> bool {
        let Some(response) = self.response.as_ref().filter(|response| response.status.word == "Failure") else {
            // The rpc status tells it where the response was left out.
            return self.response.is_none()
                && self.status.as_ref().is_some_and(|status| status.code != 0 && is_denial(&status.message));
        };
        match response.reason.as_str() {
            "VIOLATES_POLICY" => true,
            "Forbidden" => is_denial(&response.message),
            _ => false,
        }
    }
}

/// Whether the message names the rule of a policy that denied (`docs/binary-authorization.md`, "GKE
/// denials, legacy path", "GKE denials, webhook" and "Distributed Cloud denials"). There are many
/// entries, so it is not read further here.
fn is_denial(message: &str) -> bool {
    const BEFORE_THE_RULE: [&str; 3] =
        ["denied by Binary Authorization ", "denied one or more images: Denied by ", "denied the request: Denied by "];
    let rest = BEFORE_THE_RULE.iter().find_map(|words| message.split_once(words));
    rest.is_some_and(|(_, rest)| rest.contains("admission rule"))
}

/// `core/v1/namespaces/NS/pods/NAME`.
fn namespace(resource: &str) -> &str {
    let mut parts = resource.split('/').skip_while(|part| *part != "namespaces").skip(1);
    parts.next().unwrap_or_default()
}

/// The images of a Cloud Run service or revision, wherever in its spec.
fn images(spec: Option<&serde_json::Value>) -> Vec<String> {
    let paths = ["/template/spec/containers", "/containers", "/template/template/spec/containers"];
    let containers = paths.iter().find_map(|path| spec?.pointer(path)?.as_array());
    let image = |container: &serde_json::Value| container.get("image")?.as_str().map(str::to_owned);
    containers.into_iter().flatten().filter_map(image).collect()
}

/// Images and attestors of which a message says that there is no attestation that counts.
fn unattested(message: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (at, _) in message.match_indices(" denied by ") {
        let (Some(before), Some(after)) = (message.get(..at), message.get(at..)) else { continue };
        let image = before.rsplit([' ', '\n', '\'']).find(|word| !word.is_empty()).unwrap_or_default();
        let after = after.trim_start_matches(" denied by ").trim_start_matches("attestor ");
        let Some((attestor, reason)) = after.split_once(": ") else { continue };
        if attestor.starts_with("projects/") && !attestor.contains(' ') && reason.starts_with("No attestations found") {
            pairs.push((image.to_owned(), attestor.to_owned()));
        }
    }
    pairs
}
