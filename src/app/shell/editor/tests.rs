use proptest::prelude::*;
use rstest::rstest;

use crate::shell::editor::*;

/// An editor from a text in which `|` is the cursor and `^`, if there, the other end of a selection.
fn editor(marked: &str) -> Editor {
    let plain: String = marked.chars().filter(|c| !"|^".contains(*c)).collect();
    let place = |mark: char| {
        let before: String = marked.split_once(mark)?.0.chars().filter(|c| !"|^".contains(*c)).collect();
        Some(before.chars().count())
    };
    let mut editor = Editor::new(&plain);
    editor.caret = Caret { cursor: place('|').unwrap_or(0), anchor: place('^') };
    editor
}

/// The text with the marks that [`editor`] reads.
fn marked(editor: &Editor) -> String {
    let mut chars: Vec<char> = editor.text().chars().collect();
    let mut marks = vec![(editor.caret.cursor, '|')];
    marks.extend(editor.caret.anchor.filter(|anchor| *anchor != editor.caret.cursor).map(|anchor| (anchor, '^')));
    marks.sort_unstable();
    for (at, mark) in marks.into_iter().rev() {
        chars.insert(at, mark);
    }
    chars.into_iter().collect()
}

fn type_text(editor: &mut Editor, text: &str) {
    for c in text.chars() {
        editor.input(EditorCommand::Insert(c));
    }
}

#[rstest]
#[case("a|b", Motion::Left, "|ab")]
#[case("|ab", Motion::Left, "|ab")]
#[case("a\n|b", Motion::Left, "a|\nb")]
#[case("a|\r\nb", Motion::Right, "a\r\n|b")]
#[case("|e\u{301}x", Motion::Right, "e\u{301}|x")]
#[case("👩‍👩‍👧|x", Motion::Left, "|👩‍👩‍👧x")]
#[case("ab^cd|e", Motion::Left, "ab|cde")]
#[case("ab^cd|e", Motion::Right, "abcd|e")]
#[case("abc\nd\nef|g", Motion::Up, "abc\nd|\nefg")]
#[case("ab|c", Motion::Up, "|abc")]
#[case("ab|c", Motion::Down, "abc|")]
#[case("日本|x\nabcdef", Motion::Down, "日本x\nabcd|ef")]
#[case("a|b\n\tx", Motion::Down, "ab\n|\tx")]
#[case("  key: |v", Motion::LineStart, "  |key: v")]
#[case("  |key: v", Motion::LineStart, "|  key: v")]
#[case("|a b\r\nc", Motion::LineEnd, "a b|\r\nc")]
#[case("|one two", Motion::WordRight, "one| two")]
#[case("one| two", Motion::WordRight, "one two|")]
#[case("one two|", Motion::WordLeft, "one |two")]
#[case("gcr.io|/p", Motion::WordLeft, "gcr.|io/p")]
#[case("a|\nb", Motion::WordRight, "a\nb|")]
#[case("|a\nb\nc\nd", Motion::PageDown(2), "a\nb\n|c\nd")]
#[case("a\nb\nc\n|d", Motion::PageUp(9), "|a\nb\nc\nd")]
#[case("|a\nb", Motion::TextEnd, "a\nb|")]
#[case("|ab\ncd", Motion::Position { line: 2, column: 2 }, "ab\nc|d")]
#[case("|ab\ncd", Motion::Position { line: 9, column: 9 }, "ab\ncd|")]
#[case("|ab\n日cd", Motion::Cell { line: 1, cell: 1 }, "ab\n|日cd")]
fn motions(#[case] before: &str, #[case] motion: Motion, #[case] after: &str) {
    let mut editor = editor(before);
    editor.input(EditorCommand::Move(motion));
    assert_eq!(marked(&editor), after);
}

