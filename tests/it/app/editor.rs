//! Editing the draft with keys and the mouse, by what the text and the screen say after them.

use countersign::app::draft::file;
use countersign::app::draft::file::state::{DirectoryEntry, Edited, FileReply, FileTask, FileText, Outside, Stamp};
use countersign::app::effect::Effect;
use countersign::app::job::{FileTarget, IfThere, Job, JobOutcome};
use countersign::app::msg::{Mouse, Msg, Target, TerminalEvent};
use countersign::app::shell::editor::{Editor, EditorCommand};
use countersign::app::shell::report::Report;
use countersign::app::shell::timer::Timer;
use countersign::app::work::WorkMsg;

use crate::support::stage::Stage;

const SIZE: (u16, u16) = (120, 40);

/// The Policy Creator with a draft, its text taking keys.
fn draft(text: &str) -> Stage {
    let mut stage = Stage::full(SIZE);
    stage.model.draft.replace(text);
    stage.keys("2 Enter");
    stage
}

fn edited(text: &str) -> Edited {
    Edited { text: text.to_owned(), path: "/data/editor/1/policy.yaml".to_owned() }
}

fn text(stage: &Stage) -> String {
    stage.model.draft.editor.text()
}

fn selected(stage: &Stage) -> String {
    stage.model.draft.editor.selected_text().unwrap_or_default()
}

/// Proposals for a key that is begun.
pub(crate) fn completing(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("2 Enter C-End C-Space");
    stage.type_text("m");
    stage
}

#[test]
fn a_drag_selects_from_where_it_began() {
    let mut stage = draft("one: two\nthree: four\n");
    stage.send(Msg::Terminal(TerminalEvent::Mouse(Mouse::Click(Target::Text(0, 5)))));
    stage.send(Msg::Terminal(TerminalEvent::Mouse(Mouse::Drag(Target::Text(1, 5)))));
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

const DENY: &str =
    "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";

#[test]
fn a_quick_fix_is_shown_before_it_is_made_and_is_one_step() {
    let before = DENY.replace("evaluationMode", "evaluationMod");
    let mut stage = draft(&before);
    stage.keys("Down Right Right Right F8");
    stage.row("Delete `evaluationMod`");
    stage.keys("Enter");
    stage.row("+   evaluationMode: ALWAYS_DENY");
    stage.row("-   evaluationMod: ALWAYS_DENY");
    assert_eq!(text(&stage), before);
    stage.keys("n");
    assert_eq!(text(&stage), before);
    stage.keys("F8 Enter y");
    assert_eq!(text(&stage), DENY);
    stage.keys("C-z");
    assert_eq!(text(&stage), before);
}

#[test]
fn several_fixes_are_picked_and_those_of_one_kind_made_together() {
    let text_before = "default_admission_rule:\n  evaluation_mode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\ndescription: a\n";
    let mut stage = draft(text_before);
    stage.keys("F8");
    stage.row("Write `defaultAdmissionRule`");
    stage.click("All 2 of this kind");
    stage.keys("Enter");
    stage.row("+   evaluationMode: ALWAYS_DENY");
    stage.keys("Enter");
    assert_eq!(text(&stage), format!("{DENY}description: a\n"));
}

#[test]
fn where_there_is_no_problem_or_no_fix_it_is_said() {
    let mut stage = draft(DENY);
    stage.keys("Down F8");
    stage.row("no problem here; F4 goes to the next one");
    let mut stage = draft("description: \"a\n");
    stage.keys("F4 F8");
    stage.row("no quick fix for this");
    stage.keys("F10");
    stage.row("syntax (error)");
    stage.row("Right:");
}

#[test]
fn the_list_of_problems_shows_fewer_of_them() {
    let mut stage = draft("default_admission_rule:\n  evaluationMode: ALWAYS_ALLOW\n  enforcementMode: X\n");
    stage.keys("Esc Tab");
    let all = stage.model.shown_rows(countersign::app::shell::tab::Pane::Problems).len();
    stage.keys("s s");
    stage.row("errors");
    let errors = stage.model.shown_rows(countersign::app::shell::tab::Pane::Problems).len();
    assert!(errors > 0 && errors < all, "{errors} of {all}");
    // Enter goes to the place, F8 offers what can be done about the selected one.
    stage.keys("/");
    stage.type_text("snake");
    stage.keys("Enter F8");
    stage.row("Write `defaultAdmissionRule`");
}

fn opened(text: &str) -> FileText {
    FileText {
        path: "/home/me/team policy.yaml".into(),
        text: text.into(),
        stamp: Stamp { modified: 1, length: text.len() as u64 },
    }
}

fn watches(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::After(Timer::Watch, _)))
}

