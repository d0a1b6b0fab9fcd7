//! Keys and the mouse in trees and boxes, by what the screen says after them.

use countersign::app::effect::Effect;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::overlay::{Body, Overlay};
use countersign::codelab::STEPS;

use super::{history, import};
use crate::support::stage::Stage;

/// The row of the screen that the pointer stands at, from the pointer on.
#[track_caller]
fn pointed(stage: &mut Stage) -> String {
    let rows = stage.rows();
    let after = rows.iter().find_map(|row| row.split_once("│›")).map(|(_, after)| after);
    after.unwrap_or_else(|| panic!("no pointer on\n{}", rows.join("\n"))).trim_end_matches(['│', '┃', ' ']).to_owned()
}

/// The same in the list of a box, whose first row is its filter.
#[track_caller]
fn picked(stage: &mut Stage) -> String {
    let rows = stage.rows();
    let after = rows.iter().filter_map(|row| row.split_once("│ › ")).nth(1).map(|(_, after)| after);
    after.unwrap_or_else(|| panic!("nothing is picked on\n{}", rows.join("\n"))).to_owned()
}

#[test]
fn a_tree_is_walked_with_the_keys() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 S-Tab Home");
    assert_eq!(pointed(&mut stage), "✓ Binary Authorization is enforced here");
    stage.keys("Down Down Down");
    assert_eq!(pointed(&mut stage), "✗ image us.gcr.io/binauthz-codelab/hello-world@sha256:");
    stage.keys("Enter");
    stage.row("✗ image us.gcr.io/binauthz-codelab/hello-world@sha256: ▸ 3 checks");
    stage.keys("End");
    assert_eq!(pointed(&mut stage), "✗ the pod is refused");
    stage.keys("Up Up Up Space");
    stage.row("evaluation mode ALWAYS_DENY");
    stage.keys("Home PgDn");
    // A page is as many checks as are seen, and one of them stays.
    assert_eq!(pointed(&mut stage), "└─ ✗ evaluation mode ALWAYS_DENY");
}

#[test]
fn the_next_failure_is_unfolded_and_selected() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 S-Tab");
    // It starts at what failed: that is why the image is refused.
    assert_eq!(pointed(&mut stage), "└─ ✗ evaluation mode ALWAYS_DENY");
    stage.keys("Home Down Down Down Enter");
    assert!(!stage.rows().iter().any(|row| row.contains("evaluation mode ALWAYS_DENY")));
    stage.keys("N");
    assert_eq!(pointed(&mut stage), "└─ ✗ evaluation mode ALWAYS_DENY");
    stage.keys("N");
    assert_eq!(pointed(&mut stage), "✗ the rule is enforced  ENFORCED_BLOCK_AND_AUDIT_LOG");
    stage.keys("N N");
    assert_eq!(pointed(&mut stage), "└─ ✗ evaluation mode ALWAYS_DENY");
}

#[test]
fn a_click_selects_a_check_and_a_second_one_folds_it() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1");
    stage.click("✗ image us.gcr.io");
    stage.row("›✗ image us.gcr.io");
    stage.click("✗ image us.gcr.io");
    stage.row("▸ 3 checks");
    assert!(!stage.rows().iter().any(|row| row.contains("evaluation mode ALWAYS_DENY")));
}

#[test]
fn a_step_that_was_asked_for_is_forgotten_when_a_box_is_opened() {
    let mut stage = Stage::loading((80, 24));
    stage.keys("g d");
    assert!(stage.model.guide.wanted);
    stage.keys("?");
    assert!(!stage.model.guide.wanted);
    stage.keys("Esc d R");
    assert!(!stage.model.guide.wanted);
}

/// What is shown as done is on the disk: nothing else saves it if the process is killed now.
#[test]
fn a_step_that_only_shows_something_is_done_and_saved_at_once() {
    let mut stage = Stage::full((120, 40));
    stage.model.guide.progress.started = true;
    let before = STEPS.iter().take_while(|step| step.id != "service-account");
    stage.model.guide.progress.done = before.map(|step| step.id.to_owned()).collect();
    stage.model.guide.wanted = true;
    let r = &mut stage.model.session.remotes;
    r.evidence.clear();
    r.survey.clear();
    let effects = stage.send(Msg::Terminal(TerminalEvent::Resumed));
    let saved = effects.iter().rev().find_map(|effect| match effect {
        Effect::Save(saved) => Some(saved),
        _ => None,
    });
    assert!(saved.is_some_and(|saved| saved.progress.done.contains("service-account")), "{effects:?}");
}

