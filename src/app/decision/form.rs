//! The forms of what is simulated: a request of an image, by hand.

use jiff::Timestamp;

use crate::decision::state::Under;
use crate::history;
use crate::model::Model;
use crate::shell::form::{ChoiceField, Form, Refused, TextField, fields};
use crate::shell::tab::Pane;
use crate::submission::{Submission, Submit, joined, pairs};
use domain::admission::{Fact, NO_IDENTITY, Platform, Request, RequestImage};
use domain::image::{ImageError, ImageRef};
use domain::name::{ClusterKey, KubernetesName, ServiceIdentity};

#[derive(Debug)]
pub(crate) struct SimulateForm {
    images: TextField,
    cluster: TextField,
    namespace: TextField,
    account: TextField,
    identity: TextField,
    labels: TextField,
    annotations: TextField,
    platform: ChoiceField<Platform>,
    policy: ChoiceField<Policy>,
}

/// The policy that is decided under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    Live,
    Draft,
    /// The one that became live then.
    Since(Timestamp),
}

impl SimulateForm {
    pub(crate) fn new(model: &Model) -> Self {
        let subject = &model.session.subject;
        let images: Vec<String> = model.session.images().into_iter().map(|image| image.image).collect();
        let cluster = model.session.pod().cluster.unwrap_or_default();
        let platforms = [(Platform::Gke, "Kubernetes Engine"), (Platform::CloudRun, "Cloud Run")];
        let is_draft = model.decisions.under == Under::Draft;
        let policy = if is_draft { Policy::Draft } else { Policy::Live };
        let said = |fact, text| subject.said(fact, text).unwrap_or_default();
        let identity = match subject.said(Fact::ServiceIdentity, &subject.service_identity) {
            Some("") => NO_IDENTITY,
            identity => identity.unwrap_or_default(),
        };
        let pairs = "of the pod: KEY=VALUE, separated by commas";
        let tree = "the tree is shown for this one; v goes to the next";
        Self {
            images: TextField::new("Images", &images.join(", "), "as the pod would name them, separated by commas"),
            cluster: TextField::new("Cluster", &cluster, "LOCATION.NAME; empty: the chosen one"),
            namespace: TextField::new("Namespace", said(Fact::Namespace, &subject.namespace), "empty: not known"),
            account: TextField::new(
                "Service account",
                said(Fact::ServiceAccount, &subject.service_account),
                "empty: not known",
            ),
            identity: TextField::new("Mesh identity", identity, "DOMAIN/ns/NS/sa/SA, or none; empty: not known"),
            labels: TextField::new("Labels", &joined(&subject.labels), pairs),
            annotations: TextField::new("Annotations", &joined(&subject.annotations), pairs),
            platform: ChoiceField::new("Platform", subject.platform, platforms, "Cloud Run uses the default rule only"),
            policy: ChoiceField::new("Decide under", policy, policies(model), tree),
        }
    }
}

/// The live policy, the draft, and each version that was live, the newest first.
fn policies(model: &Model) -> impl Iterator<Item = (Policy, String)> {
    let present = [(Policy::Live, Under::Live.as_str()), (Policy::Draft, Under::Draft.as_str())];
    let present = present.map(|(policy, label)| (policy, label.to_owned()));
    let versions = model.history.versions.iter().rev();
    present.into_iter().chain(
        versions.map(|version| (Policy::Since(version.live_since()), format!("the policy of {}", version.stamp()))),
    )
}

impl Form for SimulateForm {
    fields!(images, cluster, namespace, account, identity, labels, annotations, platform, policy);

    fn title(&self) -> &'static str {
        "Simulate an admission"
    }

    fn intro(&self) -> &'static str {
        "Nothing is deployed: the decision is shown beside."
    }
}

impl Submit<Model> for SimulateForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let request = self.request(model)?;
        model.session.ask(request);
        decide_under(model, self.policy.value());
        model.go(Pane::Decision);
        Ok(Vec::new())
    }
}

