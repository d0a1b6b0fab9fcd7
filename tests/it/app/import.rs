//! Imports of the draft that meet another policy, the merge of the two, and the export of the live policy.

use countersign::app::effect::Effect;
use countersign::app::job::Job;
use countersign::app::msg::Msg;
use countersign::app::overlay::Overlay;
use countersign::app::query::{Answer, Query};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::app::work::{Failure, WorkMsg};
use countersign::codelab::{files, names};
use countersign::domain::document::{Dialect, Document};
use countersign::domain::policy::Policy;

use crate::support::screen::text;
use crate::support::stage::Stage;

pub(super) fn policy(text: &str) -> Policy {
    Document::parse(text, Dialect::Gcloud).policy.unwrap()
}

/// The policy of the stage with another pattern, as somebody else imported it.
pub(super) fn theirs() -> Policy {
    let text = files::DENY_ALL.replace("ALWAYS_DENY", "ALWAYS_ALLOW");
    Policy { etag: Some("\"theirs\"".into()), update_time: Some("2026-11-23T08:59:30Z".into()), ..policy(&text) }
}

/// The import that the keys end in: its ticket and its job.
pub(super) fn import(effects: &[Effect]) -> (Ticket, Job) {
    effects
        .iter()
        .find_map(|e| if let Effect::Run(ticket, jobs) = e { Some((*ticket, jobs[0].clone())) } else { None })
        .unwrap_or_else(|| panic!("no import in {effects:?}"))
}

fn conflict() -> Failure {
    Failure::Failed(0, Report { conflict: true, ..Report::new("409 ABORTED") })
}

/// Answers the read of the policy that is among the effects.
pub(super) fn read(stage: &mut Stage, effects: &[Effect], policy: Policy) -> Vec<Effect> {
    let ticket = effects.iter().find_map(|e| match e {
        Effect::Load(ticket, Query::Policy { .. }) => Some(*ticket),
        _ => None,
    });
    stage.send(Msg::Answered(ticket.expect("the policy is read"), Answer::Policy(Ok(Box::new(policy)))))
}

/// A stage whose import was refused because the policy had become [`theirs`].
pub(crate) fn refused(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let effects = stage.keys("2 C-s y");
    let (ticket, _) = import(&effects);
    let effects = stage.send(Msg::Work(WorkMsg::Ended(ticket, Err(conflict()))));
    read(&mut stage, &effects, theirs());
    stage
}

/// A draft and a live policy with changes apart from each other, and one that both made.
pub(crate) fn merged(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let base = policy(files::DENY_ALL);
    let live = files::DENY_ALL.replace("k8s.gcr.io/*", "k8s.gcr.io/**");
    let mine = files::DENY_ALL
        .replace("defaultAdmissionRule:", "defaultAdmissionRule: # all of them")
        .replace("ALWAYS_DENY", "ALWAYS_ALLOW");
    stage.model.draft.replace(&mine);
    stage.model.draft.base = Some(base);
    let effects = stage.keys("2 r");
    read(&mut stage, &effects, Policy { etag: Some("\"theirs\"".into()), ..policy(&live) });
    stage
}

/// What the screen says.
pub(super) fn shown(stage: &mut Stage) -> String {
    text(&stage.draw().0)
}

#[test]
fn a_conflict_shows_three_ways_and_changes_nothing() {
    let mut stage = refused((120, 40));
    let before = stage.model.draft.editor.text();
    let screen = shown(&mut stage);
    for part in ["Nothing was imported", "1 of 1 conflicts to decide", "theirs + ", "mine   + ", "before - "] {
        assert!(screen.contains(part), "{part} is not on\n{screen}");
    }
    assert!(stage.keys("Enter").iter().all(|e| !matches!(e, Effect::Run(..))));
    assert!(shown(&mut stage).contains("1 conflict is not decided"));
    stage.keys("Esc");
    assert_eq!(stage.model.draft.editor.text(), before);
}

