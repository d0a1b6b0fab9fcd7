//! Changing the policy for real: imports that meet another one, the history, the tests of the draft.

use countersign::app::effect::Effect;
use countersign::app::history::state::{Author, History, Version};
use countersign::app::job::{Job, Outcome};
use countersign::app::msg::{Failure, Msg};
use countersign::app::overlay::{Body, Overlay};
use countersign::app::policy_test::state::TestsFile;
use countersign::app::query::{Answer, Query};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::codelab::{files, names};
use countersign::domain::admission::Platform;
use countersign::domain::document::{Dialect, Document};
use countersign::domain::policy::Policy;

use crate::support::screen::text;
use crate::support::stage::{Stage, now};

fn policy(text: &str) -> Policy {
    Document::parse(text, Dialect::Gcloud).policy.unwrap()
}

/// The policy of the stage with another pattern, as somebody else imported it.
fn theirs() -> Policy {
    let text = files::DENY_ALL.replace("ALWAYS_DENY", "ALWAYS_ALLOW");
    Policy { etag: Some("\"theirs\"".into()), update_time: Some("2026-11-23T08:59:30Z".into()), ..policy(&text) }
}

/// The import that the keys end in: its ticket and its job.
fn import(effects: &[Effect]) -> (Ticket, Job) {
    effects
        .iter()
        .find_map(|e| if let Effect::Run(ticket, jobs) = e { Some((*ticket, jobs[0].clone())) } else { None })
        .unwrap_or_else(|| panic!("no import in {effects:?}"))
}

fn conflict() -> Failure {
    Failure::Failed(0, Report { conflict: true, ..Report::new("409 ABORTED") })
}