#[rstest]
#[case("a|b", EditorCommand::Insert('x'), "ax|b")]
#[case("a^bc|d", EditorCommand::Insert('x'), "ax|d")]
#[case("e|\n", EditorCommand::Insert('\u{301}'), "e\u{301}|\n")]
#[case("a|\r\nb", EditorCommand::Text("x\ny\rz".to_owned()), "ax\r\ny\r\nz|\r\nb")]
#[case("rule:|", EditorCommand::Newline, "rule:\n  |")]
#[case("  a: 1|", EditorCommand::Newline, "  a: 1\n  |")]
#[case("  a:\n    |", EditorCommand::Newline, "  a:\n\n    |")]
#[case("a|b", EditorCommand::Indent, "a |b")]
#[case("^a\n\nb|", EditorCommand::Indent, "  ^a\n\n  b|")]
#[case("^a\n|b", EditorCommand::Indent, "  ^a\n|b")]
#[case("    a|b", EditorCommand::Outdent, "  a|b")]
#[case(" a|b", EditorCommand::Outdent, "a|b")]
#[case("  a: |1", EditorCommand::ToggleComment, "  # a: |1")]
#[case("  # a: |1", EditorCommand::ToggleComment, "  a: |1")]
#[case("    |a", EditorCommand::Backspace, "  |a")]
#[case("a\r\n|b", EditorCommand::Backspace, "a|b")]
#[case("x日|", EditorCommand::Backspace, "x|")]
#[case("a|\r\nb", EditorCommand::Delete, "a|b")]
#[case("a|", EditorCommand::Delete, "a|")]
#[case("one two|", EditorCommand::DeleteWordLeft, "one |")]
#[case("|one two", EditorCommand::DeleteWordRight, "| two")]
#[case("a\nbc|d", EditorCommand::DeleteToLineStart, "a\n|d")]
#[case("a|b\nc", EditorCommand::DeleteToLineEnd, "a|\nc")]
#[case("a|\nc", EditorCommand::DeleteToLineEnd, "a|c")]
#[case("a\nb|b\nc", EditorCommand::DeleteLine, "a\n|c")]
#[case("a\nb|b", EditorCommand::DeleteLine, "a|")]
#[case("a\nb|b\nc\n", EditorCommand::MoveLinesUp, "b|b\na\nc\n")]
#[case("a\nb|b\nc", EditorCommand::MoveLinesDown, "a\nc\nb|b")]
#[case("a\n^b\n|c", EditorCommand::MoveLinesUp, "^b\n|a\nc")]
#[case("a\nb|\n", EditorCommand::MoveLinesDown, "a\nb|\n")]
#[case("a\n^bc|d", EditorCommand::Cut, "a\n|d")]
#[case("a\nb|c\nd", EditorCommand::Cut, "a\n|d")]
#[case("say wo|rd.", EditorCommand::SelectWord, "say ^word|.")]
#[case("a\nb|c\nd", EditorCommand::SelectLine, "a\n^bc\n|d")]
fn edits(#[case] before: &str, #[case] command: EditorCommand, #[case] after: &str) {
    let mut editor = editor(before);
    editor.input(command);
    assert_eq!(marked(&editor), after);
}

#[test]
fn cutting_and_pasting_gives_the_text_back() {
    let mut editor = editor("a^bc|d");
    assert_eq!(editor.input(EditorCommand::Cut), EditOutcome::Cut("bc".to_owned()));
    assert_eq!(editor.input(EditorCommand::Paste), EditOutcome::Changed);
    assert_eq!(marked(&editor), "abc|d");
}

#[test]
fn typing_is_undone_by_words_and_a_motion_ends_a_step() {
    let mut editor = Editor::new("");
    type_text(&mut editor, "one two");
    editor.input(EditorCommand::Undo);
    assert_eq!(editor.text(), "one ");
    editor.input(EditorCommand::Redo);
    editor.input(EditorCommand::Move(Motion::Left));
    type_text(&mut editor, "xy");
    editor.input(EditorCommand::Undo);
    assert_eq!(marked(&editor), "one tw|o");
}

#[test]
fn deleting_is_undone_as_a_stretch() {
    let mut editor = editor("abcd|ef");
    for _ in 0..3 {
        editor.input(EditorCommand::Backspace);
    }
    editor.input(EditorCommand::Delete);
    assert_eq!(editor.text(), "af");
    editor.input(EditorCommand::Undo);
    assert_eq!(marked(&editor), "a|ef");
    editor.input(EditorCommand::Undo);
    assert_eq!(marked(&editor), "abcd|ef");
}

