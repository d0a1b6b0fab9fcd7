//! The tests of the draft: they follow it, and a decision becomes one.

use countersign::app::effect::Effect;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::overlay::Overlay;
use countersign::app::policy_test;
use countersign::app::policy_test::state::{Change, TestsFile};
use countersign::codelab::files;
use countersign::domain::admission::Platform;

use super::import::shown;
use crate::support::stage::Stage;

/// One test that the draft passes, and one that it fails.
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

/// A stage whose draft has this file of tests beside it.
pub(crate) fn with_tests(size: (u16, u16), text: Option<&str>) -> Stage {
    let mut stage = Stage::full(size);
    let path = "/home/learner/.local/share/countersign/draft.tests.yaml".to_owned();
    stage.send(Msg::PolicyTest(policy_test::Msg::Read(Box::new(TestsFile {
        path,
        text: text.map(str::to_owned),
        failure: None,
    }))));
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
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    // The other test names an attestor by an id that this policy does not know.
    assert!(shown(&mut stage).contains("tests 1/2"));
    stage.model.draft.replace("defaultAdmissionRule:");
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    assert!(shown(&mut stage).contains("tests ?/2"));
    let broken = TestsFile { text: Some("tests:\n- nam: a\n".into()), ..stage.model.tests.file.clone() };
    stage.send(Msg::PolicyTest(policy_test::Msg::Read(Box::new(broken))));
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
    let change = Change { before: None, after: after.clone() };
    let effects = stage.keys("y");
    assert!(effects.contains(&Effect::PolicyTest(policy_test::Effect::Write(None, change))), "{effects:?}");
    let file = TestsFile { text: Some(after), ..stage.model.tests.file.clone() };
    stage.send(Msg::PolicyTest(policy_test::Msg::Read(Box::new(file))));
    let report = stage.model.tests.report.as_ref().unwrap();
    assert!(report.results.len() == 1 && report.all_passed(), "{:?}", report.results);
    // The same decision again gets a name of its own.
    stage.keys("a");
    assert!(shown(&mut stage).contains("(2)"), "{}", shown(&mut stage));
}

#[test]
fn a_tests_file_that_cannot_be_read_gets_no_test_and_stays() {
    let mut stage = with_tests((120, 40), None);
    let failure = Some("it is not UTF-8".to_owned());
    let unread = TestsFile { text: None, failure, ..stage.model.tests.file.clone() };
    stage.send(Msg::PolicyTest(policy_test::Msg::Read(Box::new(unread))));
    stage.keys("M-t");
    let effects = stage.keys("a");
    let said = stage.model.notices.current(stage.model.ui.now).map(|notice| notice.text.clone()).unwrap_or_default();
    assert!(said.contains("cannot be read (it is not UTF-8), and is left as it is"), "{said}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::PolicyTest(policy_test::Effect::Write(..)))));
    assert!(!matches!(stage.model.overlays.last(), Some(Overlay::Confirm(_))));
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
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.keys("2 M-a");
    assert!(shown(&mut stage).contains("nothing is decided yet"), "{}", shown(&mut stage));
}
