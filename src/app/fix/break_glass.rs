//! Breaking the glass with care: the manifest with the label in its right place, what will be logged, how
//! it is found, and how the label is taken away again.
//!
//! Sources: `docs/binary-authorization.md`, "Break-glass" and "Admitted with a mark" (the *using
//! break-glass* and *viewing audit logs* pages).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::decision::subject::Subject;
use domain::admission::RequestImage;
use domain::command::workload;
use domain::image::ImageRef;
use domain::resource::{Deploy, WorkloadKind};

/// The annotation of the pod that says why; the label takes only `true`.
pub const JUSTIFICATION: &str = "justification";

/// What is composed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassPod {
    /// A Deployment or a bare Pod.
    pub kind: WorkloadKind,
    /// As a form or a manifest has it.
    pub namespace: String,
    pub name: String,
    /// Empty: the namespace's `default`.
    pub service_account: String,
    /// The labels of the pod (template), with the one that breaks the glass.
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub images: Vec<RequestImage>,
    pub justification: String,
}

impl BreakGlassPod {
    /// A Deployment of this name, of the pod that is asked about with these images and labels.
    pub(crate) fn new(
        name: &str,
        subject: &Subject,
        images: Vec<RequestImage>,
        labels: BTreeMap<String, String>,
    ) -> Self {
        Self {
            kind: WorkloadKind::Deployment,
            namespace: subject.namespace.clone(),
            name: name.to_owned(),
            service_account: subject.service_account.clone(),
            labels,
            annotations: BTreeMap::new(),
            images,
            justification: String::new(),
        }
    }

    /// What the workbench itself deploys: it makes pods with one container.
    pub fn deploy(&self) -> Option<Deploy> {
        let [only] = self.images.as_slice() else { return None };
        let account = self.service_account.as_str();
        Some(Deploy {
            kind: self.kind,
            namespace: self.namespace.parse().ok()?,
            name: self.name.parse().ok()?,
            image: only.image.parse().ok()?,
            service_account: if account.is_empty() { None } else { Some(account.parse().ok()?) },
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
        })
    }

    /// The manifest, in YAML.
    pub fn manifest(&self) -> String {
        let Self { kind, namespace, name, .. } = self;
        let mut out = String::new();
        // Writing to a string cannot fail, here and below.
        let _ = match kind {
            WorkloadKind::Pod => {
                let _ = writeln!(out, "apiVersion: v1\nkind: Pod\nmetadata:");
                let _ = writeln!(out, "  name: {}\n  namespace: {}", quoted(name), quoted(namespace));
                self.metadata(&mut out, 2, "run");
                writeln!(out, "spec:")
            }
            WorkloadKind::Deployment
            | WorkloadKind::StatefulSet
            | WorkloadKind::DaemonSet
            | WorkloadKind::CronJob
            | WorkloadKind::Job
            | WorkloadKind::ReplicaSet => {
                let _ = writeln!(out, "apiVersion: apps/v1\nkind: Deployment\nmetadata:");
                let _ = writeln!(out, "  name: {}\n  namespace: {}", quoted(name), quoted(namespace));
                let _ = writeln!(out, "spec:\n  selector:\n    matchLabels:\n      app: {}", quoted(name));
                let _ = writeln!(out, "  template:\n    metadata:");
                self.metadata(&mut out, 6, "app");
                writeln!(out, "    spec:")
            }
        };
        self.spec(&mut out, if *kind == WorkloadKind::Pod { 2 } else { 6 });
        out
    }

    /// Labels and annotations of the pod.
    fn metadata(&self, out: &mut String, indent: usize, own: &str) {
        let _ = writeln!(out, "{:indent$}labels:\n{:indent$}  {own}: {}", "", "", quoted(&self.name));
        for (key, value) in self.labels.iter().filter(|(key, _)| *key != own) {
            let _ = writeln!(out, "{:indent$}  {}: {}", "", key, quoted(value));
        }
        let _ = writeln!(out, "{:indent$}annotations:", "");
        for (key, value) in &self.annotations {
            let _ = writeln!(out, "{:indent$}  {}: {}", "", key, quoted(value));
        }
    }

    fn spec(&self, out: &mut String, indent: usize) {
        if !self.service_account.is_empty() {
            let _ = writeln!(out, "{:indent$}serviceAccountName: {}", "", quoted(&self.service_account));
        }
        let init = |image: &&RequestImage| image.kind == domain::admission::ContainerKind::Init;
        let (first, others): (Vec<&RequestImage>, Vec<&RequestImage>) = self.images.iter().partition(init);
        for (field, images) in [("initContainers", first), ("containers", others)] {
            if !images.is_empty() {
                let _ = writeln!(out, "{:indent$}{field}:", "");
            }
            for (number, image) in images.iter().enumerate() {
                let name = container(image, number);
                let _ = writeln!(
                    out,
                    "{:indent$}- name: {}\n{:indent$}  image: {}",
                    "",
                    quoted(&name),
                    "",
                    quoted(&image.image)
                );
            }
        }
    }

