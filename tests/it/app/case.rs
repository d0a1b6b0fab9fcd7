//! Case files, as the workbench writes them.

use countersign::app::effect::Effect;
use countersign::app::job::{FileTarget, Job};

use super::simulate;
use crate::support::stage::Stage;

/// The question before a case is written.
pub(crate) fn asked(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("1 K Enter");
    stage
}

/// What the workbench writes after these keys: path and text.
pub(crate) fn written(keys: &str) -> (String, String) {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 K");
    stage.keys(keys);
    stage.row("Write the case?");
    let effects = stage.keys("y");
    let jobs = effects.into_iter().find_map(|e| if let Effect::Run(_, jobs) = e { Some(jobs) } else { None }).unwrap();
    let Some(Job::WriteFile { target: FileTarget::Report { path }, text }) = jobs.into_iter().next() else { panic!() };
    (path, text)
}

#[test]
fn what_is_in_a_case_is_shown_before_it_is_written() {
    let mut stage = asked((80, 24));
    stage.row("Write the case?");
    stage.row("the decision DENY, under the live policy");
    stage.row("no key and no signature");
    let effects = stage.keys("Esc");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
}

#[test]
fn under_the_draft_and_as_markdown() {
    // The first choice is the form, the second the policy.
    let (_, markdown) = written("Right Tab Right Enter");
    assert!(markdown.starts_with("# Binary Authorization: ADMIT\n"), "{markdown}");
    assert!(markdown.contains("| policy | the draft |"), "{markdown}");
    assert!(!markdown.contains("123456789012"), "{markdown}");
}

/// What is assumed is decided with, and told.
#[test]
fn assumptions_are_in_the_case() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1");
    simulate::assume(&mut stage, "dry run");
    let outcome = stage.model.decisions.now.as_ref().unwrap().outcome;
    assert_eq!(outcome.as_str(), "ADMIT_DRY_RUN");
    stage.keys("K Enter");
    stage.row("the decision ADMIT_DRY_RUN, under the live policy");
    stage.row("· assumed: ");
}

#[test]
fn without_an_image_there_is_no_case() {
    let mut stage = Stage::empty((80, 24));
    stage.keys("1 K");
    stage.row("a case is about an image");
    let mut stage = Stage::full((80, 24));
    stage.keys("1 K Tab Tab C-u Enter");
    stage.row("a path is needed");
}
