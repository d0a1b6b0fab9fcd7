//! Editing the draft with keys and the mouse, by what the text and the screen say after them.

use countersign::app::msg::{Mouse, Msg, Target};

use crate::support::stage::Stage;

const SIZE: (u16, u16) = (120, 40);

/// The Policy Creator with a draft, its text taking keys.
fn draft(text: &str) -> Stage {
    let mut stage = Stage::full(SIZE);
    stage.model.draft.replace(text);
    stage.keys("2 Enter");
    stage
}

fn text(stage: &Stage) -> String {
    stage.model.draft.editor.text()
}

fn selected(stage: &Stage) -> String {
    stage.model.draft.editor.selected_text().unwrap_or_default()
}

#[test]
fn a_drag_selects_from_where_it_began() {
    let mut stage = draft("one: two\nthree: four\n");
    stage.send(Msg::Mouse(Mouse::Click(Target::Text(0, 5))));
    stage.send(Msg::Mouse(Mouse::Drag(Target::Text(1, 5))));
    assert_eq!(selected(&stage), "two\nthree");
    stage.type_text("x");
    assert_eq!(text(&stage), "one: x: four\n");
}

#[test]
fn a_text_is_found_and_the_matches_are_counted() {
    let mut stage = draft("a: deny\nb: allow\nc: DENY\nd: deny\n");
    stage.keys("C-f");
    stage.type_text("deny");
    stage.row("1 of 3");
    stage.keys("Enter");
    stage.row("2 of 3");
    assert_eq!(selected(&stage), "DENY");
    stage.keys("M-c");
    stage.row("■ case");
    assert_eq!(selected(&stage), "deny");
    stage.row("2 of 2");
    stage.keys("Up");
    stage.row("1 of 2");
    stage.type_text("x");
    stage.row("not found");
    // The text is never typed into; closing leaves the cursor where the match was.
    stage.keys("Backspace Esc");
    assert_eq!(text(&stage), "a: deny\nb: allow\nc: DENY\nd: deny\n");
    assert_eq!((selected(&stage).as_str(), stage.model.is_finding()), ("deny", false));
}

#[test]
fn matches_are_replaced_one_by_one_or_all_at_once() {
    let mut stage = draft("- gcr.io/a\n- gcr.io/b\n- gcr.io/c\n");
    stage.keys("C-r");
    stage.type_text("gcr.io");
    stage.keys("Tab");
    stage.type_text("eu.gcr.io");
    stage.keys("Enter");
    assert_eq!(text(&stage), "- eu.gcr.io/a\n- gcr.io/b\n- gcr.io/c\n");
    stage.keys("Esc C-z C-r");
    stage.row("eu.gcr.io");
    stage.keys("M-a");
    stage.row("3 replaced");
    assert_eq!(text(&stage), "- eu.gcr.io/a\n- eu.gcr.io/b\n- eu.gcr.io/c\n");
    stage.keys("Esc C-z");
    assert_eq!(text(&stage), "- gcr.io/a\n- gcr.io/b\n- gcr.io/c\n");
}

#[test]
fn a_regular_expression_takes_groups_along_and_its_mistakes_are_told() {
    let mut stage = draft("- namePattern: gcr.io/team-a/x\n- namePattern: gcr.io/team-b/x\n");
    stage.keys("C-r M-r");
    stage.type_text("gcr.io/team-(");
    stage.row("unclosed group");
    stage.type_text("\\w)");
    stage.row("1 of 2");
    stage.keys("Tab");
    stage.type_text("eu.gcr.io/$1");
    stage.keys("M-a");
    assert_eq!(text(&stage), "- namePattern: eu.gcr.io/a/x\n- namePattern: eu.gcr.io/b/x\n");
}

#[test]
fn problems_are_walked_both_ways() {
    let text = "a: 1\nb: 2\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";
    let mut stage = draft(text);
    let line = |stage: &Stage| stage.model.draft.editor.position().line;
    stage.keys("C-f Esc F4");
    assert_eq!(line(&stage), 2);
    stage.keys("S-F4");
    assert_eq!(line(&stage), 1);
}