#[test]
fn a_file_is_opened_and_what_stands_nowhere_else_is_not_lost() {
    let mut stage = draft("description: mine\n");
    assert_eq!(stage.keys("C-o"), [Effect::File(file::Effect::Task(FileTask::List(None)))]);
    let entry =
        |name: &str, is_directory| DirectoryEntry { name: name.into(), path: format!("/home/me/{name}"), is_directory };
    stage.send(Msg::File(file::Msg::Replied(FileReply::Listed(
        "/home/me".into(),
        vec![entry("team policy.yaml", false), entry("..", true)],
    ))));
    stage.row("Open a file of /home/me");
    assert_eq!(
        stage.keys("Enter"),
        [Effect::File(file::Effect::Task(FileTask::Open("/home/me/team policy.yaml".into())))]
    );
    stage.send(Msg::File(file::Msg::Replied(FileReply::Opened(opened(DENY)))));
    stage.row("Open the file?");
    stage.row("- description: mine");
    let effects = stage.keys("y");
    assert!(watches(&effects), "{effects:?}");
    assert_eq!(text(&stage), DENY);
    stage.row("┌ team policy.yaml ");
    stage.keys("Enter C-z");
    assert_eq!(text(&stage), "description: mine\n");
    stage.row("not as in the file");
    // It is in the session, so that it is the draft's file after a restart too.
    assert_eq!(stage.model.to_save().file.unwrap().path, "/home/me/team policy.yaml");
}

#[test]
fn a_file_that_cannot_be_opened_leaves_the_draft() {
    let mut stage = draft(DENY);
    stage.send(Msg::File(file::Msg::Replied(FileReply::Failed(Report::new("/x is not UTF-8: line 3 has a byte")))));
    stage.row("/x is not UTF-8: line 3 has a byte");
    assert_eq!(text(&stage), DENY);
}

fn with_file(text: &str) -> Stage {
    let mut stage = draft("");
    stage.send(Msg::File(file::Msg::Replied(FileReply::Opened(opened(text)))));
    stage.keys("Enter");
    stage
}

#[test]
fn a_change_outside_is_asked_about() {
    let mut stage = with_file(DENY);
    stage.type_text("# mine\n");
    let others = FileText { stamp: Stamp { modified: 2, length: 9 }, ..opened("others: 1\n") };
    assert_eq!(
        stage.send(Msg::Timer(Timer::Watch)),
        [Effect::File(file::Effect::Task(FileTask::Watch(others.path.clone(), opened(DENY).stamp)))]
    );
    stage.send(Msg::File(file::Msg::Replied(FileReply::Changed(others.clone()))));
    stage.row("team policy.yaml was changed outside");
    stage.click("show the difference");
    stage.keys("Enter");
    stage.row("+ others: 1");
    stage.keys("Esc");
    // Closing the question keeps what is typed, and the same change is not asked about again.
    let effects = stage.keys("Esc");
    assert!(watches(&effects), "{effects:?}");
    assert_eq!(text(&stage), format!("# mine\n{DENY}"));
    let effects = stage.send(Msg::Timer(Timer::Watch));
    assert_eq!(effects, [Effect::File(file::Effect::Task(FileTask::Watch(others.path.clone(), others.stamp)))]);
    let again = FileText { stamp: Stamp { modified: 3, length: 9 }, ..opened("again: 1\n") };
    stage.send(Msg::File(file::Msg::Replied(FileReply::Changed(again))));
    stage.keys("Enter");
    assert_eq!(text(&stage), "again: 1\n");
    stage.keys("C-z");
    assert_eq!(text(&stage), format!("# mine\n{DENY}"));
}

#[test]
fn a_change_outside_to_what_the_draft_says_is_no_question() {
    let mut stage = with_file(DENY);
    stage.type_text("#");
    let same = FileText { stamp: Stamp { modified: 2, length: 9 }, ..opened(&text(&stage)) };
    let effects = stage.send(Msg::File(file::Msg::Replied(FileReply::Changed(same))));
    assert!(watches(&effects) && stage.model.overlays.is_empty() && stage.model.draft.is_in_file());
    stage.send(Msg::File(file::Msg::Replied(FileReply::Gone("/home/me/team policy.yaml".into()))));
    stage.row("was removed outside; the draft is kept");
}

