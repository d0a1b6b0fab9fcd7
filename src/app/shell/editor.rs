//! The policy editor's text: a rope, a cursor, a selection, and undo without a limit.
//!
//! Pure: no IO, no clock, no terminal; drawing is `ui::widgets::editor`'s. It is our own and not
//! `ratatui-textarea` because that has neither styles per range nor a rope: highlighting, marks of
//! diagnostics and files of 10,000 lines need both.
//!
//! INVARIANT: the cursor and the anchor lie on grapheme boundaries within a line or at its end, so
//! no command leaves half a character behind. Places are character indexes of the rope.

mod command;
mod edit;
mod history;
mod indent;
mod lines;
mod search;
mod shift;

use std::borrow::Cow;
use std::ops::Range;

use ropey::Rope;

pub use crate::shell::editor::command::{EditOutcome, EditorCommand, Motion};
pub use crate::shell::editor::search::{BadPattern, Direction, MAX_MATCHES, Query, Search};
pub use crate::shell::editor::shift::Shift;

use crate::shell::editor::history::{Caret, History};
use crate::shell::editor::shift::Shifts;
use domain::span::Position;

/// The longest text, in bytes: beyond it the editor refuses to grow.
pub const MAX_BYTES: usize = 16 << 20;

/// The text being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    text: Rope,
    caret: Caret,
    /// The cell that motions up and down aim for.
    goal: Option<usize>,
    history: History,
    register: String,
    /// What ends a line here.
    newline: &'static str,
    revision: u64,
    shifts: Shifts,
}

impl Default for Editor {
    fn default() -> Self {
        Self::new("")
    }
}

impl Editor {
    /// Starts with `text`, the cursor at its start; the text counts as saved.
    pub fn new(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut history = History::default();
        history.mark_clean();
        let (text, register, shifts) = (Rope::from_str(text), String::new(), Shifts::default());
        Self { text, caret: Caret::default(), goal: None, history, register, newline, revision: 0, shifts }
    }

    /// Does one command.
    pub fn input(&mut self, command: EditorCommand) -> EditOutcome {
        match command {
            EditorCommand::Move(motion) => self.go(motion, None),
            EditorCommand::Select(motion) => self.go(motion, Some(self.caret.anchor.unwrap_or(self.caret.cursor))),
            EditorCommand::SelectAll => self.select(0..self.text.len_chars()),
            EditorCommand::SelectWord => self.select(lines::word_around(&self.text, self.caret.cursor)),
            EditorCommand::SelectLine => self.select(self.whole_lines(self.touched_lines())),
            EditorCommand::Unselect => self.unselect(),
            EditorCommand::Undo => self.undo(),
            EditorCommand::Redo => self.redo(),
            edit => self.edit(edit),
        }
    }

    /// Replaces bytes of the text (clipped to it) as one undo step; the cursor goes after the new
    /// text.
    pub fn replace(&mut self, bytes: Range<usize>, text: &str) -> EditOutcome {
        let place = |byte: usize| self.text.byte_to_char(byte.min(self.text.len_bytes()));
        let (start, end) = (place(bytes.start), place(bytes.end));
        self.history.seal();
        self.splice(start..end.max(start), text, history::EditKind::Other)
    }

    /// Replaces the whole text as one undo step, touching only what differs.
    pub fn set_text(&mut self, text: &str) -> EditOutcome {
        let old = self.text.to_string();
        let start = common_prefix(&old, text);
        let (old_rest, new_rest) = (old.split_at(start).1, text.split_at(start).1);
        let tail = common_suffix(old_rest, new_rest);
        let new = new_rest.split_at(new_rest.len() - tail).0;
        if old_rest.len() == tail && new.is_empty() {
            return EditOutcome::Nothing;
        }
        self.replace(start..old.len() - tail, new)
    }

    /// The text as it is now is the one that is saved.
    pub fn mark_clean(&mut self) {
        self.history.mark_clean();
    }

    /// Whether the text is the one that was last saved or loaded.
    pub fn is_clean(&self) -> bool {
        self.history.is_clean()
    }

    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Another number for every change of the text.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    pub fn text(&self) -> String {
        self.text.to_string()
    }

    /// Whether the text is this one; does not copy it.
    pub fn says(&self, text: &str) -> bool {
        self.text == *text
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }

