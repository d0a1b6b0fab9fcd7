//! What keys do with a decision: what is asked about, moving in its tree and folding it, copying it.

use crate::decision::form::{ImageForm, SimulateForm};
use crate::decision::manifest::ManifestForm;
use crate::decision::state::Under;
use crate::decision::tree::{Tree, TreeCommand, has_problem};
use crate::decision::{Action, Choice, manifest, tags};
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{self, Entry};
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use domain::transcript::Transcript;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Simulate => model.open_form(SimulateForm::new(model)),
        Action::Manifest => model.open_form(ManifestForm::new(model)),
        Action::Tags => tags::open(model),
        Action::NextPolicy => next_policy(model),
        Action::FoldAll => on_tree(model, TreeCommand::FoldAll),
        Action::UnfoldAll => on_tree(model, TreeCommand::UnfoldAll),
        Action::CopyMarkdown => copy(model, Form::Markdown),
        Action::NextFailure => {
            next_failure(model);
            Vec::new()
        }
        Action::ChooseImage => pick_image(model),
    }
}

/// What was picked in one of its lists.
pub(crate) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Image(image) => {
            model.session.choose(image);
            Vec::new()
        }
        Choice::TypeImage => model.open_form(ImageForm::new(model)),
        Choice::Pod(request) => manifest::ask(model, *request),
    }
}

/// Gives a command to the tree of a pane; nothing happens where there is none.
pub(crate) fn input(model: &mut Model, pane: Pane, command: TreeCommand) {
    if let Some(decision) = model.decisions.shown_in(pane) {
        model.nav.tree_mut(pane).input(&decision.trace, command);
    }
}

/// The form in which a decision is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Markdown,
}

/// A decision as a text to hand on; `None` where nothing is decided under this policy.
pub(crate) fn transcript(model: &Model, under: Under, form: Form) -> Option<String> {
    let decisions = &model.decisions;
    let decision = match under {
        Under::Live => decisions.now.as_ref(),
        Under::Draft => decisions.drafted.as_ref(),
        Under::Version => decisions.then.as_ref(),
    }?;
    let request = model.session.assumed_request()?;
    let transcript =
        Transcript { decision, request: &request, policy: under.as_str(), assumed: &model.session.assumptions };
    Some(match form {
        Form::Plain => transcript.plain(),
        Form::Markdown => transcript.markdown(),
    })
}

/// Shows the decision under the next policy that there is.
pub(crate) fn next_policy(model: &mut Model) -> Vec<Effect> {
    let version = model.session.simulated.is_some();
    model.decisions.under = match model.decisions.under {
        Under::Live => Under::Draft,
        Under::Draft if version => Under::Version,
        Under::Draft | Under::Version => Under::Live,
    };
    Vec::new()
}

/// A tree that is about another image, or came out otherwise, starts anew at the first check that
/// failed: that is why the image is refused. What is searched for goes to the first check that has it.
pub(crate) fn follow(model: &mut Model) {
    search(model);
    let Some(request) = model.session.assumed_request() else { return };
    for pane in [Pane::Decision] {
        let Some(decision) = model.decisions.shown_in(pane) else { continue };
        if model.nav.decides(pane, &request, decision.outcome) {
            let tree = model.nav.tree_mut(pane);
            *tree = Tree::default();
            tree.input(&decision.trace, TreeCommand::NextProblem);
            search(model);
        }
    }
}

/// Leaves only the checks that the pane's filter is about.
fn search(model: &mut Model) {
    let pane = Pane::Decision;
    let Some(decision) = model.decisions.shown_in(pane) else { return };
    let words = model.nav.list_ref(pane).map(|list| list.filter.text().to_lowercase()).unwrap_or_default();
    model.nav.tree_mut(pane).search(&decision.trace, &words);
}

/// Goes to the next check that failed or is not known, or says that there is none.
pub(crate) fn next_failure(model: &mut Model) {
    let pane = model.nav.focus();
    match model.decisions.shown_in(pane) {
        Some(decision) if has_problem(&decision.trace) => input(model, pane, TreeCommand::NextProblem),
        Some(_) => model.say(Weight::Info, "no check failed, and all are known"),
        None => model.say(Weight::Info, "nothing is decided here yet"),
    }
}

/// What a click on a row does: selects it, and folds or unfolds it where it is selected already.
pub(crate) fn click(model: &mut Model, pane: Pane, row: usize) {
    let Some(decision) = model.decisions.shown_in(pane) else { return };
    let tree = model.nav.tree_mut(pane);
    let rows = tree.rows(&decision.trace);
    if tree.selected(&rows) == Some(row) {
        tree.input(&decision.trace, TreeCommand::Toggle);
    } else {
        tree.select(&rows, row);
    }
}

fn on_tree(model: &mut Model, command: TreeCommand) -> Vec<Effect> {
    let pane = model.nav.focus();
    input(model, pane, command);
    Vec::new()
}

/// The decision that is shown, with what it is about and what is assumed.
pub(crate) fn copy(model: &mut Model, form: Form) -> Vec<Effect> {
    if let Some(text) = transcript(model, model.decisions.under, form) {
        return model.copy(text);
    }
    model.say(Weight::Info, "nothing is decided here yet");
    Vec::new()
}

/// The images of the registry and of the cluster, each by digest where it has one; or typed.
fn pick_image(model: &mut Model) -> Vec<Effect> {
    let mut entries: Vec<Entry> = Vec::new();
    for image in model.session.remotes.images.items() {
        if let Some(by_digest) = image.by_digest() {
            let label = by_digest.as_str().to_owned();
            let detail = format!("registry · {}", image.tags.join(" "));
            entries.push(Entry { label, detail, choice: overlay::Choice::Decision(Choice::Image(by_digest)) });
        }
        for tag in &image.tags {
            if let Ok(by_tag) = format!("{}:{tag}", image.repository).parse() {
                let label = format!("{}:{tag}", image.repository);
                let detail = "registry · by its tag, which cannot be attested".to_owned();
                entries.push(Entry { label, detail, choice: overlay::Choice::Decision(Choice::Image(by_tag)) });
            }
        }
    }
    for workload in model.session.remotes.workloads.items() {
        for image in &workload.images {
            let image = &image.image;
            if let (Ok(parsed), false) = (image.parse(), entries.iter().any(|e| e.label == *image)) {
                let detail = format!("{} {}", workload.kind.as_str(), workload.name);
                entries.push(Entry {
                    label: image.clone(),
                    detail,
                    choice: overlay::Choice::Decision(Choice::Image(parsed)),
                });
            }
        }
    }
    entries.push(Entry {
        label: "type or paste a reference…".into(),
        detail: "any image, known or not".into(),
        choice: overlay::Choice::Decision(Choice::TypeImage),
    });
    model.open_picker("Choose an image", entries)
}