#[test]
fn the_preview_is_sorted_shown_and_opened() {
    let mut stage = Stage::full((120, 40));
    stage.keys("2 Tab Tab");
    assert!(pointed(&mut stage).starts_with("✓  …ld@37e528794577  ✗ deny     ✓ admit"), "{}", pointed(&mut stage));
    stage.row("1 newly admitted");
    stage.keys("f");
    stage.row("flipped");
    stage.keys("f");
    stage.row("denied by the draft");
    assert!(!stage.rows().iter().any(|row| row.contains("✓ admit")));
    stage.keys("f f f o");
    stage.row("by what flips");
    stage.keys("o");
    stage.row("by image");
    stage.keys("o Home Enter");
    stage.row("Live and draft: us.gcr.io/binauthz-codelab/hello-world@sha256:");
    // Next to each other: each tree in its half.
    let row = stage.row("live policy  ✗ DENY");
    assert!(row.contains("draft  ✓ ADMIT"), "{row}");
    stage.keys("Esc / d ö n");
    assert!(!stage.rows().iter().any(|row| row.contains("hello-world@37e528794577")));
    stage.keys("Enter c");
    stage.row("chosen: us.gcr.io/binauthz-codelab/hello-world:latest");
}

#[test]
fn the_preview_follows_the_typing() {
    let mut stage = Stage::full((120, 40));
    stage.keys("2 Enter");
    stage.row("1 newly admitted");
    // A pattern for the very image admits the rest too; half-typed, the last whole draft counts.
    stage.keys("End Enter");
    // The cursor stands below the key, where the other entries of the list begin.
    stage.type_text("- namePattern: us.gcr.io/binauthz-codelab/");
    stage.row("2 - namePattern: us.gcr.io/binauthz-codelab/");
    stage.row("1 newly admitted");
    stage.type_text("*");
    stage.row("4 newly admitted");
}

#[test]
fn a_list_is_filtered_by_letters_and_taken_with_enter_or_two_clicks() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 :");
    stage.type_text("sml");
    assert!(picked(&mut stage).starts_with("simulate…"), "{}", picked(&mut stage));
    stage.keys("Enter");
    stage.row("Simulate");
    stage.keys("Esc T");
    stage.click("  light");
    assert!(picked(&mut stage).starts_with("light"));
    stage.click(" light");
    assert_eq!(stage.model.ui.theme, "light");
}

#[test]
fn a_long_list_goes_by_pages_and_by_the_wheel() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 :");
    let first = picked(&mut stage);
    stage.keys("PgDn");
    let next = picked(&mut stage);
    assert_ne!(first, next);
    stage.wheel(-3);
    assert_ne!(picked(&mut stage), next);
    stage.keys("PgDn PgUp PgUp PgUp");
    assert_eq!(picked(&mut stage), first);
}

#[test]
fn a_form_is_filled_in_with_keys_and_the_mouse() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 D");
    assert!(pointed_field(&mut stage).starts_with("Name"));
    stage.keys("Left Left");
    stage.type_text("X");
    stage.row("hello-worXld");
    stage.click("Namespace");
    stage.type_text("-2");
    stage.row("default-2");
    stage.click("< Deployment >");
    assert!(pointed_field(&mut stage).starts_with("As"));
    stage.click("< Deployment >");
    stage.row("< Pod >");
    stage.keys("Right");
    stage.row("< Deployment >");
    stage.row("hello-worXld");
    stage.row("default-2");
}

#[test]
fn a_form_scrolls_to_its_field_and_shows_whole_errors() {
    let mut stage = Stage::full((60, 16));
    stage.keys("3 S-Tab n Enter");
    assert!(pointed_field(&mut stage).starts_with("Passphrase"));
    stage.row("▲ a passphrase is needed:");
    let (_, cursor) = stage.draw();
    assert!(cursor.is_some());
    stage.type_text("secret words");
    stage.row("••••••••••••");
    assert!(!stage.rows().concat().contains("secret words"));
    stage.keys("Tab");
    assert!(pointed_field(&mut stage).starts_with("Once more"));
}