    /// The length of the text in bytes.
    pub fn len(&self) -> usize {
        self.text.len_bytes()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How places moved since this was last asked; `None` where it was too much to follow.
    pub fn take_shifts(&mut self) -> Option<Vec<Shift>> {
        self.shifts.take()
    }

    /// The byte that the cursor is at.
    pub fn cursor_byte(&self) -> usize {
        self.text.char_to_byte(self.caret.cursor)
    }

    /// The selected bytes; where nothing is selected, the cursor's place.
    pub fn selected_bytes(&self) -> Range<usize> {
        let chars = self.selection().unwrap_or(self.caret.cursor..self.caret.cursor);
        self.text.char_to_byte(chars.start)..self.text.char_to_byte(chars.end)
    }

    /// Selects bytes of the text, clipped to it; the cursor goes to their end.
    pub fn select_bytes(&mut self, bytes: Range<usize>) -> EditOutcome {
        let snap = |byte: usize| lines::snap(&self.text, self.text.byte_to_char(byte.min(self.text.len_bytes())));
        let (start, end) = (snap(bytes.start), snap(bytes.end));
        self.select(start..end.max(start))
    }

    /// Puts the cursor at a byte of the text.
    pub fn go_to_byte(&mut self, byte: usize) -> EditOutcome {
        let at = self.text.byte_to_char(byte.min(self.text.len_bytes()));
        let line = lines::line_of(&self.text, at);
        self.go(Motion::Position { line: line + 1, column: at - lines::start(&self.text, line) + 1 }, None)
    }

    /// The parts of these stretches (in bytes, in order and apart) that lie on some lines (from 0):
    /// each with its line and its characters.
    pub fn on_lines(&self, stretches: &[Range<usize>], shown: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let byte = |line: usize| self.text.char_to_byte(lines::start(&self.text, line));
        let (from, to) = (byte(shown.start), byte(shown.end));
        let first = stretches.partition_point(|stretch| stretch.end <= from);
        let seen = stretches.iter().skip(first).take_while(|stretch| stretch.start < to);
        seen.flat_map(|stretch| self.by_line(stretch)).filter(|(line, _)| shown.contains(line)).collect()
    }

    /// A stretch of bytes, line by line.
    fn by_line(&self, stretch: &Range<usize>) -> Vec<(usize, Range<usize>)> {
        let place = |byte: usize| self.text.byte_to_char(byte.min(self.text.len_bytes()));
        let (start, end) = (place(stretch.start), place(stretch.end));
        let lines = lines::line_of(&self.text, start)..=lines::line_of(&self.text, end);
        let part = |line: usize| {
            let (from, to) = (lines::start(&self.text, line), lines::end(&self.text, line));
            (line, start.max(from) - from..end.min(to).max(from) - from)
        };
        lines.map(part).filter(|(_, chars)| !chars.is_empty()).collect()
    }

    /// A text with the line ends that this one has.
    pub fn with_line_ends(&self, text: &str) -> String {
        text.replace('\n', self.newline)
    }

    /// The number of lines; a text that ends in a line feed has an empty one after it.
    pub fn line_count(&self) -> usize {
        self.text.len_lines()
    }

    /// What a line (from 0) says, without its end.
    pub fn line(&self, line: usize) -> Cow<'_, str> {
        lines::content(&self.text, line)
    }

    /// The line that the cursor is on, from 0.
    pub fn cursor_line(&self) -> usize {
        lines::line_of(&self.text, self.caret.cursor)
    }

    /// The cell of its line that the cursor is at, from 0.
    pub fn cursor_cell(&self) -> usize {
        lines::cell(&self.text, self.caret.cursor)
    }

    /// Where the cursor is, as diagnostics count.
    pub fn position(&self) -> Position {
        let line = self.cursor_line();
        Position { line: line + 1, column: self.caret.cursor - lines::start(&self.text, line) + 1 }
    }

    /// The selected text, if any is selected.
    pub fn selected_text(&self) -> Option<String> {
        self.selection().map(|selection| self.slice(selection))
    }

    /// The characters of a line (from 0) that are selected; one more than it has where its end is.
    pub fn selection_in_line(&self, line: usize) -> Option<Range<usize>> {
        let selection = self.selection()?;
        let (start, end) = (lines::start(&self.text, line), lines::end(&self.text, line));
        let from = selection.start.max(start);
        let to = selection.end.min(end + 1);
        let beyond = line >= self.text.len_lines() || from > end;
        (from < to && !beyond).then(|| from - start..to - start)
    }

    /// The selected places, if any.
    fn selection(&self) -> Option<Range<usize>> {
        let Caret { cursor, anchor } = self.caret;
        anchor.filter(|anchor| *anchor != cursor).map(|anchor| anchor.min(cursor)..anchor.max(cursor))
    }

    fn slice(&self, range: Range<usize>) -> String {
        self.text.slice(range).to_string()
    }