#[test]
fn a_replaced_range_is_one_step_and_bytes_are_clipped() {
    let mut editor = Editor::new("mode: é\nrest");
    editor.replace(6..8, "ALWAYS_DENY");
    assert_eq!(marked(&editor), "mode: ALWAYS_DENY|\nrest");
    editor.input(EditorCommand::Undo);
    assert_eq!(editor.text(), "mode: é\nrest");
    assert_eq!(editor.replace(90..99, ""), EditOutcome::Nothing);
}

#[test]
fn setting_the_text_touches_only_what_differs() {
    let mut editor = Editor::new("a: 1\nb: 2\nc: 3\n");
    assert_eq!(editor.set_text("a: 1\nb: 4\nc: 3\n"), EditOutcome::Changed);
    assert_eq!(marked(&editor), "a: 1\nb: 4|\nc: 3\n");
    assert_eq!(editor.set_text("a: 1\nb: 4\nc: 3\n"), EditOutcome::Nothing);
    assert_eq!(editor.set_text("a: 1\n"), EditOutcome::Changed);
    assert_eq!(editor.text(), "a: 1\n");
}

#[test]
fn the_saved_text_is_known_again_after_undo() {
    let mut editor = Editor::new("a");
    assert!(editor.is_clean());
    type_text(&mut editor, "b");
    editor.mark_clean();
    type_text(&mut editor, "c");
    assert!(!editor.is_clean());
    editor.input(EditorCommand::Undo);
    assert!(editor.is_clean());
    editor.input(EditorCommand::Undo);
    type_text(&mut editor, "d");
    assert!(!editor.is_clean());
}

#[test]
fn a_text_may_not_grow_without_end() {
    let mut editor = Editor::new("");
    let big = "xxxxxxx\n".repeat(MAX_BYTES / 8);
    assert_eq!(editor.input(EditorCommand::Text(big)), EditOutcome::Changed);
    assert_eq!(editor.input(EditorCommand::Insert('y')), EditOutcome::TooLarge);
}

#[test]
fn a_nul_comes_in_by_no_way() {
    let mut editor = Editor::new("a: b\n");
    for command in [EditorCommand::Insert('\0'), EditorCommand::Text("x\0".to_owned())] {
        assert_eq!(editor.input(command), EditOutcome::Nul { line: 1 });
    }
    assert_eq!(editor.input(EditorCommand::Text("x\r\ny\nE\0OF\n".to_owned())), EditOutcome::Nul { line: 3 });
    assert_eq!(editor.set_text("a: \0"), EditOutcome::Nul { line: 1 });
    assert_eq!(editor.replace(0..1, "\0"), EditOutcome::Nul { line: 1 });
    assert_eq!(editor.replace_each(&[(0..1, "\0".to_owned())]), EditOutcome::Nul { line: 1 });
    assert_eq!(editor.text(), "a: b\n");
    assert!(!editor.can_undo());
}

#[test]
fn lines_end_at_line_feeds_only_as_spans_count_them() {
    let editor = Editor::new("a\u{2028}b\rc\r\nd\n");
    assert_eq!(editor.line_count(), 3);
    assert_eq!(editor.line(0), "a\u{2028}b\rc");
    assert_eq!(editor.line(1), "d");
    assert_eq!(editor.line(9), "");
}

#[test]
fn the_selection_of_each_line_includes_its_end() {
    let editor = editor("ab^c\n\nde|f");
    assert_eq!(editor.selection_in_line(0), Some(2..4));
    assert_eq!(editor.selection_in_line(1), Some(0..1));
    assert_eq!(editor.selection_in_line(2), Some(0..2));
    assert_eq!(editor.selection_in_line(3), None);
}

fn any_motion() -> impl Strategy<Value = Motion> {
    prop_oneof![
        Just(Motion::Left),
        Just(Motion::Right),
        Just(Motion::Up),
        Just(Motion::Down),
        Just(Motion::WordLeft),
        Just(Motion::WordRight),
        Just(Motion::LineStart),
        Just(Motion::LineEnd),
        (0usize..9).prop_map(Motion::PageUp),
        (0usize..9).prop_map(Motion::PageDown),
        Just(Motion::TextStart),
        Just(Motion::TextEnd),
        (0usize..9, 0usize..9).prop_map(|(line, column)| Motion::Position { line, column }),
        (0usize..9, 0usize..9).prop_map(|(line, cell)| Motion::Cell { line, cell }),
    ]
}