#[test]
fn the_merged_text_goes_to_the_draft_and_then_carries_their_etag() {
    let mut stage = refused((120, 40));
    stage.keys("t Enter");
    assert!(stage.model.overlays.is_empty());
    let merged = stage.model.draft.editor.text();
    assert!(merged.contains("ALWAYS_ALLOW"), "{merged}");
    stage.keys("C-z");
    assert!(!stage.model.draft.editor.text().contains("ALWAYS_ALLOW"));
    stage.keys("C-y");
    assert_eq!(stage.model.draft.editor.text(), merged);
    stage.keys("C-s");
    assert!(shown(&mut stage).contains("Import the policy?"), "{}", shown(&mut stage));
    let (_, job) = import(&stage.keys("y"));
    let Job::ImportPolicy { etag, .. } = job else { panic!() };
    assert_eq!(etag.as_deref(), Some("\"theirs\""));
}

#[test]
fn mine_can_be_kept_over_theirs() {
    let mut stage = refused((120, 40));
    let before = stage.model.draft.editor.text();
    stage.keys("K");
    assert!(shown(&mut stage).contains("Import the policy?"));
    let (_, job) = import(&stage.keys("y"));
    let Job::ImportPolicy { etag, text, .. } = job else { panic!() };
    assert_eq!((etag.as_deref(), text), (Some("\"theirs\""), before));
}

#[test]
fn theirs_can_be_taken_and_undone() {
    let mut stage = refused((120, 40));
    let before = stage.model.draft.editor.text();
    stage.keys("T");
    assert!(stage.model.draft.policy().unwrap().says_the_same_as(&theirs()));
    stage.keys("C-z");
    assert_eq!(stage.model.draft.editor.text(), before);
}

#[test]
fn a_change_that_was_read_before_the_import_is_a_conflict_too() {
    let mut stage = Stage::full((120, 40));
    // The draft is what is live; then it is edited, and the policy changes outside.
    stage.keys("2 F5 y");
    assert!(stage.model.draft.base.is_some());
    stage.model.draft.replace(&files::updated_policy(names::PROJECT));
    let effects = stage.keys("r");
    read(&mut stage, &effects, theirs());
    assert!(shown(&mut stage).contains("not the one that the draft was made from"));
    stage.keys("C-s");
    assert!(matches!(stage.model.overlays.last(), Some(Overlay::Conflict(_))), "{}", shown(&mut stage));
}

#[test]
fn the_same_policy_imported_again_is_no_conflict() {
    let mut stage = Stage::full((120, 40));
    let live = stage.model.session.live_policy().cloned().unwrap();
    let effects = stage.keys("2 C-s y");
    let (ticket, _) = import(&effects);
    let effects = stage.send(Msg::Work(WorkMsg::Ended(ticket, Err(conflict()))));
    read(&mut stage, &effects, Policy { etag: Some("other".into()), ..live });
    assert!(stage.model.overlays.is_empty());
    assert!(shown(&mut stage).contains("somebody imported the same policy again"));
}

#[test]
fn any_other_failure_is_told_as_it_is() {
    let mut stage = Stage::full((120, 40));
    let effects = stage.keys("2 C-s y");
    let (ticket, _) = import(&effects);
    stage.send(Msg::Work(WorkMsg::Ended(ticket, Err(Failure::Failed(0, Report::new("400 INVALID_ARGUMENT"))))));
    assert!(shown(&mut stage).contains("400 INVALID_ARGUMENT"));
}

#[test]
fn the_live_policy_is_exported_as_gcloud_does() {
    let mut stage = Stage::full((120, 40));
    stage.keys("2");
    stage.keys("M-x");
    let (_, job) = import(&stage.keys("Enter"));
    assert_eq!(job, Job::ExportPolicy { project: names::project(), file: names::POLICY.parse().unwrap() });
    stage.keys("Esc L");
    let screen = shown(&mut stage);
    assert!(screen.contains("gcloud container binauthz policy export --project=binauthz-codelab > "), "{screen}");
    let mut stage = Stage::full((120, 40));
    stage.keys("2");
    stage.keys("M-x");
    let effects = stage.keys("Right Enter");
    let copied = effects.iter().find_map(|e| if let Effect::Copy(text) = e { Some(text) } else { None }).unwrap();
    assert!(copied.contains("etag: ") && copied.contains("evaluationMode: ALWAYS_DENY"), "{copied}");
}
