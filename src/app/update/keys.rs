//! From a key to what it means: text where text is taken, else the action of the innermost context.

use crossterm::event::KeyEvent;

use super::actions;
use crate::action::Context;
use crate::draft::find;
use crate::effect::Effect;
use crate::keymap::lookup;
use crate::model::Model;
use crate::shell::chord::Chord;
use crate::shell::field::FieldCommand;
use crate::shell::tab::Pane;
use crate::{draft, explain};

pub(super) fn key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let chord = Chord::from_event(event);
    if model.takes_text() && chord.is_text() {
        return text_key(model, event);
    }
    match lookup(&model.contexts(), chord) {
        Some(spec) => {
            if !spec.contexts.iter().any(|context| matches!(context, Context::Completion | Context::Chosen)) {
                model.draft.proposals = None;
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
    if let Some(overlay) = model.overlays.last_mut() {
        overlay.as_box_mut().press(event);
    } else if model.nav.filtering {
        let pane = model.nav.focus();
        let list = model.nav.list_mut(pane);
        FieldCommand::of(event).map(|command| list.filter.input(command));
        list.selected = 0;
    } else if model.is_finding() {
        if let Some(command) = FieldCommand::of(event) {
            find::act::input(model, command);
        }
    } else {
        return draft::act::edit_key(model, event);
    }
    Vec::new()
}

/// Pasted text goes where typed text would; where none would, a refusal is explained.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.takes_text()
        && let Some(effects) = explain::act::paste(model, text)
    {
        return effects;
    }
    if let Some(overlay) = model.overlays.last_mut() {
        overlay.as_box_mut().paste(text);
    } else if model.nav.filtering {
        let pane = model.nav.focus();
        model.nav.list_mut(pane).filter.input(FieldCommand::Text(text.to_owned()));
    } else if model.is_finding() {
        find::act::input(model, FieldCommand::Text(text.to_owned()));
    } else if model.nav.focus() == Pane::Editor {
        model.draft.proposals = None;
        model.nav.editing = true;
        return draft::text::insert(model, text);
    }
    Vec::new()
}
