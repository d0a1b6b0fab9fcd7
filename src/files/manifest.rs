//! Kubernetes manifests as people write them, as far as admission looks at them: the pods that a
//! text in YAML or JSON would make.
//!
//! Only the fields that decide are read, so that workloads of any kind and version will do, as long
//! as they carry a pod template where Kubernetes has it. Types are held as strictly as the API
//! server does: `break-glass: true` without quotes is a boolean, and no label.
//!
//! By serde and not by the reader of `domain::document`: a stream may have many documents, types are told apart as
//! the API server does it and not as gcloud does, and nothing points into the text but the first error. The parser
//! below both is the same, `granit-parser`.
//! Pure; may use `domain`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::{DuplicateKeyPolicy, MessageFormatter as _, UserMessageFormatter};

use domain::admission::{ContainerKind, Fact, Facts, Owner, Platform, Request, RequestImage};
use domain::policy_test::PodFault;
use domain::workload::of_replica_set;

/// More than etcd stores of one object by default (1.5 MiB), for a file with several.
pub const MAX_BYTES: usize = 4 << 20;
/// More pods than this in one text are not looked at.
const MAX_OBJECTS: usize = 1_000;

/// A pod that a manifest would make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodManifest {
    /// The kind of the object, for example `Deployment`.
    pub kind: String,
    /// The name of the object; a workload's pods have names that begin with it.
    pub name: String,
    pub platform: Platform,
    pub namespace: Option<String>,
    pub service_account: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// The workload's own metadata; `None` for a bare pod.
    pub owner: Option<Owner>,
    /// Init containers, containers, ephemeral containers: in the order in which they are checked.
    pub images: Vec<RequestImage>,
}

impl PodManifest {
    /// Kind and name of the object, for example `Deployment/web`.
    pub fn title(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// The question whether this pod is admitted. The cluster is not known, nor whether the pod gets an identity in a
    /// mesh; the namespace only where the manifest says it; whether a service of Cloud Run is asked about at all, where
    /// its annotations do.
    pub fn into_request(self) -> Request {
        let mut not_known = Facts::from_iter([Fact::Cluster, Fact::ServiceIdentity]);
        if self.namespace.is_none() {
            not_known.insert(Fact::Namespace);
        }
        let mut request = Request {
            not_known,
            platform: self.platform,
            name: if self.owner.is_none() { self.name } else { String::new() },
            namespace: self.namespace.unwrap_or_default(),
            service_account: self.service_account.unwrap_or_default(),
            labels: self.labels,
            annotations: self.annotations,
            owner: self.owner,
            images: self.images,
            ..Request::default()
        };
        request.settle_enforcement();
        request
    }
}

/// Why a text gives no pods.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("the manifest has {found} bytes, more than the {MAX_BYTES} that are read")]
    TooLarge { found: usize },
    #[error("line {line}, column {column}: {message}")]
    Syntax { line: u64, column: u64, message: String },
    #[error("the manifest has more than {MAX_OBJECTS} objects")]
    TooMany,
    #[error("the manifest is empty: expected a Pod, or a workload with a pod template")]
    Empty,
    #[error("no Pod, and no workload with a pod template, among: {}", kinds.join(", "))]
    NoPod { kinds: Vec<String> },
    #[error("{kind} {name:?} has no containers")]
    NoContainers { kind: String, name: String },
    #[error("container {container:?} of {kind} {name:?} has no image")]
    NoImage { kind: String, name: String, container: String },
}

/// The pods of every object in a YAML stream or JSON text; objects without a pod template are passed
/// over, as long as one has some.
pub fn pods(text: &str) -> Result<Vec<PodManifest>, ManifestError> {
    let mut kinds = Vec::new();
    let mut pods = Vec::new();
    for object in flat(objects(text)?)? {
        match object.pod()? {
            Some(pod) => pods.push(pod),
            None => kinds.push(if object.kind.is_empty() { "an object without kind".to_owned() } else { object.kind }),
        }
    }
    match (pods.is_empty(), kinds.is_empty()) {
        (false, _) => Ok(pods),
        (true, true) => Err(ManifestError::Empty),
        (true, false) => {
            kinds.dedup();
            kinds.truncate(5);
            Err(ManifestError::NoPod { kinds })
        }
    }
}

/// Every pod of a manifest, with the kind and name of the object that makes it.
pub fn requests(text: &str) -> Result<Vec<(String, Request)>, PodFault> {
    let pods = pods(text).map_err(fault)?;
    Ok(pods.into_iter().map(|pod| (pod.title(), pod.into_request())).collect())
}

fn fault(error: ManifestError) -> PodFault {
    match error {
        ManifestError::Syntax { line, column, message } => {
            let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            PodFault { place: Some((number(line), number(column))), message }
        }
        other => PodFault { place: None, message: other.to_string() },
    }
}