    fn go(&mut self, motion: Motion, anchor: Option<usize>) -> EditOutcome {
        let before = (self.caret, self.goal);
        let collapse = if anchor.is_none() { self.selection() } else { None };
        let vertical = matches!(motion, Motion::Up | Motion::Down | Motion::PageUp(_) | Motion::PageDown(_));
        let goal = self.goal.filter(|_| vertical).unwrap_or_else(|| self.cursor_cell());
        let cursor = match (motion, collapse) {
            (Motion::Left, Some(selection)) => selection.start,
            (Motion::Right, Some(selection)) => selection.end,
            (motion, _) => self.target(motion, goal),
        };
        self.caret = Caret { cursor, anchor };
        self.goal = vertical.then_some(goal);
        self.history.seal();
        if before == (self.caret, self.goal) { EditOutcome::Nothing } else { EditOutcome::Moved }
    }

    /// Where a motion leads.
    fn target(&self, motion: Motion, goal: usize) -> usize {
        let (text, cursor, line) = (&self.text, self.caret.cursor, self.cursor_line());
        match motion {
            Motion::Left => lines::previous(text, cursor),
            Motion::Right => lines::next(text, cursor),
            Motion::Up => self.vertical(line.checked_sub(1), goal),
            Motion::Down => self.vertical(Some(line + 1), goal),
            Motion::PageUp(by) => self.vertical(Some(line.saturating_sub(by)), goal),
            Motion::PageDown(by) => self.vertical(Some(line.saturating_add(by).min(text.len_lines() - 1)), goal),
            Motion::WordLeft => lines::word_start(text, cursor),
            Motion::WordRight => lines::word_end(text, cursor),
            Motion::LineStart => self.line_start(),
            Motion::LineEnd => lines::end(text, line),
            Motion::TextStart => 0,
            Motion::TextEnd => text.len_chars(),
            Motion::Position { line, column } => self.at_position(line, column),
            Motion::Cell { line, cell } => lines::at_cell(text, line.min(text.len_lines() - 1), cell),
        }
    }

    /// Up from the first line leads to its start, down from the last to its end.
    fn vertical(&self, line: Option<usize>, goal: usize) -> usize {
        match line {
            None => 0,
            Some(line) if line >= self.text.len_lines() => self.text.len_chars(),
            Some(line) => lines::at_cell(&self.text, line, goal),
        }
    }

    fn line_start(&self) -> usize {
        let line = self.cursor_line();
        let start = lines::start(&self.text, line);
        let first = lines::snap(&self.text, start + indent::blanks(&self.line(line)));
        if self.caret.cursor == first { start } else { first }
    }

    fn at_position(&self, line: usize, column: usize) -> usize {
        let line = line.saturating_sub(1).min(self.text.len_lines() - 1);
        let at = lines::start(&self.text, line).saturating_add(column.saturating_sub(1));
        lines::snap(&self.text, at.min(lines::end(&self.text, line)))
    }

    fn select(&mut self, range: Range<usize>) -> EditOutcome {
        let before = self.caret;
        self.caret = Caret { cursor: range.end, anchor: Some(range.start) };
        self.goal = None;
        self.history.seal();
        if before == self.caret { EditOutcome::Nothing } else { EditOutcome::Moved }
    }

    fn unselect(&mut self) -> EditOutcome {
        if self.caret.anchor.take().is_some() { EditOutcome::Moved } else { EditOutcome::Nothing }
    }

    fn undo(&mut self) -> EditOutcome {
        let caret = self.history.undo(&mut self.text, &mut self.shifts);
        self.restore(caret)
    }

    fn redo(&mut self) -> EditOutcome {
        let caret = self.history.redo(&mut self.text, &mut self.shifts);
        self.restore(caret)
    }

    fn restore(&mut self, caret: Option<Caret>) -> EditOutcome {
        let Some(caret) = caret else { return EditOutcome::Nothing };
        self.caret = caret;
        self.goal = None;
        self.revision += 1;
        EditOutcome::Changed
    }

    /// The lines (from 0) that the selection or the cursor is on.
    fn touched_lines(&self) -> Range<usize> {
        let selection = self.selection().unwrap_or(self.caret.cursor..self.caret.cursor);
        let (first, last) = (lines::line_of(&self.text, selection.start), lines::line_of(&self.text, selection.end));
        let ends_before = last > first && selection.end == lines::start(&self.text, last);
        first..if ends_before { last } else { last + 1 }
    }

    /// The places of whole lines, with their ends.
    fn whole_lines(&self, touched: Range<usize>) -> Range<usize> {
        lines::start(&self.text, touched.start)..lines::start(&self.text, touched.end)
    }
}

/// The length in bytes of what two texts begin with.
fn common_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

/// The length in bytes of what two texts end with.
fn common_suffix(a: &str, b: &str) -> usize {
    a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

#[cfg(test)]
mod tests;
