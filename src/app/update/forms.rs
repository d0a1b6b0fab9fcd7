//! Each form: how it starts, and what it becomes when it is taken.

use std::collections::BTreeMap;

use super::super::decisions::Under;
use super::super::editor::{EditorCommand, Motion};
use super::super::effect::Effect;
use super::super::form::{Form, FormKind};
use super::super::job::{ClusterId, Deploy, Job};
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::overlay::Overlay;
use super::super::tab::Pane;
use super::super::work::Purpose;
use super::{files, fixing, go, manifest, policy, review, run, say, what_if};
use codelab::names;
use domain::admission::{Platform, Request, RequestImage};
use domain::attestation;
use domain::image::ImageRef;
use domain::key::{KeyAlgorithm, KeySpec};
use domain::name::{ClusterKey, KubernetesName, NoteName, ProjectId, ResourceId, ServiceIdentity};
use domain::resource::WorkloadKind;

/// What taking a form gives: effects, or the field that is wrong and why.
type Taken = Result<Vec<Effect>, (&'static str, String)>;

/// Takes the form on top; a wrong field keeps it open, with everything that was typed, and work that
/// fails brings it back.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = model.overlays.pop() else { return Vec::new() };
    let mut form = *form;
    form.clear_errors();
    match take(model, &form) {
        Ok(effects) => {
            let started =
                effects.iter().find_map(|e| if let Effect::Run(ticket, _) = e { Some(*ticket) } else { None });
            if let Some(ticket) = started {
                model.works.keep(ticket, Box::new(form));
            }
            effects
        }
        Err((field, error)) => {
            form.refuse(field, error);
            model.overlays.push(Overlay::Form(Box::new(form)));
            Vec::new()
        }
    }
}

fn take(model: &mut Model, form: &Form) -> Taken {
    match form.kind {
        FormKind::Project => take_project(model, form),
        FormKind::Cluster => take_cluster(model, form),
        FormKind::Push => take_push(model, form),
        FormKind::Deploy => take_deploy(model, form),
        FormKind::Simulate => take_simulate(model, form),
        FormKind::Manifest => manifest::take(model, form),
        FormKind::Assume(typed) => what_if::take(model, typed, form),
        FormKind::Note => take_note(model, form),
        FormKind::Attestor => take_attestor(model, form),
        FormKind::Key => take_key(model, form),
        FormKind::ImportKey => take_import_key(model, form),
        FormKind::TypedImage => {
            model.session.choose(parse("image", &form.value("image"))?);
            Ok(Vec::new())
        }
        FormKind::Explain => super::explain::take(model, form),
        FormKind::SaveFile => files::take_save(model, form),
        FormKind::OpenFile => take_path(form),
        FormKind::ExportPolicy => take_export(model, form),
        FormKind::GoToLine => take_line(model, form),
        FormKind::Case => super::case::take(model, form),
        FormKind::Replay => super::replaying::take(model, form),
        FormKind::Inventory => Ok(review::take_inventory(model, form)),
        FormKind::ExportReview(format) => review::take_export(model, form, format),
        FormKind::Session => super::export_session::take(model, form),
        FormKind::SignPassphrase => take_sign(model, form),
        FormKind::BreakGlass => fixing::take_form(model, form),
    }
}

fn parse<T: std::str::FromStr>(field: &'static str, text: &str) -> Result<T, (&'static str, String)>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| (field, error.to_string()))
}

fn plain(model: &mut Model, job: Job) -> Vec<Effect> {
    run(model, vec![job], Purpose::Plain)
}

pub(super) fn project(model: &Model) -> Form {
    let value = model.session.project.clone().unwrap_or_else(|| names::PROJECT.to_owned());
    Form::new(FormKind::Project, "Choose a project", "The sandbox makes it if it does not exist.").text(
        "project",
        "Project id",
        &value,
        "6 to 30 lower-case letters, digits and hyphens",
    )
}

fn take_project(model: &mut Model, form: &Form) -> Taken {
    let project: ProjectId = parse("project", &form.value("project"))?;
    Ok(plain(model, Job::CreateProject { project: project.to_string() }))
}

pub(super) fn cluster(_model: &Model) -> Form {
    let intro = "Creates a cluster; one of this name that exists is chosen instead. It admits everything until enforcement is on.";
    Form::new(FormKind::Cluster, "Create or choose a cluster", intro)
        .text("name", "Name", names::CLUSTER, "lower-case letters, digits and hyphens")
        .text("location", "Zone or region", names::LOCATION, "for example us-central1-a")
}

