//! The commands that change the text.

use std::ops::Range;

use crate::shell::editor::command::{EditOutcome, EditorCommand};
use crate::shell::editor::history::{Caret, EditChange, EditKind, UndoStep};
use crate::shell::editor::shift::Shifts;
use crate::shell::editor::{Editor, MAX_BYTES, indent, lines};

impl Editor {
    pub(crate) fn edit(&mut self, command: EditorCommand) -> EditOutcome {
        match command {
            EditorCommand::Insert(c) => self.insert(c.encode_utf8(&mut [0; 4]), EditKind::Typing),
            EditorCommand::Text(text) => self.insert(&text, EditKind::Other),
            EditorCommand::Newline => self.newline(),
            EditorCommand::Indent => self.indent(),
            EditorCommand::Outdent => self.change_lines(|line| indent::outdent(line).to_owned()),
            EditorCommand::ToggleComment => self.toggle_comment(),
            EditorCommand::Backspace => self.backspace(),
            EditorCommand::Delete => self.delete(lines::next(&self.text, self.caret.cursor), EditKind::Delete),
            EditorCommand::DeleteWordLeft => {
                self.delete(lines::word_start(&self.text, self.caret.cursor), EditKind::Other)
            }
            EditorCommand::DeleteWordRight => {
                self.delete(lines::word_end(&self.text, self.caret.cursor), EditKind::Other)
            }
            EditorCommand::DeleteToLineStart => {
                self.delete(lines::start(&self.text, self.cursor_line()), EditKind::Other)
            }
            EditorCommand::DeleteToLineEnd => self.delete_to_line_end(),
            EditorCommand::DeleteLine => self.delete_lines(),
            EditorCommand::MoveLinesUp => self.move_lines_up(),
            EditorCommand::MoveLinesDown => self.move_lines_down(),
            EditorCommand::Cut => self.cut(),
            EditorCommand::Copy => self.copy(),
            EditorCommand::Paste => self.insert(&self.register.clone(), EditKind::Other),
            EditorCommand::Move(_)
            | EditorCommand::Select(_)
            | EditorCommand::SelectAll
            | EditorCommand::SelectWord
            | EditorCommand::SelectLine
            | EditorCommand::Unselect
            | EditorCommand::Undo
            | EditorCommand::Redo => self.input(command),
        }
    }

    /// Replaces places by a text as one change; the cursor goes after the text.
    pub(crate) fn splice(&mut self, range: Range<usize>, text: &str, kind: EditKind) -> EditOutcome {
        if range.is_empty() && text.is_empty() {
            return EditOutcome::Nothing;
        }
        let cursor = range.start + text.chars().count();
        let change = EditChange { at: range.start, removed: self.slice(range), inserted: text.to_owned() };
        self.apply(vec![change], Caret { cursor, anchor: None }, kind)
    }

    /// Applies changes, each to the text that the one before it left, as one step.
    pub(crate) fn apply(&mut self, changes: Vec<EditChange>, after: Caret, kind: EditKind) -> EditOutcome {
        let grows: usize =
            changes.iter().map(|change| change.inserted.len().saturating_sub(change.removed.len())).sum();
        if self.text.len_bytes() + grows > MAX_BYTES {
            return EditOutcome::TooLarge;
        }
        if let Some(line) = changes.iter().find_map(|change| line_of_nul(&change.inserted)) {
            return EditOutcome::Nul { line };
        }
        for change in &changes {
            change.apply(&mut self.text, &mut self.shifts);
        }
        let snap = |at| lines::snap(&self.text, at);
        let before =
            std::mem::replace(&mut self.caret, Caret { cursor: snap(after.cursor), anchor: after.anchor.map(snap) });
        self.history.record(UndoStep { changes, before, after: self.caret, kind });
        self.goal = None;
        self.revision += 1;
        EditOutcome::Changed
    }