/// The one pod of a manifest, as the tests of a policy ask about it.
pub fn request(text: &str) -> Result<Request, PodFault> {
    let pods = pods(text).map_err(fault)?;
    let count = pods.len();
    match pods.into_iter().next() {
        Some(pod) if count == 1 => Ok(pod.into_request()),
        _ => Err(PodFault { place: None, message: format!("{count} pods in one manifest: write one test for each") }),
    }
}

fn objects(text: &str) -> Result<Vec<Object>, ManifestError> {
    if text.len() > MAX_BYTES {
        return Err(ManifestError::TooLarge { found: text.len() });
    }
    // JSON is nearly a part of YAML; where it is JSON, its own rules and messages are the better ones.
    if text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return serde_json::from_str(text).map(|object| vec![object]).map_err(|error| json_error(&error));
    }
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        no_schema: true,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| yaml_error(&error))
}

fn json_error(error: &serde_json::Error) -> ManifestError {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
    ManifestError::Syntax { line: error.line() as u64, column: error.column() as u64, message }
}

fn yaml_error(error: &serde_saphyr::Error) -> ManifestError {
    let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
    let error = error.without_snippet();
    let message = match error {
        serde_saphyr::Error::QuotingRequired { value, .. } => format!("`{value}` is no text here: put it in quotes"),
        serde_saphyr::Error::Unexpected { expected: "sequence start", .. } => "expected a list".to_owned(),
        serde_saphyr::Error::Unexpected { expected: "mapping start", .. } => "expected a map".to_owned(),
        other => UserMessageFormatter.format_message(other).into_owned(),
    };
    ManifestError::Syntax { line, column, message }
}

/// The objects of a `List`, as `kubectl get -o yaml` prints it, in its place.
fn flat(objects: Vec<Object>) -> Result<Vec<Object>, ManifestError> {
    let mut flat = Vec::new();
    for mut object in objects {
        match object.items.take() {
            Some(items) if object.kind.ends_with("List") => flat.extend(items),
            _ => flat.push(object),
        }
    }
    if flat.len() > MAX_OBJECTS { Err(ManifestError::TooMany) } else { Ok(flat) }
}

/// Any object. Null and absent are the same, as everywhere in Kubernetes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a map")]
pub(crate) struct Object {
    api_version: Option<String>,
    kind: String,
    metadata: Option<Metadata>,
    spec: Option<Spec>,
    /// A `PodTemplate` has it here.
    template: Option<Template>,
    /// The objects of a `List`.
    items: Option<Vec<Object>>,
    status: Option<Status>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a map")]
struct Metadata {
    name: Option<String>,
    generate_name: Option<String>,
    namespace: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    owner_references: Option<Vec<OwnerReference>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, expecting = "a map")]
struct OwnerReference {
    kind: String,
    name: String,
    controller: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, expecting = "a map")]
struct Status {
    phase: Option<String>,
}

/// The fields of a pod's spec and of a workload's: which of them are filled tells which it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a map")]
struct Spec {
    service_account_name: Option<String>,
    /// The deprecated name of the same.
    service_account: Option<String>,
    init_containers: Option<Vec<Container>>,
    containers: Option<Vec<Container>>,
    ephemeral_containers: Option<Vec<Container>>,
    template: Option<Box<Template>>,
    /// A `CronJob` has it.
    job_template: Option<Box<Template>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a map")]
struct Template {
    metadata: Option<Metadata>,
    spec: Option<Spec>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a map")]
struct Container {
    name: String,
    image: Option<String>,
    restart_policy: Option<String>,
}

impl Object {
    /// What made it, as kubectl names it: `deployment/web` or `job/web`, or the object itself.
    pub(crate) fn workload(&self) -> String {
        let references = self.metadata.as_ref().and_then(|own| own.owner_references.as_ref()).into_iter().flatten();
        let controller =
            references.clone().find(|owner| owner.controller == Some(true)).or(references.into_iter().next());
        let (kind, name) = controller.map_or((&self.kind, self.name()), |owner| (&owner.kind, owner.name.clone()));
        let labels = self.metadata.as_ref().and_then(|own| own.labels.as_ref());
        of_replica_set(kind, &name, |label| labels?.get(label).cloned())
            .unwrap_or_else(|| format!("{}/{name}", kind.to_lowercase()))
    }

    /// Whether it is a pod that has ended, and is never admitted again.
    pub(crate) fn has_ended(&self) -> bool {
        let phase = self.status.as_ref().and_then(|status| status.phase.as_deref());
        self.kind == "Pod" && matches!(phase, Some("Succeeded" | "Failed"))
    }

    pub(crate) fn is_bare_pod(&self) -> bool {
        self.kind == "Pod"
    }

