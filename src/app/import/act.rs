//! Importing the draft: what is asked first, and the three-way difference where the policy had changed.

use crate::draft;
use crate::draft::text::difference;
use crate::effect::Effect;
use crate::import::Action;
use crate::import::merge::Take;
use crate::import::refusal::ImportRefusal;
use crate::import::state::Conflict;
use crate::job::Job;
use crate::model::Model;
use crate::overlay::Confirm;
use crate::overlay::Overlay;
use crate::saving;
use crate::session::Connection;
use crate::shell::notice::Weight;
use domain::diagnostic::Severity;
use domain::document;
use domain::name::ProjectId;
use domain::policy::Policy;
use domain::policy::PolicyKind;

/// Remembers what the refused draft was compared with; the live policy is being read again.
pub(crate) fn import_refused(model: &mut Model, project: &ProjectId) {
    let base = model.draft.base.clone().or_else(|| model.session.live_policy().cloned());
    model.refusal = base.map(|base| ImportRefusal { project: project.clone(), base });
    model.say(Weight::Warning, "not imported: the policy had changed meanwhile; reading it…");
}

/// The policy was read after a refusal: shows what they changed beside what the draft changes.
pub(crate) fn live_came(model: &mut Model) {
    let Some(refused) = model.refusal.take() else { return };
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
pub(crate) fn open(model: &mut Model, project: ProjectId, base: &Policy, live: Policy) {
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
        let open = conflict.merge.count_undecided();
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
    draft::text::replace_draft(model, text);
    model.draft.base = Some(theirs);
}

/// Imports the draft over theirs, after showing what that takes back.
fn keep_mine(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Conflict(conflict)) = model.overlays.pop() else { return Vec::new() };
    model.draft.base = Some(conflict.theirs);
    import(model)
}

/// Shows what would change, and asks; a draft that the service would refuse is not sent.
pub(crate) fn import(model: &mut Model) -> Vec<Effect> {
    let Some(project) = model.session.project.clone() else {
        model.say(Weight::Warning, "choose a project first (Deployer tab, Setup)");
        return Vec::new();
    };
    model.draft.read_now();
    let errors = model.draft.problems().iter().filter(|p| p.severity == Severity::Error).count();
    if model.draft.document.kind == PolicyKind::Platform {
        let text =
            "not imported: this is a platform policy, which `gcloud beta container binauthz policy create` takes";
        model.say(Weight::Error, text.to_owned());
        return Vec::new();
    }
    if model.draft.policy().is_none() {
        model.say(
            Weight::Error,
            format!("not imported: the service would refuse the draft ({errors} errors; F4 goes there)"),
        );
        return Vec::new();
    }
    let Some(live) = model.session.live_policy().cloned() else {
        model.say(Weight::Warning, "the live policy is not known yet: reload with r");
        return Vec::new();
    };
    let text = model.draft.editor.text();
    // Whatever becomes of the import, what was typed is on the disk.
    let kept = saving::act::write(model);
    if let Some(base) = other_base(model, &live) {
        open(model, project, &base, live);
        return kept;
    }
    let lines = import_lines(model, &project, live.etag.as_deref());
    let diff = Some(difference(model));
    let jobs = vec![Job::ImportPolicy { project, text, etag: live.etag }];
    let confirm = Confirm { title: "Import the policy?".into(), lines, diff, jobs, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    kept
}

/// The policy that the draft was made from, where the live one says something else: the version whose
/// etag the draft carries, or the one it was last compared with.
fn other_base(model: &Model, live: &Policy) -> Option<Policy> {
    let draft = model.draft.policy()?;
    let known = model.draft.base.as_ref();
    if known.is_some_and(|base| base.says_the_same_as(live)) {
        return None;
    }
    let own = draft.etag.as_ref().filter(|etag| Some(*etag) != live.etag.as_ref());
    let named = own.and_then(|etag| model.history.by_etag(etag));
    named.or(known).filter(|base| !base.says_the_same_as(live)).cloned()
}

/// Where it goes, on what condition, and what it does.
fn import_lines(model: &Model, project: &ProjectId, etag: Option<&str>) -> Vec<String> {
    let place = match model.session.connection {
        Connection::Sandbox(_) => " in the sandbox",
        Connection::Starting | Connection::Failed(_) => "",
    };
    let mut lines = vec![format!("The draft becomes the policy of project {project}{place}.")];
    lines.push(match etag {
        Some(etag) => format!("Only if nobody changed it meanwhile (etag {etag})."),
        None => "It has no etag yet: this is its first import.".to_owned(),
    });
    lines.push("It takes effect for new pods; running pods stay.".to_owned());
    lines.extend(crate::review::act::lines(model));
    lines
}