/// Texts of what makes trouble: wide, combined and invisible characters, tabs, all line ends.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b ",
        "  ",
        "- ",
        ":",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "é",
        "e\u{301}",
        "\u{301}",
        "日本",
        "👩‍👩‍👧",
        "🇩🇪",
        "🇩",
        "\u{200d}",
        "\u{2028}",
        "#",
        "x: y\n",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_command() -> impl Strategy<Value = EditorCommand> {
    let fixed = prop::sample::select(vec![
        EditorCommand::Newline,
        EditorCommand::Indent,
        EditorCommand::Outdent,
        EditorCommand::ToggleComment,
        EditorCommand::Backspace,
        EditorCommand::Delete,
        EditorCommand::DeleteWordLeft,
        EditorCommand::DeleteWordRight,
        EditorCommand::DeleteToLineStart,
        EditorCommand::DeleteToLineEnd,
        EditorCommand::DeleteLine,
        EditorCommand::MoveLinesUp,
        EditorCommand::MoveLinesDown,
        EditorCommand::SelectAll,
        EditorCommand::SelectWord,
        EditorCommand::SelectLine,
        EditorCommand::Unselect,
        EditorCommand::Undo,
        EditorCommand::Redo,
        EditorCommand::Cut,
        EditorCommand::Copy,
        EditorCommand::Paste,
    ]);
    prop_oneof![
        any_motion().prop_map(EditorCommand::Move),
        any_motion().prop_map(EditorCommand::Select),
        any_text().prop_map(EditorCommand::Text),
        any_text().prop_filter_map("a character", |text| text.chars().next()).prop_map(EditorCommand::Insert),
        fixed,
    ]
}

fn is_place(editor: &Editor, at: usize) -> bool {
    at <= editor.text.len_chars() && lines::snap(&editor.text, at) == at
}

proptest! {
    #[test]
    fn the_cursor_is_always_at_a_place(text in any_text(), commands in prop::collection::vec(any_command(), 0..25)) {
        let mut editor = Editor::new(&text);
        for command in commands {
            editor.input(command.clone());
            prop_assert!(is_place(&editor, editor.caret.cursor), "{command:?} {editor:?}");
            prop_assert!(editor.caret.anchor.is_none_or(|anchor| is_place(&editor, anchor)), "{command:?} {editor:?}");
        }
    }

    #[test]
    fn undo_takes_everything_back_and_redo_does_it_again(
        text in any_text(),
        commands in prop::collection::vec(any_command(), 0..25),
    ) {
        let mut editor = Editor::new(&text);
        for command in commands {
            editor.input(command);
        }
        while editor.can_redo() {
            editor.input(EditorCommand::Redo);
        }
        let done = (editor.text(), editor.revision());
        while editor.can_undo() {
            prop_assert_eq!(editor.input(EditorCommand::Undo), EditOutcome::Changed);
        }
        prop_assert_eq!(editor.text(), text);
        prop_assert!(editor.is_clean());
        while editor.can_redo() {
            editor.input(EditorCommand::Redo);
        }
        prop_assert_eq!(editor.text(), done.0);
    }

    #[test]
    fn one_edit_and_its_undo_leave_all_as_it_was(
        text in any_text(),
        moves in prop::collection::vec(any_motion(), 0..4),
        command in any_command(),
    ) {
        let mut editor = Editor::new(&text);
        for motion in moves {
            editor.input(EditorCommand::Select(motion));
        }
        let before = (editor.text.clone(), editor.caret);
        if editor.input(command) == EditOutcome::Changed {
            editor.input(EditorCommand::Undo);
            prop_assert_eq!((editor.text, editor.caret), before);
        }
    }

    #[test]
    fn text_and_revision_change_together(text in any_text(), commands in prop::collection::vec(any_command(), 0..25)) {
        let mut editor = Editor::new(&text);
        for command in commands {
            let before = (editor.text(), editor.revision());
            editor.input(command);
            prop_assert!(editor.revision() != before.1 || editor.text() == before.0);
        }
    }

    #[test]
    fn a_set_text_is_that_text(old in any_text(), new in any_text()) {
        let mut editor = Editor::new(&old);
        editor.set_text(&new);
        prop_assert_eq!(editor.text(), new);
        prop_assert!(is_place(&editor, editor.caret.cursor));
    }
}
