//! Searching and replacing in the draft.

use crate::draft;
use crate::draft::find::Action;
use crate::draft::find::state::Rows;
use crate::effect::Effect;
use crate::model::Model;
use crate::shell::editor::{Direction, EditOutcome};
use crate::shell::field::FieldCommand;
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => start(model, Rows::Find),
        Action::OpenReplace => start(model, Rows::FindAndReplace),
        Action::Enter if model.draft.finder.in_replace => return replace(model),
        Action::Enter | Action::Next => next(model, Direction::Forward),
        Action::Previous => next(model, Direction::Backward),
        Action::Switch => model.draft.finder.switch(),
        Action::ReplaceAll => return replace_all(model),
        Action::Case => toggle(model, |finder| finder.options.case = !finder.options.case),
        Action::Regex => toggle(model, |finder| finder.options.regex = !finder.options.regex),
        Action::Close => model.draft.finder.close(),
    }
    Vec::new()
}

fn start(model: &mut Model, rows: Rows) {
    let draft = &mut model.draft;
    if draft.finder.open && rows == Rows::FindAndReplace {
        draft.finder.switch();
    } else {
        draft.finder.start(&draft.editor, rows);
    }
    model.go(Pane::Editor);
}

/// Types into the bar.
pub(crate) fn input(model: &mut Model, command: FieldCommand) {
    let draft = &mut model.draft;
    draft.finder.input(command, &mut draft.editor);
}

fn toggle(model: &mut Model, change: impl FnOnce(&mut crate::draft::find::state::Finder)) {
    let draft = &mut model.draft;
    change(&mut draft.finder);
    draft.finder.look_on(&mut draft.editor);
}

fn next(model: &mut Model, direction: Direction) {
    let draft = &mut model.draft;
    draft.finder.go(&mut draft.editor, direction);
}

fn replace(model: &mut Model) -> Vec<Effect> {
    let draft = &mut model.draft;
    let outcome = draft.finder.replace_one(&mut draft.editor);
    draft::text::follow_edit(model, outcome)
}

fn replace_all(model: &mut Model) -> Vec<Effect> {
    let draft = &mut model.draft;
    let outcome = draft.finder.replace_all(&mut draft.editor);
    if let (EditOutcome::Changed, Some(count)) = (&outcome, draft.finder.replaced) {
        model.say(Weight::Success, format!("{count} places replaced; ^Z takes all of it back"));
    }
    draft::text::follow_edit(model, outcome)
}