    /// The pod that the object is or makes; `None` where it has no pod template.
    pub(crate) fn pod(&self) -> Result<Option<PodManifest>, ManifestError> {
        let own = self.metadata.clone().unwrap_or_default();
        if self.kind == "Pod" {
            let spec = self.spec.clone().unwrap_or_default();
            return self.manifest(own.clone(), spec, None).map(Some);
        }
        let Some(template) = self.pod_template() else { return Ok(None) };
        let mut metadata = template.metadata.clone().unwrap_or_default();
        if !metadata.namespace.as_ref().is_some_and(is_said) {
            metadata.namespace.clone_from(&own.namespace);
        }
        let owner = Owner {
            kind: self.kind.clone(),
            labels: own.labels.clone().unwrap_or_default(),
            annotations: own.annotations.clone().unwrap_or_default(),
        };
        self.manifest(metadata, template.spec.clone().unwrap_or_default(), Some(owner)).map(Some)
    }

    /// Where the kinds of Kubernetes have it (and Argo's, Knative's and others that follow them).
    fn pod_template(&self) -> Option<&Template> {
        let spec = self.spec.as_ref();
        let job = spec.and_then(|spec| spec.job_template.as_deref()).and_then(|job| job.spec.as_ref());
        let template = match self.kind.as_str() {
            "PodTemplate" => self.template.as_ref(),
            "CronJob" => job.and_then(|job| job.template.as_deref()),
            _ => spec.and_then(|spec| spec.template.as_deref()),
        }?;
        // What is called a template elsewhere has no containers.
        let with_containers =
            |template: &Template| template.spec.as_ref().is_some_and(|spec| spec.containers.is_some());
        // A job of Cloud Run has an execution's template around that of its tasks.
        let inner = template.spec.as_ref().and_then(|spec| spec.template.as_deref());
        let inner = inner.filter(|_| self.platform() == Platform::CloudRun);
        Some(template).into_iter().chain(inner).find(|template| with_containers(template))
    }

    fn manifest(&self, metadata: Metadata, spec: Spec, owner: Option<Owner>) -> Result<PodManifest, ManifestError> {
        let own = self.metadata.clone().unwrap_or_default();
        let images = self.images(&spec)?;
        let platform = self.platform();
        // On Cloud Run the annotations that count are the service's own.
        let annotations = if platform == Platform::CloudRun { own.annotations } else { metadata.annotations };
        Ok(PodManifest {
            kind: self.kind.clone(),
            name: self.name(),
            platform,
            namespace: metadata.namespace.filter(is_said),
            service_account: spec.service_account_name.filter(is_said).or(spec.service_account.filter(is_said)),
            labels: metadata.labels.unwrap_or_default(),
            annotations: annotations.unwrap_or_default(),
            owner: owner.filter(|_| platform == Platform::Gke),
            images,
        })
    }

    fn name(&self) -> String {
        let metadata = self.metadata.as_ref();
        metadata.and_then(|own| own.name.clone().or_else(|| own.generate_name.clone())).unwrap_or_default()
    }

    /// Cloud Run's services and jobs have Knative's and its own API groups.
    fn platform(&self) -> Platform {
        let group = self.api_version.as_deref().and_then(|version| version.split_once('/')).map(|(group, _)| group);
        match group {
            Some("serving.knative.dev" | "run.googleapis.com") => Platform::CloudRun,
            _ => Platform::Gke,
        }
    }

    fn images(&self, spec: &Spec) -> Result<Vec<RequestImage>, ManifestError> {
        let containers = spec.containers.iter().flatten();
        if containers.clone().next().is_none() {
            return Err(ManifestError::NoContainers { kind: self.kind.clone(), name: self.name() });
        }
        let init = spec.init_containers.iter().flatten().map(|container| (container, init_kind(container)));
        let main = containers.map(|container| (container, ContainerKind::Container));
        let ephemeral = spec.ephemeral_containers.iter().flatten().map(|c| (c, ContainerKind::Ephemeral));
        init.chain(main).chain(ephemeral).map(|(container, kind)| self.image(container, kind)).collect()
    }

    fn image(&self, container: &Container, kind: ContainerKind) -> Result<RequestImage, ManifestError> {
        let name = container.name.clone();
        match container.image.clone().filter(|image| !image.is_empty()) {
            Some(image) => Ok(RequestImage { image, container: name, kind }),
            None => Err(ManifestError::NoImage { kind: self.kind.clone(), name: self.name(), container: name }),
        }
    }
}

/// An empty name is as good as none, to the API server too.
#[expect(clippy::ptr_arg, reason = "the signature that `filter` asks for")]
fn is_said(text: &String) -> bool {
    !text.is_empty()
}

/// An init container that keeps running is a sidecar (Kubernetes 1.28).
fn init_kind(container: &Container) -> ContainerKind {
    match container.restart_policy.as_deref() {
        Some("Always") => ContainerKind::Sidecar,
        _ => ContainerKind::Init,
    }
}

#[cfg(test)]
mod tests;
