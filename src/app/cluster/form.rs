//! Forms about what is deployed where: the project, the cluster, the image to build, the workload.

use std::collections::BTreeMap;

use crate::job::Job;
use crate::model::Model;
use crate::shell::form::{ChoiceField, Form, TextField, fields};
use crate::shell::notice::Weight;
use crate::shell::suggestion::Suggestions;
use crate::submission::{Submission, Submit, pairs};
use domain::image::ImageRef;
use domain::name::{ClusterId, ClusterKey, KubernetesName, ProjectId};
use domain::resource::{Cluster, Deploy, WorkloadKind};

/// What a Kubernetes name is made of.
pub(crate) const NAME_HELP: &str = "lower-case letters, digits and hyphens";

#[derive(Debug)]
pub(crate) struct ProjectForm {
    project: TextField,
}

impl ProjectForm {
    pub(crate) fn new(model: &Model) -> Self {
        let value = model.session.project.as_ref().map_or(model.suggestions.project, ProjectId::as_str);
        Self { project: TextField::new("Project id", value, "6 to 30 lower-case letters, digits and hyphens") }
    }
}

impl Form for ProjectForm {
    fields!(project);

    fn title(&self) -> &'static str {
        "Choose a project"
    }

    fn intro(&self) -> &'static str {
        "The sandbox makes it if it does not exist."
    }
}

impl Submit<Model> for ProjectForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let project: ProjectId = self.project.parse()?;
        Ok(model.run_job(Job::CreateProject { project }))
    }
}

#[derive(Debug)]
pub(crate) struct ClusterForm {
    name: TextField,
    location: TextField,
}

impl ClusterForm {
    pub(crate) fn new(model: &Model) -> Self {
        let Suggestions { cluster, location, .. } = model.suggestions;
        Self {
            name: TextField::new("Name", cluster, NAME_HELP),
            location: TextField::new("Zone or region", location, "for example us-central1-a"),
        }
    }
}

impl Form for ClusterForm {
    fields!(name, location);

    fn title(&self) -> &'static str {
        "Create or choose a cluster"
    }

    fn intro(&self) -> &'static str {
        "Creates a cluster; one of this name that exists is chosen instead. It admits everything until enforcement is on."
    }
}

impl Submit<Model> for ClusterForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let name: KubernetesName = self.name.parse()?;
        let location: KubernetesName = self.location.parse()?;
        if name.as_str().contains('.') {
            return Err(self.name.refuse("the name of a cluster has no dots"));
        }
        let key = ClusterKey::new(location.as_str(), name.as_str())
            .map_err(|error| self.location.refuse(error.to_string()))?;
        let is_key = |c: &Cluster| c.location == key.location() && c.name == key.cluster();
        if model.session.remotes.clusters.items().iter().any(is_key) {
            model.say(Weight::Success, format!("✓ cluster {} is chosen", key.cluster()));
            model.session.cluster = Some(key);
            return Ok(Vec::new());
        }
        let project = model.session.project.clone().ok_or_else(|| self.name.refuse("choose a project first"))?;
        Ok(model.run_job(Job::CreateCluster(ClusterId { project, key })))
    }
}

/// Registry and path of the image that is pushed and deployed.
fn repository(model: &Model) -> String {
    let project = model.session.project.as_ref().map_or(model.suggestions.project, ProjectId::as_str);
    (model.suggestions.repository)(project)
}

#[derive(Debug)]
pub(crate) struct PushForm {
    repository: TextField,
    tag: TextField,
}

impl PushForm {
    pub(crate) fn new(model: &Model) -> Self {
        Self {
            repository: TextField::new("Repository", &repository(model), "registry and path"),
            tag: TextField::new("Tag", model.suggestions.tag, "a name for the digest, which can be moved"),
        }
    }
}

impl Form for PushForm {
    fields!(repository, tag);

    fn title(&self) -> &'static str {
        "Build and push"
    }

    fn intro(&self) -> &'static str {
        "Builds the codelab's small image (Dockerfile: FROM alpine, CMD tail -f /dev/null; offline without alpine's files) and pushes it."
    }
}

