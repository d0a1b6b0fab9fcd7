//! An import that was refused because the policy had changed: the box with the three-way difference.

use crate::draft;
use crate::effect::Effect;
use crate::import::Action;
use crate::import::merge::Take;
use crate::import::state::Conflict;
use crate::model::Model;
use crate::overlay::Overlay;
use crate::shell::notice::Weight;
use domain::document;
use domain::policy::Policy;

/// What is known of an import that was refused, until the policy that is live now has been read.
#[derive(Debug, Clone)]
pub struct Refused {
    pub project: String,
    /// The policy that the draft was compared with.
    pub base: Policy,
}

/// Remembers what the refused draft was compared with; the live policy is being read again.
pub(crate) fn refused(model: &mut Model, project: &str) {
    let base = model.draft.base.clone().or_else(|| model.session.live_policy().cloned());
    model.refused = base.map(|base| Refused { project: project.to_owned(), base });
    model.say(Weight::Warning, "not imported: the policy had changed meanwhile; reading it…");
}

/// The policy was read after a refusal: shows what they changed beside what the draft changes.
pub(crate) fn live_came(model: &mut Model) {
    let Some(refused) = model.refused.take() else { return };
    if model.session.project.as_ref() != Some(&refused.project) {
        return;
    }
    let Some(live) = model.session.live_policy().cloned() else { return };
    if live.says_the_same_as(&refused.base) {
        model.say(
            Weight::Warning,
            "not imported: somebody imported the same policy again. Look at the difference and ask again",
        );
        model.draft.base = Some(live);
        return;
    }
    open(model, refused.project, &refused.base, live);
}

/// Opens the box, unless there is nothing left to import.
pub(crate) fn open(model: &mut Model, project: String, base: &Policy, live: Policy) {
    if model.draft.policy().is_some_and(|draft| draft.says_the_same_as(&live)) {
        model.say(Weight::Success, "✓ the policy that is live now says what the draft says");
        model.draft.base = Some(live);
        return;
    }
    let conflict = Conflict::new(project, base, live, &model.draft);
    model.overlays.push(Overlay::Conflict(Box::new(conflict)));
}

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(Overlay::Conflict(conflict)) = model.overlays.last_mut() else { return Vec::new() };
    match action {
        Action::NextChange => conflict.go(1),
        Action::PreviousChange => conflict.go(-1),
        Action::TakeTheirs => conflict.decide(Take::Theirs),
        Action::TakeMine => conflict.decide(Take::Mine),
        Action::TakeBoth => conflict.decide(Take::Both),
        Action::TakeMerged => take_merged(model),
        Action::TakeLive => take_live(model),
        Action::KeepMine => return keep_mine(model),
    }
    Vec::new()
}

/// The merged text becomes the draft; importing it is asked for as ever.
fn take_merged(model: &mut Model) {
    let Some(Overlay::Conflict(conflict)) = model.overlays.last() else { return };
    let Some(text) = conflict.text() else {
        let open = conflict.merge.undecided();
        let conflicts = if open == 1 { "1 conflict is".to_owned() } else { format!("{open} conflicts are") };
        return model.say(Weight::Warning, format!("{conflicts} not decided: t takes theirs, m mine, b both"));
    };
    let theirs = conflict.theirs.clone();
    finish(model, &text, theirs);
    model.say(Weight::Info, "the merged text is in the draft: look at it, then ^S imports it; ^Z brings yours back");
}

fn take_live(model: &mut Model) {
    let Some(Overlay::Conflict(conflict)) = model.overlays.last() else { return };
    let theirs = conflict.theirs.clone();
    finish(model, &document::emit(&theirs), theirs);
    model.say(Weight::Info, "the draft is the policy that is live now; ^Z brings yours back");
}

fn finish(model: &mut Model, text: &str, theirs: Policy) {
    model.overlays.pop();
    draft::act::replace_draft(model, text);
    model.draft.base = Some(theirs);
}

/// Imports the draft over theirs, after showing what that takes back.
fn keep_mine(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Conflict(conflict)) = model.overlays.pop() else { return Vec::new() };
    model.draft.base = Some(conflict.theirs);
    draft::act::import(model)
}
