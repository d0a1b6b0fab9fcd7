//! Completing in the draft: opening the list, narrowing it by typing, taking a proposal.

use crate::draft;
use crate::draft::complete::Action;
use crate::draft::complete::list::{OpenedBy, ProposalList};
use crate::draft::complete::{Candidates, Completion, complete};
use crate::effect::Effect;
use crate::model::Model;
use crate::shell::editor::{EditOutcome, EditorCommand};
use crate::shell::notice::Weight;

/// How far a page of the list goes.
const PAGE: isize = 7;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => open(model),
        Action::Close => model.draft.proposals = None,
        Action::Up => move_by(model, -1),
        Action::Down => move_by(model, 1),
        Action::PageUp => move_by(model, -PAGE),
        Action::PageDown => move_by(model, PAGE),
        Action::Take => return accept(model),
    }
    Vec::new()
}

fn find_completion(model: &Model) -> Option<Completion> {
    let draft = &model.draft;
    if draft.editor.selected_text().is_some() {
        return None;
    }
    complete(&draft.editor.text(), draft.editor.cursor_byte(), draft.document.kind, || {
        Candidates::from_session(&model.session)
    })
}

fn open(model: &mut Model) {
    model.nav.editing = true;
    model.draft.proposals = find_completion(model).and_then(|completion| ProposalList::new(completion, OpenedBy::Key));
    if model.draft.proposals.is_none() {
        model.say(Weight::Info, "nothing is known that could stand here");
    }
}

fn move_by(model: &mut Model, by: isize) {
    if let Some(list) = &mut model.draft.proposals {
        list.move_by(by);
    }
}

/// What a command that was given by a key means for the list: typing narrows it or opens it, anything
/// else closes it.
pub(crate) fn follow(model: &mut Model, command: &EditorCommand, outcome: &EditOutcome) {
    let open = model.draft.proposals.take();
    if *outcome != EditOutcome::Changed {
        return;
    }
    let types = matches!(command, EditorCommand::Insert(c) if is_word(*c));
    let narrows = open.is_some() && matches!(command, EditorCommand::Backspace | EditorCommand::Insert(_));
    if !(types || narrows) {
        return;
    }
    let Some(completion) = find_completion(model) else { return };
    model.draft.proposals = match open {
        Some(list) => list.renew(completion),
        None => ProposalList::new(completion, OpenedBy::Typing),
    };
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_-./:@".contains(c)
}

/// Puts the selected proposal in place of the word, as one undo step; where something can be proposed
/// in turn, it is.
pub(crate) fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(list) = model.draft.proposals.take() else { return Vec::new() };
    let Some(proposal) = list.selected() else { return Vec::new() };
    let word = list.word();
    let editor = &mut model.draft.editor;
    let outcome = editor.replace(word.clone(), &editor.with_line_ends(&proposal.insert));
    let (before, _) = proposal.insert.split_at_checked(proposal.cursor).unwrap_or((&proposal.insert, ""));
    let cursor = word.start + editor.with_line_ends(before).len();
    if outcome == EditOutcome::Changed {
        editor.go_to_byte(cursor);
    }
    if proposal.goes_on {
        model.draft.proposals = find_completion(model).and_then(ProposalList::offer);
    }
    draft::text::follow_edit(model, outcome)
}

/// Takes the proposal that was clicked on.
pub(crate) fn click(model: &mut Model, row: usize) -> Vec<Effect> {
    if let Some(list) = &mut model.draft.proposals {
        list.select(row);
    }
    accept(model)
}
