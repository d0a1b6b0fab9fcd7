//! Asking about the pods of a manifest: pasted or typed, or read from a file.

use crate::decision::Choice;
use crate::decision::manifest_text::ManifestText;
use crate::draft::file;
use crate::draft::file::state::{FileTask, FileText};
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{self, Entry};
use crate::shell::form::{Form, PasteField, TextField, fields};
use crate::shell::notice::Weight;
use crate::shell::report::Report;
use crate::shell::tab::Pane;
use crate::submission::{Submission, Submit};
use domain::admission::Request;
use domain::policy_test::PodFault;

#[derive(Debug)]
pub(crate) struct ManifestForm {
    manifest: PasteField,
    file: TextField,
}

impl ManifestForm {
    pub(crate) fn new(model: &Model) -> Self {
        let ManifestText { text, file } = &model.manifest;
        let help = "absolute, below ~/, or from where the workbench was started";
        Self {
            manifest: PasteField::new("Manifest", text, "paste YAML or JSON"),
            file: TextField::new("or a file", file, help),
        }
    }
}

impl Form for ManifestForm {
    fields!(manifest, file);

    fn title(&self) -> &'static str {
        "Simulate a manifest"
    }

    fn intro(&self) -> &'static str {
        "The pods that it would make are asked about: a Pod, or any workload with a pod template, also a List or \
         several documents."
    }
}

impl Submit<Model> for ManifestForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let (text, file) = (self.manifest.text(), self.file.text().to_owned());
        let typed = !text.trim().is_empty();
        if !typed && file.is_empty() {
            return Err(self.manifest.refuse("paste a manifest, or name a file"));
        }
        // What was pasted goes before a file that is only named from before.
        let named = !file.is_empty() && file != model.manifest.file;
        model.manifest = ManifestText { text: text.clone(), file: file.clone() };
        if named || !typed {
            return Ok(vec![Effect::File(file::Effect::Task(FileTask::Manifest(file)))]);
        }
        let pods = (model.deps.manifests)(&text).map_err(|fault| self.manifest.refuse(told(&fault)))?;
        Ok(choose(model, pods))
    }
}

/// The file's text, or why there is none: then the box is there again, with what was typed.
pub(crate) fn was_read(model: &mut Model, read: Result<FileText, Report>) -> Vec<Effect> {
    let pods = match read {
        Ok(opened) => {
            (model.deps.manifests)(&opened.text).map_err(|fault| format!("{}: {}", opened.path, told(&fault)))
        }
        Err(report) => Err(report.line()),
    };
    match pods {
        Ok(pods) => choose(model, pods),
        Err(error) => {
            let mut form = ManifestForm::new(model);
            form.file.refuse(error);
            model.open_form(form)
        }
    }
}

fn told(fault: &PodFault) -> String {
    match fault.place {
        Some((line, column)) => format!("line {line}, column {column}: {}", fault.message),
        None => fault.message.clone(),
    }
}

/// Asks about the only pod; of several, about the one that is picked.
fn choose(model: &mut Model, pods: Vec<(String, Request)>) -> Vec<Effect> {
    if let [(_, request)] = pods.as_slice() {
        return ask(model, request.clone());
    }
    let title = format!("Which of {} pods", pods.len());
    let entries = pods.into_iter().map(|(name, request)| entry(name, request)).collect();
    model.open_picker(&title, entries)
}

fn entry(name: String, request: Request) -> Entry {
    let images: Vec<&str> = request.images.iter().map(|image| image.image.as_str()).collect();
    let namespace = if request.namespace.is_empty() { "default" } else { &request.namespace };
    let detail = format!("namespace {namespace}  {}", images.join(", "));
    Entry { label: name, detail, choice: overlay::Choice::Decision(Choice::Pod(Box::new(request))) }
}

/// Makes it the pod that is asked about, and shows what is decided.
pub(crate) fn ask(model: &mut Model, request: Request) -> Vec<Effect> {
    let count = request.images.len();
    model.session.ask(request);
    model.go(Pane::Decision);
    let images = if count == 1 { "1 image is".to_owned() } else { format!("{count} images are") };
    model.say(Weight::Info, format!("{images} asked about"));
    Vec::new()
}
