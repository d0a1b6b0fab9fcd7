//! The forms of what is simulated: a request of an image, by hand.

use crate::decision::state::Under;
use crate::model::Model;
use crate::shell::form::{Form, FormKind};
use crate::shell::tab::Pane;
use crate::submission::{Submission, joined, pairs, parse};
use domain::admission::{Platform, Request, RequestImage};
use domain::image::ImageRef;
use domain::name::{ClusterKey, KubernetesName, ServiceIdentity};

pub(crate) fn simulate(model: &Model) -> Form {
    let subject = &model.session.subject;
    let images: Vec<String> = model.session.images().into_iter().map(|image| image.image).collect();
    let cluster = model.session.pod().cluster.unwrap_or_default();
    let mut form =
        Form::new(FormKind::Simulate, "Simulate an admission", "Nothing is deployed: the decision is shown beside.")
            .text("images", "Images", &images.join(", "), "as the pod would name them, separated by commas")
            .text("cluster", "Cluster", &cluster, "LOCATION.NAME; empty: the chosen one")
            .text("namespace", "Namespace", &subject.namespace, "")
            .text("account", "Service account", &subject.service_account, "")
            .text("identity", "Mesh identity", &subject.service_identity, "DOMAIN/ns/NS/sa/SA, or empty")
            .text("labels", "Labels", &joined(&subject.labels), "of the pod: KEY=VALUE, separated by commas")
            .text(
                "annotations",
                "Annotations",
                &joined(&subject.annotations),
                "of the pod: KEY=VALUE, separated by commas",
            )
            .choice(
                "platform",
                "Platform",
                vec!["Kubernetes Engine".into(), "Cloud Run".into()],
                "Cloud Run uses the default rule only",
            );
    form = form.choice("policy", "Decide under", policies(model), "the tree is shown for this one; v goes to the next");
    if subject.platform == Platform::CloudRun {
        form.choose("platform", 1);
    }
    form.choose("policy", usize::from(model.decisions.under == Under::Draft));
    form
}

/// The live policy, the draft, and each version that was live, the newest first.
pub(crate) fn policies(model: &Model) -> Vec<String> {
    let versions = model.history.versions.iter().rev();
    let versions = versions.map(|version| format!("the policy of {}", version.stamp()));
    [Under::Live.as_str().to_owned(), Under::Draft.as_str().to_owned()].into_iter().chain(versions).collect()
}

pub(crate) fn take_policy(model: &mut Model, chosen: usize) {
    model.decisions.under = match chosen {
        0 => Under::Live,
        1 => Under::Draft,
        version => match model.history.newest(version - 2).cloned() {
            Some(version) => {
                crate::history::act::ask(model, version);
                Under::Version
            }
            None => Under::Live,
        },
    };
}

pub(crate) fn take_simulate(model: &mut Model, form: &Form) -> Submission {
    let images = images(model, &form.value("images"))?;
    let cluster = form.value("cluster");
    if !cluster.is_empty() {
        parse::<ClusterKey>("cluster", &cluster)?;
    }
    let labels = pairs("labels", &form.value("labels"))?;
    let annotations = pairs("annotations", &form.value("annotations"))?;
    let namespace: KubernetesName = parse("namespace", &form.value("namespace"))?;
    let (account, identity) = (form.value("account"), form.value("identity"));
    if !account.is_empty() {
        parse::<KubernetesName>("account", &account)?;
    }
    if !identity.is_empty() {
        parse::<ServiceIdentity>("identity", &identity)?;
    }
    let same = model.session.images() == images;
    let before = &model.session.subject;
    let request = Request {
        platform: if form.chosen("platform") == 1 { Platform::CloudRun } else { Platform::Gke },
        cluster: Some(cluster).filter(|cluster| !cluster.is_empty()),
        namespace: namespace.to_string(),
        service_account: account,
        service_identity: Some(identity).filter(|identity| !identity.is_empty()),
        labels: labels.into_iter().collect(),
        annotations: annotations.into_iter().collect(),
        name: if same { before.name.clone() } else { String::new() },
        owner: before.owner.clone().filter(|_| same),
        images,
        ..Request::default()
    };
    model.session.ask(request);
    take_policy(model, form.chosen("policy"));
    model.go(Pane::Decision);
    Ok(Vec::new())
}

/// The images of the list; one that the pod had already keeps its container.
pub(crate) fn images(model: &Model, text: &str) -> Result<Vec<RequestImage>, (&'static str, String)> {
    let known = model.session.images();
    let mut images = Vec::new();
    for image in text.split(',').map(str::trim).filter(|image| !image.is_empty()) {
        let parsed: ImageRef = parse("images", image)?;
        let before = known.iter().find(|known| known.image == image).cloned();
        images.push(before.unwrap_or(RequestImage { image: parsed.as_str().to_owned(), ..RequestImage::default() }));
    }
    if images.is_empty() { Err(("images", "an image is needed".to_owned())) } else { Ok(images) }
}

pub(crate) fn typed_image(model: &Model) -> Form {
    let value = model.session.image.as_ref().map(|image| image.as_str().to_owned()).unwrap_or_default();
    Form::new(FormKind::TypedImage, "Choose an image", "Any reference; it need not exist.").text(
        "image",
        "Image",
        &value,
        "registry/path[:tag][@sha256:…]",
    )
}