    /// Replaces stretches of bytes (in order and apart) as one step; the cursor stays where it is in
    /// the text.
    pub fn replace_each(&mut self, stretches: &[(Range<usize>, String)]) -> EditOutcome {
        let place = |byte: usize| self.text.byte_to_char(byte.min(self.text.len_bytes()));
        let change = |(bytes, text): &(Range<usize>, String)| {
            let at = place(bytes.start);
            EditChange { at, removed: self.slice(at..place(bytes.end).max(at)), inserted: text.clone() }
        };
        // From the last to the first: what comes before a change is not moved by it.
        let changes: Vec<EditChange> = stretches.iter().rev().map(change).collect();
        if changes.is_empty() {
            return EditOutcome::Nothing;
        }
        let cursor = changes.iter().fold(self.caret.cursor, |cursor, change| change.carry(self.caret.cursor, cursor));
        self.history.seal();
        self.apply(changes, Caret { cursor, anchor: None }, EditKind::Other)
    }

    fn insert(&mut self, text: &str, kind: EditKind) -> EditOutcome {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', self.newline);
        let at = self.selection().unwrap_or(self.caret.cursor..self.caret.cursor);
        self.splice(at, &text, kind)
    }

    fn newline(&mut self) -> EditOutcome {
        let at = self.selection().unwrap_or(self.caret.cursor..self.caret.cursor);
        let line_start = lines::start(&self.text, lines::line_of(&self.text, at.start));
        let before = self.slice(line_start..at.start);
        let below = self.line(lines::line_of(&self.text, at.end) + 1).into_owned();
        let text = format!("{}{}", self.newline, indent::indent_between(&before, &below));
        let only_blanks = indent::blanks(&before) == before.chars().count();
        self.splice(if only_blanks { line_start..at.end } else { at }, &text, EditKind::Other)
    }

    /// Deletes the selection, or from the cursor to `to`.
    fn delete(&mut self, to: usize, kind: EditKind) -> EditOutcome {
        let cursor = self.caret.cursor;
        match self.selection() {
            Some(selection) => self.splice(selection, "", EditKind::Other),
            None => self.splice(cursor.min(to)..cursor.max(to), "", kind),
        }
    }

    /// Deletes what is before the cursor; in front of a line's text, back to the last stop.
    fn backspace(&mut self) -> EditOutcome {
        let cursor = self.caret.cursor;
        let column = cursor - lines::start(&self.text, self.cursor_line());
        let spaces = self.line(self.cursor_line()).chars().take_while(|c| *c == ' ').count();
        let back = if column > 0 && column <= spaces { cursor - indent::to_stop_before(column) } else { cursor };
        let to = if back < cursor { back } else { lines::previous(&self.text, cursor) };
        self.delete(to, EditKind::Backspace)
    }

    /// Deletes up to the line's end; there, the end itself.
    fn delete_to_line_end(&mut self) -> EditOutcome {
        let end = lines::end(&self.text, self.cursor_line());
        let to = if self.caret.cursor == end { lines::next(&self.text, end) } else { end };
        self.delete(to, EditKind::Other)
    }

    fn delete_lines(&mut self) -> EditOutcome {
        let range = self.whole_lines(self.touched_lines());
        let last = range.end == self.text.len_chars() && range.start > 0 && !self.slice(range.clone()).ends_with('\n');
        let start = if last { lines::previous(&self.text, range.start) } else { range.start };
        self.splice(start..range.end, "", EditKind::Other)
    }

    fn cut(&mut self) -> EditOutcome {
        let EditOutcome::Copied(text) = self.copy() else { return EditOutcome::Nothing };
        match self.selection() {
            Some(selection) => self.splice(selection, "", EditKind::Other),
            None => self.delete_lines(),
        };
        EditOutcome::Cut(text)
    }

    fn copy(&mut self) -> EditOutcome {
        let text = self.selected_text().unwrap_or_else(|| self.slice(self.whole_lines(self.touched_lines())));
        if text.is_empty() {
            return EditOutcome::Nothing;
        }
        self.register.clone_from(&text);
        EditOutcome::Copied(text)
    }

    fn indent(&mut self) -> EditOutcome {
        if self.selection().is_some() {
            return self.change_lines(indent::indent);
        }
        let to_stop = indent::to_stop_after(self.cursor_cell());
        self.splice(self.caret.cursor..self.caret.cursor, &" ".repeat(to_stop), EditKind::Other)
    }

