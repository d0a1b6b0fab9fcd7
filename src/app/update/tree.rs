//! Moving in the tree of a decision, and folding it.

use super::super::model::Model;
use super::super::notice::Weight;
use super::super::tab::Pane;
use super::super::tree::{Tree, TreeCommand, has_problem};
use super::say;

/// Gives a command to the tree of a pane; nothing happens where there is none.
pub(super) fn input(model: &mut Model, pane: Pane, command: TreeCommand) {
    if let Some(decision) = model.decisions.of(pane) {
        model.nav.tree_mut(pane).input(&decision.trace, command);
    }
}

/// A tree that is about another image, or came out otherwise, starts anew at the first check that
/// failed: that is why the image is refused.
pub(super) fn follow(model: &mut Model) {
    let Some(request) = model.session.asked() else { return };
    for pane in [Pane::Decision] {
        let Some(decision) = model.decisions.of(pane) else { continue };
        if model.nav.decides(pane, &request, decision.outcome) {
            let tree = model.nav.tree_mut(pane);
            *tree = Tree::default();
            tree.input(&decision.trace, TreeCommand::NextProblem);
        }
    }
}

/// Goes to the next check that failed or is not known, or says that there is none.
pub(super) fn next_failure(model: &mut Model) {
    let pane = model.nav.focus();
    match model.decisions.of(pane) {
        Some(decision) if has_problem(&decision.trace) => input(model, pane, TreeCommand::NextProblem),
        Some(_) => say(model, Weight::Info, "no check failed, and all are known"),
        None => say(model, Weight::Info, "nothing is decided here yet"),
    }
}

/// What a click on a row does: selects it, and folds or unfolds it where it is selected already.
pub(super) fn click(model: &mut Model, pane: Pane, row: usize) {
    let Some(decision) = model.decisions.of(pane) else { return };
    let tree = model.nav.tree_mut(pane);
    let rows = tree.rows(&decision.trace);
    if tree.selected(&rows) == Some(row) {
        tree.input(&decision.trace, TreeCommand::Toggle);
    } else {
        tree.select(&rows, row);
    }
}