fn job(effects: &[Effect]) -> (countersign::app::shell::remote::Ticket, Job) {
    let found =
        effects.iter().find_map(|e| if let Effect::Run(ticket, jobs) = e { Some((*ticket, jobs)) } else { None });
    let (ticket, jobs) = found.unwrap();
    (ticket, jobs[0].clone())
}

#[test]
fn the_draft_is_saved_to_its_file_and_others_are_not_replaced_unasked() {
    let mut stage = with_file(DENY);
    stage.type_text("#");
    stage.keys("F2");
    let effects = stage.keys("Enter");
    let path = opened(DENY).path;
    let draft = |if_there| FileTarget::Draft { path: path.clone(), if_there };
    let (ticket, first) = job(&effects);
    assert_eq!(
        first,
        Job::WriteFile { target: draft(IfThere::ReplaceIfStill(opened(DENY).stamp)), text: text(&stage) }
    );
    let there = JobOutcome::InTheWay { path: path.clone(), text: Some("others: 1\n".into()) };
    stage.send(Msg::Work(WorkMsg::Done(ticket, 0, there)));
    stage.send(Msg::Work(WorkMsg::Ended(ticket, Ok(()))));
    stage.row("Replace the file?");
    stage.row("- others: 1");
    let effects = stage.keys("y");
    let (ticket, second) = job(&effects);
    assert_eq!(second, Job::WriteFile { target: draft(IfThere::Replace), text: text(&stage) });
    let effects = stage.send(Msg::Work(WorkMsg::Done(
        ticket,
        0,
        JobOutcome::Saved { path, stamp: Stamp { modified: 9, length: 9 } },
    )));
    assert!(watches(&effects) && stage.model.draft.is_in_file());
}

#[test]
fn what_the_editor_left_is_one_step() {
    let mut stage = draft(DENY);
    let name = "policy.yaml".to_owned();
    assert_eq!(stage.keys("C-e"), [Effect::File(file::Effect::EditOutside(Outside { name, text: DENY.into() }))]);
    stage.send(Msg::File(file::Msg::Edited(Ok(edited(DENY)))));
    stage.row("the editor changed nothing");
    stage.send(Msg::File(file::Msg::Edited(Ok(edited(&format!("# new\n{DENY}# end\n"))))));
    assert_eq!(text(&stage), format!("# new\n{DENY}# end\n"));
    stage.keys("C-z");
    assert_eq!(text(&stage), DENY);
    stage.send(Msg::File(file::Msg::Edited(Err(Report::new("the editor `x` was not found")))));
    stage.row("the editor `x` was not found");
}

#[test]
fn enter_begins_a_line_while_typing() {
    let mut stage = Stage::empty((80, 24));
    stage.keys("2 Enter");
    stage.type_text("a:");
    stage.keys("Enter");
    stage.type_text("b: 1");
    let text = stage.model.draft.editor.text();
    assert_eq!(text.lines().count(), 2, "{text:?}");
}

#[test]
fn proposals_come_by_their_key_and_are_taken_with_enter_or_tab() {
    let mut stage = draft("");
    stage.keys("C-Space");
    stage.row("defaultAdmissionRule");
    stage.type_text("defa");
    stage.keys("Enter");
    assert_eq!(text(&stage), "defaultAdmissionRule:\n  ");
    // What goes on is offered, and is in the way of nothing.
    stage.row("evaluationMode");
    stage.keys("Tab");
    assert_eq!(text(&stage), "defaultAdmissionRule:\n  evaluationMode: ");
    stage.row("ALWAYS_DENY");
    stage.keys("Down Down");
    stage.keys("Enter");
    assert_eq!(text(&stage), "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY");
    // One step for each.
    stage.keys("C-z");
    assert_eq!(text(&stage), "defaultAdmissionRule:\n  evaluationMode: ");
}

#[test]
fn what_is_typed_is_never_another_for_the_list() {
    let mut stage = draft("");
    let policy = "admissionWhitelistPatterns:\n- namePattern: gcr.io/google_containers/*\n- namePattern: k8s.gcr.io/*\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\nenforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";
    // An editor without proposals, given the same keys.
    let mut plain = Editor::default();
    let mut shown = 0;
    for line in policy.lines() {
        for c in line.chars() {
            stage.type_text(&c.to_string());
            plain.input(EditorCommand::Insert(c));
            shown += usize::from(stage.model.proposals().is_some());
        }
        stage.keys("Enter");
        plain.input(EditorCommand::Newline);
        assert_eq!(text(&stage), plain.text());
    }
    assert!(shown > 20, "the list came only {shown} times");
}

