//! Undo and redo without a limit: what was changed, not copies of the text.
//!
//! There is no clock here. Changes of one kind that follow each other at one place are one step; a
//! motion, another kind of change, or the start of a new word begins the next.

use ropey::Rope;

use crate::shell::editor::shift::Shifts;

/// Text at a place (in characters) replaced by other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EditChange {
    pub(crate) at: usize,
    pub(crate) removed: String,
    pub(crate) inserted: String,
}

impl EditChange {
    pub(crate) fn apply(&self, text: &mut Rope, shifts: &mut Shifts) {
        replace(text, self.at, (&self.removed, &self.inserted), shifts);
    }

    fn revert(&self, text: &mut Rope, shifts: &mut Shifts) {
        replace(text, self.at, (&self.inserted, &self.removed), shifts);
    }

    /// Where a cursor that was at `cursor` in the text before all changes is after this one, given
    /// where the changes behind it (which do not move it) and those before brought it.
    pub(crate) fn carry(&self, cursor: usize, carried: usize) -> usize {
        let (removed, inserted) = (self.removed.chars().count(), self.inserted.chars().count());
        if self.at + removed <= cursor {
            carried + inserted - removed
        } else if self.at < cursor {
            carried - (cursor - self.at) + inserted
        } else {
            carried
        }
    }
}

fn replace(text: &mut Rope, at: usize, (old, new): (&str, &str), shifts: &mut Shifts) {
    shifts.note(text, at, old, new);
    text.remove(at..at + old.chars().count());
    text.insert(at, new);
}

/// Where the cursor is and where the selection began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Caret {
    pub(crate) cursor: usize,
    pub(crate) anchor: Option<usize>,
}

/// What kind of change it was: typing and deleting go on in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EditKind {
    Typing,
    Backspace,
    Delete,
    Other,
}

/// Changes that are undone together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UndoStep {
    pub(crate) changes: Vec<EditChange>,
    pub(crate) before: Caret,
    pub(crate) after: Caret,
    pub(crate) kind: EditKind,
}

/// All steps, done and undone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct History {
    done: Vec<UndoStep>,
    undone: Vec<UndoStep>,
    /// Whether the last step may still grow.
    open: bool,
    /// How many steps were done when the text was last saved, if it can still be reached.
    clean: Option<usize>,
}

impl History {
    /// Remembers a step that was just applied.
    pub(crate) fn record(&mut self, step: UndoStep) {
        if self.clean.is_some_and(|clean| clean > self.done.len()) {
            self.clean = None;
        }
        self.undone.clear();
        let kind = step.kind;
        let grown = self.open && self.done.last_mut().is_some_and(|last| grow(last, &step));
        if !grown {
            self.done.push(step);
        }
        self.open = kind != EditKind::Other;
    }

    /// The next change begins a new step.
    pub(crate) fn seal(&mut self) {
        self.open = false;
    }

    /// The text as it is now is the one that was saved or loaded.
    pub(crate) fn mark_clean(&mut self) {
        self.seal();
        self.clean = Some(self.done.len());
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.clean == Some(self.done.len())
    }

    /// Takes the last step back; where the cursor was before it.
    pub(crate) fn undo(&mut self, text: &mut Rope, shifts: &mut Shifts) -> Option<Caret> {
        self.seal();
        let step = self.done.pop()?;
        for change in step.changes.iter().rev() {
            change.revert(text, shifts);
        }
        let before = step.before;
        self.undone.push(step);
        Some(before)
    }

    /// Does the last undone step again; where the cursor was after it.
    pub(crate) fn redo(&mut self, text: &mut Rope, shifts: &mut Shifts) -> Option<Caret> {
        self.seal();
        let step = self.undone.pop()?;
        for change in &step.changes {
            change.apply(text, shifts);
        }
        let after = step.after;
        self.done.push(step);
        Some(after)
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

/// Adds `step` to `last` if they are one stretch of typing or deleting.
fn grow(last: &mut UndoStep, step: &UndoStep) -> bool {
    let ([old], [new]) = (last.changes.as_mut_slice(), step.changes.as_slice()) else { return false };
    if last.kind != step.kind || last.after != step.before {
        return false;
    }
    let joins = match step.kind {
        EditKind::Typing => {
            old.at + old.inserted.chars().count() == new.at && new.removed.is_empty() && !starts_word(old, new)
        }
        EditKind::Backspace => new.at + new.removed.chars().count() == old.at && new.inserted.is_empty(),
        EditKind::Delete => new.at == old.at && new.inserted.is_empty(),
        EditKind::Other => false,
    };
    if joins {
        match step.kind {
            EditKind::Backspace => old.removed.insert_str(0, &new.removed),
            EditKind::Delete => old.removed.push_str(&new.removed),
            EditKind::Typing | EditKind::Other => old.inserted.push_str(&new.inserted),
        }
        if step.kind == EditKind::Backspace {
            old.at = new.at;
        }
        last.after = step.after;
    }
    joins
}

fn starts_word(old: &EditChange, new: &EditChange) -> bool {
    old.inserted.ends_with(char::is_whitespace) && !new.inserted.starts_with(char::is_whitespace)
}
