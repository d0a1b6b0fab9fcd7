//! Keys and the mouse in trees and boxes, by what the screen says after them.

use crate::support::stage::Stage;

/// The row of the screen that the pointer stands at, from the pointer on.
#[track_caller]
fn pointed(stage: &mut Stage) -> String {
    let row = stage.row("│›");
    row.split("│›").nth(1).unwrap().trim_end_matches(['│', '┃', ' ']).to_owned()
}

#[test]
fn a_tree_is_walked_with_the_keys() {
    let mut stage = Stage::full((80, 24));
    stage.keys("2 S-Tab");
    assert_eq!(pointed(&mut stage), "✓ Binary Authorization is enforced here");
    stage.keys("Down Down");
    assert_eq!(pointed(&mut stage), "✓ image us.gcr.io/binauthz-codelab/hello-world@sha256:");
    stage.keys("Enter");
    stage.row("✓ image us.gcr.io/binauthz-codelab/hello-world@sha256: ▸ 3 checks");
    stage.keys("End");
    assert_eq!(pointed(&mut stage), "✓ the pod is admitted");
    stage.keys("Up Up Up Space");
    stage.row("evaluation mode REQUIRE_ATTESTATION");
    stage.keys("Home PgDn");
    // A page is as many checks as are seen, and one of them stays.
    assert_eq!(pointed(&mut stage).trim_start(), "├─ ✓ resource");
}

#[test]
fn the_next_failure_is_unfolded_and_selected() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 S-Tab Down Down Enter");
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
    stage.keys("2");
    // The second row of a check that wraps is the check's too.
    stage.click("my-binauthz-attestor   ");
    stage.row("›   └─ ✓ attestor projects/");
    stage.click("✓ attestor projects/");
    stage.row("▸ 1 check");
    assert!(!stage.rows().iter().any(|row| row.contains("✓ attestation projects/")));
}