fn take_cluster(model: &mut Model, form: &Form) -> Taken {
    let name: KubernetesName = parse("name", &form.value("name"))?;
    let location: KubernetesName = parse("location", &form.value("location"))?;
    if name.as_str().contains('.') {
        return Err(("name", "the name of a cluster has no dots".to_owned()));
    }
    let key = ClusterKey::new(location.as_str(), name.as_str()).map_err(|error| ("location", error.to_string()))?;
    let (location, name) = (key.location().to_owned(), key.cluster().to_owned());
    let exists = model.session.remotes.clusters.items().iter().any(|c| c.location == location && c.name == name);
    if exists {
        model.session.cluster = Some((location, name.clone()));
        say(model, Weight::Success, format!("✓ cluster {name} is chosen"));
        return Ok(Vec::new());
    }
    let project = model.session.project.clone().ok_or(("name", "choose a project first".to_owned()))?;
    Ok(plain(model, Job::CreateCluster(ClusterId { project, location, name })))
}

pub(super) fn push(model: &Model) -> Form {
    let project = model.session.project.clone().unwrap_or_else(|| names::PROJECT.to_owned());
    let intro = "Builds the codelab's small image (Dockerfile: FROM alpine, CMD tail -f /dev/null; offline without alpine's files) and pushes it.";
    Form::new(FormKind::Push, "Build and push", intro)
        .text("repository", "Repository", &names::image_path(&project), "registry and path")
        .text("tag", "Tag", names::TAG, "a name for the digest, which can be moved")
}

fn take_push(model: &mut Model, form: &Form) -> Taken {
    let repository: ImageRef = parse("repository", &form.value("repository"))?;
    if repository.tag().is_some() || repository.digest().is_some() {
        return Err(("repository", "a repository has no tag and no digest".to_owned()));
    }
    if repository.registry().is_none() {
        return Err(("repository", "a registry is missing, for example us.gcr.io/".to_owned()));
    }
    let tag = form.value("tag");
    let image: ImageRef = parse("tag", &format!("{repository}:{tag}"))?;
    Ok(plain(model, Job::PushImage { repository: image.name().to_owned(), tag }))
}

pub(super) fn deploy(model: &Model) -> Form {
    let project = model.session.project.clone().unwrap_or_else(|| names::PROJECT.to_owned());
    let by_tag = format!("{}:{}", names::image_path(&project), names::TAG);
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

fn take_deploy(model: &mut Model, form: &Form) -> Taken {
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
        cluster,
        kind,
        namespace: namespace.to_string(),
        name: name.to_string(),
        image: image.as_str().to_owned(),
        service_account,
        labels,
        annotations: BTreeMap::new(),
    };
    Ok(plain(model, Job::Deploy(deploy)))
}

/// `KEY=VALUE`, separated by commas.
fn pairs(field: &'static str, text: &str) -> Result<Vec<(String, String)>, (&'static str, String)> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
            _ => Err((field, format!("{pair:?} is not KEY=VALUE"))),
        })
        .collect()
}