/// Answers the read of the policy that is among the effects.
fn read(stage: &mut Stage, effects: &[Effect], policy: Policy) -> Vec<Effect> {
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
    let effects = stage.send(Msg::Ended(ticket, Err(conflict())));
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

fn shown(stage: &mut Stage) -> String {
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
    let effects = stage.send(Msg::Ended(ticket, Err(conflict())));
    read(&mut stage, &effects, Policy { etag: Some("other".into()), ..live });
    assert!(stage.model.overlays.is_empty());
    assert!(shown(&mut stage).contains("somebody imported the same policy again"));
}

#[test]
fn any_other_failure_is_told_as_it_is() {
    let mut stage = Stage::full((120, 40));
    let effects = stage.keys("2 C-s y");
    let (ticket, _) = import(&effects);
    stage.send(Msg::Ended(ticket, Err(Failure::Failed(0, Report::new("400 INVALID_ARGUMENT")))));
    assert!(shown(&mut stage).contains("400 INVALID_ARGUMENT"));
}

fn kept(effects: &[Effect]) -> Option<Version> {
    effects
        .iter()
        .find_map(|e| if let Effect::History(_, Some(version)) = e { Some((**version).clone()) } else { None })
}

pub(crate) fn with_history(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let version = |author, minute: u8, text: &str| {
        let time = format!("2026-11-23T08:{minute}:00Z");
        let policy = Policy { etag: Some(time.clone()), update_time: Some(time), ..policy(text) };
        Version { at: now(), author, policy }
    };
    let project = names::PROJECT.to_owned();
    let versions = vec![
        Version::seen(Policy::default_for(&project), now()),
        version(Author::Here("you (owner of the sandbox)".into()), 40, files::DENY_ALL),
        version(Author::Unknown, 50, &files::updated_policy(names::PROJECT)),
    ];
    stage.send(Msg::History(Box::new(History { project, versions, ..History::default() })));
    stage
}

#[test]
fn what_is_read_and_what_is_imported_is_kept() {
    let mut stage = Stage::full((120, 40));
    let effects = stage.keys("2 r");
    let effects = read(&mut stage, &effects, theirs());
    assert_eq!(kept(&effects).map(|version| version.author), Some(Author::Unknown));
    let mut stage = Stage::full((120, 40));
    let (ticket, _) = import(&stage.keys("2 C-s y"));
    let effects = stage.send(Msg::JobDone(ticket, 0, Outcome::Imported(Box::new(theirs()))));
    let version = kept(&effects).unwrap();
    assert_eq!((version.author, version.policy), (Author::Here("you (owner of the sandbox)".into()), theirs()));
}

#[test]
fn the_history_is_browsed_compared_and_asked() {
    let mut stage = with_history((120, 40));
    stage.keys("2 Esc");
    stage.keys("M-h");
    let screen = shown(&mut stage);
    for part in ["2026-11-23 08:50:00", "unknown (changed outside)", "nobody (the default)", "the first that was seen"]
    {
        assert!(screen.contains(part), "{part} is not on\n{screen}");
    }
    let title = |stage: &Stage| match stage.model.overlays.last() {
        Some(Overlay::Reader(reader)) => reader.title.clone(),
        other => panic!("{other:?}"),
    };
    stage.keys("Enter");
    assert_eq!(title(&stage), "2026-11-23 08:40:00 → 2026-11-23 08:50:00");
    stage.keys("Esc Space Down Down Enter");
    assert!(title(&stage).ends_with("→ 2026-11-23 08:50:00"), "{}", title(&stage));
    stage.keys("Esc Up s");
    assert!(shown(&mut stage).contains("✗ DENY"), "{}", shown(&mut stage));
    let before = stage.model.draft.editor.text();
    stage.keys("Esc r y");
    assert!(stage.model.overlays.is_empty());
    assert!(stage.model.draft.policy().unwrap().says_the_same_as(&policy(files::DENY_ALL)));
    stage.keys("C-z");
    assert_eq!(stage.model.draft.editor.text(), before);
    stage.keys("M-h");
    stage.keys("I y");
    assert!(shown(&mut stage).contains("Import the policy?"));
}

#[test]
fn a_damaged_history_says_so() {
    let mut stage = with_history((120, 40));
    let history = History { damaged: 2, ..stage.model.history.clone() };
    stage.send(Msg::History(Box::new(history)));
    stage.keys("2");
    assert!(shown(&mut stage).contains("2 records that cannot be read"));
}

pub(crate) const TESTS: &str = "\
tests:
- name: signed is admitted
  request:
    images: ['us.gcr.io/binauthz-codelab/hello-world@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567']
    cluster: us-central1-a.binauthz-codelab
    attestedBy: [my-binauthz-attestor]
  expect: ADMIT
- name: unsigned is admitted
  request: {images: [us.gcr.io/binauthz-codelab/hello-world]}
  expect: ADMIT
";

pub(crate) fn with_tests(size: (u16, u16), text: Option<&str>) -> Stage {
    let mut stage = Stage::full(size);
    let path = "/home/learner/.local/share/countersign/draft.tests.yaml".to_owned();
    stage.send(Msg::Tests(Box::new(TestsFile { path, text: text.map(str::to_owned), failure: None })));
    stage.keys("2");
    stage
}

#[test]
fn tests_follow_the_draft() {
    let mut stage = with_tests((120, 40), Some(TESTS));
    assert!(shown(&mut stage).contains("tests 1/2"), "{}", shown(&mut stage));
    stage.keys("M-t");
    let screen = shown(&mut stage);
    assert!(screen.contains("outcome: expected ADMIT, found DENY") && screen.contains("coverage "), "{screen}");
    stage.keys("Down Enter");
    assert!(shown(&mut stage).contains("✗ DENY"));
    stage.keys("Esc Esc");
    let allow = files::DENY_ALL.replace("ALWAYS_DENY", "ALWAYS_ALLOW");
    stage.model.draft.replace(&allow);
    stage.send(Msg::Resumed);
    // The other test names an attestor by an id that this policy does not know.
    assert!(shown(&mut stage).contains("tests 1/2"));
    stage.model.draft.replace("defaultAdmissionRule:");
    stage.send(Msg::Resumed);
    assert!(shown(&mut stage).contains("tests ?/2"));
    let broken = TestsFile { text: Some("tests:\n- nam: a\n".into()), ..stage.model.tests.file.clone() };
    stage.send(Msg::Tests(Box::new(broken)));
    stage.keys("M-t");
    assert!(
        shown(&mut stage).contains("`nam` is not a field of a test; did you mean `name`?"),
        "{}",
        shown(&mut stage)
    );
}

#[test]
fn the_present_decision_becomes_a_test() {
    let mut stage = with_tests((120, 40), None);
    stage.keys("M-t");
    stage.keys("a");
    let Some(Overlay::Confirm(confirm)) = stage.model.overlays.last() else { panic!("{}", shown(&mut stage)) };
    let (before, after) = confirm.diff.clone().unwrap();
    assert_eq!(before, "");
    let effects = stage.keys("y");
    assert!(effects.contains(&Effect::WriteTests(None, after.clone())), "{effects:?}");
    let file = TestsFile { text: Some(after), ..stage.model.tests.file.clone() };
    stage.send(Msg::Tests(Box::new(file)));
    let report = stage.model.tests.report.as_ref().unwrap();
    assert!(report.results.len() == 1 && report.all_passed(), "{:?}", report.results);
    // The same decision again gets a name of its own.
    stage.keys("a");
    assert!(shown(&mut stage).contains("(2)"), "{}", shown(&mut stage));
}

#[test]
fn a_test_holds_what_the_pane_shows() {
    let mut stage = with_tests((120, 40), None);
    // The decision of the live policy, which denies what the draft admits.
    stage.keys("1 S-Tab M-a");
    let Some(Overlay::Confirm(confirm)) = stage.model.overlays.last() else { panic!("{}", shown(&mut stage)) };
    let (_, text) = confirm.diff.clone().unwrap();
    assert!(text.contains("outcome: DENY\n    rule: default\n"), "{text}");
    // On Cloud Run a tag has to be resolved: what is not known cannot be expected.
    stage.keys("Esc");
    stage.model.session.subject.platform = Platform::CloudRun;
    stage.model.session.image = Some("us.gcr.io/binauthz-codelab/hello-world:latest".parse().unwrap());
    stage.send(Msg::Resumed);
    stage.keys("2 M-a");
    assert!(shown(&mut stage).contains("nothing is decided yet"), "{}", shown(&mut stage));
}

#[test]
fn the_live_policy_is_exported_as_gcloud_does() {
    let mut stage = Stage::full((120, 40));
    stage.keys("2");
    stage.keys("M-x");
    let (_, job) = import(&stage.keys("Enter"));
    assert_eq!(job, Job::ExportPolicy { project: names::PROJECT.into(), file: names::POLICY.into() });
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

#[test]
fn boxes_are_used_with_the_mouse() {
    let mut stage = with_history((120, 40));
    stage.keys("2");
    stage.keys("M-h");
    stage.click("2026-11-23 08:40:00");
    let Some(Overlay::History(shown)) = stage.model.overlays.last() else { panic!() };
    assert_eq!(shown.selected, 1);
    let mut stage = refused((120, 40));
    stage.click("keep mine");
    assert!(matches!(stage.model.overlays.last(), Some(Overlay::Confirm(_))));
    stage.keys("Esc");
    let body = |stage: &Stage| matches!(stage.model.overlays.last(), Some(Overlay::Reader(r)) if r.body == Body::Help);
    stage.keys("?");
    assert!(body(&stage));
}
