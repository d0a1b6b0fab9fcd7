//! The very loop of the program with the real sandbox, without a terminal: keys from a script, frames in memory.

use std::fs;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use countersign::codelab::names;

use crate::support::scripted::Step::{Fail, Gone, Keys, See};
use crate::support::scripted::{Asked, Step, play};

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
        assert_eq!(fs::read_to_string(data.path().join("draft.yaml")).unwrap(), "kept");
    }
}
