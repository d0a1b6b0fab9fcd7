//! The form that asks what has to be said before the glass is broken.

use std::collections::BTreeMap;

use crate::cluster::form::{NAME_HELP, name_of, workload_kind};
use crate::fix::break_glass::{BreakGlassPod, JUSTIFICATION};
use crate::fix::mending;
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::shell::form::{ChoiceField, Form, TextField, fields};
use crate::submission::{Submission, Submit};
use domain::admission::BREAK_GLASS_LABEL;
use domain::name::KubernetesName;
use domain::resource::{Workload, WorkloadKind};

#[derive(Debug)]
pub(crate) struct BreakGlassForm {
    intro: String,
    why: TextField,
    name: TextField,
    kind: ChoiceField<WorkloadKind>,
    namespace: TextField,
    account: TextField,
}

impl BreakGlassForm {
    pub(crate) fn new(model: &Model) -> Self {
        let subject = &model.session.subject;
        let images: Vec<String> = model.session.images().into_iter().map(|image| image.image).collect();
        let intro = format!(
            "For an emergency: {} runs whatever the policy says, and it is logged. The manifest is shown next; nothing is deployed yet.",
            images.join(" and ")
        );
        let why = "who asked, why, the ticket: it stands in the manifest and in the log";
        Self {
            intro,
            why: TextField::new("Justification", "", why),
            name: TextField::new("Name", &name_of(images.iter().map(String::as_str)), NAME_HELP),
            kind: workload_kind("← → chooses"),
            namespace: TextField::new("Namespace", &subject.namespace, ""),
            account: TextField::new("Service account", &subject.service_account, "empty: default"),
        }
    }
}

impl Form for BreakGlassForm {
    fields!(why, name, kind, namespace, account);

    fn title(&self) -> &'static str {
        "Break the glass"
    }

    fn intro(&self) -> &str {
        &self.intro
    }
}

impl Submit<Model> for BreakGlassForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let why = self.why.required("say why: whoever reads the log will ask")?;
        let name: KubernetesName = self.name.parse()?;
        let namespace: KubernetesName = self.namespace.parse()?;
        let account: Option<KubernetesName> = self.account.parse_unless_empty()?;
        let mut labels: BTreeMap<String, String> = model.session.subject.labels.iter().cloned().collect();
        labels.insert(BREAK_GLASS_LABEL.to_owned(), "true".to_owned());
        let mut composed = BreakGlassPod::new(name.as_str(), &model.session.subject, model.session.images(), labels);
        composed.kind = self.kind.value();
        composed.namespace = namespace.to_string();
        composed.service_account = account.map(|account| account.to_string()).unwrap_or_default();
        composed.annotations = BTreeMap::from([(JUSTIFICATION.to_owned(), why.clone())]);
        composed.justification = why;
        model.overlays.push(Overlay::reader("Break the glass", Body::BreakGlass(Box::new(composed))));
        Ok(Vec::new())
    }
}

/// Asks why the pods of a workload break the glass; where they are is known.
#[derive(Debug)]
pub(crate) struct ReasonForm {
    intro: String,
    why: TextField,
}

impl ReasonForm {
    pub(crate) fn new(workload: &Workload) -> Self {
        let intro = format!(
            "For an emergency: the pods of {} in {} run whatever the policy says, and it is logged. The change is tried and \
             shown next; nothing is done yet.",
            workload.id(),
            workload.namespace
        );
        let why = "who asked, why, the ticket: it stands in the pods' annotations and in the log";
        Self { intro, why: TextField::new("Justification", "", why) }
    }
}

impl Form for ReasonForm {
    fields!(why);

    fn title(&self) -> &'static str {
        "Break the glass"
    }

    fn intro(&self) -> &str {
        &self.intro
    }
}

impl Submit<Model> for ReasonForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let why = self.why.required("say why: whoever reads the log will ask")?;
        mending::break_glass(model, &why).ok_or_else(|| self.why.refuse("the workload is not there any more"))
    }
}
