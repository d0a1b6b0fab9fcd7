//! Forms about what is deployed where: the project, the cluster, the image to build, the workload.

use std::collections::BTreeMap;

use crate::job::{Deploy, Job};
use crate::model::Model;
use crate::shell::form::{Form, FormKind};
use crate::shell::notice::Weight;
use crate::submission::{Submission, pairs, parse};
use codelab::names;
use domain::image::ImageRef;
use domain::name::{ClusterId, ClusterKey, KubernetesName, ProjectId};
use domain::resource::{Cluster, WorkloadKind};

pub(crate) fn project(model: &Model) -> Form {
    let value = model.session.project.as_ref().map_or(names::PROJECT, ProjectId::as_str);
    Form::new(FormKind::Project, "Choose a project", "The sandbox makes it if it does not exist.").text(
        "project",
        "Project id",
        value,
        "6 to 30 lower-case letters, digits and hyphens",
    )
}

pub(crate) fn take_project(model: &mut Model, form: &Form) -> Submission {
    let project: ProjectId = parse("project", &form.value("project"))?;
    Ok(model.run_job(Job::CreateProject { project }))
}

pub(crate) fn cluster(_model: &Model) -> Form {
    let intro = "Creates a cluster; one of this name that exists is chosen instead. It admits everything until enforcement is on.";
    Form::new(FormKind::Cluster, "Create or choose a cluster", intro)
        .text("name", "Name", names::CLUSTER, "lower-case letters, digits and hyphens")
        .text("location", "Zone or region", names::LOCATION, "for example us-central1-a")
}

pub(crate) fn take_cluster(model: &mut Model, form: &Form) -> Submission {
    let name: KubernetesName = parse("name", &form.value("name"))?;
    let location: KubernetesName = parse("location", &form.value("location"))?;
    if name.as_str().contains('.') {
        return Err(("name", "the name of a cluster has no dots".to_owned()));
    }
    let key = ClusterKey::new(location.as_str(), name.as_str()).map_err(|error| ("location", error.to_string()))?;
    let is_key = |c: &Cluster| c.location == key.location() && c.name == key.cluster();
    if model.session.remotes.clusters.items().iter().any(is_key) {
        model.say(Weight::Success, format!("✓ cluster {} is chosen", key.cluster()));
        model.session.cluster = Some(key);
        return Ok(Vec::new());
    }
    let project = model.session.project.clone().ok_or(("name", "choose a project first".to_owned()))?;
    Ok(model.run_job(Job::CreateCluster(ClusterId { project, key })))
}

pub(crate) fn push(model: &Model) -> Form {
    let project = model.session.project.as_ref().map_or(names::PROJECT, ProjectId::as_str);
    let intro = "Builds the codelab's small image (Dockerfile: FROM alpine, CMD tail -f /dev/null; offline without alpine's files) and pushes it.";
    Form::new(FormKind::Push, "Build and push", intro)
        .text("repository", "Repository", &names::image_path(project), "registry and path")
        .text("tag", "Tag", names::TAG, "a name for the digest, which can be moved")
}

pub(crate) fn take_push(model: &mut Model, form: &Form) -> Submission {
    let repository: ImageRef = parse("repository", &form.value("repository"))?;
    if repository.tag().is_some() || repository.digest().is_some() {
        return Err(("repository", "a repository has no tag and no digest".to_owned()));
    }
    if repository.registry().is_none() {
        return Err(("repository", "a registry is missing, for example us.gcr.io/".to_owned()));
    }
    let tag = form.value("tag");
    let image: ImageRef = parse("tag", &format!("{repository}:{tag}"))?;
    Ok(model.run_job(Job::PushImage { repository: image.name().to_owned(), tag }))
}

pub(crate) fn deploy(model: &Model) -> Form {
    let project = model.session.project.as_ref().map_or(names::PROJECT, ProjectId::as_str);
    let by_tag = format!("{}:{}", names::image_path(project), names::TAG);
    let image = model.session.image.as_ref().map_or(by_tag, |image| image.as_str().to_owned());
    let name = if model.session.image.as_ref().is_some_and(|i| i.digest().is_some()) {
        names::SIGNED_WORKLOAD
    } else {
        names::WORKLOAD
    };
    Form::new(FormKind::Deploy, "Deploy", "Runs an image in the cluster; admission decides about its pods.")
        .text("name", "Name", name, "lower-case letters, digits and hyphens")
        .text("image", "Image", &image, "by digest where attestations are required")
        .choice(
            "kind",
            "As",
            vec!["Deployment".into(), "Pod".into()],
            "a refused Pod fails at once; a refused Deployment tells it in an event",
        )
        .text("namespace", "Namespace", &model.session.subject.namespace, "")
        .text("account", "Service account", "", "empty: default")
        .text(
            "labels",
            "Labels",
            "",
            "of the pod: KEY=VALUE, separated by commas; break-glass is image-policy.k8s.io/break-glass=true",
        )
}

pub(crate) fn take_deploy(model: &mut Model, form: &Form) -> Submission {
    let name: KubernetesName = parse("name", &form.value("name"))?;
    let image: ImageRef = parse("image", &form.value("image"))?;
    let namespace: KubernetesName = parse("namespace", &form.value("namespace"))?;
    let service_account = form.value("account");
    if !service_account.is_empty() {
        parse::<KubernetesName>("account", &service_account)?;
    }
    let labels: BTreeMap<String, String> = pairs("labels", &form.value("labels"))?.into_iter().collect();
    let cluster = model.session.cluster_id().ok_or(("name", "create a cluster first".to_owned()))?;
    let kind = if form.chosen("kind") == 0 { WorkloadKind::Deployment } else { WorkloadKind::Pod };
    let deploy = Deploy {
        kind,
        namespace: namespace.to_string(),
        name: name.to_string(),
        image: image.as_str().to_owned(),
        service_account,
        labels,
        annotations: BTreeMap::new(),
    };
    Ok(model.run_job(Job::Deploy { cluster, deploy }))
}
