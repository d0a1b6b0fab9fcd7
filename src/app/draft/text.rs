//! Changes of the draft's text and moves in it, for every feature that makes them.

use crate::effect::Effect;
use crate::model::Model;
use crate::shell::editor::{EditOutcome, EditorCommand, Motion};
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use domain::document::{self};
use domain::policy::Policy;
use domain::span::Position;

/// Puts the cursor at a place, its text taking keys.
pub(crate) fn show_place(model: &mut Model, place: Position) -> Vec<Effect> {
    model.go(Pane::Editor);
    go_to(model, place.line, place.column);
    Vec::new()
}

pub(crate) fn go_to(model: &mut Model, line: usize, column: usize) {
    model.draft.editor.input(EditorCommand::Move(Motion::Position { line, column }));
}

/// Gives a command to the editor; what was cut or copied goes to the clipboard too.
pub(crate) fn edit(model: &mut Model, command: EditorCommand) -> Vec<Effect> {
    let outcome = model.draft.editor.input(command);
    follow_edit(model, outcome)
}

/// What follows from what a command did.
pub(crate) fn follow_edit(model: &mut Model, outcome: EditOutcome) -> Vec<Effect> {
    match outcome {
        EditOutcome::Copied(text) | EditOutcome::Cut(text) => vec![Effect::Copy(text)],
        EditOutcome::TooLarge => {
            model.say(Weight::Error, "the text would become too large: nothing was inserted");
            Vec::new()
        }
        EditOutcome::Nul { line } => {
            model.say(Weight::Error, format!("the text holds a NUL in its line {line}: nothing was inserted"));
            Vec::new()
        }
        EditOutcome::Nothing | EditOutcome::Moved | EditOutcome::Changed => Vec::new(),
    }
}

/// Text that was pasted into the terminal.
pub(crate) fn insert(model: &mut Model, text: &str) -> Vec<Effect> {
    edit(model, EditorCommand::Text(text.to_owned()))
}

/// Replaces the draft; undo brings the old one back.
pub(crate) fn replace_draft(model: &mut Model, text: &str) {
    model.draft.replace(text);
    model.go(Pane::Editor);
    rebase(model);
    model.say(Weight::Info, "the draft was replaced; ^Z brings the old one back");
}

/// The live policy as gcloud exports it.
pub(crate) fn live_text(model: &Model) -> Option<String> {
    model.session.live_policy().map(document::emit)
}

/// Arrow keys while the draft has the focus but takes no text: they move the cursor.
pub(crate) fn browse(model: &mut Model, motion: Motion) {
    model.draft.editor.input(EditorCommand::Move(motion));
}

/// What a key means in a text, as in most editors.
pub(crate) fn editor_command(event: KeyEvent, page: usize) -> Option<EditorCommand> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let command = match event.code {
        KeyCode::Char(c) if !control && !alt => EditorCommand::Insert(c),
        KeyCode::Char('/') if control => EditorCommand::ToggleComment,
        KeyCode::Char('k') if control => EditorCommand::DeleteLine,
        KeyCode::Enter => EditorCommand::Newline,
        KeyCode::Tab => EditorCommand::Indent,
        KeyCode::BackTab => EditorCommand::Outdent,
        KeyCode::Backspace if control || alt => EditorCommand::DeleteWordLeft,
        KeyCode::Backspace => EditorCommand::Backspace,
        KeyCode::Delete if control => EditorCommand::DeleteWordRight,
        KeyCode::Delete => EditorCommand::Delete,
        KeyCode::Up if alt => EditorCommand::MoveLinesUp,
        KeyCode::Down if alt => EditorCommand::MoveLinesDown,
        code => {
            let motion = motion(code, control, page)?;
            if event.modifiers.contains(KeyModifiers::SHIFT) {
                EditorCommand::Select(motion)
            } else {
                EditorCommand::Move(motion)
            }
        }
    };
    Some(command)
}

fn motion(code: KeyCode, control: bool, page: usize) -> Option<Motion> {
    Some(match code {
        KeyCode::Left if control => Motion::WordLeft,
        KeyCode::Right if control => Motion::WordRight,
        KeyCode::Left => Motion::Left,
        KeyCode::Right => Motion::Right,
        KeyCode::Up => Motion::Up,
        KeyCode::Down => Motion::Down,
        KeyCode::Home if control => Motion::TextStart,
        KeyCode::End if control => Motion::TextEnd,
        KeyCode::Home => Motion::LineStart,
        KeyCode::End => Motion::LineEnd,
        KeyCode::PageUp => Motion::PageUp(page),
        KeyCode::PageDown => Motion::PageDown(page),
        _ => return None,
    })
}

/// A draft that says what is live is made from that; true if it does.
pub(crate) fn rebase(model: &mut Model) -> bool {
    let Some(live) = model.session.live_policy() else { return false };
    let says_it = model.draft.policy().is_some_and(|draft| draft.says_the_same_as(live));
    if says_it {
        model.draft.base = Some(live.clone());
    }
    says_it
}

/// The live policy and the draft, written alike, so that only what they say differs: without the
/// server's own fields, comments, and the order of keys. A draft that is no policy is as it is typed.
pub(crate) fn difference(model: &Model) -> (String, String) {
    let written = |policy: &Policy| document::emit(&policy.said());
    let before = model.session.live_policy().map(written).unwrap_or_default();
    let after = model.draft.policy().map_or_else(|| model.draft.editor.text(), written);
    (before, after)
}