fn joined(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

pub(super) fn simulate(model: &Model) -> Form {
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
fn policies(model: &Model) -> Vec<String> {
    let versions = model.history.versions.iter().rev();
    let versions = versions.map(|version| format!("the policy of {}", super::history::stamp(version)));
    [Under::Live.as_str().to_owned(), Under::Draft.as_str().to_owned()].into_iter().chain(versions).collect()
}

fn take_policy(model: &mut Model, chosen: usize) {
    model.decisions.under = match chosen {
        0 => Under::Live,
        1 => Under::Draft,
        version => match model.history.newest(version - 2).cloned() {
            Some(version) => {
                super::history::ask(model, version);
                Under::Version
            }
            None => Under::Live,
        },
    };
}

fn take_simulate(model: &mut Model, form: &Form) -> Taken {
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
    go(model, Pane::Decision);
    Ok(Vec::new())
}

/// The images of the list; one that the pod had already keeps its container.
fn images(model: &Model, text: &str) -> Result<Vec<RequestImage>, (&'static str, String)> {
    let known = model.session.images();
    let mut images = Vec::new();
    for image in text.split(',').map(str::trim).filter(|image| !image.is_empty()) {
        let parsed: ImageRef = parse("images", image)?;
        let before = known.iter().find(|known| known.image == image).cloned();
        images.push(before.unwrap_or(RequestImage { image: parsed.as_str().to_owned(), ..RequestImage::default() }));
    }
    if images.is_empty() { Err(("images", "an image is needed".to_owned())) } else { Ok(images) }
}

pub(super) fn note(_model: &Model) -> Form {
    Form::new(FormKind::Note, "Create a note", "Of kind ATTESTATION: the place where attestations are kept.")
        .text("id", "Note id", names::NOTE, "letters, digits, hyphens")
        .text("description", "Human readable name", names::NOTE_DESCRIPTION, "")
}

fn take_note(model: &mut Model, form: &Form) -> Taken {
    let id: ResourceId = parse("id", &form.value("id"))?;
    let description = form.value("description");
    if description.is_empty() {
        return Err(("description", "an attestation note needs a human readable name".to_owned()));
    }
    let project = model.session.project.clone().ok_or(("id", "choose a project first".to_owned()))?;
    Ok(plain(model, Job::CreateNote { project, id: id.to_string(), description }))
}

pub(super) fn attestor(model: &Model) -> Form {
    let first = model.session.remotes.notes.items().first().map(|note| note.name.to_string());
    let project = model.session.project.clone().unwrap_or_default();
    let note = first.unwrap_or_else(|| format!("projects/{project}/notes/{}", names::NOTE));
    Form::new(FormKind::Attestor, "Create an attestor", "It stands on a note; it attests nothing until it has a key.")
        .text("id", "Attestor id", names::ATTESTOR, "letters, digits, hyphens")
        .text("note", "Note", &note, "projects/PROJECT/notes/NOTE")
        .text("description", "Description", "", "optional")
}

fn take_attestor(model: &mut Model, form: &Form) -> Taken {
    let id: ResourceId = parse("id", &form.value("id"))?;
    let note: NoteName = parse("note", &form.value("note"))?;
    let project = model.session.project.clone().ok_or(("id", "choose a project first".to_owned()))?;
    let description = form.value("description");
    Ok(plain(model, Job::CreateAttestor { project, id: id.to_string(), note, description }))
}

pub(crate) fn key(_model: &Model) -> Form {
    let kinds = KeyAlgorithm::ALL.map(|algorithm| algorithm.to_string()).to_vec();
    Form::new(
        FormKind::Key,
        "Generate a signing key",
        "The private key stays on this machine, encrypted with the passphrase.",
    )
    .choice("kind", "Algorithm", kinds, "← → chooses; the codelab has RSA 2048; RSA 4096 takes seconds to make")
    .text("name", "Name", names::KEY_NAME, "of the user id")
    .text("email", "E-mail", names::KEY_EMAIL, "of the user id")
    .secret("passphrase", "Passphrase", "it cannot be recovered")
    .secret("again", "Once more", "the same")
}

fn take_key(model: &mut Model, form: &Form) -> Taken {
    let (name, email) = (form.value("name"), form.value("email"));
    if name.is_empty() || name.contains(['<', '>']) {
        return Err(("name", "a name without < and > is needed".to_owned()));
    }
    if !email.contains('@') || email.contains(['<', '>', ' ']) {
        return Err(("email", format!("{email:?} is not an e-mail address")));
    }
    let passphrase = form.secret_value("passphrase");
    if passphrase.is_empty() {
        return Err(("passphrase", "a passphrase is needed: the private key is never stored without one".to_owned()));
    }
    if passphrase != form.secret_value("again") {
        return Err(("again", "the passphrases differ".to_owned()));
    }
    let algorithm = KeyAlgorithm::ALL.get(form.chosen("kind")).copied().unwrap_or_default();
    Ok(plain(model, Job::GenerateKey { key: KeySpec { algorithm, name, email }, passphrase }))
}

pub(super) fn import_key(_model: &Model) -> Form {
    Form::new(FormKind::ImportKey, "Import a key", "Paste the armored key, private or public.")
        .paste("armor", "Armored key", "-----BEGIN PGP … KEY BLOCK-----")
        .secret(
            "passphrase",
            "Passphrase",
            "that of the private key, or the one to encrypt it with; empty for a public key",
        )
}

fn take_import_key(model: &mut Model, form: &Form) -> Taken {
    let armor = form.value("armor");
    if !armor.contains("-----BEGIN PGP") {
        return Err(("armor", "an armored OpenPGP key starts with -----BEGIN PGP … KEY BLOCK-----".to_owned()));
    }
    Ok(plain(model, Job::ImportKey { armor, passphrase: form.secret_value("passphrase") }))
}

pub(super) fn typed_image(model: &Model) -> Form {
    let value = model.session.image.as_ref().map(|image| image.as_str().to_owned()).unwrap_or_default();
    Form::new(FormKind::TypedImage, "Choose an image", "Any reference; it need not exist.").text(
        "image",
        "Image",
        &value,
        "registry/path[:tag][@sha256:…]",
    )
}

fn take_path(form: &Form) -> Taken {
    let path = form.value("path");
    if path.is_empty() { Err(("path", "a path is needed".to_owned())) } else { Ok(files::open(path)) }
}

pub(super) fn export_policy(_model: &Model) -> Form {
    let intro = "The live policy, as `gcloud container binauthz policy export` prints it.";
    let places = vec!["a file of the working directory".to_owned(), "the clipboard".to_owned()];
    Form::new(FormKind::ExportPolicy, "Export the live policy", intro).choice("to", "To", places, "← → chooses").text(
        "name",
        "File",
        names::POLICY,
        "a name without a path, ending in .yaml or .yml; a file of this name is replaced",
    )
}

fn take_export(model: &mut Model, form: &Form) -> Taken {
    let project = model.session.project.clone().ok_or(("to", "choose a project first".to_owned()))?;
    if form.chosen("to") == 1 {
        let text = policy::live_text(model).ok_or(("to", "the live policy is not known yet".to_owned()))?;
        return Ok(super::actions::copy(model, text));
    }
    let file = work_file(model, form)?;
    if ![".yaml", ".yml"].iter().any(|ending| file.ends_with(ending)) {
        return Err(("name", "gcloud exports YAML: a name ending in .yaml or .yml is needed".to_owned()));
    }
    Ok(plain(model, Job::ExportPolicy { project, file }))
}

/// The name of a policy file in the working directory.
fn work_file(model: &Model, form: &Form) -> Result<String, (&'static str, String)> {
    let name = form.value("name");
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return Err(("name", "a file name without a path is needed".to_owned()));
    }
    // gcloud's own condition for a policy file, case sensitive.
    if ![".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) {
        return Err(("name", "gcloud takes policies only from .yaml, .yml and .json files".to_owned()));
    }
    if !model.session.remotes.work.value().is_some_and(|work| work.directory.exists) {
        return Err(("name", "there is no working directory: Deployer tab, Setup".to_owned()));
    }
    Ok(name)
}

pub(super) fn go_to_line(_model: &Model) -> Form {
    Form::new(FormKind::GoToLine, "Go to line", "").text("line", "Line", "", "LINE or LINE:COLUMN")
}

fn take_line(model: &mut Model, form: &Form) -> Taken {
    let text = form.value("line");
    let (line, column) = text.split_once(':').unwrap_or((&text, "1"));
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| *n > 0);
    match (number(line), number(column)) {
        (Some(line), Some(column)) => {
            go(model, Pane::Editor);
            Ok(policy::edit(model, EditorCommand::Move(Motion::Position { line, column })))
        }
        _ => Err(("line", format!("{text:?} is no line number"))),
    }
}

pub(crate) fn sign_passphrase(model: &Model) -> Form {
    let key = super::signing::signing_keys(model).first().map(|key| key.user_id.clone()).unwrap_or_default();
    Form::new(FormKind::SignPassphrase, "Sign payload.json", format!("With {key}.")).secret(
        "passphrase",
        "Passphrase",
        "of the private key",
    )
}

fn take_sign(model: &mut Model, form: &Form) -> Taken {
    let key = super::signing::signing_keys(model).first().map(|key| key.fingerprint.clone());
    let fingerprint = key.ok_or(("passphrase", "this machine has no key that can sign".to_owned()))?;
    let image = model.session.image.as_ref().and_then(|image| Some(attestation::payload(image, image.digest()?)));
    let payload = image.ok_or(("passphrase", "no image is chosen by its digest".to_owned()))?;
    let passphrase = form.secret_value("passphrase");
    if passphrase.is_empty() {
        return Err(("passphrase", "the private key is encrypted: its passphrase is needed".to_owned()));
    }
    Ok(run(model, vec![Job::Sign { fingerprint, passphrase, payload }], Purpose::GuideSign))
}