impl SimulateForm {
    fn request(&mut self, model: &Model) -> Result<Request, Refused> {
        let known = model.session.images();
        let images = self.images.read(|text| images(&known, text))?;
        let cluster: Option<ClusterKey> = self.cluster.parse_unless_empty()?;
        let labels = self.labels.read(pairs)?;
        let annotations = self.annotations.read(pairs)?;
        let namespace: Option<KubernetesName> = self.namespace.parse_unless_empty()?;
        let account: Option<KubernetesName> = self.account.parse_unless_empty()?;
        let in_no_mesh = self.identity.text().trim() == NO_IDENTITY;
        let identity: Option<ServiceIdentity> = if in_no_mesh { None } else { self.identity.parse_unless_empty()? };
        let missing = [
            (Fact::Namespace, namespace.is_none()),
            (Fact::ServiceAccount, account.is_none()),
            (Fact::ServiceIdentity, identity.is_none() && !in_no_mesh),
        ];
        let same = known == images;
        let before = &model.session.subject;
        let mut request = Request {
            platform: self.platform.value(),
            cluster: cluster.map(|cluster| cluster.to_string()),
            namespace: namespace.map(|namespace| namespace.to_string()).unwrap_or_default(),
            not_known: missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(fact, _)| fact).collect(),
            service_account: account.map(|account| account.to_string()).unwrap_or_default(),
            service_identity: identity.map(|identity| identity.to_string()),
            labels: labels.into_iter().collect(),
            annotations: annotations.into_iter().collect(),
            name: if same { before.name.clone() } else { String::new() },
            owner: before.owner.clone().filter(|_| same),
            images,
            ..Request::default()
        };
        // Of what was refused it is known that it was asked about, whatever its annotations are.
        let is_as_told =
            same && request.platform == before.platform && self.annotations.text() == joined(&before.annotations);
        if is_as_told {
            request.not_known |= before.not_known.and(Fact::Enforcement.into());
        } else {
            request.settle_enforcement();
        }
        Ok(request)
    }
}

fn decide_under(model: &mut Model, policy: Policy) {
    model.decisions.under = match policy {
        Policy::Live => Under::Live,
        Policy::Draft => Under::Draft,
        Policy::Since(since) => {
            let mut versions = model.history.versions.iter().rev();
            match versions.find(|version| version.live_since() == since).cloned() {
                Some(version) => {
                    history::act::ask(model, version);
                    Under::Version
                }
                None => Under::Live,
            }
        }
    };
}

/// The images of the list; one that the pod had already keeps its container.
fn images(known: &[RequestImage], text: &str) -> Result<Vec<RequestImage>, String> {
    let mut images = Vec::new();
    for image in text.split(',').map(str::trim).filter(|image| !image.is_empty()) {
        let parsed: ImageRef = image.parse().map_err(|error: ImageError| error.to_string())?;
        let before = known.iter().find(|known| known.image == image).cloned();
        images.push(before.unwrap_or(RequestImage { image: parsed.as_str().to_owned(), ..RequestImage::default() }));
    }
    if images.is_empty() { Err("an image is needed".to_owned()) } else { Ok(images) }
}

#[derive(Debug)]
pub(crate) struct ImageForm {
    image: TextField,
}

impl ImageForm {
    pub(crate) fn new(model: &Model) -> Self {
        let value = model.session.image.as_ref().map_or("", ImageRef::as_str);
        Self { image: TextField::new("Image", value, "registry/path[:tag][@sha256:…]") }
    }
}

impl Form for ImageForm {
    fields!(image);

    fn title(&self) -> &'static str {
        "Choose an image"
    }

    fn intro(&self) -> &'static str {
        "Any reference; it need not exist."
    }
}

impl Submit<Model> for ImageForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        model.session.choose(self.image.parse()?);
        Ok(Vec::new())
    }
}