    fn toggle_comment(&mut self) -> EditOutcome {
        let touched = self.touched_lines();
        let texts: Vec<String> = touched.map(|line| self.line(line).into_owned()).collect();
        match indent::comment_column(&texts) {
            Some(column) => self.change_lines(|line| indent::comment(line, column)),
            None => self.change_lines(indent::uncomment),
        }
    }

    /// Rewrites the touched lines one by one as one step.
    fn change_lines(&mut self, rewrite: impl Fn(&str) -> String) -> EditOutcome {
        self.rewrite_lines(self.touched_lines(), |lines| lines.iter().map(|line| rewrite(line)).collect(), 0)
    }

    fn move_lines_up(&mut self) -> EditOutcome {
        let touched = self.touched_lines();
        let Some(above) = touched.start.checked_sub(1) else { return EditOutcome::Nothing };
        let rotate = |mut lines: Vec<String>| {
            lines.rotate_left(1);
            lines
        };
        if self.is_after_the_end(touched.end - 1) {
            return EditOutcome::Nothing;
        }
        self.rewrite_lines(above..touched.end, rotate, -1)
    }

    fn move_lines_down(&mut self) -> EditOutcome {
        let touched = self.touched_lines();
        let rotate = |mut lines: Vec<String>| {
            lines.rotate_right(1);
            lines
        };
        if self.is_after_the_end(touched.end) {
            return EditOutcome::Nothing;
        }
        self.rewrite_lines(touched.start..touched.end + 1, rotate, 1)
    }

    /// Whether there is no such line, or only the nothing after the last line feed.
    fn is_after_the_end(&self, line: usize) -> bool {
        line >= self.line_count() || (line + 1 == self.line_count() && self.line(line).is_empty())
    }

    /// Replaces the texts of lines by as many others as one step; cursor and anchor go along with
    /// their line, which moves by `shift`.
    fn rewrite_lines(
        &mut self,
        touched: Range<usize>,
        rewrite: impl FnOnce(Vec<String>) -> Vec<String>,
        shift: isize,
    ) -> EditOutcome {
        let old: Vec<String> = touched.clone().map(|line| self.line(line).into_owned()).collect();
        let new = rewrite(old.clone());
        if old == new {
            return EditOutcome::Nothing;
        }
        let range = lines::start(&self.text, touched.start)..lines::end(&self.text, touched.end - 1);
        let inserted: String = touched.zip(new).map(|(line, text)| text + &self.line_end(line, range.end)).collect();
        let change = EditChange { at: range.start, removed: self.slice(range), inserted };
        let mut text = self.text.clone();
        change.apply(&mut text, &mut Shifts::default());
        let follow = |place| self.mark(place).after(&text, shift);
        let after = Caret { cursor: follow(self.caret.cursor), anchor: self.caret.anchor.map(follow) };
        self.apply(vec![change], after, EditKind::Other)
    }

    /// What ends a line, as far as it lies before `limit`.
    fn line_end(&self, line: usize, limit: usize) -> String {
        let end = lines::end(&self.text, line);
        self.slice(end..lines::start(&self.text, line + 1).min(limit).max(end))
    }

    fn mark(&self, place: usize) -> Mark {
        let line = lines::line_of(&self.text, place);
        let exclusive = self.selection().is_some_and(|selection| selection.end == place);
        let at_start = exclusive && place == lines::start(&self.text, line);
        Mark { line, to_end: (!at_start).then(|| lines::end(&self.text, line) - place) }
    }
}

/// A place that goes along when lines are rewritten: its distance to its line's end, or `None` for
/// the line's start.
#[derive(Debug, Clone, Copy)]
struct Mark {
    line: usize,
    to_end: Option<usize>,
}

impl Mark {
    fn after(self, text: &ropey::Rope, shift: isize) -> usize {
        let line = self.line.saturating_add_signed(shift);
        let start = lines::start(text, line);
        self.to_end.map_or(start, |to_end| lines::end(text, line).saturating_sub(to_end).max(start))
    }
}

/// The line of a text that holds a NUL, from 1.
fn line_of_nul(text: &str) -> Option<usize> {
    let (before, _) = text.split_once('\0')?;
    Some(before.matches('\n').count() + 1)
}