impl Submit<Model> for PushForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let repository: ImageRef = self.repository.parse()?;
        if repository.tag().is_some() || repository.digest().is_some() {
            return Err(self.repository.refuse("a repository has no tag and no digest"));
        }
        if repository.registry().is_none() {
            return Err(self.repository.refuse("a registry is missing, for example us.gcr.io/"));
        }
        let to: ImageRef = self.tag.read(|tag| format!("{repository}:{tag}").parse())?;
        let image = Box::new((model.suggestions.image)());
        Ok(model.run_job(Job::PushImage { to, image }))
    }
}

#[derive(Debug)]
pub(crate) struct DeployForm {
    name: TextField,
    image: TextField,
    kind: ChoiceField<WorkloadKind>,
    namespace: TextField,
    account: TextField,
    labels: TextField,
}

impl DeployForm {
    pub(crate) fn new(model: &Model) -> Self {
        let chosen = model.session.image.as_ref();
        let tag = model.suggestions.tag;
        let image = chosen.map_or_else(|| format!("{}:{tag}", repository(model)), |image| image.as_str().to_owned());
        let name = suggested(model).map_or_else(|| name_of(std::iter::once(image.as_str())), str::to_owned);
        let refused = "a refused Pod fails at once; a refused Deployment tells it in an event";
        let labels = "of the pod: KEY=VALUE, separated by commas; break-glass is image-policy.k8s.io/break-glass=true";
        Self {
            name: TextField::new("Name", &name, NAME_HELP),
            image: TextField::new("Image", &image, "by digest where attestations are required"),
            kind: workload_kind(refused),
            namespace: TextField::new("Namespace", &model.session.subject.namespace, ""),
            account: TextField::new("Service account", "", "empty: default"),
            labels: TextField::new("Labels", "", labels),
        }
    }
}

/// What the guide would have it called, while it is shown and about its own image.
fn suggested(model: &Model) -> Option<&'static str> {
    let Suggestions { workload, signed_workload, .. } = model.suggestions;
    let is_its_own = |image: &ImageRef| image.name() == repository(model);
    let chosen = model.session.image.as_ref();
    if !model.guide.progress.shown || !chosen.is_none_or(is_its_own) {
        return None;
    }
    Some(if chosen.is_some_and(|image| image.digest().is_some()) { signed_workload } else { workload })
}

/// A name for a workload of these images: the last part of the first repository, as a Kubernetes name.
pub(crate) fn name_of<'i>(mut images: impl Iterator<Item = &'i str>) -> String {
    let image = images.find_map(|image| image.parse::<ImageRef>().ok());
    let last = image.as_ref().and_then(|image| image.repository().rsplit('/').next()).unwrap_or_default();
    let name: String =
        last.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    name.trim_matches('-').to_owned()
}

/// What a person deploys: a Deployment, or a Pod of its own.
pub(crate) fn workload_kind(help: &'static str) -> ChoiceField<WorkloadKind> {
    let kinds = [(WorkloadKind::Deployment, "Deployment"), (WorkloadKind::Pod, "Pod")];
    ChoiceField::new("As", WorkloadKind::Deployment, kinds, help)
}

impl Form for DeployForm {
    fields!(name, image, kind, namespace, account, labels);

    fn title(&self) -> &'static str {
        "Deploy"
    }

    fn intro(&self) -> &'static str {
        "Runs an image in the cluster; admission decides about its pods."
    }
}

impl Submit<Model> for DeployForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let name: KubernetesName = self.name.parse()?;
        let image: ImageRef = self.image.parse()?;
        let namespace: KubernetesName = self.namespace.parse()?;
        let service_account: Option<KubernetesName> = self.account.parse_unless_empty()?;
        let labels: BTreeMap<String, String> = self.labels.read(pairs)?.into_iter().collect();
        let cluster = model.session.cluster_id().ok_or_else(|| self.name.refuse("create a cluster first"))?;
        let deploy = Deploy {
            kind: self.kind.value(),
            namespace,
            name,
            image,
            service_account,
            labels,
            annotations: BTreeMap::new(),
        };
        Ok(model.run_job(Job::Deploy { cluster, deploy }))
    }
}