    /// The reading text: what is done, what is logged, how it is found, and what is to be done after.
    pub fn text(&self) -> String {
        let Self { kind, namespace, name, .. } = self;
        let place = if *kind == WorkloadKind::Pod { "the pod's own metadata" } else { "spec.template.metadata" };
        let remove = workload::remove_break_glass(*kind, namespace, name);
        format!(
            "{}\n# Where the label stands\n{place}: on a Deployment's own metadata it does nothing. Only \"true\" counts.\n\n\
             # What will be logged\nCloud Audit Logs, Admin Activity: {METHODS}, with the label\n\
             imagepolicywebhook.image-policy.k8s.io/break-glass=\"true\", who did it, and what was overridden, in\n\
             imagepolicywebhook.image-policy.k8s.io/overridden-verification-result. Each pod that is made again is\n\
             logged again. The justification stands in the request's annotations.\n\n\
             # The query that finds it\n{QUERY}\n\n\
             # Afterwards\nTake the label away as soon as the image is admitted without it:\n{remove}\n",
            self.manifest()
        )
    }
}

const METHODS: &str = "io.k8s.core.v1.pods.create or .update";

/// The query of the documentation's audit log page.
pub const QUERY: &str = "resource.type=\"k8s_cluster\"\n\
logName:\"cloudaudit.googleapis.com%2Factivity\"\n\
(protoPayload.methodName=\"io.k8s.core.v1.pods.create\" OR protoPayload.methodName=\"io.k8s.core.v1.pods.update\")\n\
protoPayload.request.metadata.labels.\"image-policy.k8s.io/break-glass\"=\"true\"";

/// The container's own name, or the last part of the repository, as kubectl makes it.
fn container(image: &RequestImage, number: usize) -> String {
    if !image.container.is_empty() {
        return image.container.clone();
    }
    let reference = image.image.parse::<ImageRef>().ok();
    let last = reference.as_ref().and_then(|image| image.repository().rsplit('/').next());
    let name = last.map_or_else(|| "container".to_owned(), |name| name.replace(['_', '.'], "-"));
    if number == 0 { name } else { format!("{name}-{}", number + 1) }
}

/// JSON's strings are also YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use domain::admission::{BREAK_GLASS_LABEL, ContainerKind};

    fn composed(kind: WorkloadKind) -> BreakGlassPod {
        let image = |image: &str, kind| RequestImage { image: image.into(), kind, ..RequestImage::default() };
        BreakGlassPod {
            kind,
            namespace: "shop".into(),
            name: "web".into(),
            service_account: "web".into(),
            labels: BTreeMap::from([(BREAK_GLASS_LABEL.into(), "true".into())]),
            annotations: BTreeMap::from([(JUSTIFICATION.into(), "outage: \"42\"".into())]),
            images: vec![
                image("gcr.io/p/web:v1", ContainerKind::Container),
                image("gcr.io/p/setup_db:v1", ContainerKind::Init),
            ],
            justification: "outage: \"42\"".into(),
        }
    }

    #[test]
    fn the_label_of_a_deployment_stands_in_its_pod_template() {
        insta::assert_snapshot!(composed(WorkloadKind::Deployment).manifest(), @r#"
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: "web"
          namespace: "shop"
        spec:
          selector:
            matchLabels:
              app: "web"
          template:
            metadata:
              labels:
                app: "web"
                image-policy.k8s.io/break-glass: "true"
              annotations:
                justification: "outage: \"42\""
            spec:
              serviceAccountName: "web"
              initContainers:
              - name: "setup-db"
                image: "gcr.io/p/setup_db:v1"
              containers:
              - name: "web"
                image: "gcr.io/p/web:v1"
        "#);
    }

    #[test]
    fn the_label_of_a_pod_stands_in_its_own_metadata() {
        let text = composed(WorkloadKind::Pod).text();
        assert!(text.contains("kind: Pod\nmetadata:\n  name: \"web\"\n  namespace: \"shop\"\n  labels:\n    run: \"web\"\n    image-policy.k8s.io/break-glass: \"true\"\n"), "{text}");
        assert!(
            text.contains(QUERY)
                && text.contains("kubectl label pod web --namespace=shop image-policy.k8s.io/break-glass-\n")
        );
    }
}
