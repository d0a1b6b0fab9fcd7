//! Explaining a refusal: from an event, from a pasted text, and where the lines of the box lead to.

use crate::decision::state::Under;
use crate::effect::Effect;
use crate::explain::Action;
use crate::explain::form::MessageForm;
use crate::explain::state::{Explanation, Link, of_event};
use crate::guide::Seen;
use crate::job::Job;
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::query::Source;
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use crate::{draft, fix};
use domain::event_row::{EventRow, told};
use domain::explain::message::decode;
use domain::policy::RuleKind;
use domain::span::Position;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Event => return event(model),
        Action::Text => return model.open_form(MessageForm::new()),
        Action::Go => return follow(model),
        Action::Next => to_link(model, 1),
        Action::Previous => to_link(model, -1),
        Action::NextCase => to_case(model, 1),
        Action::PreviousCase => to_case(model, -1),
        Action::Then => other_time(model),
    }
    Vec::new()
}

fn event(model: &mut Model) -> Vec<Effect> {
    let Some(event) = model.selected_event().cloned() else {
        model.say(Weight::Info, "there is no event here");
        return Vec::new();
    };
    model.mark_seen(Seen::Events);
    if let Some(row @ (EventRow::Incident | EventRow::Cause(_))) = model.selected_event_row() {
        return refusals_of(model, row);
    }
    let reading = of_event(&event, model.session.cluster_id().as_ref());
    if reading.cases.is_empty() {
        model.say(Weight::Info, "this event is no refusal; Enter reads it");
        return Vec::new();
    }
    model.open_explanation(reading)
}

/// Explains everything that a row of the events stands for: of each workload the latest refusal.
fn refusals_of(model: &mut Model, row: EventRow) -> Vec<Effect> {
    let cluster = model.session.cluster_id();
    let groups = model.watch.event_rows().groups_of(row);
    let refusal = |number: usize| {
        let group = model.watch.groups().get(number).filter(|group| group.is_refused_now())?;
        let event = model.session.remotes.events.items().get(*group.events.first()?)?;
        let mut case = of_event(event, cluster.as_ref()).cases.into_iter().next()?;
        case.times = usize::try_from(group.count).unwrap_or(usize::MAX).max(1);
        case.subject.first_time.clone_from(&group.first_seen);
        Some((case, told(group)))
    };
    let refusals = groups.into_iter().filter_map(refusal).collect();
    model.explain_all(Explanation::of_groups(refusals))
}

/// A text that was pasted where nothing takes text: a refusal is explained. What else is pasted beside
/// the draft is for it.
pub(crate) fn paste(model: &mut Model, text: &str) -> Option<Vec<Effect>> {
    let reading = decode(text);
    let is_for_draft = model.overlays.is_empty() && model.nav.focus() == Pane::Editor;
    if reading.is_rejection() || reading.is_explained() && !is_for_draft {
        return Some(model.open_explanation(reading));
    }
    if model.overlays.is_empty() && !is_for_draft {
        model.say(Weight::Info, "what was pasted is no refusal that is known; on the Deployer's tab E shows what is");
    }
    None
}

/// The policy of the refusal's time is asked no longer.
pub(crate) fn leave_time(model: &mut Model) {
    if model.explain.then.take().is_some() {
        model.session.simulated = None;
    }
}

/// Goes to the next line that leads somewhere, around the ends.
fn to_link(model: &mut Model, by: isize) {
    let lines = model.explain_lines();
    let count = lines.len();
    let at = model.explain.selected.min(count.saturating_sub(1));
    let step = |n: usize| (at + count).saturating_add_signed(by * isize::try_from(n).unwrap_or(0)) % count.max(1);
    let next = (1..=count).map(step).find(|at| lines.get(*at).is_some_and(|line| line.link.is_some()));
    model.explain.selected = next.unwrap_or(at);
}

fn to_case(model: &mut Model, by: isize) {
    let count = model.explain.reading.cases.len();
    let number = model.explain.number;
    match (model.explain.together, by < 0) {
        (true, true) => {}
        (true, false) => show_case(model, number),
        (false, true) if number == 0 && count > 1 => {
            leave_time(model);
            (model.explain.together, model.explain.selected) = (true, 0);
        }
        (false, _) => show_case(model, number.saturating_add_signed(by).min(count.saturating_sub(1))),
    }
}

