//! The very loop of the program with the real sandbox, without a terminal: keys from a script, frames in memory.

use std::fs;
use std::time::Instant;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use countersign::codelab::names;
use countersign::runtime::event_loop::Incoming;
use countersign::runtime::input::Batch;
use countersign::runtime::signals::Told;

use crate::support::scripted::Step::{Comes, Fail, Gone, Keys, See};
use crate::support::scripted::{Asked, Step, play};
use crate::support::stage::key;

/// Nothing is busy, and the sandbox answers.
const READY: Step = See("sandbox ready");

#[test]
fn keys_reach_the_sandbox_and_what_it_answers_reaches_the_screen() {
    let data = tempfile::tempdir().unwrap();
    let make_project = [READY, Keys("Enter"), See("Project id"), Keys("Enter"), See("number "), Keys("q")];
    let ended = play(data.path(), None, make_project);
    assert_eq!(ended.left, 0);
    assert_eq!(ended.model.session.project, Some(names::project()));
    let projects = ended.model.session.remotes.projects.value().unwrap();
    assert_eq!(projects.iter().map(|project| project.id.as_str()).collect::<Vec<_>>(), [names::PROJECT]);
    assert!(ended.screen().contains("number "), "{}", ended.screen());
    assert_eq!(ended.asked, []);
}

#[test]
fn what_was_chosen_and_typed_is_there_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let work = [
        READY,
        Keys("Enter"),
        See("Project id"),
        Keys("Enter"),
        See("number "),
        Keys("2 Tab S-Tab k e p t"),
        See("kept"),
        Keys("C-q"),
    ];
    assert_eq!(play(data.path(), None, work).left, 0);
    let ended = play(data.path(), None, [READY, See("kept"), Keys("1"), See("number "), Keys("q")]);
    assert_eq!(ended.left, 0);
    assert_eq!(ended.model.draft.editor.text(), "kept");
}

#[test]
fn the_file_of_the_command_line_becomes_the_draft() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("mine.yaml");
    fs::write(&file, "description: from a file\n").unwrap();
    let ended = play(&data.path().join("data"), Some(&file), [READY, See("description: from a file"), Keys("q")]);
    assert_eq!(ended.model.draft.file.unwrap().path, file.display().to_string());
}

#[test]
fn the_api_log_lists_requests_while_it_is_read() {
    let data = tempfile::tempdir().unwrap();
    let script = [READY, Keys("A"), See("/v1/projects"), Keys("Esc"), Gone("API log"), Keys("q")];
    let ended = play(data.path(), None, script);
    assert!(ended.model.ui.requests.iter().any(|line| line.contains(" 200 ")), "{:?}", ended.model.ui.requests);
}

#[test]
fn the_terminal_is_left_before_the_process_stops_and_taken_when_it_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let ended = play(data.path(), None, [READY, Keys("C-z 2"), See("Problems"), Keys("q")]);
    assert_eq!(ended.asked, [Asked::Leave, Asked::Suspend, Asked::ComeBack]);
}

#[test]
fn a_copied_text_goes_to_the_host_and_to_a_file() {
    let data = tempfile::tempdir().unwrap();
    let script = [
        READY,
        Keys("Enter"),
        See("Project id"),
        Keys("Enter"),
        See("number "),
        Keys("L"),
        See("gcloud projects create"),
        Keys("y"),
        See("clipboard.txt"),
        Keys("Esc q"),
    ];
    let ended = play(data.path(), None, script);
    let [Asked::Copy(text)] = &ended.asked[..] else { panic!("{:?}", ended.asked) };
    assert!(text.contains("gcloud projects create binauthz-codelab"), "{text}");
    assert_eq!(fs::read_to_string(data.path().join("clipboard.txt")).unwrap(), *text);
}

#[test]
fn another_size_is_drawn_at_once_and_a_released_key_means_nothing() {
    let data = tempfile::tempdir().unwrap();
    let released = KeyEvent { kind: KeyEventKind::Release, ..KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE) };
    let script = [
        READY,
        Step::Event(Event::Resize(40, 10)),
        See("is too small"),
        Step::Event(Event::Key(released)),
        Step::Event(Event::Resize(80, 24)),
        See("Setup"),
        Keys("q"),
    ];
    let ended = play(data.path(), None, script);
    assert_eq!((ended.rows.len(), ended.left), (24, 0));
    assert_eq!((ended.model.ui.viewport.columns, ended.model.ui.viewport.rows), (80, 24));
}

#[test]
fn without_a_terminal_the_draft_is_kept_and_the_program_ends() {
    for last in [None, Some(Fail)] {
        let data = tempfile::tempdir().unwrap();
        let script = [READY, Keys("2 Tab S-Tab k e p t"), See("kept")].into_iter().chain(last);
        let ended = play(data.path(), None, script);
        assert!(ended.model.ui.quitting);
        assert_eq!(ended.unsaved, None);
        assert_eq!(fs::read_to_string(data.path().join("draft.yaml")).unwrap(), "kept");
    }
}

