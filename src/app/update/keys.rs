//! From a key to what it means: text where text is taken, else the action of the innermost context.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions;
use crate::action::Context;
use crate::draft::editor::EditorCommand;
use crate::draft::find;
use crate::effect::Effect;
use crate::keymap::lookup;
use crate::model::Model;
use crate::overlay::Overlay;
use crate::shell::chord::Chord;
use crate::shell::field::FieldCommand;
use crate::shell::form::Input;
use crate::shell::tab::Pane;
use crate::{draft, explain};

pub(super) fn key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let chord = Chord::of(event);
    if model.takes_text() && chord.is_text() {
        return text_key(model, event);
    }
    match lookup(&model.contexts(), chord) {
        Some(spec) => {
            if !spec.contexts.iter().any(|context| matches!(context, Context::Completion | Context::Chosen)) {
                model.draft.completing = None;
            }
            actions::act(model, spec.action)
        }
        None => {
            if model.takes_text() {
                text_key(model, event)
            } else {
                Vec::new()
            }
        }
    }
}

/// A key that edits the text that has the focus: a character, or a motion that no action is bound to.
fn text_key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let finding = model.is_finding();
    match model.overlays.last_mut() {
        Some(Overlay::Form(form)) => {
            if let Some(field) = form.focused() {
                field.error = None;
                match (&mut field.input, field_command(event)) {
                    (Input::Text(text), Some(command)) => {
                        text.input(command);
                    }
                    (Input::Secret(secret), Some(command)) => {
                        secret.input(command);
                    }
                    (Input::Paste(editor), _) => {
                        draft::text::editor_command(event, 1).map(|command| editor.input(command));
                    }
                    (Input::Choice { .. }, Some(FieldCommand::Insert(' '))) => form.move_choice(1),
                    _ => {}
                }
            }
        }
        Some(Overlay::Picker(picker)) => {
            if field_command(event).is_some_and(|command| picker.filter.input(command)) {
                picker.refilter();
            }
        }
        Some(Overlay::Wizard(wizard)) => {
            wizard.error = None;
            field_command(event).map(|command| wizard.passphrase.input(command));
        }
        Some(
            Overlay::Reader(_)
            | Overlay::Confirm(_)
            | Overlay::Conflict(_)
            | Overlay::History(_)
            | Overlay::Tests(_)
            | Overlay::Explain
            | Overlay::Fixes(_),
        ) => {}
        None if model.nav.filtering => {
            let pane = model.nav.focus();
            let list = model.nav.list_mut(pane);
            field_command(event).map(|command| list.filter.input(command));
            list.selected = 0;
        }
        None if finding => {
            if let Some(command) = field_command(event) {
                find::act::input(model, command);
            }
        }
        None => return draft::act::edit_key(model, event),
    }
    Vec::new()
}

/// Pasted text goes where typed text would; where none would, a refusal is explained.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.takes_text()
        && let Some(effects) = explain::act::pasted(model, text)
    {
        return effects;
    }
    let finding = model.is_finding();
    match model.overlays.last_mut() {
        Some(Overlay::Form(form)) => {
            if let Some(field) = form.focused() {
                field.error = None;
                match &mut field.input {
                    Input::Text(input) => {
                        input.input(FieldCommand::Text(text.to_owned()));
                    }
                    Input::Paste(editor) => {
                        editor.input(EditorCommand::Text(text.to_owned()));
                    }
                    Input::Secret(secret) => {
                        secret.input(FieldCommand::Text(text.to_owned()));
                    }
                    Input::Choice { .. } => {}
                }
            }
        }
        Some(Overlay::Picker(picker)) => {
            picker.filter.input(FieldCommand::Text(text.to_owned()));
            picker.refilter();
        }
        Some(Overlay::Wizard(wizard)) if wizard.takes_text() => {
            wizard.passphrase.input(FieldCommand::Text(text.to_owned()));
        }
        None if model.nav.filtering => {
            let pane = model.nav.focus();
            model.nav.list_mut(pane).filter.input(FieldCommand::Text(text.to_owned()));
        }
        None if finding => find::act::input(model, FieldCommand::Text(text.to_owned())),
        None if model.nav.focus() == Pane::Editor => {
            model.draft.completing = None;
            model.nav.editing = true;
            return draft::text::insert(model, text);
        }
        Some(_) | None => {}
    }
    Vec::new()
}

/// What a key means in a field of one line.
fn field_command(event: KeyEvent) -> Option<FieldCommand> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    Some(match event.code {
        KeyCode::Char('a') if control => FieldCommand::Start,
        KeyCode::Char('e') if control => FieldCommand::End,
        KeyCode::Char('u') if control => FieldCommand::DeleteToStart,
        KeyCode::Char('k') if control => FieldCommand::DeleteToEnd,
        KeyCode::Char('w') if control => FieldCommand::DeleteWordLeft,
        KeyCode::Char(c) if !control && !alt => FieldCommand::Insert(c),
        KeyCode::Backspace if control || alt => FieldCommand::DeleteWordLeft,
        KeyCode::Backspace => FieldCommand::Backspace,
        KeyCode::Delete => FieldCommand::Delete,
        KeyCode::Left if control => FieldCommand::WordLeft,
        KeyCode::Right if control => FieldCommand::WordRight,
        KeyCode::Left => FieldCommand::Left,
        KeyCode::Right => FieldCommand::Right,
        KeyCode::Home => FieldCommand::Start,
        KeyCode::End => FieldCommand::End,
        _ => return None,
    })
}