/// Shows one refusal; it becomes the question that every tab is about.
fn show_case(model: &mut Model, number: usize) {
    if (model.explain.number, model.explain.together) == (number, false) {
        return;
    }
    leave_time(model);
    (model.explain.number, model.explain.selected, model.explain.together) = (number, 0, false);
    model.ask_explained();
}

/// Between the policy as it is and as it was when it was refused.
fn other_time(model: &mut Model) {
    if model.explain.then.is_some() {
        return leave_time(model);
    }
    match model.version_then().cloned() {
        Ok(version) => {
            model.session.simulated = Some(Box::new(version.policy.clone()));
            model.explain.then = Some(Box::new(version));
        }
        Err(why) => model.say(Weight::Info, format!("not under the policy of its time: {why}")),
    }
}

/// Goes where the line leads to.
fn follow(model: &mut Model) -> Vec<Effect> {
    let link = model.explain_lines().into_iter().nth(model.explain.selected).and_then(|line| line.link);
    match link {
        None => {
            to_link(model, 1);
            Vec::new()
        }
        Some(Link::OtherTime) => {
            other_time(model);
            Vec::new()
        }
        Some(Link::Fixes) => fix::act::open(model),
        Some(Link::Case(number)) => {
            show_case(model, number);
            Vec::new()
        }
        Some(Link::Project(project)) => {
            leave(model);
            model.run_job(Job::CreateProject { project })
        }
        Some(Link::Decision) => {
            decision(model);
            Vec::new()
        }
        Some(Link::Image(image)) => to_image(model, &image),
        Some(Link::Rule(kind, key)) => to_rule(model, kind, &key),
        Some(Link::Attestor(name)) => to_attestor(model, &name),
    }
}

fn leave(model: &mut Model) {
    leave_time(model);
    model.overlays.clear();
}

/// The tree under the live policy is the Deployer's; that of another time is shown in a box.
fn decision(model: &mut Model) {
    if let Some(version) = &model.explain.then {
        let title = format!("Under the policy of its time, live since {}", version.live_since());
        model.overlays.push(Overlay::reader(title, Body::Against));
        return;
    }
    leave(model);
    model.decisions.under = Under::Live;
    model.go(Pane::Decision);
}

fn to_image(model: &mut Model, image: &str) -> Vec<Effect> {
    let Ok(image) = image.parse::<domain::image::ImageRef>() else {
        model.say(Weight::Warning, format!("{image} is no image reference: no node could pull it"));
        return Vec::new();
    };
    leave(model);
    let rows = model.session.remotes.images.items();
    let row = rows.iter().position(|row| row.by_digest().as_ref() == Some(&image));
    model.say(Weight::Success, format!("✓ chosen: {image}"));
    model.session.choose(image);
    match row {
        Some(row) => {
            *model.nav.list_mut(Pane::Images) = crate::model::ListState { selected: row, ..Default::default() };
            model.go(Pane::Images);
        }
        None => model.go(Pane::Decision),
    }
    Vec::new()
}

fn to_rule(model: &mut Model, kind: RuleKind, key: &str) -> Vec<Effect> {
    let own = model.draft.document.line_of_rule(kind, key);
    let line = own.or_else(|| model.draft.document.line_of_rule(RuleKind::Default, ""));
    leave(model);
    if own.is_none() {
        model.say(Weight::Warning, format!("the draft has no rule {}.{key}", kind.field()));
    }
    let effects = draft::text::show_place(model, Position { line: line.unwrap_or(1), column: 1 });
    model.nav.editing = false;
    effects
}

fn to_attestor(model: &mut Model, name: &str) -> Vec<Effect> {
    let rows = model.session.remotes.attestors.items();
    let Some(row) = rows.iter().position(|attestor| attestor.name.to_string() == name) else {
        model.say(Weight::Warning, format!("{name} is not among the attestors of this project"));
        return Vec::new();
    };
    leave(model);
    *model.nav.list_mut(Pane::Attestors) = crate::model::ListState { selected: row, ..Default::default() };
    model.go(Pane::Attestors);
    model.load(&[Source::Attestations])
}

/// What the box says, for a ticket.
pub(crate) fn text(model: &Model) -> String {
    let line = |told: crate::explain::line::ExplainLine| match told.label {
        "" => format!("{}\n", told.text),
        label => format!("  {label:<9} {}\n", told.text),
    };
    model.explain_lines().into_iter().map(line).collect()
}