#[test]
fn a_screen_that_fails_takes_no_draft_with_it() {
    let data = tempfile::tempdir().unwrap();
    let script = [READY, Keys("2 Enter k e p t"), See("kept"), Step::Break, Keys("!"), Keys("never")];
    let ended = play(data.path(), None, script);
    assert_eq!(ended.left, 1);
    assert_eq!(fs::read_to_string(data.path().join("draft.yaml")).unwrap(), "kept!");
}

/// Several keys at once; ahead, if they came before any frame was drawn.
fn burst(names: &str, ahead: bool) -> Step {
    let events = names.split_whitespace().map(|name| Event::Key(key(name))).collect();
    Comes(Incoming::Typed(Batch { events, came: ahead.then(Instant::now), ..Batch::default() }))
}

#[test]
fn a_burst_is_dealt_with_in_order_before_the_next_frame() {
    let data = tempfile::tempdir().unwrap();
    let ended = play(data.path(), None, [READY, burst("2 Enter a b c Esc 1 2 Enter C-End d", true), See("abcd")]);
    assert_eq!(ended.model.draft.editor.text(), "abcd");
}

#[test]
fn a_question_that_was_not_on_the_screen_is_not_answered() {
    let data = tempfile::tempdir().unwrap();
    let script = [
        READY,
        Keys("2 Enter k e p t"),
        See("kept"),
        burst("C-q y", false),
        See("Quit?"),
        See("seen: no answer"),
        Keys("n"),
        Gone("Quit?"),
        Keys("C-q"),
        See("Quit?"),
        // Typed while the frame with the question was being drawn.
        burst("y", true),
        See("Quit?"),
        // The question was there when the one before was read.
        burst("y", true),
        Keys("never"),
    ];
    let ended = play(data.path(), None, script);
    // At once, or as soon as the draft is on the disk.
    assert!(ended.left == 1 || ended.model.saving.leaving, "it ends by the last answer");
}

#[test]
fn keys_on_their_way_are_no_answer_to_a_question_that_rises_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let other = data.path().join("other.yaml");
    fs::write(&other, "other: 1\n").unwrap();
    let script = [
        READY,
        Keys("2 Enter k e p t"),
        See("kept"),
        Keys("F2"),
        See("Write the draft to a file"),
        Keys("C-u"),
        Step::Event(Event::Paste(other.display().to_string())),
        Keys("Enter"),
        See("Replace the file?"),
        burst("y y", true),
        See("Replace the file?"),
        Keys("n"),
        Gone("Replace the file?"),
    ];
    let ended = play(data.path(), None, script);
    assert_eq!(ended.left, 0);
    assert_eq!(fs::read_to_string(&other).unwrap(), "other: 1\n");
    assert_eq!(ended.model.draft.editor.text(), "keptyy", "what was typed went where it was meant to go");
}

#[test]
fn what_lies_behind_a_key_that_gives_the_terminal_away_is_not_ours() {
    let data = tempfile::tempdir().unwrap();
    let ended = play(data.path(), None, [READY, burst("C-z q", false), Keys("2"), See("Problems"), Keys("q")]);
    assert_eq!(ended.left, 0);
    assert_eq!(ended.asked, [Asked::Leave, Asked::Suspend, Asked::ComeBack]);
}

#[test]
fn signals_stop_continue_and_end() {
    let data = tempfile::tempdir().unwrap();
    let told = |told| Comes(Incoming::Told(told));
    let script = [
        READY,
        Keys("2 Enter k e p t"),
        See("kept"),
        told(Told::Stop),
        told(Told::Continued),
        told(Told::Resized),
        See("kept"),
        told(Told::End),
        Keys("never"),
    ];
    let ended = play(data.path(), None, script);
    let expected = [Asked::Leave, Asked::Suspend, Asked::ComeBack, Asked::Leave, Asked::ComeBack];
    assert_eq!((ended.asked.as_slice(), ended.left), (expected.as_slice(), 1));
    assert_eq!(fs::read_to_string(data.path().join("draft.yaml")).unwrap(), "kept");
}

#[test]
fn nothing_that_a_terminal_obeys_is_copied() {
    let data = tempfile::tempdir().unwrap();
    let text = "# a\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{e0041}b";
    let script =
        [READY, Keys("2 Enter"), Step::Event(Event::Paste(text.to_owned())), See("owned"), Keys("C-c"), See("owned")];
    let ended = play(data.path(), None, script);
    let [Asked::Copy(copied)] = &ended.asked[..] else { panic!("{:?}", ended.asked) };
    assert_eq!(copied.trim_end(), "# a\u{fffd}]0;owned\u{fffd}\u{fffd}31m\u{fffd}\u{fffd}b");
    assert_eq!(fs::read_to_string(data.path().join("clipboard.txt")).unwrap(), *copied);
    // The draft is the person's own, and stays as it is.
    assert_eq!(ended.model.draft.editor.text(), text);
}
