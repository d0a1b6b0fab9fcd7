//! How places of a text move when it changes, so that what was found in the text before can be shown
//! in the right place until it is looked for anew.

use ropey::Rope;

use domain::span::Position;

/// A stretch of text that became another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    start: Position,
    old_end: Position,
    new_end: Position,
}

impl Shift {
    /// Where a place of the text before is in the text after; what was replaced collapses to its
    /// start.
    pub fn carry(&self, at: Position) -> Position {
        if at <= self.start {
            at
        } else if at < self.old_end {
            self.start
        } else if at.line == self.old_end.line {
            Position { line: self.new_end.line, column: self.new_end.column + at.column - self.old_end.column }
        } else {
            Position { line: at.line - self.old_end.line + self.new_end.line, column: at.column }
        }
    }
}

/// Changes that are remembered; whoever wants to follow asks more often than that.
const MOST: usize = 64;

/// The changes since they were last asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shifts {
    list: Vec<Shift>,
    lost: bool,
}

impl Shifts {
    /// Notes that at a place (in characters) of `text`, which is still as it was, `old` becomes `new`.
    pub(crate) fn note(&mut self, text: &Rope, at: usize, old: &str, new: &str) {
        if self.list.len() >= MOST {
            self.lost = true;
            return;
        }
        let line = text.char_to_line(at);
        let start = Position { line: line + 1, column: at - text.line_to_char(line) + 1 };
        self.list.push(Shift { start, old_end: after(start, old), new_end: after(start, new) });
    }

    pub(crate) fn take(&mut self) -> Option<Vec<Shift>> {
        let Self { list, lost } = std::mem::take(self);
        (!lost).then_some(list)
    }
}

/// Where a text ends that starts at a place.
fn after(start: Position, text: &str) -> Position {
    let feeds = text.bytes().filter(|byte| *byte == b'\n').count();
    let tail = text.rsplit('\n').next().unwrap_or_default().chars().count();
    if feeds == 0 {
        Position { column: start.column + tail, ..start }
    } else {
        Position { line: start.line + feeds, column: tail + 1 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use domain::span::LineIndex;

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    #[test]
    fn what_is_behind_a_change_moves_with_it() {
        let mut shifts = Shifts::default();
        shifts.note(&Rope::from_str("ab\ncd\nef"), 4, "d\n", "x\ny\nz");
        let shift = shifts.take().unwrap()[0];
        assert_eq!([at(2, 1), at(2, 3), at(3, 2)].map(|place| shift.carry(place)), [at(2, 1), at(2, 2), at(4, 3)]);
    }

    #[test]
    fn too_many_changes_are_not_followed() {
        let mut shifts = Shifts::default();
        (0..=MOST).for_each(|_| shifts.note(&Rope::from_str("a"), 0, "", "b"));
        assert_eq!(shifts.take(), None);
        assert_eq!(shifts.take(), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn a_place_behind_the_change_keeps_its_text(
            before in "[ab\n]{0,8}", old in "[ab\n]{0,5}", new in "[ab\n]{0,5}", behind in "[ab\n]{1,8}", on in 0usize..8,
        ) {
            let (text, now) = (format!("{before}{old}{behind}"), format!("{before}{new}{behind}"));
            let mut shifts = Shifts::default();
            shifts.note(&Rope::from_str(&text), before.chars().count(), &old, &new);
            let place = before.len() + old.len() + on.min(behind.len());
            let moved = shifts.take().unwrap()[0].carry(LineIndex::new(&text).position(&text, place));
            let expected = LineIndex::new(&now).position(&now, place - old.len() + new.len());
            // A place at the start of a pure insertion stays before what is inserted.
            prop_assert!(moved == expected || place == before.len());
        }
    }
}
