//! The preview and the review: what the draft lets in and locks out.

use std::time::Duration;

use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{Body, Overlay, TwoDecisions};
use crate::query::Source;
use crate::review;
use crate::review::form::{ExportForm, InventoryForm};
use crate::review::state::{ReviewAsk, ReviewFormat, ReviewResult};
use crate::review::{Action, Msg};
use crate::shell::notice::Weight;
use crate::shell::remote::Ticket;
use crate::shell::tab::Pane;
use crate::shell::timer::Timer;
use domain::image::ImageRef;
use domain::review::Standing;

/// How long typing has to pause before attestors are asked about the images of the inventory.
const SURVEY: Duration = Duration::from_millis(200);

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Start => return start(model),
        Action::Show => {
            model.preview.next_show();
            first_row(model);
        }
        Action::Order => {
            model.preview.next_order();
            first_row(model);
        }
        Action::Choose => choose(model),
        Action::LoadInventory => return model.open_form(InventoryForm::new(model)),
        Action::Markdown => return export(model, ReviewFormat::Markdown),
        Action::Json => return export(model, ReviewFormat::Json),
        Action::Sarif => return export(model, ReviewFormat::Sarif),
    }
    Vec::new()
}

fn first_row(model: &mut Model) {
    model.nav.list_mut(Pane::Preview).selected = 0;
}

/// Follows whatever changed: the rows of the preview, and what the attestors say of its images.
pub(crate) fn follow(model: &mut Model) -> Vec<Effect> {
    let filter = model.nav.list_ref(Pane::Preview).map(|list| list.filter.text().to_owned()).unwrap_or_default();
    model.preview.set_filter(&filter);
    let Model { preview, session, decisions, deps, last_ticket, .. } = model;
    let next = || {
        *last_ticket = Ticket(last_ticket.0 + 1);
        *last_ticket
    };
    let mut effects: Vec<Effect> = preview
        .refresh(session, decisions.rules_as_they_are(), deps.verifier.as_ref(), next)
        .map(Effect::Review)
        .into_iter()
        .collect();
    let wanted = model.session.wanted_attestors(model.draft.policy());
    if model.preview.wants_survey(wanted) {
        effects.push(Effect::After(Timer::Survey, SURVEY));
    }
    effects
}

pub(crate) fn survey(model: &mut Model) -> Vec<Effect> {
    model.load(&[Source::Survey])
}

/// Shows both decisions about the selected item next to each other.
pub(crate) fn open_decisions(model: &mut Model) -> Vec<Effect> {
    if model.draft.policy().is_none() {
        model.say(Weight::Warning, "the draft is no policy now: F4 goes to the problem");
        return Vec::new();
    }
    let Some(number) = model.selected_row(Pane::Preview) else {
        model.say(Weight::Info, "there is no row here");
        return Vec::new();
    };
    let verifier = model.deps.verifier.clone();
    let Some((item, _)) = model.preview.item(number) else { return Vec::new() };
    let title = item.title();
    // The attestations themselves are known of the chosen image alone.
    let chosen = model.session.assumptions.is_empty() && model.session.request().as_ref() == Some(&item.request);
    let known = model.decisions.now.clone().zip(model.decisions.drafted.clone()).filter(|_| chosen);
    let both =
        known.map(|(now, drafted)| [now, drafted]).or_else(|| model.preview.decisions(number, verifier.as_ref()));
    let Some([live, draft]) = both else {
        model.say(
            Weight::Warning,
            "there are not two policies to compare: the live policy and a valid draft are needed",
        );
        return Vec::new();
    };
    let body = Body::Decisions(Box::new(TwoDecisions { live, draft }));
    model.overlays.push(Overlay::reader(format!("Live and draft: {title}"), body));
    Vec::new()
}

/// The selected item's first image becomes the chosen one.
fn choose(model: &mut Model) {
    let number = model.selected_row(Pane::Preview);
    let image = number.and_then(|at| model.preview.item(at)).and_then(|(item, _)| item.request.images.first());
    match image.map(|image| image.image.parse::<ImageRef>()) {
        Some(Ok(image)) => {
            model.say(Weight::Success, format!("✓ chosen: {image}"));
            model.session.choose(image);
        }
        Some(Err(error)) => model.say(Weight::Warning, error.to_string()),
        None => model.say(Weight::Info, "there is no row here"),
    }
}

/// Starts the review, in a box that shows how far it is.
fn start(model: &mut Model) -> Vec<Effect> {
    model.draft.read_now();
    let Some(live) = crate::draft::text::live_text(model) else {
        model.say(Weight::Warning, "the live policy is not known: choose a project, or reload with r");
        return Vec::new();
    };
    if model.draft.policy().is_none() {
        model.say(Weight::Error, "the draft is no policy yet: F4 goes to the problem");
        return Vec::new();
    }
    let ask = ReviewAsk {
        live,
        draft: model.draft.editor.text(),
        system: model.session.system_policy(),
        items: model.preview.items().clone(),
        evidence: model.preview.evidence().clone(),
    };
    if !model.session.assumptions.is_empty() {
        model.say(Weight::Info, "reviewed as it is: nothing that is assumed is in it");
    }
    let ticket = model.next_ticket();
    let run = &mut model.review;
    let before = run.ticket.replace(ticket).map(Effect::Cancel);
    (run.done, run.total, run.revision) = (0, ask.items.len(), model.draft.editor.revision());
    run.result = None;
    model.overlays.push(Overlay::reader("Review of the draft", Body::Review));
    before.into_iter().chain([Effect::Review(review::Effect::Review(ticket, Box::new(ask)))]).collect()
}

/// Takes what is told of the preview and the review.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Previewed(ticket, rows) => model.preview.take_answer(ticket, rows),
        Msg::Progress(ticket, done) => progress(model, ticket, done),
        Msg::Reviewed(ticket, all) => review_arrived(model, ticket, *all),
    }
    Vec::new()
}

fn progress(model: &mut Model, ticket: Ticket, done: usize) {
    if model.review.ticket == Some(ticket) {
        model.review.done = done;
    }
}

/// Takes a review; one that was given up is dropped.
fn review_arrived(model: &mut Model, ticket: Ticket, reviewed: ReviewResult) {
    if model.review.ticket == Some(ticket) {
        model.review.ticket = None;
        model.review.result = Some(std::sync::Arc::new(reviewed));
    }
}

/// Closing the box of a review that is under way ends it.
pub(crate) fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(ticket) = model.review.ticket.take() else { return Vec::new() };
    model.say(Weight::Warning, "the review was cancelled");
    vec![Effect::Cancel(ticket)]
}

/// What an import says of the review: its summary, if the draft was reviewed as it is now; else what
/// the preview knows.
pub(crate) fn lines(model: &Model) -> Vec<String> {
    let run = &model.review;
    let current = run.result.as_ref().filter(|_| run.revision == model.draft.editor.revision());
    if let Some(reviewed) = current {
        return reviewed.review.summary();
    }
    if model.preview.items().is_empty() || !model.preview.is_ready() {
        return Vec::new();
    }
    let counts = [Standing::NewlyDenied, Standing::NewlyAdmitted, Standing::Undecided]
        .map(|s| format!("{} {}", model.preview.count(s), s.as_str()));
    let total = model.preview.items().len();
    vec![format!("Of {total} known images and pods: {} (F7 reviews the draft exactly).", counts.join(", "))]
}

fn export(model: &mut Model, format: ReviewFormat) -> Vec<Effect> {
    if model.review.result.is_none() {
        model.say(Weight::Info, "the review is not ready yet");
        return Vec::new();
    }
    model.open_form(ExportForm::new(format))
}