#[test]
fn a_list_that_came_by_itself_is_taken_with_tab_or_once_it_is_chosen_from() {
    let mut stage = draft("defaultAdmissionRule:\n  ");
    stage.keys("C-End");
    stage.type_text("e");
    stage.row("enforcementMode");
    stage.keys("Esc");
    assert!(stage.model.proposals().is_none() && stage.model.nav.editing);
    stage.type_text("v");
    stage.keys("Tab");
    assert_eq!(text(&stage), "defaultAdmissionRule:\n  evaluationMode: ");
    stage.type_text("a");
    stage.keys("Down Enter");
    assert_eq!(text(&stage), "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY");
}

#[test]
fn names_of_the_project_are_proposed_and_taken_with_the_mouse() {
    let mut stage = draft("clusterAdmissionRules:\n  ");
    stage.keys("C-End C-Space");
    stage.click("us-central1-a.binauthz-codelab  ");
    assert_eq!(text(&stage), "clusterAdmissionRules:\n  us-central1-a.binauthz-codelab:\n    ");
    stage.type_text("req");
    stage.keys("Tab C-Space");
    stage.click("projects/binauthz-codelab/attestors/my-binauthz-attestor");
    assert!(
        text(&stage)
            .ends_with("requireAttestationsBy:\n    - projects/binauthz-codelab/attestors/my-binauthz-attestor")
    );
}

#[test]
fn pasting_and_moving_open_no_list() {
    let mut stage = draft("");
    stage.send(Msg::Terminal(TerminalEvent::Paste("defa".into())));
    assert!(stage.model.proposals().is_none());
    stage.keys("Left Right");
    assert!(stage.model.proposals().is_none());
    stage.keys("C-Space");
    assert!(stage.model.proposals().is_some());
    stage.keys("Left");
    assert!(stage.model.proposals().is_none());
    stage.keys("Enter C-Space");
    stage.keys("Esc Esc");
    assert!(!stage.model.nav.editing);
}

#[test]
fn the_field_under_the_cursor_is_told_with_its_problem_first() {
    let mut stage = draft("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DNY\n");
    stage.keys("Down End");
    let rows = stage.rows();
    let at = |text: &str| {
        rows.iter().position(|row| row.contains(text)).unwrap_or_else(|| panic!("no {text}\n{}", rows.join("\n")))
    };
    assert!(at("F8 Write ALWAYS_DENY") < at("How the images that this rule covers"));
    stage.row("┌ evaluationMode ");
    // The proposal that is selected is told too.
    stage.keys("Up End C-Home C-Space Down");
    stage.row("┌ description ");
}

#[test]
fn a_field_is_told_with_its_values_and_where_that_is_said() {
    let mut stage = draft(DENY);
    stage.keys("Down End");
    stage.row("How the images that this rule covers");
    stage.row("• ALWAYS_DENY  No image is admitted");
    stage.row("defaultAdmissionRule.evaluationMode");
}

#[test]
fn the_page_of_the_field_is_scrolled_and_left() {
    let mut stage = Stage::full((80, 24));
    stage.model.draft.replace("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DNY\n");
    stage.keys("2 Enter Down Down Up End Esc S-Tab");
    stage.rows();
    let before = stage.rows();
    stage.keys("Down Down");
    assert_ne!(stage.rows(), before);
    stage.keys("Enter");
    assert!(stage.model.nav.editing);
}

#[test]
fn the_outline_goes_to_a_part_also_behind_a_broken_one() {
    let mut stage = draft(&format!("clusterAdmissionRules:\n  a: [\n{DENY}description: x\n"));
    stage.keys("M-o");
    stage.row("▲ clusterAdmissionRules");
    stage.row("description");
    stage.type_text("defa");
    stage.keys("Enter");
    assert_eq!(stage.model.draft.editor.position().line, 3);
    assert!(stage.model.nav.editing);
    let mut stage = draft("");
    stage.keys("M-o");
    stage.row("the draft has no parts yet");
}

/// A NUL is pasted as any other text, and ends a line of a script early.
#[test]
fn a_pasted_nul_is_refused_with_its_line() {
    let mut stage = draft("");
    stage.send(Msg::Terminal(TerminalEvent::Paste("a: 1\nE\0OF\ntouch PWNED\n".into())));
    assert_eq!(text(&stage), "");
    stage.row("the text holds a NUL in its line 2: nothing was inserted");
}