/// The field that the pointer stands at.
#[track_caller]
fn pointed_field(stage: &mut Stage) -> String {
    let rows = stage.rows();
    let after = rows.iter().find_map(|row| row.split_once("│ › ")).map(|(_, after)| after);
    after.unwrap_or_else(|| panic!("no field has the focus on\n{}", rows.join("\n"))).to_owned()
}

#[test]
fn a_question_is_answered_with_the_mouse() {
    let mut stage = Stage::full((80, 24));
    stage.keys("2 C-s");
    stage.row("Import the policy?");
    stage.click("n no");
    assert!(stage.model.overlays.is_empty() && !stage.model.works.any());
    stage.keys("C-s");
    let effects = stage.click("y yes, do it");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
}

#[test]
fn the_answers_stay_in_sight_while_a_difference_is_scrolled() {
    let mut stage = Stage::full((60, 16));
    stage.keys("2 C-s");
    stage.row("The draft becomes the policy");
    assert!(!stage.rows().concat().contains("    9 +"));
    stage.row("y yes, do it");
    stage.keys("End");
    stage.row("    8 +   - projects/binauthz-codelab/attestors/my-b");
    stage.row("y yes, do it");
    stage.keys("Right Right");
    stage.row("my-binauthz-attestor");
    stage.keys("Home");
    stage.row("The draft becomes the policy");
}

#[test]
fn what_is_signed_is_shown_byte_for_byte_to_its_end() {
    let mut stage = Stage::full((80, 24));
    stage.keys("3 s");
    stage.row("}⏎ ");
    assert!(!stage.rows().concat().contains("0120  "));
    stage.keys("PgDn PgDn");
    stage.row("0120  ");
    stage.keys("Esc p PgDn Down");
    stage.row("0120  ");
}

#[test]
fn every_list_is_filtered() {
    // The problems are of a draft that has some.
    for (keys, left) in [
        ("1", "Enforcement"),
        ("1 Tab", "hello-world"),
        ("1 Tab Tab", "x2x7q"),
        ("1 Tab Tab Tab", "ScalingReplicaSet"),
        ("2 Tab", "foo"),
        ("3", "my-binauthz-attestor"),
        ("3 Tab", "my-attestor-note"),
        ("3 Tab Tab", "f31f9cce567"),
        ("3 Tab Tab Tab", "Demo Signing Ro"),
    ] {
        let mut stage = Stage::full((120, 40));
        stage.model.draft.replace("foo: 1\n");
        stage.keys(keys);
        stage.keys("/");
        stage.type_text(&left.to_uppercase());
        stage.row(left);
        stage.row(&format!("/{}", left.to_uppercase()));
        stage.type_text("zzz");
        stage.row("nothing fits the filter");
        stage.keys("Enter Esc");
        assert!(!stage.rows().iter().any(|row| row.contains("nothing fits")), "{keys}");
        stage.row(left);
    }
}

#[test]
fn the_palette_reaches_the_actions_of_other_panes() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 :");
    stage.type_text("service account read");
    stage.row("Attestors: Let the service account read");
    stage.keys("Enter");
    stage.row("Grant the role?");
}

#[test]
fn enter_begins_to_type_in_the_draft_and_escape_ends_it() {
    let mut stage = Stage::full((80, 24));
    stage.keys("2");
    stage.row("Enter edit");
    stage.keys("Enter");
    stage.type_text("1 q");
    stage.row("1 qadmissionWhitelistPatterns:");
    stage.keys("Esc 1");
    stage.row("Setup");
}

#[test]
fn boxes_are_used_with_the_mouse() {
    let mut stage = history::with_history((120, 40));
    stage.keys("2");
    stage.keys("M-h");
    stage.click("2026-11-23 08:40:00");
    let Some(Overlay::History(shown)) = stage.model.overlays.last() else { panic!() };
    assert_eq!(shown.selected, 1);
    let mut stage = import::refused((120, 40));
    stage.click("keep mine");
    assert!(matches!(stage.model.overlays.last(), Some(Overlay::Confirm(_))));
    stage.keys("Esc");
    let body = |stage: &Stage| matches!(stage.model.overlays.last(), Some(Overlay::Reader(r)) if r.body == Body::Help);
    stage.keys("?");
    assert!(body(&stage));
}
