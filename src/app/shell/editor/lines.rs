//! Places in the rope: lines without their ends, grapheme boundaries, and cells.
//!
//! A place is a character index. A line's content excludes its line feed and a carriage return
//! before it; every place handed out lies on a grapheme boundary of a line's content or at its end.

use std::borrow::Cow;

use ropey::Rope;
use unicode_segmentation::UnicodeSegmentation;

use crate::shell::text::cells;

/// The line that a place is on, from 0.
pub(crate) fn line_of(text: &Rope, at: usize) -> usize {
    text.char_to_line(at.min(text.len_chars()))
}

/// Where a line starts; the end of the text for a line after the last.
pub(crate) fn start(text: &Rope, line: usize) -> usize {
    text.line_to_char(line.min(text.len_lines()))
}

/// What a line says, without its end; empty for a line after the last.
pub(crate) fn content(text: &Rope, line: usize) -> Cow<'_, str> {
    let Some(slice) = text.get_line(line) else { return Cow::Borrowed("") };
    match Cow::from(slice) {
        Cow::Borrowed(line) => Cow::Borrowed(without_end(line)),
        Cow::Owned(line) => Cow::Owned(without_end(&line).to_owned()),
    }
}

fn without_end(line: &str) -> &str {
    line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
}

/// The place after a line's content.
pub(crate) fn end(text: &Rope, line: usize) -> usize {
    start(text, line) + content(text, line).chars().count()
}

/// The nearest place at or after `at`, on the same line.
pub(crate) fn snap(text: &Rope, at: usize) -> usize {
    let line = line_of(text, at);
    let (start, content) = (start(text, line), content(text, line));
    let wanted = at.min(text.len_chars()) - start;
    start + boundaries(&content).find(|boundary| *boundary >= wanted).unwrap_or_else(|| content.chars().count())
}

/// The grapheme boundaries of a line, in characters, its end included.
fn boundaries(content: &str) -> impl Iterator<Item = usize> {
    let ends = content.graphemes(true).scan(0, |at, grapheme| {
        *at += grapheme.chars().count();
        Some(*at)
    });
    std::iter::once(0).chain(ends)
}

/// The place one grapheme on; from a line's end, the next line's start.
pub(crate) fn next(text: &Rope, at: usize) -> usize {
    let line = line_of(text, at);
    if at >= end(text, line) {
        return if line + 1 < text.len_lines() { start(text, line + 1) } else { at };
    }
    snap(text, at + 1)
}

/// The place one grapheme back; from a line's start, the end of the line before.
pub(crate) fn previous(text: &Rope, at: usize) -> usize {
    let line = line_of(text, at);
    let start = start(text, line);
    if at <= start {
        return line.checked_sub(1).map_or(0, |line| end(text, line));
    }
    start + boundaries(&content(text, line)).take_while(|boundary| start + boundary < at).last().unwrap_or(0)
}

/// The cell of its line that a place is at, from 0.
pub(crate) fn cell(text: &Rope, at: usize) -> usize {
    let line = line_of(text, at);
    let wanted = at - start(text, line);
    let (mut chars, mut column) = (0, 0);
    for grapheme in content(text, line).graphemes(true) {
        if chars >= wanted {
            break;
        }
        chars += grapheme.chars().count();
        column += cells(grapheme, column);
    }
    column
}

/// The place of a line that is nearest to a cell, before rather than after.
pub(crate) fn at_cell(text: &Rope, line: usize, cell: usize) -> usize {
    let (mut chars, mut column) = (0, 0);
    for grapheme in content(text, line).graphemes(true) {
        let next = column + cells(grapheme, column);
        if next > cell {
            break;
        }
        chars += grapheme.chars().count();
        column = next;
    }
    start(text, line) + chars
}

/// What a character is for motions by word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Sign,
}

fn class(c: char) -> Class {
    if c.is_whitespace() {
        Class::Blank
    } else if c.is_alphanumeric() || c == '_' {
        Class::Word
    } else {
        Class::Sign
    }
}

/// The place after the word that is at or after `at`.
pub(crate) fn word_end(text: &Rope, at: usize) -> usize {
    let chars = text.chars_at(at.min(text.len_chars()));
    snap(text, at + word_length(chars))
}

/// The start of the word that is at or before `at`.
pub(crate) fn word_start(text: &Rope, at: usize) -> usize {
    let at = at.min(text.len_chars());
    let chars = text.chars_at(at).reversed();
    snap(text, at - word_length(chars))
}

/// How many characters of blanks, and then of one word.
fn word_length(chars: impl Iterator<Item = char>) -> usize {
    let mut word = None;
    chars
        .take_while(|c| match (class(*c), word) {
            (Class::Blank, None) => true,
            (found, None) => {
                word = Some(found);
                true
            }
            (found, Some(word)) => found == word,
        })
        .count()
}

/// The word around a place, or the single character there.
pub(crate) fn word_around(text: &Rope, at: usize) -> std::ops::Range<usize> {
    let at = at.min(text.len_chars());
    let line = line_of(text, at);
    let Some(found) = text.get_char(at).map(class).filter(|_| at < end(text, line)) else { return at..at };
    let same = |c: &char| class(*c) == found && *c != '\n';
    let back = text.chars_at(at).reversed().take_while(same).count();
    let on = text.chars_at(at).take_while(same).count();
    snap(text, at - back)..snap(text, (at + on).min(end(text, line)))
}
